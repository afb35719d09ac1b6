package auth

import (
	"context"
	"crypto/subtle"
	"fmt"
	"time"
)

// DemoPassword is the password of every account of a demonstration. A real hall refuses it.
const DemoPassword = "jiaohao-demo"

// setPasswordWait is how long SetPassword waits for its turn to hash.
const setPasswordWait = 10 * time.Second

// demoCredential stands where the stored hash would, for accounts with the demonstration's password. It is no possible hash.
const demoCredential = "demo"

// DemoPasswords gives the accounts the password DemoPassword until SetPassword gives them another. Nothing is hashed or stored, so it
// takes no time at start. It fails with ErrNotDemo.
func (s *Store) DemoPasswords(ids []string) error {
	if !s.config.Demo {
		return ErrNotDemo
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		s.demo[id] = true
	}
	return nil
}

// SetPassword gives a member of staff a password and ends their sessions. It fails with ErrUnknownStaff, ErrWeakPassword, ErrBusy,
// context.DeadlineExceeded after waiting ten seconds for other hashes, or an error of the file.
func (s *Store) SetPassword(staff, password string) error {
	if _, ok := s.config.Staff(staff); !ok {
		return ErrUnknownStaff
	}
	if err := s.weakness(staff, password); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), setPasswordWait)
	defer cancel()
	hash, err := s.hashInTurn(ctx, password)
	if err != nil {
		return err
	}
	ended, err := s.storePassword(staff, hash)
	if err != nil {
		return err
	}
	s.config.Log.Info("auth: password set", "staff", staff)
	s.tellEnded(ended)
	return nil
}

// Prove checks that whoever acts in somebody's session knows their password, before what could take an account over: a session left
// open for a minute must not be enough. Wrong ones are throttled as those of SignIn, and it fails as that does.
func (s *Store) Prove(ctx context.Context, staff, password, address string) error {
	guess, release, err := s.admit(ctx, accountKey(staff), addressKey(address))
	if err != nil {
		return err
	}
	_, credential := s.verify(staff, password)
	release()
	if credential == "" {
		s.config.Log.Warn("auth: proof refused, the password was wrong", "staff", staff, "address", address)
		return ErrBadCredentials
	}
	s.throttle.forgive(guess)
	return nil
}

func (s *Store) hashInTurn(ctx context.Context, password string) (string, error) {
	release, err := s.hashing.take(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	return s.encode(password), nil
}

// storePassword ends the sessions in the same transaction: after a crash no session of the old password may be left beside the new one.
func (s *Store) storePassword(staff, hash string) (ended []*session, err error) {
	s.write.Lock()
	defer s.write.Unlock()
	ended = s.matching(func(r *session) bool { return r.Staff == staff })
	if err := s.commit(append(removals(ended), put(passwordBucket, staff, hash))); err != nil {
		return nil, fmt.Errorf("auth: storing a password: %w", err)
	}
	s.hideSessions(ended)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.passwords[staff] = hash
	return ended, nil
}

// HasPassword reports whether the member of staff can sign in with a password.
func (s *Store) HasPassword(staff string) bool { return s.credential(staff) != "" }

// SignIn begins a session; the token is its secret, shown this once. The address is the client's, with or without port. Five wrong
// passwords a minute are allowed for an account and for an address; a right one does not count. It fails with ErrBadCredentials,
// whether the account or the password is wrong and after the same time, with ErrThrottled, ErrBusy, the context's error while it waits
// for its turn to hash, or an error of the file.
func (s *Store) SignIn(ctx context.Context, staff, password, address string) (Session, string, error) {
	guess, release, err := s.admit(ctx, accountKey(staff), addressKey(address))
	if err != nil {
		return Session{}, "", err
	}
	person, credential := s.verify(staff, password)
	release()
	if credential == "" {
		// What was typed is not logged for an unknown account: people type their password into the wrong field.
		s.config.Log.Warn("auth: sign-in refused", "staff", person.ID, "address", address)
		return Session{}, "", ErrBadCredentials
	}
	s.throttle.forgive(guess)
	session, token, err := s.beginSession(person, credential)
	if err == nil {
		s.config.Log.Info("auth: signed in", "staff", staff, "session", session.ID, "address", address)
	}
	return session, token, err
}

// admit asks the throttle, waits for a turn to hash, and asks again: only then are all guesses before this one counted.
func (s *Store) admit(ctx context.Context, keys ...string) (attempt, func(), error) {
	if err := s.throttle.allowed(s.config.Now(), keys...); err != nil {
		return attempt{}, nil, err
	}
	release, err := s.hashing.take(ctx)
	if err != nil {
		return attempt{}, nil, err
	}
	guess, err := s.throttle.begin(s.config.Now(), keys...)
	if err != nil {
		release()
		return attempt{}, nil, err
	}
	return guess, release, nil
}

// verify returns the credential that the password matched, or "". In a real hall every outcome costs one hash.
func (s *Store) verify(staff, password string) (Staff, string) {
	person, known := s.config.Staff(staff)
	credential := s.credential(staff)
	right := false
	switch {
	case credential == demoCredential || credential == "" && s.config.Demo:
		given, want := digestOf(password), digestOf(DemoPassword)
		right = subtle.ConstantTimeCompare(given[:], want[:]) == 1
	case credential == "" || !known:
		s.matches(s.decoy, password)
	default:
		right = s.matches(credential, password)
	}
	if !right || !known {
		return person, ""
	}
	return person, credential
}

// credential returns what the account's password is checked against, "" when it has none.
func (s *Store) credential(staff string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if hash, ok := s.passwords[staff]; ok {
		return hash
	}
	if s.demo[staff] {
		return demoCredential
	}
	return ""
}
