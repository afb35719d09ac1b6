package hall

import (
	"fmt"
	"slices"
)

// LegStarted is the begin of a handling.
type LegStarted struct {
	Leg    LegKey `json:"leg" cbor:"1,keyasint"`
	Window string `json:"window" cbor:"2,keyasint"`
	Staff  string `json:"staff" cbor:"3,keyasint"`
}

// Kind names the event.
func (*LegStarted) Kind() string { return "leg.started" }

func (e *LegStarted) about() (LegKey, string) { return e.Leg, e.Window }

func (e *LegStarted) apply(b *book, s Stamp) {
	b.change(e.Leg, func(t *Ticket, l *Leg) {
		l.turn(Serving, s.At)
		l.StartedAt, l.Staff = s.At, e.Staff
	})
}

// Begin starts handling the called ticket.
type Begin struct{ Window string }

func (c Begin) decide(b *book, at Time, by Actor) ([]Event, error) {
	k, l, err := b.currentLeg(c.Window, by)
	if err != nil {
		return nil, err
	}
	if l.Stage != Called {
		return nil, Refuse(WrongState, "state", l.State())
	}
	return []Event{&LegStarted{Leg: k, Window: c.Window, Staff: by.ID}}, nil
}

// LegUnstarted takes a start by mistake back: the citizen has not come yet. All the time since the call counts as way.
type LegUnstarted struct {
	Leg    LegKey `json:"leg" cbor:"1,keyasint"`
	Window string `json:"window" cbor:"2,keyasint"`
}

// Kind names the event.
func (*LegUnstarted) Kind() string { return "leg.unstarted" }

func (e *LegUnstarted) about() (LegKey, string) { return e.Leg, e.Window }

func (e *LegUnstarted) apply(b *book, s Stamp) {
	b.change(e.Leg, func(t *Ticket, l *Leg) { l.unstart() })
}

// unstart makes a handling that began with the last call a call again; see [Uncall] for when that is possible.
func (l *Leg) unstart() {
	l.Times.Way -= l.StartedAt - l.CalledAt
	l.Stage, l.Since, l.StartedAt = Called, l.CalledAt, 0
}

// LegEnded ends a leg for good, but for a finish that is taken back.
type LegEnded struct {
	Leg      LegKey `json:"leg" cbor:"1,keyasint"`
	End      End    `json:"end" cbor:"2,keyasint"`
	Window   string `json:"window,omitempty" cbor:"3,keyasint,omitempty"`
	Staff    string `json:"staff,omitempty" cbor:"4,keyasint,omitempty"`
	Items    []Item `json:"items,omitempty" cbor:"5,keyasint,omitempty"`
	Inferred bool   `json:"startInferred,omitempty" cbor:"6,keyasint,omitempty"`
	Doubtful bool   `json:"timeDoubtful,omitempty" cbor:"7,keyasint,omitempty"`
	Why      string `json:"why,omitempty" cbor:"8,keyasint,omitempty"`

	Secret *Secret `json:"-" cbor:"-"`
}

// Kind names the event.
func (*LegEnded) Kind() string { return "leg.ended" }

func (e *LegEnded) private() any { return e.Secret.part() }

func (e *LegEnded) about() (LegKey, string) { return e.Leg, e.Window }

func (e *LegEnded) apply(b *book, s Stamp) {
	if e.End == Finished {
		b.changePost(e.Window, func(p *Post) { p.Finished, p.LastEnded = p.Finished+1, e.Leg })
	}
	b.change(e.Leg, func(t *Ticket, l *Leg) {
		l.Inferred = e.Inferred
		l.turn(Ended, s.At)
		l.End, l.EndedAt, l.Items, l.Doubtful, l.Why = e.End, s.At, e.Items, e.Doubtful, e.Why
		if e.Staff != "" {
			l.Staff = e.Staff
		}
	})
}

// Finish ends the handling of the current ticket. On a ticket that is only called the start is inferred: it counts as
// done, but its times say nothing.
type Finish struct {
	Window  string
	Items   []Item // none = one of the leg's service with Outcome and Cases
	Outcome string // "" = the plan's preselected one
	Cases   int    // 0 = 1
	Confirm bool   // an unusually long handling is right
}

func (c Finish) decide(b *book, at Time, by Actor) ([]Event, error) {
	k, l, err := b.currentLeg(c.Window, by)
	if err != nil {
		return nil, err
	}
	items, err := c.items(b, l)
	if err != nil {
		return nil, err
	}
	e := &LegEnded{Leg: k, End: Finished, Window: c.Window, Staff: by.ID, Items: items, Inferred: l.Stage == Called}
	e.Doubtful = !c.Confirm && b.doubtful(l, at)
	return []Event{e}, nil
}

// doubtful reports whether a handling has lasted beyond reason, all of its stretches together.
func (b *book) doubtful(l *Leg, at Time) bool {
	return l.Stage == Serving && l.Times.Handling+at-l.Since > b.doubtfulAfter(l.Service)
}

