package records

import (
	"context"
	"errors"
	"fmt"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
	"jiaohao/server/stats"
)

// ErrNotClosed says that a business day has not been closed yet.
var ErrNotClosed = errors.New("records: the day has not been closed")

// ClosingOf finds the close of a business day: the last one if it was opened again. It reads the records of that day alone.
func ClosingOf(ctx context.Context, j journal.Journal, plan *hall.Plan, date hall.Date) (stats.Closing, error) {
	c := closer{Closing: stats.Closing{Date: date}}
	if err := follow(ctx, j, plan, date, c.take); err != nil {
		return stats.Closing{}, err
	}
	if c.Closed.Seq == 0 {
		return stats.Closing{}, fmt.Errorf("%w: %s", ErrNotClosed, date)
	}
	return c.Closing, nil
}

// closer gathers a close on the way through a day.
type closer struct {
	stats.Closing
	kept, erased int
}

func (c *closer) take(d *day, e Entry) error {
	mark := stats.Mark{Seq: e.Seq, At: e.At, By: e.Header.Actor()}
	switch event := e.Event.(type) {
	case *hall.DayOpened:
		if event.Date != d.date {
			return errEnough
		}
		if !event.Again {
			c.Opened = mark
		}
		c.Closed = stats.Mark{} // one that was taken back is none
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

func (c *closer) close(d *day, e Entry, mark stats.Mark) {
	c.Closed, c.Chain, c.Kept, c.Erased = mark, e.Chain, c.kept, c.erased
	c.Total, c.Services = stats.CountsOf(d.past())
}
