package people

import (
	"os"
	"strings"
	"testing"
	"time"
)

// TestReadArrivals reads both forms as docs/arrivals.md describes them.
func TestReadArrivals(t *testing.T) {
	for name, c := range map[string]struct {
		csv, date string
		want      []Arrival
	}{
		"own": {"\ufeffdate,arrival,service,class,handlingSeconds,patienceSeconds\n2026-11-23,09:01:40,b,elderly,610,\n2026-11-23,09:00:05,a,,420,300\n", "",
			[]Arrival{{Date: "2026-11-23", At: 9*time.Hour + 5*time.Second, Service: "a", Handling: 420 * time.Second, Leaves: true, Patience: 300 * time.Second},
				{Date: "2026-11-23", At: 9*time.Hour + 100*time.Second, Service: "b", Class: "elderly", Handling: 610 * time.Second}}},
		"offset": {"arrival,service,left\n2026-11-23T23:59:00+08:00,a,2026-11-24T00:01:00\n", "",
			[]Arrival{{Date: "2026-11-23", At: 23*time.Hour + 59*time.Minute, Service: "a", Leaves: true, Patience: 2 * time.Minute}}},
		"log": {"date,arrive_s,class,priority,queued,outcome,start_s,end_s,agent\n2026-01-05,100,X,2,0,served,99,160,G1\n2026-01-05,200,Y,0,1,left,260,260,\n2026-01-06,1,X,0,0,served,1,1,\n", "",
			[]Arrival{{Date: "2026-01-05", At: 100 * time.Second, Service: "X", Class: "priority", Handling: 61 * time.Second},
				{Date: "2026-01-05", At: 200 * time.Second, Service: "Y", Leaves: true, Patience: time.Minute}}},
		"one day of the log": {"date,arrive_s,class,outcome,start_s,end_s\n2026-01-05,100,X,served,99,160\n2026-01-06,1,X,served,1,1\n", "2026-01-06",
			[]Arrival{{Date: "2026-01-06", At: time.Second, Service: "X", Handling: time.Second}}},
	} {
		got, err := ReadArrivals(strings.NewReader(c.csv), c.date)
		if err != nil || len(got) != len(c.want) {
			t.Errorf("%s: %v, %v", name, got, err)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %+v, want %+v", name, got[i], c.want[i])
			}
		}
	}
}

// TestBadArrivals names the line and the value.
func TestBadArrivals(t *testing.T) {
	for csv, want := range map[string]string{
		"":                                    "no line of column names",
		"when,what\n1,2\n":                    "arrival and service are needed",
		"arrival,service,colour\n":            `"colour" is unknown`,
		"arrival,arrival,service\n":           `"arrival" is there twice`,
		"arrival,service\nnoon,a\n":           `line 2: arrival: "noon"`,
		"arrival,service\n09:00:00,a\n":       "line 2: arrival",
		"date,arrive_s,class\n":               "are needed",
		"arrival,service\n":                   "no arrivals",
		"arrival,service\n2026-11-23 9:00,\n": "line 2: service is empty",
		"arrival,service,handlingSeconds\n2026-11-23 09:00,a,-5\n":                       "line 2: handlingSeconds",
		"arrival,service,patienceSeconds,left\n2026-11-23 09:00,a,5,2026-11-23 09:01\n":  "only one may be filled",
		"date,arrive_s,class,outcome,start_s,end_s\n2026-01-05,100,X,vanished,99,160\n":  `"vanished"`,
		"date,arrive_s,class,outcome,start_s,end_s\n2026-01-05,999999,X,served,99,160\n": "not within two days",
	} {
		if _, err := ReadArrivals(strings.NewReader(csv), ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", csv, err, want)
		}
	}
}

func FuzzReadArrivals(f *testing.F) {
	f.Add("date,arrival,service\n2026-11-23,09:00:05,a\n")
	f.Add("date,arrive_s,class,outcome,start_s,end_s\n2026-01-05,100,X,served,99,160\n")
	f.Fuzz(func(t *testing.T, csv string) {
		day, err := ReadArrivals(strings.NewReader(csv), "")
		if err != nil {
			return
		}
		for i, a := range day {
			if a.Date != day[0].Date || a.Service == "" || a.At < 0 || a.Patience < 0 || a.Handling < 0 || i > 0 && a.At < day[i-1].At {
				t.Fatalf("%+v in %q", a, csv)
			}
		}
	})
}

// TestDocumentedExample reads the example of the documentation.
func TestDocumentedExample(t *testing.T) {
	page, err := os.ReadFile("../../docs/arrivals.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "```csv\n")
	example, _, closed := strings.Cut(rest, "```")
	if day, err := ReadArrivals(strings.NewReader(example), ""); !found || !closed || err != nil || len(day) != 3 {
		t.Errorf("%v %v", day, err)
	}
}

// TestBusyness never lets the hall run empty, as a demonstration can start at any hour.
func TestBusyness(t *testing.T) {
	for hour := range 24 {
		if f := busyness(hour); f < 0.4 || f > 2 {
			t.Errorf("%d o'clock: %v", hour, f)
		}
	}
}

// TestEffort draws service times of mean 1 with the spread that halls measure.
func TestEffort(t *testing.T) {
	l, sum, squares := newLuck(1, 2), 0.0, 0.0
	const n = 200_000
	for range n {
		x := l.effort()
		sum, squares = sum+x, squares+x*x
	}
	mean := sum / n
	if variance := squares/n - mean*mean; mean < 0.98 || mean > 1.02 || variance < spread*0.9 || variance > spread*1.1 {
		t.Errorf("mean %.3f, variance %.3f", mean, variance)
	}
}
