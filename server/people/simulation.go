package people

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// earlyStaff is how long before the first citizen of a record the windows open.
const earlyStaff = 2 * time.Minute

// simulation is one run: everybody in the hall and what they are going to do. One goroutine does it all, one request at a
// time, so that the same seed gives the same day.
type simulation struct {
	ctx     context.Context
	c       Config
	agenda  agenda
	report  Report
	traffic traffic
	hall    hallView
	now     time.Time
	failed  error // the hall does not answer any more

	public   *wire
	guide    *wire // confirms classes
	boss     *wire
	clerks   []*clerk
	citizens map[string]*citizen // by the number of their ticket
	coming   luck
	arrived  int
	mapping  mapping
	looked   time.Time // minute of the last look at the calendar, on a recorded day
	turned   time.Time // when the newest of the report's dates came up
	audited  int       // of the report's dates, the first so many have been compared
	listed   int       // tickets found on them
}

func newSimulation(ctx context.Context, c Config) *simulation {
	return &simulation{ctx: ctx, c: c, citizens: map[string]*citizen{}, coming: newLuck(c.Seed, streamArrivals)}
}

func (s *simulation) run() error {
	if err := s.enter(); err != nil {
		return s.end(err)
	}
	if s.c.Arrivals == nil {
		s.fillUp()
	} else if err := s.planRecord(); err != nil {
		return err
	}
	for {
		e, more := s.agenda.next()
		if !more {
			break
		}
		if err := s.pace(e.at); err != nil {
			return s.end(err)
		}
		s.now = e.at
		if e.do(); s.failed != nil {
			return s.end(s.failed)
		}
	}
	return s.end(s.closeRecord())
}

// end makes the end of the context no error: made-up citizens come until then.
func (s *simulation) end(err error) error {
	if s.ctx.Err() != nil && s.c.Arrivals == nil && (err == nil || errors.Is(err, s.ctx.Err())) {
		return nil
	}
	return err
}

// enter looks round the hall and signs the staff in.
func (s *simulation) enter() (err error) {
	s.public = newWire(s.c, "citizens", &s.traffic)
	if s.guide, err = newStaffWire(s.ctx, s.c, guideDesk, &s.traffic); err != nil {
		return err
	}
	if s.boss, err = newStaffWire(s.ctx, s.c, supervisor, &s.traffic); err != nil {
		return err
	}
	if err := s.startTime(); err != nil {
		return err
	}
	if a, err := s.boss.post(s.ctx, "/api/v1/day/open", map[string]any{}); err != nil || !a.ok() {
		return refusedTo("open the day", a, err)
	}
	a, err := s.public.get(s.ctx, "/api/v1/hall")
	if err != nil || !a.ok() {
		return refusedTo("look round the hall", a, err)
	}
	if err := a.into(&s.hall); err != nil {
		return err
	}
	if len(s.hall.Windows) == 0 || len(s.hall.Services) == 0 {
		return errors.New("people: the hall has no windows or no services")
	}
	return s.staff()
}

func refusedTo(what string, a answer, err error) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("people: the hall does not let us %s: %d %s", what, a.status, a.code)
}

func (s *simulation) startTime() error {
	if s.c.Now != nil {
		s.now = s.c.Now()
	}
	return nil
}

func (s *simulation) staff() error {
	for i, w := range s.hall.Windows {
		id := fmt.Sprint(firstClerk + i)
		wire, err := newStaffWire(s.ctx, s.c, id, &s.traffic)
		if err != nil {
			return err
		}
		s.clerks = append(s.clerks, &clerk{s: s, wire: wire, window: w.ID, services: w.Services, luck: newLuck(s.c.Seed, streamClerk+uint64(i))})
	}
	return nil
}

// pace waits until a moment of the hall has come, or brings it about.
func (s *simulation) pace(at time.Time) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	if s.c.SetClock != nil {
		if at.After(s.now) {
			s.c.SetClock(at)
		}
		return nil
	}
	if wait := at.Sub(s.c.Now()); wait > 0 {
		return sleep(s.ctx, time.Duration(float64(wait)/s.c.Speed))
	}
	return nil
}

// after plans something.
func (s *simulation) after(d time.Duration, do func()) { s.agenda.add(s.now.Add(d), do) }

// ask does a request; a hall that does not answer ends the run, a refusal is counted.
func (s *simulation) ask(w *wire, path string, body any) answer {
	if body == nil {
		body = map[string]any{}
	}
	a, err := w.post(s.ctx, path, body)
	if err != nil {
		s.failed = err
		return a
	}
	if !a.ok() {
		s.report.refuse(a.code)
		s.c.Log.Debug("refused", "path", path, "code", a.code)
	}
	return a
}

// The first minutes of a demonstration: so many citizens come at once, so that every screen moves within ten seconds.
const (
	firstCrowd    = 14
	firstStretch  = 6 * time.Second
	load          = 0.9 // of what the open windows can do
	usualHandling = 9 * time.Minute
)

func (s *simulation) fillUp() {
	for i, k := range s.clerks[:max(1, len(s.clerks)-sparedWindows)] {
		s.after(time.Duration(i)*150*time.Millisecond, k.open)
	}
	for range firstCrowd {
		s.after(s.coming.between(0, firstStretch), s.comeBy)
	}
	s.after(firstStretch, s.keepComing)
}

// profile is how busy a county hall is by the hour, 1 on average over its opening hours. It never falls far: somebody may
// want to see a demonstration in the evening.
var profile = map[int]float64{8: 0.8, 9: 1.5, 10: 1.5, 11: 1.0, 12: 0.5, 13: 0.8, 14: 1.3, 15: 1.2, 16: 0.8}

const quietHour = 0.6

func busyness(hour int) float64 {
	if f, ok := profile[hour]; ok {
		return f
	}
	return quietHour
}

// keepComing lets the next citizen come after a time drawn for the hour.
func (s *simulation) keepComing() {
	windows := max(1, len(s.clerks)-sparedWindows)
	perSecond := load * busyness(s.now.Hour()) * float64(windows) / usualHandling.Seconds()
	gap := time.Duration(s.coming.ExpFloat64() / perSecond * float64(time.Second))
	s.after(gap, func() {
		s.comeBy()
		s.keepComing()
	})
}

// comeBy is a made-up citizen entering the hall.
func (s *simulation) comeBy() {
	weights := make([]float64, len(s.hall.Services))
	for i, v := range s.hall.Services {
		weights[i] = float64(s.hall.windowsOf(v.ID))
	}
	service := s.hall.Services[s.coming.pick(weights)].ID
	s.arrive(service, s.classOf(), nil)
}

// classOf draws who comes: most are nobody in particular, one in eight is old.
func (s *simulation) classOf() string {
	x := s.coming.Float64()
	for _, mix := range []struct {
		class string
		share float64
	}{{"elderly", 0.12}, {"disabled", 0.02}, {"pregnant", 0.02}, {"military", 0.02}} {
		if x < mix.share {
			if _, known := s.hall.class(mix.class); known {
				return mix.class
			}
			return ""
		}
		x -= mix.share
	}
	return ""
}

// nudge wakes staff who sit idle at a window that could call somebody now.
func (s *simulation) nudge(service string) {
	for _, k := range s.clerks {
		if k.idle && slices.Contains(k.services, service) {
			k.idle = false
			s.after(k.luck.between(time.Second, 4*time.Second), k.next)
		}
	}
}
