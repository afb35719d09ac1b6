package server

import (
	"errors"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/metrics"
)

// deskFigures are what a desk counts of itself.
type deskFigures struct {
	command *metrics.Histogram
	append  *metrics.Histogram
	batch   *metrics.Histogram
	refused *metrics.Counters
}

func (d *Desk) declare(r *metrics.Registry) {
	d.figures = deskFigures{
		command: r.Histogram("command_seconds", "Time from handing a command to the desk to its answer.", metrics.Seconds),
		append:  r.Histogram("journal_append_seconds", "Time an append to the journal took, the sync included.", metrics.Seconds),
		batch:   r.Histogram("journal_batch_records", "Records made durable by one append.", metrics.Sizes),
		refused: r.Counters("desk_refusals_by_code_total", "Commands refused since the start, by the code of the refusal.", "code"),
	}
	count := func(of func(Counts) float64) func() float64 { return func() float64 { return of(d.Counts()) } }
	r.GaugeOf("journal_sequence", "Sequence of the last durable event.", count(func(c Counts) float64 { return float64(c.Seq) }))
	r.GaugeOf("journal_full", "1 while there is no space and the hall is read-only.", count(func(c Counts) float64 { return oneIf(c.Full) }))
	r.GaugeOf("journal_last_append_seconds", "Time the last append took.", count(func(c Counts) float64 { return c.LastAppend.Seconds() }))
	r.CounterOf("desk_events_total", "Events recorded since the start.", count(func(c Counts) float64 { return float64(c.Done) }))
	r.CounterOf("desk_refusals_total", "Commands refused since the start.", count(func(c Counts) float64 { return float64(c.Refused) }))
	r.CounterOf("desk_appends_total", "Appends since the start.", count(func(c Counts) float64 { return float64(c.Appends) }))
	r.GaugeOf("desk_waiting", "Commands not yet decided.", count(func(c Counts) float64 { return float64(c.Waiting) }))
	r.GaugeOf("tickets_issued", "Tickets of the day.", func() float64 { return float64(d.State().Tally().Issued) })
	r.GaugeOf("tickets_waiting", "Tickets waiting now.", func() float64 { return float64(d.State().Tally().Waiting) })
	r.GaugeOf("clock_offset_seconds", "How far the machine's clock is ahead of the hall's time.", func() float64 { return d.clock.Offset().Seconds() })
	r.GaugeOf("clock_doubted", "1 while the machine's clock is doubted and no ticket is issued.", func() float64 { return oneIf(d.State().ClockDoubt() != nil) })
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// answered counts one command's answer.
func (f *deskFigures) answered(began time.Time) { f.command.Since(began) }

// refusedFor counts why a command was refused; "failed" stands for a mistake of the program.
func (f *deskFigures) refusedFor(err error) {
	code := "failed"
	var r *hall.Refusal
	if errors.As(err, &r) {
		code = string(r.Code)
	}
	f.refused.Add(code, 1)
}