// doubtfulAfter is the handling beyond which the staff probably forgot to press the key: three times the usual, and the
// plan's least.
func (b *book) doubtfulAfter(service string) Time {
	s, _ := b.plan.Service(service)
	return max(minutes(b.plan.Rules.DoubtfulMinutes), Time(3*usualToP95*s.UsualMinutes*60_000))
}

// usualToP95 is the ratio of the 95th percentile of handling times to their mean for service times that spread as
// measured halls do (log-normal, squared coefficient of variation 0.6).
const usualToP95 = 2.4

func (c Finish) items(b *book, l *Leg) ([]Item, error) {
	items := slices.Clone(c.Items)
	if len(items) == 0 {
		items = []Item{{Service: l.Service, Outcome: c.Outcome, Cases: c.Cases}}
	}
	for i := range items {
		if items[i].Service == "" {
			items[i].Service = l.Service
		}
		if items[i].Outcome == "" {
			items[i].Outcome = b.plan.Rules.Outcome
		}
		if items[i].Cases == 0 {
			items[i].Cases = 1
		}
	}
	return items, b.checkItems(items)
}

func (b *book) checkItems(items []Item) error {
	if len(items) == 0 || len(items) > MaxItems {
		return Refuse(Invalid, "pointer", "/items", "max", MaxItems)
	}
	for i, item := range items {
		if _, known := b.plan.Service(item.Service); !known {
			return Refuse(UnknownService, "service", item.Service)
		}
		if !slices.Contains(outcomes, item.Outcome) {
			return Refuse(Invalid, "pointer", fmt.Sprintf("/items/%d/outcome", i))
		}
		if item.Cases < 1 || item.Cases > MaxCases {
			return Refuse(Invalid, "pointer", fmt.Sprintf("/items/%d/cases", i), "max", MaxCases)
		}
		if len(item.CaseNo) > 64 {
			return Refuse(Invalid, "pointer", fmt.Sprintf("/items/%d/caseNo", i), "max", 64)
		}
	}
	return nil
}

// GoneAway records that the citizen left in the middle of a handling.
type GoneAway struct{ Window string }

func (c GoneAway) decide(b *book, at Time, by Actor) ([]Event, error) {
	k, l, err := b.currentLeg(c.Window, by)
	if err != nil {
		return nil, err
	}
	if l.Stage != Serving {
		return nil, Refuse(WrongState, "state", l.State())
	}
	return []Event{&LegEnded{Leg: k, End: Left, Window: c.Window, Staff: by.ID, Doubtful: b.doubtful(l, at)}}, nil
}

// LegReopened takes a finish back: the citizen is still there.
type LegReopened struct {
	Leg    LegKey `json:"leg" cbor:"1,keyasint"`
	Window string `json:"window" cbor:"2,keyasint"`
	Staff  string `json:"staff" cbor:"3,keyasint"`
	Share  Time   `json:"share,omitempty" cbor:"4,keyasint,omitempty"` // handling so far by somebody else, who keeps it
}

// Kind names the event.
func (*LegReopened) Kind() string { return "leg.reopened" }

func (e *LegReopened) about() (LegKey, string) { return e.Leg, e.Window }

func (e *LegReopened) apply(b *book, s Stamp) {
	l, _ := b.leg(e.Leg)
	b.changePost(l.Window, func(p *Post) {
		p.Finished = max(0, p.Finished-1)
		if p.LastEnded == e.Leg {
			p.LastEnded = LegKey{}
		}
	})
	b.change(e.Leg, func(t *Ticket, l *Leg) { l.reopen(e, s.At) })
}

// reopen goes on with a finished handling. Where the start was inferred the citizen was there at the finish at the latest.
func (l *Leg) reopen(e *LegReopened, at Time) {
	if l.StartedAt == 0 {
		l.StartedAt = l.EndedAt
	}
	l.share(l.Staff, e.Share)
	l.Times.Away += at - l.EndedAt
	l.Stage, l.Since, l.End, l.EndedAt = Serving, at, 0, 0
	l.Items, l.Window, l.Staff, l.Inferred, l.Doubtful = nil, e.Window, e.Staff, false, false
}

// share leaves a part of the handling with who did it.
func (l *Leg) share(staff string, handling Time) {
	if handling > 0 {
		l.Shares = append(slices.Clone(l.Shares), Share{Staff: staff, Handling: handling})
	}
}

// own is the handling so far, up to at, that nobody else has been given: the part of the leg's present staff.
func (l *Leg) own(at Time) Time {
	own := l.Times.Handling
	if l.Stage == Serving {
		own += at - l.Since
	}
	for _, s := range l.Shares {
		own -= s.Handling
	}
	return own
}

// shareFor is what the present staff keeps when somebody goes on with the handling.
func (l *Leg) shareFor(staff string, at Time) Time {
	if l.Staff == staff {
		return 0
	}
	return l.own(at)
}

