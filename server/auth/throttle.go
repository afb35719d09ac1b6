package auth

import (
	"net/netip"
	"slices"
	"sync"
	"time"
)

const (
	guesses     = 5
	guessWindow = time.Minute
)

// throttle counts wrong guesses by account and by address in a sliding window. It forgets on restart, which costs an attacker more than it gives.
type throttle struct {
	most   int
	window time.Duration

	mu    sync.Mutex
	tried map[string][]time.Time // rising; guarded by mu
	swept time.Time              // guarded by mu
}

func newThrottle(most int, window time.Duration) *throttle {
	return &throttle{most: most, window: window, tried: map[string][]time.Time{}}
}

// attempt is one guess under way. It counts as wrong until it is forgiven.
type attempt struct {
	keys []string
	at   time.Time
}

// allowed fails with ErrThrottled when one of the keys has had its guesses.
func (t *throttle) allowed(now time.Time, keys ...string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.check(now, keys)
}

// begin counts a guess beforehand, so that guesses made at the same moment cannot pass together.
func (t *throttle) begin(now time.Time, keys ...string) (attempt, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.check(now, keys); err != nil {
		return attempt{}, err
	}
	t.sweep(now)
	for _, key := range keys {
		t.tried[key] = append(t.tried[key], now)
	}
	return attempt{keys: keys, at: now}, nil
}

// forgive takes a guess back because it was right: a whole shift signs in from one address within a minute.
func (t *throttle) forgive(a attempt) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, key := range a.keys {
		if i := slices.IndexFunc(t.tried[key], a.at.Equal); i >= 0 {
			t.tried[key] = slices.Delete(t.tried[key], i, i+1)
		}
	}
}

func (t *throttle) check(now time.Time, keys []string) error {
	var wait time.Duration
	for _, key := range keys {
		recent := t.recent(now, key)
		if len(recent) >= t.most {
			wait = max(wait, recent[len(recent)-t.most].Add(t.window).Sub(now))
		}
	}
	if wait > 0 {
		return ErrThrottled{RetryAfter: wait}
	}
	return nil
}

func (t *throttle) recent(now time.Time, key string) []time.Time {
	all := t.tried[key]
	old := 0
	for old < len(all) && now.Sub(all[old]) >= t.window {
		old++
	}
	return all[old:]
}

func (t *throttle) sweep(now time.Time) {
	if now.Sub(t.swept) < t.window {
		return
	}
	t.swept = now
	for key := range t.tried {
		if len(t.recent(now, key)) == 0 {
			delete(t.tried, key)
		}
	}
}

// accountKey names an account to the throttle. What cannot be an account shares one key, so that inventing names takes no memory.
func accountKey(staff string) string {
	if !wellNamed(staff) {
		return "staff ?"
	}
	return "staff " + staff
}

// addressKey names where a guess comes from, without the port. One IPv6 household has 2^64 addresses, so only the network counts.
func addressKey(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		var withPort netip.AddrPort
		if withPort, err = netip.ParseAddrPort(address); err != nil {
			return "from ?"
		}
		ip = withPort.Addr()
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() && !ip.IsLoopback() {
		ip = netip.PrefixFrom(ip, 64).Masked().Addr()
	}
	return "from " + ip.String()
}

// wellNamed is the contract's form of an id: 1 to 32 of a-z, 0-9 and hyphen.
func wellNamed(id string) bool {
	if len(id) < 1 || len(id) > 32 {
		return false
	}
	for _, c := range []byte(id) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}
