package auth

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestSetUp(t *testing.T) {
	h := newFiledHouse(t)
	if !h.NeedsSetUp() {
		t.Fatal("a new hall does not need a set-up")
	}
	missed, err := h.SetupCode()
	if err != nil {
		t.Fatal(err)
	}
	code, err := h.SetupCode()
	if err != nil {
		t.Fatal(err)
	}
	h.restart(time.Hour)
	for _, c := range []struct {
		what, code, staff, password string
		want                        error
	}{
		{"the code before", missed, "9001", good, ErrBadCode},
		{"no code", "", "9001", good, ErrBadCode},
		{"nobody", code, "nobody", good, ErrUnknownStaff},
		{"a clerk", code, "1001", good, ErrNotAdministrator},
		{"a short password", code, "9001", "short", ErrWeakPassword{TooShort}},
		{"the demonstration's", code, "9001", DemoPassword, ErrWeakPassword{TooKnown}},
		{"right", code, "9001", good, nil},
		{"again", code, "9001", good, ErrSetUp},
	} {
		is(t, c.what, h.SetUp(t.Context(), c.code, c.staff, c.password, "10.0.0.1"), c.want)
	}
	h.clock.pass(time.Minute)
	h.signIn("9001")
	h.restart(time.Minute)
	_, err = h.SetupCode()
	is(t, "a code for a hall that is set up", err, ErrSetUp)
	is(t, "the old code", h.SetUp(t.Context(), code, "9001", "another good one", ""), ErrSetUp)
}

func TestTheSetupCodeLivesForADay(t *testing.T) {
	h := newHouse(t)
	is(t, "no code asked for", h.SetUp(t.Context(), newCode(), "9001", good, ""), ErrBadCode)
	code, _ := h.SetupCode()
	h.clock.pass(24 * time.Hour)
	is(t, "a day later", h.SetUp(t.Context(), code, "9001", good, ""), ErrBadCode)
}

func TestSetupCodesAreThrottled(t *testing.T) {
	h := newHouse(t)
	code, _ := h.SetupCode()
	for range guesses {
		is(t, "guess", h.SetUp(t.Context(), newCode(), "9001", good, "10.0.0.1"), ErrBadCode)
	}
	is(t, "sixth", h.SetUp(t.Context(), code, "9001", good, "10.0.0.1"), ErrThrottled{RetryAfter: time.Minute})
	is(t, "from elsewhere", h.SetUp(t.Context(), code, "9001", good, "10.0.0.2"), nil)
}

func TestOneCodeSetsUpOnce(t *testing.T) {
	h := newHouse(t)
	code, _ := h.SetupCode()
	var won atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if h.SetUp(context.Background(), code, "9001", good, "") == nil {
				won.Add(1)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d set-ups with one code", won.Load())
	}
}

func TestADemonstrationNeedsNoSetUp(t *testing.T) {
	h := newHouse(t, demo)
	_, err := h.SetupCode()
	is(t, "SetupCode", err, ErrSetUp)
	is(t, "SetUp", h.SetUp(t.Context(), newCode(), "9001", good, ""), ErrSetUp)
	if h.NeedsSetUp() {
		t.Error("NeedsSetUp")
	}
}
