package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"jiaohao/server/bench"
)

// TestBench runs the whole bench at a tiny size: every part works, every figure is there, nothing is left behind. What the
// figures are says nothing at this size.
func TestBench(t *testing.T) {
	dir := t.TempDir()
	report := filepath.Join(dir, "report.json")
	t.Setenv("JIAOHAO_TEST_PROCESS", "1") // the screens' process is this binary
	code, out, errs := commandOn(t, dir, "bench", "--dir", dir, "--json", report, "--records", "1500", "--day", "150",
		"--rounds", "1", "--round", "70ms", "--screens", "100", "--calls", "4")
	if code != 0 {
		t.Fatalf("%d\n%s%s", code, out, errs)
	}
	var r bench.Report
	raw, err := os.ReadFile(report)
	if err == nil {
		err = json.Unmarshal(raw, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"tickets, desk, 64 clients, empty journal", "tickets, HTTP, 64 clients, 1,500 records", "tickets, desk, 1 client, p50, empty journal",
		"tickets, long journal over empty", "start, everything folded again", "start from the snapshot and 75 records", "journal verify",
		"dashboard A: each hour of a month", "call pressed → last of 100 screens, p50"} {
		found := runtime.GOOS != "linux" && strings.Contains(name, "screens")
		for _, row := range r.Rows {
			found = found || row.Name == name && row.Ours.Median > 0 && row.Ratio.Median > 0 && strings.Contains(out, name)
		}
		if !found {
			t.Errorf("no figure for %q in\n%s", name, out)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, "jiaohao-bench-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
