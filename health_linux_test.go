package main

import (
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"jiaohao/server"
	"jiaohao/server/supervisor"
)

// spoil lets nothing more be written to a file that this process holds open: its descriptor becomes one for reading.
func spoil(t *testing.T, path string) {
	t.Helper()
	reader, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range open {
		var fd int
		if _, err := fmt.Sscan(e.Name(), &fd); err != nil {
			t.Fatal(err)
		}
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err != nil || to != path || fd == int(reader.Fd()) {
			continue
		}
		if err := syscall.Dup3(int(reader.Fd()), fd, syscall.O_CLOEXEC); err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n == 0 {
		t.Fatalf("nobody holds %s", path)
	}
}

// TestHealthNamesTheAccounts: when their file cannot be written any more, whoever watches the hall is told which part it is and
// that waiting does not help; the console says it too, and tickets go on.
func TestHealthNamesTheAccounts(t *testing.T) {
	data := t.TempDir()
	c, _, err := Load("", []string{"JIAOHAO_DATA=" + data})
	if err != nil {
		t.Fatal(err)
	}
	log := new(strings.Builder)
	h, err := openHall(t.Context(), c, server.NewClock(1), io.MultiWriter(t.Output(), log))
	if err != nil {
		t.Fatal(err)
	}
	health := func() string {
		w := httptest.NewRecorder()
		h.server.ServeHTTP(w, httptest.NewRequest("GET", "/healthz", nil))
		return fmt.Sprint(w.Code, w.Header().Get("X-Problem"), w.Header().Get("Retry-After"), w.Body)
	}
	within(t, "the day begins", func() bool { return strings.HasPrefix(health(), "200") })
	spoil(t, filepath.Join(data, authName))
	if err := h.auth.SetPassword("1001", "a password that nobody knows"); err == nil {
		t.Fatal("a password was kept in a file that cannot be written")
	}
	if got := health(); !strings.HasPrefix(got, "503part_failed{") || !strings.Contains(got, `"params":{"part":"auth.db"}`) {
		t.Errorf("health says %s", got)
	}
	warned := false
	for _, w := range h.warnings() {
		warned = warned || w.Kind == supervisor.AlertPart && w.Subject == "auth.db" && w.Since > 0
	}
	if !warned || !strings.Contains(log.String(), "auth: the file cannot be written, restart the server") {
		t.Errorf("warned %v: %s", warned, log)
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/api/v1/tickets", strings.NewReader(`{"service":"household-birth"}`))
	r.Header.Set("Content-Type", "application/json")
	r.RemoteAddr = "127.0.0.1:1"
	if h.server.ServeHTTP(w, r); w.Code != 201 {
		t.Errorf("a ticket: %d %s", w.Code, w.Body)
	}
	if err := h.close(); err != nil {
		t.Error(err)
	}
}
