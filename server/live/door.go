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
	byAddress map[string]int
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
		byAddress: map[string]int{},
		bySession: map[string]map[*socket]struct{}{},
		inside:    map[*socket]struct{}{},
		empty:     make(chan struct{}),
	}
}

// hold reserves a place before the upgrade, so that a crowd arriving at once cannot pass the bound. An
// empty address is not bounded. The reason is 0 if the place is held.
func (d *door) hold(address string) CloseReason {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.shut:
		return Restarting
	case d.held >= d.inAll, address != "" && d.byAddress[address] >= d.perAddress:
		return TooMany
	}
	d.held++
	d.byAddress[address]++
	return 0
}

// release gives back the place of a socket that left or never came to be.
func (d *door) release(address string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.held--
	if d.byAddress[address]--; d.byAddress[address] == 0 {
		delete(d.byAddress, address)
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
