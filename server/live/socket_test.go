package live

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
)

// One client that does not read must be cut, and nobody else may notice: a hub that waited for it would
// make every other frame late by the write timeout.
func TestSlowClientHoldsNobodyUp(t *testing.T) {
	const frames = 25
	h := newHouse(t, Config{WriteTimeout: 3 * time.Second, MinGap: time.Millisecond})
	h.padding = strings.Repeat("x", 30<<10)
	slow := h.visit(t, "key=a&session=slow")
	var ready, done sync.WaitGroup
	var worst atomic.Int64
	for range 200 {
		g := h.visit(t, "key=a")
		ready.Add(1)
		done.Go(func() {
			g.skim()
			ready.Done()
			for seq := uint64(0); seq < frames && !t.Failed(); {
				var at time.Time
				seq, at = g.skim()
				if late := int64(time.Since(at)); late > worst.Load() {
					worst.Store(late)
				}
			}
		})
	}
	ready.Wait()
	for i := range frames {
		h.change(uint64(i+1), true)
		time.Sleep(80 * time.Millisecond)
	}
	done.Wait()
	if d := time.Duration(worst.Load()); d > 1500*time.Millisecond {
		t.Errorf("a healthy client got a frame %v late", d)
	}
	eventually(t, "the slow client is cut", func() bool { return h.Sockets("slow") == 0 })
	if n := h.Stats().Cut[TooSlow]; n != 1 {
		t.Errorf("%d cut as too slow", n)
	}
	if code := slow.closed(5 * time.Second); code != int(TooSlow) {
		t.Errorf("the slow client, reading again, finds code %d", code)
	}
}

// skim reads a frame without decoding its data: two hundred guests share the machine with the hub.
func (g *guest) skim() (seq uint64, at time.Time) {
	_ = g.SetReadDeadline(time.Now().Add(20 * time.Second))
	_, b, err := g.ReadMessage()
	if err != nil {
		g.t.Errorf("read: %v", err)
		return 0, time.Now()
	}
	head, _, _ := bytes.Cut(b, []byte(`,"data"`))
	var f Frame
	if err := json.Unmarshal(append(head, '}'), &f); err != nil {
		g.t.Errorf("read %.80q: %v", b, err)
	}
	return f.Seq, f.At
}

// A client that was slow for a moment gets the newest frame next, not the whole past.
func TestLatestWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newPipeHouse(t, Config{})
		g := h.visit(t, "key=a")
		g.read()
		time.Sleep(time.Second)
		for i := range 20 {
			h.change(uint64(i+1), true)
			time.Sleep(110 * time.Millisecond)
		}
		if f := g.read(); f.Seq != 1 {
			t.Fatalf("first came %d", f.Seq)
		}
		if f := g.read(); f.Seq != 20 {
			t.Fatalf("then came %d", f.Seq)
		}
		if n := h.Stats().Replaced; n != 18 {
			t.Errorf("%d frames replaced", n)
		}
	})
}

func TestPingsKeepAQuietClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newPipeHouse(t, Config{})
		g := h.visit(t, "key=a&session=s")
		var pings []time.Time
		answer := g.PingHandler()
		g.SetPingHandler(func(s string) error {
			pings = append(pings, time.Now())
			return answer(s)
		})
		g.listen(5 * time.Minute)
		if h.Sockets("s") != 1 {
			t.Fatal("a client that answers was dropped")
		}
		if n := len(pings); n < 13 || n > 15 {
			t.Errorf("%d pings in five minutes", n)
		}
	})
}

func TestClientWithoutPongsIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var gone time.Time
		h := newPipeHouse(t, Config{OnGone: func(string) { gone = time.Now() }})
		g := h.visit(t, "key=a&session=s")
		g.SetPingHandler(func(string) error { return nil })
		start := time.Now()
		g.listen(2 * time.Minute)
		synctest.Wait()
		if d := gone.Sub(start); d != 50*time.Second {
			t.Errorf("gone after %v", d)
		}
	})
}

func TestChatter(t *testing.T) {
	tests := []struct {
		name string
		kind int
		n    int
		size int
		code int // 0: the socket stays
	}{
		{"a few words are thrown away", websocket.TextMessage, chatter - 1, 10, 0},
		{"too many words", websocket.TextMessage, chatter + 1, 10, int(Chatty)},
		{"a few pings are answered", websocket.PingMessage, chatter - 1, 10, 0},
		{"too many pings", websocket.PingMessage, chatter + 1, 10, int(Chatty)},
		{"a word at the limit", websocket.BinaryMessage, 1, 4096, 0},
		{"a word beyond the limit", websocket.BinaryMessage, 1, 4097, websocket.CloseMessageTooBig},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t, Config{})
			g := h.visit(t, "key=a&session=s")
			g.read()
			for range tt.n {
				if err := g.WriteMessage(tt.kind, make([]byte, tt.size)); err != nil {
					t.Fatal(err)
				}
			}
			if tt.code != 0 {
				if code := g.closed(2 * time.Second); code != tt.code {
					t.Errorf("closed with %d", code)
				}
				return
			}
			h.change(1, true)
			if f := g.read(); f.Seq != 1 {
				t.Errorf("got %+v", f)
			}
		})
	}
}

func TestAFreshAllowanceWithEachPing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newPipeHouse(t, Config{})
		g := h.visit(t, "key=a&session=s")
		go func() {
			for range 10 {
				for range chatter / 2 {
					_ = g.WriteMessage(websocket.TextMessage, []byte("hello"))
				}
				time.Sleep(20 * time.Second)
			}
		}()
		g.listen(4 * time.Minute)
		if h.Sockets("s") != 1 {
			t.Error("a client was dropped although it said little")
		}
	})
}

// A client that never reads cannot answer the goodbye either: it is dropped after the grace.
func TestCutClientThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newPipeHouse(t, Config{})
		h.visit(t, "key=a&session=s").read()
		h.change(1, true)
		synctest.Wait()
		start := time.Now()
		if n := h.Cut("s", Revoked); n != 1 {
			t.Fatalf("cut %d", n)
		}
		for h.Sockets("s") > 0 {
			time.Sleep(10 * time.Millisecond)
		}
		if d := time.Since(start); d > grace+20*time.Millisecond {
			t.Errorf("it took %v", d)
		}
	})
}
