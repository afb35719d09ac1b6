package server

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
)

// failure is what a broken promise panics with.
type failure struct{ promise, text string }

func fail(promise, format string, args ...any) { panic(failure{promise, fmt.Sprintf(format, args...)}) }

// tail is a fold that proves that it was given every record once and in order: Sum covers all of them.
type tail struct {
	seq, sum uint64
	cut      int // the power goes when so many more records have been applied; 0 = it stays
}

// Seq implements FoldState.
func (f *tail) Seq() uint64 { return f.seq }

// Apply implements Fold.
func (f *tail) Apply(seq uint64, at hall.Time, h hall.Header, e hall.Event) {
	if seq != f.seq+1 {
		fail("order", "a fold is given record %d after %d", seq, f.seq)
	}
	f.seq = seq
	for _, x := range [...]uint64{seq, uint64(at), uint64(h.More), uint64(len(h.Key))} {
		f.sum = (f.sum ^ x) * 0x100000001b3
	}
	for _, c := range []byte(e.Kind()) {
		f.sum = (f.sum ^ uint64(c)) * 0x100000001b3
	}
	if f.cut > 0 {
		if f.cut--; f.cut == 0 {
			panic(powerCut{})
		}
	}
}

// witness remembers what the journal says across all process lives, and holds every record against the promises.
type witness struct {
	tail
	s       *deskSim
	at      hall.Time
	doubt   bool
	numbers map[series]uint32
	open    hall.Date // the day that is open, 0 for none
	between []int     // ops recorded since the last day closed
}

// series is the numbers of one prefix and day; prefix "" is the order of issue of all.
type series struct {
	date   hall.Date
	prefix string
}

// Apply implements Fold.
func (w *witness) Apply(seq uint64, at hall.Time, h hall.Header, e hall.Event) {
	w.tail.Apply(seq, at, h, e)
	if at < w.at {
		fail("time", "record %d is of %d, the one before of %d", seq, at, w.at)
	}
	w.at = at
	switch e := e.(type) {
	case *hall.ClockDoubted:
		w.doubt = true
		w.s.n.doubts++
	case *hall.ClockConfirmed:
		w.doubt = false
	case *hall.DayClosed:
		w.open = 0
	case *hall.DayOpened:
		w.s.n.days++
		w.believed(e.Kind())
		w.opened(e.Date)
	case *hall.TicketIssued:
		w.believed(e.Kind())
		w.follows(series{e.Key.Date, ""}, e.Key.N)
		w.follows(series{e.Key.Date, e.Number.Prefix}, e.Number.N)
	}
	if h.Key != "" {
		w.s.recorded(seq, h)
	}
}

// opened: what is recorded while no day is open must be remembered as long as the next one.
func (w *witness) opened(date hall.Date) {
	w.open = date
	for _, i := range w.between {
		w.s.ops[i].day = date
	}
	w.between = w.between[:0]
}

func (w *witness) believed(kind string) {
	if w.doubt {
		fail("time", "%s although the clock is doubted", kind)
	}
}

// follows: numbers have no gap and none is given twice.
func (w *witness) follows(of series, n uint32) {
	if last := w.numbers[of]; n != last+1 {
		fail("gaps", "number %d of %s %q follows %d", n, of.date, of.prefix, last)
	}
	w.numbers[of] = n
}

// recorded notes the records of a keyed order: there is one such run for each key, ever.
func (s *deskSim) recorded(seq uint64, h hall.Header) {
	i, err := strconv.Atoi(h.Key)
	if err != nil || i >= len(s.ops) {
		fail("order", "a record has the key %q, which nobody used", h.Key)
	}
	o := &s.ops[i]
	if o.seq > 0 {
		fail("doubled", "the order of key %s is recorded at %d and at %d", h.Key, o.seq, seq)
	}
	if o.open == 0 {
		fail("effect", "the order of key %s is recorded at %d, but all of its answers were refusals or never came so far", h.Key, seq)
	}
	if o.day = s.truth.open; o.day == 0 {
		s.truth.between = append(s.truth.between, i)
	}
	o.seq, o.last, o.leg, o.window, o.none, o.digest = seq, seq+uint64(h.More), h.Leg, h.Window, h.None, h.Digest[0]
}

