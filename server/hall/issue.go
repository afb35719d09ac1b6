package hall

import "slices"

// Bounds of what a ticket may say, enforced before anything is recorded.
const (
	MaxPeople      = 50
	MaxCases       = 50
	MaxText        = 500   // characters of a free text
	MaxPerSeries   = 99999 // numbers of one prefix and day
	MaxLegs        = 20    // legs of one ticket
	MaxItems       = 20    // items of one handling
	MaxDeferPeople = 20
)

// TicketIssued is a new ticket with its first leg. It holds everything the citizen was told, so that the same answer can
// be given again.
type TicketIssued struct {
	Key       TicketKey `json:"key" cbor:"1,keyasint"`
	ID        string    `json:"-" cbor:"2,keyasint"`
	Number    Number    `json:"number" cbor:"3,keyasint"`
	Service   string    `json:"service" cbor:"4,keyasint"`
	Class     string    `json:"class" cbor:"5,keyasint"`
	Claimed   string    `json:"claimed,omitempty" cbor:"6,keyasint,omitempty"`
	Credit    Time      `json:"credit,omitempty" cbor:"7,keyasint,omitempty"`
	Strict    bool      `json:"strict,omitempty" cbor:"8,keyasint,omitempty"`
	Window    string    `json:"window,omitempty" cbor:"9,keyasint,omitempty"`
	Bands     []string  `json:"bands,omitempty" cbor:"10,keyasint,omitempty"` // quotas it counts for
	PersonRef string    `json:"personRef,omitempty" cbor:"11,keyasint,omitempty"`
	People    int       `json:"people,omitempty" cbor:"12,keyasint,omitempty"`
	Cases     int       `json:"cases,omitempty" cbor:"13,keyasint,omitempty"`
	Channel   string    `json:"channel" cbor:"14,keyasint"`
	Lang      string    `json:"lang" cbor:"15,keyasint"`
	Ahead     int       `json:"ahead" cbor:"16,keyasint"`
	Promise   *Promise  `json:"promise,omitempty" cbor:"17,keyasint,omitempty"`
	Override  bool      `json:"override,omitempty" cbor:"18,keyasint,omitempty"`

	Secret *Secret `json:"-" cbor:"-"`
}

// Kind names the event.
func (*TicketIssued) Kind() string { return "ticket.issued" }

func (e *TicketIssued) private() any { return e.Secret.part() }

func (e *TicketIssued) about() (LegKey, string) { return e.Key.leg(1), "" }

func (e *TicketIssued) apply(b *book, s Stamp) {
	d := b.day(e.Key.Date)
	leg := Leg{Service: e.Service, Class: e.Class, Claimed: e.Claimed, Credit: e.Credit, Strict: e.Strict, Stage: Waiting,
		Target: Target{Window: e.Window}, JoinedAt: s.At, StandingFrom: s.At, Since: s.At}
	t := newSingle(Ticket{Key: e.Key, ID: e.ID, Number: e.Number, Channel: e.Channel, Lang: e.Lang, IssuedAt: s.At, By: s.By.ID,
		PersonRef: e.PersonRef, People: e.People, Cases: e.Cases, Ahead: e.Ahead, Promise: e.Promise, Window: e.Window,
		Class: e.Class, Claimed: e.Claimed}, leg)
	d.series.set(e.Number.Prefix, e.Number.N)
	d.numbers.set(e.Number, e.Key.N)
	d.ids.set(e.ID, e.Key.N)
	d.tickets.set(e.Key.N, t)
	d.tally.Issued++
	d.count(t, +1)
	d.person(t)
	for _, band := range e.Bands {
		n, _ := d.quotas.get(band)
		d.quotas.set(band, n+1)
	}
	b.attach(t, e.Key.leg(1), &t.Legs[0])
}

// Issue asks for a ticket.
type Issue struct {
	ID        string // the secret name, from outside: the core has no randomness
	Service   string
	Class     string // "" = ordinary
	Proved    bool   // the proof of the class was shown (a card read, or staff looked at it)
	Window    string // of a queue by window; "" = the one with the fewest waiting
	People    int
	Cases     int
	PersonRef string // names one person for a day, "" for nobody
	Secret    *Secret
	Channel   string // kiosk, phone, staff, booking, paper
	Lang      string
	Promise   *Promise // the wait as estimated from the state before
	Override  bool     // by staff: although the person has tickets
}

