package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
)

// appendAt is how many records go into one append while a journal is filled.
const appendAt = 16 << 10

// history writes years of a hall's work into a journal: real commands decided by the real rules, at times that have passed,
// without the desk and without a sync for each.
type history struct {
	plan    *hall.Plan
	work    *hall.Working
	journal *journal.Bolt
	raw     *rawLog // gets the same bytes; nil for none
	chance  *rand.Rand

	at     hall.Time
	batch  []journal.Draft
	keys   int
	seats  []*seat
	choice []string // services, each as often as windows offer it
	joined map[hall.LegKey]hall.Time
	waits  []waited
}

// seat is a window with the member of staff who works there.
type seat struct {
	window string
	clerk  hall.Actor
	busy   bool
	until  hall.Time
}

// waited is one wait that was called, as a plain program would keep it.
type waited struct {
	date   hall.Date
	hour   uint8
	window uint8 // index of the seat
	took   hall.Time
}

var system = hall.Actor{Kind: hall.System}

func newHistory(plan *hall.Plan, j *journal.Bolt, w *hall.Working) *history {
	h := &history{plan: plan, work: w, journal: j, chance: rand.New(rand.NewPCG(1, 2)), joined: map[hall.LegKey]hall.Time{}}
	h.seats = seatsOf(plan)
	for _, s := range h.seats {
		window, _ := plan.Window(s.window)
		h.choice = append(h.choice, window.Services...)
	}
	return h
}

// seatsOf gives every window a clerk who may sit there, as far as there are any.
func seatsOf(plan *hall.Plan) (seats []*seat) {
	taken := map[string]bool{}
	for _, w := range plan.Windows {
		for _, m := range plan.Staff {
			if taken[m.ID] || len(m.Windows) > 0 && !contains(m.Windows, w.ID) || !contains(m.Roles, hall.RoleClerk) {
				continue
			}
			taken[m.ID] = true
			seats = append(seats, &seat{window: w.ID, clerk: hall.Actor{Kind: hall.Clerk, ID: m.ID, Roles: m.Roles}})
			break
		}
	}
	return seats
}

func contains[T comparable](list []T, x T) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}

// Past writes records of the past into a new journal, perDay tickets a day, at least so many of them, and the same bytes into
// a plain file at raw, which [Scan] reads. It is for measuring what reads journals.
func Past(ctx context.Context, plan *hall.Plan, j *journal.Bolt, raw string, records, perDay int) (err error) {
	h := newHistory(plan, j, hall.NewWorking())
	if h.raw, err = newRawLog(raw); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.raw.close()) }()
	midnight := time.Date(2020, 1, 1, 0, 0, 0, 0, plan.Zone())
	if err := h.found(midnight); err != nil {
		return err
	}
	for day := 0; h.work.Seq() < uint64(records); day++ {
		if err := errors.Join(ctx.Err(), h.day(midnight.AddDate(0, 0, day), perDay)); err != nil {
			return err
		}
	}
	return h.flush()
}

// Scan reads what [Past] has put into a plain file and checks each record's CRC-32C: the yardstick of whatever reads
// journals. It gives the number of records.
func Scan(raw string) (records int, err error) { return scanRaw(raw) }

// found begins the journal.
func (h *history) found(at time.Time) error {
	h.at = hall.At(at)
	for _, c := range []hall.Command{hall.Found{Hall: h.plan.Hall.ID, Demo: true, Epoch: "bench"}, hall.Start{Version: "bench"},
		hall.SetPlan{Plan: h.plan, Hash: "bench", Source: hall.FromConfig}} {
		if _, err := h.do(system, c); err != nil {
			return err
		}
	}
	return nil
}

