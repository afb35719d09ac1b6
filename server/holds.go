package server

import "sync"

// holds keeps what must be released when a session's last socket has closed.
type holds struct {
	mu      sync.Mutex
	release map[string][]func()
}

func (h *holds) add(owner string, release func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.release == nil {
		h.release = map[string][]func(){}
	}
	h.release[owner] = append(h.release[owner], release)
}

func (h *holds) drop(owner string) {
	h.mu.Lock()
	list := h.release[owner]
	delete(h.release, owner)
	h.mu.Unlock()
	for _, release := range list {
		release()
	}
}
