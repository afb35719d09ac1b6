package hall

import (
	"fmt"
	"slices"
)

// check looks at what one event touched: its ticket, its window, its number.
func (s *sim) check(e Event) {
	switch e := e.(type) {
	case *TicketIssued:
		s.checkNumber(e)
	case *PlanSet:
		s.plan = e.Plan
	case *LegCalled:
		if post := s.live.b.post(e.Window); post.Current != e.Leg {
			fail("%s was called to window %s, where %v is", e.Number, e.Window, post.Current)
		}
	}
	about, ok := e.(subject)
	if !ok {
		return
	}
	leg, window := about.about()
	if !leg.IsZero() {
		t, found := s.live.b.ticket(leg.Ticket())
		if !found {
			fail("%s is about ticket %v, which is unknown", e.Kind(), leg)
		}
		s.checkTicket(t)
	}
	if window != "" {
		s.checkPost(s.live.b.post(window))
	}
}

// checkNumber: numbers are gap-free per series and day, and the key counts the day's tickets.
func (s *sim) checkNumber(e *TicketIssued) {
	series := fmt.Sprintf("%d %s", e.Key.Date, e.Number.Prefix)
	if s.numbers[series]++; e.Number.N != s.numbers[series] {
		fail("ticket %s follows number %d of its series", e.Number, s.numbers[series]-1)
	}
	if s.numbers[e.Key.Date.String()]++; e.Key.N != s.numbers[e.Key.Date.String()] {
		fail("ticket %d of the day follows %d", e.Key.N, s.numbers[e.Key.Date.String()]-1)
	}
	s.tickets = append(s.tickets, e.Key)
	if s.r.IntN(16) == 0 {
		t, _ := s.live.b.ticket(e.Key)
		if ahead := naiveAhead(s.live.Publish(), *t, s.now); ahead != e.Ahead {
			fail("%s was told %d ahead, there are %d", e.Number, e.Ahead, ahead)
		}
	}
}

// checkTicket: the clocks of every leg add up to its stay, and only the last leg is open.
func (s *sim) checkTicket(t *Ticket) {
	for i := range t.Legs {
		l := &t.Legs[i]
		if l.Stage != Ended && i != len(t.Legs)-1 {
			fail("%s: leg %d is %s although leg %d follows", t.Number, i+1, l.Stage, i+2)
		}
		s.checkClocks(t, l)
	}
	if l := t.Leg(); t.Open() {
		s.checkPlace(t, l)
	}
}

func (s *sim) checkClocks(t *Ticket, l *Leg) {
	running := Time(0)
	if l.Stage != Ended {
		running = s.now - l.Since
	}
	if l.Times.Sum()+running != l.Stay(s.now) {
		fail("%s: %+v and %d running are not its stay of %d", t.Number, l.Times, running, l.Stay(s.now))
	}
	if min(l.Times.Wait, l.Times.Away, l.Times.Way, l.Times.Handling, l.Times.Parked, running) < 0 {
		fail("%s: a time below zero: %+v, %d running", t.Number, l.Times, running)
	}
	if own := l.own(s.now); own < 0 || own > l.Times.Handling+running {
		fail("%s: of a handling of %d its staff have %d, others %+v", t.Number, l.Times.Handling, own, l.Shares)
	}
	if (l.Stage == Ended) != (l.EndedAt > 0) || (l.Stage == Ended) != (l.End > 0) {
		fail("%s: stage %s with end %s at %d", t.Number, l.Stage, l.End, l.EndedAt)
	}
}

// inQueue looks for a leg at its place.
func inQueue(b *book, at standing) bool {
	q := b.queueOf(at.queue)
	i, found := q.find(at.sort)
	return found && q.lines[i].legs.has(at.turn())
}

// checkPlace finds an open leg in the one place where it must be.
func (s *sim) checkPlace(t *Ticket, l *Leg) {
	b, k := s.live.b, t.LegKey()
	post := b.post(l.Window)
	inHand := l.Stage == Called || l.Stage == Serving
	for _, place := range []struct {
		name       string
		is, should bool
	}{{"in a queue", inQueue(b, standingOf(t, k, l)), l.Stage == Waiting}, {"in hand", post.Current == k, inHand},
		{"parked", slices.Contains(post.Parked, k), l.Stage == Parked}, {"passed", slices.Contains(post.Passed, k), l.Stage == Passed}} {
		if place.is != place.should {
			fail("%s is %s, but %s: %v", t.Number, l.Stage, place.name, place.is)
		}
	}
}

