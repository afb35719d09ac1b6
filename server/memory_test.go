package server

import (
	"runtime/debug"
	"testing"
)

func TestMemoryBound(t *testing.T) {
	for alive, want := range map[uint64]int64{0: leastMemory, 60 << 20: leastMemory, 200 << 20: 600 << 20} {
		if got := memoryBound(alive); got != want {
			t.Errorf("%d alive: %d, want %d", alive, got, want)
		}
	}
}

func TestGarbage(t *testing.T) {
	for alive, want := range map[uint64]int{0: 800, 4 << 20: 800, 8 << 20: 700, 16 << 20: 300, 32 << 20: 100, 200 << 20: 100} {
		if got := garbage(alive); got != want {
			t.Errorf("%d alive: %d %%, want %d %%", alive, got, want)
		}
	}
}

// TestBoundMemory wants the collector told, and the environment to go before.
func TestBoundMemory(t *testing.T) {
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(-1)
	defer func() { debug.SetGCPercent(percent); debug.SetMemoryLimit(limit) }()
	set := func() (int, int64) {
		p := debug.SetGCPercent(100)
		return p, debug.SetMemoryLimit(limit)
	}
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	BoundMemory()
	if p, l := set(); p < 100 || l < leastMemory || l == limit {
		t.Errorf("%d %%, bound %d", p, l)
	}
	t.Setenv("GOGC", "100")
	t.Setenv("GOMEMLIMIT", "1GiB")
	BoundMemory()
	if p, l := set(); p != 100 || l != limit {
		t.Errorf("the environment did not go before: %d %%, bound %d", p, l)
	}
}