func (c Issue) decide(b *book, at Time, by Actor) ([]Event, error) {
	service, err := b.openService(c.Service, at)
	if err != nil {
		return nil, err
	}
	class, claimed, err := c.class(b, service)
	if err != nil {
		return nil, err
	}
	window, err := c.window(b, service)
	if err != nil {
		return nil, err
	}
	if err := c.bounds(b, by); err != nil {
		return nil, err
	}
	number, err := b.nextNumber(service, window)
	if err != nil {
		return nil, err
	}
	d := b.current()
	e := &TicketIssued{Key: TicketKey{Date: d.date, N: uint32(d.tickets.len() + 1)}, ID: c.ID, Number: number, Service: c.Service,
		Class: class.ID, Claimed: claimed, Credit: minutes(class.CreditMinutes), Strict: class.Strict, Window: window,
		Bands: b.plan.quotaKeys(service, at), PersonRef: c.PersonRef, People: c.People, Cases: c.Cases, Channel: c.Channel,
		Lang: c.Lang, Promise: c.Promise, Override: c.Override, Secret: c.Secret}
	leg := Leg{Service: c.Service, Target: Target{Window: window}}
	e.Ahead = b.ahead(standing{queue: leg.queue(), sort: sort{c.Service, e.Strict, e.Credit}, from: at, number: number, leg: e.Key.leg(1)}, at)
	return []Event{e}, nil
}

// openService finds the service and refuses when no ticket is given for it now.
func (b *book) openService(id string, at Time) (*Service, error) {
	i, known := b.plan.index.services[id]
	if !known {
		return nil, Refuse(UnknownService, "service", id)
	}
	if b.doubt != nil {
		return nil, Refuse(ClockUnconfirmed)
	}
	service := &b.plan.Services[i]
	if reason := b.closed(service, at); reason != "" {
		return nil, Refuse(ServiceClosed, "service", id, "reason", reason)
	}
	return service, nil
}

// closed says why no ticket is given for the service; "" = it is.
func (b *book) closed(s *Service, at Time) string {
	if b.current() == nil {
		return ReasonDayNotOpen
	}
	if s.Paused {
		return ReasonPaused
	}
	if reason := b.plan.closedReason(s, at); reason != "" {
		return reason
	}
	if len(b.plan.WindowsOf(s.ID)) == 0 {
		return ReasonNoWindow
	}
	if left, limited := b.quotaLeft(s, at); limited && left <= 0 {
		return ReasonQuota
	}
	return ""
}

// quotaKeys names the quotas that a ticket issued now counts for.
func (p *Plan) quotaKeys(s *Service, at Time) []string {
	if len(s.Quotas) == 0 {
		return nil
	}
	var keys []string
	now := minuteOf(at.In(p.Zone()))
	for _, q := range s.Quotas {
		if b, ok := parseBand(q.Band); q.Band == "" || ok && now >= b.from && now < b.to {
			keys = append(keys, s.ID+"|"+q.Band)
		}
	}
	return keys
}

// quotaLeft gives how many tickets the tightest quota of now still allows.
func (b *book) quotaLeft(s *Service, at Time) (left int, limited bool) {
	d := b.current()
	if d == nil || len(s.Quotas) == 0 {
		return 0, false
	}
	keys := b.plan.quotaKeys(s, at)
	for _, q := range s.Quotas {
		if !slices.Contains(keys, s.ID+"|"+q.Band) {
			continue
		}
		used, _ := d.quotas.get(s.ID + "|" + q.Band)
		if !limited || q.Limit-used < left {
			left, limited = q.Limit-used, true
		}
	}
	return left, limited
}

func (c *Issue) class(b *book, s *Service) (class Class, claimed string, err error) {
	id := c.Class
	if id == "" {
		id = Ordinary
	}
	class, known := b.plan.Class(id)
	if !known {
		return class, "", Refuse(UnknownClass, "class", id)
	}
	if id != Ordinary && len(s.Classes) > 0 && !slices.Contains(s.Classes, id) {
		return class, "", Refuse(ClassNotAllowed, "class", id, "service", s.ID)
	}
	if class.Proof != ProofNone && !c.Proved {
		ordinary, _ := b.plan.Class(Ordinary)
		return ordinary, id, nil
	}
	return class, "", nil
}

