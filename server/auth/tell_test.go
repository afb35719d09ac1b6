package auth

import (
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"
)

// chronicle is a journal that can refuse.
type chronicle struct {
	said   []string
	refuse error
}

func (c *chronicle) hear(change TerminalChange) error {
	if c.refuse != nil {
		return c.refuse
	}
	line := [...]string{Enrolled: "in", Renamed: "renamed", Revoked: "out"}[change.What] + " " + change.Terminal.Name
	for _, more := range []string{change.To, string(change.Way), change.By} {
		if more != "" {
			line += " " + more
		}
	}
	c.said = append(c.said, line)
	return nil
}

func (c *chronicle) is(t *testing.T, want ...string) {
	t.Helper()
	if got := strings.Join(c.said, "; "); got != strings.Join(want, "; ") {
		t.Errorf("the journal says %q, want %q", got, strings.Join(want, "; "))
	}
	c.said = nil
}

func newToldHouse(t *testing.T) (*house, *chronicle) {
	c := &chronicle{}
	return newFiledHouse(t, func(config *Config) { config.Record = c.hear }), c
}

func TestTheJournalHearsOfEveryMachine(t *testing.T) {
	h, told := newToldHouse(t)
	h.paired(door)
	h.enrolled("board-1")
	_, code, err := h.AddTerminal("pad-1", Pad, "", "9001")
	if err != nil {
		t.Fatal(err)
	}
	told.is(t, "in kiosk-1 screen 9001", "in board-1 address")
	if _, _, err := h.Enrol(code); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Rename("pad-1", "pad-2", "9002"); err != nil {
		t.Fatal(err)
	}
	if err := h.Revoke("pad-2", "9001"); err != nil {
		t.Fatal(err)
	}
	told.is(t, "in pad-1 address 9001", "renamed pad-1 pad-2 9002", "out pad-2 9001")
	h.AddTerminal("never", Pad, "", "")
	h.Rename("never", "ever", "")
	h.Revoke("ever", "")
	told.is(t)
}

// TestNobodyIsLetInUnsaid: a journal that refuses keeps machines out, and the pairing can be confirmed once it takes records again.
func TestNobodyIsLetInUnsaid(t *testing.T) {
	h, told := newToldHouse(t)
	h.enrolled("board-1")
	_, code, _ := h.AddTerminal("pad-1", Pad, "", "")
	p := h.began("192.0.2.7")
	claim := h.claimed(p.UserCode, door)
	told.refuse = errors.New("full")
	_, err := h.ConfirmPairing("9001", claim.ID)
	is(t, "confirming", err, told.refuse)
	_, _, err = h.Enrol(code)
	is(t, "enrolling", err, told.refuse)
	_, err = h.Rename("board-1", "board-2", "")
	is(t, "renaming", err, told.refuse)
	if all := h.Terminals(); len(all) != 2 || all[0].Name != "board-1" || !all[1].EnrolledAt.IsZero() {
		t.Errorf("%+v", all)
	}
	h.polled(p, Checking)
	told.refuse = nil
	if _, err := h.ConfirmPairing("9001", claim.ID); err != nil {
		t.Error(err)
	}
	if _, _, err := h.Enrol(code); err != nil {
		t.Error(err)
	}
}

// TestARightEndsThoughTheJournalRefuses: revoking holds at once, and the journal hears of it with a later sweep, before anything else.
func TestARightEndsThoughTheJournalRefuses(t *testing.T) {
	h, told := newToldHouse(t)
	key := h.enrolled("board-1")
	told.said, told.refuse = nil, errors.New("full")
	if err := h.Revoke("board-1", "9001"); err != nil {
		t.Fatal(err)
	}
	_, err := h.Terminal(key, "192.0.2.1")
	is(t, "the key", err, ErrNoTerminal)
	is(t, "a sweep while it is full", h.Sweep(), told.refuse)
	told.refuse = nil
	h.enrolled("board-1")
	told.is(t, "out board-1 9001", "in board-1 address")
	if err := h.Sweep(); err != nil {
		t.Error(err)
	}
	told.is(t)
}

// TestTheJournalHearsWhatCameToNothing: the file refuses after the journal has recorded; it is told so.
func TestTheJournalHearsWhatCameToNothing(t *testing.T) {
	h, told := newToldHouse(t)
	h.enrolled("board-1")
	p := h.began("192.0.2.7")
	claim := h.claimed(p.UserCode, door)
	told.said = nil
	f := h.fault()
	f.fail = syscall.ENOSPC
	if _, err := h.ConfirmPairing("9001", claim.ID); !isFull(err) {
		t.Fatalf("confirming: %v", err)
	}
	if _, err := h.Rename("board-1", "board-2", ""); !isFull(err) {
		t.Fatalf("renaming: %v", err)
	}
	told.is(t, "in kiosk-1 screen 9001", "out kiosk-1 9001", "renamed board-1 board-2", "renamed board-2 board-1")
	f.fail = nil
	if _, err := h.ConfirmPairing("9001", claim.ID); err != nil {
		t.Errorf("once there is space: %v", err)
	}
}

func TestRename(t *testing.T) {
	h := newFiledHouse(t)
	key := h.enrolled("kiosk-1")
	h.enrolled("kiosk-2")
	var renamed heard
	h.OnRename(renamed.hook)
	if _, err := h.Terminal(key, "192.0.2.7"); err != nil {
		t.Fatal(err)
	}
	if got, err := h.Rename("kiosk-1", "hall-1", "9001"); err != nil || got.Name != "hall-1" || got.Address != "192.0.2.7" {
		t.Fatalf("%+v, %v", got, err)
	}
	for name, want := range map[string]error{"Hall": ErrBadTerminal, "": ErrBadTerminal, "kiosk-2": ErrTerminalExists, "hall-1": ErrTerminalExists} {
		_, err := h.Rename("hall-1", name, "9001")
		is(t, "to "+name, err, want)
	}
	_, err := h.Rename("kiosk-1", "x", "9001")
	is(t, "the old name", err, ErrNoTerminal)
	if !renamed.are("kiosk-1") {
		t.Errorf("heard %v", renamed.names)
	}
	for range 2 {
		if got, err := h.Terminal(key, "192.0.2.7"); err != nil || got.Name != "hall-1" {
			t.Errorf("%+v, %v", got, err)
		}
		h.restart(time.Minute)
	}
	is(t, "revoking the old name", h.Revoke("kiosk-1", ""), ErrNoTerminal)
	if err := h.Revoke("hall-1", ""); err != nil {
		t.Error(err)
	}
}
