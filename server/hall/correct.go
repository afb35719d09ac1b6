package hall

import "slices"

// TicketVoided takes a ticket out of every count although its visit had ended. Its number stays used.
type TicketVoided struct {
	Key TicketKey `json:"key" cbor:"1,keyasint"`

	Secret *Secret `json:"-" cbor:"-"`
}

// Kind names the event.
func (*TicketVoided) Kind() string { return "ticket.voided" }

func (e *TicketVoided) private() any { return e.Secret.part() }

func (e *TicketVoided) about() (LegKey, string) { return e.Key.leg(1), "" }

func (e *TicketVoided) apply(b *book, s Stamp) {
	b.change(b.lastLeg(e.Key), func(t *Ticket, l *Leg) { t.Voided = true })
}

// Void declares a ticket void, from any state, with a reason.
type Void struct {
	Ticket TicketKey
	Reason string
}

func (c Void) decide(b *book, at Time, by Actor) ([]Event, error) {
	t, err := b.ticketFor(c.Ticket, c.Reason, by)
	if err != nil {
		return nil, err
	}
	if t.State() == Voided.String() {
		return nil, Refuse(WrongState, "state", t.State())
	}
	if t.Open() {
		return []Event{&LegEnded{Leg: t.LegKey(), End: Voided, Window: t.Leg().Window, Secret: textSecret(c.Reason)}}, nil
	}
	return []Event{&TicketVoided{Key: c.Ticket, Secret: textSecret(c.Reason)}}, nil
}

// ticketFor finds a ticket that the actor may correct: whoever serves or has served it, a lead of its department, a supervisor.
func (b *book) ticketFor(key TicketKey, reason string, by Actor) (*Ticket, error) {
	t, ok := b.ticket(key)
	if !ok {
		return nil, Refuse(NotFound)
	}
	if !by.Staff() {
		return nil, Refuse(Forbidden)
	}
	if n := len([]rune(reason)); n == 0 || n > MaxText {
		return nil, Refuse(Invalid, "pointer", "/reason", "max", MaxText)
	}
	if by.Supervises() || t.Leg().Staff == by.ID || b.leads(by, t.Leg().Service) {
		return t, nil
	}
	return nil, Refuse(Forbidden)
}

func (b *book) leads(by Actor, service string) bool {
	s, _ := b.plan.Service(service)
	for _, role := range by.Roles {
		for _, d := range by.Departments {
			if role == RoleLead && d == s.Department {
				return true
			}
		}
	}
	return false
}

// Reclassified puts a waiting leg into another class, after somebody has seen the proof.
type Reclassified struct {
	Leg    LegKey `json:"leg" cbor:"1,keyasint"`
	Class  string `json:"class" cbor:"2,keyasint"`
	Credit Time   `json:"credit,omitempty" cbor:"3,keyasint,omitempty"`
	Strict bool   `json:"strict,omitempty" cbor:"4,keyasint,omitempty"`

	Secret *Secret `json:"-" cbor:"-"`
}

// Kind names the event.
func (*Reclassified) Kind() string { return "leg.reclassified" }

func (e *Reclassified) private() any { return e.Secret.part() }

func (e *Reclassified) about() (LegKey, string) { return e.Leg, "" }

func (e *Reclassified) apply(b *book, s Stamp) {
	b.change(e.Leg, func(t *Ticket, l *Leg) { l.Class, l.Credit, l.Strict, l.Claimed = e.Class, e.Credit, e.Strict, "" })
}

// Reclassify gives an open ticket the class that its citizen has proved.
type Reclassify struct {
	Ticket TicketKey
	Class  string
	Reason string
}

func (c Reclassify) decide(b *book, at Time, by Actor) ([]Event, error) {
	t, ok := b.ticket(c.Ticket)
	if !ok {
		return nil, Refuse(NotFound)
	}
	if !by.Staff() {
		return nil, Refuse(Forbidden)
	}
	if n := len([]rune(c.Reason)); n == 0 || n > MaxText {
		return nil, Refuse(Invalid, "pointer", "/reason", "max", MaxText)
	}
	class, known := b.plan.Class(c.Class)
	if !known {
		return nil, Refuse(UnknownClass, "class", c.Class)
	}
	l := t.Leg()
	if l.Stage == Ended {
		return nil, Refuse(WrongState, "state", t.State())
	}
	if s, _ := b.plan.Service(l.Service); len(s.Classes) > 0 && c.Class != Ordinary && !slices.Contains(s.Classes, c.Class) {
		return nil, Refuse(ClassNotAllowed, "class", c.Class, "service", l.Service)
	}
	if l.Class == c.Class && l.Claimed == "" {
		return nil, nil
	}
	return []Event{&Reclassified{Leg: t.LegKey(), Class: class.ID, Credit: minutes(class.CreditMinutes), Strict: class.Strict,
		Secret: textSecret(c.Reason)}}, nil
}

// LegCorrected replaces what was said of a finished handling.
type LegCorrected struct {
	Leg   LegKey `json:"leg" cbor:"1,keyasint"`
	Items []Item `json:"items" cbor:"2,keyasint"`

	Secret *Secret `json:"-" cbor:"-"`
}

// Kind names the event.
func (*LegCorrected) Kind() string { return "leg.corrected" }

func (e *LegCorrected) private() any { return e.Secret.part() }

func (e *LegCorrected) about() (LegKey, string) { return e.Leg, "" }

func (e *LegCorrected) apply(b *book, s Stamp) {
	b.change(e.Leg, func(t *Ticket, l *Leg) { l.Items = e.Items })
}

// Correct replaces the items of a finished leg, with a reason.
type Correct struct {
	Ticket TicketKey
	Leg    int // 0 = the last
	Items  []Item
	Reason string
}

