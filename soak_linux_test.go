package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jiaohao/server/live"
	"jiaohao/server/metrics/metricstest"
	"jiaohao/server/people"
)

// A busy hall with 21 windows records about two events a second. The clock of the soak runs so fast that its people make
// twenty times as many, and that a business day is over in four minutes: days open, close, are sealed and forgotten.
const (
	soakSpeed  = 360
	soakBoards = 24
	soakPhones = 120
	soakMost   = 4 * time.Second // a phone's socket lives at most
	soakMemory = 16 << 20        // growth of memory over the time watched that can be chance, in bytes: the garbage of a snapshot
	soakCount  = 150             // the same of descriptors and goroutines: connections that phones may keep for their next request
	soakWarm   = 3.25            // days until as much is forgotten as is learned: keys are remembered for two
)

// soak is one run of the real program under the load of its people and screens.
type soak struct {
	*process
	begun    time.Time
	start    time.Time // of the hall's clock
	frames   atomic.Uint64
	sockets  atomic.Uint64
	requests atomic.Uint64
	failures atomic.Uint64
	samples  map[string]*series
	kernel   map[string]*series
}

// TestSoak runs the real program on a real disk for JIAOHAO_SOAK (for instance 30m) at twenty times a busy hall's load:
// people take, call, pass, park, transfer and finish over HTTP; boards stay, phones come and go; days open and close;
// snapshots are saved. Memory, goroutines and descriptors must be flat, the chain whole, every figure the journal's.
func TestSoak(t *testing.T) {
	length, err := time.ParseDuration(os.Getenv("JIAOHAO_SOAK"))
	if err != nil {
		t.Skip("set JIAOHAO_SOAK, for instance to 30m: the program is then watched under load for so long")
	}
	t.Setenv("JIAOHAO_TEST_SPEED", strconv.Itoa(soakSpeed))
	t.Setenv("JIAOHAO_SNAPSHOT_EVERY_RECORDS", "2000")
	t.Setenv("JIAOHAO_LIMITS_SOCKETS_PER_ADDRESS", "4000")
	t.Setenv("JIAOHAO_LOG_LEVEL", "warn")
	data := filepath.Join(t.TempDir(), "data")
	s := &soak{process: startProcess(t, data, "127.0.0.1:0"), samples: map[string]*series{}, kernel: map[string]*series{}}
	s.begun, s.start = time.Now(), s.hallTime(t)
	report := s.run(t, length)
	s.tell(t, report, length)
	s.checkFlat(t, length)
	s.stop(t)
	for _, args := range [][]string{{"journal", "verify"}, {"replay"}} {
		if code, out, errs := commandOn(t, data, args...); code != 0 {
			t.Errorf("%v: %d\n%s%s", args, code, out, errs)
		}
	}
}

// hallTime reads the hall's clock as anybody can.
func (s *soak) hallTime(t *testing.T) time.Time {
	t.Helper()
	var h struct{ Hall struct{ Now time.Time } }
	client{base: s.Base}.must(t, "GET", "/api/v1/hall", nil).into(t, &h)
	return h.Hall.Now
}

// now is the hall's clock, worked out.
func (s *soak) now() time.Time { return s.start.Add(time.Since(s.begun) * soakSpeed) }

func (s *soak) run(t *testing.T, length time.Duration) people.Report {
	ctx, stop := context.WithTimeout(t.Context(), length)
	defer stop()
	var crew sync.WaitGroup
	for i := range soakBoards {
		crew.Go(func() { s.board(ctx, i) })
	}
	for range soakPhones {
		crew.Go(func() { s.phones(ctx) })
	}
	boss := s.signedIn(t, "8001")
	crew.Go(func() { s.supervise(ctx, boss) })
	crew.Go(func() { s.watch(ctx, t, length) })
	report, err := people.Run(ctx, people.Config{Base: s.Base, Seed: 1, Now: s.now, Speed: soakSpeed, Password: "jiaohao-demo"})
	if err != nil {
		t.Errorf("the people left: %v\n%s", err, s.logged())
	}
	stop()
	crew.Wait()
	return report
}

