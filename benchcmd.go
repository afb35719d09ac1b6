package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"jiaohao/server"
	"jiaohao/server/auth"
	"jiaohao/server/bench"
	"jiaohao/server/hall"
	"jiaohao/server/stats"
)

// crowdEnv makes the program the screens of a bench that another process runs.
const crowdEnv = "JIAOHAO_BENCH_CROWD"

// benchFlags are what a bench can be told.
type benchFlags struct {
	dir, json string
	rounds    int
	round     time.Duration
	records   int
	perDay    int
	screens   int
	calls     int
	full      bool
	check     bool
}

// tenYears is the records of ten years with 250 days of 2000 tickets.
const tenYears = 10 * 250 * 2000 * 4

func benchCommand(ctx context.Context, in invocation) int {
	if slices.Contains(in.environ, crowdEnv+"=1") {
		if err := bench.Crowd(os.Stdin, in.stdout); err != nil {
			return in.fail(err)
		}
		return 0
	}
	var f benchFlags
	c, _, code, ok := in.configured("bench", func(set *flag.FlagSet) {
		set.StringVar(&f.dir, "dir", "", "folder on the disk to be measured; the data folder's parent when empty")
		set.StringVar(&f.json, "json", "", "file for the report as JSON")
		set.IntVar(&f.rounds, "rounds", 3, "how often each figure and its yardstick take turns")
		set.DurationVar(&f.round, "round", 700*time.Millisecond, "how long a turn is")
		set.IntVar(&f.records, "records", 400_000, "records of the long journal")
		set.IntVar(&f.perDay, "day", 2000, "tickets of a day of the long journal")
		set.IntVar(&f.screens, "screens", 5000, "most boards; 0 leaves the screens out")
		set.IntVar(&f.calls, "calls", 24, "calls pressed in a round")
		set.BoolVar(&f.full, "full", false, "ten years in the long journal and five rounds: needs 20 GB and some twenty minutes")
		set.BoolVar(&f.check, "check", false, "fail when the best round of a row misses its line")
	})
	if !ok {
		return code
	}
	if f.full {
		f.records, f.rounds, f.perDay = tenYears, max(f.rounds, 5), 2000
	}
	return f.run(ctx, c, in)
}

func (f benchFlags) run(ctx context.Context, c Config, in invocation) int {
	report, err := bench.Run(ctx, f.config(c, in))
	err = errors.Join(err, report.WriteTable(in.stdout), f.save(report))
	if err != nil {
		return in.fail(err)
	}
	if missed := report.Missed(); f.check && len(missed) > 0 {
		for _, row := range missed {
			fmt.Fprintf(in.stderr, "jiaohao: missed: %s: %s, must be %s\n", row.Name, row.Ratio, row.Line)
		}
		return 1
	}
	return 0
}

func (f benchFlags) save(report bench.Report) (err error) {
	if f.json == "" {
		return nil
	}
	file, err := os.Create(f.json)
	if err != nil {
		return err
	}
	return errors.Join(report.WriteJSON(file), file.Close())
}

func (f benchFlags) config(c Config, in invocation) bench.Config {
	if f.dir == "" {
		f.dir = filepath.Dir(filepath.Clean(c.Data))
	}
	// The hall is the configured one, as a demonstration without quotas, on free ports of this machine.
	c.Demo, c.Plan.Calendar.AlwaysOpen, c.TLS, c.PublicURL = true, true, TLSConfig{}, ""
	c.Listen, c.Log.Level, c.Disk.BallastMB = "127.0.0.1:0", "error", 0
	c.Limits = LimitsConfig{SocketsPerAddress: 3 * f.screens, Sockets: 3 * f.screens}
	withoutQuotas(&c.Plan)
	b := bench.Config{Dir: f.dir, Plan: &c.Plan, Rounds: max(1, f.rounds), Round: f.round, Records: f.records, PerDay: max(1, f.perDay), Calls: f.calls,
		Progress: in.stderr, Password: auth.DemoPassword, Crowd: startCrowd, Start: startKilled, Open: func(ctx context.Context, data string, at time.Time) (bench.Hall, error) {
			c.Data = data
			return openBenchHall(ctx, c, at, in.stderr)
		}}
	for _, n := range []int{100, 1000, 5000} {
		if n <= f.screens {
			b.Screens = append(b.Screens, n)
		}
	}
	return b
}

