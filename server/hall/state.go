package hall

import (
	"iter"
	"slices"
)

// State is the hall at one moment, as the desk publishes it. It never changes and may be read from any goroutine.
// Values it gives away share memory with it: read them, never write to them.
type State struct{ b *book }

// IsZero reports whether nothing was ever published.
func (s State) IsZero() bool { return s.b == nil }

// Seq is the sequence of the last event in the state.
func (s State) Seq() uint64 { return s.b.seq }

// At is the time of the last event in the state.
func (s State) At() Time { return s.b.at }

// Founded is whose journal this is; zero before the first record.
func (s State) Founded() Founded { return s.b.founded }

// Plan is the plan in force, nil before the first. Read only.
func (s State) Plan() *Plan { return s.b.plan }

// PlanHash names the plan in force and where it came from.
func (s State) PlanHash() (hash, source string) { return s.b.planHash, s.b.planFrom }

// NextPlan gives the plan that is kept for a later business day.
func (s State) NextPlan() (p *Plan, from Date, ok bool) {
	if s.b.next == nil {
		return nil, 0, false
	}
	return s.b.next.Plan, s.b.next.From, true
}

// Today is the business date opened last, and whether it is open now.
func (s State) Today() (date Date, open bool) { return s.b.today, s.b.open }

// Gap is the last time that the hall was not running for longer than a restart takes.
func (s State) Gap() Gap { return s.b.gap }

// ClockDoubt is the doubt about the machine's clock, nil for none.
func (s State) ClockDoubt() *ClockDoubted { return s.b.doubt }

// Tally counts the tickets of the day opened last.
func (s State) Tally() Tally {
	if d := s.b.day(s.b.today); d != nil {
		return d.tally
	}
	return Tally{}
}

// Dates lists the business dates that are kept, oldest first.
func (s State) Dates() []Date {
	dates := make([]Date, len(s.b.days))
	for i, d := range s.b.days {
		dates[i] = d.date
	}
	return dates
}

// Ticket finds a ticket by its key.
func (s State) Ticket(key TicketKey) (Ticket, bool) {
	t, ok := s.b.ticket(key)
	if !ok {
		return Ticket{}, false
	}
	return *t, true
}

// TicketByID finds a ticket by the citizen's secret.
func (s State) TicketByID(id string) (Ticket, bool) {
	for i := len(s.b.days) - 1; i >= 0; i-- {
		if n, ok := s.b.days[i].ids.get(id); ok {
			t, _ := s.b.days[i].tickets.get(n)
			return *t, true
		}
	}
	return Ticket{}, false
}

// TicketByNumber finds a ticket of the day opened last, or an open one of an earlier day.
func (s State) TicketByNumber(number Number) (Ticket, bool) {
	for i := len(s.b.days) - 1; i >= 0; i-- {
		n, ok := s.b.days[i].numbers.get(number)
		if !ok {
			continue
		}
		if t, _ := s.b.days[i].tickets.get(n); s.b.days[i].date == s.b.today || t.Open() {
			return *t, true
		}
	}
	return Ticket{}, false
}

// Tickets yields the tickets of a date in order of issue.
func (s State) Tickets(date Date) iter.Seq[Ticket] {
	return func(yield func(Ticket) bool) {
		d := s.b.day(date)
		if d == nil {
			return
		}
		for _, t := range d.tickets.all() {
			if !yield(*t) {
				return
			}
		}
	}
}

// Leg finds a leg and its ticket.
func (s State) Leg(k LegKey) (Ticket, Leg, bool) {
	l, ok := s.b.leg(k)
	if !ok {
		return Ticket{}, Leg{}, false
	}
	t, _ := s.b.ticket(k.Ticket())
	return *t, *l, true
}

// Post gives a window at work; a closed one for a window that was never opened.
func (s State) Post(window string) Post { return *s.b.post(window) }

// PostOf finds the window where a member of staff sits.
func (s State) PostOf(staff string) (Post, bool) {
	for _, p := range s.b.windows.all() {
		if p.Staff == staff && p.State != PostClosed {
			return *p, true
		}
	}
	return Post{}, false
}

// Closed says why no ticket is given for a service now: a reason of [ServiceClosed], or "" when one is.
func (s State) Closed(service Service, at Time) string { return s.b.closed(&service, at) }

// QuotaLeft gives how many tickets of a service the tightest quota of the moment still allows.
func (s State) QuotaLeft(service Service, at Time) (left int, limited bool) {
	return s.b.quotaLeft(&service, at)
}

// WaitingFor counts the waiting legs of a service, those bound to a window or person included.
func (s State) WaitingFor(service string) int {
	n := s.b.waitingIn(serviceQueue(service), service)
	for _, queue := range s.b.boundQueues() {
		n += s.b.waitingIn(queue, service)
	}
	return n
}

// waitingIn counts the legs of a service that wait in a queue.
func (b *book) waitingIn(queue queueName, service string) int {
	n := 0
	for _, line := range b.queueOf(queue).lines {
		if line.service == service {
			n += line.legs.len()
		}
	}
	return n
}