// Reopen takes back the finish of a ticket: its own staff for some minutes, a supervisor all day.
type Reopen struct {
	Window string
	Ticket TicketKey
}

func (c Reopen) decide(b *book, at Time, by Actor) ([]Event, error) {
	post, err := b.freeWindow(c.Window, by)
	if err != nil {
		return nil, err
	}
	t, ok := b.ticket(c.Ticket)
	if !ok {
		return nil, Refuse(NotFound)
	}
	l := t.Leg()
	if t.Voided || l.Stage != Ended || l.End != Finished || t.rated(len(t.Legs)) {
		return nil, Refuse(WrongState, "state", t.State())
	}
	if !b.mayReopen(l, at, by) {
		return nil, Refuse(Forbidden)
	}
	return []Event{&LegReopened{Leg: t.LegKey(), Window: c.Window, Staff: post.Staff, Share: l.shareFor(post.Staff, at)}}, nil
}

// mayReopen: its own staff for some minutes, a supervisor on the same business day.
func (b *book) mayReopen(l *Leg, at Time, by Actor) bool {
	if by.Supervises() {
		return b.plan.BusinessDate(l.EndedAt) == b.plan.BusinessDate(at)
	}
	return l.Staff == by.ID && at-l.EndedAt <= minutes(b.plan.Rules.ReopenMinutes)
}

// LegAdded is a further leg of a visit: moved elsewhere it waits there, at the same window it starts at once.
type LegAdded struct {
	Key      TicketKey `json:"key" cbor:"1,keyasint"`
	Leg      int       `json:"leg" cbor:"2,keyasint"`
	Service  string    `json:"service" cbor:"3,keyasint"`
	Class    string    `json:"class" cbor:"4,keyasint"`
	Claimed  string    `json:"claimed,omitempty" cbor:"5,keyasint,omitempty"`
	Credit   Time      `json:"credit,omitempty" cbor:"6,keyasint,omitempty"`
	Strict   bool      `json:"strict,omitempty" cbor:"7,keyasint,omitempty"`
	Target   Target    `json:"target,omitzero" cbor:"8,keyasint,omitzero"`
	Standing Time      `json:"standingFrom" cbor:"9,keyasint"`
	Window   string    `json:"window,omitempty" cbor:"10,keyasint,omitempty"` // starts at once here
	Staff    string    `json:"staff,omitempty" cbor:"11,keyasint,omitempty"`

	Secret *Secret `json:"-" cbor:"-"` // the note that goes with a transfer
}

// Kind names the event.
func (*LegAdded) Kind() string { return "leg.added" }

func (e *LegAdded) private() any { return e.Secret.part() }

func (e *LegAdded) about() (LegKey, string) { return e.Key.leg(e.Leg), e.Window }

func (e *LegAdded) apply(b *book, s Stamp) {
	l := Leg{Service: e.Service, Class: e.Class, Claimed: e.Claimed, Credit: e.Credit, Strict: e.Strict, Stage: Waiting,
		Target: e.Target, JoinedAt: s.At, StandingFrom: e.Standing, Since: s.At}
	if e.hasNote() {
		l.NoteSeq = s.Seq
	}
	if e.Window != "" {
		l.Stage, l.Window, l.Staff, l.StartedAt = Serving, e.Window, e.Staff, s.At
	}
	b.addLeg(e.Key, l)
}

// hasNote: every moved leg points at its own record, where a note lies if there is one; the state must be the same
// whether the private part was erased or not.
func (e *LegAdded) hasNote() bool { return e.Window == "" }

// AddLeg finishes the current leg with the usual outcome and starts a further service for the same citizen at once.
type AddLeg struct {
	Window  string
	Service string
}

func (c AddLeg) decide(b *book, at Time, by Actor) ([]Event, error) {
	k, l, err := b.currentLeg(c.Window, by)
	if err != nil {
		return nil, err
	}
	w, _ := b.plan.Window(c.Window)
	if _, known := b.plan.Service(c.Service); !known {
		return nil, Refuse(UnknownService, "service", c.Service)
	}
	if !w.Offers(c.Service) {
		return nil, Refuse(NotYourWindow, "window", c.Window, "service", c.Service)
	}
	if l.Stage != Serving {
		return nil, Refuse(WrongState, "state", l.State())
	}
	if k.Leg >= MaxLegs {
		return nil, Refuse(Invalid, "pointer", "/service", "max", MaxLegs)
	}
	ended, err := Finish{Window: c.Window}.decide(b, at, by)
	if err != nil {
		return nil, err
	}
	return append(ended, &LegAdded{Key: k.Ticket(), Leg: int(k.Leg) + 1, Service: c.Service, Class: l.Class, Claimed: l.Claimed,
		Credit: l.Credit, Strict: l.Strict, Standing: at, Window: c.Window, Staff: by.ID}), nil
}
