package auth

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// enrolled adds a kiosk, enrols it and returns its key.
func (h *house) enrolled(name string) string {
	h.t.Helper()
	_, code, err := h.AddTerminal(name, Kiosk, "门口", "")
	if err != nil {
		h.t.Fatal(err)
	}
	key, _, err := h.Enrol(code)
	if err != nil {
		h.t.Fatal(err)
	}
	return key
}

func TestEnrolment(t *testing.T) {
	h := newFiledHouse(t)
	added, code, err := h.AddTerminal("kiosk-1", Kiosk, "门口", "")
	if err != nil {
		t.Fatal(err)
	}
	now := h.clock.Now()
	if want := (Terminal{Name: "kiosk-1", Role: Kiosk, Place: "门口", AddedAt: now, CodeUntil: now.Add(24 * time.Hour)}); added != want {
		t.Errorf("added %+v, want %+v", added, want)
	}
	h.restart(time.Hour)
	key, enrolled, err := h.Enrol(strings.ToUpper(strings.ReplaceAll(code, "-", " ")))
	if err != nil {
		t.Fatalf("typed by hand after a restart: %v", err)
	}
	if !enrolled.EnrolledAt.Equal(h.clock.Now()) || !enrolled.CodeUntil.IsZero() || enrolled.Role != Kiosk {
		t.Errorf("enrolled %+v", enrolled)
	}
	_, _, err = h.Enrol(code)
	is(t, "replay of a code", err, ErrBadCode)
	h.restart(400 * 24 * time.Hour)
	_, _, err = h.Enrol(code)
	is(t, "replay after a restart", err, ErrBadCode)
	got, err := h.Terminal(key, "192.0.2.1")
	if err != nil || got.Name != "kiosk-1" || got.Place != "门口" || !got.SeenAt.Equal(h.clock.Now()) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestCodesLiveForADay(t *testing.T) {
	h := newHouse(t)
	_, code, _ := h.AddTerminal("a", Board, "", "")
	h.clock.pass(24*time.Hour - time.Second)
	if _, _, err := h.Enrol(code); err != nil {
		t.Error(err)
	}
	_, code, _ = h.AddTerminal("b", Board, "", "")
	h.clock.pass(24 * time.Hour)
	_, _, err := h.Enrol(code)
	is(t, "a day later", err, ErrBadCode)
}

func TestANewCodeVoidsTheOld(t *testing.T) {
	h := newHouse(t)
	_, old, _ := h.AddTerminal("kiosk-1", Kiosk, "", "")
	_, code, err := h.AddTerminal("kiosk-1", Board, "hall 2", "")
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = h.Enrol(old)
	is(t, "old code", err, ErrBadCode)
	if _, got, err := h.Enrol(code); err != nil || got.Role != Board {
		t.Errorf("%+v, %v", got, err)
	}
	_, _, err = h.AddTerminal("kiosk-1", Kiosk, "", "")
	is(t, "adding an enrolled one", err, ErrTerminalExists)
}

func TestUnacceptableTerminals(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct {
		name  string
		role  Role
		place string
	}{
		{"", Kiosk, ""}, {"Kiosk 1", Kiosk, ""}, {"一号机", Kiosk, ""}, {strings.Repeat("k", 33), Kiosk, ""},
		{"kiosk", "", ""}, {"kiosk", Administrator, ""}, {"kiosk", Clerk, ""}, {"kiosk", "KIOSK", ""},
		{"kiosk", Kiosk, "by\nthe door"}, {"kiosk", Kiosk, strings.Repeat("门", 65)}, {"kiosk", Kiosk, "\xff"},
	} {
		_, code, err := h.AddTerminal(c.name, c.role, c.place, "")
		if !errors.Is(err, ErrBadTerminal) || code != "" {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if len(h.Terminals()) != 0 {
		t.Error("a refused terminal is there")
	}
}

func TestOneCodeMakesOneTerminal(t *testing.T) {
	h := newFiledHouse(t)
	_, code, _ := h.AddTerminal("kiosk-1", Kiosk, "", "")
	var won atomic.Int32
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if _, _, err := h.Enrol(code); err == nil {
				won.Add(1)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d devices became the terminal", won.Load())
	}
}

func TestRevoke(t *testing.T) {
	h := newFiledHouse(t)
	key, other := h.enrolled("kiosk-1"), h.enrolled("kiosk-2")
	_, code, _ := h.AddTerminal("board-1", Board, "", "")
	var revoked heard
	h.OnRevoke(revoked.hook)
	h.OnRevoke(func(name string) {
		if _, err := h.Terminal(key, "192.0.2.1"); err == nil {
			t.Error("the key still opened when the hook was called")
		}
	})
	for _, name := range []string{"kiosk-1", "board-1"} {
		if err := h.Revoke(name, ""); err != nil {
			t.Fatal(err)
		}
	}
	is(t, "again", h.Revoke("kiosk-1", ""), ErrNoTerminal)
	if !revoked.are("kiosk-1", "board-1") {
		t.Errorf("heard %v", revoked.names)
	}
	for range 2 {
		_, err := h.Terminal(key, "192.0.2.1")
		is(t, "revoked key", err, ErrNoTerminal)
		_, _, err = h.Enrol(code)
		is(t, "revoked code", err, ErrBadCode)
		if _, err := h.Terminal(other, "192.0.2.1"); err != nil {
			t.Errorf("the other one: %v", err)
		}
		h.restart(time.Minute)
	}
	if h.enrolled("kiosk-1") == key {
		t.Error("the same key again")
	}
}

func TestKeysOfNoTerminal(t *testing.T) {
	h := newHouse(t)
	key := h.enrolled("kiosk-1")
	_, token := h.signIn("1001")
	for _, wrong := range []string{"", key[1:], key + "A", newToken(), digestOf(key).String(), token} {
		_, err := h.Terminal(wrong, "192.0.2.1")
		is(t, wrong, err, ErrNoTerminal)
	}
	if h.living(key) {
		t.Error("a terminal's key opened a session")
	}
}

func TestTerminalsAreListedByName(t *testing.T) {
	h := newHouse(t)
	if all := h.Terminals(); all == nil || len(all) != 0 {
		t.Errorf("%v, want an empty list, not nil", all)
	}
	for _, name := range []string{"b", "c", "a"} {
		h.AddTerminal(name, Pad, "", "")
	}
	var names string
	for _, terminal := range h.Terminals() {
		names += terminal.Name
	}
	if names != "abc" {
		t.Errorf("order %q", names)
	}
}
