package wait

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"jiaohao/server/hall"
)

// Days is from how many business dates handlings are remembered: about two months, so that a new form or a new member of
// staff shows within weeks.
const Days = 40

// Fold is what has been learned up to one record. One goroutine may apply events while any number estimate: a lock is held
// for the time of one event or one look-up.
type Fold struct {
	mu      sync.RWMutex
	seq     uint64
	history *hall.History
	days    []day // oldest first, at most Days
	total   map[string]sums
	load    atomic.Pointer[load]
}

// day is what the tickets of one business date have taught.
type day struct {
	date  hall.Date
	taken map[string]sums // service →
}

// sums are of handlings in whole seconds: integers, so that what is taken back leaves no trace.
type sums struct{ n, seconds, squares int64 }

func (s sums) plus(o sums, sign int64) sums {
	return sums{n: s.n + sign*o.n, seconds: s.seconds + sign*o.seconds, squares: s.squares + sign*o.squares}
}

// New gives the fold before the first record.
func New() *Fold { return &Fold{history: hall.NewHistory(), total: map[string]sums{}} }

// Seq is the sequence of the last event learned from.
func (f *Fold) Seq() uint64 {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.seq
}

// Apply takes one recorded event. It panics when the sequence has a gap: what was missed would be wrong for weeks.
func (f *Fold) Apply(seq uint64, at hall.Time, _ hall.Header, e hall.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if seq != f.seq+1 {
		panic(fmt.Sprintf("wait: event %d follows %d", seq, f.seq))
	}
	f.seq = seq
	key := ticketOf(e)
	f.learn(key, -1)
	f.history.Apply(at, e)
	f.learn(key, +1)
	if opened, ok := e.(*hall.DayOpened); ok && !opened.Again {
		f.begin(opened.Date)
	}
}

// ticketOf is the ticket of an event that can change what its handlings teach.
func ticketOf(e hall.Event) hall.TicketKey {
	switch e := e.(type) {
	case *hall.LegEnded:
		return e.Leg.Ticket()
	case *hall.LegReopened:
		return e.Leg.Ticket()
	case *hall.TicketVoided:
		return e.Key
	}
	return hall.TicketKey{}
}

// learn adds what a ticket teaches as it stands, or takes it away.
func (f *Fold) learn(key hall.TicketKey, sign int64) {
	t, ok := f.history.Ticket(key)
	if !ok || t.Voided {
		return
	}
	d := f.day(key.Date)
	if d == nil {
		return
	}
	for i := range t.Legs {
		if ms, done := t.Legs[i].HandlingDone(); done {
			s := int64(ms+500) / 1000
			d.add(f, t.Legs[i].Service, sums{n: 1, seconds: s, squares: s * s}, sign)
		}
	}
}

func (d *day) add(f *Fold, service string, s sums, sign int64) {
	put(d.taken, service, d.taken[service].plus(s, sign))
	put(f.total, service, f.total[service].plus(s, sign))
}

// put keeps no zeros, so that a fold that took something back equals one that never had it.
func put(m map[string]sums, service string, s sums) {
	if s == (sums{}) {
		delete(m, service)
		return
	}
	m[service] = s
}

func (f *Fold) day(date hall.Date) *day {
	for i := len(f.days) - 1; i >= 0; i-- {
		if f.days[i].date == date {
			return &f.days[i]
		}
	}
	return nil
}

func (f *Fold) begin(date hall.Date) {
	f.days = append(slices.Clone(f.days), day{date: date, taken: map[string]sums{}})
	if len(f.days) <= Days {
		return
	}
	for service, s := range f.days[0].taken {
		put(f.total, service, f.total[service].plus(s, -1))
	}
	f.days = f.days[1:]
}

// What a service is taken for before it has shown anything.
const (
	pseudo     = 20  // tickets that the plan's word weighs
	usualShape = 0.6 // squared coefficient of variation of handlings as halls measure them
)

// Handling gives what is known of a service: the mean handling in seconds and its squared coefficient of variation.
func (f *Fold) Handling(service hall.Service) (mean, shape float64) {
	f.mu.RLock()
	s := f.total[service.ID]
	f.mu.RUnlock()
	usual := service.UsualMinutes * 60
	mean = (float64(s.seconds) + pseudo*usual) / (float64(s.n) + pseudo)
	if s.n == 0 || s.seconds == 0 {
		return mean, usualShape
	}
	own := float64(s.seconds) / float64(s.n)
	spread := max(0, float64(s.squares)/float64(s.n)-own*own) / (own * own)
	return mean, (float64(s.n)*spread + pseudo*usualShape) / (float64(s.n) + pseudo)
}
