// Package auth knows who may act: which member of staff is signed in, which terminal is enrolled, and how each proved it.
// It must never know the hall: no ticket, no window's state, no event; roles are words that others give a meaning.
//
// # What is kept
//
// One bbolt file holds password hashes (argon2id), sessions and terminals. Of a session token, a terminal key or a one-time code only
// the SHA-256 digest is stored, so that a stolen file or backup opens nothing. How often somebody guessed wrong is kept in memory only.
//
// # Concurrency
//
// Every method may be called from any goroutine. Everything is read from memory; a change is on the disk before it is shown, except
// that what takes a right away (sign-out, revocation) holds at once, even when the disk refuses. Hooks run in the goroutine that caused
// them, after all locks are released, so they may call the Store again.
package auth

import (
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Role is what a member of staff or a terminal may do; this package compares roles and never interprets them.
type Role string

// Roles of staff.
const (
	Clerk         Role = "clerk"
	Lead          Role = "lead" // of a department
	Supervisor    Role = "supervisor"
	Administrator Role = "administrator"
)

// Roles of terminals. A terminal has exactly one.
const (
	Kiosk   Role = "kiosk"
	Board   Role = "board"
	Pad     Role = "pad"
	CallPad Role = "callpad"
)

// Terminal reports whether r is a role of terminals.
func (r Role) Terminal() bool {
	return r == Kiosk || r == Board || r == Pad || r == CallPad
}

// Staff is one member of staff as the plan describes them now.
type Staff struct {
	ID          string
	Name        string
	Roles       []Role
	Departments []string
	Windows     []string
}

// Has reports whether the member of staff has at least one of the roles.
func (s Staff) Has(roles ...Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(s.Roles, r) })
}

// Config says how a Store behaves.
type Config struct {
	// Demo marks the store of a demonstration: known passwords, no least length. A store never changes sides.
	Demo bool

	// Staff looks a member of staff up in the plan; required. It is called without any lock held, on every use of a session, so
	// that who has left the plan is signed out and a changed role holds from the next request on.
	Staff func(id string) (Staff, bool)

	// Words are those that everybody who knows this hall would try in a password, such as its name; none when nil.
	Words func() []string

	// Now is the clock; time.Now when nil.
	Now func() time.Time

	// Idle is how long a session lives without being used; 30 minutes when zero.
	Idle time.Duration

	// Absolute is how long a session lives at most; 12 hours, one shift, when zero.
	Absolute time.Duration

	// Record is told what becomes of terminals, for a journal. Of a machine let in or renamed it hears before that holds, and an
	// error refuses it; of one put out, afterwards, again and again until it takes it. It is called by one goroutine at a time, and must
	// not call the Store. Nil tells nobody.
	Record func(TerminalChange) error

	// Log hears of sign-ins, refusals and of changes to accounts and terminals, never of a secret; silent when nil.
	Log *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.Words == nil {
		c.Words = func() []string { return nil }
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Idle == 0 {
		c.Idle = 30 * time.Minute
	}
	if c.Absolute == 0 {
		c.Absolute = 12 * time.Hour
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// Store holds accounts, sessions and terminals. Make one with Open or Memory.
type Store struct {
	config   Config
	hashing  *slots
	throttle *throttle
	asks     *throttle     // pairings begun, by address
	codes    *throttle     // wrong pairing codes, by account
	settle   time.Duration // after which a terminal's new key voids the old one
	hash     hashFunc
	decoy    string // an encoded hash that no password has, checked for accounts that do not exist

	// letIn orders what lets machines in, renames them and puts them out, together with what is recorded of it. It is always taken
	// before write. Signing in does not wait for it.
	letIn  sync.Mutex
	unsaid []TerminalChange // what could not be recorded yet; owned by letIn

	// write orders the changes: it is held from the decision until the disk has answered and memory shows the outcome.
	// It is always taken before mu, never while mu is held.
	write   sync.Mutex
	disk    disk
	flushed time.Time // when the last uses of sessions were last written; owned by write

	// mu guards everything below, for moments only.
	mu        sync.Mutex
	passwords map[string]string // staff → encoded argon2id hash
	demo      map[string]bool   // staff whose password is the demonstration's
	sessions  map[digest]*session
	ids       map[string]*session
	terminals map[string]*terminal
	keys      map[digest]*terminal
	pairings  map[digest]*pairing // by the device code
	setup     *setup
	broken    error // the disk failed in a way that leaves its content unknown
	brokenAt  time.Time
	onEnd     []func(sessionID string)
	onRevoke  []func(terminal string)
	onRename  []func(terminal string)
	onTwice   []func(terminal string)
}

// Memory returns a Store that keeps nothing on disk, for tests and for demonstrations that must leave no trace.
func Memory(c Config) *Store {
	return newStore(c, nowhere{})
}

func newStore(c Config, d disk) *Store {
	return &Store{
		config:    c.withDefaults(),
		hashing:   newSlots(hashesAtOnce, hashesWaiting),
		throttle:  newThrottle(guesses, guessWindow),
		asks:      newThrottle(pairingAsks, guessWindow),
		codes:     newThrottle(guesses, guessWindow),
		settle:    settleAfter,
		hash:      argon2id,
		decoy:     newDecoy(),
		disk:      d,
		passwords: map[string]string{},
		demo:      map[string]bool{},
		sessions:  map[digest]*session{},
		ids:       map[string]*session{},
		terminals: map[string]*terminal{},
		keys:      map[digest]*terminal{},
		pairings:  map[digest]*pairing{},
	}
}

// OnEnd registers a hook that hears the ID of every session that ended, whatever ended it: sign-out, time, a new password, leaving the
// plan. Whoever serves sockets cuts them there.
func (s *Store) OnEnd(hook func(sessionID string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onEnd = append(s.onEnd, hook)
}

// OnRevoke registers a hook that hears the name of every terminal whose key was revoked.
func (s *Store) OnRevoke(hook func(terminal string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onRevoke = append(s.onRevoke, hook)
}

// OnRename registers a hook that hears the old name of every terminal that was renamed.
func (s *Store) OnRename(hook func(terminal string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onRename = append(s.onRename, hook)
}

// OnTwice registers a hook that hears the name of a terminal whose key was found in use in two places at once.
func (s *Store) OnTwice(hook func(terminal string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onTwice = append(s.onTwice, hook)
}

// Err says why the store can no longer write, or nil. The disk failed in a way that leaves the file's content unknown; sessions go on
// in memory, nothing can be changed, and only a restart, which reads the file again, makes it whole.
func (s *Store) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.broken
}

// BrokenSince is since when [Store.Err] is not nil; the zero time if it is nil.
func (s *Store) BrokenSince() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.brokenAt
}

// Close writes when the sessions were last used and closes the file.
func (s *Store) Close() error {
	s.write.Lock()
	defer s.write.Unlock()
	err := s.flush(s.config.Now())
	if closing := s.disk.close(); err == nil {
		err = closing
	}
	return err
}

// commit makes the changes durable; the caller holds write. After an error the caller must not show what it wanted to change.
func (s *Store) commit(changes []change) error {
	if err := s.Err(); err != nil {
		return err
	}
	err := s.disk.apply(changes)
	if err != nil && !isFull(err) {
		err = s.breakDown(err)
	}
	return err
}

// breakDown stops all writing: after a failed sync nobody knows what the file holds, and another transaction could bury the good copy.
func (s *Store) breakDown(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken, s.brokenAt = &brokenError{cause: err}, s.config.Now()
	s.config.Log.Error("auth: the file cannot be written, restart the server", "error", err)
	return s.broken
}
