package auth

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

const (
	leastLength   = 12
	mostBytes     = 1024
	leastVariety  = 5
	hashesAtOnce  = 2
	hashesWaiting = 64
	saltBytes     = 16
	keyBytes      = 32
)

// cost is what one argon2id hash takes.
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// today is the cost of new hashes: OWASP's least, so that two at once stay under 40 MiB on a small box.
var today = cost{memory: 19 * 1024, passes: 2, threads: 1}

// atMost bounds what a stored hash may ask for, so that a damaged or planted record cannot exhaust the memory.
var atMost = cost{memory: 64 * 1024, passes: 4, threads: 4}

type hashFunc func(password string, salt []byte, c cost) []byte

func argon2id(password string, salt []byte, c cost) []byte {
	return argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.threads, keyBytes)
}

// encoded is a hash in the PHC form $argon2id$v=19$m=19456,t=2,p=1$salt$key, which says itself how it was made.
type encoded struct {
	cost
	salt, key []byte
}

func (e encoded) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, e.memory, e.passes, e.threads, b64(e.salt), b64(e.key))
}

func parseEncoded(text string) (encoded, error) {
	var e encoded
	parts := strings.Split(text, "$")
	if len(parts) != 6 {
		return e, fmt.Errorf("password hash has %d parts, not 6", len(parts))
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &e.memory, &e.passes, &e.threads); err != nil {
		return e, fmt.Errorf("password hash's cost: %w", err)
	}
	b64 := base64.RawStdEncoding.Strict()
	var saltErr, keyErr error
	e.salt, saltErr = b64.DecodeString(parts[4])
	e.key, keyErr = b64.DecodeString(parts[5])
	if saltErr != nil || keyErr != nil || len(e.salt) != saltBytes || len(e.key) != keyBytes || !e.affordable() {
		return e, fmt.Errorf("password hash has an impossible cost, salt or key")
	}
	// Comparing with what would be written catches every other spelling at once: version, algorithm, signs, leading zeros.
	if e.String() != text {
		return e, fmt.Errorf("password hash is not in its one form")
	}
	return e, nil
}

func (c cost) affordable() bool {
	return c.passes >= 1 && c.threads >= 1 && c.memory >= 8*uint32(c.threads) &&
		c.memory <= atMost.memory && c.passes <= atMost.passes && c.threads <= atMost.threads
}

func (s *Store) encode(password string) string {
	e := encoded{cost: today, salt: random(saltBytes)}
	e.key = s.hash(password, e.salt, e.cost)
	return e.String()
}

// matches takes as long for a wrong password as for the right one.
func (s *Store) matches(text, password string) bool {
	e, err := parseEncoded(text)
	if err != nil {
		s.config.Log.Error("auth: a stored password hash cannot be read", "error", err)
		return false
	}
	return subtle.ConstantTimeCompare(s.hash(password, e.salt, e.cost), e.key) == 1
}

// newDecoy makes a hash that costs as much to check as a real one and that no password has.
func newDecoy() string {
	return encoded{cost: today, salt: random(saltBytes), key: random(keyBytes)}.String()
}

// weakness judges a new password by its length and by what everybody would try first, not by kinds of characters. A demonstration takes any.
func (s *Store) weakness(staff, password string) error {
	switch {
	case len(password) > mostBytes:
		return ErrWeakPassword{TooLong}
	case s.config.Demo && password != "":
		return nil
	case utf8.RuneCountInString(password) < leastLength:
		return ErrWeakPassword{TooShort}
	case plain(staff, password):
		return ErrWeakPassword{TooPlain}
	case password == DemoPassword || known(password, s.config.Words()):
		return ErrWeakPassword{TooKnown}
	}
	return nil
}

func plain(staff, password string) bool {
	different := map[rune]bool{}
	step, previous := true, rune(-1)
	for _, r := range password {
		different[r] = true
		if previous >= 0 && r != previous+1 && !(previous == '9' && r == '0') {
			step = false
		}
		previous = r
	}
	repeated := staff != "" && strings.ReplaceAll(password, staff, "") == ""
	return len(different) < leastVariety || step || repeated
}

// slots lets a few work at once and a bounded number wait: every hash takes 19 MiB, so a flood of sign-ins must not each get its own.
type slots struct {
	free    chan struct{}
	most    int64 // waiting
	waiting atomic.Int64
}

func newSlots(atOnce, waiting int) *slots {
	return &slots{free: make(chan struct{}, atOnce), most: int64(waiting)}
}

// take waits for its turn, first come first served. It fails with ErrBusy or with the context's cause.
func (s *slots) take(ctx context.Context) (release func(), err error) {
	defer s.waiting.Add(-1)
	if s.waiting.Add(1) > s.most {
		return nil, ErrBusy
	}
	select {
	case s.free <- struct{}{}:
		return func() { <-s.free }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
