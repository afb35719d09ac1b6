package auth

import (
	"cmp"
	"crypto/subtle"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	codeLife   = 24 * time.Hour
	placeRunes = 64
)

// Terminal is a device of the hall: a kiosk, a board, a rating pad, a call pad.
type Terminal struct {
	Name       string
	Role       Role
	Place      string // for people: "by the entrance"
	AddedAt    time.Time
	EnrolledAt time.Time // zero until a device took the code
	CodeUntil  time.Time // zero once enrolled
	SeenAt     time.Time // last use of its key in this life of the server; zero before
	Address    string    // from where that was, without the port
	TwiceAt    time.Time // when its key was last found in use at two addresses at once; zero for never in this life of the server
}

// terminal is a Terminal as it is kept. Its record is replaced, never changed; all guarded by Store.mu.
type terminal struct {
	terminalRecord
	sightings
	succession
	pairing *pairing // whose key waits to be used for the first time
}

// terminalRecord is a terminal in the file; its key there is the name.
type terminalRecord struct {
	Name      string    `json:"name"`
	Role      Role      `json:"role"`
	Place     string    `json:"place,omitempty"`
	Added     time.Time `json:"added"`
	AddedBy   string    `json:"addedBy,omitempty"` // staff; empty when it was added at the server itself
	Enrolled  time.Time `json:"enrolled,omitzero"`
	Key       *digest   `json:"key,omitempty"`
	KeySince  time.Time `json:"keySince,omitzero"` // zero for the first key, which is as old as the enrolment
	Next      []digest  `json:"next,omitempty"`    // keys offered in its place; they open too
	Code      *digest   `json:"code,omitempty"`
	CodeUntil time.Time `json:"codeUntil,omitzero"`
}

func (t *terminal) public() Terminal {
	return Terminal{Name: t.Name, Role: t.Role, Place: t.Place, AddedAt: t.Added, EnrolledAt: t.Enrolled, CodeUntil: t.CodeUntil,
		SeenAt: t.last.at, Address: t.last.address, TwiceAt: t.twiceAt}
}

func (r terminalRecord) check() error {
	placeOK := utf8.ValidString(r.Place) && utf8.RuneCountInString(r.Place) <= placeRunes && !strings.ContainsFunc(r.Place, unicode.IsControl)
	if !wellNamed(r.Name) || !r.Role.Terminal() || !placeOK {
		return ErrBadTerminal
	}
	return nil
}

// AddTerminal announces a terminal and returns the one-time code with which a machine becomes it within 24 hours, at the address
// /enrol/<code>. By is the staff id of whoever lets it in, empty for somebody at the server itself. Adding one again that no machine
// has become yet gives it a new code; the old one is void. It fails with ErrBadTerminal, ErrTerminalExists when a machine is enrolled
// under that name, or an error of the file.
func (s *Store) AddTerminal(name string, role Role, place, by string) (Terminal, string, error) {
	now, code := s.config.Now(), newCode()
	hash, _ := parseCode(code)
	record := terminalRecord{Name: name, Role: role, Place: place, Added: now, AddedBy: by, Code: &hash, CodeUntil: now.Add(codeLife)}
	s.letIn.Lock()
	defer s.letIn.Unlock()
	if err := s.admits(Scope{Name: name, Role: role, Place: place}); err != nil {
		return Terminal{}, "", err
	}
	added, err := s.storeTerminal(record)
	if err != nil {
		return Terminal{}, "", err
	}
	s.config.Log.Info("auth: terminal added", "terminal", name, "role", role, "staff", by)
	return added, code, nil
}

// Enrol makes the caller's machine the terminal of the code and returns its key, shown this once. The code is used up. It fails with
// ErrBadCode, the error of Config.Record, or an error of the file.
func (s *Store) Enrol(code string) (key string, enrolled Terminal, err error) {
	hash, ok := parseCode(code)
	if !ok {
		return "", Terminal{}, ErrBadCode
	}
	s.letIn.Lock()
	defer s.letIn.Unlock()
	now := s.config.Now()
	record, ok := s.terminalOfCode(hash)
	if !ok || !now.Before(record.CodeUntil) {
		return "", Terminal{}, ErrBadCode
	}
	key = newToken()
	keyHash := digestOf(key)
	record.Key, record.Enrolled, record.Code, record.CodeUntil = &keyHash, now, nil, time.Time{}
	enrolled, err = s.letMachineIn(record, ByAddress)
	if err != nil {
		return "", Terminal{}, err
	}
	return key, enrolled, nil
}

func (s *Store) terminalNamed(name string) (terminalRecord, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.terminals[name]
	if !ok {
		return terminalRecord{}, false
	}
	return found.terminalRecord, true
}

func (s *Store) terminalOfCode(hash digest) (terminalRecord, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.terminals {
		if t.Code != nil && subtle.ConstantTimeCompare(t.Code[:], hash[:]) == 1 {
			return t.terminalRecord, true
		}
	}
	return terminalRecord{}, false
}

