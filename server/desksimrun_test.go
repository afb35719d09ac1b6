package server

import (
	"context"
	"encoding/binary"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/hall/halltest"
)

// deskSim is one hall on one simulated machine: desk, journal, clock and the clients who talk to it, all in one goroutine.
// What happens next is drawn from the seed, whatever could be under way at once included.
type deskSim struct {
	r      *rand.Rand
	ctx    context.Context
	log    *slog.Logger
	broken control
	disk   simDisk
	real   machine // wall is the true time
	off    time.Duration
	pace   pace

	desk   *Desk
	w      *hall.Working
	cur    *batch
	flying *batch // with the committer
	inCur  []*attempt
	inFly  []*attempt
	unsure []int // ops of which only the next process life can tell

	truth     *witness
	counted   *tail // a fold of this process life
	saved     tail  // what was stored of it
	appending bool
	cutReveal bool

	ops     []op
	net     []message // on their way to the desk, delivered in any order
	idle    []*attempt
	hands   []hall.LegKey
	tickets []hall.TicketKey
	plans   int
	n       simCounts
}

// op is what a client wants, however often it asks.
type op struct {
	order hall.Order
	day   hall.Date // as long as this is kept its key is, 0 while that is not known
	open  int       // attempts of which the desk has said nothing yet

	seq, last uint64 // of its records, 0 while there are none
	leg       hall.LegKey
	window    string
	none      bool
	digest    byte
	told      bool // an accepting answer was given
	at        hall.Time
}

// attempt is an op at the desk.
type attempt struct {
	pending
	op   int
	base uint64 // the state that it was decided on
}

type message struct {
	op     int
	forged bool // another body under the same key
}

// pace is what a life is like: weights of what happens next.
type pace struct{ ask, commit, hand, crash int }

// simCounts counts what a simulation has been through.
type simCounts struct {
	commands, accepted, records, batches int
	retries, replayed, silent, full      int
	crashes, restarts, jumps, doubts     int
	snapshots, refolds, audits, days     int
	fates                                [fates]int
}

func newDeskSim() *deskSim {
	return &deskSim{ctx: context.Background(), log: slog.New(slog.DiscardHandler)}
}

// reset makes the machine of a seed, before its first start. Buffers of the life before are used again.
func (s *deskSim) reset(seed uint64, broken control) {
	r := rand.New(rand.NewPCG(seed, 5))
	s.disk.reset(r)
	*s = deskSim{r: r, ctx: s.ctx, log: s.log, broken: broken, disk: s.disk, real: machine{wall: morning.Add(-8 * time.Hour)},
		ops: s.ops[:0], net: s.net[:0], idle: s.idle, hands: s.hands[:0], tickets: s.tickets[:0], inCur: s.inCur[:0], inFly: s.inFly[:0]}
	s.disk.r, s.disk.halves, s.disk.forgets = r, broken == keepsHalf, broken == losesBatch
	s.truth = &witness{s: s, numbers: map[series]uint32{}}
	s.pace = pace{ask: 20 + r.IntN(60), commit: 4 + r.IntN(16), hand: 2 + r.IntN(14), crash: 40 + r.IntN(160)}
}

// live runs a life of so many commands.
func (s *deskSim) live(commands int) {
	s.restart()
	for s.n.commands < commands {
		if s.dies(s.step) {
			s.crash()
			s.restart()
		}
	}
	s.stop()
}

// dies runs a part of the process and tells whether the power went or the desk gave up.
func (s *deskSim) dies(f func()) (dead bool) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case powerCut:
			dead = true
		default:
			panic(p)
		}
	}()
	f()
	return
}

// step is one thing that happens.
func (s *deskSim) step() {
	s.pass(time.Duration(s.r.IntN(3000)) * time.Millisecond)
	switch n := s.r.IntN(s.pace.ask + s.pace.commit + s.pace.hand + 4); {
	case n < s.pace.ask:
		s.ask()
	case n < s.pace.ask+s.pace.commit:
		s.commit()
	case n < s.pace.ask+s.pace.commit+s.pace.hand:
		s.handOver()
	case n == s.pace.ask+s.pace.commit+s.pace.hand:
		s.look()
	default:
		s.seldom()
	}
}

