package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jiaohao/server/journal"
)

// TestBackupWhole saves a running hall and goes on from the copy on another folder: tickets, sign-in, numbers and the file of
// its configuration, but nothing that belongs to the old disk alone. Then the same of the hall at rest.
func TestBackupWhole(t *testing.T) {
	data, usb := filepath.Join(t.TempDir(), "d"), t.TempDir()
	p := startProcess(t, data, "127.0.0.1:0")
	first := takeTicket(t, p)
	boss := p.signedIn(t, "8001")
	for _, name := range []string{"ballast", "half.new"} {
		if err := os.WriteFile(filepath.Join(data, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	saved := func() string {
		t.Helper()
		code, out, errs := runProcess(t, data, "backup", usb)
		folder, _, found := strings.Cut(out, ": ")
		if code != 0 || !found || !strings.HasSuffix(strings.TrimSpace(out), "whole") {
			t.Fatalf("%d %s%s", code, out, errs)
		}
		return folder
	}
	running := saved()
	second := takeTicket(t, p)
	p.stop(t)
	if folder := running; folder == saved() {
		t.Error("a backup took the name of another")
	}
	text, err := os.ReadFile(filepath.Join(running, "config.yaml"))
	if err != nil || !bytes.Equal(text, shippedConfig) {
		t.Errorf("config.yaml is not the one in use: %d bytes, %v", len(text), err)
	}
	for _, name := range []string{"ballast", "half.new", "snapshot", "folds.db", "journal.lock", "control.sock"} {
		if _, err := os.Stat(filepath.Join(running, "data", name)); err == nil {
			t.Errorf("%s is in the backup", name)
		}
	}
	next := startProcess(t, filepath.Join(running, "data"), "127.0.0.1:0")
	if again := takeTicket(t, next); again != second {
		t.Errorf("after %s the copy gives %s, the hall gave %s", first, again, second)
	}
	if r, err := (client{base: next.Base, cookie: boss.cookie}).do("GET", "/api/v1/session", "", nil); err != nil || r.status != 200 {
		t.Errorf("who was signed in is not: %v %d", err, r.status)
	}
	next.stop(t)
}

// TestBackupNeverLeavesHalf: whatever goes wrong on the way, no folder with a backup's name is there, and what was there before
// stays.
func TestBackupNeverLeavesHalf(t *testing.T) {
	data, _ := workedDay(t)
	c, _, err := Load("", []string{"JIAOHAO_DATA=" + data})
	if err != nil {
		t.Fatal(err)
	}
	usb := t.TempDir()
	if _, err := backupWhole(context.Background(), c, filepath.Join(data, "tls"), time.Now()); err == nil || !strings.Contains(err.Error(), "lies in the data folder") {
		t.Errorf("saved into what is saved: %v", err)
	}
	raw, err := os.ReadFile(filepath.Join(data, journal.FileName))
	if err != nil {
		t.Fatal(err)
	}
	for at, word := 0, []byte("ticket.issued"); bytes.Contains(raw[at:], word); { // also in pages that are free
		at += bytes.Index(raw[at:], word) + len(word)
		raw[at+20]++
	}
	if err := os.WriteFile(filepath.Join(data, journal.FileName), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if w, err := backupWhole(context.Background(), c, usb, time.Now()); err == nil {
		t.Errorf("a damaged journal was saved as whole: %+v", w)
	}
	if left, err := os.ReadDir(usb); err != nil || len(left) != 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// A hall that was killed has its newest records in the log alone. A backup of it, whole or of the journal, has them too, and
// so do all who only read.
func TestBackupOfAKilledHall(t *testing.T) {
	data, usb := filepath.Join(t.TempDir(), "data"), t.TempDir()
	p := startProcess(t, data, "127.0.0.1:0")
	issued := func(journal string) int {
		code, out, errs := runProcess(t, data, "journal", journal)
		if code != 0 {
			t.Fatalf("%d %s", code, errs)
		}
		return strings.Count(out, `"kind":"ticket.issued"`)
	}
	for range 7 {
		takeTicket(t, p)
	}
	p.kill(t)
	if n := issued(data); n != 7 {
		t.Errorf("%d of 7 tickets in the journal", n)
	}
	file := filepath.Join(usb, "journal-copy.db")
	for _, to := range []string{file, usb} {
		if code, out, errs := runProcess(t, data, "backup", to); code != 0 {
			t.Fatalf("backup to %s: %d %s%s", to, code, out, errs)
		}
	}
	whole, err := filepath.Glob(filepath.Join(usb, "jiaohao-*", "data"))
	if err != nil || len(whole) != 1 {
		t.Fatal(whole, err)
	}
	for _, copied := range []string{file, whole[0]} {
		if n := issued(copied); n != 7 {
			t.Errorf("%d of 7 tickets in %s", n, copied)
		}
	}
}
