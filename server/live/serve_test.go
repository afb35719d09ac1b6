package live

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
)

func TestSameOrigin(t *testing.T) {
	tests := []struct {
		origins []string
		tls     bool
		ok      bool
	}{
		{nil, false, true},
		{[]string{"http://hall:8080"}, false, true},
		{[]string{"http://HALL:8080"}, false, true},
		{[]string{"https://hall:8080"}, false, true},
		{[]string{"https://hall:8080"}, true, true},
		{[]string{"http://hall:8080"}, true, false},
		{[]string{"http://hall"}, false, false},
		{[]string{"http://hall:8081"}, false, false},
		{[]string{"http://hall:8080.evil.example"}, false, false},
		{[]string{"http://evil.example"}, false, false},
		{[]string{"http://user@hall:8080"}, false, false},
		{[]string{"http://hall:8080/"}, false, false},
		{[]string{"ftp://hall:8080"}, false, false},
		{[]string{"null"}, false, false},
		{[]string{""}, false, false},
		{[]string{"://"}, false, false},
		{[]string{"hall:8080"}, false, false},
		{[]string{"http://hall:8080", "http://evil.example"}, false, false},
	}
	for _, tt := range tests {
		r := httptest.NewRequest("GET", "http://hall:8080/api/v1/live", nil)
		for _, o := range tt.origins {
			r.Header.Add("Origin", o)
		}
		if tt.tls {
			r.TLS = &tls.ConnectionState{}
		}
		if got := SameOrigin(r); got != tt.ok {
			t.Errorf("%q, tls %v: %v", tt.origins, tt.tls, got)
		}
	}
}

func TestForeignPageIsRefused(t *testing.T) {
	h := newHouse(t, Config{})
	_, answer, err := websocket.DefaultDialer.Dial(h.url, http.Header{"Origin": {"http://evil.example"}})
	if err == nil || answer.StatusCode != http.StatusForbidden {
		t.Fatalf("%v, %v", answer, err)
	}
	if err := <-h.served; !errors.Is(err, ErrNotUpgraded) {
		t.Errorf("Serve said %v", err)
	}
	if s := h.Stats(); s.Refused != 1 || s.Sockets != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestRefusalIsTheCallersToWord(t *testing.T) {
	h := NewHub(Config{Refuse: func(w http.ResponseWriter, _ *http.Request, status int, reason error) {
		w.WriteHeader(status)
		fmt.Fprint(w, "sorry: ", reason != nil)
	}})
	defer h.Shutdown(t.Context())
	w := httptest.NewRecorder()
	err := h.Serve(w, httptest.NewRequest("GET", "/", nil), Subscription{Address: "x"})
	if !errors.Is(err, ErrNotUpgraded) || w.Code != http.StatusBadRequest || w.Body.String() != "sorry: true" {
		t.Errorf("%v, %d %q", err, w.Code, w.Body)
	}
	if n := len(h.door.byHolder); n != 0 {
		t.Error("the refused request still holds its place")
	}
}

func TestBoundPerAddress(t *testing.T) {
	h := newHouse(t, Config{MaxPerAddress: 3})
	var first *guest
	for range 3 {
		first = h.visit(t, "key=a&address=10.0.0.9")
		first.read()
	}
	if code := h.visit(t, "key=a&address=10.0.0.9").closed(2 * time.Second); code != int(TooMany) {
		t.Fatalf("the fourth was closed with %d", code)
	}
	h.visit(t, "key=a&address=10.0.0.8").read()
	h.visit(t, "key=a").read()
	_ = first.Close()
	eventually(t, "the place is free again", func() bool {
		c := h.visit(t, "key=a&address=10.0.0.9")
		_, err := c.tryRead(time.Second)
		return err == nil
	})
	if n := h.Stats().Cut[TooMany]; n < 1 {
		t.Errorf("%d counted", n)
	}
}

// TestWhoIsKnownHasPlaces: strangers who have taken all places of their address, and all that strangers may have, keep nobody out
// who has shown a key; and who is known is bounded too.
func TestWhoIsKnownHasPlaces(t *testing.T) {
	h := newHouse(t, Config{MaxPerAddress: 4, MaxSockets: 8})
	for n := range 7 {
		h.visit(t, fmt.Sprintf("key=a&address=10.0.0.%d", n/4)).read()
	}
	for _, address := range []string{"10.0.0.0", "10.0.0.9"} {
		if code := h.visit(t, "key=a&address="+address).closed(2 * time.Second); code != int(TooMany) {
			t.Errorf("one more stranger from %s was closed with %d", address, code)
		}
	}
	h.visit(t, "key=a&address=10.0.0.0&known=kiosk-1").read()
	if code := h.visit(t, "key=a&address=10.0.0.0&known=kiosk-2").closed(2 * time.Second); code != int(TooMany) {
		t.Errorf("beyond the bound of all: closed with %d", code)
	}
	other := newHouse(t, Config{MaxPerAddress: 2})
	other.visit(t, "key=a&known=kiosk-1").read()
	other.visit(t, "key=a&known=kiosk-1").read()
	if code := other.visit(t, "key=a&known=kiosk-1").closed(2 * time.Second); code != int(TooMany) {
		t.Errorf("a third socket of one terminal was closed with %d", code)
	}
}

func TestBoundOfAll(t *testing.T) {
	h := newHouse(t, Config{MaxSockets: 2})
	h.visit(t, "key=a").read()
	h.visit(t, "key=b").read()
	if code := h.visit(t, "key=c").closed(2 * time.Second); code != int(TooMany) {
		t.Errorf("closed with %d", code)
	}
}

func TestCut(t *testing.T) {
	gone := make(chan string, 10)
	h := newHouse(t, Config{OnGone: func(s string) { gone <- s }})
	a, b, c := h.visit(t, "key=a&session=s1"), h.visit(t, "key=b&session=s1"), h.visit(t, "key=a&session=s2")
	for _, g := range []*guest{a, b, c} {
		g.read()
	}
	if n := h.Sockets("s1"); n != 2 {
		t.Fatalf("session has %d sockets", n)
	}
	if n := h.Cut("s1", SessionEnded); n != 2 {
		t.Fatalf("cut %d", n)
	}
	for _, g := range []*guest{a, b} {
		if code := g.closed(time.Second); code != int(SessionEnded) {
			t.Errorf("closed with %d", code)
		}
	}
	if s := <-gone; s != "s1" || h.Sockets("s1") != 0 {
		t.Errorf("gone: %q", s)
	}
	h.change(1, true)
	if f := c.read(); f.Seq != 1 {
		t.Error("the other session suffered")
	}
	if n := h.Cut("nobody", Revoked); n != 0 {
		t.Errorf("cut %d of nobody", n)
	}
	if len(gone) != 0 {
		t.Errorf("gone too: %q", <-gone)
	}
	if n := h.Stats().Cut[SessionEnded]; n != 2 {
		t.Errorf("%d counted", n)
	}
}

func TestRecheck(t *testing.T) {
	tests := []struct {
		name  string
		check func(asked int64) (CloseReason, bool)
		after time.Duration
		code  CloseReason
	}{
		{"revoked while it was upgraded", func(int64) (CloseReason, bool) { return Revoked, true }, 0, Revoked},
		{"revoked later", func(n int64) (CloseReason, bool) { return Revoked, n > 3 }, 3 * time.Minute, Revoked},
		{"no reason given", func(n int64) (CloseReason, bool) { return 0, n > 1 }, time.Minute, SessionEnded},
		{"the caller cannot say", func(n int64) (CloseReason, bool) { panic(n) }, 0, Restarting},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newPipeHouse(t, Config{})
				var asked atomic.Int64
				check := func() (CloseReason, bool) { return tt.check(asked.Add(1)) }
				h.recheck.Store(&check)
				start := time.Now()
				g := h.visit(t, "key=a&session=s")
				if code := g.closed(10 * time.Minute); code != int(tt.code) {
					t.Errorf("closed with %d", code)
				}
				if d := time.Since(start); d != tt.after {
					t.Errorf("closed after %v", d)
				}
			})
		})
	}
}

