package main

import "testing"

func TestMemoryBound(t *testing.T) {
	for alive, want := range map[uint64]int64{0: 320 << 20, 60 << 20: 320 << 20, 200 << 20: 600 << 20} {
		if got := memoryBound(alive); got != want {
			t.Errorf("%d alive: %d, want %d", alive, got, want)
		}
	}
}
