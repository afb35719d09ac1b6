package metrics

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// Counter counts upwards from the start of the program.
type Counter struct{ n atomic.Uint64 }

// Add counts n more.
func (c *Counter) Add(n uint64) { c.n.Add(n) }

// Count is what was counted so far.
func (c *Counter) Count() uint64 { return c.n.Load() }

// Counter declares a counter; its name ends in _total.
func (r *Registry) Counter(name, help string) *Counter {
	c := &Counter{}
	r.declare("counter", name, help, func(l *lines) { l.put("", float64(c.Count())) })
	return c
}

// CounterOf declares a counter that somebody else keeps; read is asked whenever somebody looks.
func (r *Registry) CounterOf(name, help string, read func() float64) {
	r.declare("counter", name, help, func(l *lines) { l.put("", read()) })
}

// GaugeOf declares a figure that goes up and down; read is asked whenever somebody looks.
func (r *Registry) GaugeOf(name, help string, read func() float64) {
	r.declare("gauge", name, help, func(l *lines) { l.put("", read()) })
}

// CountersOf declares a counter for each value of a label that somebody else keeps; read calls each once for every value.
func (r *Registry) CountersOf(name, help, label string, read func(each func(value string, n float64))) {
	r.labelled("counter", name, help, label, read)
}

// GaugesOf declares a gauge for each value of a label that somebody else keeps; read calls each once for every value.
func (r *Registry) GaugesOf(name, help, label string, read func(each func(value string, n float64))) {
	r.labelled("gauge", name, help, label, read)
}

func (r *Registry) labelled(kind, name, help, label string, read func(func(string, float64))) {
	r.declare(kind, name, help, func(l *lines) {
		read(func(value string, n float64) { l.put("", n, label, value) })
	})
}

// maxValues bounds the values of one label; what comes beyond is counted as [Other]. A label is a word of the program, but
// one that was mistaken for it must not fill the memory.
const maxValues = 100

// Other is the value under which a family counts what it has no room for.
const Other = "other"

// byLabel keeps one instrument for each value of a label.
type byLabel[T any] struct {
	mu   sync.RWMutex
	of   map[string]*T
	make func() *T
}

func (b *byLabel[T]) get(value string) *T {
	b.mu.RLock()
	t := b.of[value]
	b.mu.RUnlock()
	if t != nil {
		return t
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.of) >= maxValues {
		value = Other
	}
	if t = b.of[value]; t == nil {
		t = b.make()
		b.of[value] = t
	}
	return t
}

// each calls f for every value, sorted.
func (b *byLabel[T]) each(f func(value string, t *T)) {
	b.mu.RLock()
	of := maps.Clone(b.of)
	b.mu.RUnlock()
	for _, value := range slices.Sorted(maps.Keys(of)) {
		f(value, of[value])
	}
}

func newByLabel[T any](make func() *T) byLabel[T] { return byLabel[T]{of: map[string]*T{}, make: make} }

// Counters is a counter for each value of a label.
type Counters struct{ by byLabel[Counter] }

// Counters declares a counter for each value of a label, which is a word of the program.
func (r *Registry) Counters(name, help, label string) *Counters {
	c := &Counters{newByLabel(func() *Counter { return &Counter{} })}
	r.declare("counter", name, help, func(l *lines) {
		c.by.each(func(value string, n *Counter) { l.put("", float64(n.Count()), label, value) })
	})
	return c
}

// Add counts n more under a value.
func (c *Counters) Add(value string, n uint64) { c.by.get(value).Add(n) }

// Levels is a gauge for each value of a label.
type Levels struct{ by byLabel[atomic.Int64] }

// Levels declares a gauge for each value of a label, which is a word of the program.
func (r *Registry) Levels(name, help, label string) *Levels {
	v := &Levels{newByLabel(func() *atomic.Int64 { return &atomic.Int64{} })}
	r.declare("gauge", name, help, func(l *lines) {
		v.by.each(func(value string, n *atomic.Int64) { l.put("", float64(n.Load()), label, value) })
	})
	return v
}

// Add changes the level of a value by n, up or down.
func (v *Levels) Add(value string, n int64) { v.by.get(value).Add(n) }
