package metrics_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"jiaohao/server/metrics"
	"jiaohao/server/metrics/metricstest"
)

func read(t *testing.T, r *metrics.Registry) map[string]metricstest.Family {
	t.Helper()
	var out bytes.Buffer
	if err := r.Write(&out); err != nil {
		t.Fatal(err)
	}
	families, err := metricstest.Read(&out)
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// TestWrite reads every kind of instrument back.
func TestWrite(t *testing.T) {
	r := metrics.New()
	r.Counter("a_total", "Some \"help\" with \\ and\na second line.").Add(3)
	r.GaugeOf("b", "B.", func() float64 { return -1.5 })
	h := r.Histogram("c_seconds", "C.", []float64{1, 2})
	for _, v := range []float64{0.5, 1, 1.5, 7} {
		h.Observe(v)
	}
	r.Counters("d_total", "D.", "code").Add("too\"\\\nbad", 2)
	r.Levels("e", "E.", "view").Add("board", -2)
	r.Histograms("f_seconds", "F.", "view", []float64{1}).Of("board").Observe(2)
	r.Process()
	f := read(t, r)
	for family, values := range map[string]map[string]float64{
		"a_total": {"": 3}, "b": {"": -1.5},
		"c_seconds": {`_bucket le="1"`: 2, `_bucket le="2"`: 3, `_bucket le="+Inf"`: 4, "_sum": 10, "_count": 4},
		"d_total":   {`code="too\"\\\nbad"`: 2}, "e": {`view="board"`: -2},
		"f_seconds": {`_bucket view="board",le="1"`: 0, `_bucket view="board",le="+Inf"`: 1, `_sum view="board"`: 2},
	} {
		for key, want := range values {
			if got, there := f["jiaohao_"+family].Values[key]; !there || got != want {
				t.Errorf("%s %s is %v, want %v", family, key, got, want)
			}
		}
	}
	if f["jiaohao_goroutines"].Values[""] < 1 || f["jiaohao_heap_bytes"].Values[""] < 1000 || len(f["jiaohao_gc_pause_seconds"].Values) == 0 {
		t.Errorf("the process tells nothing of itself: %v", f)
	}
}

// TestReader refuses what is not the format: without this the tests above would show nothing.
func TestReader(t *testing.T) {
	const head = "# HELP a_total A.\n# TYPE a_total counter\n"
	const hist = "# HELP h H.\n# TYPE h histogram\n"
	for bad, why := range map[string]string{
		"a_total 1\n":              "outside of its family",
		head + "a_total 1":         "no end",
		head + "a_total -1\n":      "counts -1",
		head + "a_total 1\n\n":     "neither",
		head + "a_total one\n":     "invalid syntax",
		head + "a_total{x=1} 1\n":  "neither",
		head + "b_total 1\n":       "outside of its family",
		head + head:                "twice",
		"# TYPE a_total counter\n": "no help",
		head + "a_total{x=\"1\"} 1\na_total{x=\"1\"} 2\n":                              "twice",
		"# HELP a A.\n# TYPE a counter\na 1\n":                                         "of this name",
		hist + "h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n":   "do not rise",
		hist + "h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 1\nh_count 3\n":   "do not rise",
		hist + "h_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n":                            "do not rise",
		hist + "h_bucket{x=\"1\"} 1\nh_sum 1\nh_count 1\n":                             "no bound",
		hist + "h_bucket{le=\"+Inf\"} 1\nh_sum 1\n":                                    "do not rise",
		"# HELP g G.\n# TYPE g summary\n":                                              "neither",
		hist + "h_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\nh_bucket{le=\"one\"} 1\n": "invalid syntax",
	} {
		if _, err := metricstest.Read(strings.NewReader(bad)); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v, want %q", bad, err, why)
		}
	}
}

// TestLabelsAreBounded counts what has no room of its own together.
func TestLabelsAreBounded(t *testing.T) {
	r := metrics.New()
	c := r.Counters("x_total", "X.", "code")
	for i := range 1000 {
		c.Add(fmt.Sprint(i), 1)
	}
	values := read(t, r)["jiaohao_x_total"].Values
	if len(values) > 101 || values[`code="other"`] != 900 {
		t.Errorf("%d values, %v others", len(values), values[`code="other"`])
	}
}

func TestTwiceIsRefused(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a family was declared twice")
		}
	}()
	r := metrics.New()
	r.Counter("x_total", "X.")
	r.Counter("x_total", "X.")
}

// TestConcurrently counts from many goroutines while others look; every look is whole.
func TestConcurrently(t *testing.T) {
	r := metrics.New()
	h, c := r.Histogram("h_seconds", "H.", metrics.Seconds), r.Counters("c_total", "C.", "code")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 5000 {
				h.Observe(float64(i) / 1000)
				c.Add(fmt.Sprint(i%7), 1)
			}
		})
	}
	for range 20 {
		read(t, r)
	}
	wg.Wait()
	if f := read(t, r); f["jiaohao_h_seconds"].Values["_count"] != 20_000 || f["jiaohao_h_seconds"].Values["_sum"] < 49_989 {
		t.Errorf("%v", f["jiaohao_h_seconds"].Values)
	}
}

// TestNobodyWatches works without a registry.
func TestNobodyWatches(t *testing.T) {
	var r *metrics.Registry
	r.Counter("x_total", "X.").Add(1)
	r.Histogram("h", "H.", metrics.Sizes).Since(time.Now())
	r.GaugeOf("g", "G.", func() float64 { return 1 })
	if err := r.Write(&bytes.Buffer{}); err != nil || r.Names() != nil {
		t.Errorf("%v %v", err, r.Names())
	}
}

func BenchmarkObserve(b *testing.B) {
	h := metrics.NewHistogram(metrics.Seconds)
	for b.Loop() {
		h.Observe(0.0042)
	}
}
