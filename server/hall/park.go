package hall

import "slices"

// LegParked is a handling interrupted: the citizen fetches something and comes back to the same window.
type LegParked struct {
	Leg    LegKey `json:"leg" cbor:"1,keyasint"`
	Window string `json:"window" cbor:"2,keyasint"`

	Secret *Secret `json:"-" cbor:"-"`
}

// Kind names the event.
func (*LegParked) Kind() string { return "leg.parked" }

func (e *LegParked) private() any { return e.Secret.part() }

func (e *LegParked) about() (LegKey, string) { return e.Leg, e.Window }

func (e *LegParked) apply(b *book, s Stamp) {
	b.change(e.Leg, func(t *Ticket, l *Leg) {
		l.turn(Parked, s.At)
		l.NoteSeq = s.Seq
	})
}

// Park interrupts the current handling.
type Park struct {
	Window string
	Reason string
}

func (c Park) decide(b *book, at Time, by Actor) ([]Event, error) {
	k, l, err := b.currentLeg(c.Window, by)
	if err != nil {
		return nil, err
	}
	if l.Stage != Serving {
		return nil, Refuse(WrongState, "state", l.State())
	}
	if len([]rune(c.Reason)) > MaxText {
		return nil, Refuse(Invalid, "pointer", "/reason", "max", MaxText)
	}
	return []Event{&LegParked{Leg: k, Window: c.Window, Secret: textSecret(c.Reason)}}, nil
}

// LegUnparked takes up a parked handling again.
type LegUnparked struct {
	Leg    LegKey `json:"leg" cbor:"1,keyasint"`
	Window string `json:"window" cbor:"2,keyasint"`
	Staff  string `json:"staff" cbor:"3,keyasint"`
	Share  Time   `json:"share,omitempty" cbor:"4,keyasint,omitempty"` // handling so far by somebody else, who keeps it
}

// Kind names the event.
func (*LegUnparked) Kind() string { return "leg.unparked" }

func (e *LegUnparked) about() (LegKey, string) { return e.Leg, e.Window }

func (e *LegUnparked) apply(b *book, s Stamp) {
	b.change(e.Leg, func(t *Ticket, l *Leg) { l.unpark(e, s.At) })
}

func (l *Leg) unpark(e *LegUnparked, at Time) {
	l.share(l.Staff, e.Share)
	l.turn(Serving, at)
	l.Staff = e.Staff
}

// Unpark takes up one of the window's parked tickets.
type Unpark struct {
	Window string
	Ticket TicketKey
}

func (c Unpark) decide(b *book, at Time, by Actor) ([]Event, error) {
	post, err := b.freeWindow(c.Window, by)
	if err != nil {
		return nil, err
	}
	t, ok := b.ticket(c.Ticket)
	if !ok {
		return nil, Refuse(NotFound)
	}
	if t.Leg().Stage != Parked {
		return nil, Refuse(WrongState, "state", t.State())
	}
	if !slices.Contains(post.Parked, t.LegKey()) {
		return nil, Refuse(NotYourWindow, "window", t.Leg().Window)
	}
	return []Event{&LegUnparked{Leg: t.LegKey(), Window: c.Window, Staff: post.Staff, Share: t.Leg().shareFor(post.Staff, at)}}, nil
}
