package hall

import "slices"

// LegCalled is a leg called to a window, with everything that decided it.
type LegCalled struct {
	Leg     LegKey `json:"leg" cbor:"1,keyasint"`
	Number  Number `json:"number" cbor:"2,keyasint"`
	Window  string `json:"window" cbor:"3,keyasint"`
	Staff   string `json:"staff" cbor:"4,keyasint"`
	Service string `json:"service" cbor:"5,keyasint"`
	Why     Why    `json:"why" cbor:"6,keyasint"`
	Strict  bool   `json:"strict,omitempty" cbor:"7,keyasint,omitempty"`

	Secret *Secret `json:"-" cbor:"-"` // the reason of a choice
}

// Kind names the event.
func (*LegCalled) Kind() string { return "leg.called" }

func (e *LegCalled) private() any { return e.Secret.part() }

func (e *LegCalled) about() (LegKey, string) { return e.Leg, e.Window }

func (e *LegCalled) apply(b *book, s Stamp) {
	b.change(e.Leg, func(t *Ticket, l *Leg) {
		l.turn(Called, s.At)
		l.Window, l.Staff, l.HeldUntil = e.Window, e.Staff, 0
		why := e.Why
		l.Reason = &why
		if l.FirstCallAt == 0 {
			l.FirstCallAt = s.At
		}
		l.called(s)
	})
	b.ownQueue(serviceQueue(e.Service)).calls++
	b.changePost(e.Window, func(p *Post) { p.called(e) })
}

func (l *Leg) called(s Stamp) {
	l.Calls++
	l.CalledAt, l.CallID = s.At, s.Seq
}

// Next calls whoever Pick names. With somebody at the window, Finish or Pass says what happened to the current ticket:
// both are done together or not at all.
type Next struct {
	Window string
	Finish *Finish // its Window is not looked at
	Pass   bool
}

func (c Next) decide(b *book, at Time, by Actor) ([]Event, error) {
	post, err := b.mine(c.Window, by)
	if err != nil {
		return nil, err
	}
	if post.Current.IsZero() {
		if c.Finish != nil || c.Pass {
			return nil, Refuse(NothingCurrent, "window", c.Window)
		}
		return b.callNext(c.Window, at, by)
	}
	before, err := c.current(b, at, by)
	if err != nil {
		return nil, err
	}
	if post.Planned != nil {
		return before, nil
	}
	then, err := b.after(at, by, before).callNext(c.Window, at, by)
	return append(before, then...), err
}

func (c Next) current(b *book, at Time, by Actor) ([]Event, error) {
	switch {
	case c.Finish != nil:
		f := *c.Finish
		f.Window = c.Window
		return f.decide(b, at, by)
	case c.Pass:
		return Pass{Window: c.Window}.decide(b, at, by)
	}
	return nil, Refuse(WindowBusy, "window", c.Window)
}

func (b *book) callNext(window string, at Time, by Actor) ([]Event, error) {
	if state := b.post(window).State; state != PostOpen {
		return nil, Refuse(WindowNotOpen, "window", window, "state", state.String())
	}
	chosen, why, found := b.pick(window, at)
	if !found {
		return nil, nil
	}
	return []Event{&LegCalled{Leg: chosen.Leg, Number: chosen.Number, Window: window, Staff: b.post(window).Staff,
		Service: chosen.Service, Why: why, Strict: chosen.Strict}}, nil
}

// Call calls one ticket out of order: a chosen one, which needs the plan's permission and a reason, or one this window had
// passed.
type Call struct {
	Window string
	Ticket TicketKey
	Reason string
}

func (c Call) decide(b *book, at Time, by Actor) ([]Event, error) {
	post, err := b.freeWindow(c.Window, by)
	if err != nil {
		return nil, err
	}
	t, ok := b.ticket(c.Ticket)
	if !ok {
		return nil, Refuse(NotFound)
	}
	l := t.Leg()
	e := &LegCalled{Leg: t.LegKey(), Number: t.Number, Window: c.Window, Staff: post.Staff, Service: l.Service, Strict: l.Strict,
		Secret: textSecret(c.Reason)}
	switch {
	case l.Stage == Passed && l.Window == c.Window:
		if l.Calls >= b.plan.Rules.MaxCalls {
			return nil, Refuse(CallLimit, "max", b.plan.Rules.MaxCalls)
		}
		e.Why = Why{Rule: RuleReturned, Class: l.Class, Waited: at - l.StandingFrom, Credit: l.Credit}
	case l.Stage == Waiting:
		if e.Why, err = c.choose(b, t, at); err != nil {
			return nil, err
		}
	default:
		return nil, Refuse(WrongState, "state", t.State())
	}
	return []Event{e}, nil
}

