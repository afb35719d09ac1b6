package metrics

import (
	"math"
	"slices"
	"sync/atomic"
	"time"
)

// Bounds of buckets, rising, for what is measured most.
var (
	// Seconds are durations from a tenth of a millisecond, one sync of a quick disk, to ten seconds.
	Seconds = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
	// Moments are durations from a microsecond to a second, for what should be short.
	Moments = []float64{1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, .001, .0025, .005, .01, .1, 1}
	// Sizes are numbers of things, by doubling.
	Sizes = []float64{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024}
)

// Histogram counts values in fixed buckets. Observing takes two atomic additions and no memory.
type Histogram struct {
	bounds []float64
	counts []atomic.Uint64 // one more than bounds: of values above the last
	sum    atomic.Uint64   // bits of a float64
}

// NewHistogram makes one that is in no registry.
func NewHistogram(bounds []float64) *Histogram {
	return &Histogram{bounds: bounds, counts: make([]atomic.Uint64, len(bounds)+1)}
}

// Histogram declares a histogram with the upper bounds of its buckets, rising.
func (r *Registry) Histogram(name, help string, bounds []float64) *Histogram {
	h := NewHistogram(bounds)
	r.declare("histogram", name, help, func(l *lines) { h.write(l) })
	return h
}

// Observe counts one value.
func (h *Histogram) Observe(v float64) {
	i, _ := slices.BinarySearch(h.bounds, v)
	h.counts[i].Add(1)
	for {
		old := h.sum.Load()
		if h.sum.CompareAndSwap(old, math.Float64bits(math.Float64frombits(old)+v)) {
			return
		}
	}
}

// Since counts the seconds since a moment.
func (h *Histogram) Since(began time.Time) { h.Observe(time.Since(began).Seconds()) }

// write gives the buckets as they were read one after the other; the count is their sum, so that they always agree.
func (h *Histogram) write(l *lines, labels ...string) {
	count := uint64(0)
	for i := range h.counts {
		count += h.counts[i].Load()
		le := "+Inf"
		if i < len(h.bounds) {
			le = number(h.bounds[i])
		}
		l.put("_bucket", float64(count), append(slices.Clip(labels), "le", le)...)
	}
	l.put("_sum", math.Float64frombits(h.sum.Load()), labels...)
	l.put("_count", float64(count), labels...)
}

// Histograms is a histogram for each value of a label.
type Histograms struct{ by byLabel[Histogram] }

// Histograms declares a histogram for each value of a label, which is a word of the program.
func (r *Registry) Histograms(name, help, label string, bounds []float64) *Histograms {
	h := &Histograms{newByLabel(func() *Histogram { return NewHistogram(bounds) })}
	r.declare("histogram", name, help, func(l *lines) {
		h.by.each(func(value string, one *Histogram) { one.write(l, label, value) })
	})
	return h
}

// Of gives the histogram of a value, to be kept by whoever observes often.
func (h *Histograms) Of(value string) *Histogram { return h.by.get(value) }
