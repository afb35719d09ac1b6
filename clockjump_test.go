package main

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"jiaohao/server"
	"jiaohao/server/hall"
)

// settable is a machine whose wall clock somebody sets while time goes on.
type settable struct {
	mu    sync.Mutex
	began time.Time
	off   time.Duration
}

// atTen is a machine on which it is ten in the morning: no jump of the test may reach the next business day.
func atTen(t *testing.T) *settable {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	day := now.In(zone)
	return &settable{began: now, off: time.Date(day.Year(), day.Month(), day.Day(), 10, 0, 0, 0, zone).Sub(now)}
}

func (s *settable) set(by time.Duration) { s.mu.Lock(); defer s.mu.Unlock(); s.off += by }

func (s *settable) clock() *server.Clock {
	return server.ClockOf(func() time.Time { s.mu.Lock(); defer s.mu.Unlock(); return time.Now().Add(s.off) }, func() time.Duration { return time.Since(s.began) })
}

// onMachine starts the whole program in this process on a data folder and a machine's clocks.
func onMachine(t *testing.T, data string, m *settable) (i *inside, stop func()) {
	t.Helper()
	c, _, err := Load("", []string{"JIAOHAO_DATA=" + data})
	if err != nil {
		t.Fatal(err)
	}
	i = &inside{}
	var log io.Writer = writerFunc(func(b []byte) (int, error) { i.mu.Lock(); defer i.mu.Unlock(); return i.log.Write(b) })
	ctx, cancel := context.WithCancel(t.Context())
	if i.hall, err = openHall(ctx, c, m.clock(), log); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	i.Base = "http://" + l.Addr().String()
	ended := make(chan error, 1)
	go func() { ended <- errors.Join(i.hall.run(ctx, l), i.hall.close()) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
	})
	t.Cleanup(stop)
	return i, stop
}

// look has the desk look at the clock now, as it does every ten seconds: a plan was set.
func (i *inside) look(t *testing.T, hotline string) {
	t.Helper()
	plan := i.hall.config.Plan
	plan.Hall.Hotline = hotline
	if err := i.hall.order(t.Context(), hall.SetPlan{Plan: &plan, Hash: PlanHash(&plan), Source: hall.FromConfig}); err != nil {
		t.Fatal(err)
	}
}

// doubted checks what everybody is told of a doubted clock, that work goes on, and that a confirmation ends it.
func (i *inside) doubted(t *testing.T, ahead bool) {
	t.Helper()
	citizen, boss := client{base: i.Base}, i.signedIn(t, "8001")
	view := i.follow(t, "supervisor", boss.cookie)
	within(t, "the kiosk says so", func() bool {
		return strings.Contains(string(citizen.must(t, "GET", "/api/v1/hall", nil).body), `"blocked":"clock_unconfirmed","blockedAt":"2`)
	})
	within(t, "the supervisor is told", func() bool {
		return strings.Contains(view(), `"kind":"clock"`) && strings.Contains(view(), `"clockDoubt":"2`)
	})
	if r, err := citizen.do("POST", "/api/v1/tickets", "", map[string]string{"service": "household-birth"}); err != nil || r.status != 503 || !strings.Contains(string(r.body), "clock_unconfirmed") {
		t.Errorf("a ticket on a doubted clock: %v %d %s", err, r.status, r.body)
	}
	figures := string(citizen.must(t, "GET", "/metrics", nil).body)
	if !strings.Contains(figures, "\njiaohao_clock_doubted 1\n") || strings.Contains(figures, "\njiaohao_clock_offset_seconds -") == ahead {
		t.Errorf("the figures do not say so (ahead %v):\n%s", ahead, figures)
	}
	if !strings.Contains(i.logged(), "the machine's clock has jumped") {
		t.Errorf("the log does not say so:\n%s", i.logged())
	}
	clerk := i.signedIn(t, "1002")
	clerk.must(t, "POST", "/api/v1/windows/2/open", nil)
	clerk.must(t, "POST", "/api/v1/windows/2/pause", map[string]string{"reason": i.hall.config.Plan.Rules.PauseReasons[0].ID})
	clerk.must(t, "POST", "/api/v1/windows/2/resume", nil)
	boss.must(t, "POST", "/api/v1/clock/confirm", nil)
	within(t, "the supervisor is told no more", func() bool { return !strings.Contains(view(), `"kind":"clock"`) })
	if !strings.Contains(i.logged(), "the clock is confirmed") {
		t.Error("the log does not know who confirmed it")
	}
	i.mu.Lock()
	i.log.Reset() // the next jump speaks for itself
	i.mu.Unlock()
}

// TestClockJumps sets a machine's clock forth and back while a hall is at work and while it rests. Each time it is doubted before
// a ticket is given and said everywhere, the windows work on, and after a look by the supervisor numbers go on without a gap and
// no time has gone back. A restart with a clock that is right is not doubted.
func TestClockJumps(t *testing.T) {
	data, m := t.TempDir(), atTen(t)
	i, stop := onMachine(t, data, m)
	numbers := []string{takeTicket(t, &i.process)}
	before := i.hall.now()
	for n, jump := range []time.Duration{2 * time.Hour, -5 * time.Hour} {
		m.set(jump)
		i.look(t, []string{"12301", "12302"}[n])
		i.doubted(t, jump > 0)
		numbers = append(numbers, takeTicket(t, &i.process))
		if now := i.hall.now(); now < before {
			t.Errorf("time went back by %v", before.Sub(now))
		}
		before = i.hall.now()
	}
	stop()
	m.set(-2 * time.Hour)
	i, stop = onMachine(t, data, m)
	i.doubted(t, false)
	numbers = append(numbers, takeTicket(t, &i.process))
	stop()
	m.set(24 * time.Hour) // whoever has set it right
	i, stop = onMachine(t, data, m)
	if i.hall.desk.State().ClockDoubt() != nil || strings.Contains(i.logged(), "jumped") {
		t.Errorf("a clock that is right is doubted:\n%s", i.logged())
	}
	stop()
	t.Logf("counts: 3 jumps, %d tickets: %v", len(numbers), numbers)
	if got := strings.Join(numbers, " "); got != "C001 C002 C003 C004" {
		t.Errorf("the numbers are %s", got)
	}
}
