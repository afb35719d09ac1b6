package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jiaohao/server/bench"
)

// loadSize is how much is put on the program.
type loadSize struct {
	phones, boards, kiosks, clerks, slow, storm int
	phase                                       time.Duration
	strict                                      bool // hold to absolute times: only on a machine that does nothing else
}

// loadSizes are the sizes by JIAOHAO_LOAD.
var loadSizes = map[string]loadSize{
	"":     {phones: 200, boards: 50, kiosks: 8, clerks: 2, slow: 20, storm: 1, phase: 1500 * time.Millisecond},
	"1":    {phones: 10_000, boards: 1000, kiosks: 64, clerks: 8, slow: 500, storm: 4, phase: 7 * time.Second},
	"long": {phones: 10_000, boards: 1000, kiosks: 64, clerks: 8, slow: 500, storm: 4, phase: time.Minute, strict: true},
}

// What must hold.
const (
	mostMemory  = 400e6 // resident bytes
	mostWait    = 100 * time.Millisecond
	thinking    = time.Second // between two tickets of a kiosk, or two calls of a clerk
	distinctOwn = 1000        // tickets that the phones follow: many look at the same, as families do
)

// loadRun is one run.
type loadRun struct {
	*process
	loadSize
	t        *testing.T
	crowd    *loadCrowd
	services []string
	tickets  atomic.Uint64
	calls    atomic.Uint64
	slowed   atomic.Uint64 // slow connections opened
	stormed  atomic.Uint64 // sockets of the storm
	rejected atomic.Uint64 // of them turned away
	memory   atomic.Int64  // the most
	number   atomic.Uint64
}

// TestLoad puts ten thousand phones, a thousand boards, 64 kiosks and eight clerks on the real program, then slow
// connections and a storm of sockets on top. Memory stays below 400 MB, tickets are issued meanwhile. JIAOHAO_LOAD=1 takes
// these numbers for 40 s, JIAOHAO_LOAD=long for some minutes and holds the slowest ticket of a hundred to 100 ms; without it
// the numbers are small.
func TestLoad(t *testing.T) {
	size, known := loadSizes[os.Getenv("JIAOHAO_LOAD")]
	if !known {
		t.Fatal("JIAOHAO_LOAD is 1 or long")
	}
	for _, limit := range []string{"SOCKETS", "SOCKETS_PER_ADDRESS", "CONNECTIONS", "CONNECTIONS_PER_ADDRESS"} {
		t.Setenv("JIAOHAO_LIMITS_"+limit, "16000")
	}
	t.Setenv("JIAOHAO_LOG_LEVEL", "error")
	data := filepath.Join(t.TempDir(), "data")
	l := &loadRun{process: startProcess(t, data, "127.0.0.1:0"), loadSize: size, t: t, crowd: newLoadCrowd(t)}
	l.services = services(t, l.process)
	clerks := l.openWindows()
	empty := l.resident()
	quiet := l.phaseOf("quiet", clerks, nil)
	ids := l.someTickets()
	began := time.Now()
	l.connect(ids)
	t.Logf("connected in %v; a socket takes %.0f bytes", time.Since(began).Round(time.Millisecond), float64(l.resident()-empty)/float64(l.phones+l.boards))
	full := l.phaseOf("full", clerks, nil)
	attacked := l.phaseOf("attacked", clerks, l.attack)
	l.crowd.ask("report boards") // fails when one was cut
	l.tell(data, quiet, full, attacked)
	began = time.Now()
	l.stop(t) // with all of them connected
	t.Logf("counts: load, stopped in %v", time.Since(began).Round(10*time.Millisecond))
}

// openWindows signs clerks in, each at a window of its own.
func (l *loadRun) openWindows() (clerks []client) {
	for i := range l.clerks {
		c := l.signedIn(l.t, fmt.Sprint(1001+i))
		c.must(l.t, "POST", fmt.Sprintf("/api/v1/windows/%d/open", i+1), nil)
		clerks = append(clerks, c)
	}
	return clerks
}

// someTickets takes those that the phones follow.
func (l *loadRun) someTickets() (ids []string) {
	for range min(distinctOwn, l.phones) {
		var ticket struct{ ID string }
		client{base: l.Base}.must(l.t, "POST", "/api/v1/tickets", map[string]string{"service": l.services[0]}).into(l.t, &ticket)
		ids = append(ids, ticket.ID)
	}
	return ids
}

func (l *loadRun) connect(ids []string) {
	at := strings.TrimPrefix(l.Base, "http://")
	l.crowd.ask("connect boards %s /api/v1/live?view=display %d", at, l.boards)
	for i, id := range ids {
		n := (i+1)*l.phones/len(ids) - i*l.phones/len(ids)
		l.crowd.ask("connect phones %s /api/v1/live?view=ticket&id=%s %d", at, id, n)
	}
}

