package auth

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestSessionsSlideAndEnd(t *testing.T) {
	for _, c := range []struct {
		what string
		uses []time.Duration // waits before each use
		last time.Duration
		want bool
	}{
		{"used at once", nil, 0, true},
		{"just not idle", nil, 30*time.Minute - time.Millisecond, true},
		{"idle", nil, 30 * time.Minute, false},
		{"slides", []time.Duration{29 * time.Minute, 29 * time.Minute}, 29 * time.Minute, true},
		{"does not slide for ever", every(25*time.Minute, 28), 25 * time.Minute, false}, // 29 × 25 min > 12 h
		{"the last minute of a shift", every(25*time.Minute, 28), 19 * time.Minute, true},
	} {
		h := newHouse(t)
		_, token := h.signIn("1001")
		for _, wait := range c.uses {
			h.clock.pass(wait)
			if !h.living(token) {
				t.Fatalf("%s: ended early", c.what)
			}
		}
		h.clock.pass(c.last)
		if got := h.living(token); got != c.want {
			t.Errorf("%s: living %v, want %v", c.what, got, c.want)
		}
	}
}

func every(d time.Duration, n int) []time.Duration {
	waits := make([]time.Duration, n)
	for i := range waits {
		waits[i] = d
	}
	return waits
}

func TestWhatASessionSays(t *testing.T) {
	h := newHouse(t)
	began := h.clock.Now()
	first, token := h.signIn("1001")
	if len(token) != 43 || first.ID == token || !wellNamed(first.ID) {
		t.Errorf("id %q, token of %d characters", first.ID, len(token))
	}
	h.clock.pass(10 * time.Minute)
	h.roster.set("1001", func(s *Staff) { s.Roles = []Role{Supervisor} })
	now, err := h.Session(token)
	if err != nil {
		t.Fatal(err)
	}
	if !now.CreatedAt.Equal(began) || !now.ExpiresAt.Equal(began.Add(40*time.Minute)) || !now.EndsAt.Equal(began.Add(12*time.Hour)) {
		t.Errorf("%+v", now)
	}
	if now.ID != first.ID || now.Staff.Name != "李梅" || !now.Staff.Has(Supervisor) || now.Staff.Has(Clerk) {
		t.Errorf("%+v: a changed role holds at once", now)
	}
}

func TestTokensOfNoSession(t *testing.T) {
	h := newHouse(t)
	_, token := h.signIn("1001")
	for _, wrong := range []string{"", "x", newToken(), token + "=", token[:42], " " + token, digestOf(token).String()} {
		if h.living(wrong) {
			t.Errorf("%q opened a session", wrong)
		}
		if err := h.SignOut(wrong); err != nil {
			t.Errorf("SignOut(%q): %v", wrong, err)
		}
	}
	if !h.living(token) {
		t.Error("the right one did not")
	}
}

// Guessed tokens must not make the server write, or wait for who writes.
func TestUnknownTokensWaitForNobody(t *testing.T) {
	h := newHouse(t)
	h.write.Lock()
	defer h.write.Unlock()
	if h.living(newToken()) {
		t.Error("a guess opened a session")
	}
}

func TestReadingASessionWaitsForNoWriter(t *testing.T) {
	h := newHouse(t)
	_, token := h.signIn("1001")
	h.write.Lock()
	defer h.write.Unlock()
	if !h.living(token) {
		t.Error("signed out")
	}
}

func TestEveryEndIsHeardOnce(t *testing.T) {
	for what, end := range map[string]func(h *house, token string){
		"sign-out":        func(h *house, token string) { h.SignOut(token); h.SignOut(token) },
		"staff":           func(h *house, token string) { h.SignOutStaff("1001") },
		"idle, used":      func(h *house, token string) { h.clock.pass(time.Hour); h.Session(token) },
		"idle, swept":     func(h *house, token string) { h.clock.pass(time.Hour); h.Sweep() },
		"dismissed":       func(h *house, token string) { h.roster.dismiss("1001"); h.Session(token) },
		"dismissed,swept": func(h *house, token string) { h.roster.dismiss("1001"); h.Sweep() },
	} {
		h := newFiledHouse(t)
		session, token := h.signIn("1001")
		var one, two heard
		h.OnEnd(one.hook)
		h.OnEnd(two.hook)
		end(h, token)
		if h.living(token) || !one.are(session.ID) || !two.are(session.ID) {
			t.Errorf("%s: living %v, heard %v and %v", what, h.living(token), one.names, two.names)
		}
		h.Sweep()
		h.restart(0)
		if h.living(token) || len(h.sessions) != 0 {
			t.Errorf("%s: lives again after a restart", what)
		}
	}
}

func TestHooksMayCallTheStore(t *testing.T) {
	h := newHouse(t)
	_, token := h.signIn("1001")
	_, other := h.signIn("1002")
	h.OnEnd(func(string) {
		if err := h.SignOut(other); err != nil {
			t.Error(err)
		}
	})
	h.SignOut(token)
	if h.living(other) {
		t.Error("the hook had no effect")
	}
}

