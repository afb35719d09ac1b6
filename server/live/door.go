package live

import (
	"maps"
	"slices"
	"sync"
)

// door counts who is inside, by address and by session, and tells the pump who came and went.
type door struct {
	perAddress, inAll int

	mu        sync.Mutex
	shut      bool
	held      int // sockets, and requests on their way to become one
	byHolder  map[string]int
	bySession map[string]map[*socket]struct{}
	inside    map[*socket]struct{}
	queue     []move
	empty     chan struct{} // closed when the door is shut and nobody is held any more
}

// move is a socket that came or left.
type move struct {
	socket *socket
	leaves bool
}

func newDoor(perAddress, inAll int) *door {
	return &door{
		perAddress: perAddress, inAll: inAll,
		byHolder:  map[string]int{},
		bySession: map[string]map[*socket]struct{}{},
		inside:    map[*socket]struct{}{},
		empty:     make(chan struct{}),
	}
}

// hold reserves a place before the upgrade, so that a crowd arriving at once cannot pass the bound. Whoever
// is known has places of their own, and the last eighth of all; for strangers those of their address count,
// but for an empty one. The reason is 0 if the place is held.
func (d *door) hold(sub Subscription) CloseReason {
	d.mu.Lock()
	defer d.mu.Unlock()
	inAll, of := d.inAll, holderOf(sub)
	if sub.Known == "" {
		inAll -= d.inAll / 8
	}
	switch {
	case d.shut:
		return Restarting
	case d.held >= inAll, of != "" && d.byHolder[of] >= d.perAddress:
		return TooMany
	}
	d.held++
	d.byHolder[of]++
	return 0
}

// holderOf names whose places a socket takes: those of its address, which has no blank in it, or of who is known.
func holderOf(sub Subscription) string {
	if sub.Known != "" {
		return "known " + sub.Known
	}
	return sub.Address
}

// release gives back the place of a socket that left or never came to be.
func (d *door) release(sub Subscription) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.held--
	of := holderOf(sub)
	if d.byHolder[of]--; d.byHolder[of] == 0 {
		delete(d.byHolder, of)
	}
	d.checkEmpty()
}

func (d *door) checkEmpty() {
	if d.shut && d.held == 0 {
		select {
		case <-d.empty:
		default:
			close(d.empty)
		}
	}
}

// enter lists a socket that holds a place; false if the door was shut meanwhile.
func (d *door) enter(s *socket) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.shut {
		return false
	}
	d.inside[s] = struct{}{}
	if id := s.sub.Session; id != "" {
		if d.bySession[id] == nil {
			d.bySession[id] = map[*socket]struct{}{}
		}
		d.bySession[id][s] = struct{}{}
	}
	d.queue = append(d.queue, move{socket: s})
	return true
}

// leave takes a socket off the lists and says whether it was the last of its session. While the hub
// shuts down no session is gone: its people come back to the next process.
func (d *door) leave(s *socket) (last bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.inside, s)
	d.queue = append(d.queue, move{socket: s, leaves: true})
	id := s.sub.Session
	delete(d.bySession[id], s)
	if id == "" || len(d.bySession[id]) > 0 {
		return false
	}
	delete(d.bySession, id)
	return !d.shut
}

func (d *door) moves() []move {
	d.mu.Lock()
	defer d.mu.Unlock()
	q := d.queue
	d.queue = nil
	return q
}

func (d *door) all(buf []*socket) []*socket {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.AppendSeq(buf, maps.Keys(d.inside))
}

func (d *door) session(id string) []*socket {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Collect(maps.Keys(d.bySession[id]))
}

func (d *door) count(session string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.bySession[session])
}

func (d *door) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shut = true
	d.checkEmpty()
}
