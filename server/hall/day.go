package hall

// keepKeys is how long after a day's close its idempotency keys can still be repeated.
const keepKeys = 24 * 60

// DayOpened begins a business day: numbers start from 001, unless the same day is opened again after a close by mistake.
type DayOpened struct {
	Date  Date `json:"date" cbor:"1,keyasint"`
	Again bool `json:"again,omitempty" cbor:"2,keyasint,omitempty"`
}

// Kind names the event.
func (*DayOpened) Kind() string { return "day.opened" }

func (e *DayOpened) apply(b *book, s Stamp) {
	b.today, b.open = e.Date, true
	if e.Again {
		b.day(e.Date).closedAt = 0
		b.adoptKeys()
		return
	}
	b.forget(s.At)
	b.days = append(b.days, newDay(e.Date, s.At))
	b.adoptKeys()
	for name := range b.queues.all() {
		b.ownQueue(name).calls = 0
	}
	for id := range b.windows.all() {
		b.changePost(id, func(p *Post) { p.newDay() })
	}
}

// adoptKeys gives the open day what was remembered while none was.
func (b *book) adoptKeys() {
	d := b.current()
	for key, answer := range b.keys.all() {
		d.keys.set(key, answer)
	}
	b.keys = newTree[string, *remembered](b.keys.compare)
}

// forget drops earlier days that nothing can refer to any more.
func (b *book) forget(at Time) {
	kept := make([]*day, 0, len(b.days))
	for _, d := range b.days {
		if d.tally.Open > 0 || d.closedAt == 0 || at < d.closedAt+minutes(keepKeys) {
			kept = append(kept, d)
		}
	}
	b.days = kept
}

// OpenDay begins the business day that the time belongs to.
type OpenDay struct{}

func (c OpenDay) decide(b *book, at Time, by Actor) ([]Event, error) {
	if by.Kind != System && !by.Supervises() {
		return nil, Refuse(Forbidden)
	}
	if b.doubt != nil {
		return nil, Refuse(ClockUnconfirmed)
	}
	date := b.plan.BusinessDate(at)
	switch {
	case b.open && b.today == date:
		return nil, nil
	case b.open:
		return nil, Refuse(WrongState, "state", "open", "date", b.today.String())
	case b.today == date:
		return []Event{&DayOpened{Date: date, Again: true}}, nil
	case date < b.today:
		return nil, Refuse(ClockUnconfirmed)
	}
	return append(b.nextPlan(date, at, by), &DayOpened{Date: date}), nil
}

// nextPlan puts the plan kept for this date in force. Windows that it takes away and that nobody has closed overnight are
// closed; while somebody is still being served somewhere that it takes away it is kept for another day.
func (b *book) nextPlan(date Date, at Time, by Actor) []Event {
	if b.next == nil || b.next.From > date {
		return nil
	}
	var events []Event
	for id, post := range b.windows.all() {
		if _, stays := b.next.Plan.Window(id); !stays && post.State != PostClosed && post.Current.IsZero() {
			events = append(events, b.closing(post, at, "", true)...)
		}
	}
	if b.after(at, by, events).inUse(b.next.Plan) != "" {
		return nil
	}
	return append(events, &PlanSet{Plan: b.next.Plan, Hash: b.next.Hash, Source: b.next.Source})
}

// DayClosed ends the issuing of tickets for a business day. Its open legs were ended by events before it, all but those
// being served.
type DayClosed struct {
	Date     Date `json:"date" cbor:"1,keyasint"`
	Issued   int  `json:"issued" cbor:"2,keyasint"`
	Unserved int  `json:"unserved" cbor:"3,keyasint"`
}

// Kind names the event.
func (*DayClosed) Kind() string { return "day.closed" }

func (e *DayClosed) apply(b *book, s Stamp) {
	b.open = false
	b.day(e.Date).closedAt = s.At
}

// CloseDay ends the open business day.
type CloseDay struct {
	Confirm bool // close although people wait
}

func (c CloseDay) decide(b *book, at Time, by Actor) ([]Event, error) {
	if by.Kind != System && !by.Supervises() {
		return nil, Refuse(Forbidden)
	}
	d := b.current()
	if d == nil {
		return nil, nil
	}
	if by.Kind != System && !c.Confirm && d.tally.Waiting > 0 {
		return nil, Refuse(WrongState, "confirm", true, "waiting", d.tally.Waiting)
	}
	events := b.endAll(at)
	unserved := 0
	for _, e := range events {
		unserved += btoi(e.(*LegEnded).End == Unserved)
	}
	return append(events, &DayClosed{Date: b.today, Issued: d.tally.Issued, Unserved: unserved}), nil
}

// endAll ends every open leg at the close of the day: who still waits was not served by the hall, who was called away and
// never came back has gone. A leg being served goes on and belongs to its day of issue.
func (b *book) endAll(at Time) []Event {
	var events []Event
	for _, k := range b.openLegs() {
		l, _ := b.leg(k)
		switch l.Stage {
		case Waiting, Called, Parked:
			events = append(events, &LegEnded{Leg: k, End: Unserved, Why: b.whyUnserved(l), Window: l.Window})
		case Passed:
			events = append(events, &LegEnded{Leg: k, End: Abandoned, Window: l.Window})
		}
	}
	return events
}

// Reasons of an unserved leg.
const (
	UnservedHours  = "hours"
	UnservedOutage = "outage"
	UnservedWindow = "window"
)

func (b *book) whyUnserved(l *Leg) string {
	if l.Outage {
		return UnservedOutage
	}
	if b.openWindows(l.Service) == 0 {
		return UnservedWindow
	}
	return UnservedHours
}

// openWindows counts the windows at work that offer a service, paused ones included: they come back.
func (b *book) openWindows(service string) int {
	n := 0
	for _, w := range b.plan.WindowsOf(service) {
		n += btoi(b.post(w).State != PostClosed)
	}
	return n
}
