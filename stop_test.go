package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"jiaohao/server"
	"jiaohao/server/journal"
	"jiaohao/server/journal/journaltest"
)

// stuck is a journal whose appends never return while it is held.
type stuck struct {
	journal.Journal
	held sync.RWMutex
}

func (s *stuck) Append(after uint64, batch []journal.Draft) journal.Result {
	s.held.RLock()
	defer s.held.RUnlock()
	return s.Journal.Append(after, batch)
}

// startOn runs the program's own way from start to end on a journal of the test. The channel gives how it ended.
func startOn(t *testing.T, ctx context.Context, j journal.Journal) (*running, chan error) {
	t.Helper()
	c, _, err := Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	h := &running{config: c, log: logger(c, t.Output()), journal: j, clock: server.NewClock(1), fatal: make(chan error, 1), memory: true}
	if err := h.build(ctx); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.config.Listen = l.Addr().String()
	ended := make(chan error, 1)
	go func() {
		ended <- h.untilStopped(ctx, func(ctx context.Context) error { return errors.Join(h.run(ctx, l), h.close()) })
	}()
	return h, ended
}

// TestStopLeavesAStuckDiskBehind: a disk that does not come back must not keep the service manager waiting.
func TestStopLeavesAStuckDiskBehind(t *testing.T) {
	disk := &stuck{Journal: journal.NewMemory()}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	h, ended := startOn(t, ctx, disk)
	disk.held.Lock()
	defer disk.held.Unlock()
	go client{base: "http://" + h.config.Listen}.do("POST", "/api/v1/tickets", "", map[string]string{"service": "household-birth"})
	within(t, "the append hangs", func() bool { return h.alive(t.Context(), 50*time.Millisecond) != nil })
	began := time.Now()
	cancel()
	select {
	case err := <-ended:
		if took := time.Since(began); !errors.Is(err, errHangs) || took > 6*time.Second {
			t.Errorf("ended after %v with %v", took, err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it waits for the disk")
	}
}

// TestACommitErrorStopsTheHall: whatever an append ends with but done and full, nobody knows what is there. The hall says so and
// stops; its callers get no answer that sounds like no.
func TestACommitErrorStopsTheHall(t *testing.T) {
	for name, fault := range map[string]journaltest.Fault{"lost": journaltest.Lost, "kept": journaltest.Kept} {
		t.Run(name, func(t *testing.T) {
			faulty := journaltest.NewFaulty(journal.NewMemory())
			h, ended := startOn(t, t.Context(), faulty)
			c := client{base: "http://" + h.config.Listen}
			c.must(t, "POST", "/api/v1/tickets", map[string]string{"service": "household-birth"})
			faulty.FailAppend(1, fault)
			if r, err := c.do("POST", "/api/v1/tickets", "", map[string]string{"service": "household-birth"}); err == nil {
				t.Errorf("answered %d %s", r.status, r.body)
			}
			select {
			case err := <-ended:
				if err == nil || !strings.HasPrefix(err.Error(), "stopped, the next start reads what is really there: ") {
					t.Errorf("ended with %v", err)
				}
			case <-time.After(5 * time.Second):
				t.Fatal("it goes on")
			}
			if _, kept, err := faulty.Journal.Snapshot(); kept || err != nil && !errors.Is(err, journal.ErrClosed) {
				t.Errorf("a snapshot was stored after the journal broke: %v, %v", kept, err)
			}
		})
	}
}

// TestAFullDiskStopsNothing is the other side: full is the one error that the hall survives.
func TestAFullDiskStopsNothing(t *testing.T) {
	faulty := journaltest.NewFaulty(journal.NewMemory())
	h, ended := startOn(t, t.Context(), faulty)
	c := client{base: "http://" + h.config.Listen}
	c.must(t, "POST", "/api/v1/tickets", map[string]string{"service": "household-birth"})
	faulty.FailAppend(1, journaltest.NoSpace)
	if r, err := c.do("POST", "/api/v1/tickets", "", map[string]string{"service": "household-birth"}); err != nil || r.status != 503 {
		t.Errorf("%v, %d", err, r.status)
	}
	if err := h.alive(t.Context(), 5*time.Second); err != nil {
		t.Errorf("a full disk starves the watchdog: %v", err)
	}
	select {
	case err := <-ended:
		t.Errorf("ended with %v", err)
	default:
	}
}

// TestSecondProcessIsRefused starts the program twice on one folder: the second names the first, in both languages, and ends.
func TestSecondProcessIsRefused(t *testing.T) {
	data := t.TempDir()
	p := startProcess(t, data, "127.0.0.1:0")
	code, _, errs := runProcess(t, data, "serve")
	pid := p.Process.Pid
	for _, words := range []string{fmt.Sprintf("正由进程 %d（主机 ", pid), fmt.Sprintf("is in use by process %d on ", pid), " since 2", data} {
		if !strings.Contains(errs, words) {
			t.Errorf("no word of %q in\n%s", words, errs)
		}
	}
	if code == 0 {
		t.Error("the second process ended as if it had served")
	}
	takeTicket(t, p)
	p.kill(t)
	if _, _, errs := runProcess(t, data, "journal", "verify"); strings.Contains(errs, "in use") {
		t.Errorf("a dead process holds the folder:\n%s", errs)
	}
	startProcess(t, data, "127.0.0.1:0").stop(t)
}

// runProcess runs the program to its end on a data folder.
func runProcess(t *testing.T, data string, args ...string) (code int, out, errs string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Env = append(os.Environ(), "JIAOHAO_TEST_PROCESS=1", "JIAOHAO_DATA="+data, "JIAOHAO_LISTEN=127.0.0.1:0")
	cmd.Dir = t.TempDir()
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
}
