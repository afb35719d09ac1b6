package live

import (
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

const (
	// sendBuffer bounds what the kernel holds for one socket, in bytes, so that a slow client reads at
	// most that much of the past; partingBuffer makes room for a close frame behind it.
	sendBuffer    = 128 << 10
	partingBuffer = 4 * sendBuffer
	// tailBytes bounds the control frames that wait behind a frame that is not through yet.
	tailBytes = 1 << 10
)

var errClogged = errors.New("live: too much waits for this socket")

// outlet is a connection whose Write never waits. What the kernel does not take at once is carried on
// by a goroutine that lives only as long as that takes, so that one goroutine can write to all sockets
// and a slow one holds nobody up.
type outlet struct {
	net.Conn
	timeout time.Duration
	relieve func() // called without a lock when everything is written after all
	late    func() // called without a lock, once, when the rest took longer than timeout

	raw     syscall.RawConn // nil: this connection can only be written to with waiting (TLS)
	attempt func(fd uintptr) bool

	mu      sync.Mutex
	busy    bool   // a drain goroutine is writing
	parting bool   // the close frame is written; its deadline is the last one
	tail    []byte // what follows when the drain goroutine is through with what it has in hand

	// Argument and results of attempt: a closure made for each write would be garbage for each write.
	out []byte
	n   int
	err error
}

// buffered is a TCP connection, also one that somebody has wrapped to count it.
type buffered interface {
	net.Conn
	SetWriteBuffer(bytes int) error
	SetLinger(seconds int) error
}

// bufferedOf finds the TCP connection that a connection is or that lies under its TLS.
func bufferedOf(c net.Conn) (t buffered, ok bool) {
	if secure, is := c.(interface{ NetConn() net.Conn }); is {
		c = secure.NetConn()
	}
	t, ok = c.(buffered)
	return t, ok
}

func newOutlet(c net.Conn, timeout time.Duration, relieve, late func()) *outlet {
	o := &outlet{Conn: c, timeout: timeout, relieve: relieve, late: late}
	if t, ok := bufferedOf(c); ok {
		// An error here means a dying connection, which the first read reports.
		_ = t.SetWriteBuffer(sendBuffer)
	}
	s, ok := c.(syscall.Conn)
	if !ok || !canAttempt {
		return o
	}
	if raw, err := s.SyscallConn(); err == nil {
		o.raw = raw
		o.attempt = func(fd uintptr) bool {
			o.n, o.err = attemptWrite(fd, o.out)
			return true // false would wait until the descriptor is writable
		}
	}
	return o
}

// SetWriteDeadline does nothing: Write ends at once, and the deadline of the rest is the outlet's own.
// gorilla sets one before every write, which would cost a timer each.
func (o *outlet) SetWriteDeadline(time.Time) error { return nil }

// Write hands p to the kernel as far as that goes without waiting; the rest follows by itself.
func (o *outlet) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.busy {
		return o.append(p)
	}
	n, err := o.try(p)
	if err != nil {
		return n, err
	}
	if n < len(p) {
		o.startDrain(append([]byte(nil), p[n:]...))
	}
	return len(p), nil
}

func (o *outlet) try(p []byte) (int, error) {
	if o.raw == nil {
		return 0, nil
	}
	o.out, o.n, o.err = p, 0, nil
	if err := o.raw.Write(o.attempt); err != nil {
		return 0, err
	}
	o.out = nil
	return o.n, o.err
}

func (o *outlet) append(p []byte) (int, error) {
	if len(o.tail) > tailBytes {
		return 0, errClogged
	}
	o.tail = append(o.tail, p...)
	return len(p), nil
}

func (o *outlet) isBusy() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.busy
}

func (o *outlet) startDrain(rest []byte) {
	o.busy = true
	// A deadline that cannot be set belongs to a closed connection: the write below says so.
	_ = o.Conn.SetWriteDeadline(time.Now().Add(o.timeout))
	go o.drain(rest)
}

func (o *outlet) drain(rest []byte) {
	for rest != nil {
		n, err := o.Conn.Write(rest)
		rest = rest[n:]
		switch {
		case err == nil:
			rest = o.next()
		case errors.Is(err, os.ErrDeadlineExceeded) && !o.isParting():
			o.late()
			o.part(o.timeout)
		default:
			o.abort()
			return
		}
	}
	o.relieve()
}

// next is what to write after the rest is through; nil ends the drain.
func (o *outlet) next() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.tail) > 0 {
		rest := o.tail
		o.tail = nil
		return rest
	}
	o.busy = false
	_ = o.Conn.SetWriteDeadline(time.Time{})
	return nil
}

func (o *outlet) isParting() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.parting
}

// part gives what is still to be written, the close frame last, at most grace, and room in the kernel:
// a client that reads again later then still finds why it was cut. Only the first call counts.
func (o *outlet) part(grace time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.parting {
		return
	}
	o.parting = true
	if !o.busy {
		return
	}
	if t, ok := bufferedOf(o.Conn); ok {
		_ = t.SetWriteBuffer(partingBuffer)
	}
	_ = o.Conn.SetWriteDeadline(time.Now().Add(grace))
}

// abort drops the connection together with what the kernel still holds for it: its other end stopped
// in the middle of a frame, nothing sent after that could be understood. TLS is not asked: before it
// closes it waits up to 5 s until the other end takes its farewell.
func (o *outlet) abort() {
	if t, ok := bufferedOf(o.Conn); ok {
		_ = t.SetLinger(0)
		_ = t.Close()
		return
	}
	_ = o.Conn.Close()
}