// seldom is what happens now and then beside the requests.
func (s *deskSim) seldom() {
	switch n := s.r.IntN(s.pace.crash); {
	case n == 0:
		panic(powerCut{})
	case n < 3:
		s.jump()
	case n == 3 && s.r.IntN(4) == 0:
		s.pass(time.Duration(s.r.IntN(40*3600)) * time.Second)
		s.look()
	case n == 4:
		s.saveSnapshot()
	case n == 5 && s.r.IntN(4) == 0:
		s.audit(s.desk.State())
	case n == 6 && s.r.IntN(16) == 0:
		sameState("the journal and the desk", s.refold(), s.desk.State())
	case len(s.desk.undone) > 0:
		s.startAgain()
	}
}

func (s *deskSim) pass(d time.Duration) { s.real.pass(d) }

// jump sets the wall clock; now and then somebody sets it right.
func (s *deskSim) jump() {
	s.n.jumps++
	if s.r.IntN(3) == 0 {
		s.off = 0
		return
	}
	far := oneOf(s.r, 40*time.Second, 3*time.Minute, 7*time.Minute, 2*time.Hour, 3*24*time.Hour)
	if s.r.IntN(8) == 0 {
		far = 2 * 365 * 24 * time.Hour
	}
	if s.r.IntN(2) == 0 {
		far = -far
	}
	s.off = max(min(s.off+far, 20*365*24*time.Hour), -20*365*24*time.Hour)
}

