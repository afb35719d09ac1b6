package auth

import (
	"errors"
	"fmt"
	"syscall"
	"time"
)

// Refusals: the caller did something that is not allowed.
var (
	// ErrBadCredentials answers a wrong password and an unknown account alike.
	ErrBadCredentials = errors.New("auth: account or password is wrong")
	// ErrSignedOut says that a token belongs to no living session.
	ErrSignedOut = errors.New("auth: signed out")
	// ErrUnknownStaff says that the plan has no such member of staff.
	ErrUnknownStaff = errors.New("auth: no such member of staff")
	// ErrNotAdministrator says that the set-up needs an administrator of the plan.
	ErrNotAdministrator = errors.New("auth: not an administrator in the plan")
	// ErrNoTerminal says that a key or name belongs to no terminal.
	ErrNoTerminal = errors.New("auth: no such terminal")
	// ErrTerminalExists says that a terminal of that name is enrolled; revoke it first.
	ErrTerminalExists = errors.New("auth: a terminal of that name is enrolled")
	// ErrBadTerminal says that a terminal's name, role or place is not acceptable.
	ErrBadTerminal = errors.New("auth: terminal needs a name of a-z 0-9 -, at most 32 long, and a terminal's role")
	// ErrBadCode says that a one-time code is wrong, used or too old.
	ErrBadCode = errors.New("auth: code is wrong, used or too old")
	// ErrSetUp says that the hall has been set up already, so there is no set-up code.
	ErrSetUp = errors.New("auth: already set up")
	// ErrBusy says that too many passwords are being checked; try again in a second.
	ErrBusy = errors.New("auth: too many sign-ins at once")
	// ErrNotDemo refuses what only a demonstration may do.
	ErrNotDemo = errors.New("auth: only in a demonstration")
)

// Failures: the store itself cannot do what was asked.
var (
	// ErrLocked says that another process has the file open.
	ErrLocked = errors.New("auth: another process has the file open")
	// ErrDamaged says that the file is not what this program wrote.
	ErrDamaged = errors.New("auth: file is damaged")
	// ErrOtherKind says that the file is a demonstration's and the server is real, or the other way round.
	ErrOtherKind = errors.New("auth: demonstration and real hall must not share a file")
	// ErrBroken says that writing failed and the file's content is unknown until a restart.
	ErrBroken = errors.New("auth: file could not be written, restart the server")
	// ErrClosed says that the store was closed.
	ErrClosed = errors.New("auth: closed")
)

// ErrThrottled refuses a sign-in because of too many wrong ones for the account or from the address.
type ErrThrottled struct {
	RetryAfter time.Duration // more than zero
}

// Error implements error.
func (e ErrThrottled) Error() string {
	return fmt.Sprintf("auth: too many wrong sign-ins, again in %v", e.RetryAfter.Round(time.Second))
}

// Weakness is why a password is refused.
type Weakness string

// Why a password is refused.
const (
	TooShort Weakness = "too_short" // fewer than 12 characters
	TooLong  Weakness = "too_long"  // more than 1024 bytes
	TooPlain Weakness = "too_plain" // few different characters, a run such as 123456789012, the account itself
	TooKnown Weakness = "too_known" // the demonstration's password
)

// ErrWeakPassword refuses a new password.
type ErrWeakPassword struct {
	Reason Weakness
}

// Error implements error.
func (e ErrWeakPassword) Error() string {
	return "auth: password refused: " + string(e.Reason)
}

type brokenError struct {
	cause error
}

func (e *brokenError) Error() string   { return ErrBroken.Error() + ": " + e.cause.Error() }
func (e *brokenError) Unwrap() []error { return []error{ErrBroken, e.cause} }

// isFull tells a full disk, after which the file is as it was, from failures after which nobody knows.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, ErrClosed)
}