// checkPost: a paused or closed window has nobody in hand, and a planned pause waits for somebody.
func (s *sim) checkPost(p *Post) {
	busy := !p.Current.IsZero()
	switch {
	case p.State == PostClosed && (busy || len(p.Parked) > 0 || p.Staff != ""):
		fail("window %s is closed with %+v", p.Window, p)
	case p.State != PostClosed && p.Staff == "":
		fail("window %s is %s without staff", p.Window, p.State)
	case len(p.Strict) > strictHistory:
		fail("window %s remembers %d calls", p.Window, len(p.Strict))
	}
}

// foresee works out by hand what a next must do and gives the comparison to make afterwards.
func (s *sim) foresee(o Order) func([]Event) {
	c, next := o.Do.(Next)
	if !next || s.r.IntN(4) > 0 || !s.live.b.post(c.Window).Current.IsZero() {
		return func([]Event) {}
	}
	line, _ := naiveLine(s.live.Publish(), c.Window, s.now)
	return func(events []Event) {
		if len(line) == 0 {
			if len(events) > 0 {
				fail("nobody can be called at window %s, but %s happens", c.Window, events[0].Kind())
			}
			return
		}
		called := events[0].(*LegCalled)
		if called.Leg != line[0].key {
			fail("window %s calls %s, not %s", c.Window, called.Number, line[0].number)
		}
		overtaking(line[0], line[1:], called.Why)
	}
}

// overtaking is the theorem of the rules: whoever is called before somebody who stood there earlier was later by no more
// than the difference of their credits and preferences; every other overtaking says its reason.
func overtaking(y naive, others []naive, why Why) {
	for _, x := range others {
		if y.leg.Strict || x.leg.Strict || why.Rule == RuleTarget && x.held {
			continue
		}
		if y.leg.StandingFrom-x.leg.StandingFrom > y.leg.Credit-x.leg.Credit+y.prefer-x.prefer {
			fail("%s overtook %s by more than their credits allow", y.number, x.number)
		}
	}
}

// audit counts everything again from the tickets alone.
func (s *sim) audit() {
	state := s.live.Publish()
	queued := map[queueName]int{}
	inHand := map[LegKey]string{}
	for _, p := range state.b.windows.all() {
		s.checkPost(p)
		if p.State == PostPaused && !p.Current.IsZero() {
			fail("window %s is paused with somebody in hand", p.Window)
		}
		if p.Planned != nil && p.Current.IsZero() {
			fail("the planned pause of window %s never took hold", p.Window)
		}
		for _, k := range append(append([]LegKey{p.Current}, p.Parked...), p.Passed...) {
			if other, twice := inHand[k]; twice && !k.IsZero() {
				fail("leg %v is at windows %s and %s", k, other, p.Window)
			}
			inHand[k] = p.Window
		}
	}
	delete(inHand, LegKey{})
	for _, d := range state.b.days {
		s.auditDay(state, d, queued, inHand)
	}
	if len(inHand) > 0 {
		fail("windows hold legs that are not theirs: %v", inHand)
	}
	s.auditQueues(state, queued)
}

func (s *sim) auditDay(state State, d *day, queued map[queueName]int, inHand map[LegKey]string) {
	tally := Tally{Issued: d.tickets.len()}
	for _, t := range d.tickets.all() {
		s.checkTicket(t)
		countAgain(&tally, t)
		l := t.Leg()
		switch l.Stage {
		case Waiting:
			queued[l.queue()]++
		case Called, Serving, Parked, Passed:
			if inHand[t.LegKey()] != l.Window {
				fail("%s is %s at window %s, found at %q", t.Number, l.Stage, l.Window, inHand[t.LegKey()])
			}
			delete(inHand, t.LegKey())
		}
	}
	if tally != d.tally {
		fail("the tally of %s is %+v, counted %+v", d.date, d.tally, tally)
	}
	if !state.b.open && d.date == state.b.today && d.closedAt == 0 {
		fail("%s is closed, but nobody knows since when", d.date)
	}
}

