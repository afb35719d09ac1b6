package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"jiaohao/server"
	"jiaohao/server/auth"
	"jiaohao/server/hall"
	"jiaohao/server/people"
)

// demoFlags are what a demonstration can be told.
type demoFlags struct {
	speed    float64
	seed     uint64
	arrivals string
	date     string
}

func demoCommand(ctx context.Context, in invocation) int {
	var f demoFlags
	c, _, code, ok := in.configured("demo", func(set *flag.FlagSet) {
		set.Float64Var(&f.speed, "speed", 1, "hall seconds per second, 0.1 to 600")
		set.Uint64Var(&f.seed, "seed", 1, "the same seed, the same day")
		set.StringVar(&f.arrivals, "arrivals", "", "replay the arrivals of a CSV file as fast as possible, then end (docs/arrivals.md)")
		set.StringVar(&f.date, "date", "", "the day of that file; empty = its busiest")
	})
	if !ok {
		return code
	}
	if f.speed < 0.1 || f.speed > 600 {
		fmt.Fprintln(in.stderr, "jiaohao: --speed is 0.1 to 600")
		return 2
	}
	c.Demo, c.Plan.Calendar.AlwaysOpen = true, true
	if err := f.run(ctx, c, in); err != nil && !errors.Is(err, context.Canceled) {
		return in.fail(err)
	}
	return 0
}

func (f demoFlags) run(ctx context.Context, c Config, in invocation) (err error) {
	arrivals, err := f.read()
	if err != nil {
		return err
	}
	clock, err := f.clock(&c, arrivals)
	if err != nil {
		return err
	}
	h, err := openDemo(ctx, c, clock, in.stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("nobody can connect: %w", err)
	}
	h.announce(in.stdout, l.Addr())
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	served := make(chan error, 1)
	go func() { served <- h.run(ctx, l) }()
	report, err := people.Run(ctx, f.config(h, "http://"+l.Addr().String(), arrivals))
	if arrivals != nil || err != nil {
		printReport(in.stdout, report, err == nil)
		cancel()
	}
	return errors.Join(err, <-served)
}

// clock makes the hall's clock. A recorded day begins when its first citizen comes, and nothing but the record limits it.
func (f demoFlags) clock(c *Config, arrivals []people.Arrival) (*server.Clock, error) {
	clock := server.NewClock(f.speed)
	if arrivals != nil {
		begin, err := people.Begin(arrivals, c.Plan.Zone())
		if err != nil {
			return nil, err
		}
		clock.StartAt(begin)
		withoutQuotas(&c.Plan)
	}
	if faults := c.Plan.Check(); len(faults) > 0 {
		return nil, errors.New(faults[0].String())
	}
	return clock, nil
}

func (f demoFlags) read() ([]people.Arrival, error) {
	if f.arrivals == "" {
		return nil, nil
	}
	file, err := os.Open(f.arrivals)
	if err != nil {
		return nil, err
	}
	arrivals, err := people.ReadArrivals(file, f.date)
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", f.arrivals, err)
	}
	return arrivals, nil
}

func (f demoFlags) config(h *running, base string, arrivals []people.Arrival) people.Config {
	c := people.Config{Base: base, Seed: f.seed, Speed: f.speed, Now: func() time.Time { return h.clock.Now().In(h.zone()) }, Arrivals: arrivals,
		Log: h.log, Password: auth.DemoPassword}
	if arrivals != nil {
		c.SetClock = h.clock.StartAt
	}
	return c
}

// withoutQuotas lifts what would keep a recorded arrival from being a ticket: a recorded day has its own limits in it.
func withoutQuotas(p *hall.Plan) {
	for i := range p.Services {
		p.Services[i].Quotas = nil
	}
}

// printReport says what became of the people of a recorded day. Equal is true only when the comparison came to its end.
func printReport(w io.Writer, r people.Report, equal bool) {
	fmt.Fprintf(w, "%d arrivals, %d tickets, %d handlings finished, %d given up, %d calls missed (%d came back), %d unserved, %d abandoned\n",
		r.Arrivals, r.Issued, r.Finished, r.Cancelled, r.Passed, r.Returned, r.Unserved, r.Abandoned)
	for _, m := range r.Mapping {
		fmt.Fprintf(w, "  %s %s stands for %s (%d)\n", m.Kind, m.Hall, m.Recorded, m.Arrivals)
	}
	fmt.Fprintf(w, "%d requests, %d repeated, refused: %v\n", r.Requests, r.Retries, r.Refused)
	if equal {
		fmt.Fprintln(w, "every arrival is a ticket with one end; counts by service and hour equal the record")
	}
	for _, m := range r.Mismatches {
		fmt.Fprintln(w, "  differs:", m)
	}
}
