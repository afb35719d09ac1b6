package auth

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

func TestSignIn(t *testing.T) {
	h := newHouse(t)
	if err := h.SetPassword("1001", good); err != nil {
		t.Fatal(err)
	}
	h.roster.set("gone", func(s *Staff) { s.ID = "gone" })
	if err := h.SetPassword("gone", good); err != nil {
		t.Fatal(err)
	}
	h.roster.dismiss("gone")
	var hashes atomic.Int32
	h.hash = func(p string, salt []byte, c cost) []byte { hashes.Add(1); return cheap(p, salt, c) }
	for _, c := range []struct {
		what, staff, password string
		want                  error
	}{
		{"right", "1001", good, nil},
		{"wrong password", "1001", good + "?", ErrBadCredentials},
		{"empty password", "1001", "", ErrBadCredentials},
		{"no password set", "1002", good, ErrBadCredentials},
		{"unknown account", "nobody", good, ErrBadCredentials},
		{"left the plan", "gone", good, ErrBadCredentials},
		{"no account", "", "", ErrBadCredentials},
		{"the demonstration's password", "1002", DemoPassword, ErrBadCredentials},
	} {
		hashes.Store(0)
		session, token, err := h.SignIn(t.Context(), c.staff, c.password, "")
		if err != c.want || (err == nil) != (token != "") || (err == nil) != (session.ID != "") {
			t.Errorf("%s: %v, want %v", c.what, err, c.want)
		}
		if hashes.Load() != 1 {
			t.Errorf("%s took %d hashes, want 1: the time must not tell", c.what, hashes.Load())
		}
		h.clock.pass(time.Minute)
	}
}

func TestSignInIsThrottledByAccountAndByAddress(t *testing.T) {
	wrong := func(h *house, staff, address string) error {
		_, _, err := h.SignIn(t.Context(), staff, "wrong", address)
		return err
	}
	for what, attack := range map[string]func(h *house, i int) error{
		"account": func(h *house, i int) error { return wrong(h, "1001", "10.0.1."+string(rune('1'+i))) },
		"address": func(h *house, i int) error { return wrong(h, "victim-"+string(rune('a'+i)), "10.0.0.1") },
	} {
		h := newHouse(t)
		if err := h.SetPassword("1001", good); err != nil {
			t.Fatal(err)
		}
		for i := range guesses {
			is(t, what, attack(h, i), ErrBadCredentials)
			h.clock.pass(time.Second)
		}
		var throttled ErrThrottled
		_, _, err := h.SignIn(t.Context(), "1001", good, "10.0.0.1")
		if !errors.As(err, &throttled) || throttled.RetryAfter != 55*time.Second {
			t.Errorf("%s: the right password after five wrong ones: %v, want throttled for 55s", what, err)
		}
		h.clock.pass(throttled.RetryAfter)
		if _, _, err := h.SignIn(t.Context(), "1001", good, "10.0.0.1"); err != nil {
			t.Errorf("%s: after the wait: %v", what, err)
		}
	}
}

func TestAWholeShiftSignsInFromOneAddress(t *testing.T) {
	h := newHouse(t)
	for range 30 {
		h.signIn("1001")
	}
}

func TestThrottledSignInsTakeNoHash(t *testing.T) {
	h := newHouse(t)
	for range guesses {
		h.SignIn(t.Context(), "1001", "wrong", "10.0.0.1")
	}
	h.hash = func(string, []byte, cost) []byte { t.Error("hashed"); return nil }
	h.SignIn(t.Context(), "1001", "wrong", "10.0.0.1")
}

func TestSetPassword(t *testing.T) {
	h := newHouse(t)
	is(t, "nobody", h.SetPassword("nobody", good), ErrUnknownStaff)
	is(t, "short", h.SetPassword("1001", "short"), ErrWeakPassword{TooShort})
	session, token := h.signIn("1001")
	_, other := h.signIn("1002")
	var ended heard
	h.OnEnd(ended.hook)
	if err := h.SetPassword("1001", "another good one"); err != nil {
		t.Fatal(err)
	}
	if h.living(token) || !ended.are(session.ID) || !h.living(other) {
		t.Error("a new password ends that person's sessions and nobody else's")
	}
	_, _, err := h.SignIn(t.Context(), "1001", good, "")
	is(t, "old password", err, ErrBadCredentials)
}

func TestANewPasswordAndItsSignOutAreOneTransaction(t *testing.T) {
	h := newFiledHouse(t)
	_, token := h.signIn("1001")
	disk := h.fault()
	if err := h.SetPassword("1001", "another good one"); err != nil {
		t.Fatal(err)
	}
	if disk.writes != 1 {
		t.Errorf("%d transactions", disk.writes)
	}
	h.crash(0)
	if h.living(token) {
		t.Error("a session of the old password lives after a crash")
	}
}

