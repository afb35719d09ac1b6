package live

import (
	"maps"
	"sync"
	"sync/atomic"
)

// Stats is what a hub has done since it started.
type Stats struct {
	// Sockets are open now; Refused were not upgraded.
	Sockets, Refused uint64
	// Renderings of topics: Same led to no frame, Failures to an error.
	Renderings, Same, Failures uint64
	// Frames were handed over with Bytes in all; Replaced gave way to a newer one before they were sent.
	Frames, Bytes, Replaced uint64
	// Newest is the highest sequence the hub was told of.
	Newest uint64
	// Cut counts the sockets closed by the server.
	Cut map[CloseReason]uint64
}

type counters struct {
	sockets                    atomic.Int64
	refused                    atomic.Uint64
	renderings, same, failures atomic.Uint64
	frames, bytes, replaced    atomic.Uint64

	mu   sync.Mutex
	cuts map[CloseReason]uint64
}

func (c *counters) cut(r CloseReason) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cuts == nil {
		c.cuts = map[CloseReason]uint64{}
	}
	c.cuts[r]++
}

// Stats is a snapshot; its members are read one after the other.
func (h *Hub) Stats() Stats {
	c := &h.count
	c.mu.Lock()
	defer c.mu.Unlock()
	return Stats{
		Sockets:    uint64(max(c.sockets.Load(), 0)),
		Refused:    c.refused.Load(),
		Renderings: c.renderings.Load(),
		Same:       c.same.Load(),
		Failures:   c.failures.Load(),
		Frames:     c.frames.Load(),
		Bytes:      c.bytes.Load(),
		Replaced:   c.replaced.Load(),
		Newest:     h.newest.Load(),
		Cut:        maps.Clone(c.cuts),
	}
}
