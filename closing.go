package main

import (
	"context"
	"errors"

	"jiaohao/server/hall"
	"jiaohao/server/records"
	"jiaohao/server/stats"
)

// closing finds the close of a business day in the journal, for the supervisors' report.
func (h *running) closing(ctx context.Context, date hall.Date) (stats.Closing, error) {
	c, err := records.ClosingOf(ctx, h.journal, h.desk.State().Plan(), date)
	switch {
	case errors.Is(err, records.ErrNoDay):
		return c, hall.Refuse(hall.NotFound, "date", date.String())
	case errors.Is(err, records.ErrNotClosed):
		return c, hall.Refuse(hall.WrongState, "state", "open", "date", date.String())
	}
	return c, err
}
