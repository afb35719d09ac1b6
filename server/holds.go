package server

import "sync"

// holds keeps staff sessions from idling out while they have a socket: one hold for each, however many sockets it has.
type holds struct {
	hold    func(owner string) (release func(), ok bool)
	sockets func(owner string) int

	mu      sync.Mutex
	release map[string]func()
}

// settle makes the hold of an owner what its sockets demand now. Both a socket that has come and the last one that has gone
// call it, after the fact: a page that is reloaded does both at once, in any order. It reports false when there is a socket
// but nothing left to hold.
func (h *holds) settle(owner string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	release, held := h.release[owner]
	living := h.sockets(owner) > 0
	if held && !living {
		delete(h.release, owner)
		release()
	}
	if held || !living {
		return true
	}
	release, ok := h.hold(owner)
	if ok {
		h.release[owner] = release
	}
	return ok
}
