package records

import (
	"context"
	"errors"
	"fmt"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
	"jiaohao/server/stats"
)

// Mark is when and by whom something was done.
type Mark struct {
	Seq uint64
	At  hall.Time
	By  hall.Actor // only Kind and ID
}

// Closing is a business day as it stood when it was closed. Whoever keeps Chain can tell later whether anything up to that
// record was changed.
type Closing struct {
	Date   hall.Date
	Opened Mark // the first time
	Closed Mark // the last time
	Chain  [32]byte
	Total  Counts
	// Services are those that tickets were issued or legs added for, in the order of [stats.Fold.Rows].
	Services []Counts
	// Private parts of the day's records that are still kept, and that have been erased since.
	Kept, Erased int
}

// Counts are the figures of one service, or of all when Service is "".
type Counts struct {
	Service string
	stats.Row
	Cancelled int // legs
	Voided    int // tickets, counted where they began
	Open      int // legs that were being served at the close and ended later
}

// ErrNotClosed says that a business day has not been closed yet.
var ErrNotClosed = errors.New("records: the day has not been closed")

// ClosingOf finds the close of a business day: the last one if it was opened again. It reads the records of that day alone.
func ClosingOf(ctx context.Context, j journal.Journal, plan *hall.Plan, date hall.Date) (Closing, error) {
	c := closer{Closing: Closing{Date: date}}
	if err := follow(ctx, j, plan, date, c.take); err != nil {
		return Closing{}, err
	}
	if c.Closed.Seq == 0 {
		return Closing{}, fmt.Errorf("%w: %s", ErrNotClosed, date)
	}
	return c.Closing, nil
}

// closer gathers a close on the way through a day.
type closer struct {
	Closing
	kept, erased int
}

func (c *closer) take(d *day, e Entry) error {
	mark := Mark{Seq: e.Seq, At: e.At, By: e.Header.Actor()}
	switch event := e.Event.(type) {
	case *hall.DayOpened:
		if event.Date != d.date {
			return errEnough
		}
		if !event.Again {
			c.Opened = mark
		}
	case *hall.DayClosed:
		if event.Date == d.date {
			c.close(d, e, mark)
		}
	}
	if leg, _ := hall.About(e.Event); leg.Date == d.date {
		if e.Gone != "" {
			c.erased++
		} else if !e.Secret.IsZero() {
			c.kept++
		}
	}
	return nil
}

func (c *closer) close(d *day, e Entry, mark Mark) {
	c.Closed, c.Chain, c.Kept, c.Erased = mark, e.Chain, c.kept, c.erased
	c.Total, c.Services = countsOf(d.past())
}

// countsOf sums up a day as it stands.
func countsOf(d *hall.PastDay) (total Counts, services []Counts) {
	byService := map[string]*Counts{}
	for _, row := range stats.RowsOf(d, "service") {
		byService[row.By["service"]] = &Counts{Service: row.By["service"], Row: row}
		services = append(services, Counts{Service: row.By["service"]})
	}
	for _, row := range stats.RowsOf(d) {
		total.Row = row
	}
	for i := range d.Tickets {
		for _, counts := range []func(service string) *Counts{func(string) *Counts { return &total }, func(s string) *Counts { return byService[s] }} {
			count(&d.Tickets[i], counts)
		}
	}
	for i := range services {
		services[i] = *byService[services[i].Service]
	}
	return total, services
}

// count adds what the figures of [stats.Row] do not tell.
func count(t *hall.PastTicket, of func(service string) *Counts) {
	if t.Voided {
		of(t.Legs[0].Service).Voided++
		return
	}
	for i := range t.Legs {
		leg := &t.Legs[i]
		switch c := of(leg.Service); {
		case c == nil: // a leg that nothing counts: moved before it was called
		case leg.Stage != hall.Ended:
			c.Open++
		case leg.End == hall.Cancelled:
			c.Cancelled++
		}
	}
}