// answered holds one answer of the desk against the journal and against what was answered before.
func (s *deskSim) answered(a *attempt, got answer) {
	o := &s.ops[a.op]
	if errors.Is(got.err, http.ErrAbortHandler) {
		s.n.silent++
		s.unsure = append(s.unsure, a.op)
		s.again(a)
		return
	}
	if o.open--; got.err == nil {
		s.accepted(a, o, got.receipt)
		return
	}
	r, ok := got.err.(*hall.Refusal)
	switch {
	case !ok:
		fail("answers", "%T is answered with %v", a.order.Do, got.err)
	case r.Code == hall.JournalFull:
		s.n.full++
		s.again(a)
	case r.Code == hall.KeyReused:
		if o.seq == 0 || o.digest == a.order.Digest[0] {
			fail("answers", "key %s is said to be used, which it is not: %+v", a.order.Key, *o)
		}
	case o.seq > 0 && o.seq <= a.base && a.order.Key != "":
		fail("doubled", "%T of key %s was recorded at %d and is now refused: %v", a.order.Do, a.order.Key, o.seq, got.err)
	}
}

func (s *deskSim) accepted(a *attempt, o *op, r hall.Receipt) {
	s.n.accepted++
	if head := s.disk.acked.Seq; r.Seq > head || r.Seq > s.desk.State().Seq() {
		fail("early", "%T is answered with record %d, durable are %d", a.order.Do, r.Seq, head)
	}
	if r.Replayed && o.seq == 0 {
		fail("answers", "%T of key %s is answered as a repetition, but was never recorded", a.order.Do, a.order.Key)
	}
	if a.order.Key == "" && !o.told || o.seq == 0 || r.Seq < o.seq && a.base < o.seq {
		return // nothing had to happen then
	}
	if a.order.Key != "" && (r.Seq != o.last || r.Leg != o.leg || r.Window != o.window || r.None != o.none || a.order.Digest[0] != o.digest) {
		fail("doubled", "%T of key %s is answered with %+v, recorded is %+v", a.order.Do, a.order.Key, r, *o)
	}
	if o.told && (!r.Replayed || r.At != o.at) {
		fail("doubled", "%T of key %s is answered with %+v, but was answered before at %d", a.order.Do, a.order.Key, r, o.at)
	}
	s.n.replayed += btoi(r.Replayed)
	o.told, o.at = true, r.At
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// reveals checks a state when it becomes public: it is durable, and no window holds what is not its own.
func (s *deskSim) reveals(seq uint64, _ bool) {
	state := s.desk.State()
	if state.Seq() != seq || seq != s.disk.acked.Seq {
		fail("early", "the screens are told of %d, the state is at %d, durable are %d", seq, state.Seq(), s.disk.acked.Seq)
	}
	if s.cutReveal {
		panic(powerCut{})
	}
	s.checkWindows(state)
}

// checkWindows: nobody is in hand at two windows, and who is in hand says so.
func (s *deskSim) checkWindows(state hall.State) {
	plan := state.Plan()
	if plan == nil {
		return
	}
	s.hands = s.hands[:0]
	for i := range plan.Windows {
		post := state.Post(plan.Windows[i].ID)
		if post.Current.IsZero() {
			continue
		}
		_, l, ok := state.Leg(post.Current)
		if !ok || l.Window != post.Window || l.Stage != hall.Called && l.Stage != hall.Serving {
			fail("stages", "window %s holds %v, which is %s at %q", post.Window, post.Current, l.Stage, l.Window)
		}
		if slices.Contains(s.hands, post.Current) {
			fail("stages", "%v is at two windows", post.Current)
		}
		s.hands = append(s.hands, post.Current)
		checkClocks(&l, state.At())
	}
}

// checkClocks: what a leg did adds up to its stay.
func checkClocks(l *hall.Leg, now hall.Time) {
	running := hall.Time(0)
	if l.Stage != hall.Ended {
		running = now - l.Since
	}
	if l.Times.Sum()+running != l.Stay(now) || running < 0 || min(l.Times.Wait, l.Times.Away, l.Times.Way, l.Times.Handling, l.Times.Parked) < 0 {
		fail("clocks", "%+v and %d running are not the stay of %d", l.Times, running, l.Stay(now))
	}
}

// audit looks at every ticket that is kept: one stage each, in the one place that goes with it, and the sums of the day.
func (s *deskSim) audit(state hall.State) {
	s.n.audits++
	now := state.At()
	waiting, lists := map[string]int{}, map[hall.LegKey]string{}
	for i := range state.Plan().Windows {
		post := state.Post(state.Plan().Windows[i].ID)
		for where, list := range map[string][]hall.LegKey{"parked": post.Parked, "passed": post.Passed, "in hand": {post.Current}} {
			for _, k := range list {
				if other, twice := lists[k]; twice && !k.IsZero() {
					fail("stages", "%v is %s at window %s and %s", k, where, post.Window, other)
				}
				lists[k] = where + post.Window
			}
		}
	}
	delete(lists, hall.LegKey{})
	for _, date := range state.Dates() {
		for t := range state.Tickets(date) {
			s.auditTicket(&t, now, waiting, lists)
		}
	}
	if len(lists) > 0 {
		fail("stages", "windows hold what is not theirs: %v", lists)
	}
	for i := range state.Plan().Services {
		id := state.Plan().Services[i].ID
		if n := state.WaitingFor(id); n != waiting[id] {
			fail("stages", "%d wait for %s, counted %d", n, id, waiting[id])
		}
	}
}

func (s *deskSim) auditTicket(t *hall.Ticket, now hall.Time, waiting map[string]int, lists map[hall.LegKey]string) {
	for i := range t.Legs {
		l := &t.Legs[i]
		if checkClocks(l, now); l.Stage != hall.Ended && i != len(t.Legs)-1 {
			fail("stages", "%s has %d legs, and leg %d is %s", t.Number, len(t.Legs), i+1, l.Stage)
		}
	}
	l := t.Leg()
	place := map[hall.Stage]string{hall.Called: "in hand", hall.Serving: "in hand", hall.Parked: "parked", hall.Passed: "passed"}[l.Stage]
	if place != "" && lists[t.LegKey()] != place+l.Window {
		fail("stages", "%s is %s at window %s but %q", t.Number, l.Stage, l.Window, lists[t.LegKey()])
	}
	if place != "" {
		delete(lists, t.LegKey())
	}
	if l.Stage == hall.Waiting {
		waiting[l.Service]++
	}
}

// sameState: two ways to a state lead to the same one.
func sameState(what string, a, b hall.State) {
	x, err1 := a.Hash()
	y, err2 := b.Hash()
	if err := errors.Join(err1, err2); err != nil || x != y {
		fail("fold", "%s: the states at %d and %d differ (%v)", what, a.Seq(), b.Seq(), err)
	}
}

// refold folds the whole journal from its first record, as somebody would who trusts nothing else.
func (s *deskSim) refold() hall.State {
	s.n.refolds++
	w, t := hall.NewWorking(), tail{}
	err := s.disk.Read(s.ctx, 1, func(r journal.Record) error {
		h, e, err := hall.Decode(r.Kind, r.Bytes)
		if err == nil {
			w.Apply(r.Seq, hall.Time(r.At), h, e)
			t.Apply(r.Seq, hall.Time(r.At), h, e)
		}
		return err
	})
	if err != nil || t.sum != s.truth.sum {
		fail("fold", "the journal does not read as it was written: %v", err)
	}
	return w.Publish()
}
