package gate

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"
)

// hall is a server behind a gate that answers who settles with 200, others with 503. A request with the header Key is known.
type hall struct {
	*Gate
	*httptest.Server
}

func start(t *testing.T, c Config) *hall {
	t.Helper()
	h := &hall{Gate: New(c)}
	h.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !h.Settle(r.Context(), r.Header.Get("Key") == "2", func() bool { return r.Header.Get("Key") != "" }) {
			w.Header().Set("Connection", "close")
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	h.Server.Listener = h.Gate.Listener(h.Server.Listener)
	h.Server.Config.ConnContext, h.Server.Config.ConnState = h.Gate.Context, h.Gate.State
	h.Server.Start()
	t.Cleanup(h.Server.Close)
	return h
}

// from dials from one of this machine's own addresses.
func (h *hall) from(t *testing.T, address string) net.Conn {
	t.Helper()
	if runtime.GOOS != "linux" && address != "127.0.0.1" {
		t.Skip("only Linux has all of 127.0.0.0/8")
	}
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	c, err := d.Dial("tcp", h.Server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// ask gives the status of one more request over a connection; 0 when it is closed.
func ask(c net.Conn, header string) int {
	c.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n", header); err != nil {
		return 0
	}
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0
	}
	io.Copy(io.Discard, res.Body)
	return res.StatusCode
}

func closed(c net.Conn) bool {
	c.SetReadDeadline(time.Now().Add(5 * time.Second))
	_, err := c.Read(make([]byte, 1))
	return err != nil && !err.(interface{ Timeout() bool }).Timeout()
}

// until waits for a figure of the gate: what a client does is counted a little later.
func (h *hall) until(t *testing.T, what string, is func(Stats) bool) {
	t.Helper()
	for range 500 {
		if is(h.Stats()) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("never %s: %+v", what, h.Stats())
}

// TestAStormDrivesOutItself: silent connections of one address beyond its share push out the oldest of their own, and who
// asks is answered, from that address as well as from others.
func TestAStormDrivesOutItself(t *testing.T) {
	h := start(t, Config{})
	steady := h.from(t, "127.0.0.1")
	if ask(steady, "") != 200 {
		t.Fatal("not answered before the storm")
	}
	silent := make([]net.Conn, maxNewcomersOfAddress+20)
	for i := range silent {
		if i == maxNewcomersOfAddress {
			h.until(t, "full", func(s Stats) bool { return s.Newcomers == maxNewcomersOfAddress && s.Dropped == 0 })
			time.Sleep(patience) // nothing but time makes them old
		}
		silent[i] = h.from(t, "127.0.0.1")
	}
	h.until(t, "at the bound", func(s Stats) bool { return s.Newcomers == maxNewcomersOfAddress && s.Dropped == 20 })
	if !closed(silent[0]) || !closed(silent[19]) {
		t.Error("the oldest are still there")
	}
	if ask(steady, "") != 200 || ask(h.from(t, "127.0.0.1"), "") != 200 || ask(silent[len(silent)-1], "") != 200 {
		t.Error("who asks is not answered during the storm")
	}
	for _, c := range silent {
		c.Close()
	}
	steady.Close()
	h.until(t, "empty", func(s Stats) bool { return s.Connections == 1 })
}

// TestKeysAlwaysHaveRoom: when strangers hold every place with requests under way, another one is refused and one with a
// key is not, neither by the bound of its address nor by that of all.
func TestKeysAlwaysHaveRoom(t *testing.T) {
	for _, c := range []Config{{PerAddress: 3, InAll: 100}, {PerAddress: 100, InAll: 3}} {
		g := New(c)
		for range 3 {
			if !g.Settle(g.Context(context.Background(), g.arrive(pipe(t))), false, no) {
				t.Fatal("there is room")
			}
		}
		if g.Settle(g.Context(context.Background(), g.arrive(pipe(t))), false, no) {
			t.Errorf("%+v: a fourth stranger was let in", c)
		}
		late := g.arrive(pipe(t))
		if !g.Settle(g.Context(context.Background(), late), false, yes) {
			t.Errorf("%+v: a key was refused", c)
		}
		g.State(late, http.StateIdle)
		if g.Settle(g.Context(context.Background(), g.arrive(pipe(t))), false, no) || late.stage != idle {
			t.Errorf("%+v: who has a key made room for a stranger", c)
		}
		if s := g.Stats(); s.Refused != 2 || s.Connections != 6 {
			t.Errorf("%+v", s)
		}
	}
}

// TestACrowdIsHeard: many at once are no storm yet; four times as many are, whoever they are.
func TestACrowdIsHeard(t *testing.T) {
	g, now := New(Config{}), time.Now()
	p := &place{}
	for n := range crush * maxNewcomersOfAddress {
		if victim := g.crowded(p, now); victim != nil {
			t.Fatalf("with %d somebody had to go", n)
		}
		p.newcomers.PushBack(&conn{since: now})
	}
	if g.crowded(p, now) != p.newcomers.Front().Value.(*conn) {
		t.Error("the crowd has no end")
	}
	if q := (&place{}); g.crowded(q, now) != nil {
		t.Error("another address has to suffer for it")
	}
}

// TestWhoShowsAKeyStays: a connection that has shown its key gives its stranger's place back, and is not closed for others.
func TestWhoShowsAKeyStays(t *testing.T) {
	h := start(t, Config{PerAddress: 1, InAll: 9})
	kiosk := h.from(t, "127.0.0.1")
	if ask(kiosk, "") != 200 || ask(kiosk, "Key: 2\r\n") != 200 {
		t.Fatal("there is room")
	}
	for range 3 {
		if ask(h.from(t, "127.0.0.1"), "") != 200 {
			t.Error("the kiosk holds a stranger's place")
		}
	}
	if ask(kiosk, "Key: 2\r\n") != 200 {
		t.Error("the kiosk had to go")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.settled > 1 {
		t.Errorf("%d strangers are counted", h.settled)
	}
}

func yes() bool { return true }
func no() bool  { return false }

// pipe is the server's end of a connection that says nothing.
func pipe(t *testing.T) *net.TCPConn {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	far, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	near, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { far.Close(); near.Close() })
	return near.(*net.TCPConn)
}

// TestIdleConnectionsMakeRoom: a stranger gets the place of whoever was idle for longest, of its own address where that is full.
func TestIdleConnectionsMakeRoom(t *testing.T) {
	h := start(t, Config{PerAddress: 2, InAll: 3})
	other, first, second := h.from(t, "127.0.0.2"), h.from(t, "127.0.0.1"), h.from(t, "127.0.0.1")
	for _, c := range []net.Conn{other, first, second} {
		if ask(c, "") != 200 {
			t.Fatal("there is room")
		}
	}
	h.until(t, "all idle", func(Stats) bool { h.mu.Lock(); defer h.mu.Unlock(); return h.idle.Len() == 3 })
	third := h.from(t, "127.0.0.1")
	if ask(third, "") != 200 || !closed(first) {
		t.Error("the longest idle of the full address did not make room")
	}
	h.until(t, "all idle", func(Stats) bool { h.mu.Lock(); defer h.mu.Unlock(); return h.idle.Len() == 3 })
	if ask(h.from(t, "127.0.0.3"), "") != 200 || !closed(other) {
		t.Error("the longest idle of all did not make room")
	}
	if ask(second, "") != 200 || ask(third, "") != 200 {
		t.Error("somebody else had to go")
	}
}

// TestEveryPlaceComesBack opens and closes connections in every stage at once; nothing stays counted.
func TestEveryPlaceComesBack(t *testing.T) {
	h := start(t, Config{PerAddress: 20, InAll: 30})
	done := make(chan bool)
	for worker := range 8 {
		go func() {
			defer func() { done <- true }()
			for n := range 40 {
				c, err := net.Dial("tcp", h.Server.Listener.Addr().String())
				if err != nil {
					continue
				}
				if (worker+n)%3 > 0 {
					ask(c, "")
				}
				if (worker+n)%5 == 0 {
					ask(c, "Key: 1\r\n")
				}
				c.Close()
			}
		}()
	}
	for range 8 {
		<-done
	}
	h.until(t, "empty", func(s Stats) bool { return s.Connections == 0 && s.Newcomers == 0 })
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.settled != 0 || h.idle.Len() != 0 || len(h.places) != 0 {
		t.Errorf("%d settled, %d idle, %d places", h.settled, h.idle.Len(), len(h.places))
	}
}

// TestDropEndsEverybody: newcomers, those who wait and one whose answer is on its way.
func TestDropEndsEverybody(t *testing.T) {
	h := start(t, Config{})
	silent, idle, busy := h.from(t, "127.0.0.1"), h.from(t, "127.0.0.1"), h.from(t, "127.0.0.1")
	for _, c := range []net.Conn{idle, busy} {
		if got := ask(c, ""); got != 200 {
			t.Fatalf("answered %d", got)
		}
	}
	if _, err := io.WriteString(busy, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	h.until(t, "all are there", func(s Stats) bool { return s.Connections == 3 })
	h.Drop()
	for name, c := range map[string]net.Conn{"silent": silent, "idle": idle, "busy": busy} {
		if !closed(c) {
			t.Errorf("the %s one is still there", name)
		}
	}
	h.until(t, "their places are free", func(s Stats) bool { return s == Stats{} })
}
