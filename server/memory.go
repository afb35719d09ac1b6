package server

import (
	"os"
	"runtime"
	"runtime/debug"
)

// Bounds of the heap, in bytes.
const (
	// leastMemory is what the Go runtime may always take from the system: ten thousand phones and a day of tickets live in a
	// third of it.
	leastMemory = 272 << 20
	// leastHeap is how far the heap may grow before it is collected, however little of it is alive: a hall that has just
	// started has so little that its first tickets would be spent on collecting.
	leastHeap = 64 << 20
)

// BoundMemory tells the collector what a program that has just opened its hall can afford: it works seldom while there is
// little, and harder near a bound, so that garbage does not pile up on a small box when many things happen at once. The bound
// leaves room for three times what is alive now, so that a hall with a long past is not slowed down by it. GOMEMLIMIT and GOGC
// in the environment go before it.
func BoundMemory() {
	runtime.GC() // what the start has left behind is not alive
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryBound(m.HeapAlloc))
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage(m.HeapAlloc))
	}
}

// memoryBound gives the bound for so many bytes that are alive.
func memoryBound(alive uint64) int64 { return max(leastMemory, 3*int64(alive)) }

// mostGarbage is the greatest percentage of what is alive that may be garbage.
const mostGarbage = 800

// garbage gives how many percent of so many bytes that are alive may be garbage. It stays when more comes alive: from then on
// the bound says when to collect.
func garbage(alive uint64) int {
	return int(min(max(100*leastHeap/max(int64(alive), 1)-100, 100), mostGarbage))
}
