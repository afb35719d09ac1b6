package hall

// LegPassed is a called leg whose citizen was not there; it can come back.
type LegPassed struct {
	Leg    LegKey `json:"leg" cbor:"1,keyasint"`
	Window string `json:"window" cbor:"2,keyasint"`
}

// Kind names the event.
func (*LegPassed) Kind() string { return "leg.passed" }

func (e *LegPassed) about() (LegKey, string) { return e.Leg, e.Window }

func (e *LegPassed) apply(b *book, s Stamp) {
	b.change(e.Leg, func(t *Ticket, l *Leg) { l.turn(Passed, s.At) })
}

// Pass gives up calling the current ticket for now.
type Pass struct{ Window string }

func (c Pass) decide(b *book, at Time, by Actor) ([]Event, error) {
	k, l, err := b.currentLeg(c.Window, by)
	if err != nil {
		return nil, err
	}
	if l.Stage != Called {
		return nil, Refuse(WrongState, "state", l.State())
	}
	rules := b.plan.Rules
	left := b.untilGap(l, rules.PassMinSeconds, at)
	if missing := rules.PassMinCalls - l.Calls; missing > 0 {
		return nil, Refuse(TooFewCalls, "calls", missing, "seconds", b.untilGap(l, rules.RecallGapSeconds, at))
	}
	if left > 0 {
		return nil, Refuse(TooSoon, "seconds", left)
	}
	return []Event{&LegPassed{Leg: k, Window: c.Window}}, nil
}

// LegReturned is a passed leg that came back: it waits with its standing, but some go first.
type LegReturned struct {
	Leg       LegKey `json:"leg" cbor:"1,keyasint"`
	HeldUntil uint64 `json:"heldUntil" cbor:"2,keyasint"` // calls of its service today that must have been made
	After     int    `json:"after" cbor:"3,keyasint"`     // that is so many more
}

// Kind names the event.
func (*LegReturned) Kind() string { return "leg.returned" }

func (e *LegReturned) about() (LegKey, string) { return e.Leg, "" }

func (e *LegReturned) apply(b *book, s Stamp) {
	b.change(e.Leg, func(t *Ticket, l *Leg) {
		l.turn(Waiting, s.At)
		l.Returns++
		l.HeldUntil, l.Back = e.HeldUntil, true
	})
}

// Return brings a passed ticket back into its queue.
type Return struct{ Ticket TicketKey }

func (c Return) decide(b *book, at Time, by Actor) ([]Event, error) {
	t, ok := b.ticket(c.Ticket)
	if !ok {
		return nil, Refuse(NotFound)
	}
	l := t.Leg()
	if l.Stage != Passed {
		return nil, Refuse(WrongState, "state", t.State())
	}
	if l.Returns >= b.plan.Rules.MaxReturns {
		return nil, Refuse(CallLimit, "max", b.plan.Rules.MaxReturns)
	}
	after := b.plan.Rules.ReturnAfterCalls
	return []Event{&LegReturned{Leg: t.LegKey(), HeldUntil: b.heldFor(l, after), After: after}}, nil
}

// heldFor is the count of calls of the leg's service after which so many more have been made; 0 = at once.
func (b *book) heldFor(l *Leg, calls int) uint64 {
	if calls <= 0 {
		return 0
	}
	return b.queueOf(serviceQueue(l.Service)).calls + uint64(calls)
}

// LegDeferred is a waiting citizen who lets some others go first.
type LegDeferred struct {
	Leg       LegKey `json:"leg" cbor:"1,keyasint"`
	HeldUntil uint64 `json:"heldUntil" cbor:"2,keyasint"`
	People    int    `json:"people" cbor:"3,keyasint"`
}

// Kind names the event.
func (*LegDeferred) Kind() string { return "leg.deferred" }

func (e *LegDeferred) about() (LegKey, string) { return e.Leg, "" }

func (e *LegDeferred) apply(b *book, s Stamp) {
	b.change(e.Leg, func(t *Ticket, l *Leg) {
		l.Defers++
		l.HeldUntil = e.HeldUntil
	})
}

// Defer lets some people of the same service go first.
type Defer struct {
	Ticket TicketKey
	People int // 1 to MaxDeferPeople; 0 = as many as after a return
}

func (c Defer) decide(b *book, at Time, by Actor) ([]Event, error) {
	t, ok := b.ticket(c.Ticket)
	if !ok {
		return nil, Refuse(NotFound)
	}
	l, people := t.Leg(), c.People
	if people == 0 {
		people = max(1, b.plan.Rules.ReturnAfterCalls)
	}
	switch {
	case people < 1 || people > MaxDeferPeople:
		return nil, Refuse(Invalid, "pointer", "/people", "max", MaxDeferPeople)
	case l.Stage != Waiting:
		return nil, Refuse(WrongState, "state", t.State())
	case l.Defers >= b.plan.Rules.MaxDefers:
		return nil, Refuse(CallLimit, "max", b.plan.Rules.MaxDefers)
	}
	from := max(l.HeldUntil, b.queueOf(serviceQueue(l.Service)).calls)
	return []Event{&LegDeferred{Leg: t.LegKey(), HeldUntil: from + uint64(people), People: people}}, nil
}

// Cancel gives a ticket back, by its citizen.
type Cancel struct{ Ticket TicketKey }

func (c Cancel) decide(b *book, at Time, by Actor) ([]Event, error) {
	t, ok := b.ticket(c.Ticket)
	if !ok {
		return nil, Refuse(NotFound)
	}
	switch l := t.Leg(); l.Stage {
	case Waiting, Called, Passed:
		return []Event{&LegEnded{Leg: t.LegKey(), End: Cancelled, Window: l.Window}}, nil
	}
	return nil, Refuse(WrongState, "state", t.State())
}

// Abandon gives up a ticket that was passed or parked and whose citizen does not come back.
type Abandon struct{ Ticket TicketKey }

func (c Abandon) decide(b *book, at Time, by Actor) ([]Event, error) {
	t, ok := b.ticket(c.Ticket)
	if !ok {
		return nil, Refuse(NotFound)
	}
	l := t.Leg()
	mine := by.Kind == System || by.Supervises() || by.Staff() && b.post(l.Window).Staff == by.ID
	given := l.Stage == Passed || l.Stage == Parked
	switch {
	case !mine && (given || l.Window != ""):
		return nil, Refuse(NotYourWindow, "window", l.Window)
	case !given:
		return nil, Refuse(WrongState, "state", t.State())
	}
	return []Event{&LegEnded{Leg: t.LegKey(), End: Abandoned, Window: l.Window}}, nil
}