func TestAPasswordThatCannotBeStoredChangesNothing(t *testing.T) {
	h := newFiledHouse(t)
	_, token := h.signIn("1001")
	disk := h.fault()
	disk.fail = syscall.ENOSPC
	is(t, "SetPassword", h.SetPassword("1001", "another good one"), syscall.ENOSPC)
	disk.fail = nil
	if !h.living(token) {
		t.Error("signed out though the old password stands")
	}
	h.signIn("1001")
}

// The old password is being checked while an administrator replaces it.
func TestAPasswordReplacedWhileCheckedOpensNothing(t *testing.T) {
	h := newHouse(t)
	h.signIn("1001")
	h.hash = func(p string, salt []byte, c cost) []byte {
		h.hash = cheap
		if err := h.SetPassword("1001", "another good one"); err != nil {
			t.Error(err)
		}
		return cheap(p, salt, c)
	}
	_, token, err := h.SignIn(t.Context(), "1001", good, "")
	is(t, "sign-in", err, ErrBadCredentials)
	if token != "" || len(h.sessions) != 0 {
		t.Error("a session began")
	}
}

func TestDemoPasswords(t *testing.T) {
	h := newHouse(t, demo)
	h.hash = func(string, []byte, cost) []byte { t.Error("a demonstration hashed"); return nil }
	if err := h.DemoPasswords([]string{"1001", "9001", "nobody"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		staff, password string
		want            error
	}{
		{"1001", DemoPassword, nil}, {"9001", DemoPassword, nil},
		{"1001", "jiaohao-Demo", ErrBadCredentials}, {"1001", "", ErrBadCredentials},
		{"1002", DemoPassword, ErrBadCredentials}, {"nobody", DemoPassword, ErrBadCredentials},
	} {
		_, _, err := h.SignIn(t.Context(), c.staff, c.password, "")
		is(t, c.staff+" "+c.password, err, c.want)
		h.clock.pass(time.Minute)
	}
	h.hash = cheap
	if err := h.SetPassword("1001", "mine"); err != nil {
		t.Fatal(err)
	}
	_, _, err := h.SignIn(t.Context(), "1001", DemoPassword, "")
	is(t, "a changed password", err, ErrBadCredentials)
	is(t, "DemoPasswords of a real hall", newHouse(t).DemoPasswords([]string{"1001"}), ErrNotDemo)
}

func TestNoSecretIsLogged(t *testing.T) {
	h := newHouse(t)
	_, token := h.signIn("1001")
	h.SignIn(t.Context(), "my-secret-in-the-wrong-field", "wrong", "10.9.9.9:1")
	h.SignIn(t.Context(), "1001", "wrong-secret", "10.9.9.9:1")
	_, code, _ := h.AddTerminal("kiosk-1", Kiosk, "", "")
	key, _, _ := h.Enrol(code)
	setup, err := newHouse(t).SetupCode()
	if err != nil {
		t.Fatal(err)
	}
	log := h.log.String()
	for _, secret := range []string{token, good, code, key, setup, "my-secret", "wrong-secret"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
	for _, said := range []string{"staff=1001", "address=10.9.9.9:1", "terminal=kiosk-1"} {
		if !strings.Contains(log, said) {
			t.Errorf("the log does not hold %q:\n%s", said, log)
		}
	}
}

func TestSignInGivesUpWithItsContext(t *testing.T) {
	h := newHouse(t)
	for range hashesAtOnce {
		release, err := h.hashing.take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer release()
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := h.SignIn(gone, "1001", good, "10.0.0.1")
	is(t, "sign-in", err, context.Canceled)
	if err := h.throttle.allowed(h.clock.Now(), accountKey("1001")); err != nil || len(h.throttle.tried) != 0 {
		t.Error("a guess that was never made counted")
	}
}

func TestProofIsThePassword(t *testing.T) {
	h := newHouse(t)
	if err := h.SetPassword("1001", good); err != nil {
		t.Fatal(err)
	}
	is(t, "right", h.Prove(t.Context(), "1001", good, "10.0.0.1"), nil)
	is(t, "no password", h.Prove(t.Context(), "1002", good, "10.0.0.2"), ErrBadCredentials)
	for range guesses {
		is(t, "wrong", h.Prove(t.Context(), "1001", good+"?", "10.0.0.1"), ErrBadCredentials)
	}
	var throttled ErrThrottled
	if err := h.Prove(t.Context(), "1001", good, "10.0.0.1"); !errors.As(err, &throttled) {
		t.Errorf("after %d wrong ones the right one gives %v", guesses, err)
	}
	h.clock.pass(time.Minute)
	_, token, err := h.SignIn(t.Context(), "1001", good, "10.0.0.1")
	is(t, "sign-in", err, nil)
	is(t, "a new password", h.SetPassword("1001", good+" and new"), nil)
	if _, err := h.Session(token); !errors.Is(err, ErrSignedOut) {
		t.Errorf("a session of the old password lives on: %v", err)
	}
}
