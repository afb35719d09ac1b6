package auth

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestAddressesOfOneOriginShareAKey(t *testing.T) {
	for _, c := range []struct{ address, want string }{
		{"192.168.1.20", "from 192.168.1.20"},
		{"192.168.1.20:51000", "from 192.168.1.20"},
		{"::ffff:192.168.1.20", "from 192.168.1.20"},
		{"[2001:db8:1:2:aaaa::1]:443", "from 2001:db8:1:2::"},
		{"2001:db8:1:2:bbbb::9", "from 2001:db8:1:2::"},
		{"fe80::1%eth0", "from fe80::"},
		{"[::1]:8080", "from ::1"},
		{"", "from ?"},
		{"@", "from ?"},
		{"host.example:80", "from ?"},
	} {
		if got := addressKey(c.address); got != c.want {
			t.Errorf("addressKey(%q) = %q, want %q", c.address, got, c.want)
		}
	}
}

func TestInventedAccountsShareAKey(t *testing.T) {
	if accountKey("1001") == accountKey("1002") {
		t.Error("two accounts share a key")
	}
	for _, invented := range []string{"", "Ä", "a b", "A1", strings.Repeat("x", 33)} {
		if got := accountKey(invented); got != "staff ?" {
			t.Errorf("accountKey(%q) = %q", invented, got)
		}
	}
}

func TestTheWindowSlides(t *testing.T) {
	throttle, now := newThrottle(2, time.Minute), newClock()
	guess := func(after time.Duration) error {
		now.pass(after)
		_, err := throttle.begin(now.Now(), "a")
		return err
	}
	for i, c := range []struct{ after, retry time.Duration }{
		{0, 0},
		{20 * time.Second, 0},
		{10 * time.Second, 30 * time.Second},
		{29 * time.Second, time.Second},
		{time.Second, 0}, // the first is a minute old
		{0, 20 * time.Second},
		{20 * time.Second, 0},
	} {
		var throttled ErrThrottled
		err := guess(c.after)
		if errors.As(err, &throttled); throttled.RetryAfter != c.retry {
			t.Errorf("guess %d: %v, want retry after %v", i, err, c.retry)
		}
	}
}

func TestRightGuessesAreForgiven(t *testing.T) {
	throttle, now := newThrottle(2, time.Minute), newClock().Now()
	for range 50 {
		guess, err := throttle.begin(now, "a", "b")
		if err != nil {
			t.Fatal(err)
		}
		throttle.forgive(guess)
	}
}

func TestTheLongestWaitCounts(t *testing.T) {
	throttle, now := newThrottle(1, time.Minute), newClock()
	throttle.begin(now.Now(), "a")
	now.pass(10 * time.Second)
	throttle.begin(now.Now(), "b")
	var throttled ErrThrottled
	if errors.As(throttle.allowed(now.Now(), "a", "b", "c"), &throttled); throttled.RetryAfter != time.Minute {
		t.Errorf("retry after %v, want 1m", throttled.RetryAfter)
	}
}

func TestOldGuessesTakeNoMemory(t *testing.T) {
	throttle, now := newThrottle(5, time.Minute), newClock()
	for i := range 1000 {
		if _, err := throttle.begin(now.Now(), string(rune('一'+i))); err != nil {
			t.Fatal(err)
		}
	}
	now.pass(2 * time.Minute)
	throttle.begin(now.Now(), "last")
	if len(throttle.tried) != 1 {
		t.Errorf("%d keys kept, want 1", len(throttle.tried))
	}
}