// phase is how tickets went while something was on.
type phase struct {
	p50, p99 time.Duration
	tickets  int
	failed   uint64
}

// phaseOf lets kiosks and clerks work for a while, with something else going on beside them.
func (l *loadRun) phaseOf(name string, clerks []client, beside func(context.Context)) phase {
	ctx, stop := context.WithTimeout(l.t.Context(), l.phase)
	defer stop()
	var wg sync.WaitGroup
	var failed atomic.Uint64
	times := make([][]time.Duration, l.kiosks)
	for k := range l.kiosks {
		wg.Go(func() { times[k] = l.kiosk(ctx, k, &failed) })
	}
	for i, c := range clerks {
		wg.Go(func() { l.clerk(ctx, c, i+1, &failed) })
	}
	if beside != nil {
		wg.Go(func() { beside(ctx) })
	}
	wg.Go(func() { l.watchMemory(ctx) })
	if folder := os.Getenv("JIAOHAO_LOAD_PROFILES"); folder != "" {
		wg.Go(func() { l.profile(ctx, filepath.Join(folder, name)) })
	}
	wg.Wait()
	if f, err := l.figures(); err == nil {
		mb := func(name string) float64 { return f["jiaohao_"+name].Values[""] / 1e6 }
		l.t.Logf("%s: resident %.0f MB, of it %.0f without a file behind; held by Go %.0f, heap %.0f, stacks %.0f", name, mb("resident_bytes"),
			float64(anonymousOf(l.t, l.Process.Pid))/1e6, mb("memory_held_bytes"), mb("heap_bytes"), mb("stack_bytes"))
	}
	all := slices.Concat(times...)
	slices.Sort(all)
	if len(all) == 0 {
		l.t.Fatalf("%s: no ticket at all\n%s", name, l.logged())
	}
	return phase{all[len(all)/2], all[(len(all)*99+99)/100-1], len(all), failed.Load()}
}

// kiosk takes a ticket about every second on a connection that stays open, and notes how long each took.
func (l *loadRun) kiosk(ctx context.Context, k int, failed *atomic.Uint64) (times []time.Duration) {
	sleepUntil(ctx, thinking*time.Duration(k)/time.Duration(l.kiosks))
	for ctx.Err() == nil {
		began := time.Now()
		r, err := client{base: l.Base}.do("POST", "/api/v1/tickets", fmt.Sprint("load-", l.number.Add(1)), map[string]string{"service": l.services[k%len(l.services)]})
		if err != nil || r.status != http.StatusCreated {
			failed.Add(1)
		} else {
			times = append(times, time.Since(began))
			l.tickets.Add(1)
		}
		sleepUntil(ctx, thinking)
	}
	return times
}

func (l *loadRun) clerk(ctx context.Context, c client, window int, failed *atomic.Uint64) {
	body := map[string]any{}
	for ctx.Err() == nil {
		sleepUntil(ctx, thinking)
		r, err := c.do("POST", fmt.Sprintf("/api/v1/windows/%d/next", window), "", body)
		switch {
		case err != nil || r.status >= 500:
			failed.Add(1)
		case r.status == http.StatusOK:
			l.calls.Add(1)
			fallthrough
		default:
			body = map[string]any{}
			if r.status == http.StatusOK || r.status == http.StatusConflict {
				body = map[string]any{"current": map[string]any{"finish": map[string]any{"outcome": "completed"}}}
			}
		}
	}
}

func (l *loadRun) resident() int64 { return residentOf(l.t, l.Process.Pid) }

func (l *loadRun) watchMemory(ctx context.Context) {
	for ctx.Err() == nil {
		if now := l.resident(); now > l.memory.Load() {
			l.memory.Store(now)
		}
		sleepUntil(ctx, 200*time.Millisecond)
	}
}

// attack opens connections that never finish their request, and sockets that come and go as fast as they can.
func (l *loadRun) attack(ctx context.Context) {
	var wg sync.WaitGroup
	for range l.slow {
		wg.Go(func() { l.slowly(ctx) })
	}
	for range l.loadSize.storm {
		wg.Go(func() { l.stormy(ctx) })
	}
	wg.Wait()
}

// slowly sends the head of a request a byte at a time, and begins again when the server has had enough.
func (l *loadRun) slowly(ctx context.Context) {
	for ctx.Err() == nil {
		c, err := net.Dial("tcp", strings.TrimPrefix(l.Base, "http://"))
		if err != nil {
			sleepUntil(ctx, 100*time.Millisecond)
			continue
		}
		l.slowed.Add(1)
		for i := 0; ctx.Err() == nil; i++ {
			if _, err := c.Write([]byte{"GET /kiosk HTTP/1.1\r\nX-Slow: aaaaaaaa"[i%38]}); err != nil {
				break
			}
			sleepUntil(ctx, 300*time.Millisecond)
		}
		c.Close() // the other end has closed it long ago
	}
}

