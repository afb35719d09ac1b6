package auth

import (
	"context"
	"crypto/subtle"
	"fmt"
	"time"
)

const setupKey = "setup"

// setup is the set-up code as it is kept.
type setup struct {
	Code  digest    `json:"code"`
	Until time.Time `json:"until"`
}

// SetupCode returns a one-time set-up code for the console while no account of a real hall has a password yet. Each call makes a new
// code, valid for 24 hours, and the one before void: only its digest is kept, so who missed it must be able to start the server again.
// It fails with ErrSetUp when an account has a password, and in a demonstration, or with an error of the file.
func (s *Store) SetupCode() (string, error) {
	code := newCode()
	hash, _ := parseCode(code)
	fresh := setup{Code: hash, Until: s.config.Now().Add(codeLife)}
	s.write.Lock()
	defer s.write.Unlock()
	if s.isSetUp() {
		return "", ErrSetUp
	}
	if err := s.commit([]change{put(metaBucket, setupKey, fresh)}); err != nil {
		return "", fmt.Errorf("auth: storing the set-up code: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setup = &fresh
	return code, nil
}

// NeedsSetUp reports whether nobody can sign in before SetUp.
func (s *Store) NeedsSetUp() bool { return !s.isSetUp() }

func (s *Store) isSetUp() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.config.Demo || len(s.passwords) > 0
}

// SetUp gives an administrator of the plan the first password against the set-up code, which is used up. Wrong codes are throttled by
// address. It fails with ErrSetUp, ErrBadCode, ErrUnknownStaff, ErrNotAdministrator, ErrWeakPassword, ErrThrottled, ErrBusy, the
// context's error, or an error of the file; the code stays valid then.
func (s *Store) SetUp(ctx context.Context, code, staff, password, address string) error {
	guess, release, err := s.admit(ctx, addressKey(address))
	if err != nil {
		return err
	}
	defer release()
	if err := s.checkSetup(code); err != nil {
		s.config.Log.Warn("auth: set-up refused", "address", address, "error", err)
		return err
	}
	s.throttle.forgive(guess)
	person, ok := s.config.Staff(staff)
	if !ok {
		return ErrUnknownStaff
	}
	if !person.Has(Administrator) {
		return ErrNotAdministrator
	}
	if err := s.weakness(staff, password); err != nil {
		return err
	}
	return s.finishSetUp(code, staff, s.encode(password), address)
}

// checkSetup says whether the code is the one.
func (s *Store) checkSetup(code string) error {
	hash, ok := parseCode(code)
	if s.isSetUp() {
		return ErrSetUp
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !ok || s.setup == nil || subtle.ConstantTimeCompare(hash[:], s.setup.Code[:]) != 1 || !s.config.Now().Before(s.setup.Until) {
		return ErrBadCode
	}
	return nil
}

// finishSetUp checks the code again: two may have come in with it at once, and hashing took a while.
func (s *Store) finishSetUp(code, staff, hash, address string) error {
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.checkSetup(code); err != nil {
		return err
	}
	if err := s.commit([]change{put(passwordBucket, staff, hash), remove(metaBucket, setupKey)}); err != nil {
		return fmt.Errorf("auth: finishing the set-up: %w", err)
	}
	s.config.Log.Info("auth: set up", "staff", staff, "address", address)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.passwords[staff] = hash
	s.setup = nil
	return nil
}

func (s *Store) loadSetup(key string, text []byte) error {
	if key != setupKey {
		return nil
	}
	s.setup = &setup{}
	return decode(metaBucket, key, text, s.setup)
}
