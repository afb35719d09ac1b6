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
}

// terminal is a Terminal as it is kept. Records of the map are replaced, never changed, but for seen; all guarded by Store.mu.
type terminal struct {
	terminalRecord
	seen time.Time
}

// terminalRecord is a terminal in the file; its key there is the name.
type terminalRecord struct {
	Name      string    `json:"name"`
	Role      Role      `json:"role"`
	Place     string    `json:"place,omitempty"`
	Added     time.Time `json:"added"`
	Enrolled  time.Time `json:"enrolled,omitzero"`
	Key       *digest   `json:"key,omitempty"`
	Code      *digest   `json:"code,omitempty"`
	CodeUntil time.Time `json:"codeUntil,omitzero"`
}

func (t *terminal) public() Terminal {
	return Terminal{Name: t.Name, Role: t.Role, Place: t.Place, AddedAt: t.Added, EnrolledAt: t.Enrolled, CodeUntil: t.CodeUntil, SeenAt: t.seen}
}

func (r terminalRecord) check() error {
	placeOK := utf8.ValidString(r.Place) && utf8.RuneCountInString(r.Place) <= placeRunes && !strings.ContainsFunc(r.Place, unicode.IsControl)
	if !wellNamed(r.Name) || !r.Role.Terminal() || !placeOK {
		return ErrBadTerminal
	}
	return nil
}

// AddTerminal announces a terminal and returns the one-time code with which a device becomes it within 24 hours, at the address
// /enrol/<code>. Adding one again that no device has become yet gives it a new code; the old one is void. It fails with ErrBadTerminal,
// ErrTerminalExists when a device is enrolled under that name, or an error of the file.
func (s *Store) AddTerminal(name string, role Role, place string) (Terminal, string, error) {
	now, code := s.config.Now(), newCode()
	hash, _ := parseCode(code)
	record := terminalRecord{Name: name, Role: role, Place: place, Added: now, Code: &hash, CodeUntil: now.Add(codeLife)}
	if err := record.check(); err != nil {
		return Terminal{}, "", err
	}
	s.write.Lock()
	defer s.write.Unlock()
	if old, ok := s.terminalNamed(name); ok && old.Key != nil {
		return Terminal{}, "", ErrTerminalExists
	}
	added, err := s.storeTerminal(record)
	if err != nil {
		return Terminal{}, "", err
	}
	s.config.Log.Info("auth: terminal added", "terminal", name, "role", role)
	return added, code, nil
}

// Enrol makes the caller's device the terminal of the code and returns its key, shown this once. The code is used up. It fails with
// ErrBadCode or an error of the file.
func (s *Store) Enrol(code string) (key string, enrolled Terminal, err error) {
	hash, ok := parseCode(code)
	if !ok {
		return "", Terminal{}, ErrBadCode
	}
	s.write.Lock()
	defer s.write.Unlock()
	now := s.config.Now()
	record, ok := s.terminalOfCode(hash)
	if !ok || !now.Before(record.CodeUntil) {
		return "", Terminal{}, ErrBadCode
	}
	key = newToken()
	keyHash := digestOf(key)
	record.Key, record.Enrolled, record.Code, record.CodeUntil = &keyHash, now, nil, time.Time{}
	enrolled, err = s.storeTerminal(record)
	if err != nil {
		return "", Terminal{}, err
	}
	s.config.Log.Info("auth: terminal enrolled", "terminal", record.Name, "role", record.Role)
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

// storeTerminal writes and shows a record; the caller holds write.
func (s *Store) storeTerminal(record terminalRecord) (Terminal, error) {
	if err := s.commit([]change{put(terminalBucket, record.Name, record)}); err != nil {
		return Terminal{}, fmt.Errorf("auth: storing a terminal: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.showTerminal(record).public(), nil
}

func (s *Store) showTerminal(record terminalRecord) *terminal {
	shown := &terminal{terminalRecord: record}
	s.terminals[record.Name] = shown
	if record.Key != nil {
		s.keys[*record.Key] = shown
	}
	return shown
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

// Terminal returns the terminal of a key and takes note that it was seen. It fails with ErrNoTerminal.
func (s *Store) Terminal(key string) (Terminal, error) {
	hash, ok := parseToken(key)
	if !ok {
		return Terminal{}, ErrNoTerminal
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.keys[hash]
	if !ok {
		return Terminal{}, ErrNoTerminal
	}
	found.seen = s.config.Now()
	return found.public(), nil
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

// Revoke removes a terminal; its key and its code open nothing from now on, and the OnRevoke hooks hear its name. It fails with
// ErrNoTerminal, or with an error of the file: the terminal is revoked then too, but a restart might bring it back.
func (s *Store) Revoke(name string) error {
	hooks, err := s.revokeStored(name)
	for _, hook := range hooks {
		hook(name)
	}
	return err
}

func (s *Store) revokeStored(name string) (hooks []func(string), err error) {
	s.write.Lock()
	defer s.write.Unlock()
	hooks, ok := s.hideTerminal(name)
	if !ok {
		return nil, ErrNoTerminal
	}
	s.config.Log.Info("auth: terminal revoked", "terminal", name)
	if err := s.commit([]change{remove(terminalBucket, name)}); err != nil {
		return hooks, fmt.Errorf("auth: revoking a terminal: %w", err)
	}
	return hooks, nil
}

func (s *Store) hideTerminal(name string) (hooks []func(string), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.terminals[name]
	if !ok {
		return nil, false
	}
	delete(s.terminals, name)
	if found.Key != nil {
		delete(s.keys, *found.Key)
	}
	return slices.Clone(s.onRevoke), true
}