// board is a screen of the hall that stays; every other one is the supervisor's wall.
func (s *soak) board(ctx context.Context, n int) {
	view := []string{"display", "supervisor&wall=1", "kiosk"}[n%3]
	d := s.dial(ctx, view)
	<-d.Done()
}

func (s *soak) dial(ctx context.Context, view string) *live.Dialer {
	s.sockets.Add(1)
	return live.Dial(ctx, live.Options{URL: "ws" + strings.TrimPrefix(s.Base, "http") + "/api/v1/live?view=" + view,
		Handler: func(live.Frame) { s.frames.Add(1) }})
}

// phones is one visitor after the other who takes a number, follows it on the phone for a moment and gives up.
func (s *soak) phones(ctx context.Context) {
	c, service := client{base: s.Base}, "household-birth"
	for n := 0; ctx.Err() == nil; n++ {
		var ticket struct{ ID string }
		if !s.ask(c, "POST", "/api/v1/tickets", map[string]string{"service": service}, &ticket) {
			sleepUntil(ctx, time.Second)
			continue
		}
		socket, end := context.WithCancel(ctx)
		d := s.dial(socket, "ticket&id="+ticket.ID)
		sleepUntil(ctx, 20*time.Second+time.Duration(n%7)*soakMost)
		s.ask(c, "POST", "/api/v1/tickets/"+ticket.ID+"/cancel", map[string]string{}, nil)
		end()
		<-d.Done()
	}
}

// ask does a request. A refusal is life; an answer of 500 or none is a failure.
func (s *soak) ask(c client, method, path string, body, into any) bool {
	s.requests.Add(1)
	r, err := c.do(method, path, "", body)
	if err != nil || r.status >= 500 {
		s.failures.Add(1)
		return false
	}
	if r.status >= 300 {
		return false
	}
	return into == nil || json.Unmarshal(r.body, into) == nil
}

// supervise looks at the figures every few seconds, and ends the day by hand now and then.
func (s *soak) supervise(ctx context.Context, boss client) {
	for n := 1; ctx.Err() == nil; n++ {
		sleepUntil(ctx, 5*time.Second)
		today := s.now().Format(time.DateOnly)
		s.ask(boss, "GET", "/api/v1/stats?by=hour,service&from="+s.now().AddDate(0, 0, -30).Format(time.DateOnly)+"&to="+today, nil, nil)
		s.ask(boss, "GET", "/api/v1/tickets?limit=200", nil, nil)
		if n%25 == 0 {
			s.ask(boss, "POST", "/api/v1/day/close", map[string]string{}, nil)
			s.ask(boss, "POST", "/api/v1/day/open", map[string]string{}, nil)
		}
	}
}

// sleepUntil waits for a while or the end.
func sleepUntil(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// watched are the figures that must not grow, with what the kernel says about the same. Resident memory is only told: the
// journal is mapped into it and grows, as it should.
var watched = []string{"heap_bytes", "memory_held_bytes", "goroutines", "descriptors"}

// watch takes a sample every ten seconds, or more often in a short run.
func (s *soak) watch(ctx context.Context, t *testing.T, length time.Duration) {
	every := min(10*time.Second, length/24)
	for n := 1; ctx.Err() == nil; n++ {
		sleepUntil(ctx, every)
		if ctx.Err() != nil {
			return
		}
		profile := ""
		if folder := os.Getenv("JIAOHAO_LOAD_PROFILES"); folder != "" && n%12 == 0 {
			profile = filepath.Join(folder, fmt.Sprintf("soak-%03d.heap", n))
		}
		if err := s.keep(context.WithoutCancel(ctx), "/debug/pprof/heap?gc=1", profile); err != nil { // the heap is looked at without its garbage
			t.Error(err)
		}
		families, err := s.figures()
		if err != nil {
			t.Errorf("the figures: %v", err)
			return
		}
		at := time.Since(s.begun)
		for _, name := range append(watched, "resident_bytes", "journal_sequence", "sockets", "tickets_issued", "cpu_seconds_total") {
			s.sample(s.samples, name, at, families["jiaohao_"+name].Values[""])
		}
		s.sample(s.samples, "journal.db", at, families["jiaohao_file_bytes"].Values[`file="journal.db"`])
		s.sample(s.kernel, "anonymous_bytes", at, float64(anonymousOf(t, s.Process.Pid)))
		s.sample(s.kernel, "descriptors", at, float64(descriptorsOf(t, s.Process.Pid)))
	}
}

func (s *soak) sample(into map[string]*series, name string, at time.Duration, value float64) {
	if into[name] == nil {
		into[name] = &series{}
	}
	into[name].add(at, value)
}

// figures reads /metrics.
func (p *process) figures() (map[string]metricstest.Family, error) {
	res, err := http.Get(p.Base + "/metrics")
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return metricstest.Read(res.Body)
}

// residentOf is the memory of a process as the kernel counts it, in bytes.
func residentOf(t testing.TB, pid int) int64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		t.Error(err)
		return 0
	}
	pages, err := strconv.ParseInt(strings.Fields(string(text))[1], 10, 64)
	if err != nil {
		t.Error(err)
	}
	return pages * int64(os.Getpagesize())
}