func oneOf[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// ask lets a message come through, or somebody think of something new.
func (s *deskSim) ask() {
	if n := len(s.net); n > 0 && s.r.IntN(3) == 0 {
		i := s.r.IntN(n)
		m := s.net[i]
		s.net[i], s.net = s.net[n-1], s.net[:n-1]
		s.deliver(m)
		return
	}
	s.deliver(s.think())
}

// think makes a new op. Most clients give a key; those who do not never ask twice.
func (s *deskSim) think() message {
	state := s.desk.State()
	i := len(s.ops)
	by, c := s.wish(state)
	o := op{order: hall.Order{By: by, Do: c}}
	if s.r.IntN(8) > 0 {
		o.order.Key, o.order.Digest = strconv.Itoa(i), binary.BigEndian.AppendUint64([]byte{1}, uint64(i))
	}
	s.ops = append(s.ops, o)
	if o.order.Key != "" && s.r.IntN(40) == 0 {
		s.net = append(s.net, message{op: i}) // the network doubles it
	}
	return message{op: i}
}

// deliver brings a message to the desk.
func (s *deskSim) deliver(m message) {
	o := &s.ops[m.op]
	if o.day > 0 && !slices.Contains(s.w.Publish().Dates(), o.day) {
		return // keys are remembered for a day after their day, and no client asks for so long
	}
	a := s.attempt()
	a.order, a.op, a.base = o.order, m.op, s.w.Seq()
	if m.forged {
		a.order.Digest = append([]byte{2}, o.order.Digest[1:]...)
	}
	if s.broken == forgetsKeys && o.told {
		a.order.Key = ""
	}
	o.open++
	s.n.commands++
	s.inCur = append(s.inCur, a)
	s.desk.take(s.w, s.cur, &a.pending)
}

func (s *deskSim) attempt() *attempt {
	if n := len(s.idle); n > 0 {
		a := s.idle[n-1]
		s.idle = s.idle[:n-1]
		return a
	}
	return &attempt{pending: pending{answer: make(chan answer, 1)}}
}

// again lets the client of an unanswered attempt ask once more later, unless it gives up.
func (s *deskSim) again(a *attempt) {
	if a.order.Key != "" && s.r.IntN(8) > 0 {
		s.n.retries++
		s.net = append(s.net, message{op: a.op, forged: a.order.Digest[0] == 2})
	}
}

// handOver closes the open batch when the committer is idle, as Run does.
func (s *deskSim) handOver() {
	if s.flying != nil || len(s.cur.waiting) == 0 {
		return
	}
	undone := len(s.desk.undone) > 0
	s.w, s.cur = s.desk.handOver(s.w, s.cur)
	s.flying = <-s.desk.batches
	s.inCur, s.inFly = s.inFly[:0], s.inCur
	if undone {
		s.inFly = s.collect(s.inFly)
	}
	if s.broken == answersEarly {
		s.flying.reply()
		s.flying.waiting = nil
		s.inFly = s.collect(s.inFly)
	}
}

// startAgain is what Run does when it hears of a full journal.
func (s *deskSim) startAgain() {
	s.w, s.cur = s.desk.startAgain(s.cur, <-s.desk.undone)
	s.inCur = s.collect(s.inCur)
}

// commit lets the committer's append end, one way or another.
func (s *deskSim) commit() {
	if s.flying == nil {
		return
	}
	s.draw()
	b := s.flying
	s.n.batches++
	s.n.records += len(b.drafts)
	s.appending = true
	goesOn := s.desk.append(b)
	s.appending, s.flying = false, nil
	s.counted.cut, s.cutReveal = 0, false
	s.inFly = s.collect(s.inFly)
	if !goesOn {
		panic(powerCut{})
	}
	s.desk.lay(b)
}

// draw decides how the next append ends. The power may also go while its results are told.
func (s *deskSim) draw() {
	if s.r.IntN(s.pace.crash/2) > 0 {
		return
	}
	f := fate(s.r.IntN(int(fates)))
	switch f {
	case goesWell:
		s.counted.cut = 1 + s.r.IntN(8)
		s.cutReveal = s.r.IntN(2) == 0
	case cutBefore, cutKept, cutTorn:
		if s.r.IntN(2) == 0 {
			f = noSpace
		}
	}
	s.disk.next = f
	s.n.fates[f]++
}

// collect takes the answers of attempts that must have one.
func (s *deskSim) collect(list []*attempt) []*attempt {
	for _, a := range list {
		select {
		case got := <-a.answer:
			s.answered(a, got)
			s.hear(a, got)
		default:
			fail("answers", "%T of key %q has no answer", a.order.Do, a.order.Key)
		}
		s.idle = append(s.idle, a)
	}
	return list[:0]
}

// hear is the client's side: some answers are lost on the way, some clients ask again for no reason.
func (s *deskSim) hear(a *attempt, got answer) {
	o := &s.ops[a.op]
	if got.err == nil {
		if _, issue := a.order.Do.(hall.Issue); issue && !got.receipt.Replayed {
			s.tickets = append(s.tickets, got.receipt.Leg.Ticket())
		}
	}
	if a.order.Key == "" || o.seq == 0 {
		return
	}
	switch s.r.IntN(40) {
	case 0, 1:
		s.n.retries++
		s.net = append(s.net, message{op: a.op})
	case 2:
		s.net = append(s.net, message{op: a.op, forged: true})
	}
}

// look is the desk's timer.
func (s *deskSim) look() {
	for range 4 {
		s.n.commands++
		if s.desk.due(s.w, s.cur) != dueAgain {
			return
		}
	}
}

func (s *deskSim) saveSnapshot() {
	if s.desk.State().Plan() == nil {
		return
	}
	s.n.snapshots++
	if err := s.desk.SaveSnapshot(); err != nil {
		fail("fold", "%v", err)
	}
	s.saved = *s.counted
}

// simPlan is a plan of the simulated hall.
func simPlan(variant int, hours bool) *hall.Plan {
	p := halltest.Plan(variant)
	if hours {
		p.Calendar = hall.Calendar{Boundary: "04:00", HardClose: "20:00", IssueMinutes: 15, CutoffMinutes: 10,
			Week: []hall.Hours{{Days: []string{"mon", "tue", "wed", "thu", "fri"}, Bands: []string{"08:30-12:00", "13:30-17:30"}}}}
	}
	if faults := p.Check(); len(faults) > 0 {
		panic(faults[0].Text)
	}
	return p
}
