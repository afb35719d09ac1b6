package hall

import (
	"fmt"
	"slices"
	"time"
)

// History follows every leg that can still change, from the events alone. It is what a fold keeps instead of the state: no
// queue, no window, no rule, only legs and their clocks. A day leaves it when it leaves the state, because from then on no
// command can reach its tickets. The zero value is not usable; see [NewHistory]. It is not safe for concurrent use.
type History struct {
	zone     *time.Location
	settings map[string]setting // service →
	days     []*PastDay
}

// setting is what a leg keeps of the plan it joined under.
type setting struct {
	_          struct{} `cbor:",toarray"`
	Service    string
	Department string
	Promise    Time
}

// PastDay is one business day, its tickets in order of issue: ticket N stands at N−1.
type PastDay struct {
	Date     Date         `cbor:"1,keyasint"`
	ClosedAt Time         `cbor:"2,keyasint,omitempty"` // 0 while it is open
	Tickets  []PastTicket `cbor:"3,keyasint,omitempty"`
}

// PastTicket is a ticket as [History] knows it.
type PastTicket struct {
	Voided bool   `cbor:"1,keyasint,omitempty"` // while it was open or afterwards
	Legs   []Past `cbor:"2,keyasint"`
}

// Past is a leg as [History] knows it. Fields of [Leg] that no event of a finished handling needs (credit, standing, why it
// was called, notes) are left zero; its clocks, people and results are those of the state.
type Past struct {
	Leg        `cbor:"1,keyasint"`
	Hour       int      `cbor:"2,keyasint,omitempty"` // of joining, on the hall's clock, 0 to 23
	Department string   `cbor:"3,keyasint,omitempty"` // of the service when the leg joined
	Promised   Time     `cbor:"4,keyasint,omitempty"` // the wait promised when the leg joined, milliseconds; 0 = none
	Guessed    bool     `cbor:"5,keyasint,omitempty"` // its start was inferred, also when that finish was taken back later
	Passes     int      `cbor:"6,keyasint,omitempty"`
	Offices    []string `cbor:"7,keyasint,omitempty"` // departments of Items, one each, when they were recorded
}

// queued reports whether the leg ever stood in a queue; a further service at the same window does not.
func (p *Past) queued() bool { return p.Calls > 0 }

// WaitDone gives the milliseconds waited, of an ended leg that was called at least once and not open across an outage.
func (p *Past) WaitDone() (Time, bool) {
	return p.Times.Wait, p.Stage == Ended && p.queued() && !p.Outage
}

// WayDone gives the milliseconds from the last call to the start, of an ended leg whose start was recorded.
func (p *Past) WayDone() (Time, bool) {
	return p.Times.Way, p.Stage == Ended && p.queued() && p.StartedAt > 0 && !p.Guessed && !p.Outage
}

// HandlingDone gives the milliseconds of a handling that came to its end: finished, its start recorded, its time not in
// doubt, and not open across an outage. One that was cut short says nothing about how long the matter takes.
func (p *Past) HandlingDone() (Time, bool) {
	return p.Times.Handling, p.End == Finished && !p.Guessed && !p.Doubtful && !p.Outage
}

// StayDone gives the milliseconds from joining to the end, of a finished leg whose times are not in doubt.
func (p *Past) StayDone() (Time, bool) {
	return p.Leg.Stay(p.EndedAt), p.End == Finished && !p.Doubtful && !p.Outage
}

// NewHistory gives the history before the first record.
func NewHistory() *History { return &History{zone: time.UTC, settings: map[string]setting{}} }

// historical is an event that History learns from.
type historical interface {
	past(h *History, at Time)
}

// Apply takes one recorded event. The ticket is the one whose legs may have changed, zero for none or for several.
func (h *History) Apply(at Time, e Event) TicketKey {
	p, ok := e.(historical)
	if !ok {
		return TicketKey{}
	}
	p.past(h, at)
	leg, _ := About(e)
	return leg.Ticket()
}

// Leaving lists the days that applying the event will drop: they can never change again.
func (h *History) Leaving(at Time, e Event) []*PastDay {
	if opened, ok := e.(*DayOpened); !ok || opened.Again {
		return nil
	}
	var gone []*PastDay
	for _, d := range h.days {
		if d.gone(at) {
			gone = append(gone, d)
		}
	}
	return gone
}

// gone is the rule by which the state itself forgets days.
func (d *PastDay) gone(at Time) bool {
	return d.ClosedAt > 0 && at >= d.ClosedAt+minutes(keepKeys) && !slices.ContainsFunc(d.Tickets, PastTicket.open)
}

func (t PastTicket) open() bool { return t.last().Stage != Ended }

func (t PastTicket) last() *Past { return &t.Legs[len(t.Legs)-1] }

// Days lists the days that can still change, oldest first. They belong to the history: read them only, and not while it
// is being changed.
func (h *History) Days() []*PastDay { return h.days }

// Day finds a day that can still change, nil for none.
func (h *History) Day(date Date) *PastDay {
	for i := len(h.days) - 1; i >= 0; i-- {
		if h.days[i].Date == date {
			return h.days[i]
		}
	}
	return nil
}

// Ticket finds a ticket of a day that can still change. Read it only, and not while the history is being changed.
func (h *History) Ticket(key TicketKey) (*PastTicket, bool) {
	d := h.Day(key.Date)
	if d == nil || key.N == 0 || int(key.N) > len(d.Tickets) {
		return nil, false
	}
	return &d.Tickets[key.N-1], true
}

// leg finds a leg that an event speaks of. An event about a leg that was never issued cannot follow from the records
// before it.
func (h *History) leg(k LegKey) *Past {
	t, ok := h.Ticket(k.Ticket())
	if !ok || k.Leg == 0 || int(k.Leg) > len(t.Legs) {
		panic(fmt.Sprintf("hall: an event about leg %d of ticket %d of %s, which is not in the history", k.Leg, k.N, k.Date))
	}
	return &t.Legs[k.Leg-1]
}

