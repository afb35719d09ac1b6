package server

import (
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
	"jiaohao/server/metrics"
)

// Bounds of the desk.
const (
	maxBatch  = 512             // commands of one append
	inbox     = 4096            // commands that may wait; more wait at the door
	fullRetry = 2 * time.Second // what callers are told to wait for, and when time itself tries again
	clockLook = 10 * time.Second
	dueAgain  = 50 * time.Millisecond // after time has done something there may be more
)

// Fold follows the recorded events, for instance the statistics. Apply is called once for each, in order, before the
// command that caused it is answered.
type Fold interface {
	Apply(seq uint64, at hall.Time, h hall.Header, e hall.Event)
}

// Desk is the single writer: it decides, records, publishes and answers, in this order. While one batch is made durable
// the next is decided; nothing of it is seen before its own append has returned.
type Desk struct {
	journal journal.Journal
	clock   *Clock
	log     *slog.Logger
	folds   []Fold
	publish func(seq uint64, urgent bool)
	fatal   func(error)
	seal    func(digest []byte) (sealed []byte, also [][]byte, err error)
	still   bool
	watched bool

	orders  chan *pending
	ready   chan struct{} // the committer is idle
	batches chan *batch
	spare   chan *batch   // empty, to be used again
	undone  chan error    // the committer could not append
	stop    chan struct{} // closed: decide what is there, then end
	once    sync.Once     // of closing stop
	ended   chan struct{}
	dead    chan struct{} // closed: the committer has ended
	failed  <-chan error  // the journal has failed behind the back of its appends; nil when it never does
	timer   *time.Timer   // owned by Run: when to ask what time does

	state   atomic.Pointer[published]
	notes   notes
	full    atomic.Int64 // hall time since when there is no space, 0 while there is
	refused atomic.Uint64
	done    atomic.Uint64
	appends atomic.Uint64
	lastLag atomic.Int64 // nanoseconds the last append took
	figures deskFigures
}

// DeskConfig is what a desk needs. Fatal is called when the journal can no longer be trusted: the process must end, the
// restart folds what is really there.
type DeskConfig struct {
	Journal journal.Journal
	Clock   *Clock
	Log     *slog.Logger
	Folds   []Fold
	Publish func(seq uint64, urgent bool)
	Fatal   func(error)
	// Metrics is where the desk declares its figures; nil for none.
	Metrics *metrics.Registry
	// Seal makes of a request's digest what may be recorded, see [Persons.Seal]; nil records it as it is.
	Seal func(digest []byte) (sealed []byte, also [][]byte, err error)
	// Still lets time do nothing: for a command on the files of a hall that rests, which must not open its day.
	Still bool
	// Watched says that somebody looks for room and calls RoomAgain: until then a full journal is not tried again. A small
	// append may still fit where a large one does not, and a hall that takes every third ticket is worse than one that says why.
	Watched bool
}

// published is a durable state with the chain value of its last record.
type published struct {
	hall.State
	chain [32]byte
}

type pending struct {
	order  hall.Order
	answer chan answer
}

type answer struct {
	receipt hall.Receipt
	err     error
}

// batch is what one append makes durable, with the answers that wait for it.
type batch struct {
	after    uint64
	drafts   []journal.Draft
	bytes    []byte // of the drafts, one behind the other
	recorded []recorded
	waiting  []*pending
	answers  []answer
	state    hall.State
	urgent   bool
}

type recorded struct {
	at     hall.Time
	header hall.Header
	event  hall.Event
}

// NewDesk makes a desk that goes on from a state. Run starts it.
func NewDesk(c DeskConfig, s hall.State) *Desk {
	head := c.Journal.Head()
	d := &Desk{journal: c.Journal, clock: c.Clock, log: c.Log, folds: c.Folds, publish: c.Publish, fatal: c.Fatal, seal: c.Seal, still: c.Still, watched: c.Watched,
		orders: make(chan *pending, inbox), ready: make(chan struct{}), batches: make(chan *batch), spare: make(chan *batch, 2), undone: make(chan error, 1),
		stop: make(chan struct{}), ended: make(chan struct{}), dead: make(chan struct{}), timer: time.NewTimer(clockLook)}
	if f, ok := c.Journal.(interface{ Failed() <-chan error }); ok {
		d.failed = f.Failed()
	}
	d.state.Store(&published{s, head.Chain})
	d.declare(c.Metrics)
	return d
}

// State is the newest state that is durable.
func (d *Desk) State() hall.State { return d.state.Load().State }

