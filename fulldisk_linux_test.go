package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"jiaohao/server/disk"
)

var printedEnrol = regexp.MustCompile(`/enrol/\S+`)

// TestARealFullDisk fills the file system under a real hall to the last byte. The kiosk is told; deleting the ballast, and nothing
// else, has the hall go on within seconds; every number that was given is there and the next one follows it.
func TestARealFullDisk(t *testing.T) {
	data := t.TempDir()
	if err := syscall.Mount("tmpfs", data, "tmpfs", 0, "size=96m"); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(data, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	for name, value := range map[string]string{"DEMO": "false", "DISK_BALLAST_MB": "24", "DISK_WARN_MB": "16", "LIMITS_TICKETS_PER_MINUTE": "100000",
		"LIMITS_TICKETS_BURST": "10000", "LIMITS_REQUESTS_PER_MINUTE": "100000", "LIMITS_REQUESTS_BURST": "10000"} {
		t.Setenv("JIAOHAO_"+name, value)
	}
	p := startProcess(t, data, "127.0.0.1:0")
	kiosk := p.enrolled(t, data)
	ballast := filepath.Join(data, disk.BallastName)
	within(t, "the ballast is there", func() bool { _, err := os.Stat(ballast); return err == nil })
	for range 5 {
		kiosk.must(t, "POST", "/api/v1/tickets", map[string]string{"service": "household-birth"})
	}
	fill(t, filepath.Join(data, "somebody's film"))
	given, took := 5, time.Duration(0)
	for began := time.Now(); time.Since(began) < 20*time.Second; given++ {
		r, err := kiosk.do("POST", "/api/v1/tickets", "", map[string]string{"service": "household-birth"})
		if err == nil && r.status == 503 && strings.Contains(string(r.body), "journal_full") {
			break
		}
		if err != nil || r.status != 201 {
			t.Fatalf("%v %d %s", err, r.status, r.body)
		}
	}
	if !strings.Contains(string(kiosk.must(t, "GET", "/api/v1/hall", nil).body), `"blocked":"journal_full"`) {
		t.Fatal("nobody is told")
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	took = within(t, "the hall goes on", func() bool {
		return !strings.Contains(string(kiosk.must(t, "GET", "/api/v1/hall", nil).body), `"blocked"`)
	})
	for range 3 {
		kiosk.must(t, "POST", "/api/v1/tickets", map[string]string{"service": "household-birth"})
		given++
	}
	t.Logf("counts: 1 full disk, %d tickets, back %v after the ballast was deleted", given, took.Round(10*time.Millisecond))
	p.stop(t)
	code, out, errs := runProcess(t, data, "journal")
	if n := strings.Count(out, `"kind":"ticket.issued"`); code != 0 || n != given {
		t.Errorf("%d of %d tickets in the journal: %d %s", n, given, code, errs)
	}
	if code, out, errs := runProcess(t, data, "journal", "verify"); code != 0 || !strings.HasPrefix(out, "whole: ") {
		t.Errorf("%d %s%s", code, out, errs)
	}
}

// enrolled gives a kiosk of a real hall.
func (p *process) enrolled(t *testing.T, data string) client {
	t.Helper()
	code, out, errs := runProcess(t, data, "terminal", "add", "kiosk-1", "--role", "kiosk")
	path := printedEnrol.FindString(out)
	if code != 0 || path == "" {
		t.Fatalf("%d %s%s", code, out, errs)
	}
	c := client{base: p.Base}
	req, err := http.NewRequest("POST", p.Base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.DefaultTransport.RoundTrip(req) // the redirection to the kiosk's page would hide the cookie
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	c.cookie, _, _ = strings.Cut(r.Header.Get("Set-Cookie"), ";")
	return c
}

// fill writes until there is no space.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for size := 1 << 20; size > 0; size /= 2 {
		for b := make([]byte, size); err == nil; _, err = f.Write(b) {
		}
		err = nil
	}
	f.Close() // a full disk may say so once more
}
