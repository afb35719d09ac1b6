package live

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// view is a topic under test: a number that the test sets.
type view struct {
	seq, mark atomic.Uint64
	padding   string
	renders   atomic.Int64
	err       atomic.Pointer[error]
	hold      atomic.Pointer[chan struct{}] // rendering hangs until it is closed
}

func (v *view) topic(key string) Topic {
	return Topic{Key: key, View: "display", Render: v.render}
}

func (v *view) render() (uint64, []byte, uint64, error) {
	v.renders.Add(1)
	if hold := v.hold.Load(); hold != nil {
		<-*hold
	}
	if err := v.err.Load(); err != nil {
		return 0, nil, 0, *err
	}
	n := v.seq.Load()
	return n, fmt.Appendf(nil, `{"n":%d,"padding":%q}`, n, v.padding), v.mark.Load(), nil
}

func number(t *testing.T, f Frame) uint64 {
	t.Helper()
	var d struct{ N uint64 }
	if err := json.Unmarshal(f.Data, &d); err != nil {
		t.Fatalf("data %q: %v", f.Data, err)
	}
	return d.N
}

// house is a hub behind an HTTP server. The query's key, session and address choose the subscription.
type house struct {
	*Hub
	*view
	url     string
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	recheck atomic.Pointer[func() (CloseReason, bool)]
	served  chan error
}

// newHouse listens on the loopback.
func newHouse(t *testing.T, cfg Config) *house {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return newHouseOn(t, cfg, l, nil)
}

// newPipeHouse listens in memory only, for tests on a fake clock.
func newPipeHouse(t *testing.T, cfg Config) *house {
	t.Helper()
	l := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
	return newHouseOn(t, cfg, l, l.dial)
}

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

func newHouseOn(t *testing.T, cfg Config, l net.Listener, dial dialFunc) *house {
	t.Helper()
	h := &house{view: &view{}, served: make(chan error, 4096), url: "ws://" + l.Addr().String(), dial: dial}
	cfg.Epoch, cfg.Build = "e1", "b1"
	cfg.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	h.Hub = NewHub(cfg)
	srv := &http.Server{Handler: http.HandlerFunc(h.handle)}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		_ = srv.Serve(l)
	}()
	t.Cleanup(func() {
		_ = srv.Close()
		<-stopped
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		_ = h.Shutdown(ctx) // a test may have left a client that does not answer
	})
	return h
}

// pipes is a listener in memory.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(10, 0, 0, 1), Port: 80} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-p.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (h *house) handle(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	sub := Subscription{Topic: h.topic(q.Get("key")), Session: q.Get("session"), Address: q.Get("address"), Known: q.Get("known")}
	if f := h.recheck.Load(); f != nil {
		sub.Recheck = *f
	}
	h.served <- h.Serve(w, r, sub)
}

func (h *house) change(n uint64, urgent bool) {
	h.seq.Store(n)
	if urgent {
		h.mark.Store(n)
	}
	h.Changed(n, urgent)
}

// guest is a plain websocket client.
type guest struct {
	*websocket.Conn
	t *testing.T
}

func (h *house) visit(t *testing.T, query string) *guest {
	t.Helper()
	dialer := websocket.Dialer{NetDialContext: h.dial}
	c, _, err := dialer.Dial(h.url+"?"+query, nil)
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return &guest{c, t}
}

// read takes the next frame, within two seconds.
func (g *guest) read() Frame {
	g.t.Helper()
	f, err := g.tryRead(2 * time.Second)
	if err != nil {
		g.t.Fatalf("read: %v", err)
	}
	return f
}

func (g *guest) tryRead(within time.Duration) (f Frame, err error) {
	if err = g.SetReadDeadline(time.Now().Add(within)); err != nil {
		return f, err
	}
	_, b, err := g.ReadMessage()
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal(b, &f)
}

// closed reads until the server says goodbye and returns the code.
func (g *guest) closed(within time.Duration) int {
	g.t.Helper()
	end := time.Now().Add(within)
	for {
		_, err := g.tryRead(time.Until(end))
		if e, ok := err.(*websocket.CloseError); ok {
			return e.Code
		}
		if err != nil {
			g.t.Fatalf("no close frame: %v", err)
		}
	}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("never came true: %s", what)
}

func TestFirstFrameThenChanges(t *testing.T) {
	h := newHouse(t, Config{})
	h.seq.Store(7)
	g := h.visit(t, "key=a")
	f := g.read()
	if f.Seq != 7 || f.Epoch != "e1" || f.Build != "b1" || f.View != "display" || number(t, f) != 7 {
		t.Fatalf("first frame %+v", f)
	}
	if age := time.Since(f.At); age < -time.Second || age > time.Second {
		t.Fatalf("frame says it is %v old", age)
	}
	h.change(8, false)
	if f := g.read(); f.Seq != 8 || number(t, f) != 8 {
		t.Fatalf("second frame %+v", f)
	}
}

func TestOneRenderingForAllSockets(t *testing.T) {
	h := newHouse(t, Config{MaxPerAddress: 500})
	var guests []*guest
	for range 50 {
		guests = append(guests, h.visit(t, "key=a"))
	}
	for _, g := range guests {
		g.read()
	}
	before := h.renders.Load()
	h.change(1, true)
	for _, g := range guests {
		if n := number(t, g.read()); n != 1 {
			t.Fatalf("got %d", n)
		}
	}
	if n := h.renders.Load() - before; n != 1 {
		t.Errorf("%d renderings for 50 sockets", n)
	}
}
