package live

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Errors of Serve. The request has been answered when they are returned.
var (
	// ErrNotUpgraded: the request was no proper upgrade, or came from a page of another origin.
	ErrNotUpgraded = errors.New("live: not upgraded")
	// ErrTooMany: the socket was closed at once as TooMany.
	ErrTooMany = errors.New("live: too many sockets")
	// ErrShutdown: the hub is shutting down, the request was answered 503.
	ErrShutdown = errors.New("live: shutting down")
)

// Subscription is what a request may listen to, decided by the caller before the upgrade.
type Subscription struct {
	Topic Topic
	// Session names the session or terminal, for Cut and Sockets; empty for the public.
	Session string
	// Address is the client's, for the bound on sockets; empty is not bounded.
	Address string
	// Known names who has shown a key, also for a view that is open to all: such sockets are bounded for each
	// name, not for the address, and find a place when strangers have taken all of theirs. Empty for strangers.
	Known string
	// Recheck is asked once after the upgrade and then every Config.Recheck: cut true closes the socket for
	// that reason. It must not use the request, which is over by then. It may be nil.
	Recheck func() (reason CloseReason, cut bool)
}

// Serve upgrades the request and returns; the socket lives on. Authentication is the caller's job and
// must come first. A request that is refused has been answered through Config.Refuse.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, sub Subscription) error {
	held := h.door.hold(sub)
	if held == Restarting {
		h.count.refused.Add(1)
		h.cfg.Refuse(w, r, http.StatusServiceUnavailable, ErrShutdown)
		return ErrShutdown
	}
	s, err := h.upgrade(w, r, sub)
	switch {
	case err != nil && held == 0:
		h.door.release(sub)
		fallthrough
	case err != nil:
		h.count.refused.Add(1)
		return errors.Join(ErrNotUpgraded, err)
	case held == TooMany:
		h.turnAway(s)
		return ErrTooMany
	}
	h.settle(s)
	return nil
}

// upgrade answers the request, yes or no. The socket is locked meanwhile: the answer itself may be on
// its way in the outlet, which then calls back before there is a connection to speak of.
func (h *Hub) upgrade(w http.ResponseWriter, r *http.Request, sub Subscription) (*socket, error) {
	s := &socket{sub: sub, silence: h.cfg.Ping * 5 / 2}
	s.mu.Lock()
	defer s.mu.Unlock()
	conn, err := h.upgrader.Upgrade(&hijacker{ResponseWriter: w, socket: s, timeout: h.cfg.WriteTimeout}, r, nil)
	if err != nil {
		s.closing = true
		return nil, err
	}
	conn.SetReadLimit(h.cfg.ReadLimit)
	s.conn = conn
	return s, nil
}

// turnAway tells a client that there is no room. It is upgraded for that only because a browser page
// does not get to see the status of a refused upgrade. The request's own goroutine sees it out.
func (h *Hub) turnAway(s *socket) {
	h.count.cut(TooMany)
	s.goodbye(TooMany)
	s.read()
}

// settle lists the socket and starts its reader. The recheck right after closes the gap between the
// caller's look at the session and the moment from which Cut finds the socket.
func (h *Hub) settle(s *socket) {
	now := time.Now()
	s.nextPing, s.nextCheck = now.Add(h.cfg.Ping), now.Add(h.cfg.Recheck)
	h.count.sockets.Add(1)
	h.figures.sockets.Add(s.sub.Topic.View, 1)
	inside := h.door.enter(s)
	if inside {
		h.nudge()
	} else {
		s.goodbye(Restarting)
	}
	go func() {
		s.read()
		h.leave(s, inside)
	}()
	h.recheck(s)
}

func (h *Hub) leave(s *socket, inside bool) {
	last := inside && h.door.leave(s)
	h.count.sockets.Add(-1)
	h.figures.sockets.Add(s.sub.Topic.View, -1)
	if r := CloseReason(s.reason.Load()); r != 0 {
		h.count.cut(r)
		h.cfg.Log.Debug("socket cut", "view", s.sub.Topic.View, "address", s.sub.Address, "reason", r.String())
	}
	if inside {
		h.nudge()
	}
	if last {
		h.cfg.OnGone(s.sub.Session)
	}
	h.door.release(s.sub)
}

func newUpgrader(c Config) websocket.Upgrader {
	return websocket.Upgrader{
		HandshakeTimeout: c.WriteTimeout,
		ReadBufferSize:   256, // clients have nothing to say
		WriteBufferSize:  1024,
		WriteBufferPool:  &sync.Pool{},
		CheckOrigin:      c.Origins,
		Error:            c.Refuse,
	}
}

// hijacker puts the outlet under gorilla's connection. It looks for the hijackable writer behind any
// wrappers, as http.ResponseController does.
type hijacker struct {
	http.ResponseWriter
	socket  *socket
	timeout time.Duration
}

// Hijack takes the connection over from the HTTP server.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	s := h.socket
	s.out = newOutlet(c, h.timeout, s.relieved, func() { s.goodbye(TooSlow) })
	return s.out, rw, nil
}

// Unwrap lets http.ResponseController see through, for Config.Refuse.
func (h *hijacker) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// SameOrigin says whether a request comes from a page of the host it was sent to, or from no page at
// all (no Origin: a device or a program, which the caller has authenticated). It is stricter than
// gorilla's default: one Origin only, no page over plain HTTP for a server over TLS. The other way
// round is let through, as TLS may end at a proxy.
func SameOrigin(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return true
	}
	u, err := url.Parse(origins[0])
	if err != nil || len(origins) > 1 || u.Scheme+"://"+u.Host != origins[0] {
		return false
	}
	if u.Scheme != "https" && (u.Scheme != "http" || r.TLS != nil) {
		return false
	}
	return strings.EqualFold(u.Host, r.Host)
}