// anonymousOf is the resident memory of a process that no file stands behind, in bytes.
func anonymousOf(t testing.TB, pid int) int64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, after, found := strings.Cut(string(text), "RssAnon:")
	fields := strings.Fields(after)
	if err != nil || !found || len(fields) == 0 {
		t.Errorf("the kernel does not tell the memory of %d: %v", pid, err)
		return 0
	}
	kilobytes, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		t.Error(err)
	}
	return kilobytes << 10
}

func descriptorsOf(t testing.TB, pid int) int {
	t.Helper()
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		t.Error(err)
	}
	return len(list)
}

// tell prints the counts of the run.
func (s *soak) tell(t *testing.T, r people.Report, length time.Duration) {
	t.Helper()
	seq := s.samples["journal_sequence"]
	events := seq.value[len(seq.value)-1]
	t.Logf("counts: soak %v, %.0f events (%.1f/s), %d visits by people, %d finished, %d passed, %d cancelled, %d requests, %d repeated; "+
		"%d sockets opened, %d frames taken, %d requests by screens, %d failed; hall days %.1f, journal %.1f MB",
		length, events, events/seq.at[len(seq.at)-1].Seconds(), r.Issued, r.Finished, r.Passed, r.Cancelled, r.Requests, r.Retries,
		s.sockets.Load(), s.frames.Load(), s.requests.Load(), s.failures.Load(),
		s.now().Sub(s.start).Hours()/24, s.samples["journal.db"].value[len(seq.value)-1]/1e6)
	t.Logf("refused: %v", r.Refused)
	if s.failures.Load() > 0 || r.Retries > 0 {
		t.Errorf("%d requests failed, %d were repeated\n%s", s.failures.Load(), r.Retries, s.logged())
	}
	if rate := events / length.Seconds(); length > time.Minute && rate < 40 {
		t.Errorf("%.1f events a second are no twenty times a busy hall", rate)
	}
}

// checkFlat holds every watched figure to its level, minute by minute, after the days in which it has to grow. A run that is
// not twice as long only prints them.
func (s *soak) checkFlat(t *testing.T, length time.Duration) {
	t.Helper()
	warm := time.Duration(soakWarm * float64(24*time.Hour) / soakSpeed)
	long := length > 2*warm
	if !long {
		warm = length / 3
	}
	check := func(by, name string, of series) {
		of = of.after(warm).lows(6)
		if len(of.at) < 2 {
			return
		}
		chance := float64(soakMemory)
		if name == "goroutines" || name == "descriptors" {
			chance = soakCount
		}
		t.Logf("flat: %s by %s: median %.0f, %+.2f %% an hour", name, by, of.median(), 100*of.slope()/of.median())
		if long && of.grows(0.01, chance) {
			t.Errorf("%s by %s grows by %.0f an hour from %.0f: %.0f", name, by, of.slope(), of.median(), of.value)
		}
	}
	resident := s.samples["resident_bytes"].after(warm)
	t.Logf("resident, the mapped journal included: median %.0f MB", resident.median()/1e6)
	for _, name := range watched {
		check("/metrics", name, *s.samples[name])
	}
	for name, of := range s.kernel {
		check("the kernel", name, *of)
	}
}