// storeTerminal writes and shows a record; the caller holds letIn.
func (s *Store) storeTerminal(record terminalRecord) (Terminal, error) {
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.commit([]change{put(terminalBucket, record.Name, record)}); err != nil {
		return Terminal{}, fmt.Errorf("auth: storing a terminal: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.showTerminal(record).public(), nil
}

// showTerminal puts a record in the place of the one before, if any, whose keys open nothing any more; what was seen of the same machine
// stays. The caller holds mu.
func (s *Store) showTerminal(record terminalRecord) *terminal {
	shown := &terminal{terminalRecord: record}
	if old, ok := s.terminals[record.Name]; ok {
		s.forgetKeys(old)
		shown.inherit(old)
	}
	s.terminals[record.Name] = shown
	for _, key := range record.keys() {
		s.keys[key] = shown
	}
	return shown
}

// inherit takes over what is known in memory of the same machine.
func (t *terminal) inherit(old *terminal) {
	if !old.Enrolled.Equal(t.Enrolled) {
		return
	}
	t.sightings, t.pairing = old.sightings, old.pairing
	if len(t.Next) > 0 {
		t.succession = old.succession
	}
}

// keys lists what opens as this terminal.
func (r terminalRecord) keys() []digest {
	if r.Key == nil {
		return nil
	}
	return append([]digest{*r.Key}, r.Next...)
}

func (s *Store) loadTerminal(name string, text []byte) error {
	var record terminalRecord
	if err := decode(terminalBucket, name, text, &record); err != nil {
		return err
	}
	if err := record.check(); err != nil || record.Name != name {
		return damaged("%s %q names %q: %v", terminalBucket, name, record.Name, err)
	}
	s.showTerminal(record)
	return nil
}

// Terminal returns the terminal of a key and takes note from where it was used. It fails with ErrNoTerminal.
func (s *Store) Terminal(key, address string) (Terminal, error) {
	hash, ok := parseToken(key)
	if !ok {
		return Terminal{}, ErrNoTerminal
	}
	found, twice := s.useKey(hash, address)
	if found == (Terminal{}) {
		return Terminal{}, ErrNoTerminal
	}
	if twice {
		s.warnTwice(found.Name, address)
	}
	return found, nil
}

func (s *Store) useKey(hash digest, address string) (found Terminal, twice bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.keys[hash]
	if !ok {
		return Terminal{}, false
	}
	if t.pairing != nil { // the machine has its key: nobody is told it again
		t.pairing.key, t.pairing = "", nil
	}
	t.use(hash, *t.Key, s.config.Now())
	twice = t.see(s.config.Now(), address)
	return t.public(), twice
}

// Stands reports whether a terminal is still the one that was enrolled at that time, and takes note that it was seen. It is for sockets,
// which outlive the key they were opened with.
func (s *Store) Stands(name string, enrolled time.Time, address string) bool {
	stands, twice := s.look(name, enrolled, address)
	if twice {
		s.warnTwice(name, address)
	}
	return stands
}

func (s *Store) look(name string, enrolled time.Time, address string) (stands, twice bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.terminals[name]
	if !ok || t.Key == nil || !t.Enrolled.Equal(enrolled) {
		return false, false
	}
	return true, t.seeSocket(s.config.Now(), address)
}

func (s *Store) warnTwice(name, address string) {
	s.config.Log.Warn("auth: a terminal's key is in use at two addresses", "terminal", name, "address", address)
	s.hear(s.hooksOf(&s.onTwice), name)
}

// terminal gives a terminal by its name.
func (s *Store) terminal(name string) (Terminal, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.terminals[name]; ok {
		return t.public(), nil
	}
	return Terminal{}, ErrNoTerminal
}

// Terminals lists all terminals by name, those waiting for a device too.
func (s *Store) Terminals() []Terminal {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Terminal, 0, len(s.terminals))
	for _, t := range s.terminals {
		all = append(all, t.public())
	}
	slices.SortFunc(all, func(a, b Terminal) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// Revoke removes a terminal for a member of staff: its key and its code open nothing from now on, and the OnRevoke hooks hear its name,
// before the disk is asked. It fails with ErrNoTerminal, or with an error of the file: the terminal is revoked then too, but a restart
// might bring it back.
func (s *Store) Revoke(name, by string) error {
	gone, ok := s.hideTerminal(name)
	if !ok {
		return ErrNoTerminal
	}
	s.hear(s.hooksOf(&s.onRevoke), name)
	s.letIn.Lock()
	defer s.letIn.Unlock()
	if again, ok := s.hideTerminal(name); ok { // a machine has just become it
		gone = again
	}
	s.config.Log.Info("auth: terminal revoked", "terminal", name, "staff", by)
	if err := s.forgetTerminal(name); err != nil {
		return err
	}
	if !gone.EnrolledAt.IsZero() {
		s.tellLater(TerminalChange{What: Revoked, Terminal: gone, By: by})
	}
	return nil
}

func (s *Store) forgetTerminal(name string) error {
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.commit([]change{remove(terminalBucket, name)}); err != nil {
		return fmt.Errorf("auth: revoking a terminal: %w", err)
	}
	return nil
}

func (s *Store) hooksOf(list *[]func(string)) []func(string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(*list)
}

func (s *Store) hear(hooks []func(string), name string) {
	for _, hook := range hooks {
		hook(name)
	}
}

func (s *Store) hideTerminal(name string) (gone Terminal, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.terminals[name]
	if !ok {
		return Terminal{}, false
	}
	delete(s.terminals, name)
	s.forgetKeys(found)
	if found.pairing != nil {
		delete(s.pairings, found.pairing.device)
	}
	return found.public(), true
}

// forgetKeys takes a terminal's keys away; the caller holds mu.
func (s *Store) forgetKeys(t *terminal) {
	for _, key := range t.keys() {
		delete(s.keys, key)
	}
}