func (h *History) join(l Leg) Past {
	s := h.settings[l.Service]
	return Past{Leg: l, Hour: l.JoinedAt.In(h.zone).Hour(), Department: s.Department, Promised: s.Promise}
}

func (p *Past) did(h *History, items []Item) {
	p.Items, p.Offices = items, nil
	for _, item := range items {
		p.Offices = append(p.Offices, h.settings[item.Service].Department)
	}
}

func (e *PlanSet) past(h *History, at Time) {
	e.Plan.prepare()
	h.zone = e.Plan.Zone()
	h.settings = make(map[string]setting, len(e.Plan.Services))
	for _, s := range e.Plan.Services {
		h.settings[s.ID] = setting{Service: s.ID, Department: s.Department, Promise: minutes(s.PromiseMinutes)}
	}
}

func (e *Started) past(h *History, at Time) {
	if !e.Outage {
		return
	}
	for _, d := range h.days {
		for _, t := range d.Tickets {
			if t.open() {
				t.last().Outage = true
			}
		}
	}
}

func (e *DayOpened) past(h *History, at Time) {
	if e.Again {
		h.Day(e.Date).ClosedAt = 0
		return
	}
	h.days = slices.DeleteFunc(slices.Clone(h.days), func(d *PastDay) bool { return d.gone(at) })
	h.days = append(h.days, &PastDay{Date: e.Date})
}

func (e *DayClosed) past(h *History, at Time) { h.Day(e.Date).ClosedAt = at }

func (e *TicketIssued) past(h *History, at Time) {
	d := h.Day(e.Key.Date)
	if d == nil || int(e.Key.N) != len(d.Tickets)+1 {
		panic(fmt.Sprintf("hall: ticket %d of %s is issued out of order", e.Key.N, e.Key.Date))
	}
	leg := h.join(Leg{Service: e.Service, Class: e.Class, Claimed: e.Claimed, Stage: Waiting, JoinedAt: at, Since: at})
	d.Tickets = append(d.Tickets, PastTicket{Legs: []Past{leg}})
}

func (e *TicketVoided) past(h *History, at Time) {
	if t, ok := h.Ticket(e.Key); ok {
		t.Voided = true
	}
}

func (e *LegAdded) past(h *History, at Time) {
	l := Leg{Service: e.Service, Class: e.Class, Claimed: e.Claimed, Stage: Waiting, JoinedAt: at, Since: at}
	if e.Window != "" {
		l.Stage, l.Window, l.Staff, l.StartedAt = Serving, e.Window, e.Staff, at
	}
	t, ok := h.Ticket(e.Key)
	if !ok || e.Leg != len(t.Legs)+1 {
		panic(fmt.Sprintf("hall: leg %d of ticket %d of %s is added out of order", e.Leg, e.Key.N, e.Key.Date))
	}
	t.Legs = append(slices.Clone(t.Legs), h.join(l))
}

func (e *LegCalled) past(h *History, at Time) {
	l := h.leg(e.Leg)
	l.turn(Called, at)
	l.Window, l.Staff = e.Window, e.Staff
	if l.FirstCallAt == 0 {
		l.FirstCallAt = at
	}
	l.calledAgain(at)
}

func (p *Past) calledAgain(at Time) {
	p.Calls++
	p.CalledAt = at
}

func (e *LegRecalled) past(h *History, at Time) {
	l := h.leg(e.Leg)
	l.turn(Called, at)
	l.calledAgain(at)
}

func (e *LegUncalled) past(h *History, at Time) { h.leg(e.Leg).turn(Waiting, at) }

func (e *LegReturned) past(h *History, at Time) { h.leg(e.Leg).turn(Waiting, at) }

func (e *LegPassed) past(h *History, at Time) {
	l := h.leg(e.Leg)
	l.turn(Passed, at)
	l.Passes++
}

func (e *LegParked) past(h *History, at Time) { h.leg(e.Leg).turn(Parked, at) }

func (e *LegUnparked) past(h *History, at Time) {
	l := h.leg(e.Leg)
	l.unpark(e, at)
}

func (e *LegStarted) past(h *History, at Time) {
	l := h.leg(e.Leg)
	l.turn(Serving, at)
	l.StartedAt, l.Staff = at, e.Staff
}

func (e *LegUnstarted) past(h *History, at Time) {
	l := h.leg(e.Leg)
	l.unstart()
}

func (e *LegEnded) past(h *History, at Time) {
	l := h.leg(e.Leg)
	l.Inferred, l.Guessed = e.Inferred, l.Guessed || e.Inferred
	l.turn(Ended, at)
	l.End, l.EndedAt, l.Doubtful, l.Why = e.End, at, e.Doubtful, e.Why
	l.did(h, e.Items)
	if e.Staff != "" {
		l.Staff = e.Staff
	}
	if e.End == Voided {
		t, _ := h.Ticket(e.Leg.Ticket())
		t.Voided = true
	}
}

func (e *LegReopened) past(h *History, at Time) {
	l := h.leg(e.Leg)
	l.reopen(e, at)
	l.Offices = nil
}

func (e *LegCorrected) past(h *History, at Time) { h.leg(e.Leg).did(h, e.Items) }

func (e *Reclassified) past(h *History, at Time) {
	l := h.leg(e.Leg)
	l.Class, l.Claimed = e.Class, ""
}

func (e *LegHandedOver) past(h *History, at Time) {
	if e.Leg.IsZero() {
		return
	}
	l := h.leg(e.Leg)
	l.share(e.From, e.Share)
	l.Staff = e.To
}