func TestSessionsLiveOnOverARestart(t *testing.T) {
	for _, c := range []struct {
		what        string
		before, out time.Duration // used `before` ago, then the server is away for `out`
		crash, want bool
	}{
		{"at once", 0, 0, false, true},
		{"crash at once", 0, 0, true, true},
		{"power cut over lunch", 10 * time.Minute, 2 * time.Hour, true, true},
		{"idle before", 29 * time.Minute, 2 * time.Hour, false, true},
		{"idled out before, not swept", 31 * time.Minute, time.Hour, false, false},
		{"night", 0, 13 * time.Hour, false, false},
		{"clock a little behind", 0, -time.Minute, false, true},
		{"clock of 1970", 0, -50 * 365 * 24 * time.Hour, true, false},
	} {
		h := newFiledHouse(t)
		first, token := h.signIn("1001")
		h.clock.pass(c.before)
		if c.crash {
			h.crash(c.out)
		} else {
			h.restart(c.out)
		}
		if got := h.living(token); got != c.want {
			t.Errorf("%s: living %v, want %v", c.what, got, c.want)
		} else if again, _ := h.Session(token); got && (again.ID != first.ID || !again.CreatedAt.Equal(first.CreatedAt)) {
			t.Errorf("%s: %+v became %+v", c.what, first, again)
		}
	}
}

// Restarts must not wind the idle clock back.
func TestRestartsDoNotRefreshASession(t *testing.T) {
	h := newFiledHouse(t)
	_, token := h.signIn("1001")
	for range 4 {
		h.clock.pass(7 * time.Minute)
		h.restart(time.Hour)
	}
	h.clock.pass(2 * time.Minute) // 4 × 7 + 2 = 30 minutes with a server, none of them used
	if h.living(token) {
		t.Error("the session outlived half an hour of idleness")
	}
}

func TestIdleRefreshIsWrittenAtMostOnceAMinute(t *testing.T) {
	h := newFiledHouse(t)
	_, token := h.signIn("1001")
	if err := h.Sweep(); err != nil {
		t.Fatal(err)
	}
	disk := h.fault()
	for range 10 * 60 {
		h.clock.pass(time.Second)
		h.living(token)
		if err := h.Sweep(); err != nil {
			t.Fatal(err)
		}
	}
	if disk.writes != 10 {
		t.Errorf("%d writes in ten minutes, want 10", disk.writes)
	}
}

func TestARefreshSurvivesACrash(t *testing.T) {
	h := newFiledHouse(t)
	_, token := h.signIn("1001")
	for range 50 {
		h.clock.pass(time.Minute)
		if !h.living(token) {
			t.Fatal("ended early")
		}
		if err := h.Sweep(); err != nil {
			t.Fatal(err)
		}
	}
	h.crash(time.Minute)
	if !h.living(token) {
		t.Error("the refreshes were not on the disk")
	}
}

func TestNobodyWritesWhileNobodyIsSignedIn(t *testing.T) {
	h := newFiledHouse(t)
	disk := h.fault()
	for range 100 {
		h.clock.pass(time.Minute)
		if err := h.Sweep(); err != nil {
			t.Fatal(err)
		}
	}
	if disk.writes != 0 {
		t.Errorf("%d writes", disk.writes)
	}
}

func TestASocketHoldsItsSession(t *testing.T) {
	h := newFiledHouse(t)
	session, token := h.signIn("1001")
	release, ok := h.Hold(session.ID)
	if !ok {
		t.Fatal("no hold on a living session")
	}
	release2, _ := h.Hold(session.ID)
	release2()
	release2() // must not take off the other's hold
	for range 2 * 60 {
		h.clock.pass(time.Minute)
		if err := h.Sweep(); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := h.Hold(session.ID); !ok {
		t.Fatal("a held session idled out")
	}
	h.ids[session.ID].holds = 1
	release()
	h.clock.pass(29 * time.Minute)
	if !h.living(token) {
		t.Error("the idle clock did not begin at the release")
	}
	h.clock.pass(31 * time.Minute)
	if h.living(token) {
		t.Error("the release did not take the hold off")
	}
	if _, ok := h.Hold(session.ID); ok {
		t.Error("a hold on an ended session")
	}
}

func TestAHeldSessionSurvivesACrashAndEndsWithItsShift(t *testing.T) {
	h := newFiledHouse(t)
	session, token := h.signIn("1001")
	h.Hold(session.ID)
	for range 5 * 60 {
		h.clock.pass(time.Minute)
		h.Sweep()
	}
	h.crash(5 * time.Minute)
	if !h.living(token) {
		t.Error("five hours at the window, and signed out by a crash")
	}
	h.Hold(session.ID)
	h.clock.pass(7 * time.Hour)
	if h.living(token) {
		t.Error("a hold outlived the absolute end")
	}
}

func TestAFurtherSessionEndsTheLongestUnused(t *testing.T) {
	h := newHouse(t)
	var tokens []string
	var ids []string
	for range sessionsOfStaff {
		session, token := h.signIn("1001")
		tokens, ids = append(tokens, token), append(ids, session.ID)
		h.clock.pass(time.Second)
	}
	h.living(tokens[0])
	h.Hold(ids[1])
	var ended heard
	h.OnEnd(ended.hook)
	h.signIn("1002")
	if !ended.are() {
		t.Fatal("another person's sign-in ended a session")
	}
	h.signIn("1001")
	if !ended.are(ids[2]) {
		t.Errorf("ended %v, want the longest unused that no socket holds, %s", ended.names, ids[2])
	}
}

func TestRunSweepsUntilTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, func(c *Config) { c.Now = time.Now })
		session, _ := h.signIn("1001")
		var ended heard
		h.OnEnd(ended.hook)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { h.Run(ctx); close(done) }()
		time.Sleep(30*time.Minute - time.Second)
		if !ended.are() {
			t.Error("ended early")
		}
		time.Sleep(sweepEvery + time.Second)
		if !ended.are(session.ID) {
			t.Error("an idle session was not ended within 15 seconds")
		}
		cancel()
		<-done
	})
}
