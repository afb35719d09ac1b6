package hall

import "slices"

// Places in the queue a transferred ticket can take.
const (
	PlaceKeep = "keep" // its standing goes along
	PlaceEnd  = "end"  // behind everybody
)

// Transfer sends a ticket from a window to another service, window or member of staff.
type Transfer struct {
	Window  string    // where it is now
	Ticket  TicketKey // zero = the current one, else one parked, passed or waiting here
	Service string    // exactly one of Service, To and Staff
	To      string
	Staff   string
	Place   string // "" = keep
	Note    string
}

func (c Transfer) decide(b *book, at Time, by Actor) ([]Event, error) {
	k, l, err := c.leg(b, at, by)
	if err != nil {
		return nil, err
	}
	if c.Place != "" && c.Place != PlaceKeep && c.Place != PlaceEnd {
		return nil, Refuse(Invalid, "pointer", "/place")
	}
	if len([]rune(c.Note)) > MaxText {
		return nil, Refuse(Invalid, "pointer", "/note", "max", MaxText)
	}
	if k.Leg >= MaxLegs {
		return nil, Refuse(Invalid, "pointer", "", "max", MaxLegs)
	}
	service, target, err := c.target(b, l)
	if err != nil {
		return nil, err
	}
	standing := l.StandingFrom
	if c.Place == PlaceEnd {
		standing = at
	}
	return b.move(k, l, at, by.ID, LegAdded{Service: service, Target: target, Standing: standing, Secret: textSecret(c.Note)}), nil
}

// move ends a leg and adds the one it goes on in.
func (b *book) move(k LegKey, l *Leg, at Time, staff string, to LegAdded) []Event {
	to.Key, to.Leg = k.Ticket(), int(k.Leg)+1
	to.Class, to.Claimed, to.Credit, to.Strict = l.Class, l.Claimed, l.Credit, l.Strict
	return []Event{&LegEnded{Leg: k, End: Moved, Window: l.Window, Staff: staff, Doubtful: b.doubtful(l, at)}, &to}
}

func (c Transfer) leg(b *book, at Time, by Actor) (LegKey, *Leg, error) {
	if c.Ticket.IsZero() {
		return b.currentLeg(c.Window, by)
	}
	post, err := b.mine(c.Window, by)
	if err != nil {
		return LegKey{}, nil, err
	}
	t, ok := b.ticket(c.Ticket)
	if !ok {
		return LegKey{}, nil, Refuse(NotFound)
	}
	k := t.LegKey()
	if k != post.Current && !b.inReach(c.Window, at, t.Leg()) {
		return LegKey{}, nil, Refuse(WrongState, "state", t.State())
	}
	return k, t.Leg(), nil
}

// inReach reports whether a leg that is not in hand belongs to a window: parked or passed there, or waiting in a queue
// that the window serves.
func (b *book) inReach(window string, at Time, l *Leg) bool {
	switch l.Stage {
	case Parked, Passed:
		return l.Window == window
	case Waiting:
		return slices.Contains(newPicker(b, window, at).queues(), l.queue())
	}
	return false
}

// target settles where the ticket goes: exactly one of service, window and staff was said.
func (c Transfer) target(b *book, l *Leg) (service string, target Target, err error) {
	if btoi(c.Service != "")+btoi(c.To != "")+btoi(c.Staff != "") != 1 {
		return "", target, Refuse(Invalid, "pointer", "")
	}
	switch {
	case c.To != "":
		return l.Service, Target{Window: c.To}, c.toWindow(b)
	case c.Staff != "":
		return l.Service, Target{Staff: c.Staff}, c.toStaff(b)
	}
	s, known := b.plan.Service(c.Service)
	if !known {
		return "", target, Refuse(UnknownService, "service", c.Service)
	}
	offers := b.plan.WindowsOf(c.Service)
	if len(offers) == 0 {
		return "", target, Refuse(ServiceClosed, "service", c.Service, "reason", ReasonNoWindow)
	}
	if s.PerWindow() {
		target.Window = b.shortest(offers, nil)
	}
	return c.Service, target, nil
}

func (c Transfer) toWindow(b *book) error {
	if _, known := b.plan.Window(c.To); !known {
		return Refuse(UnknownWindow, "window", c.To)
	}
	if c.To == c.Window {
		return Refuse(Invalid, "pointer", "/window")
	}
	if b.post(c.To).State == PostClosed {
		return Refuse(WindowNotOpen, "window", c.To, "state", PostClosed.String())
	}
	return nil
}

func (c Transfer) toStaff(b *book) error {
	for _, post := range b.windows.all() {
		if post.Staff == c.Staff && post.Window != c.Window && post.State != PostClosed {
			return nil
		}
	}
	return Refuse(WindowNotOpen, "staff", c.Staff)
}

// TargetLapsed frees a waiting leg from a window or member of staff that went home, or binds it to another window.
type TargetLapsed struct {
	Leg LegKey `json:"leg" cbor:"1,keyasint"`
	To  Target `json:"to,omitzero" cbor:"2,keyasint,omitzero"`
}

// Kind names the event.
func (*TargetLapsed) Kind() string { return "leg.target_lapsed" }

func (e *TargetLapsed) apply(b *book, s Stamp) {
	b.change(e.Leg, func(t *Ticket, l *Leg) { l.Target = e.To })
}

// lapses frees everything that waits in the queues of a window or a person that goes home. Closing is the window that
// closes with them, "" for none.
func (b *book) lapses(closing string, queues ...queueName) []Event {
	var events []Event
	moved := map[string]int{}
	for _, queue := range queues {
		for line, k := range b.queueOf(queue).all() {
			if l, _ := b.leg(k); l.Target != b.retarget(line.service, closing, moved) {
				to := b.retarget(line.service, closing, moved)
				moved[to.Window]++
				events = append(events, &TargetLapsed{Leg: k, To: to})
			}
		}
	}
	return events
}

// retarget finds where a leg bound to a closing window may go. A queue by window needs another open window; without one
// the leg waits for this window to open again. Moved counts who was sent where just now: they are not in the queues yet.
func (b *book) retarget(service, closing string, moved map[string]int) Target {
	s, known := b.plan.Service(service)
	if !known || !s.PerWindow() {
		return Target{}
	}
	offers := b.plan.WindowsOf(service)
	var open []string
	for _, w := range offers {
		if w != closing && b.post(w).State == PostOpen {
			open = append(open, w)
		}
	}
	if len(open) == 0 && slices.Contains(offers, closing) {
		return Target{Window: closing}
	}
	if len(open) == 0 {
		open = offers
	}
	return Target{Window: b.shortest(open, moved)}
}
