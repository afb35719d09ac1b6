package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// command runs a subcommand on a data folder and gives what it printed.
func commandOn(t *testing.T, data string, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), args, []string{"JIAOHAO_DATA=" + data}, &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

// workedDay gives a data folder with a short day of work in it, at rest.
func workedDay(t *testing.T) (data string, ids []string) {
	t.Helper()
	data = t.TempDir()
	p := startProcess(t, data, "127.0.0.1:0")
	clerk := p.signedIn(t, "1001")
	clerk.must(t, "POST", "/api/v1/windows/1/open", nil)
	for i := range 12 {
		var ticket struct{ ID, Number string }
		client{base: p.Base}.must(t, "POST", "/api/v1/tickets", map[string]string{"service": "household-birth"}).into(t, &ticket)
		ids = append(ids, ticket.ID)
		if i%3 == 2 {
			continue
		}
		clerk.must(t, "POST", "/api/v1/windows/1/next", nil)
		clerk.must(t, "POST", "/api/v1/windows/1/start", nil)
		clerk.must(t, "POST", "/api/v1/windows/1/finish", map[string]any{"outcome": "completed", "cases": 1 + i%3})
	}
	p.stop(t)
	return data, ids
}

// TestReplayAndVerify derives a day again: all figures equal, the chain whole; the printed journal has no citizen's secret.
// One flipped byte is found and named.
func TestReplayAndVerify(t *testing.T) {
	data, ids := workedDay(t)
	if code, out, errs := commandOn(t, data, "replay"); code != 0 || !strings.Contains(out, "statistics: equal") ||
		!strings.Contains(out, "snapshot and tail: equal") || !strings.Contains(out, "12 tickets in state and statistics") {
		t.Errorf("replay: %d\n%s%s", code, out, errs)
	}
	if code, out, errs := commandOn(t, data, "journal", "verify"); code != 0 || !strings.HasPrefix(out, "whole: ") {
		t.Errorf("verify: %d\n%s%s", code, out, errs)
	}
	code, out, errs := commandOn(t, data, "journal")
	if code != 0 || strings.Count(out, "\n") < 40 || !strings.Contains(out, `"kind":"ticket.issued"`) {
		t.Errorf("journal: %d\n%s%s", code, out, errs)
	}
	for _, id := range ids {
		if strings.Contains(out, id) {
			t.Fatal("the printed journal has a citizen's secret")
		}
	}
	flipEach(t, data, "household-birth", out)
}

// flipEach changes one byte at every place where the file holds a text, one after the other. Where the place belongs to a
// record the break is found and named; where it is a page that was given up, what the journal says has not changed.
func flipEach(t *testing.T, data, near, printed string) {
	t.Helper()
	path := filepath.Join(data, "journal.db")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for at := 0; ; at++ {
		next := bytes.Index(raw[at:], []byte(near))
		if next < 0 {
			break
		}
		at += next
		raw[at+3] ^= 1
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		raw[at+3] ^= 1
		code, _, errs := commandOn(t, data, "journal", "verify")
		switch _, now, _ := commandOn(t, data, "journal"); {
		case code == 1 && strings.Contains(errs, "the chain is broken: ") && strings.Contains(errs, "record"):
			found++
		case code != 0 || now != printed:
			t.Fatalf("a byte flipped at %d: %d %s", at+3, code, errs)
		}
	}
	if found < 12 {
		t.Errorf("only %d flipped bytes were found", found)
	}
}

// TestFoldsAreDerivedAgain deletes folds.db and the snapshot: the next start derives the same figures.
func TestFoldsAreDerivedAgain(t *testing.T) {
	data, _ := workedDay(t)
	figures := func() string {
		p := startProcess(t, data, "127.0.0.1:0")
		defer p.stop(t)
		return string(p.signedIn(t, "8001").must(t, "GET", "/api/v1/stats?by=service,window,hour", nil).body)
	}
	before := figures()
	for _, name := range []string{"folds.db", "snapshot"} {
		if err := os.Remove(filepath.Join(data, name)); err != nil {
			t.Fatal(err)
		}
	}
	if after := figures(); after != before || !strings.Contains(after, `"finished":8`) {
		t.Errorf("derived again:\n%s\nwere:\n%s", after, before)
	}
}

// TestBackup copies a hall that runs and one that rests; the copy starts as a hall of its own.
func TestBackup(t *testing.T) {
	data := t.TempDir()
	p := startProcess(t, data, "127.0.0.1:0")
	number := takeTicket(t, p)
	for _, name := range []string{"running.db", "resting.db"} {
		file := filepath.Join(t.TempDir(), name)
		if name == "resting.db" {
			p.stop(t)
		}
		if code, out, errs := commandOn(t, data, "backup", file); code != 0 || !strings.Contains(out, "whole") {
			t.Fatalf("%s: %d %s%s", name, code, out, errs)
		}
		restored := t.TempDir()
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(restored, "journal.db"), raw, 0o600); err != nil {
			t.Fatal(err)
		}
		q := startProcess(t, restored, "127.0.0.1:0")
		if body := string(q.signedIn(t, "8001").must(t, "GET", "/api/v1/tickets", nil).body); !strings.Contains(body, number) {
			t.Errorf("%s does not have %s: %s", name, number, body)
		}
		q.stop(t)
	}
}

// TestSecondProcess refuses a second hall on the same data and names the first.
func TestSecondProcess(t *testing.T) {
	data := t.TempDir()
	p := startProcess(t, data, "127.0.0.1:0")
	code, _, errs := commandOn(t, data, "serve")
	if code != 1 || !strings.Contains(errs, "process") {
		t.Errorf("a second hall: %d %s", code, errs)
	}
	p.stop(t)
}

// TestKinds never opens a demonstration's journal as a real hall's.
func TestKinds(t *testing.T) {
	data, _ := workedDay(t)
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"serve"}, []string{"JIAOHAO_DATA=" + data, "JIAOHAO_DEMO=false"}, &stdout, &stderr)
	if code != 1 || !strings.Contains(stderr.String(), data) || !strings.Contains(stderr.String(), "demonstration") {
		t.Errorf("%d %s", code, stderr.String())
	}
}

// TestUsage says what commands there are when one is unknown.
func TestUsage(t *testing.T) {
	code, _, errs := commandOn(t, t.TempDir(), "dance")
	if code != 2 || !strings.Contains(errs, `no command "dance"`) || !strings.Contains(errs, "replay") {
		t.Errorf("%d %s", code, errs)
	}
	for _, c := range commands() {
		if c.about == "" || c.run == nil {
			t.Errorf("%s does nothing", c.name)
		}
	}
	if code, out, _ := commandOn(t, t.TempDir(), "version"); code != 0 || !strings.Contains(out, "rules 1") {
		t.Errorf("version: %d %s", code, out)
	}
}
