package bench

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestSpread(t *testing.T) {
	if s := spread([]float64{3, 1, 2}); s != (Spread{Median: 2, Low: 1, High: 3, Rounds: 3}) {
		t.Errorf("%+v", s)
	}
	if s := spread(nil); s.Rounds != 0 || s.Median != 0 {
		t.Errorf("%+v", s)
	}
}

func TestQuantile(t *testing.T) {
	list := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	for percent, want := range map[int]int{0: 1, 1: 1, 10: 1, 11: 2, 50: 5, 90: 9, 91: 10, 99: 10, 100: 10} {
		if got := quantile(list, percent); got != want {
			t.Errorf("%d %%: %d, want %d", percent, got, want)
		}
	}
	if quantile([]int(nil), 50) != 0 {
		t.Error("nothing has a quantile")
	}
}

func TestFigure(t *testing.T) {
	for v, want := range map[float64]string{0.1234: "0.123", 1.234: "1.23", 12.34: "12.3", 123.4: "123", 1234567: "1,234,567", 999.6: "1000", 0: "0"} {
		if got := figure(v); got != want {
			t.Errorf("%v: %q, want %q", v, got, want)
		}
	}
}

// TestLines judges by the best round: the noise of a machine only makes rounds worse.
func TestLines(t *testing.T) {
	var r Report
	add := func(name string, line *Line, ratios ...float64) {
		var s samples
		for _, ratio := range ratios {
			s.add(ratio*2, 2)
		}
		r.row(name, "ms", "raw", s, line, "")
	}
	add("fast", &Line{AtMost: 2}, 1, 1, 1)
	add("noisy", &Line{AtMost: 2}, 9, 1.9, 9)
	add("slow", &Line{AtMost: 2}, 9, 2.1, 9)
	add("enough", &Line{AtLeast: 0.4, Aim: 0.75}, 0.1, 0.5, 0.1)
	add("too little", &Line{AtLeast: 0.4}, 0.1, 0.3, 0.1)
	add("only told", nil, 99)
	var missed []string
	for _, row := range r.Missed() {
		missed = append(missed, row.Name)
	}
	if got := strings.Join(missed, ", "); got != "slow, too little" {
		t.Errorf("missed: %s", got)
	}
	var table, raw bytes.Buffer
	if err := r.WriteTable(&table); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"fast": "ok", "noisy": "ok in the best round", "slow": "MISSED", "enough": "≥ 0.4 (aim 0.75)"} {
		if !strings.Contains(lineOf(table.String(), name), want) {
			t.Errorf("%s: %q, want %q", name, lineOf(table.String(), name), want)
		}
	}
	if err := r.WriteJSON(&raw); err != nil {
		t.Fatal(err)
	}
	var again Report
	if err := json.Unmarshal(raw.Bytes(), &again); err != nil || len(again.Rows) != 6 || again.Rows[1].Ratio != r.Rows[1].Ratio || again.Rows[5].Line != nil {
		t.Errorf("%v %+v", err, again)
	}
}

func lineOf(table, name string) string {
	for _, line := range strings.Split(table, "\n") {
		if strings.HasPrefix(line, name+" ") {
			return line
		}
	}
	return ""
}

// TestClients counts what all clients do, and joins turns.
func TestClients(t *testing.T) {
	one, err := clients(4, 20*time.Millisecond, func(int) error { time.Sleep(time.Millisecond); return nil })
	if err != nil || one.done < 4 || one.p50 < time.Millisecond || one.p99 < one.p50 {
		t.Fatalf("%+v %v", one, err)
	}
	if both := one.and(one); both.done != 2*one.done || both.p50 != one.p50 || both.perSecond < one.perSecond*0.99 || both.perSecond > one.perSecond*1.01 {
		t.Errorf("%v and itself is %v", one.perSecond, both.perSecond)
	}
	if _, err := clients(1, time.Second, func(int) error { return errDamaged }); err != errDamaged {
		t.Errorf("the error is lost: %v", err)
	}
}