// stormy connects a socket, takes its first bytes and goes, again and again.
func (l *loadRun) stormy(ctx context.Context) {
	at := strings.TrimPrefix(l.Base, "http://")
	for ctx.Err() == nil {
		c, err := net.DialTimeout("tcp", at, 2*time.Second)
		if err != nil {
			l.rejected.Add(1)
			continue
		}
		fmt.Fprintf(c, "GET /api/v1/live?view=kiosk HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
			"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", at)
		c.SetReadDeadline(time.Now().Add(2 * time.Second))
		if line, err := bufio.NewReader(c).ReadString('\n'); err != nil || !strings.Contains(line, "101") {
			l.rejected.Add(1)
		}
		l.stormed.Add(1)
		c.Close() // without a word, as a browser that is shut
	}
}

// profile keeps the processor's and the heap's profile of a phase.
func (l *loadRun) profile(ctx context.Context, to string) {
	for name, path := range map[string]string{".cpu": fmt.Sprintf("/debug/pprof/profile?seconds=%d", max(1, int(l.phase.Seconds())-1)), ".heap": "/debug/pprof/heap?gc=1"} {
		if err := l.keep(context.WithoutCancel(ctx), path, to+name); err != nil {
			l.t.Error(err)
		}
	}
}

// keep stores what the control socket answers in a file; "" for nowhere.
func (p *process) keep(ctx context.Context, path, to string) error {
	res, err := control(ctx, p.dataFolder(), http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil || to == "" {
		return err
	}
	return os.WriteFile(to, raw, 0o600)
}

func (p *process) dataFolder() string {
	for _, e := range p.Env {
		if data, ok := strings.CutPrefix(e, "JIAOHAO_DATA="); ok {
			return data
		}
	}
	return ""
}

// tell prints the counts and judges.
func (l *loadRun) tell(data string, quiet, full, attacked phase) {
	l.t.Helper()
	l.t.Logf("counts: load %d phones, %d boards, %d kiosks, %d clerks: %d tickets, %d calls, %d slow connections, %d sockets of the storm (%d turned away); "+
		"most memory %.0f MB", l.phones, l.boards, l.kiosks, l.clerks, l.tickets.Load(), l.calls.Load(), l.slowed.Load(), l.stormed.Load(), l.rejected.Load(),
		float64(l.memory.Load())/1e6)
	strict := l.strict && quiet.p99 <= mostWait/2
	if l.strict && !strict {
		l.t.Logf("the machine is too busy to be held to %v: without any load one ticket of a hundred took %v", mostWait, quiet.p99)
	}
	for name, p := range map[string]phase{"quiet": quiet, "full": full, "attacked": attacked} {
		l.t.Logf("counts: load, %s: %d tickets, p50 %v, p99 %v, %d failed", name, p.tickets, p.p50.Round(10*time.Microsecond), p.p99.Round(10*time.Microsecond), p.failed)
		if p.failed > 0 {
			l.t.Errorf("%s: %d requests failed\n%s", name, p.failed, l.logged())
		}
		if strict && p.p99 > mostWait {
			l.t.Errorf("%s: one ticket of a hundred took %v", name, p.p99)
		}
		if generous := max(20*quiet.p99, 2*time.Second); p.p99 > generous {
			l.t.Errorf("%s: one ticket of a hundred took %v, without load %v", name, p.p99, quiet.p99)
		}
	}
	if l.memory.Load() > mostMemory {
		l.t.Errorf("%d bytes of memory", l.memory.Load())
	}
}

// loadCrowd is the process of the phones and boards.
type loadCrowd struct {
	bench.Process
	t     *testing.T
	lines *bufio.Scanner
}

func newLoadCrowd(t *testing.T) *loadCrowd {
	t.Setenv("JIAOHAO_TEST_PROCESS", "1")
	p, err := startCrowd(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return &loadCrowd{p, t, bufio.NewScanner(p)}
}

// ask tells the crowd what to do and waits until it is done.
func (c *loadCrowd) ask(format string, args ...any) {
	c.t.Helper()
	if _, err := fmt.Fprintf(c, format+"\n", args...); err != nil {
		c.t.Fatal(err)
	}
	for c.lines.Scan() {
		text := c.lines.Text()
		if text == "ok" {
			return
		}
		if len(strings.Fields(text)) != 3 {
			c.t.Fatalf("the screens: %s", text)
		}
	}
	c.t.Fatal("the screens are gone")
}
