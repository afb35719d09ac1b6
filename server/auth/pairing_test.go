package auth

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var door = Scope{Name: "kiosk-1", Role: Kiosk, Place: "门口"}

// began begins a pairing as a machine at an address.
func (h *house) began(address string) Pairing {
	h.t.Helper()
	p, err := h.BeginPairing(address)
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

func (h *house) claimed(code string, scope Scope) Claim {
	h.t.Helper()
	c, err := h.ClaimPairing("9001", code, scope)
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

func (h *house) polled(p Pairing, want Phase) PairingStatus {
	h.t.Helper()
	status, err := h.PollPairing(p.DeviceCode)
	if err != nil || status.Phase != want {
		h.t.Fatalf("phase %d, want %d (%v)", status.Phase, want, err)
	}
	return status
}

// paired is a machine that has gone the whole way, and its key.
func (h *house) paired(scope Scope) string {
	h.t.Helper()
	p := h.began("192.0.2.7")
	if _, err := h.ConfirmPairing("9001", h.claimed(p.UserCode, scope).ID); err != nil {
		h.t.Fatal(err)
	}
	return h.polled(p, Paired).Key
}

// TestPairingFromCodeToKey goes the whole way, over a restart at the end: what is stored opens, and nothing of it is the key.
func TestPairingFromCodeToKey(t *testing.T) {
	h := newFiledHouse(t)
	p := h.began("192.0.2.7:4711")
	if len(p.UserCode) != 9 || p.UserCode[4] != '-' || !p.Until.Equal(h.clock.Now().Add(10*time.Minute)) {
		t.Errorf("began %+v", p)
	}
	h.polled(p, Pending)
	claim := h.claimed(strings.ToLower(strings.ReplaceAll(p.UserCode, "-", " ")), door)
	status := h.polled(p, Checking)
	if status.Check != claim.Check || len(claim.Check) != 4 || status.Scope != door || status.Key != "" {
		t.Errorf("the machine hears %+v, the administrator %+v", status, claim)
	}
	if len(h.Terminals()) != 0 {
		t.Error("a terminal is there before anybody confirmed")
	}
	enrolled, err := h.ConfirmPairing("9001", claim.ID)
	if err != nil || enrolled.Name != "kiosk-1" || enrolled.Role != Kiosk || enrolled.Place != "门口" {
		t.Fatalf("confirmed %+v, %v", enrolled, err)
	}
	if again, err := h.ConfirmPairing("9001", claim.ID); err != nil || again != enrolled {
		t.Errorf("confirmed twice: %+v, %v", again, err)
	}
	key := h.polled(p, Paired).Key
	if h.polled(p, Paired).Key != key {
		t.Error("a lost answer cannot be asked for again")
	}
	if got, err := h.Terminal(key, "192.0.2.7"); err != nil || got.Name != "kiosk-1" || got.Address != "192.0.2.7" {
		t.Errorf("%+v, %v", got, err)
	}
	h.restart(time.Hour)
	if _, err := h.Terminal(key, "192.0.2.7"); err != nil {
		t.Errorf("after a restart: %v", err)
	}
}

// TestPairingCodesAreUsedOnce replays what was used: the typed code, the machine's secret after the key was used, the claim of somebody else.
func TestPairingCodesAreUsedOnce(t *testing.T) {
	h := newHouse(t)
	p := h.began("192.0.2.7")
	claim := h.claimed(p.UserCode, door)
	_, err := h.ClaimPairing("9001", p.UserCode, Scope{Name: "other", Role: Kiosk})
	is(t, "the code typed twice", err, ErrBadCode)
	_, err = h.ConfirmPairing("9002", claim.ID)
	is(t, "confirmed by somebody else", err, ErrBadCode)
	is(t, "refused by somebody else", h.RefusePairing("9002", claim.ID), ErrBadCode)
	_, err = h.ConfirmPairing("9001", "")
	is(t, "confirmed without a claim", err, ErrBadCode)
	if _, err := h.ConfirmPairing("9001", claim.ID); err != nil {
		t.Fatal(err)
	}
	is(t, "refused after it was confirmed", h.RefusePairing("9001", claim.ID), ErrBadCode)
	key := h.polled(p, Paired).Key
	if _, err := h.Terminal(key, "192.0.2.7"); err != nil {
		t.Fatal(err)
	}
	_, err = h.PollPairing(p.DeviceCode)
	is(t, "the secret after the key was used", err, ErrBadCode)
	_, err = h.ClaimPairing("9001", p.UserCode, Scope{Name: "other", Role: Kiosk})
	is(t, "the code after the key was used", err, ErrBadCode)
	if again, err := h.ConfirmPairing("9001", claim.ID); err != nil || again.Name != "kiosk-1" {
		t.Errorf("an administrator's repeated confirmation: %v", err)
	}
}

func TestPairingsEnd(t *testing.T) {
	h := newFiledHouse(t)
	pending, checking, confirmed := h.began("192.0.2.1"), h.began("192.0.2.2"), h.began("192.0.2.3")
	claim := h.claimed(checking.UserCode, door)
	late := h.claimed(confirmed.UserCode, Scope{Name: "kiosk-2", Role: Kiosk})
	if _, err := h.ConfirmPairing("9001", late.ID); err != nil {
		t.Fatal(err)
	}
	h.clock.pass(claimLife)
	_, err := h.ConfirmPairing("9001", claim.ID)
	is(t, "compared too late", err, ErrBadCode)
	_, err = h.PollPairing(checking.DeviceCode)
	is(t, "compared too late, its machine", err, ErrBadCode)
	h.polled(pending, Pending)
	h.clock.pass(pairingLife - claimLife)
	for name, p := range map[string]Pairing{"pending": pending, "confirmed": confirmed} {
		_, err := h.PollPairing(p.DeviceCode)
		is(t, name, err, ErrBadCode)
	}
	_, err = h.ClaimPairing("9001", pending.UserCode, door)
	is(t, "an old code", err, ErrBadCode)
	another := h.began("192.0.2.1")
	h.restart(time.Second)
	_, err = h.PollPairing(another.DeviceCode)
	is(t, "after a restart", err, ErrBadCode)
	for _, wrong := range []string{"", "x", newToken(), another.UserCode} {
		_, err := h.PollPairing(wrong)
		is(t, "polling with "+wrong, err, ErrBadCode)
	}
}

func TestARefusedMachineBeginsAnew(t *testing.T) {
	h := newHouse(t)
	p := h.began("192.0.2.7")
	claim := h.claimed(p.UserCode, door)
	if err := h.RefusePairing("9001", claim.ID); err != nil {
		t.Fatal(err)
	}
	_, err := h.PollPairing(p.DeviceCode)
	is(t, "the refused machine", err, ErrBadCode)
	_, err = h.ConfirmPairing("9001", claim.ID)
	is(t, "confirming after all", err, ErrBadCode)
	if len(h.Terminals()) != 0 {
		t.Error("a refused machine is a terminal")
	}
}

// TestTheCheckNumberTellsMachinesApart: another machine, another code or another scope shows another number.
func TestTheCheckNumberTellsMachinesApart(t *testing.T) {
	mine, code := digestOf("mine"), "BCDFGHJK"
	want := checkNumber(mine, code, door)
	if checkNumber(mine, code, door) != want {
		t.Error("the same things show another number")
	}
	others := map[string]string{"machine": checkNumber(digestOf("swapped"), code, door), "code": checkNumber(mine, "BCDFGHJL", door),
		"name": checkNumber(mine, code, Scope{"kiosk-2", Kiosk, "门口"}), "role": checkNumber(mine, code, Scope{"kiosk-1", Board, "门口"}),
		"place": checkNumber(mine, code, Scope{"kiosk-1", Kiosk, ""}), "shifted": checkNumber(mine, code, Scope{"kiosk-1kiosk", "", "门口"})}
	for what, got := range others {
		if got == want || len(got) != 4 {
			t.Errorf("another %s shows %s too", what, got)
		}
	}
}

// TestWrongCodesAreThrottled lets one administrator guess: five a minute, and the codes on the screens die of the fifth.
func TestWrongCodesAreThrottled(t *testing.T) {
	h := newHouse(t)
	p := h.began("192.0.2.7")
	for i := range 5 {
		if i == 4 {
			h.polled(p, Pending)
		}
		_, err := h.ClaimPairing("9001", "BBBB-BBBB", door)
		is(t, "a guess", err, ErrBadCode)
	}
	var throttled ErrThrottled
	if _, err := h.ClaimPairing("9001", p.UserCode, door); !errors.As(err, &throttled) {
		t.Errorf("the sixth: %v", err)
	}
	_, err := h.PollPairing(p.DeviceCode)
	is(t, "a code guessed at five times", err, ErrBadCode)
	fresh := h.began("192.0.2.7")
	if _, err := h.ClaimPairing("9002", fresh.UserCode, door); err != nil {
		t.Errorf("another administrator: %v", err)
	}
	h.clock.pass(time.Minute)
	other := h.began("192.0.2.8")
	if _, err := h.ClaimPairing("9001", other.UserCode, Scope{Name: "kiosk-2", Role: Kiosk}); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

// TestMissesBelongToTheCodesThatStood: codes typed before a machine asked do not count against it, nor ones that no machine could show,
// nor the right ones of others.
func TestMissesBelongToTheCodesThatStood(t *testing.T) {
	h := newHouse(t)
	miss := func(code string) {
		t.Helper()
		h.clock.pass(15 * time.Second) // below the throttle
		_, err := h.ClaimPairing("9001", code, door)
		is(t, code, err, ErrBadCode)
	}
	old := h.began("192.0.2.7")
	for range 4 {
		miss("BBBB-BBBB")
	}
	young := h.began("192.0.2.8")
	for _, typed := range []string{"", "1234-5678", "AEIO-UAEI", "BBBB", strings.Repeat("B", 33)} {
		miss(typed)
	}
	h.polled(old, Pending)
	h.claimed(h.began("192.0.2.9").UserCode, Scope{Name: "a", Role: Pad})
	miss("BBBB-BBBC")
	_, err := h.PollPairing(old.DeviceCode)
	is(t, "the fifth miss", err, ErrBadCode)
	h.polled(young, Pending)
}

// TestWaitingMachinesAreBounded: an address takes its own oldest code away, never others'; beyond twenty nobody gets one.
func TestWaitingMachinesAreBounded(t *testing.T) {
	h := newHouse(t)
	other := h.began("198.51.100.1")
	mine := make([]Pairing, 0, pairingsPerAddress+1)
	for range pairingsPerAddress + 1 {
		h.clock.pass(time.Second)
		mine = append(mine, h.began("192.0.2.7"))
	}
	_, err := h.PollPairing(mine[0].DeviceCode)
	is(t, "the oldest of an address", err, ErrBadCode)
	h.polled(other, Pending)
	claim := h.claimed(mine[1].UserCode, door)
	for range pairingsPerAddress {
		h.began("192.0.2.7")
	}
	if _, err := h.ConfirmPairing("9001", claim.ID); err != nil {
		t.Errorf("a machine being looked at was taken away: %v", err)
	}
	var throttled ErrThrottled
	for i := 0; ; i++ {
		if _, err = h.BeginPairing("203.0.113." + string(rune('0'+i/4))); err != nil || i > 40 {
			break
		}
	}
	if !errors.As(err, &throttled) || throttled.RetryAfter > pairingLife || len(h.pairings) > pairingsOpen+1 {
		t.Errorf("%d wait, then %v", len(h.pairings), err)
	}
	h.clock.pass(pairingLife)
	h.began("203.0.113.1")
	if len(h.pairings) != 1 {
		t.Errorf("%d are kept though all are over", len(h.pairings))
	}
}

func TestAnAddressMayNotAskAllTheTime(t *testing.T) {
	h := newHouse(t)
	for range pairingAsks {
		h.began("192.0.2.7")
	}
	var throttled ErrThrottled
	if _, err := h.BeginPairing("192.0.2.7"); !errors.As(err, &throttled) {
		t.Errorf("once more: %v", err)
	}
	h.began("192.0.2.8")
}

func TestPairingRefusesWhatNoTerminalMayBe(t *testing.T) {
	h := newHouse(t)
	h.enrolled("taken")
	p := h.began("192.0.2.7")
	for want, scopes := range map[error][]Scope{
		ErrBadTerminal:    {{"Kiosk", Kiosk, ""}, {"k", Administrator, ""}, {"k", "", ""}, {"k", Kiosk, "a\nb"}, {"", Kiosk, ""}},
		ErrTerminalExists: {{"taken", Board, ""}},
	} {
		for _, scope := range scopes {
			_, err := h.ClaimPairing("9001", p.UserCode, scope)
			is(t, scope.Name, err, want)
		}
	}
	claim := h.claimed(p.UserCode, door) // none of them was a guess, and the code still stands
	second := h.claimed(h.began("192.0.2.8").UserCode, door)
	if _, err := h.ConfirmPairing("9001", claim.ID); err != nil {
		t.Fatal(err)
	}
	_, err := h.ConfirmPairing("9001", second.ID)
	is(t, "the same name twice", err, ErrTerminalExists)
}

func TestPairingTakesThePlaceOfAnAddressNobodyUsed(t *testing.T) {
	h := newHouse(t)
	_, code, err := h.AddTerminal("kiosk-1", Board, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := h.Terminal(h.paired(door), "192.0.2.7"); err != nil || got.Role != Kiosk {
		t.Errorf("%+v, %v", got, err)
	}
	_, _, err = h.Enrol(code)
	is(t, "the address afterwards", err, ErrBadCode)
}

func TestRevokedBeforeItsFirstUse(t *testing.T) {
	h := newHouse(t)
	p := h.began("192.0.2.7")
	if _, err := h.ConfirmPairing("9001", h.claimed(p.UserCode, door).ID); err != nil {
		t.Fatal(err)
	}
	key := h.polled(p, Paired).Key
	if err := h.Revoke("kiosk-1", "9001"); err != nil {
		t.Fatal(err)
	}
	_, err := h.Terminal(key, "192.0.2.7")
	is(t, "the key", err, ErrNoTerminal)
	_, err = h.PollPairing(p.DeviceCode)
	is(t, "the secret", err, ErrBadCode)
}

func TestOneClaimIsConfirmedOnce(t *testing.T) {
	var told atomic.Int32
	h := newFiledHouse(t, func(c *Config) { c.Record = func(TerminalChange) error { told.Add(1); return nil } })
	p := h.began("192.0.2.7")
	claim := h.claimed(p.UserCode, door)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := h.ConfirmPairing("9001", claim.ID); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if told.Load() != 1 || len(h.Terminals()) != 1 {
		t.Errorf("recorded %d times, %d terminals", told.Load(), len(h.Terminals()))
	}
}

func TestUserCodesUseEveryLetterAlike(t *testing.T) {
	count := map[rune]int{}
	for range 2000 {
		code := newUserCode()
		if again, ok := parseUserCode(code); !ok || again != code {
			t.Fatalf("%q is not read as itself", code)
		}
		for _, c := range code {
			count[c]++
		}
	}
	for _, c := range pairingLetters {
		if n := count[c]; n < 600 || n > 1000 {
			t.Errorf("%c came %d times of 16000", c, n)
		}
	}
	if len(count) != 20 {
		t.Errorf("%d letters", len(count))
	}
}

func FuzzParseUserCode(f *testing.F) {
	for _, typed := range []string{"BCDF-GHJK", "bcdf ghjk", "", "BCDFGHJKL", "AEIOU", "ＢＣＤＦＧＨＪＫ", "\x00", "ſſſſſſſſ"} {
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code, ok := parseUserCode(typed)
		if !ok {
			return
		}
		if len(code) != pairingLength || strings.Trim(code, pairingLetters) != "" {
			t.Fatalf("%q was read as %q", typed, code)
		}
		if again, ok := parseUserCode(strings.ToLower(code[:4]) + "-" + code[4:]); !ok || again != code {
			t.Fatalf("%q is not read as itself", code)
		}
	})
}
