package live

import (
	"cmp"
	"errors"
	"slices"
	"time"
)

// maxAge is how old a frame may be that a new socket is greeted with.
const maxAge = time.Second

// pump is the one goroutine that renders the topics and writes their frames. It owns all topics and
// their lists of sockets, so that sending to all takes no lock that anybody else could want.
type pump struct {
	hub    *Hub
	topics map[string]*topic
	order  []*topic
	of     map[*socket]*topic
	seen   uint64 // the hub's count of changes at the last pass
}

// run passes over the topics whenever something changed or comes due, until the hub stops.
func (p *pump) run() {
	defer p.hub.running.Done()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-p.hub.wake:
		case <-timer.C:
		case <-p.hub.asked:
			continue
		case <-p.hub.stop:
			return
		}
		now := time.Now()
		timer.Reset(p.pass(now).Sub(now))
	}
}

// pass takes in who came and went, does what is due, and says when to come again. The door is looked
// at before the count of changes: whoever came after a change must be greeted with it.
func (p *pump) pass(now time.Time) time.Time {
	moves := p.hub.door.moves()
	urgent := p.hub.urgent.Swap(false)
	if changes := p.hub.changes.Load(); changes != p.seen {
		p.seen = changes
		p.noteChange(now, p.hub.born.Add(time.Duration(p.hub.since.Swap(0))))
	}
	for _, m := range moves {
		p.take(m, now)
	}
	next := now.Add(p.hub.cfg.Repeat)
	for _, t := range p.order {
		if p.hub.stopped() {
			break
		}
		p.serve(t, now, urgent)
		next = earlier(next, p.when(t))
	}
	return next
}

func (p *pump) noteChange(now, came time.Time) {
	for _, t := range p.order {
		t.stale = true
		t.hear(came)
		t.changed(now)
	}
}

func (p *pump) when(t *topic) time.Time {
	if t.hurry {
		return earlier(t.due(), t.free())
	}
	return t.due()
}

// serve sends the topic's frame if it is time, or if it is urgent and the bound on frames allows it.
func (p *pump) serve(t *topic, now time.Time, urgent bool) {
	due, free := !now.Before(t.due()), !now.Before(t.free())
	if urgent && free && t.stale && !due {
		p.refresh(t, true)
	}
	switch {
	case due:
		p.serveDue(t, now, urgent)
	case t.hurry && free:
		p.deliver(t, now, false)
	}
}

func (p *pump) serveDue(t *topic, now time.Time, urgent bool) {
	again := t.repeats(now)
	if t.stale || again {
		p.refresh(t, urgent)
	}
	t.looked(now)
	if p.deliver(t, now, again && t.failure == "") == 0 {
		t.shown(&p.hub.figures, false)
		p.hub.count.same.Add(1)
	}
}

// refresh leaves the old frame standing after an error, but t.failure then keeps it from being sent anew:
// a fresh stamp on it would tell clients that it still holds.
func (p *pump) refresh(t *topic, urgent bool) {
	p.hub.count.renderings.Add(1)
	began := time.Now()
	err := t.refresh(urgent)
	t.took.Since(began)
	if err == nil {
		t.failure = ""
		return
	}
	p.hub.count.failures.Add(1)
	news := t.failure != err.Error()
	t.failure = err.Error()
	switch {
	case errors.Is(err, ErrGone):
		p.hub.cut(t.sockets, Gone)
	case news:
		p.hub.cfg.Log.Error("view not rendered", "topic", t.View, "err", err)
	}
}

// deliver gives the frame to the sockets that do not have its data yet, or to all, and says to how many.
func (p *pump) deliver(t *topic, now time.Time, all bool) (n int) {
	t.hurry = false
	if t.gen == 0 {
		return 0
	}
	age := 24 * time.Hour
	if all {
		age = 0
	}
	for _, s := range t.sockets {
		if all || s.gen != t.gen {
			p.give(t, s, now, age)
			age = 24 * time.Hour
			n++
		}
	}
	if n > 0 {
		t.sent(now)
		t.shown(&p.hub.figures, true)
		p.hub.count.frames.Add(uint64(n))
		p.hub.count.bytes.Add(uint64(n * t.size))
	}
	return n
}

// give sends one socket the topic's frame, made anew if it is older than age.
func (p *pump) give(t *topic, s *socket, now time.Time, age time.Duration) {
	m, err := t.message(now, p.hub.cfg.Now, age)
	if err != nil {
		p.hub.cfg.Log.Error("frame not made", "topic", t.View, "err", err)
		return
	}
	s.gen = t.gen
	if s.send(m) {
		p.hub.count.replaced.Add(1)
	}
}

// take lets a socket in, greeting it with the view as it is now, or out.
func (p *pump) take(m move, now time.Time) {
	if m.leaves {
		p.drop(m.socket)
		return
	}
	t := p.topic(m.socket.sub.Topic, now)
	t.sockets = append(t.sockets, m.socket)
	p.of[m.socket] = t
	if t.stale {
		p.refresh(t, false)
	}
	if t.gen > 0 && t.failure == "" {
		p.give(t, m.socket, now, maxAge)
		p.hub.count.frames.Add(1)
		p.hub.count.bytes.Add(uint64(t.size))
	}
}

func (p *pump) topic(sub Topic, now time.Time) *topic {
	if t, ok := p.topics[sub.Key]; ok {
		return t
	}
	c := p.hub.cfg
	t := &topic{
		Topic:    sub,
		envelope: newEnvelope(c.Epoch, c.Build, sub.View),
		pace:     pace{coalesce: c.Coalesce, gap: c.MinGap, repeat: c.Repeat, full: now},
		stale:    true,
		took:     p.hub.figures.render.Of(sub.View),
	}
	p.topics[sub.Key] = t
	i, _ := slices.BinarySearchFunc(p.order, t, byRank)
	p.order = slices.Insert(p.order, i, t)
	return t
}

func byRank(a, b *topic) int {
	return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Key, b.Key))
}

func (p *pump) drop(s *socket) {
	t, ok := p.of[s]
	if !ok {
		return
	}
	delete(p.of, s)
	t.remove(s)
	if len(t.sockets) > 0 {
		return
	}
	delete(p.topics, t.Key)
	if i, ok := slices.BinarySearchFunc(p.order, t, byRank); ok {
		p.order = slices.Delete(p.order, i, i+1)
	}
}