// benchHall is the program's own hall as the bench sees it.
type benchHall struct {
	*running
	url    string
	stop   context.CancelFunc
	served chan error
}

func openBenchHall(ctx context.Context, c Config, at time.Time, stderr io.Writer) (bench.Hall, error) {
	clock := server.NewClock(1)
	clock.StartAt(at)
	h, err := openHall(ctx, c, clock, stderr)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, errors.Join(err, h.close())
	}
	server.BoundMemory() // as for one that is served
	ctx, stop := context.WithCancel(ctx)
	b := &benchHall{running: h, url: "http://" + l.Addr().String(), stop: stop, served: make(chan error, 1)}
	go func() { b.served <- h.run(ctx, l) }()
	return b, nil
}

// Order decides a command.
func (b *benchHall) Order(ctx context.Context, o hall.Order) (hall.Receipt, error) {
	return b.desk.Order(ctx, o)
}

// State is the newest durable state.
func (b *benchHall) State() hall.State { return b.desk.State() }

// Rows answers a question for figures.
func (b *benchHall) Rows(q stats.Query) []stats.Row { return b.stats.Rows(q) }

// URL is where the hall is served.
func (b *benchHall) URL() string { return b.url }

// SetClock sets the hall's clock.
func (b *benchHall) SetClock(t time.Time) { b.clock.StartAt(t) }

// Close ends the hall.
func (b *benchHall) Close() error {
	b.stop()
	return errors.Join(<-b.served, b.close())
}

// Kill ends the hall without saving what is only there to make the next start quick.
func (b *benchHall) Kill() error {
	b.stop()
	err := <-b.served
	b.desk.Stop()
	return errors.Join(err, b.folds.close(), b.auth.Close(), b.journal.Close())
}

// startKilled starts the program on a bench's data folder and kills it when it is healthy.
func startKilled(ctx context.Context, data string) (took time.Duration, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), "JIAOHAO_DATA="+data, "JIAOHAO_LISTEN="+address, "JIAOHAO_DEMO=true", "JIAOHAO_LOG_LEVEL=error", "JIAOHAO_DISK_BALLAST_MB=0")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	err = untilHealthy(ctx, "http://"+address+"/healthz")
	took = time.Since(began)
	// However it ends: it was killed.
	_, _ = cmd.Process.Kill(), cmd.Wait()
	if err != nil {
		err = fmt.Errorf("%w; it said: %s", err, &said)
	}
	return took, err
}

// untilHealthy asks every few milliseconds, for two minutes at most.
func untilHealthy(ctx context.Context, url string) error {
	ctx, stop := context.WithTimeout(ctx, 2*time.Minute)
	defer stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		if res, err := http.DefaultClient.Do(req); err == nil {
			_ = res.Body.Close() // nothing was wanted of it
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-time.After(2 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("the program did not become healthy: %w", ctx.Err())
		}
	}
}

// screens is the program once more, as the screens.
type screens struct {
	*exec.Cmd
	io.WriteCloser
	io.Reader
}

func startCrowd(ctx context.Context) (bench.Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &screens{Cmd: exec.CommandContext(ctx, self, "bench")}
	s.Env = append(os.Environ(), crowdEnv+"=1")
	s.Cmd.Stderr = os.Stderr
	if s.WriteCloser, err = s.StdinPipe(); err != nil {
		return nil, err
	}
	if s.Reader, err = s.StdoutPipe(); err != nil {
		return nil, err
	}
	return s, s.Start()
}

// Close ends the screens' input and waits for them.
func (s *screens) Close() error { return errors.Join(s.WriteCloser.Close(), s.Wait()) }
