package gate

import (
	"cmp"
	"container/list"
	"context"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Newcomers are connections that have not asked for anything in full yet, with all headers and the body. They cost little
// and are never turned away, but there are only so many: when another comes, the one that has waited longest goes. So a
// storm of silent or slow connections drives out itself, and who asks at once is heard, whatever else is going on. Who has
// come in the last second has perhaps asked and is not heard yet, as when a whole hall comes back after a restart: only a
// crowd four times as large makes those go.
const (
	maxNewcomers          = 2048 // of everybody
	maxNewcomersOfAddress = 512
	crush                 = 4
	patience              = time.Second
)

// Config bounds the connections of strangers: of everybody who has not shown a key. A zero field means the default given
// with it.
type Config struct {
	// PerAddress is how many connections one address may hold; 1024.
	PerAddress int
	// InAll is how many there may be of all addresses together; 16000.
	InAll int
}

// Stats is how a gate is doing.
type Stats struct {
	// Connections are open now, Newcomers those of them that have not asked for anything yet.
	Connections, Newcomers int
	// Dropped is how many newcomers and idle connections had to make room since the start, Refused how many strangers found none.
	Dropped, Refused uint64
}

// Gate counts the connections of a server. Make one with [New]; put [Gate.Listener] under the server (under TLS too),
// [Gate.Context] and [Gate.State] into it, and call [Gate.Settle] when a request is whole.
type Gate struct {
	cfg Config

	mu              sync.Mutex
	places          map[netip.Addr]*place
	newcomers, idle list.List // of *conn, by how long they wait
	open            map[*conn]struct{}
	settled         int
	dropped         uint64
	refused         uint64
}

// New makes a gate.
func New(c Config) *Gate {
	c.PerAddress, c.InAll = cmp.Or(c.PerAddress, 1024), cmp.Or(c.InAll, 16000)
	return &Gate{cfg: c, places: map[netip.Addr]*place{}, open: map[*conn]struct{}{}}
}

// Listener counts the connections of a TCP listener.
func (g *Gate) Listener(l net.Listener) net.Listener { return listener{l, g} }

type listener struct {
	net.Listener
	gate *Gate
}

// Accept gives the next connection. It costs a place at the gate until it is closed.
func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	t, ok := c.(*net.TCPConn)
	if !ok {
		return c, nil // only tests listen on something else
	}
	return l.gate.arrive(t), nil
}

func (g *Gate) arrive(t *net.TCPConn) *conn {
	c := &conn{TCPConn: t, gate: g, since: time.Now()}
	if from, ok := t.RemoteAddr().(*net.TCPAddr); ok {
		c.address = networkOf(from.AddrPort().Addr())
	}
	g.mu.Lock()
	p := g.places[c.address]
	if p == nil {
		p = &place{}
		g.places[c.address] = p
	}
	p.conns++
	g.open[c] = struct{}{}
	victim := g.crowded(p, c.since)
	g.part(victim)
	c.among, c.near = g.newcomers.PushBack(c), p.newcomers.PushBack(c)
	g.mu.Unlock()
	if victim != nil {
		victim.drop()
	}
	return c
}

// crowded gives the newcomer that has to make room for another one of a place, nil if there is room.
func (g *Gate) crowded(p *place, now time.Time) *conn {
	if c := tired(&p.newcomers, maxNewcomersOfAddress, now); c != nil {
		return c
	}
	return tired(&g.newcomers, maxNewcomers, now)
}

func tired(newcomers *list.List, most int, now time.Time) *conn {
	if c := first(newcomers); newcomers.Len() >= crush*most || newcomers.Len() >= most && now.Sub(c.since) >= patience {
		return c
	}
	return nil
}

func first(l *list.List) *conn {
	if e := l.Front(); e != nil {
		return e.Value.(*conn)
	}
	return nil
}

// part takes a connection that has to make room off all counts.
func (g *Gate) part(c *conn) {
	if c != nil {
		g.dropped++
		g.forget(c)
	}
}

