package hall

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
)

// Command is something somebody wants. Each is a plain struct of this package.
type Command interface {
	// decide looks at the state and answers with what happens, or a *Refusal. No events and no error means that what was
	// asked for holds already.
	decide(b *book, at Time, by Actor) ([]Event, error)
}

// Event is something that has happened. It carries every result, so that applying it decides nothing.
type Event interface {
	// Kind is the stable name under which the event is recorded.
	Kind() string
	apply(b *book, s Stamp)
}

// Stamp is what a record says about an event besides the event itself.
type Stamp struct {
	Seq uint64
	At  Time
	By  Actor // only Kind and ID
}

// Order is a command as it reaches the desk.
type Order struct {
	By     Actor
	Key    string   // idempotency key, empty for none
	Digest []byte   // of the request: the same key with another request is refused
	Also   [][]byte // under which the same request may have been recorded on an earlier day
	Do     Command
}

// Receipt is what an accepted order has led to.
type Receipt struct {
	Seq      uint64 // of the last event; of the state when nothing had to happen
	At       Time
	Leg      LegKey // the leg the answer is about, zero for none
	Window   string // the window it is about
	None     bool   // a next that found nobody
	Replayed bool   // answered before under the same key
}

// subject is an event about a leg or a window.
type subject interface{ about() (LegKey, string) }

// About gives the leg and the window that an event is about; zero and "" for none, or for several. An event about a ticket as
// a whole names its first leg.
func About(e Event) (leg LegKey, window string) {
	switch e := e.(type) {
	case *LegHandedOver:
		return e.Leg, e.Window
	case subject:
		return e.about()
	}
	return LegKey{}, ""
}

// Working is the single writer's own copy of the state. It is not safe for concurrent use.
type Working struct {
	b    *book
	last fullKey
}

// fullKey is a key with its actor, and the text under which both are remembered.
type fullKey struct {
	kind          ActorKind
	id, key, text string
}

// NewWorking gives the state before the first record.
func NewWorking() *Working {
	b := newBook()
	return &Working{b: &b}
}

// Resume gives a working copy that goes on from a published state, which stays as it is.
func Resume(s State) *Working { return &Working{b: s.b.thaw()} }

// Publish gives the state as it is now. Later changes do not reach it; only what they touch is copied.
func (w *Working) Publish() State { return State{w.b.share()} }

// Seq is the sequence of the last applied event.
func (w *Working) Seq() uint64 { return w.b.seq }

// Decide answers an order with the events that follow from it. It changes nothing. Errors are always *Refusal. With
// replayed set there are no events: the order was answered before.
func (w *Working) Decide(o Order, at Time) (events []Event, answer Receipt, err error) {
	if o.Key != "" {
		if old, found := w.b.recall(w.key(o.By, o.Key)); found {
			if !o.same(old.Digest) {
				return nil, Receipt{}, Refuse(KeyReused)
			}
			return nil, Receipt{Seq: old.Seq, At: old.At, Leg: old.Leg, Window: old.Window, None: old.None, Replayed: true}, nil
		}
	}
	events, err = w.b.decide(o.Do, at, o.By)
	if err != nil {
		return nil, Receipt{}, err
	}
	events = w.b.settlePauses(events, at, o.By)
	answer = receipt(o.Do, events)
	answer.Seq, answer.At = w.b.seq+uint64(len(events)), at
	return events, answer, nil
}

// same reports whether a recorded digest is of this request.
func (o Order) same(digest []byte) bool {
	return bytes.Equal(digest, o.Digest) || slices.ContainsFunc(o.Also, func(d []byte) bool { return bytes.Equal(digest, d) })
}

// decide asks a command, but for a hall without a plan only those that can bring it one.
func (b *book) decide(c Command, at Time, by Actor) ([]Event, error) {
	if b.plan == nil {
		switch c.(type) {
		case Found, Start, SetPlan, DoubtClock, ConfirmClock:
		default:
			return nil, Refuse(WrongState, "state", "no_plan")
		}
	}
	return c.decide(b, at, by)
}

// receipt finds what an answer is about: the last leg and window that the events speak of.
func receipt(c Command, events []Event) (r Receipt) {
	for _, e := range events {
		if s, ok := e.(subject); ok {
			if leg, window := s.about(); !leg.IsZero() {
				r.Leg, r.Window = leg, window
			} else if window != "" {
				r.Window = window
			}
		}
	}
	if _, next := c.(Next); next {
		if _, called := last(events).(*LegCalled); !called {
			r.Leg, r.None = LegKey{}, true
		}
	}
	return r
}

// settlePauses lets planned pauses take hold at the windows that the events leave with nobody in hand.
func (b *book) settlePauses(events []Event, at Time, by Actor) []Event {
	for _, p := range b.windows.all() {
		if p.Planned == nil || p.Current.IsZero() {
			continue
		}
		if post := b.after(at, by, events).post(p.Window); post.Planned != nil && post.Current.IsZero() {
			events = append(events, &WindowPaused{Window: p.Window, Pause: *post.Planned})
		}
	}
	return events
}

func last(events []Event) Event {
	if len(events) == 0 {
		return nil
	}
	return events[len(events)-1]
}

// Apply takes one recorded event into the state. It panics when the sequence has a gap: a fold that goes on over a hole
// would give out numbers twice.
func (w *Working) Apply(seq uint64, at Time, h Header, e Event) {
	if seq != w.b.seq+1 {
		panic(fmt.Sprintf("hall: event %d follows %d", seq, w.b.seq))
	}
	w.b.seq, w.b.at = seq, max(w.b.at, at)
	e.apply(w.b, Stamp{Seq: seq, At: at, By: h.Actor()})
	if h.Key != "" {
		w.b.remember(w.key(h.Actor(), h.Key), seq, at, h)
	}
}

// fork gives a copy for trying what an event would lead to.
func (b *book) fork() *book { return b.thaw() }

// after gives the book as it would be once the events had happened.
func (b *book) after(at Time, by Actor, events []Event) *book {
	f := b.fork()
	for _, e := range events {
		f.seq++
		e.apply(f, Stamp{Seq: f.seq, At: at, By: by})
	}
	return f
}

// key gives the text under which an answer is remembered. An order is decided and applied one after the other, so the last
// text is kept.
func (w *Working) key(by Actor, key string) string {
	if l := &w.last; l.key != key || l.id != by.ID || l.kind != by.Kind || l.text == "" {
		*l = fullKey{by.Kind, by.ID, key, strconv.Itoa(int(by.Kind)) + ":" + by.ID + ":" + key}
	}
	return w.last.text
}

// recall finds the answer to a key in the days that are kept.
func (b *book) recall(key string) (*remembered, bool) {
	for i := len(b.days) - 1; i >= 0; i-- {
		if r, found := b.days[i].keys.get(key); found {
			return r, true
		}
	}
	return b.keys.get(key)
}

// remember keeps an answer with the open day. While none is open it is kept for the next: the day before may be forgotten
// with that one's opening, a moment later.
func (b *book) remember(key string, seq uint64, at Time, h Header) {
	keys := &b.keys
	if d := b.current(); d != nil {
		keys = &d.keys
	}
	keys.set(key, &remembered{Digest: h.Digest, Seq: seq + uint64(h.More), Leg: h.Leg, Window: h.Window, None: h.None, At: at})
}

// At is the time of the last applied event.
func (w *Working) At() Time { return w.b.at }

// Version is the version of the program that wrote the last [Started]; "" before the first.
func (w *Working) Version() string { return w.b.version }
