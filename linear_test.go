//go:build unix

package main

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"jiaohao/server/lineartest"
)

// linearHall is the program under clients who note what they were answered, started again whenever it was killed.
type linearHall struct {
	t      *testing.T
	data   string
	config string
	clerks [lineartest.Windows]client
	boss   client

	mu      sync.RWMutex
	p       *process
	changed chan struct{} // closed when p is another process

	ops, attempts, silent, rounds, kills, stops, bad, undecided int
}

// TestLinearizableProgram does what TestLinearizable of the desk does to the whole program over HTTP: it is killed, or stopped
// for a while and goes on, while clients wait no longer than a moment and ask again. JIAOHAO_LINEAR operations are for the
// desk; the program is given one for every fifty.
func TestLinearizableProgram(t *testing.T) {
	want := 2000
	if n, err := strconv.Atoi(os.Getenv("JIAOHAO_LINEAR")); err == nil {
		want = n
	}
	config, err := filepath.Abs(filepath.Join("testdata", "queue.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	h := &linearHall{t: t, data: t.TempDir(), config: config, changed: make(chan struct{})}
	h.start()
	h.signIn()
	for seed := uint64(1); h.ops < want/50; seed++ {
		h.round(seed)
	}
	h.p.stop(t)
	t.Logf("counts: program operations=%d attempts=%d silent=%d rounds=%d kills=%d stops=%d unexplained=%d undecided=%d",
		h.ops, h.attempts, h.silent, h.rounds, h.kills, h.stops, h.bad, h.undecided)
	if h.bad > 0 || h.undecided > 1+h.rounds/1000 {
		t.Errorf("%d rounds cannot be explained, %d not within the time", h.bad, h.undecided)
	}
}

func (h *linearHall) start() {
	p := startProcess(h.t, h.data, "127.0.0.1:0", "--config", h.config)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.p = p
	close(h.changed)
	h.changed = make(chan struct{})
}

func (h *linearHall) signIn() {
	services(h.t, h.p) // the day is open
	h.boss = h.p.signedIn(h.t, "8001")
	for i := range h.clerks {
		h.clerks[i] = h.p.signedIn(h.t, strconv.Itoa(1001+i))
		h.clerks[i].must(h.t, "POST", "/api/v1/windows/"+strconv.Itoa(i+1)+"/open", nil)
	}
}

// clear ends what a round has left: what is in hand is finished, the rest ends with the day, which is opened again. It gives
// how many numbers were given so far.
func (h *linearHall) clear() (issued int) {
	for i, c := range h.clerks {
		c.base = h.p.Base
		if _, err := c.do("POST", "/api/v1/windows/"+strconv.Itoa(i+1)+"/finish", "", map[string]int{"cases": 1}); err != nil {
			h.t.Fatal(err)
		}
	}
	last := client{base: h.p.Base}.must(h.t, "POST", "/api/v1/tickets", map[string]string{"service": "s1"})
	h.boss.base = h.p.Base
	h.boss.must(h.t, "POST", "/api/v1/day/close", map[string]bool{"confirm": true})
	h.boss.must(h.t, "POST", "/api/v1/day/open", nil)
	return numberIn(last.body)
}

func numberIn(body []byte) int {
	n, err := strconv.Atoi(string(bytes.TrimLeft([]byte(field(body, `"number":"`)), "A")))
	if err != nil {
		return -1
	}
	return n
}

// round lets everybody work while the program is killed, stopped, or left alone.
func (h *linearHall) round(seed uint64) {
	issued := h.clear()
	round := lineartest.Round{Seed: seed, Issued: issued, Kiosks: 3, Holders: 2, Each: 12, Ask: h.ask}
	if seed%3 == 0 { // long enough for recalls, passes and returns
		round.Think = func(r *rand.Rand) { time.Sleep(time.Duration(r.IntN(250)) * time.Millisecond) }
	}
	var disturbing sync.WaitGroup
	disturbing.Go(func() { h.disturb(seed) })
	round.Settle = func() {
		disturbing.Wait()
		h.again()
	}
	history, attempts, silent := round.Run()
	disturbing.Wait()
	verdict := lineartest.Check(issued, history, 30*time.Second)
	h.rounds, h.ops, h.attempts, h.silent = h.rounds+1, h.ops+len(history), h.attempts+attempts, h.silent+silent
	switch verdict {
	case lineartest.Unexplained:
		h.bad++
		h.t.Errorf("round %d, of numbers above %d: no order of these explains them: %+v", seed, issued, history)
	case lineartest.Undecided:
		h.undecided++
	}
}

// again starts the program again: requests that nobody waits for may still be on their way, they end with the process.
func (h *linearHall) again() {
	h.kills++
	h.p.kill(h.t)
	h.start()
}

func (h *linearHall) disturb(seed uint64) {
	time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond)
	switch seed % 4 {
	case 1:
		h.again()
	case 2, 3:
		h.stops++
		for _, s := range []os.Signal{syscall.SIGSTOP, syscall.SIGCONT} {
			if err := h.p.Process.Signal(s); err != nil {
				h.t.Error(err)
			}
			time.Sleep(time.Duration(rand.IntN(250)) * time.Millisecond)
		}
	}
}

// ask asks once. A client waits for a moment that is sometimes too short.
func (h *linearHall) ask(o lineartest.Op, key string) (lineartest.Out, bool) {
	h.mu.RLock()
	base, changed, life := h.p.Base, h.changed, h.p.Process.Pid
	h.mu.RUnlock()
	patience := 500 * time.Millisecond
	if rand.IntN(20) == 0 {
		patience = time.Duration(rand.IntN(3000)) * time.Microsecond
	}
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	c, path, body := h.request(o)
	c.base = base
	r, err := c.within(ctx, "POST", path, key, body)
	if err != nil || r.status >= 500 {
		select {
		case <-changed:
		case <-time.After(20 * time.Millisecond):
		}
		return lineartest.Out{Life: life}, false
	}
	switch code := field(r.body, `"code":"`); {
	case r.status == 204:
		return lineartest.Out{Life: life}, true
	case r.status >= 400:
		return lineartest.Out{Life: life, Refused: true, Soon: code == "too_soon" || code == "too_few_calls" || code == "call_limit"}, true
	}
	return lineartest.Out{Life: life, Number: numberIn(r.body)}, true
}

// request is an operation as its client sends it.
func (h *linearHall) request(o lineartest.Op) (c client, path string, body any) {
	switch o.Kind {
	case lineartest.Take:
		return client{}, "/api/v1/tickets", map[string]string{"service": "s" + strconv.Itoa(o.Service+1)}
	case lineartest.Return:
		return h.boss, "/api/v1/tickets/by-number/A" + padded(o.Number) + "/return", nil
	}
	verb := map[lineartest.Kind]string{lineartest.Call: "next"}[o.Kind]
	if verb == "" {
		verb = o.Kind.String()
	}
	switch o.Kind {
	case lineartest.Finish:
		body = map[string]int{"cases": 1}
	case lineartest.Transfer:
		body = map[string]string{"service": "s" + strconv.Itoa(lineartest.OtherService(o.Window)+1)}
	}
	return h.clerks[o.Window], "/api/v1/windows/" + strconv.Itoa(o.Window+1) + "/" + verb, body
}

func padded(n int) string {
	text := strconv.Itoa(n)
	for len(text) < 3 {
		text = "0" + text
	}
	return text
}
