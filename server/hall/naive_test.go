package hall

import (
	"cmp"
	"slices"
)

// naive is a waiting leg as the rules of the queue describe it, found by looking at every ticket. It shares no code with
// Pick: eligibility, score and order are written down a second time here.
type naive struct {
	key    LegKey
	number Number
	leg    *Leg
	prefer Time
	score  Time
	held   bool // came back or lets others go first
	early  bool // its slot is more than ten minutes away
}

// naiveAll scores every waiting leg for a window ("" = for none).
func naiveAll(s State, window string, at Time) []naive {
	w, _ := s.Plan().Window(window)
	var list []naive
	for _, date := range s.Dates() {
		for t := range s.Tickets(date) {
			l := &t.Legs[len(t.Legs)-1]
			if l.Stage != Waiting {
				continue
			}
			n := naive{key: t.LegKey(), number: t.Number, leg: l, prefer: naivePrefer(w, l.Service)}
			n.score = at - l.StandingFrom + l.Credit + n.prefer
			n.held = l.HeldUntil > naiveCalls(s, l.Service)
			n.early = l.SlotAt > 0 && at < l.SlotAt-10*60*1000
			list = append(list, n)
		}
	}
	return list
}

func naivePrefer(w Window, service string) Time {
	for _, p := range w.Prefer {
		if p.Service == service {
			return Time(p.Minutes) * 60 * 1000
		}
	}
	return 0
}

func naiveCalls(s State, service string) uint64 {
	return s.b.queueOf(serviceQueue(service)).calls
}

// offered reports whether a window may call a leg at all: its service is offered and the leg is bound to nothing, or it is
// bound to the window or to who sits there.
func (n naive) offered(w Window, staff string) bool {
	target := n.leg.Target
	switch {
	case target.Staff != "":
		return target.Staff == staff
	case target.Window != "":
		return target.Window == w.ID
	}
	return slices.Contains(w.Services, n.leg.Service)
}

// compareNaive puts strict legs first (last when capped), then the highest score, then the earliest standing, then the number.
func compareNaive(a, b naive, capped bool) int {
	if a.leg.Strict != b.leg.Strict {
		if a.leg.Strict != capped {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.leg.StandingFrom, b.leg.StandingFrom),
		cmp.Compare(a.number.Prefix, b.number.Prefix), cmp.Compare(a.number.N, b.number.N), compareLegs(a.key, b.key))
}

// naiveLine is everybody a window could call, in the order of the calls if nothing else changed but the window's cap, and
// whether the window has just called its fill of strict legs.
func naiveLine(s State, window string, at Time) (line []naive, capped bool) {
	w, _ := s.Plan().Window(window)
	post := s.Post(window)
	var held []naive
	for _, n := range naiveAll(s, window, at) {
		switch {
		case !n.offered(w, post.Staff) || n.early:
		case n.held:
			held = append(held, n)
		default:
			line = append(line, n)
		}
	}
	if len(line) == 0 {
		line = held
	}
	ordinary := slices.ContainsFunc(line, func(n naive) bool { return !n.leg.Strict && !n.held })
	capped = ordinary && len(post.Strict) == 2 && post.Strict[0] && post.Strict[1]
	slices.SortFunc(line, func(a, b naive) int { return compareNaive(a, b, capped) })
	return line, capped
}

// naiveAhead counts the legs of a leg's own queue that go before it.
func naiveAhead(s State, t Ticket, at Time) int {
	l := t.Legs[len(t.Legs)-1]
	window := l.Target.Window
	if post, sits := s.PostOf(l.Target.Staff); l.Target.Staff != "" {
		window = ""
		if sits {
			window = post.Window
		}
	}
	all := naiveAll(s, window, at)
	me := all[slices.IndexFunc(all, func(n naive) bool { return n.key == t.LegKey() })]
	count := 0
	for _, n := range all {
		same := n.leg.Target == l.Target && (l.Target != Target{} || n.leg.Service == l.Service)
		if same && !n.held && !n.early && compareNaive(n, me, false) < 0 {
			count++
		}
	}
	return count
}
