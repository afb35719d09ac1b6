package auth

import (
	"testing"
	"time"
)

// TestAKeyInTwoPlaces plays uses of one key and tells whether they are those of one machine.
func TestAKeyInTwoPlaces(t *testing.T) {
	for name, c := range map[string]struct {
		uses string // a letter is an address, a point a minute
		want bool
	}{
		"at home": {"aaaa.aaa", false}, "moved": {"aaa.bbb.bbb", false}, "moved back later": {"aa.bb......aa", false}, "stolen": {"aba", true},
		"stolen, slowly": {"a.b.a", true}, "three places": {"abca", false}, "in turns": {"abab", true}, "the network of one": {"6767", false},
	} {
		h := newHouse(t)
		key := h.enrolled("kiosk-1")
		var told heard
		h.OnTwice(told.hook)
		for _, use := range c.uses {
			if use == '.' {
				h.clock.pass(time.Minute)
				continue
			}
			from := map[rune]string{'a': "192.0.2.1", 'b': "192.0.2.2", 'c': "192.0.2.3", '6': "2001:db8::1", '7': "2001:db8::2"}[use]
			if _, err := h.Terminal(key, from); err != nil {
				t.Fatal(err)
			}
		}
		if got := len(h.Twice()) == 1; got != c.want || len(told.names) > 1 || c.want != told.are("kiosk-1") {
			t.Errorf("%s: %v, told %v", name, got, told.names)
		}
		h.clock.pass(twiceShown)
		if len(h.Twice()) != 0 {
			t.Errorf("%s: told for ever", name)
		}
	}
}

// TestASocketCountsAsAPlace: a thief's one request is found by the next look at the machine's own socket, but a socket that a machine left
// behind when it got another address says nothing.
func TestASocketCountsAsAPlace(t *testing.T) {
	h := newHouse(t)
	key := h.enrolled("board-1")
	use := func(from string) {
		t.Helper()
		if _, err := h.Terminal(key, from); err != nil {
			t.Fatal(err)
		}
	}
	enrolled := h.Terminals()[0].EnrolledAt
	stands := func(from string) {
		t.Helper()
		if !h.Stands("board-1", enrolled, from) {
			t.Fatal("it does not stand")
		}
	}
	use("192.0.2.1")
	use("192.0.2.2")
	h.clock.pass(40 * time.Second)
	stands("192.0.2.1") // the hub drops a dead socket within a minute
	if len(h.Twice()) != 0 {
		t.Error("a machine that moved counts as two")
	}
	h.clock.pass(2 * time.Minute)
	stands("192.0.2.1")
	if len(h.Twice()) != 1 {
		t.Error("a live socket beside another address was not noticed")
	}
	if h.Stands("board-1", enrolled.Add(1), "192.0.2.1") || h.Stands("nobody", enrolled, "192.0.2.1") {
		t.Error("another enrolment stands")
	}
}
