package auth

import (
	"crypto/subtle"
	"time"
)

// Bounds of pairing.
const (
	pairingLife        = 10 * time.Minute
	claimLife          = 3 * time.Minute // from the typed code to the compared number
	pairingsOpen       = 20              // that wait at once
	pairingsPerAddress = 4               // of them from one address; the oldest gives way
	pairingMisses      = 5               // wrong codes typed by anybody while a code stands on a screen, then it is void
	pairingAsks        = 12              // pairings that one address may begin in a minute
)

// Scope is what a machine is let in as: under which name, for which one role, where it stands.
type Scope struct {
	Name  string
	Role  Role
	Place string
}

// Pairing is what a machine without a key is given to show and to ask with.
type Pairing struct {
	DeviceCode string // the machine's secret; never shown
	UserCode   string // for its screen, such as BCDF-GHJK
	Until      time.Time
}

// Phase says how far a pairing has come.
type Phase int

// The phases of a pairing.
const (
	Pending  Phase = iota // its code stands on the screen
	Checking              // the code was typed; both screens show the number
	Paired                // the machine is a terminal
)

// PairingStatus is what a machine hears when it asks.
type PairingStatus struct {
	Phase Phase
	Until time.Time
	Check string // four figures, while checking
	Scope Scope  // from checking on
	Key   string // of the terminal, once paired
}

// Claim is a pairing whose code an administrator has typed.
type Claim struct {
	ID    string // names it to the same administrator; opens nothing
	Check string // four figures, the same on the machine's screen
	Scope Scope
	Until time.Time
}

// pairing is a Pairing as it is kept: in memory only, as after a restart a machine simply shows another code. All guarded by Store.mu.
type pairing struct {
	device  digest // of the device code
	user    string // without hyphen; "" once it was typed
	address string // key of the throttle
	began   time.Time
	until   time.Time
	misses  int

	claim Claim // zero until the code was typed
	by    string
	key   string // plain, from the confirmation to its first use: an answer that got lost can be asked for again
	done  bool   // confirmed
}

func (p *pairing) phase() Phase {
	switch {
	case p.done:
		return Paired
	case p.claim.ID != "":
		return Checking
	}
	return Pending
}

// BeginPairing gives a machine without a key a code to show. The machine asks with PollPairing from then on. A machine that begins
// again and again takes its own earlier codes away, never those of others. It fails with ErrThrottled when the address asks too often
// or as many machines wait as may.
func (s *Store) BeginPairing(address string) (Pairing, error) {
	now, from := s.config.Now(), addressKey(address)
	if _, err := s.asks.begin(now, from); err != nil {
		return Pairing{}, err
	}
	device := newToken()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropOver(now)
	s.makeRoom(from)
	if wait := s.untilRoom(now); wait > 0 {
		return Pairing{}, ErrThrottled{RetryAfter: wait}
	}
	p := &pairing{device: digestOf(device), user: s.freshUserCode(), address: from, began: now, until: now.Add(pairingLife)}
	s.pairings[p.device] = p
	return Pairing{DeviceCode: device, UserCode: p.user[:pairingLength/2] + "-" + p.user[pairingLength/2:], Until: p.until}, nil
}

// dropOver forgets what is over; the caller holds mu.
func (s *Store) dropOver(now time.Time) {
	for device, p := range s.pairings {
		if !now.Before(p.until) {
			delete(s.pairings, device)
		}
	}
}

// makeRoom lets the oldest code of an address go when it shows as many as it may; the caller holds mu.
func (s *Store) makeRoom(address string) {
	var oldest *pairing
	n := 0
	for _, p := range s.pairings {
		if p.address != address || p.phase() != Pending {
			continue
		}
		if n++; oldest == nil || p.began.Before(oldest.began) {
			oldest = p
		}
	}
	if n >= pairingsPerAddress {
		delete(s.pairings, oldest.device)
	}
}

// untilRoom says how long it takes until one more may wait; the caller holds mu.
func (s *Store) untilRoom(now time.Time) time.Duration {
	n, wait := 0, pairingLife
	for _, p := range s.pairings {
		if p.phase() != Paired {
			n++
			wait = min(wait, p.until.Sub(now))
		}
	}
	if n < pairingsOpen {
		return 0
	}
	return wait
}

// freshUserCode makes a code that stands on no other screen; the caller holds mu.
func (s *Store) freshUserCode() string {
	for {
		code := newUserCode()
		if s.pairingOf(code) == nil {
			return code
		}
	}
}

// pairingOf finds the pairing whose code stands on a screen; the caller holds mu. It looks at all of them, whatever it finds.
func (s *Store) pairingOf(code string) (found *pairing) {
	for _, p := range s.pairings {
		if p.user != "" && subtle.ConstantTimeCompare([]byte(p.user), []byte(code)) == 1 {
			found = p
		}
	}
	return found
}