// do decides a command now and puts what it leads to into the batch.
func (h *history) do(by hall.Actor, c hall.Command) (hall.Receipt, error) {
	o := hall.Order{By: by, Do: c}
	if by.Kind != hall.System {
		h.keys++
		o.Key, o.Digest = fmt.Sprint("history-", h.keys), []byte("0123456789abcdef")
	}
	events, receipt, err := h.work.Decide(o, h.at)
	if err != nil {
		return receipt, fmt.Errorf("%T: %w", c, err)
	}
	for i, e := range events {
		header := hall.HeaderOf(o, receipt, i, len(events))
		chained, private, err := hall.Encode(header, e)
		if err != nil {
			return receipt, err
		}
		h.batch = append(h.batch, journal.Draft{At: int64(h.at), Kind: e.Kind(), Bytes: chained, Private: private})
		h.work.Apply(h.work.Seq()+1, h.at, header, e)
	}
	if len(h.batch) >= appendAt {
		err = h.flush()
	}
	return receipt, err
}

func (h *history) flush() error {
	if h.raw != nil {
		for _, d := range h.batch {
			if err := h.raw.add(make([]byte, recordOverhead), []byte(d.Kind), d.Bytes, d.Private); err != nil {
				return err
			}
		}
	}
	result := h.journal.Append(h.work.Seq()-uint64(len(h.batch)), h.batch)
	h.batch = h.batch[:0]
	return result.Err
}

// recordOverhead is about what a stored record has besides its kind and bytes: its chain value, sequence, time and key.
const recordOverhead = 54

// Working hours of a day of the past.
const (
	opens  = 9 * time.Hour
	lasts  = 8 * time.Hour
	oneDay = 24 * time.Hour
)

// day works one day with so many tickets.
func (h *history) day(midnight time.Time, tickets int) error {
	h.at = max(h.at, hall.At(midnight.Add(opens)))
	if _, err := h.do(system, hall.OpenDay{}); err != nil {
		return err
	}
	for _, s := range h.seats {
		if _, err := h.do(s.clerk, hall.Open{Window: s.window}); err != nil {
			return err
		}
	}
	gap := hall.Time(lasts.Milliseconds()) / hall.Time(tickets)
	for range tickets {
		h.at += hall.Time(float64(gap) * h.chance.ExpFloat64())
		if err := h.arrive(); err != nil {
			return err
		}
		if err := h.serve(gap); err != nil {
			return err
		}
	}
	return h.close(gap)
}

func (h *history) arrive() error {
	service := h.choice[h.chance.IntN(len(h.choice))]
	id := fmt.Sprintf("%026x", h.chance.Uint64())
	receipt, err := h.do(hall.Actor{Kind: hall.Terminal, ID: "kiosk-1"}, hall.Issue{ID: id, Service: service, Channel: "kiosk", Lang: "zh"})
	h.joined[receipt.Leg] = h.at
	return err
}

// serve lets every window that is through finish and call the next.
func (h *history) serve(gap hall.Time) error {
	for i, s := range h.seats {
		if s.until > h.at {
			continue
		}
		if s.busy {
			if _, err := h.do(s.clerk, hall.Finish{Window: s.window, Confirm: true}); err != nil {
				return err
			}
			s.busy = false
		}
		if err := h.call(i, s, gap); err != nil {
			return err
		}
	}
	return nil
}

func (h *history) call(i int, s *seat, gap hall.Time) error {
	receipt, err := h.do(s.clerk, hall.Next{Window: s.window})
	if err != nil || receipt.None {
		return err
	}
	joined := h.joined[receipt.Leg]
	delete(h.joined, receipt.Leg)
	hour := joined.In(h.plan.Zone()).Hour()
	h.waits = append(h.waits, waited{date: receipt.Leg.Date, hour: uint8(hour), window: uint8(i), took: h.at - joined})
	_, err = h.do(s.clerk, hall.Begin{Window: s.window})
	s.busy = true
	s.until = h.at + hall.Time(float64(gap)*float64(len(h.seats))*0.9*math.Exp(0.6*h.chance.NormFloat64()-0.18))
	return err
}

// close serves whoever still waits, and ends the day.
func (h *history) close(gap hall.Time) error {
	for idle := false; !idle; {
		h.at += gap * 5
		if err := h.serve(gap); err != nil {
			return err
		}
		idle = true
		for _, s := range h.seats {
			idle = idle && !s.busy
		}
	}
	clear(h.joined)
	_, err := h.do(system, hall.CloseDay{Confirm: true})
	return err
}
