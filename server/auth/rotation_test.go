package auth

import (
	"errors"
	"syscall"
	"testing"
	"time"
)

// browser is a terminal's browser with its one cookie.
type browser struct {
	*house
	key string
}

// opens reports whether the browser's key opens, and loads a page with it: the cookie of the answer is kept if the answer arrives.
func (b *browser) opens(arrives bool) bool {
	if _, err := b.Terminal(b.key, "192.0.2.7"); err != nil {
		return false
	}
	if next := b.RenewKey(b.key); arrives {
		b.key = next
	}
	return true
}

func (h *house) opensWith(key string) bool {
	_, err := h.Terminal(key, "192.0.2.7")
	return err == nil
}

const month = 30 * 24 * time.Hour

func TestAKeyIsReplacedAfterAMonthOfUse(t *testing.T) {
	h := newFiledHouse(t)
	b := &browser{h, h.enrolled("kiosk-1")}
	first := b.key
	h.clock.pass(month - time.Second)
	if !b.opens(true) || b.key != first {
		t.Fatal("replaced too early")
	}
	h.clock.pass(time.Second)
	if !b.opens(true) || b.key == first {
		t.Fatal("not replaced after a month")
	}
	second := b.key
	if !h.opensWith(first) || !b.opens(true) {
		t.Error("old and new must both open at first")
	}
	h.clock.pass(settleAfter)
	if !b.opens(true) || b.key != second || h.opensWith(first) {
		t.Error("the old key still opens an hour later")
	}
	h.restart(time.Minute)
	if !b.opens(true) || b.key != second || h.opensWith(first) {
		t.Error("otherwise after a restart")
	}
	h.clock.pass(month)
	if !b.opens(true) || b.key == second {
		t.Error("not replaced again")
	}
	if err := h.Revoke("kiosk-1", ""); err != nil {
		t.Fatal(err)
	}
	if h.opensWith(b.key) || h.opensWith(second) {
		t.Error("a key of a revoked terminal opens")
	}
}

// TestAKioskIsSwitchedOffAtTheWrongMoment loses the answer, the cookie that was not on the disk yet, the server, or all of them, at every
// step: the browser always gets in again, however long it was off. The control voids the old key with the first use of the new one.
func TestAKioskIsSwitchedOffAtTheWrongMoment(t *testing.T) {
	lockedOut := 0
	for lost := range 4 {
		for _, off := range []time.Duration{time.Second, 2 * time.Hour, 400 * 24 * time.Hour} {
			for _, restart := range []bool{false, true} {
				if in, replaced := switchedOff(t, settleAfter, lost, off, restart); !in || !replaced {
					t.Errorf("lost %d, off %v, restart %v: gets in %v, key replaced %v", lost, off, restart, in, replaced)
				}
				if in, _ := switchedOff(t, 0, lost, off, restart); !in {
					lockedOut++
				}
			}
		}
	}
	if lockedOut == 0 {
		t.Error("the control locks nobody out: this test finds nothing")
	}
}

// switchedOff is one such moment. Lost 0: the answer with the new key; 1: the cookie, before it was used; 2: after its first use;
// 3: after its second, half a minute later.
func switchedOff(t *testing.T, settle time.Duration, lost int, off time.Duration, restart bool) (in, replaced bool) {
	h := newFiledHouse(t)
	h.settle = settle
	b := &browser{h, h.enrolled("kiosk-1")}
	h.clock.pass(month)
	old := b.key
	b.opens(lost != 0)
	if lost > 1 {
		b.opens(true)
	}
	if lost > 2 {
		h.clock.pass(20 * time.Second)
		b.opens(true)
	}
	b.key = old
	if restart {
		h.restart(off)
		h.settle = settle
	} else {
		h.clock.pass(off)
	}
	for range 3 {
		if !b.opens(true) {
			return false, false
		}
		h.clock.pass(settleAfter)
	}
	return true, b.key != old && !h.opensWith(old)
}

// TestAnswersSentTogetherSayTheSame: whichever arrives last, its key opens.
func TestAnswersSentTogetherSayTheSame(t *testing.T) {
	h := newFiledHouse(t)
	key := h.enrolled("kiosk-1")
	h.clock.pass(month)
	if one, two := h.RenewKey(key), h.RenewKey(key); one != two || one == key {
		t.Error("two answers offer two keys")
	}
	before := h.RenewKey(key)
	h.restart(time.Second)
	after := h.RenewKey(key)
	if before == after || !h.opensWith(before) || !h.opensWith(after) || !h.opensWith(key) {
		t.Error("an answer overtaken by a restart locks the machine out")
	}
}

func TestAFullDiskLeavesTheKey(t *testing.T) {
	h := newFiledHouse(t)
	key := h.enrolled("kiosk-1")
	h.clock.pass(month)
	f := h.fault()
	f.fail = syscall.ENOSPC
	if h.RenewKey(key) != key || !h.opensWith(key) {
		t.Error("a key was replaced though nothing could be written")
	}
	f.fail = nil
	if h.RenewKey(key) == key {
		t.Error("not replaced once there is space")
	}
	for _, wrong := range []string{"", "x", newToken()} {
		if h.RenewKey(wrong) != wrong {
			t.Errorf("%q was replaced", wrong)
		}
	}
}

func TestARenamedTerminalKeepsBothKeys(t *testing.T) {
	h := newFiledHouse(t)
	key := h.enrolled("kiosk-1")
	h.clock.pass(month)
	next := h.RenewKey(key)
	if _, err := h.Rename("kiosk-1", "kiosk-2", ""); err != nil {
		t.Fatal(err)
	}
	if !h.opensWith(key) || !h.opensWith(next) {
		t.Error("renaming takes a key away")
	}
	if _, err := h.Terminal(next, "192.0.2.7"); errors.Is(err, ErrNoTerminal) {
		t.Error(err)
	}
}