func (c Call) choose(b *book, t *Ticket, at Time) (Why, error) {
	if !b.plan.Rules.Choosing {
		return Why{}, Refuse(ChoosingNotAllowed)
	}
	if c.Reason == "" || len([]rune(c.Reason)) > MaxText {
		return Why{}, Refuse(Invalid, "pointer", "/reason", "max", MaxText)
	}
	p := newPicker(b, c.Window, at)
	if !slices.Contains(p.queues(), t.Leg().queue()) {
		return Why{}, Refuse(NotYourWindow, "window", c.Window)
	}
	me, _ := p.candidate(t.LegKey())
	w := Why{Rule: RuleChosen, Score: me.Score, Waited: at - me.From, Credit: me.Credit, Prefer: me.Prefer, Class: me.Class, Eligible: p.eligible()}
	if first, _, found := b.pick(c.Window, at); found && first.Leg != me.Leg {
		w.Runner = &Runner{Number: first.Number, Score: first.Score, Waited: at - first.From, Credit: first.Credit, Prefer: first.Prefer, Class: first.Class}
	}
	return w, nil
}

// LegRecalled is a further call of a leg that has not come.
type LegRecalled struct {
	Leg    LegKey `json:"leg" cbor:"1,keyasint"`
	Window string `json:"window" cbor:"2,keyasint"`
	Times  int    `json:"times" cbor:"3,keyasint"`
}

// Kind names the event.
func (*LegRecalled) Kind() string { return "leg.recalled" }

func (e *LegRecalled) about() (LegKey, string) { return e.Leg, e.Window }

func (e *LegRecalled) apply(b *book, s Stamp) {
	b.change(e.Leg, func(t *Ticket, l *Leg) {
		l.turn(Called, s.At)
		l.called(s)
	})
}

// Recall calls the current ticket again.
type Recall struct{ Window string }

func (c Recall) decide(b *book, at Time, by Actor) ([]Event, error) {
	k, l, err := b.currentLeg(c.Window, by)
	if err != nil {
		return nil, err
	}
	if l.Stage != Called {
		return nil, Refuse(WrongState, "state", l.State())
	}
	if l.Calls >= b.plan.Rules.MaxCalls {
		return nil, Refuse(CallLimit, "max", b.plan.Rules.MaxCalls)
	}
	if left := b.untilGap(l, b.plan.Rules.RecallGapSeconds, at); left > 0 {
		return nil, Refuse(TooSoon, "seconds", left)
	}
	return []Event{&LegRecalled{Leg: k, Window: c.Window, Times: l.Calls + 1}}, nil
}

// untilGap gives the seconds until the last call of l is gap seconds ago. A gap in the hall's life does not count:
// nobody heard anything then.
func (b *book) untilGap(l *Leg, gap int, at Time) int {
	from := l.CalledAt
	if l.Outage {
		from = max(from, b.gap.To)
	}
	left := from + seconds(gap) - at
	if left <= 0 {
		return 0
	}
	return int((left + 999) / 1000)
}

// LegUncalled takes a call back: the leg waits again with its standing.
type LegUncalled struct {
	Leg    LegKey `json:"leg" cbor:"1,keyasint"`
	Window string `json:"window" cbor:"2,keyasint"`
}

// Kind names the event.
func (*LegUncalled) Kind() string { return "leg.uncalled" }

func (e *LegUncalled) about() (LegKey, string) { return e.Leg, e.Window }

func (e *LegUncalled) apply(b *book, s Stamp) {
	b.change(e.Leg, func(t *Ticket, l *Leg) { l.turn(Waiting, s.At) })
}

// Uncall takes back the last step at a window: a call becomes waiting again, a start by mistake becomes a call again.
type Uncall struct{ Window string }

func (c Uncall) decide(b *book, at Time, by Actor) ([]Event, error) {
	k, l, err := b.currentLeg(c.Window, by)
	if err != nil {
		return nil, err
	}
	if l.Stage == Serving {
		if l.Calls == 0 || len(l.Shares) > 0 || l.Since != l.StartedAt {
			return nil, Refuse(WrongState, "state", l.State())
		}
		return []Event{&LegUnstarted{Leg: k, Window: c.Window}}, nil
	}
	return []Event{&LegUncalled{Leg: k, Window: c.Window}}, nil
}
