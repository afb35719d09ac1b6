package metrics

import (
	"math"
	rt "runtime/metrics"
	"time"
)

// Process declares what the program takes of the machine: memory, descriptors, goroutines, processor time and the pauses of
// the garbage collector. What the system does not tell is left out.
func (r *Registry) Process() {
	began := time.Now()
	r.GaugeOf("up_seconds", "Time since the start.", func() float64 { return math.Floor(time.Since(began).Seconds()) })
	r.GaugeOf("goroutines", "Goroutines.", runtimeValue("/sched/goroutines:goroutines"))
	r.GaugeOf("heap_bytes", "Memory in live and not yet collected objects.", runtimeValue("/memory/classes/heap/objects:bytes"))
	r.GaugeOf("stack_bytes", "Memory in the stacks of goroutines.", runtimeValue("/memory/classes/heap/stacks:bytes"))
	all, released := runtimeValue("/memory/classes/total:bytes"), runtimeValue("/memory/classes/heap/released:bytes")
	r.GaugeOf("memory_held_bytes", "Memory the Go runtime has from the system and has not given back.", func() float64 { return all() - released() })
	r.CounterOf("gc_cycles_total", "Collections of garbage since the start.", runtimeValue("/gc/cycles/total:gc-cycles"))
	r.declare("histogram", "gc_pause_seconds", "Pauses of everything by the garbage collector.", writePauses)
	r.system()
}

// runtimeValue reads one figure of the Go runtime.
func runtimeValue(name string) func() float64 {
	return func() float64 {
		sample := []rt.Sample{{Name: name}}
		rt.Read(sample)
		if sample[0].Value.Kind() != rt.KindUint64 {
			return math.NaN()
		}
		return float64(sample[0].Value.Uint64())
	}
}

// writePauses brings the runtime's own hundreds of buckets down to [Moments]. Their sum is not told; it is put together
// from the buckets' lower bounds.
func writePauses(l *lines) {
	sample := []rt.Sample{{Name: "/sched/pauses/total/gc:seconds"}}
	rt.Read(sample)
	h := NewHistogram(Moments)
	if sample[0].Value.Kind() == rt.KindFloat64Histogram {
		h.take(sample[0].Value.Float64Histogram())
	}
	h.write(l)
}

func (h *Histogram) take(from *rt.Float64Histogram) {
	sum := 0.0
	for i, n := range from.Counts {
		low := max(from.Buckets[i], 0)
		bucket := len(h.bounds)
		for k, bound := range h.bounds {
			if from.Buckets[i+1] <= bound {
				bucket = k
				break
			}
		}
		h.counts[bucket].Add(n)
		sum += low * float64(n)
	}
	h.sum.Store(math.Float64bits(sum))
}
