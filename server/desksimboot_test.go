package server

import (
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
)

// crash is the end of a process life without warning: what was on its way to the desk or from it is gone, and the disk has
// what it has. Clients wait in vain and ask again.
func (s *deskSim) crash() {
	s.n.crashes++
	for _, a := range s.inCur {
		s.ops[a.op].open--
		s.again(a)
	}
	// A power cut inside of commit leaves answers that were given: clients may have heard them before.
	for _, a := range s.inFly {
		select {
		case got := <-a.answer:
			s.answered(a, got)
			continue
		default:
		}
		if s.again(a); s.appending {
			s.unsure = append(s.unsure, a.op)
		} else {
			s.ops[a.op].open--
		}
	}
	s.inCur, s.inFly, s.flying, s.appending = s.inCur[:0], s.inFly[:0], nil, false
}

// restart makes the next process life, until one has come so far as to take requests.
func (s *deskSim) restart() {
	for s.dies(s.boot) {
		s.crash()
	}
}

// boot does what serve.go does: fold the journal, start the desk, record the founding, the start and the plan.
func (s *deskSim) boot() {
	s.n.restarts++
	s.cutReveal = false
	s.pass(time.Duration(s.r.IntN(90)) * time.Second)
	for range s.r.IntN(3) {
		s.jump()
	}
	if s.r.IntN(12) == 0 {
		s.disk.spoil()
	}
	before := s.disk.acked
	s.disk.reopen()
	s.whole(before)
	state := s.load()
	for _, i := range s.unsure {
		s.ops[i].open--
	}
	s.unsure = s.unsure[:0]
	s.desk = NewDesk(DeskConfig{Journal: &s.disk, Clock: newClock(func() time.Time { return s.real.wall.Add(s.off) },
		func() time.Duration { return s.real.mono }, 1), Log: s.log, Folds: []Fold{s.truth, s.counted}, Publish: s.reveals,
		Fatal: func(error) {}}, state)
	s.desk.batches = make(chan *batch, 1)
	s.w, s.cur = s.desk.begin()
	if state.Founded().Format == "" {
		s.order(hall.Found{Hall: "sim", Epoch: "e"})
	}
	s.start(state)
	if s.desk.State().Plan() == nil {
		s.order(hall.SetPlan{Plan: oneOf(s.r, simPlans()...), Hash: "first", Source: hall.FromConfig})
	}
}

// whole: the disk has everything that was acknowledged, byte by byte, and of a batch in doubt all or nothing.
func (s *deskSim) whole(acked journal.Head) {
	head := s.disk.head
	switch {
	case head.Seq < acked.Seq || acked.Seq > 0 && s.disk.chainAt(acked.Seq) != acked.Chain:
		fail("lost", "%d records were acknowledged, %d are there", acked.Seq, head.Seq)
	case head != acked && head != s.disk.maybe:
		fail("torn", "the journal ends at %d; acknowledged are %d, whole would be %d", head.Seq, acked.Seq, s.disk.maybe.Seq)
	}
	s.disk.acked, s.disk.maybe = head, journal.Head{}
}

// careful is a fold at a start, which is folded in a goroutine of its own: what it finds broken is told when Load is back.
type careful struct {
	FoldState
	broken any
}

// Apply implements Fold.
func (c *careful) Apply(seq uint64, at hall.Time, h hall.Header, e hall.Event) {
	defer func() {
		if p := recover(); p != nil {
			c.broken = p
		}
	}()
	if c.broken == nil {
		c.FoldState.Apply(seq, at, h, e)
	}
}

// load folds the journal as the program does. The folds of a process life go on from what was stored of them, or from the
// first record when that is lost; the witness goes on.
func (s *deskSim) load() hall.State {
	s.counted = &tail{seq: s.saved.seq, sum: s.saved.sum}
	if s.r.IntN(12) == 0 || s.saved.seq > s.disk.head.Seq {
		s.counted = &tail{}
	}
	truth, counted := &careful{FoldState: s.truth}, &careful{FoldState: s.counted}
	state, err := Load(s.ctx, &s.disk, s.log, truth, counted)
	for _, c := range []*careful{truth, counted} {
		if c.broken != nil {
			panic(c.broken)
		}
	}
	if err != nil {
		fail("fold", "%v", err)
	}
	if s.truth.seq != s.disk.head.Seq || s.counted.seq != s.truth.seq || s.counted.sum != s.truth.sum || state.Seq() != s.truth.seq {
		fail("fold", "the journal ends at %d, the state at %d, the folds at %d and %d", s.disk.head.Seq, state.Seq(), s.truth.seq, s.counted.seq)
	}
	if s.desk != nil && s.desk.State().Seq() == state.Seq() && s.r.IntN(2) == 0 {
		sameState("before and after the restart", s.desk.State(), state)
	}
	if s.r.IntN(8) == 0 {
		sameState("snapshot and tail, and the journal from its beginning", state, s.refold())
	}
	return state
}

// start records the process life; a clock that is behind the last record is doubted with the very next one.
func (s *deskSim) start(before hall.State) {
	behind := before.At() > hall.At(s.real.wall.Add(s.off+clockSlack+time.Second))
	doubted := before.Seq() > 0 && before.ClockDoubt() != nil
	s.order(hall.Start{Version: "sim"})
	if behind && !doubted && s.desk.State().ClockDoubt() == nil {
		fail("time", "the clock is behind the last record and is believed")
	}
}

// order is serve.go's: it waits for the answer. A program that cannot record its start ends.
func (s *deskSim) order(c hall.Command) {
	a := s.attempt()
	a.order, a.op = hall.Order{Do: c}, -1
	s.n.commands++
	s.desk.take(s.w, s.cur, &a.pending)
	s.handOver()
	s.commit()
	if got := <-a.answer; got.err != nil {
		panic(powerCut{})
	}
	s.idle = append(s.idle, a)
}

// stop ends the life in order: everything that has come is answered, then a snapshot is stored, and a further start finds
// just that.
func (s *deskSim) stop() {
	if s.dies(func() {
		for s.flying != nil || len(s.cur.waiting) > 0 {
			s.commit()
			s.handOver()
		}
		if len(s.desk.undone) > 0 {
			s.startAgain()
		}
		s.saveSnapshot()
	}) {
		s.crash()
	}
	s.restart()
	if s.r.IntN(2) == 0 {
		s.audit(s.desk.State())
		sameState("the journal and the desk", s.refold(), s.desk.State())
	}
}