func countAgain(tally *Tally, t *Ticket) {
	if t.Leg().Stage != Ended {
		tally.Open++
	}
	field := map[string]*int{"waiting": &tally.Waiting, "finished": &tally.Finished, "left": &tally.Left, "cancelled": &tally.Cancelled,
		"abandoned": &tally.Abandoned, "unserved": &tally.Unserved, "voided": &tally.Voided}[t.State()]
	if field != nil {
		*field++
	}
}

func (s *sim) auditQueues(state State, queued map[queueName]int) {
	for name, q := range state.b.queues.all() {
		if q.waiting != queued[name] {
			fail("queue %s counts %d, has %d", name, q.waiting, queued[name])
		}
		stand := 0
		for i, l := range q.lines {
			if stand += l.legs.len(); l.legs.len() == 0 || i > 0 && q.lines[i-1].compare(l.sort) >= 0 {
				fail("queue %s has lines %v", name, q.lines)
			}
		}
		if stand != q.waiting {
			fail("%d legs stand in queue %s, %d wait", stand, name, q.waiting)
		}
	}
	for at, k := range state.b.held.all() {
		if at.leg != k || !inQueue(state.b, at) {
			fail("%v is held but does not wait", k)
		}
	}
	for _, p := range s.plan.Services {
		if n := state.WaitingFor(p.ID); n != naiveWaiting(state, p.ID) {
			fail("%d wait for %s, counted %d", n, p.ID, naiveWaiting(state, p.ID))
		}
	}
}

func naiveWaiting(state State, service string) int {
	n := 0
	for _, x := range naiveAll(state, "", 0) {
		n += btoi(x.leg.Service == service)
	}
	return n
}

// sameIndexes compares what a snapshot does not hold and Restore derives again.
func sameIndexes(a, b *book) {
	for name, q := range a.queues.all() {
		other := b.queueOf(name)
		if q.waiting != other.waiting || q.calls != other.calls || len(q.lines) != len(other.lines) {
			fail("queue %s is %v, restored %v", name, q, other)
		}
		for i, l := range q.lines {
			if l.sort != other.lines[i].sort {
				fail("queue %s has the line %v, restored %v", name, l.sort, other.lines[i].sort)
			}
			sameTrees("line", &l.legs, &other.lines[i].legs, func(x, y struct{}) bool { return true })
		}
	}
	for name, q := range b.queues.all() {
		if waiting := a.queueOf(name).waiting; waiting != q.waiting {
			fail("in queue %s wait %d, restored %d", name, waiting, q.waiting)
		}
	}
	sameTrees("held", &a.held, &b.held, func(x, y LegKey) bool { return x == y })
	for i, d := range a.days {
		other := b.days[i]
		sameTrees("ids", &d.ids, &other.ids, func(x, y uint32) bool { return x == y })
		sameTrees("numbers", &d.numbers, &other.numbers, func(x, y uint32) bool { return x == y })
		sameTrees("series", &d.series, &other.series, func(x, y uint32) bool { return x == y })
		sameTrees("persons", &d.persons, &other.persons, slices.Equal[[]uint32])
		if d.tally != other.tally {
			fail("the tally is %+v, restored %+v", d.tally, other.tally)
		}
	}
}

func sameTrees[K comparable, V any](what string, a, b *tree[K, V], same func(x, y V) bool) {
	if a.len() != b.len() {
		fail("%s has %d entries, restored %d", what, a.len(), b.len())
	}
	for k, v := range a.all() {
		if other, found := b.get(k); !found || !same(v, other) {
			fail("%s has %v at %v, restored %v", what, v, k, other)
		}
	}
}

// sameHistory: what the events alone tell of every leg is what the state knows.
func (s *sim) sameHistory() {
	state := s.live.Publish()
	for _, date := range state.Dates() {
		for t := range state.Tickets(date) {
			past, ok := s.history.Ticket(t.Key)
			if !ok || len(past.Legs) != len(t.Legs) {
				fail("the history knows %v of %s", past, t.Number)
			}
			for i, l := range t.Legs {
				if p := past.Legs[i].Leg; p.Times != l.Times || p.Stage != l.Stage || p.End != l.End || p.Staff != l.Staff ||
					p.Window != l.Window || !slices.Equal(p.Shares, l.Shares) || p.StartedAt != l.StartedAt {
					fail("the history of leg %d of %s is %+v, the state has %+v", i+1, t.Number, p, l)
				}
			}
		}
	}
}
