package live

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
)

// ear is a dialler's handler that remembers.
type ear struct {
	mu     sync.Mutex
	frames []Frame
	states []State
}

func (e *ear) options(h *house, query string) Options {
	return Options{
		URL:     h.url + "?" + query,
		NetDial: h.dial,
		Handler: func(f Frame) { e.mu.Lock(); defer e.mu.Unlock(); e.frames = append(e.frames, f) },
		OnState: func(s State) { e.mu.Lock(); defer e.mu.Unlock(); e.states = append(e.states, s) },
		Jitter:  func() float64 { return 0 },
	}
}

func (e *ear) seqs() (s []uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, f := range e.frames {
		s = append(s, f.Seq)
	}
	return s
}

func (e *ear) last() uint64 {
	if s := e.seqs(); len(s) > 0 {
		return s[len(s)-1]
	}
	return 0
}

func (e *ear) phases() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var s []string
	for _, st := range e.states {
		s = append(s, string(st.Phase))
	}
	return strings.Join(s, " ")
}

func TestDialerListens(t *testing.T) {
	h := newHouse(t, Config{})
	h.seq.Store(1)
	var e ear
	d := Dial(t.Context(), e.options(h, "key=a"))
	eventually(t, "the first frame is there", func() bool { return e.last() == 1 })
	h.change(2, true)
	eventually(t, "the second too", func() bool { return e.last() == 2 })
	if d.Err() != nil {
		t.Errorf("ended with %v", d.Err())
	}
	d.Close()
	if p := e.phases(); p != "connecting live offline" {
		t.Errorf("phases %s", p)
	}
	if !errors.Is(d.Err(), context.Canceled) {
		t.Errorf("ended with %v", d.Err())
	}
	eventually(t, "the server has seen it go", func() bool { return h.Stats().Sockets == 0 })
}

// The server goes, is away for a while, and comes back with an older sequence at the same address.
func TestDialerSurvivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newPipeHouse(t, Config{})
		h.seq.Store(100)
		var e ear
		opt := e.options(h, "key=a")
		var mu sync.Mutex
		var tries []time.Time
		dial := h.dial
		opt.NetDial = func(ctx context.Context, network, address string) (net.Conn, error) {
			mu.Lock()
			tries = append(tries, time.Now())
			to := dial
			mu.Unlock()
			if to == nil {
				return nil, errors.New("connection refused")
			}
			return to(ctx, network, address)
		}
		d := Dial(t.Context(), opt)
		defer d.Close()
		time.Sleep(time.Minute)
		mu.Lock()
		dial, tries = nil, nil
		mu.Unlock()
		down := time.Now()
		if err := h.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Second)
		again := newPipeHouse(t, Config{})
		again.seq.Store(3)
		mu.Lock()
		dial = again.dial
		mu.Unlock()
		time.Sleep(5 * time.Second)
		if e.last() != 3 {
			t.Fatalf("heard %v", e.seqs())
		}
		synctest.Wait()
		checkBackoff(t, down, tries)
		lost := e.states[2]
		if lost.Phase != Offline || !lost.Since.Equal(down) || !errors.As(lost.Err, new(*Closed)) {
			t.Errorf("lost with %+v", lost)
		}
		if tail := e.states[len(e.states)-2:]; tail[0].Phase != Connecting || !tail[0].Since.Equal(down) ||
			tail[1].Phase != Live || tail[1].Err != nil {
			t.Errorf("came back with %+v", tail)
		}
	})
}

func checkBackoff(t *testing.T, down time.Time, tries []time.Time) {
	t.Helper()
	last := down
	for i, at := range tries {
		if want := wait(i+1, 0, 0); at.Sub(last) != want {
			t.Errorf("try %d after %v, want %v", i, at.Sub(last), want)
		}
		last = at
	}
	if len(tries) < 6 {
		t.Errorf("only %d tries", len(tries))
	}
}

func TestDialerGoesStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newPipeHouse(t, Config{Repeat: time.Hour})
		var e ear
		d := Dial(t.Context(), e.options(h, "key=a"))
		defer d.Close()
		time.Sleep(59 * time.Second)
		synctest.Wait()
		if p := e.phases(); p != "connecting live" {
			t.Fatalf("phases %s", p)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if p := e.phases(); p != "connecting live stale connecting live" {
			t.Errorf("phases %s", p)
		}
		if n := h.Stats().Sockets; n != 1 {
			t.Errorf("the server has %d sockets", n)
		}
	})
}

func TestDialerStopsForGood(t *testing.T) {
	for _, r := range []CloseReason{SessionEnded, Revoked, Gone} {
		h := newHouse(t, Config{})
		var e ear
		h.seq.Store(1)
		d := Dial(t.Context(), e.options(h, "key=a&session=s"))
		eventually(t, "the first frame is there", func() bool { return e.last() == 1 })
		h.Cut("s", r)
		select {
		case <-d.Done():
		case <-time.After(2 * time.Second):
			t.Fatalf("%v: goes on", r)
		}
		var closed *Closed
		if !errors.As(d.Err(), &closed) || closed.Reason != r {
			t.Errorf("%v: ended with %v", r, d.Err())
		}
	}
}

func TestDialerComesAgainAfterOtherReasons(t *testing.T) {
	for _, r := range []CloseReason{TooSlow, Chatty, Restarting} {
		h := newHouse(t, Config{})
		var e ear
		h.seq.Store(1)
		d := Dial(t.Context(), e.options(h, "key=a&session=s"))
		eventually(t, "the first frame is there", func() bool { return e.last() == 1 })
		h.Cut("s", r)
		eventually(t, "it is there again", func() bool { return len(e.seqs()) == 2 })
		d.Close()
	}
}

func TestDialerSaysWhyItWasRefused(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer k" {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		w.WriteHeader(http.StatusForbidden)
	}))
	defer srv.Close()
	states := make(chan State, 100)
	d := Dial(t.Context(), Options{
		URL:     "ws" + strings.TrimPrefix(srv.URL, "http"),
		Header:  http.Header{"Authorization": {"Bearer k"}},
		Handler: func(Frame) { t.Error("a frame?") },
		OnState: func(s State) { states <- s },
	})
	defer d.Close()
	<-states
	var refused *Refused
	if s := <-states; s.Phase != Offline || !errors.As(s.Err, &refused) || refused.Status != http.StatusForbidden {
		t.Errorf("state %+v", s)
	}
}

func TestDialerGivesUpOnGarbage(t *testing.T) {
	for _, text := range []string{"", "{", `{"seq":"1"}`, `{"seq":1}`, "null"} {
		up := websocket.Upgrader{}
		tries := make(chan struct{}, 100)
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c, err := up.Upgrade(w, r, nil)
			if err != nil {
				return
			}
			defer c.Close()
			tries <- struct{}{}
			_ = c.WriteMessage(websocket.TextMessage, []byte(text))
			_, _, _ = c.ReadMessage()
		}))
		d := Dial(t.Context(), Options{
			URL:     "ws" + strings.TrimPrefix(srv.URL, "http"),
			Handler: func(f Frame) { t.Errorf("%q became %+v", text, f) },
		})
		<-tries
		<-tries
		d.Close()
		srv.Close()
	}
}

func TestErrorsAreSentences(t *testing.T) {
	for err, want := range map[error]string{
		&Refused{Status: 403}:         "live: refused with 403 Forbidden",
		&Closed{Reason: TooSlow}:      "live: closed: too slow",
		&Closed{Reason: Restarting}:   "live: closed: restarting",
		&Closed{Reason: 1006}:         "live: closed: close code 1006",
		&Closed{Reason: TooMany}:      "live: closed: too many",
		&Closed{Reason: SessionEnded}: "live: closed: session ended",
	} {
		if err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
	}
}
