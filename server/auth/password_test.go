package auth

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestWeakPasswordsAreRefused(t *testing.T) {
	h := Memory(Config{})
	for _, c := range []struct {
		password string
		want     Weakness // "" = accepted
	}{
		{"", TooShort},
		{"eleven char", TooShort},
		{"twelve chars", ""},
		{"政务服务中心大厅叫号系统", ""},
		{"叫号叫号叫号", TooShort},
		{strings.Repeat("x7Kq", 256), TooPlain},
		{strings.Repeat("long enough ", 100), TooLong},
		{"aaaaaaaaaaaa", TooPlain},
		{"123456789012", TooPlain},
		{"abcdefghijklmn", TooPlain},
		{"staff-7staff-7", TooPlain},
		{"jiaohao-demo", TooKnown},
		{"jiaohao-demo!", TooKnown},
	} {
		err := h.weakness("staff-7", c.password)
		var weak ErrWeakPassword
		if errors.As(err, &weak); weak.Reason != c.want || (err == nil) != (c.want == "") {
			t.Errorf("%.20q: %v, want %q", c.password, err, c.want)
		}
	}
	if err := Memory(Config{Demo: true}).weakness("1001", "x"); err != nil {
		t.Errorf("a demonstration takes any password: %v", err)
	}
	if err := Memory(Config{Demo: true}).weakness("1001", ""); err == nil {
		t.Error("a demonstration took the empty password")
	}
}

func TestHashesAreArgon2idOfOWASPsLeastCost(t *testing.T) {
	s := Memory(Config{Staff: newRoster().look})
	hash := s.encode(good)
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %s", hash)
	}
	if s.encode(good) == hash {
		t.Error("two hashes of a password are equal: no salt")
	}
	if !s.matches(hash, good) || s.matches(hash, good+" ") || s.matches(s.decoy, good) {
		t.Error("a password was taken for another")
	}
}

func TestOnlyTheOneFormOfAHashIsRead(t *testing.T) {
	right := Memory(Config{}).decoy
	if _, err := parseEncoded(right); err != nil {
		t.Fatal(err)
	}
	for what, wrong := range map[string]string{
		"empty":          "",
		"other kind":     strings.Replace(right, "argon2id", "argon2i", 1),
		"other version":  strings.Replace(right, "v=19", "v=16", 1),
		"huge memory":    strings.Replace(right, "m=19456", "m=4194304", 1),
		"no passes":      strings.Replace(right, "t=2", "t=0", 1),
		"many passes":    strings.Replace(right, "t=2", "t=2000", 1),
		"no threads":     strings.Replace(right, "p=1", "p=0", 1),
		"leading zero":   strings.Replace(right, "t=2", "t=02", 1),
		"cost not there": strings.Replace(right, "m=19456,t=2,p=1", "", 1),
		"short key":      right[:len(right)-4],
		"not base64":     right[:len(right)-1] + "!",
		"trailing":       right + "$",
	} {
		if _, err := parseEncoded(wrong); err == nil {
			t.Errorf("%s: read %q", what, wrong)
		}
	}
}

func TestAHashThatCannotBeReadRefusesAndIsLogged(t *testing.T) {
	h := newHouse(t)
	if h.matches("$2y$bcrypt", good) {
		t.Error("matched")
	}
	if !strings.Contains(h.log.String(), "cannot be read") {
		t.Errorf("log: %s", h.log)
	}
}

// A flood of sign-ins for real and invented accounts, of new passwords and set-ups never has more than two hashes under way.
func TestNeverMoreThanTwoHashesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		if err := h.SetPassword("1001", good); err != nil {
			t.Fatal(err)
		}
		var now, most, total atomic.Int32
		h.hash = func(password string, salt []byte, c cost) []byte {
			most.Store(max(most.Load(), now.Add(1)))
			defer now.Add(-1)
			total.Add(1)
			time.Sleep(30 * time.Millisecond)
			return cheap(password, salt, c)
		}
		var flood sync.WaitGroup
		for range 12 {
			flood.Go(func() { h.SignIn(t.Context(), "1001", good, "10.0.0.1") })
			flood.Go(func() { h.SignIn(t.Context(), "1003", good, "10.0.0.2") })
			flood.Go(func() { h.SetPassword("1002", good) })
		}
		flood.Wait()
		if most.Load() != 2 {
			t.Errorf("%d hashes at once, want 2", most.Load())
		}
		if total.Load() != 12+12+guesses {
			t.Errorf("%d hashes, want all of the right ones and %d guesses", total.Load(), guesses)
		}
	})
}

func TestWhoWaitsForAHashCanGoAway(t *testing.T) {
	s := newSlots(1, 2)
	release, err := s.take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancelCause(t.Context())
	left := errors.New("left")
	cancel(left)
	_, err = s.take(gone)
	is(t, "take", err, left)
	release()
	if release, err = s.take(t.Context()); err != nil {
		t.Fatalf("the slot was not given back: %v", err)
	}
	release()
}

func TestTheQueueForHashesIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlots(1, 2)
		release, _ := s.take(t.Context())
		var waiting sync.WaitGroup
		for range 2 {
			waiting.Go(func() {
				if release, err := s.take(t.Context()); err == nil {
					release()
				} else {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		_, err := s.take(t.Context())
		is(t, "third in the queue", err, ErrBusy)
		release()
		waiting.Wait()
	})
}

func FuzzParseEncoded(f *testing.F) {
	f.Add(Memory(Config{}).decoy)
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$$")
	f.Add("$argon2id$v=19$m=-1,t=99999999999,p=1$AAAA$AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := parseEncoded(text)
		if err == nil && (e.String() != text || !e.affordable() || len(e.key) != keyBytes) {
			t.Errorf("accepted %q as %+v", text, e)
		}
	})
}

func BenchmarkSignIn(b *testing.B) {
	s := Memory(Config{Staff: newRoster().look})
	if err := s.SetPassword("1001", good); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := s.SignIn(context.Background(), "1001", good, ""); err != nil {
			b.Fatal(err)
		}
	}
}

func TestKnownPasswords(t *testing.T) {
	words := []string{"yunling", "Yunling Hall"}
	for _, refused := range []string{"password1234", "PassWord!2026", "p@ssw0rd2026", "iloveyou1314520", "qwertyuiop123", "1qaz2wsx3edc", "woaini520520!", "yunling-zhengwu-2026", "Welcome2Yunling",
		"zhengwufuwu123", "123456abcdef", "weirenminfuwu1", "guanliyuan888", "aaaa-bbb-ccc-zzz"} {
		if !known(refused, words) {
			t.Errorf("%s is taken, though everybody would try it", refused)
		}
	}
	for _, taken := range []string{good, "three old bicycles", "我家门口有两棵枣树，一棵是枣树", "vx9#kfw2LmQz", "yunling has a river", "9f3c61d2a8b0"} {
		if known(taken, words) {
			t.Errorf("%s is refused, though nobody would try it", taken)
		}
	}
}