// forget is called with the lock held; a second time it does nothing.
func (g *Gate) forget(c *conn) {
	if c.stage == gone {
		return
	}
	p := g.places[c.address]
	g.unlist(c, p)
	c.stage = gone
	c.count(p, false)
	delete(g.open, c)
	if p.conns--; p.conns == 0 {
		delete(g.places, c.address)
	}
}

func (g *Gate) unlist(c *conn, p *place) {
	if c.among == nil {
		return
	}
	all, near := &g.newcomers, &p.newcomers
	if c.stage == idle {
		all, near = &g.idle, &p.idle
	}
	all.Remove(c.among)
	near.Remove(c.near)
	c.among, c.near = nil, nil
}

func (g *Gate) leave(c *conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.forget(c)
}

type connKey struct{}

// Context is for http.Server.ConnContext: requests then know their connection.
func (g *Gate) Context(ctx context.Context, c net.Conn) context.Context {
	if own := under(c); own != nil {
		return context.WithValue(ctx, connKey{}, own)
	}
	return ctx
}

// under finds the counted connection below TLS.
func under(c net.Conn) *conn {
	if secure, ok := c.(interface{ NetConn() net.Conn }); ok {
		c = secure.NetConn()
	}
	own, _ := c.(*conn)
	return own
}

// State is for http.Server.ConnState: a connection that was answered may have to make room.
func (g *Gate) State(c net.Conn, s http.ConnState) {
	own := under(c)
	if own == nil || s != http.StateIdle {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if own.stage != busy {
		return
	}
	own.stage = idle
	if !own.settled {
		return // who has shown a key makes room for nobody
	}
	own.among, own.near = g.idle.PushBack(own), g.places[own.address].idle.PushBack(own)
}

// Settle says that the request of a context is whole, and reports whether its connection may be answered. Who has shown
// a key always has room, and makes room for nobody from then on. Strangers may find none; known is asked then whether this one
// has a key after all. What came through no gate is not counted.
func (g *Gate) Settle(ctx context.Context, shown bool, known func() bool) bool {
	c, ok := ctx.Value(connKey{}).(*conn)
	if !ok || c.gate != g {
		return true
	}
	if g.settle(c, shown) {
		return true
	}
	if known() {
		return g.settle(c, true)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refused++
	return false
}

// settle marks a connection as being answered; false when there is no room for it, or when it had to make room itself.
func (g *Gate) settle(c *conn, known bool) bool {
	g.mu.Lock()
	p := g.places[c.address]
	room, victim := c.stage != gone, (*conn)(nil)
	if room && c.stage == newcomer && !known {
		if room, victim = g.room(p); room {
			c.count(p, true)
		}
	}
	if room {
		g.unlist(c, p)
		c.stage = busy
	}
	if room && known {
		c.count(p, false)
	}
	g.mu.Unlock()
	if victim != nil {
		victim.drop()
	}
	return room
}

// room finds a stranger of a place room, if need be that of the connection that was idle for longest.
func (g *Gate) room(p *place) (ok bool, victim *conn) {
	switch {
	case p.settled >= g.cfg.PerAddress:
		victim = first(&p.idle)
	case g.settled >= g.cfg.InAll:
		victim = first(&g.idle)
	default:
		return true, nil
	}
	g.part(victim)
	return victim != nil, victim
}

// Drop ends all connections at once, whatever is on its way, and counts none of them as dropped: the server is at its end.
func (g *Gate) Drop() {
	g.mu.Lock()
	open := slices.Collect(maps.Keys(g.open))
	g.mu.Unlock()
	for _, c := range open {
		c.drop()
	}
}

// Stats says how the gate is doing.
func (g *Gate) Stats() Stats {
	g.mu.Lock()
	defer g.mu.Unlock()
	return Stats{Connections: len(g.open), Newcomers: g.newcomers.Len(), Dropped: g.dropped, Refused: g.refused}
}