// window settles the window of a queue by window.
func (c *Issue) window(b *book, s *Service) (string, error) {
	if !s.PerWindow() {
		if c.Window != "" {
			return "", Refuse(Invalid, "pointer", "/window", "reason", "not a queue by window")
		}
		return "", nil
	}
	offers := b.plan.WindowsOf(s.ID)
	if c.Window != "" {
		if !slices.Contains(offers, c.Window) {
			return "", Refuse(UnknownWindow, "window", c.Window)
		}
		return c.Window, nil
	}
	return b.shortest(offers, nil), nil
}

// shortest is the window with the fewest waiting, those on their way there (coming, may be nil) included; open ones first.
func (b *book) shortest(windows []string, coming map[string]int) string {
	best, least := "", 0
	for _, w := range windows {
		n := b.queueOf(windowQueue(w)).waiting + coming[w]
		if b.post(w).State != PostOpen {
			n += 1 << 20
		}
		if best == "" || n < least {
			best, least = w, n
		}
	}
	return best
}

func (c *Issue) bounds(b *book, by Actor) error {
	switch {
	case c.ID == "" || c.Lang != "zh" && c.Lang != "en" || c.Channel == "":
		return Refuse(Invalid, "pointer", "")
	case c.People < 0 || c.People > MaxPeople:
		return Refuse(Invalid, "pointer", "/people", "max", MaxPeople)
	case c.Cases < 0 || c.Cases > MaxCases:
		return Refuse(Invalid, "pointer", "/cases", "max", MaxCases)
	case b.current().ids.has(c.ID):
		return Refuse(Invalid, "pointer", "/id")
	}
	if c.PersonRef == "" || c.Override && by.Staff() {
		return nil
	}
	return c.person(b)
}

// person allows one open ticket per person and service, and a few in all.
func (c *Issue) person(b *book) error {
	d := b.current()
	open, _ := d.persons.get(c.PersonRef)
	for _, n := range open {
		if t, _ := d.tickets.get(n); t.Leg().Service == c.Service {
			return Refuse(AlreadyWaiting, "number", t.Number.String(), "service", c.Service)
		}
	}
	if len(open) >= b.plan.Rules.OpenTicketsPerPerson {
		return Refuse(AlreadyWaiting, "max", b.plan.Rules.OpenTicketsPerPerson)
	}
	return nil
}

func (b *book) nextNumber(s *Service, window string) (Number, error) {
	prefix := s.Prefix
	if s.Numbering == "window" {
		w, _ := b.plan.Window(window)
		prefix = w.Prefix
	}
	used, _ := b.current().series.get(prefix)
	if used >= MaxPerSeries {
		return Number{}, Refuse(ServiceClosed, "service", s.ID, "reason", ReasonQuota)
	}
	return Number{Prefix: prefix, N: used + 1}, nil
}

// TicketPrinted records that a slip came out of a printer, or with Failed that it did not.
type TicketPrinted struct {
	Key    TicketKey `json:"key" cbor:"1,keyasint"`
	Failed bool      `json:"failed,omitempty" cbor:"2,keyasint,omitempty"`
}

// Kind names the event.
func (*TicketPrinted) Kind() string { return "ticket.printed" }

func (e *TicketPrinted) about() (LegKey, string) { return e.Key.leg(1), "" }

func (e *TicketPrinted) apply(b *book, s Stamp) {
	b.change(b.lastLeg(e.Key), func(t *Ticket, l *Leg) {
		t.Unprinted = e.Failed
		if !e.Failed {
			t.Printed++
		}
	})
}

func (b *book) lastLeg(key TicketKey) LegKey {
	t, _ := b.ticket(key)
	return t.LegKey()
}

// Print reports what a printer did with a slip.
type Print struct {
	Ticket TicketKey
	Failed bool
}

func (c Print) decide(b *book, at Time, by Actor) ([]Event, error) {
	t, ok := b.ticket(c.Ticket)
	if !ok {
		return nil, Refuse(NotFound)
	}
	if c.Failed && t.Unprinted || t.Printed >= 20 {
		return nil, nil
	}
	return []Event{&TicketPrinted{Key: c.Ticket, Failed: c.Failed}}, nil
}
