package live

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"time"
)

// sluggish is a listener whose connections cost time to say goodbye to, as thousands of them do.
type sluggish struct {
	net.Listener
	now *atomic.Bool
}

func (l sluggish) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return sluggishConn{c, l.now}, err
}

type sluggishConn struct {
	net.Conn
	now *atomic.Bool
}

func (c sluggishConn) SetReadDeadline(at time.Time) error {
	if c.now.Load() {
		time.Sleep(20 * time.Millisecond)
	}
	return c.Conn.SetReadDeadline(at)
}

// endsInTime shuts a hub down that cannot say goodbye to all in time.
func endsInTime(t *testing.T, h *house) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	if err := h.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("shutdown said %v", err)
	}
	if d := time.Since(start); d > 500*time.Millisecond {
		t.Errorf("it took %v", d)
	}
	eventually(t, "nobody is left", func() bool { return h.Stats().Sockets == 0 })
}

// The promise to the service manager must not depend on how many sockets there are: a hundred goodbyes take two seconds here.
func TestShutdownEndsInTimeWithManySockets(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var now atomic.Bool
	h := newHouseOn(t, Config{MaxPerAddress: 100}, sluggish{l, &now}, nil)
	for range 100 {
		h.visit(t, "key=a").read()
	}
	now.Store(true)
	endsInTime(t, h)
}

// Nor on a view that does not come to its end.
func TestShutdownEndsInTimeWithAHangingView(t *testing.T) {
	h := newHouse(t, Config{})
	h.visit(t, "key=a").read()
	hold, before := make(chan struct{}), h.renders.Load()
	defer close(hold)
	h.hold.Store(&hold)
	h.change(1, true)
	eventually(t, "the view hangs", func() bool { return h.renders.Load() > before })
	endsInTime(t, h)
}

// TestShutdownRendersNothingMore: ten thousand phones have a thousand views, and the goodbyes wait for the processor.
func TestShutdownRendersNothingMore(t *testing.T) {
	h := newHouse(t, Config{})
	for _, key := range []string{"a", "b", "c", "d"} {
		h.visit(t, "key="+key).read()
	}
	hold, before := make(chan struct{}), h.renders.Load()
	h.hold.Store(&hold)
	h.change(1, true)
	eventually(t, "the first view hangs", func() bool { return h.renders.Load() == before+1 })
	ended := make(chan error, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	go func() { ended <- h.Shutdown(ctx) }()
	eventually(t, "everybody is told", func() bool { return h.Stats().Sockets == 0 })
	close(hold)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if n := h.renders.Load() - before; n != 1 {
		t.Errorf("%d views rendered while the hub stops", n)
	}
}