// boundQueues lists the queues of windows and staff in which somebody waits.
func (b *book) boundQueues() []queueName {
	var names []queueName
	for name, q := range b.queues.all() {
		if q.waiting > 0 && name.of != forService {
			names = append(names, name)
		}
	}
	return names
}

// OpenWindows counts the windows at work that offer a service, paused ones included.
func (s State) OpenWindows(service string) int { return s.b.openWindows(service) }

// WorkingWindows counts the windows that offer a service and are open right now.
func (s State) WorkingWindows(service string) int {
	n := 0
	for _, w := range s.b.plan.WindowsOf(service) {
		n += btoi(s.b.post(w).State == PostOpen)
	}
	return n
}

// WaitingAt counts the legs that Pick could give a window.
func (s State) WaitingAt(window string, at Time) int {
	return newPicker(s.b, window, at).eligible()
}

// Ahead counts the waiting legs of the ticket's queue that Pick would take before it; ok only while it waits.
func (s State) Ahead(t Ticket, at Time) (n int, ok bool) {
	l := t.Leg()
	if l.Stage != Waiting {
		return 0, false
	}
	return s.b.ahead(standingOf(&t, t.LegKey(), l), at), true
}

// AheadOfNew counts the people who would go before somebody who joins a service now, in no class.
func (s State) AheadOfNew(service Service, at Time) int {
	l := Leg{Service: service.ID}
	if service.PerWindow() {
		l.Target.Window = s.b.shortest(s.b.plan.WindowsOf(service.ID), nil)
	}
	return s.b.ahead(standing{queue: l.queue(), sort: sort{service: service.ID}, from: at, number: Number{Prefix: "~"}}, at)
}

// Line lists whom Pick would call at a window one after the other, at most limit, if nobody came or went; held legs last.
func (s State) Line(window string, at Time, limit int) []Candidate {
	p := newPicker(s.b, window, at)
	var line []Candidate
	for _, queue := range p.queues() {
		for _, leg := range s.b.queueOf(queue).all() {
			c, _ := p.candidate(leg)
			line = append(line, c)
		}
	}
	p.capped = false
	p.sort(line)
	return head(p.post.spread(line), limit)
}

// spread puts ordinary legs between strict ones where the window's cap will ask for it. The line is sorted, strict first.
func (p *Post) spread(line []Candidate) []Candidate {
	ordinary := slices.IndexFunc(line, func(c Candidate) bool { return !c.Strict || c.Held })
	if ordinary <= 0 {
		return line
	}
	strict, rest := line[:ordinary], line[ordinary:]
	calls := Post{Strict: p.Strict}
	spread := make([]Candidate, 0, len(line))
	for len(strict) > 0 && len(rest) > 0 && !rest[0].Held {
		from := &strict
		if calls.strictCapped() {
			from = &rest
		}
		spread = append(spread, (*from)[0])
		calls.note((*from)[0].Strict)
		*from = (*from)[1:]
	}
	return append(append(spread, strict...), rest...)
}

func head(line []Candidate, limit int) []Candidate { return line[:min(len(line), limit)] }

// NextOf lists the tickets of a service that any window would call first, at most limit, held legs left out.
func (s State) NextOf(service string, at Time, limit int) []Candidate {
	p := &picker{b: s.b, post: &Post{}, at: at}
	var line []Candidate
	for _, leg := range s.b.queueOf(serviceQueue(service)).all() {
		if c, eligible := p.candidate(leg); eligible {
			line = append(line, c)
		}
	}
	p.sort(line)
	return head(line, limit)
}

// sort puts who may be called first, then who is held, then whose slot is far away; each in the order of the calls.
func (p *picker) sort(line []Candidate) {
	rank := func(c Candidate) int { return btoi(c.Held) + btoi(c.Held && p.b.tooEarly(c.Leg, p.at)) }
	slices.SortFunc(line, func(a, b Candidate) int {
		if c := rank(a) - rank(b); c != 0 {
			return c
		}
		return btoi(p.before(b, a)) - btoi(p.before(a, b))
	})
}

// LongestWait gives the longest time in waiting among the waiting legs of a service, and whose; ok is false when nobody waits.
func (s State) LongestWait(service string, at Time) (number Number, waited Time, ok bool) {
	for _, queue := range append(s.b.boundQueues(), serviceQueue(service)) {
		for line, leg := range s.b.queueOf(queue).all() {
			if line.service != service {
				continue
			}
			t, _ := s.b.ticket(leg.Ticket())
			if w := t.Legs[leg.Leg-1].Waited(at); !ok || w > waited {
				number, waited, ok = t.Number, w, true
			}
		}
	}
	return number, waited, ok
}

// Try tells whether a command would be accepted now: nil, or the refusal it would meet. Pages use it to say why a key
// cannot be pressed, so that the answer is always the rule's own.
func (s State) Try(c Command, by Actor, at Time) error {
	_, err := s.b.decide(c, at, by)
	return err
}
