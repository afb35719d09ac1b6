package gate

import (
	"net/netip"
	"sync"
	"time"
)

// Rate is how often something may be done.
type Rate struct {
	// PerMinute is how often in the long run; 0 means that there is no limit.
	PerMinute int
	// Burst is how often at once after a pause, at least 1.
	Burst int
}

// maxKeys bounds the memory of one [Limiter]: at most so many keys are remembered.
const maxKeys = 1 << 16

// Limiter holds every key to one rate, each by itself. The zero Limiter limits nothing.
type Limiter struct {
	step, slack time.Duration // between two takes in the long run; how far ahead of that a burst may be
	began       time.Time

	mu sync.Mutex
	// until is the moment, since began, at which a key has its whole burst again; guarded by mu. One number is all that a
	// bucket of tokens needs: how many are left follows from it and the time.
	until map[string]time.Duration
	swept time.Duration // guarded by mu
}

// NewLimiter makes a limiter of a rate.
func NewLimiter(r Rate) *Limiter {
	if r.PerMinute <= 0 {
		return &Limiter{}
	}
	step := time.Minute / time.Duration(r.PerMinute)
	return &Limiter{step: step, slack: step * time.Duration(max(1, r.Burst)-1), began: time.Now(), until: map[string]time.Duration{}}
}

// Take takes one for a key at a time. When the key has had its share, nothing is taken and wait is how long to come back in.
func (l *Limiter) Take(key string, at time.Time) (wait time.Duration) {
	if l.step == 0 {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := at.Sub(l.began)
	until, known := l.until[key]
	until = max(until, now)
	if wait = until - now - l.slack; wait > 0 {
		return wait
	}
	if !known {
		l.makeRoom(now)
	}
	l.until[key] = until + l.step
	return 0
}

// Spent is how long a key has to wait until it may take one; 0 if it may now. Nothing is taken.
func (l *Limiter) Spent(key string, at time.Time) (wait time.Duration) {
	if l.step == 0 {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(0, l.until[key]-at.Sub(l.began)-l.slack)
}

// makeRoom forgets keys before the memory is beyond its bound: those that have their whole burst again, as that loses
// nothing; when all are in use, any one of them. Who invents keys thereby wins a burst now and then, and locks nobody out.
func (l *Limiter) makeRoom(now time.Duration) {
	if len(l.until) < maxKeys {
		return
	}
	if now-l.swept >= time.Second {
		l.swept = now
		for key, until := range l.until {
			if until <= now {
				delete(l.until, key)
			}
		}
	}
	for key := range l.until {
		if len(l.until) < maxKeys {
			return
		}
		delete(l.until, key)
	}
}

// Network is what stands for an address, with or without a port, when it is counted: the address itself, of IPv6 the
// network of 64 bits, as one household has 2^64 addresses. What is no address gives "?".
func Network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		with, err := netip.ParseAddrPort(address)
		if err != nil {
			return "?"
		}
		ip = with.Addr()
	}
	return networkOf(ip).String()
}

func networkOf(ip netip.Addr) netip.Addr {
	ip = ip.Unmap().WithZone("")
	if ip.Is6() && !ip.IsLoopback() {
		ip = netip.PrefixFrom(ip, 64).Masked().Addr()
	}
	return ip
}