func (c Correct) decide(b *book, at Time, by Actor) ([]Event, error) {
	t, err := b.ticketFor(c.Ticket, c.Reason, by)
	if err != nil {
		return nil, err
	}
	n := c.Leg
	if n == 0 {
		n = len(t.Legs)
	}
	if n < 1 || n > len(t.Legs) {
		return nil, Refuse(Invalid, "pointer", "/leg")
	}
	l := t.Legs[n-1]
	if t.Voided || l.End != Finished {
		return nil, Refuse(WrongState, "state", l.State())
	}
	if !by.Supervises() && l.Staff != by.ID && !b.leads(by, l.Service) {
		return nil, Refuse(Forbidden)
	}
	items, err := Finish{Items: c.Items}.items(b, &l)
	if err != nil {
		return nil, err
	}
	return []Event{&LegCorrected{Leg: c.Ticket.leg(n), Items: items, Secret: textSecret(c.Reason)}}, nil
}

// Rating is a citizen's judgement of one handling, 5 = 非常满意 to 1 = 非常不满意.
type Rating struct {
	Leg     int      `json:"leg" cbor:"1,keyasint"`
	Level   int      `json:"level" cbor:"2,keyasint"`
	Reasons []string `json:"reasons,omitempty" cbor:"3,keyasint,omitempty"`
	At      Time     `json:"at" cbor:"4,keyasint"`
}

// rated reports whether a leg has been judged.
func (t *Ticket) rated(leg int) bool {
	return slices.ContainsFunc(t.Ratings, func(r Rating) bool { return r.Leg == leg })
}

// Rated is a rating given.
type Rated struct {
	Leg     LegKey   `json:"leg" cbor:"1,keyasint"`
	Level   int      `json:"level" cbor:"2,keyasint"`
	Reasons []string `json:"reasons,omitempty" cbor:"3,keyasint,omitempty"`

	Secret *Secret `json:"-" cbor:"-"`
}

// Kind names the event.
func (*Rated) Kind() string { return "leg.rated" }

func (e *Rated) private() any { return e.Secret.part() }

func (e *Rated) about() (LegKey, string) { return e.Leg, "" }

func (e *Rated) apply(b *book, s Stamp) {
	b.change(e.Leg, func(t *Ticket, l *Leg) {
		list := append([]Rating(nil), t.Ratings...)
		t.Ratings = append(list, Rating{Leg: int(e.Leg.Leg), Level: e.Level, Reasons: e.Reasons, At: s.At})
	})
}

// Rate judges a finished handling, once.
type Rate struct {
	Ticket  TicketKey
	Leg     int
	Level   int
	Reasons []string
	Text    string
}

func (c Rate) decide(b *book, at Time, by Actor) ([]Event, error) {
	t, ok := b.ticket(c.Ticket)
	if !ok {
		return nil, Refuse(NotFound)
	}
	switch {
	case c.Level < 1 || c.Level > 5:
		return nil, Refuse(Invalid, "pointer", "/level")
	case c.Leg < 1 || c.Leg > len(t.Legs):
		return nil, Refuse(Invalid, "pointer", "/leg")
	case len(c.Reasons) > 6:
		return nil, Refuse(Invalid, "pointer", "/reasons", "max", 6)
	case len([]rune(c.Text)) > MaxText:
		return nil, Refuse(Invalid, "pointer", "/text", "max", MaxText)
	case t.Voided || t.Legs[c.Leg-1].End != Finished:
		return nil, Refuse(WrongState, "state", t.Legs[c.Leg-1].State())
	}
	for i, r := range c.Reasons {
		if !idForm.MatchString(r) {
			return nil, Refuse(Invalid, "pointer", "/reasons/"+string(rune('0'+i)))
		}
	}
	if t.rated(c.Leg) {
		return nil, Refuse(AlreadyRated, "leg", c.Leg)
	}
	return []Event{&Rated{Leg: c.Ticket.leg(c.Leg), Level: c.Level, Reasons: c.Reasons, Secret: textSecret(c.Text)}}, nil
}

// Complained is a complaint or suggestion about a visit; its words lie beside the chain.
type Complained struct {
	Key TicketKey `json:"key" cbor:"1,keyasint"`
	Leg int       `json:"leg,omitempty" cbor:"2,keyasint,omitempty"`

	Secret *Secret `json:"-" cbor:"-"`
}

// Kind names the event.
func (*Complained) Kind() string { return "ticket.complained" }

func (e *Complained) private() any { return e.Secret.part() }

func (e *Complained) about() (LegKey, string) { return e.Key.leg(max(1, e.Leg)), "" }

func (e *Complained) apply(b *book, s Stamp) {}

// Complain says what was wrong with a visit.
type Complain struct {
	Ticket TicketKey
	Leg    int // 0 = the visit as a whole
	Text   string
	Phone  string
}

func (c Complain) decide(b *book, at Time, by Actor) ([]Event, error) {
	t, ok := b.ticket(c.Ticket)
	if !ok {
		return nil, Refuse(NotFound)
	}
	if n := len([]rune(c.Text)); n == 0 || n > MaxText {
		return nil, Refuse(Invalid, "pointer", "/text", "max", MaxText)
	}
	if c.Leg < 0 || c.Leg > len(t.Legs) {
		return nil, Refuse(Invalid, "pointer", "/leg")
	}
	if len(c.Phone) > 32 {
		return nil, Refuse(Invalid, "pointer", "/phone", "max", 32)
	}
	return []Event{&Complained{Key: c.Ticket, Leg: c.Leg, Secret: &Secret{Text: c.Text, Phone: c.Phone}}}, nil
}
