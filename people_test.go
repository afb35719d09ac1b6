package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// recordedDay writes a made-up day of over a thousand arrivals, some of whom give up, in the form of docs/arrivals.md.
func recordedDay(t *testing.T) string {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 7))
	var csv strings.Builder
	csv.WriteString("date,arrival,service,class,handlingSeconds,patienceSeconds\n")
	at := 8 * 3600
	for range 1200 {
		at += r.IntN(48)
		class, patience := "", ""
		if r.IntN(5) == 0 {
			class = "priority"
		}
		if r.IntN(8) == 0 {
			patience = fmt.Sprint(60 + r.IntN(600))
		}
		fmt.Fprintf(&csv, "2025-03-04,%02d:%02d:%02d,kind-%d,%s,%d,%s\n", at/3600, at/60%60, at%60, r.IntN(6), class, 20+r.IntN(500), patience)
	}
	path := filepath.Join(t.TempDir(), "day.csv")
	if err := os.WriteFile(path, []byte(csv.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestRecordedDay replays a day of over a thousand arrivals through the HTTP interface: every one is a ticket, each ends in
// one way, and the figures by service and hour equal the file's. The same seed gives the same day.
func TestRecordedDay(t *testing.T) {
	path := recordedDay(t)
	replay := func() string {
		var out, errs bytes.Buffer
		code := run(t.Context(), []string{"demo", "--arrivals", path, "--seed", "3"}, []string{"JIAOHAO_LISTEN=127.0.0.1:0"}, &out, &errs)
		if code != 0 || !strings.Contains(out.String(), "1200 arrivals, 1200 tickets") || !strings.Contains(out.String(), "equal the record") {
			t.Fatalf("%d\n%s\n%s", code, out.String(), errs.String())
		}
		_, report, _ := strings.Cut(out.String(), "1200 arrivals")
		return report
	}
	if a, b := replay(), replay(); a != b {
		t.Errorf("the same seed gave another day:\n%s\n%s", a, b)
	}
}

// TestDemoMoves starts the demonstration as its user would: within ten seconds tickets are taken and called, and every page
// says that it is a demonstration.
func TestDemoMoves(t *testing.T) {
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	out := &base{found: make(chan string, 1)}
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"demo", "--speed", "20"}, []string{"JIAOHAO_LISTEN=127.0.0.1:0", "JIAOHAO_LOG_LEVEL=error"}, out, os.Stderr)
	}()
	var c client
	select {
	case c.base = <-out.found:
	case <-ctx.Done():
		t.Fatal("the demonstration did not start")
	}
	moved := false
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end) && !moved; time.Sleep(200 * time.Millisecond) {
		board := string(c.must(t, "GET", "/display/plain", nil).body)
		var h struct {
			Hall    struct{ Demo bool }
			Windows []struct{ Number string }
		}
		c.must(t, "GET", "/api/v1/hall", nil).into(t, &h)
		busy := 0
		for _, w := range h.Windows {
			if w.Number != "" && strings.Contains(board, w.Number) {
				busy++
			}
		}
		moved = busy >= 3 && h.Hall.Demo && strings.Contains(board, "演示")
	}
	if !moved {
		t.Error("the screens did not move within ten seconds")
	}
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("ended with %d", code)
	}
}

// base finds the address in what the program prints.
type base struct{ found chan string }

func (b *base) Write(p []byte) (int, error) {
	if at := printedBase.Find(p); at != nil {
		select {
		case b.found <- string(at):
		default:
		}
	}
	return len(p), nil
}
