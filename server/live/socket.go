package live

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// grace is how long a socket that was told goodbye may take to answer.
const grace = time.Second

// lingerBytes bounds what is still read from a client whose message was too big.
const lingerBytes = 64 << 10

// chatter is how many messages a client may send between two pings.
const chatter = 120

// socket is one connected client. Frames are written by the pump and, when the client was slow, by
// the outlet's drain; mu keeps the two apart.
type socket struct {
	conn    *websocket.Conn
	out     *outlet
	sub     Subscription
	silence time.Duration // without a pong for so long the client is gone

	mu      sync.Mutex
	closing bool
	waiting *websocket.PreparedMessage // the newest frame that came while the outlet was busy

	heard     atomic.Int32 // messages since the last ping
	gen       uint64       // the topic's generation last handed over; the pump's
	nextPing  time.Time    // the keeper's
	nextCheck time.Time    // the keeper's
	reason    atomic.Int64 // why the server closed it, 0 if it did not
}

// send hands over a frame without waiting. A frame that finds the one before still on its way takes
// the place of whatever waited there: the latest wins. It reports whether one was replaced.
func (s *socket) send(m *websocket.PreparedMessage) (replaced bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	if s.out.isBusy() {
		replaced = s.waiting != nil
		s.waiting = m
		return replaced
	}
	s.write(m)
	return false
}

// relieved is called by the outlet when a slow frame is through.
func (s *socket) relieved() {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.waiting
	s.waiting = nil
	if m != nil && !s.closing {
		s.write(m)
	}
}

// write is called with the lock held. After an error nothing can be said to this client any more;
// closing the connection ends its reader, which takes it off the lists.
func (s *socket) write(m *websocket.PreparedMessage) {
	if s.conn.WritePreparedMessage(m) != nil {
		s.closing = true
		_ = s.conn.Close()
	}
}

// ping reports whether it was sent; it waits its turn while a frame is on its way.
func (s *socket) ping(m *websocket.PreparedMessage) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing || s.out.isBusy() {
		return false
	}
	s.heard.Store(0)
	s.write(m)
	return true
}

// goodbye sends the close frame and gives the client a moment to answer it. It reports whether this
// call was the one that closed the socket.
func (s *socket) goodbye(r CloseReason) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.closing, s.waiting = true, nil
	s.reason.Store(int64(r))
	until := time.Now().Add(grace)
	err := s.conn.WriteControl(websocket.CloseMessage, r.message(), until)
	s.out.part(grace)
	if err != nil || s.conn.SetReadDeadline(until) != nil {
		_ = s.conn.Close()
	}
	return true
}

// read throws away what the client says until the connection ends.
func (s *socket) read() {
	s.conn.SetPongHandler(func(string) error { return s.alive() })
	s.conn.SetPingHandler(s.pong)
	err := s.alive()
	for err == nil {
		err = s.skip()
		s.count()
	}
	if errors.Is(err, websocket.ErrReadLimit) {
		s.linger()
	}
	_ = s.conn.Close()
}

// skip reads a message to its end: gorilla applies the read limit to what is read, not to what is there.
func (s *socket) skip() error {
	_, r, err := s.conn.NextReader()
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r)
	return err
}

// linger takes in the rest of a message that was too big. Closing with it unread would reset the
// connection, and the client would never see the close frame.
func (s *socket) linger() {
	if s.out.Conn.SetReadDeadline(time.Now().Add(grace)) == nil {
		// Whatever ends it, the connection is closed next.
		_, _ = io.Copy(io.Discard, io.LimitReader(s.out.Conn, lingerBytes))
	}
}

// alive puts off the end of the connection, unless the end was already announced.
func (s *socket) alive() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return nil
	}
	return s.conn.SetReadDeadline(time.Now().Add(s.silence))
}

func (s *socket) pong(data string) error {
	s.count()
	err := s.conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(grace))
	if errors.Is(err, websocket.ErrCloseSent) {
		return nil
	}
	return errors.Join(err, s.alive())
}

func (s *socket) count() {
	if s.heard.Add(1) > chatter {
		s.goodbye(Chatty)
	}
}
