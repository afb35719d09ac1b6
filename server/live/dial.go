package live

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

// maxFrame bounds a frame that the dialler takes, in bytes.
const maxFrame = 8 << 20

// Options say where a Dialer listens and who is told.
type Options struct {
	// URL is the ws:// or wss:// address with its query, e.g. "ws://hall:8080/api/v1/live?view=display".
	URL string
	// Header goes with each handshake, e.g. the terminal's Authorization.
	Header http.Header
	// Handler is given each frame, one after the other; while it works nothing is read.
	Handler func(Frame)
	// OnState is told of each change of state, from the same goroutine; it may be nil.
	OnState func(State)
	// TLS and NetDial replace the usual way of connecting; they may be nil.
	TLS     *tls.Config
	NetDial func(ctx context.Context, network, address string) (net.Conn, error)
	// Jitter gives numbers in [0, 1); math/rand by default.
	Jitter func() float64
}

// Phase is how a Dialer stands with its server.
type Phase string

// The phases, the same as in assets/js/live.js.
const (
	// Connecting: a connection is being made, or has not brought a frame yet.
	Connecting Phase = "connecting"
	// Live: what was shown last is what the server shows.
	Live Phase = "live"
	// Stale: the connection is there but silent for too long; it is given up for a new one.
	Stale Phase = "stale"
	// Offline: there is no connection, and a wait before the next try; or none any more, see Dialer.Err.
	Offline Phase = "offline"
)

// State is a phase with its story.
type State struct {
	Phase Phase
	// Since is when the dialler came to be Live, or ceased to be: it does not move while it tries.
	Since time.Time
	// Err is why it is not live, nil at first and when it is.
	Err error
}

// Refused is the server's answer to a handshake that was not upgraded, by its HTTP status.
type Refused struct{ Status int }

// Error gives the status and its name.
func (e *Refused) Error() string {
	return fmt.Sprintf("live: refused with %d %s", e.Status, http.StatusText(e.Status))
}

// Closed is the server's goodbye.
type Closed struct{ Reason CloseReason }

// Error gives the reason in words.
func (e *Closed) Error() string { return "live: closed: " + e.Reason.String() }

var (
	errStale  = errors.New("live: silent for too long")
	errGarble = errors.New("live: not a frame")
)

// Dialer listens to one topic of a server for as long as its context lasts, through restarts of the
// server and failures of the net. Only a final CloseReason ends it earlier.
type Dialer struct {
	opt      Options
	dialer   websocket.Dialer
	cancel   context.CancelFunc
	done     chan struct{}
	err      error // set before done is closed
	state    State
	sieve    sieve
	failures int       // tries in a row that came to nothing
	opened   time.Time // when the present connection was made
}

// Dial starts a Dialer and returns at once.
func Dial(ctx context.Context, opt Options) *Dialer {
	ctx, cancel := context.WithCancel(ctx)
	if opt.Jitter == nil {
		opt.Jitter = rand.Float64
	}
	if opt.OnState == nil {
		opt.OnState = func(State) {}
	}
	d := &Dialer{
		opt:    opt,
		cancel: cancel,
		done:   make(chan struct{}),
		dialer: websocket.Dialer{
			HandshakeTimeout: 10 * time.Second,
			TLSClientConfig:  opt.TLS,
			NetDialContext:   opt.NetDial,
			WriteBufferSize:  256,
		},
	}
	go d.run(ctx)
	return d
}

// Close ends the dialler and waits until its Handler is no longer called.
func (d *Dialer) Close() {
	d.cancel()
	<-d.done
}

// Done is closed when the dialler has ended.
func (d *Dialer) Done() <-chan struct{} { return d.done }

// Err is why the dialler has ended: a *Closed with a final reason, or the context's error. It is nil
// before Done is closed.
func (d *Dialer) Err() error {
	select {
	case <-d.done:
		return d.err
	default:
		return nil
	}
}

func (d *Dialer) run(ctx context.Context) {
	defer close(d.done)
	defer d.cancel()
	for {
		d.opened = time.Time{}
		err := d.listen(ctx)
		if ctx.Err() != nil {
			d.err = ctx.Err()
			d.enter(Offline, d.err)
			return
		}
		var closed *Closed
		if errors.As(err, &closed) && closed.Reason.Final() {
			d.err = err
			d.enter(Offline, err)
			return
		}
		d.failures++
		if !d.opened.IsZero() && time.Since(d.opened) >= settled {
			d.failures = 1
		}
		d.pause(ctx, err)
	}
}

// pause waits before the next try. A silent connection is replaced at once: it may have died long ago.
func (d *Dialer) pause(ctx context.Context, err error) {
	if errors.Is(err, errStale) && d.failures == 1 {
		return
	}
	d.enter(Offline, err)
	var reason CloseReason
	if closed := (*Closed)(nil); errors.As(err, &closed) {
		reason = closed.Reason
	}
	timer := time.NewTimer(wait(d.failures, reason, d.opt.Jitter()))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// enter tells of a new phase. Since moves only between live and not live.
func (d *Dialer) enter(p Phase, err error) {
	if p == d.state.Phase {
		return
	}
	if d.state.Phase == "" || p == Live || d.state.Phase == Live {
		d.state.Since = time.Now()
	}
	d.state.Phase, d.state.Err = p, err
	d.opt.OnState(d.state)
}

// listen makes one connection and reads it until it ends.
func (d *Dialer) listen(ctx context.Context) error {
	d.enter(Connecting, d.state.Err)
	conn, answer, err := d.dialer.DialContext(ctx, d.opt.URL, d.opt.Header)
	if err != nil {
		if answer != nil && errors.Is(err, websocket.ErrBadHandshake) {
			return &Refused{Status: answer.StatusCode}
		}
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { depart(conn) })
	defer stop()
	conn.SetReadLimit(maxFrame)
	d.opened = time.Now()
	d.sieve.connected()
	for {
		if err := d.next(ctx, conn); err != nil {
			return err
		}
	}
}

// depart says goodbye properly; the server's answer ends the reading, or else the deadline does.
func depart(conn *websocket.Conn) {
	until := time.Now().Add(grace)
	bye := websocket.FormatCloseMessage(websocket.CloseGoingAway, "")
	if conn.WriteControl(websocket.CloseMessage, bye, until) != nil || conn.SetReadDeadline(until) != nil {
		_ = conn.Close()
	}
}

// next reads one frame and hands it on. The deadline is set before the context is looked at: in the
// other order it could undo the nearer one that depart has set.
func (d *Dialer) next(ctx context.Context, conn *websocket.Conn) error {
	if err := conn.SetReadDeadline(time.Now().Add(staleAfter)); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	_, b, err := conn.ReadMessage()
	if err != nil {
		return d.explain(err)
	}
	f, err := readFrame(b)
	if err != nil {
		return err
	}
	if d.sieve.passes(f) {
		d.enter(Live, nil)
		d.opt.Handler(f)
	}
	return nil
}

func readFrame(b []byte) (f Frame, err error) {
	if err := json.Unmarshal(b, &f); err != nil || f.View == "" {
		return Frame{}, cmp.Or(err, errGarble)
	}
	return f, nil
}

func (d *Dialer) explain(err error) error {
	if e := (*websocket.CloseError)(nil); errors.As(err, &e) {
		return &Closed{Reason: CloseReason(e.Code)}
	}
	if e := net.Error(nil); errors.As(err, &e) && e.Timeout() {
		d.enter(Stale, errStale)
		return errStale
	}
	return err
}