// PollPairing tells a machine how its pairing stands. The key is told until it was used for the first time, so that a lost answer costs
// nothing; from then on, and when the code is over, void or refused, it fails with ErrBadCode: the machine begins anew.
func (s *Store) PollPairing(deviceCode string) (PairingStatus, error) {
	device, ok := parseToken(deviceCode)
	if !ok {
		return PairingStatus{}, ErrBadCode
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.pairings[device]
	if !ok || !s.config.Now().Before(p.until) || p.done && p.key == "" {
		return PairingStatus{}, ErrBadCode
	}
	return PairingStatus{Phase: p.phase(), Until: p.until, Check: p.claim.Check, Scope: p.claim.Scope, Key: p.key}, nil
}

// ClaimPairing takes a code that an administrator has read off a machine's screen, and what the machine shall be. The code is used up,
// and both screens show the number that ConfirmPairing waits for. A wrong code counts against the administrator, who has five a minute,
// and against every code that stands on a screen then, as any of them may have been meant: the fifth voids it. It fails with
// ErrBadTerminal, ErrTerminalExists, ErrThrottled or ErrBadCode.
func (s *Store) ClaimPairing(by, typed string, scope Scope) (Claim, error) {
	if err := s.admits(scope); err != nil {
		return Claim{}, err
	}
	guess, err := s.codes.begin(s.config.Now(), accountKey(by))
	if err != nil {
		return Claim{}, err
	}
	claim, err := s.claim(by, typed, scope)
	if err != nil {
		s.config.Log.Warn("auth: a pairing code was wrong", "staff", by)
		return Claim{}, err
	}
	s.codes.forgive(guess)
	return claim, nil
}

// admits says whether a machine could be let in as that.
func (s *Store) admits(scope Scope) error {
	if err := (terminalRecord{Name: scope.Name, Role: scope.Role, Place: scope.Place}).check(); err != nil {
		return err
	}
	if old, ok := s.terminalNamed(scope.Name); ok && old.Key != nil {
		return ErrTerminalExists
	}
	return nil
}

func (s *Store) claim(by, typed string, scope Scope) (Claim, error) {
	code, ok := parseUserCode(typed)
	if !ok {
		return Claim{}, ErrBadCode // no code of anybody's: nothing was guessed
	}
	now := s.config.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropOver(now)
	p := s.pairingOf(code)
	if p == nil {
		s.missed()
		return Claim{}, ErrBadCode
	}
	p.by, p.user, p.until = by, "", now.Add(claimLife)
	p.claim = Claim{ID: newID(), Check: checkNumber(p.device, code, scope), Scope: scope, Until: p.until}
	return p.claim, nil
}

// missed counts a wrong code against every code on a screen; the caller holds mu.
func (s *Store) missed() {
	for device, p := range s.pairings {
		if p.user == "" {
			continue
		}
		if p.misses++; p.misses >= pairingMisses {
			delete(s.pairings, device)
		}
	}
}

// ConfirmPairing makes the machine the terminal it was claimed as, after the same administrator has compared the numbers. It gets its
// key with its next PollPairing. Confirmed again it answers the same. It fails with ErrBadCode when the claim is over or somebody
// else's, ErrTerminalExists, the error of Config.Record, or an error of the file; the claim stands then.
func (s *Store) ConfirmPairing(by, id string) (Terminal, error) {
	s.letIn.Lock()
	defer s.letIn.Unlock()
	p, err := s.claimed(by, id)
	if err != nil {
		return Terminal{}, err
	}
	if p.done {
		return s.terminal(p.claim.Scope.Name)
	}
	scope := p.claim.Scope
	if err := s.admits(scope); err != nil {
		return Terminal{}, err
	}
	now, key := s.config.Now(), newToken()
	hash := digestOf(key)
	record := terminalRecord{Name: scope.Name, Role: scope.Role, Place: scope.Place, Added: now, AddedBy: by, Enrolled: now, Key: &hash}
	enrolled, err := s.letMachineIn(record, ByScreen)
	if err != nil {
		return Terminal{}, err
	}
	s.handOver(p, key)
	return enrolled, nil
}

// claimed copies the pairing behind a claim.
func (s *Store) claimed(by, id string) (pairing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.pairings {
		if p.claim.ID != "" && p.claim.ID == id && p.by == by && s.config.Now().Before(p.until) {
			return *p, nil
		}
	}
	return pairing{}, ErrBadCode
}

// handOver lets the machine fetch its key, even if the claim ran out while it was being confirmed.
func (s *Store) handOver(p pairing, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.done, p.key, p.until = true, key, s.config.Now().Add(pairingLife)
	s.pairings[p.device] = &p
	if t, ok := s.keys[digestOf(key)]; ok {
		t.pairing = &p
	}
}

// RefusePairing sends a machine away whose number was another one: it shows a new code. It fails with ErrBadCode when the claim is
// over, confirmed or somebody else's.
func (s *Store) RefusePairing(by, id string) error {
	s.letIn.Lock()
	defer s.letIn.Unlock()
	p, err := s.claimed(by, id)
	if err != nil || p.done {
		return ErrBadCode
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.pairings, p.device)
	s.config.Log.Warn("auth: a pairing was refused", "staff", by, "terminal", p.claim.Scope.Name)
	return nil
}
