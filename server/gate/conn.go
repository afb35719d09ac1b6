package gate

import (
	"container/list"
	"net"
	"net/netip"
	"time"
)

// stage is how far a connection has come.
type stage uint8

const (
	newcomer stage = iota // has not asked for anything in full yet
	busy                  // is being answered, or has become a socket
	idle                  // was answered and may ask again
	gone
)

// conn is one connection of a client.
type conn struct {
	*net.TCPConn
	gate    *Gate
	address netip.Addr
	since   time.Time // its arrival

	// Guarded by the gate's mu.
	stage   stage
	settled bool          // counts as a stranger's
	among   *list.Element // in the gate's list of newcomers or of idle ones
	near    *list.Element // in that of its address
}

// Close ends the connection and gives its place back.
func (c *conn) Close() error {
	c.gate.leave(c)
	return c.TCPConn.Close()
}

// count says whether the connection counts as a stranger's. It is called with the gate's lock held.
func (c *conn) count(p *place, stranger bool) {
	if c.settled == stranger {
		return
	}
	c.settled = stranger
	if stranger {
		p.settled++
		c.gate.settled++
	} else {
		p.settled--
		c.gate.settled--
	}
}

// drop ends the connection at once. Nothing more is said to it, so that nothing of it stays behind in the kernel either.
func (c *conn) drop() {
	_ = c.TCPConn.SetLinger(0) // an error means that it is closed already
	_ = c.TCPConn.Close()
}

// place is what is known of one address, while it has a connection.
type place struct {
	conns, settled  int
	newcomers, idle list.List
}
