package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// leastMemory is what the Go runtime may always take from the system, in bytes: ten thousand phones and a day of tickets
// live in a third of it.
const leastMemory = 320 << 20

// boundMemory keeps garbage from piling up on a small box when many things happen at once: near the bound the collector works
// harder. The bound leaves room for three times what is alive now, so that a hall with a long past is not slowed down by
// it; GOMEMLIMIT in the environment goes before it.
func boundMemory() {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	runtime.GC() // what the start has left behind is not alive
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	debug.SetMemoryLimit(memoryBound(m.HeapAlloc))
}

// memoryBound gives the bound for so many bytes that are alive.
func memoryBound(alive uint64) int64 { return max(leastMemory, 3*int64(alive)) }
