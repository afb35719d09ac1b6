package main

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestABrokenDiskStopsTheProcess takes a running program the right to write: an error that is not a full disk. The process ends
// at once with a sentence and a code on which service managers start it again; what was answered before is there.
func TestABrokenDiskStopsTheProcess(t *testing.T) {
	data := t.TempDir()
	p := startProcess(t, data, "127.0.0.1:0")
	number := takeTicket(t, p)
	if err := unix.Prlimit(p.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 1, Max: 1}, nil); err != nil {
		t.Skipf("the limit of a file's size cannot be set here: %v", err)
	}
	if r, err := (client{base: p.Base}).do("POST", "/api/v1/tickets", "", map[string]string{"service": "household-birth"}); err == nil {
		t.Errorf("answered %d %s", r.status, r.body)
	}
	began, ended := time.Now(), make(chan error, 1)
	go func() { ended <- p.Wait() }()
	select {
	case err := <-ended:
		t.Logf("counts: 1 broken disk, ended after %v with %v", time.Since(began).Round(10*time.Millisecond), err)
		if p.ProcessState.ExitCode() != 1 || !strings.Contains(p.logged(), "jiaohao: stopped, the next start reads what is really there: ") {
			t.Errorf("ended with %v:\n%s", err, p.logged())
		}
	case <-time.After(5 * time.Second):
		t.Fatalf("it goes on:\n%s", p.logged())
	}
	next := startProcess(t, data, "127.0.0.1:0")
	defer next.stop(t)
	if second := takeTicket(t, next); second <= number || second > number[:1]+"003" {
		t.Errorf("after %s came %s", number, second)
	}
}
