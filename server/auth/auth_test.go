package auth

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

const good = "correct horse battery"

// clock is a clock that moves when told.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// roster is a plan's staff that tests can change.
type roster struct {
	mu    sync.Mutex
	staff map[string]Staff
}

func newRoster() *roster {
	return &roster{staff: map[string]Staff{
		"1001": {ID: "1001", Name: "李梅", Roles: []Role{Clerk}, Windows: []string{"1"}},
		"1002": {ID: "1002", Name: "王强", Roles: []Role{Clerk, Lead}, Departments: []string{"tax"}},
		"9001": {ID: "9001", Name: "赵敏", Roles: []Role{Administrator}},
	}}
}

func (r *roster) look(id string) (Staff, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, ok := r.staff[id]
	return s, ok
}

func (r *roster) set(id string, change func(*Staff)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.staff[id]
	change(&s)
	r.staff[id] = s
}

func (r *roster) dismiss(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.staff, id)
}

// house is a store with its clock and plan, and a file to come back to.
type house struct {
	*Store
	t      *testing.T
	clock  *clock
	roster *roster
	config Config
	path   string
	log    *lockedBuffer
}

// cheap stands in for argon2id where a test is about something else.
func cheap(password string, salt []byte, _ cost) []byte {
	sum := sha256.Sum256(append([]byte(password), salt...))
	return sum[:]
}

func newHouse(t *testing.T, options ...func(*Config)) *house {
	t.Helper()
	h := &house{t: t, clock: newClock(), roster: newRoster(), log: &lockedBuffer{}}
	h.config = Config{Staff: h.roster.look, Now: h.clock.Now, Log: slog.New(slog.NewTextHandler(h.log, nil))}
	for _, o := range options {
		o(&h.config)
	}
	h.Store = Memory(h.config)
	h.hash = cheap
	return h
}

func demo(c *Config) { c.Demo = true }

// newFiledHouse is newHouse on a real file.
func newFiledHouse(t *testing.T, options ...func(*Config)) *house {
	t.Helper()
	h := newHouse(t, options...)
	h.path = filepath.Join(t.TempDir(), "data", "auth.db")
	h.open()
	return h
}

func (h *house) open() {
	h.t.Helper()
	s, err := Open(h.path, h.config)
	if err != nil {
		h.t.Fatal(err)
	}
	s.hash = cheap
	h.Store = s
	h.t.Cleanup(func() { s.Close() })
}

// restart closes the store and opens its file again after a while.
func (h *house) restart(after time.Duration) {
	h.t.Helper()
	if err := h.Close(); err != nil {
		h.t.Fatal(err)
	}
	h.clock.pass(after)
	h.open()
}

// crash opens the file again without the old store having written anything more.
func (h *house) crash(after time.Duration) {
	h.t.Helper()
	if err := h.disk.close(); err != nil {
		h.t.Fatal(err)
	}
	h.clock.pass(after)
	h.open()
}

func (h *house) signIn(staff string) (Session, string) {
	h.t.Helper()
	if !h.HasPassword(staff) {
		if err := h.SetPassword(staff, good); err != nil {
			h.t.Fatal(err)
		}
	}
	session, token, err := h.SignIn(context.Background(), staff, good, "10.0.0.1:5000")
	if err != nil {
		h.t.Fatal(err)
	}
	return session, token
}

func (h *house) living(token string) bool {
	h.t.Helper()
	_, err := h.Session(token)
	if err != nil && !errors.Is(err, ErrSignedOut) {
		h.t.Fatalf("Session: %v", err)
	}
	return err == nil
}

// heard collects what hooks are told.
type heard struct {
	mu    sync.Mutex
	names []string
}

func (h *heard) hook(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.names = append(h.names, name)
}

func (h *heard) are(want ...string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Equal(h.names, want)
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func is(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func TestRoles(t *testing.T) {
	lead := Staff{Roles: []Role{Clerk, Lead}}
	for _, c := range []struct {
		roles []Role
		want  bool
	}{
		{[]Role{Lead}, true}, {[]Role{Supervisor, Clerk}, true}, {[]Role{Supervisor, Administrator}, false}, {nil, false},
	} {
		if got := lead.Has(c.roles...); got != c.want {
			t.Errorf("Has(%v) = %v", c.roles, got)
		}
	}
	for role, want := range map[Role]bool{Kiosk: true, Board: true, Pad: true, CallPad: true, Clerk: false, Administrator: false, "": false} {
		if role.Terminal() != want {
			t.Errorf("%q.Terminal() = %v", role, !want)
		}
	}
}

func TestWhatErrorsSay(t *testing.T) {
	for err, want := range map[error]string{
		ErrThrottled{RetryAfter: 31400 * time.Millisecond}: "auth: too many wrong sign-ins, again in 31s",
		ErrWeakPassword{TooShort}:                          "auth: password refused: too_short",
		&brokenError{cause: io.EOF}:                        ErrBroken.Error() + ": EOF",
	} {
		if err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
	}
}

// Everything at once, for the race detector.
func TestConcurrentUse(t *testing.T) {
	h := newFiledHouse(t)
	h.OnEnd(func(id string) { h.Hold(id) })
	h.OnRevoke(func(string) { h.Terminals() })
	h.signIn("1001")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() { h.oneBusyUser(i) })
	}
	for range 20 {
		h.clock.pass(time.Minute)
		if err := h.Sweep(); err != nil {
			t.Error(err)
		}
	}
	all.Wait()
	if got := len(h.Terminals()); got != 0 {
		t.Errorf("%d terminals left, want 0", got)
	}
}

func (h *house) oneBusyUser(i int) {
	name := fmt.Sprintf("kiosk-%d", i)
	for range 5 {
		session, token, err := h.SignIn(context.Background(), "1001", good, "10.0.0.1")
		if err != nil {
			h.t.Error(err)
			return
		}
		release, _ := h.Hold(session.ID)
		h.Session(token)
		release()
		_, code, err := h.AddTerminal(name, Kiosk, "", "")
		key, _, err2 := h.Enrol(code)
		_, err3 := h.Terminal(key, "192.0.2.1")
		if err := errors.Join(err, err2, err3, h.Revoke(name, ""), h.SignOut(token)); err != nil {
			h.t.Error(err)
		}
	}
}