func TestShutdown(t *testing.T) {
	gone := make(chan string, 10)
	h := newHouse(t, Config{OnGone: func(s string) { gone <- s }})
	a, b := h.visit(t, "key=a&session=s"), h.visit(t, "key=b")
	a.read()
	b.read()
	codes := make(chan int, 2)
	for _, g := range []*guest{a, b} {
		go func() { codes <- g.closed(2 * time.Second) }()
	}
	if err := h.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if code := <-codes; code != int(Restarting) {
			t.Errorf("closed with %d", code)
		}
	}
	if len(gone) != 0 {
		t.Error("a session was declared gone by the restart")
	}
	_, answer, err := websocket.DefaultDialer.Dial(h.url, nil)
	if err == nil || answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("after the shutdown: %v, %v", answer, err)
	}
	if err := h.Shutdown(t.Context()); err != nil {
		t.Errorf("a second shutdown: %v", err)
	}
	h.Changed(1, true)
}

func TestShutdownDropsWhoDoesNotGo(t *testing.T) {
	h := newHouse(t, Config{})
	h.visit(t, "key=a").read()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	if err := h.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("shutdown said %v", err)
	}
	if d := time.Since(start); d > grace/2 {
		t.Errorf("it took %v", d)
	}
	eventually(t, "nobody is left", func() bool { return h.Stats().Sockets == 0 })
}

func TestNothingStaysBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("life", func(t *testing.T) {
		h := newHouse(t, Config{})
		for i := range 40 {
			g := h.visit(t, fmt.Sprintf("key=%d&session=%d&address=%d", i%7, i%5, i%3))
			g.read()
			h.change(uint64(i), i%2 == 0)
			if i%4 == 0 {
				_ = g.Close()
			}
		}
		h.Cut("1", Gone)
		eventually(t, "the door has counted down", func() bool {
			h.door.mu.Lock()
			defer h.door.mu.Unlock()
			return len(h.door.bySession) == 4 && h.door.held == len(h.door.inside) && h.door.held < 30
		})
	})
	eventually(t, "all goroutines have ended", func() bool { return runtime.NumGoroutine() <= before })
}
