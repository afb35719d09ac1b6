package gate

import (
	"fmt"
	"testing"
	"time"
)

func TestABurstThenTheRate(t *testing.T) {
	l := NewLimiter(Rate{PerMinute: 60, Burst: 3})
	at := l.began
	for n := range 3 {
		if wait := l.Take("k", at); wait != 0 {
			t.Fatalf("number %d of the burst has to wait %v", n, wait)
		}
	}
	if wait := l.Take("k", at); wait != time.Second || l.Spent("k", at) != time.Second {
		t.Errorf("beyond the burst: %v, want a second", wait)
	}
	if wait := l.Take("other", at); wait != 0 {
		t.Errorf("another key waits %v", wait)
	}
	if wait := l.Take("k", at.Add(900*time.Millisecond)); wait != 100*time.Millisecond {
		t.Errorf("after 0.9 s: %v", wait)
	}
	taken := 0
	for ms := range 60_000 {
		if l.Take("k", at.Add(time.Minute+time.Duration(ms)*time.Millisecond)) == 0 {
			taken++
		}
	}
	if taken < 61 || taken > 63 {
		t.Errorf("%d taken in a minute of trying, want 60 and the burst", taken)
	}
}

func TestNoLimit(t *testing.T) {
	for _, l := range []*Limiter{{}, NewLimiter(Rate{}), NewLimiter(Rate{Burst: 5})} {
		for range 1000 {
			if l.Take("k", time.Now()) != 0 || l.Spent("k", time.Now()) != 0 {
				t.Fatal("limited")
			}
		}
	}
}

// TestMemoryIsBounded invents more keys than are remembered, at one moment and spread out, and a key in use keeps its debt
// as long as forgotten ones suffice.
func TestMemoryIsBounded(t *testing.T) {
	l := NewLimiter(Rate{PerMinute: 6000, Burst: 1})
	for i := range 3 * maxKeys {
		l.Take(fmt.Sprint("k", i), l.began)
	}
	if len(l.until) != maxKeys {
		t.Errorf("%d keys are remembered", len(l.until))
	}
	later := l.began.Add(2 * time.Second)
	l.Take("first", later)
	if len(l.until) > 1 {
		t.Errorf("%d keys are remembered when all but one are free again", len(l.until))
	}
}

func TestNetwork(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "192.0.2.7:80": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::",
		"[2001:db8:1:2::9]:443": "2001:db8:1:2::", "::1": "::1", "fe80::1%eth0": "fe80::", "": "?", "hall": "?",
	} {
		if got := Network(address); got != want {
			t.Errorf("%q counts as %q, want %q", address, got, want)
		}
	}
}
