// Package bench knows how to measure a hall on the machine it runs on: every figure as a ratio to a yardstick that is taken
// in the same run, in turns, since machines differ and have moods. It must never know how the hall is put together: it is
// given one that runs, and asks it as kiosks, staff and screens do.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/stats"
)

// Hall is a running hall of the program, a demonstration on a folder of the bench.
type Hall interface {
	// Order decides a command as the desk does; it is durable when Order returns.
	Order(ctx context.Context, o hall.Order) (hall.Receipt, error)
	// State is the newest durable state.
	State() hall.State
	// Rows answers a question for figures.
	Rows(q stats.Query) []stats.Row
	// URL is where the hall is served, for instance http://127.0.0.1:41234.
	URL() string
	// SetClock sets the hall's clock, forward only.
	SetClock(t time.Time)
	// Close ends the hall as a service manager does.
	Close() error
	// Kill ends it as a power cut does: nothing is saved any more.
	Kill() error
}

// Config says what to measure, and with what.
type Config struct {
	// Dir is a folder on the disk that is to be measured. The bench works in a new folder inside of it, and removes that.
	Dir string
	// Open opens the program's own hall on a data folder, its clock at a moment; the plan is Plan.
	Open func(ctx context.Context, data string, at time.Time) (Hall, error)
	// Plan is the hall's plan, without quotas and open at any hour.
	Plan *hall.Plan
	// Rounds is how often each row and its yardstick take turns, Round how long each turn is.
	Rounds int
	Round  time.Duration
	// Records is how many records the long journal has; 0 leaves out everything that needs one.
	Records int
	// PerDay is how many tickets a day of the long journal has.
	PerDay int
	// Screens are the numbers of boards to which calls are pushed; Calls is how many calls each round presses.
	Screens []int
	Calls   int
	// Start starts the program as a process of its own on a data folder, waits until it says that it is healthy, kills it, and
	// gives how long it took to become so; nil leaves that out.
	Start func(ctx context.Context, data string) (time.Duration, error)
	// Crowd starts a process that runs [Crowd] on its standard input and output; nil leaves out the screens.
	Crowd func(ctx context.Context) (Process, error)
	// Password is that of all accounts.
	Password string
	// Progress gets a line for each part that begins.
	Progress io.Writer
}

// Process is the screens' process: what it says, and how it ends when its input does.
type Process interface {
	io.Reader
	io.Writer
	// Close ends its input and waits for it.
	Close() error
}

// run is one bench under way.
type run struct {
	Config
	ctx    context.Context
	folder string
	report Report
}

// Run measures everything. The report has what was measured so far, with an error too.
func Run(ctx context.Context, c Config) (report Report, err error) {
	folder, err := os.MkdirTemp(c.Dir, "jiaohao-bench-*")
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	r := &run{Config: c, ctx: ctx, folder: folder, report: Report{Machine: machine(folder)}}
	for _, part := range []func() error{r.hallParts, r.fanoutParts} {
		if err := part(); err != nil {
			return r.report, err
		}
	}
	return r.report, ctx.Err()
}

func (r *run) say(format string, args ...any) { fmt.Fprintf(r.Progress, "… "+format+"\n", args...) }

func (r *run) path(name string) string { return filepath.Join(r.folder, name) }

// noon is a moment of the hall at which its day is open.
func (r *run) noon(days int) time.Time {
	now := time.Now().In(r.Plan.Zone())
	return time.Date(now.Year(), now.Month(), now.Day(), 12, 0, 0, 0, now.Location()).AddDate(0, 0, days)
}

// hallParts measures what needs a hall: first the long one's restart and figures, then tickets in both, then calls.
func (r *run) hallParts() (err error) {
	empty, err := r.Open(r.ctx, r.path("empty"), r.noon(0))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, empty.Close()) }()
	halls := []ticketHall{{Hall: empty, name: "empty journal"}}
	if r.Records > 0 {
		long, err := r.longHall()
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, long.Close()) }()
		halls = append(halls, ticketHall{Hall: long, name: fmt.Sprintf("%s records", thousands(r.Records)), records: r.Records})
	}
	if err := r.tickets(halls); err != nil {
		return err
	}
	return r.calls(empty)
}
