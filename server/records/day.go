package records

import (
	"context"
	"errors"
	"fmt"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
)

// Entry is a record as it is told to people.
type Entry struct {
	Seq    uint64
	At     hall.Time
	Header hall.Header
	Event  hall.Event
	Chain  [32]byte
	// Secret is the private part; zero when there was none or it is gone. Gone says why it is not there: "" for never.
	Secret hall.Secret
	Gone   string
}

// Why a private part is not there.
const (
	GoneErased  = "erased"
	GoneSuspect = "suspect" // it is not what was recorded
)

func entryOf(r journal.Record) (Entry, error) {
	h, e, err := hall.Decode(r.Kind, r.Bytes)
	if err != nil {
		return Entry{}, fmt.Errorf("record %d: %w", r.Seq, err)
	}
	entry := Entry{Seq: r.Seq, At: hall.Time(r.At), Header: h, Event: e, Chain: r.Chain}
	switch {
	case r.Erased:
		entry.Gone = GoneErased
	case r.Suspect:
		entry.Gone = GoneSuspect
	case len(r.Private) > 0:
		if entry.Secret, err = hall.DecodeSecret(r.Private); err != nil {
			return Entry{}, fmt.Errorf("record %d: %w", r.Seq, err)
		}
	}
	return entry, nil
}

// ErrNoDay says that the journal has no such business day.
var ErrNoDay = errors.New("records: there was no such business day")

// earliest is before the begin of a business date in any zone.
func earliest(d hall.Date) hall.Time { return hall.At(d.Noon(time.UTC)).Add(-26 * time.Hour) }

// day follows one business day through the journal.
type day struct {
	date    hall.Date
	history *hall.History // of its tickets alone
	each    func(*day, Entry) error
}

// follow reads a business day: every record from its opening until nothing can happen to its tickets any more, or each has
// had enough. Legs of other days are not in the history. The plan gives departments and promises of services.
func follow(ctx context.Context, j journal.Journal, plan *hall.Plan, date hall.Date, each func(*day, Entry) error) error {
	from, err := Since(ctx, j, earliest(date))
	if err != nil {
		return err
	}
	d := &day{date: date, history: hall.NewHistory(), each: each}
	d.history.Apply(0, &hall.PlanSet{Plan: plan})
	err = read(ctx, j, from, func(r journal.Record) error {
		e, err := entryOf(r)
		if err != nil {
			return err
		}
		return d.take(e)
	})
	if err == nil && d.past() == nil {
		err = fmt.Errorf("%w: %s", ErrNoDay, date)
	}
	return err
}

// past is the day as far as it has come, nil before its opening.
func (d *day) past() *hall.PastDay { return d.history.Day(d.date) }

func (d *day) take(e Entry) error {
	if opened, ok := e.Event.(*hall.DayOpened); ok && opened.Date != d.date {
		if d.past() == nil && opened.Date > d.date || len(d.history.Leaving(e.At, e.Event)) > 0 {
			return errEnough
		}
	} else if d.concerns(e.Event) {
		d.history.Apply(e.At, e.Event)
	}
	if d.past() == nil {
		return nil
	}
	return d.each(d, e)
}

// concerns reports whether an event is about the day, its tickets or the hall as a whole.
func (d *day) concerns(e hall.Event) bool {
	switch e := e.(type) {
	case *hall.DayOpened:
		return e.Date == d.date
	case *hall.DayClosed:
		return e.Date == d.date
	case *hall.Started, *hall.PlanSet:
		return true
	}
	leg, _ := hall.About(e)
	return leg.Date == d.date && d.past() != nil
}

// Filter says which entries of a day are wanted; empty members choose all.
type Filter struct {
	Date     hall.Date
	Number   hall.Number // events of this ticket, whenever they happened
	Staff    string      // what this member of staff did
	Terminal string      // what was done at this terminal
	Window   string      // events at this window
}

// ErrNoTicket says that no ticket of the day has the number.
var ErrNoTicket = errors.New("records: no ticket of that day has this number")

// Told hands each entry of a business day that a filter chooses, in order. A ticket is followed until nothing can happen to
// it any more; everything else until the next business day opens.
func Told(ctx context.Context, j journal.Journal, plan *hall.Plan, f Filter, each func(Entry) error) error {
	var ticket hall.TicketKey
	later := false
	err := follow(ctx, j, plan, f.Date, func(d *day, e Entry) error {
		if opened, ok := e.Event.(*hall.DayOpened); ok && opened.Date != f.Date {
			if later = true; f.Number.N == 0 {
				return errEnough
			}
		}
		leg, window := hall.About(e.Event)
		if issued, ok := e.Event.(*hall.TicketIssued); ok && issued.Key.Date == f.Date && issued.Number == f.Number {
			ticket = issued.Key
		}
		if f.Number.N > 0 && (ticket.IsZero() || leg.Ticket() != ticket) || later && leg.Date != f.Date || !f.did(e.Header) ||
			f.Window != "" && window != f.Window {
			return nil
		}
		return each(e)
	})
	if err == nil && f.Number.N > 0 && ticket.IsZero() {
		return fmt.Errorf("%w: %s/%s", ErrNoTicket, f.Date, f.Number)
	}
	return err
}

func (f Filter) did(h hall.Header) bool {
	return (f.Staff == "" || h.By == hall.Clerk && h.ByID == f.Staff) && (f.Terminal == "" || h.By == hall.Terminal && h.ByID == f.Terminal)
}
