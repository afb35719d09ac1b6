package auth

import (
	"slices"
	"time"
)

const (
	// rotateAfter is the age from which a terminal's browser is offered another key.
	rotateAfter = 30 * 24 * time.Hour
	// settleAfter is how long after its first use a new key must be used again to void the old one. A browser has a cookie in memory
	// for up to half a minute before it is on the disk: a kiosk switched off within that comes back with the old key.
	settleAfter = time.Hour
	// offersKept is how many keys may be on their way to a machine. More than one can be: an answer overtaken by a restart.
	offersKept = 4
)

// succession is how a terminal's next key fares. It is kept in memory: a restart only begins the waiting anew.
type succession struct {
	offered string    // plain, so that answers sent at the same time say the same
	used    digest    // the successor that was used
	first   time.Time // when that was first
}

// use takes note that a key was used.
func (n *succession) use(key, current digest, now time.Time) {
	if key != current && key != n.used {
		n.used, n.first = key, now
	}
}

// keyMade is when the key in use was made.
func (r terminalRecord) keyMade() time.Time {
	if r.KeySince.IsZero() {
		return r.Enrolled
	}
	return r.KeySince
}

// RenewKey gives the key that the browser of a terminal should keep from now on: the one it came with, or another one once that is
// thirty days old. The old one opens until the new one has been used over an hour, so a machine may be switched off at any moment.
// What cannot be changed now is left for the next time.
func (s *Store) RenewKey(key string) string {
	hash, ok := parseToken(key)
	if !ok || !s.renewable(hash) || !s.letIn.TryLock() {
		return key
	}
	defer s.letIn.Unlock()
	next, err := s.renew(hash, key)
	if err != nil {
		s.config.Log.Warn("auth: a terminal's key could not be renewed, it goes on with the old one", "error", err)
		return key
	}
	return next
}

// renewable reports whether there is something to change about a key.
func (s *Store) renewable(hash digest) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.keys[hash]
	if !ok {
		return false
	}
	now := s.config.Now()
	if *t.Key == hash {
		return now.Sub(t.keyMade()) >= rotateAfter
	}
	return t.used == hash && now.Sub(t.first) >= s.settle
}

// renew offers a successor to a key in use, or puts a successor in its place; the caller holds letIn.
func (s *Store) renew(hash digest, key string) (string, error) {
	record, offered := s.recordOf(hash)
	switch {
	case record.Key == nil:
		return key, nil // revoked meanwhile
	case *record.Key != hash:
		record.Key, record.KeySince, record.Next = &hash, s.config.Now(), nil
		_, err := s.storeTerminal(record)
		return key, err
	case offered != "":
		return offered, nil
	}
	next := newToken()
	record.Next = append(slices.Clone(record.Next), digestOf(next))
	record.Next = record.Next[max(0, len(record.Next)-offersKept):]
	if _, err := s.storeTerminal(record); err != nil {
		return "", err
	}
	s.offer(record.Name, next)
	return next, nil
}

func (s *Store) recordOf(hash digest) (record terminalRecord, offered string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.keys[hash]; ok {
		return t.terminalRecord, t.offered
	}
	return terminalRecord{}, ""
}

func (s *Store) offer(name, next string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.terminals[name]; ok {
		t.offered = next
	}
}
