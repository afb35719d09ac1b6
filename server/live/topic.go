package live

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gorilla/websocket"

	"jiaohao/server/metrics"
)

// Topic is a view that can be subscribed to.
type Topic struct {
	// Key tells topics apart, e.g. "display:zone-a". Sockets with the same Key share one rendering, so
	// all that decides what the view shows, rights included, must be in it.
	Key string
	// View is the name of the view in each frame, e.g. "display".
	View string
	// Rank orders the topics that are due together: a lower one is rendered and sent first. Boards
	// belong before the phones of which each has a topic of its own.
	Rank int
	// Render makes the view now: the sequence it shows, its JSON (not to be modified afterwards) and a
	// mark that changes when the view shows something that must not wait, e.g. the sequence of its newest
	// call. A mark of 0 means that every urgent change is urgent for this view. It is called by one
	// goroutine that serves all topics, so it must not wait for anything.
	Render func() (seq uint64, data []byte, urgent uint64, err error)
}

// ErrGone is what Render returns when what the topic shows exists no longer: its sockets are closed
// with the reason Gone.
var ErrGone = errors.New("live: gone")

var (
	errBackwards = errors.New("live: the view went back to an earlier sequence")
	errNotJSON   = errors.New("live: the view is not JSON")
	errStopped   = errors.New("live: the hub has stopped")
)

// topic is a Topic somebody listens to. The pump alone touches it.
type topic struct {
	Topic
	envelope
	pace
	sockets []*socket

	stale   bool // a change came after the last rendering
	hurry   bool // what was rendered last has not been sent and must not wait
	seq     uint64
	mark    uint64
	gen     uint64 // counts the different data; a socket with the same number has them
	data    []byte
	frame   *websocket.PreparedMessage
	size    int
	madeAt  time.Time
	took    *metrics.Histogram // how long rendering took
	told    time.Time          // when the first change came that has not been shown yet; zero = none
	failure string             // the last rendering's error, so that each is logged once
}

// refresh renders the view and notes whether there is something new and whether that is urgent. After
// an error the old frame stands.
func (t *topic) refresh(urgent bool) error {
	seq, data, mark, err := t.render()
	switch {
	case err != nil:
		return err
	case t.gen > 0 && seq < t.seq:
		return fmt.Errorf("%w: %d after %d", errBackwards, seq, t.seq)
	case t.gen > 0 && bytes.Equal(data, t.data):
		t.stale, t.seq, t.mark = false, seq, mark
		return nil
	case !json.Valid(data):
		return errNotJSON
	}
	t.hurry = t.hurry || t.gen > 0 && (mark != t.mark || urgent && mark == 0)
	t.stale, t.seq, t.mark, t.data, t.frame = false, seq, mark, data, nil
	t.gen++
	return nil
}

// render keeps a view that panics from taking the server with it: the boards keep what they show.
func (t *topic) render() (seq uint64, data []byte, mark uint64, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("live: the view panicked: %v", p)
		}
	}()
	return t.Render()
}

// message is the current frame, encoded once for all sockets. Clients set their clocks by it, so one
// that was made earlier than maxAge before now is made again.
func (t *topic) message(now time.Time, clock func() time.Time, maxAge time.Duration) (*websocket.PreparedMessage, error) {
	if t.frame != nil && now.Sub(t.madeAt) <= maxAge {
		return t.frame, nil
	}
	b := t.wrap(t.seq, clock(), t.data)
	m, err := websocket.NewPreparedMessage(websocket.TextMessage, b)
	if err != nil {
		return nil, err
	}
	t.frame, t.size, t.madeAt = m, len(b), now
	return m, nil
}

// remove takes a socket off the list; the order of the list means nothing.
func (t *topic) remove(s *socket) {
	for i, x := range t.sockets {
		if x == s {
			last := len(t.sockets) - 1
			t.sockets[i] = t.sockets[last]
			t.sockets[last] = nil
			t.sockets = t.sockets[:last]
			return
		}
	}
}
