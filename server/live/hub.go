package live

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"jiaohao/server/metrics"
)

// Config says how a Hub behaves. A zero field means the default given with it.
type Config struct {
	// Epoch and Build go into every frame.
	Epoch, Build string
	// Now is the clock of Frame.At, in the hall's zone; time.Now by default.
	Now func() time.Time
	// Coalesce is how long an ordinary change waits for those that come with it; 30 ms.
	Coalesce time.Duration
	// MinGap is the least distance of two ordinary frames of a topic; 100 ms. Calls may come closer, but
	// never more than 10 frames within 10 × MinGap.
	MinGap time.Duration
	// Repeat is after how long a topic's frame is sent again although nothing changed; 30 s.
	Repeat time.Duration
	// Ping is how often a client is asked for a sign of life; 20 s. One that gives none for 2½ times as
	// long is gone.
	Ping time.Duration
	// Recheck is how often Subscription.Recheck is asked; 60 s.
	Recheck time.Duration
	// WriteTimeout is how long a client may take for one frame before it is cut as TooSlow; 5 s.
	WriteTimeout time.Duration
	// MaxPerAddress bounds the sockets of one address, or of one who is known, 64; MaxSockets those of the hub, 4096,
	// of which strangers get at most seven eighths.
	MaxPerAddress, MaxSockets int
	// ReadLimit bounds one message of a client, in bytes; 4096.
	ReadLimit int64
	// Origins says whether a page of this request's origin may connect; SameOrigin by default.
	Origins func(*http.Request) bool
	// Refuse answers a request that cannot be upgraded; http.Error by default.
	Refuse func(w http.ResponseWriter, r *http.Request, status int, reason error)
	// OnGone is called when the last socket of a session has gone, from a goroutine of its own socket.
	// A new one may have come meanwhile: ask Sockets. It is not called by Shutdown, sessions survive that.
	OnGone func(session string)
	// Log is told of views that cannot be rendered and of clients cut; slog.Default() by default.
	Log *slog.Logger
	// Metrics is where the hub declares its figures; nil for none.
	Metrics *metrics.Registry
}

func (c Config) withDefaults() Config {
	c.Coalesce = cmp.Or(c.Coalesce, 30*time.Millisecond)
	c.MinGap = cmp.Or(c.MinGap, 100*time.Millisecond)
	c.Repeat = cmp.Or(c.Repeat, 30*time.Second)
	c.Ping = cmp.Or(c.Ping, 20*time.Second)
	c.Recheck = cmp.Or(c.Recheck, time.Minute)
	c.WriteTimeout = cmp.Or(c.WriteTimeout, 5*time.Second)
	c.MaxPerAddress = cmp.Or(c.MaxPerAddress, 64)
	c.MaxSockets = cmp.Or(c.MaxSockets, 4096)
	c.ReadLimit = cmp.Or(c.ReadLimit, 4096)
	c.Log = cmp.Or(c.Log, slog.Default())
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Origins == nil {
		c.Origins = SameOrigin
	}
	if c.Refuse == nil {
		c.Refuse = refuse
	}
	if c.OnGone == nil {
		c.OnGone = func(string) {}
	}
	return c
}

func refuse(w http.ResponseWriter, _ *http.Request, status int, reason error) {
	http.Error(w, reason.Error(), status)
}

// Hub pushes the frames of all topics to all sockets. Make one with NewHub, end it with Shutdown.
type Hub struct {
	cfg      Config
	door     *door
	upgrader websocket.Upgrader
	count    counters
	figures  figures

	changes atomic.Uint64 // calls of Changed
	since   atomic.Int64  // when the first came that no pass has seen, in nanoseconds since born; 0 = none
	born    time.Time
	newest  atomic.Uint64 // highest sequence told
	urgent  atomic.Bool
	wake    chan struct{}
	asked   chan struct{} // taken by the pump between two passes

	stop    chan struct{}
	once    sync.Once
	running sync.WaitGroup
}

// NewHub starts a hub: two goroutines, and one more for each socket.
func NewHub(cfg Config) *Hub {
	cfg = cfg.withDefaults()
	h := &Hub{
		cfg:  cfg,
		door: newDoor(cfg.MaxPerAddress, cfg.MaxSockets),
		wake: make(chan struct{}, 1), asked: make(chan struct{}),
		stop: make(chan struct{}),
		born: time.Now(),
	}
	h.upgrader = newUpgrader(cfg)
	h.declare(cfg.Metrics)
	h.running.Add(2)
	go (&pump{hub: h, topics: map[string]*topic{}, of: map[*socket]*topic{}}).run()
	go (&keeper{hub: h}).run()
	return h
}

// Changed says that the state behind all topics is now that of seq. It never waits. An urgent change
// is rendered at once, others together after Config.Coalesce; what is in between is skipped.
func (h *Hub) Changed(seq uint64, urgent bool) {
	for {
		old := h.newest.Load()
		if seq <= old || h.newest.CompareAndSwap(old, seq) {
			break
		}
	}
	if urgent {
		h.urgent.Store(true)
	}
	h.since.CompareAndSwap(0, max(1, int64(time.Since(h.born))))
	h.changes.Add(1)
	h.nudge()
}

func (h *Hub) nudge() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// Probe asks the pump for a sign of life; it returns when the pump is between two passes, with an error when ctx ends before
// or the hub has been shut down.
func (h *Hub) Probe(ctx context.Context) error {
	select {
	case h.asked <- struct{}{}:
		return nil
	case <-h.stop:
		return errStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stopped says that nothing more is rendered: a pass over thousands of topics ends in its middle.
func (h *Hub) stopped() bool {
	select {
	case <-h.stop:
		return true
	default:
		return false
	}
}

// Cut closes every socket of a session or terminal, each within a second, and says how many there were.
func (h *Hub) Cut(session string, reason CloseReason) int {
	return h.cut(h.door.session(session), reason)
}

func (h *Hub) cut(sockets []*socket, reason CloseReason) (n int) {
	for _, s := range sockets {
		if s.goodbye(reason) {
			n++
		}
	}
	return n
}

// Sockets is how many sockets a session has now.
func (h *Hub) Sockets(session string) int { return h.door.count(session) }

// Shutdown closes every socket as Restarting and stops the hub. It returns when all are gone; when ctx
// ends before, it drops the rest and returns the context's error: at once, however many there are, and
// even if a view or a Recheck hangs. The frames end first: they would take the goodbyes' time.
func (h *Hub) Shutdown(ctx context.Context) error {
	h.door.close()
	h.once.Do(func() { close(h.stop) })
	idle := make(chan struct{})
	go func() {
		h.running.Wait()
		close(idle)
	}()
	h.farewell(ctx)
	for _, gone := range []<-chan struct{}{h.door.empty, idle} {
		select {
		case <-gone:
		case <-ctx.Done():
			for _, s := range h.door.all(nil) {
				s.out.abort()
			}
			return ctx.Err()
		}
	}
	return nil
}

// farewell says goodbye to everybody inside, or to as many as there is time for.
func (h *Hub) farewell(ctx context.Context) {
	for _, s := range h.door.all(nil) {
		if ctx.Err() != nil {
			return
		}
		s.goodbye(Restarting)
	}
}