// Run works until Stop. It must be called once.
func (d *Desk) Run() {
	defer close(d.ended)
	go d.commit()
	w, cur := d.begin()
	defer d.timer.Stop()
	stop := d.stop
	for {
		ready, orders := d.ready, d.orders
		if len(cur.waiting) == 0 {
			ready = nil
		}
		if len(cur.waiting) >= maxBatch {
			orders = nil
		}
		if stop == nil && len(cur.waiting) == 0 && len(d.orders) == 0 {
			close(d.batches)
			<-d.dead
			return
		}
		select {
		case p := <-orders:
			d.take(w, cur, p)
		case <-ready:
			d.gather(w, cur)
			w, cur = d.handOver(w, cur)
		case err := <-d.undone:
			w, cur = d.startAgain(cur, err)
		case <-d.timer.C:
			d.timer.Reset(d.due(w, cur))
		case <-d.dead:
			return
		case <-stop:
			stop = nil
		}
	}
}

// gather takes those along who have just been answered and come back at once. Without it two half groups of the same
// clients would take turns, each paying a whole sync; there is no waiting here, only letting the others run.
func (d *Desk) gather(w *hall.Working, cur *batch) {
	for quiet := 0; quiet < 3 && len(cur.waiting) < maxBatch; {
		select {
		case p := <-d.orders:
			d.take(w, cur, p)
			quiet = 0
		default:
			quiet++
			runtime.Gosched()
		}
	}
}

// handOver gives the open batch to the committer, which has just become idle. If its last append failed for want of space,
// everything decided since stands on sand: it is refused, and the desk begins again from what is durable.
func (d *Desk) handOver(w *hall.Working, cur *batch) (*hall.Working, *batch) {
	select {
	case err := <-d.undone:
		w, cur = d.startAgain(cur, err)
	default:
		cur.state = w.Publish()
	}
	d.batches <- cur
	return w, d.open(w)
}

// Stop ends the desk after the commands that have already come, and waits. It may be called more than once.
func (d *Desk) Stop() {
	d.once.Do(func() { close(d.stop) })
	<-d.ended
}

// take decides an order. Right behind the record of a start the clock is looked at, before anybody can ask for a ticket; never
// before it, as a process life begins with that record.
func (d *Desk) take(w *hall.Working, cur *batch, p *pending) {
	d.decide(w, cur, p)
	if _, start := p.order.Do.(hall.Start); start {
		d.timer.Reset(d.due(w, cur))
	}
}

// decide puts what an order leads to into the open batch. Whatever the answer, it waits for that batch.
func (d *Desk) decide(w *hall.Working, cur *batch, p *pending) (accepted bool) {
	if p.order.Do == nil { // a probe
		cur.waiting, cur.answers = append(cur.waiting, p), append(cur.answers, answer{})
		return false
	}
	at := max(d.clock.Now(), w.At())
	events, receipt, err := d.ask(w, p.order, at)
	if err == nil {
		err = d.record(w, cur, p.order, receipt, events, at)
	}
	if err != nil {
		d.refused.Add(1)
		d.figures.refusedFor(err)
	}
	cur.waiting = append(cur.waiting, p)
	cur.answers = append(cur.answers, answer{receipt, err})
	return err == nil
}

// ask decides one order. Deciding changes nothing, so a rule that fails costs its own caller an answer and nobody else the
// hall; applying is another matter, there the process must end.
func (d *Desk) ask(w *hall.Working, o hall.Order, at hall.Time) (events []hall.Event, receipt hall.Receipt, err error) {
	defer func() {
		if p := recover(); p != nil {
			d.log.Error("a command could not be decided", "command", fmt.Sprintf("%T", o.Do), "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("deciding %T failed", o.Do)
		}
	}()
	return w.Decide(o, at)
}

func (d *Desk) record(w *hall.Working, cur *batch, o hall.Order, r hall.Receipt, events []hall.Event, at hall.Time) error {
	first := len(cur.drafts)
	for i, e := range events {
		h := hall.HeaderOf(o, r, i, len(events))
		start := len(cur.bytes)
		longer, secret, err := hall.AppendEvent(cur.bytes, h, e)
		if err != nil {
			cur.drafts, cur.recorded = cur.drafts[:first], cur.recorded[:first]
			return fmt.Errorf("recording %T: %w", o.Do, err)
		}
		cur.bytes = longer
		cur.drafts = append(cur.drafts, journal.Draft{At: int64(at), Kind: e.Kind(), Bytes: longer[start:len(longer):len(longer)], Private: secret})
		cur.recorded = append(cur.recorded, recorded{at, h, e})
	}
	for _, rec := range cur.recorded[first:] {
		w.Apply(w.Seq()+1, at, rec.header, rec.event)
		switch rec.event.(type) {
		case *hall.LegCalled, *hall.LegRecalled:
			cur.urgent = true
		case *hall.ClockConfirmed: // the event, not the command: one that is only repeated confirms nothing
			d.clock.Confirm()
			d.timer.Reset(0)
		case *hall.PlanSet, *hall.DayOpened, *hall.DayClosed:
			d.timer.Reset(0) // what time asks for has changed
		}
	}
	return nil
}
