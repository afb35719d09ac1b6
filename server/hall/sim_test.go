package hall

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strconv"
	"sync"
	"testing"
	"time"
)

// commandsPerHall is how many commands one random hall is given: some days of a small hall.
const commandsPerHall = 4000

// sim is a random hall under random commands. Everything about it follows from its seed.
type sim struct {
	r       *rand.Rand
	plan    *Plan // the latest that was put in force
	live    *Working
	fold    *Working // applies what was recorded, private parts left out; nil in most halls
	history *History // likewise
	now     Time
	numbers map[string]uint32 // date and prefix → last number given
	tickets []TicketKey
	kept    []keptState
	secrets int
	plans   int
	last    Order // the last accepted order with a key, and its answer
	answer  Receipt
	stats   simStats
}

// simStats counts what a hall was given, and how often each event and refusal followed.
type simStats struct {
	commands, accepted, events int
	seen                       map[string]int
}

func (s *simStats) add(o simStats) {
	s.commands, s.accepted, s.events = s.commands+o.commands, s.accepted+o.accepted, s.events+o.events
	for what, n := range o.seen {
		s.seen[what] += n
	}
}

// keptState is a published state that must stay as it was.
type keptState struct {
	state State
	hash  [32]byte
}

// failure is what a broken invariant panics with.
type failure string

func fail(format string, args ...any) { panic(failure(fmt.Sprintf(format, args...))) }

// TestSimulation drives random halls with JIAOHAO_SIM random commands in all and checks the invariants after every event.
// JIAOHAO_SIM_SEED repeats one hall.
func TestSimulation(t *testing.T) {
	if text := os.Getenv("JIAOHAO_SIM_SEED"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		simulate(t, seed)
		return
	}
	began, all := time.Now(), simStats{seen: map[string]int{}}
	var adding sync.Mutex
	inParallel(sized(t, "JIAOHAO_SIM", 100_000)/commandsPerHall, func(seed uint64) bool {
		stats, ok := simulate(t, seed)
		adding.Lock()
		defer adding.Unlock()
		all.add(stats)
		return ok
	})
	t.Logf("counts: rules commands=%d accepted=%d events=%d, %.0f commands/s", all.commands, all.accepted, all.events,
		float64(all.commands)/time.Since(began).Seconds())
	if !t.Failed() && all.commands >= 100_000 {
		all.covers(t)
	}
}

// covers fails when some event or refusal of the queue never happened: the simulation has lost touch with the rules.
func (s *simStats) covers(t *testing.T) {
	for _, kind := range Kinds() {
		if s.seen[kind] == 0 {
			t.Errorf("no %s ever happened", kind)
		}
	}
	for _, code := range []Code{NotFound, Forbidden, NotYourWindow, WrongState, WindowNotOpen, WindowOccupied, WindowBusy, NothingCurrent, TooSoon,
		TooFewCalls, CallLimit, AlreadyWaiting, AlreadyRated, ChoosingNotAllowed, PlanInUse, Invalid, ServiceClosed, UnknownService, UnknownWindow, UnknownClass, ClockUnconfirmed} {
		if s.seen[string(code)] == 0 {
			t.Errorf("no command was refused as %s", code)
		}
	}
}

// simulate runs the hall of a seed and tells how to run it again when something breaks.
func simulate(t *testing.T, seed uint64) (stats simStats, ok bool) {
	s := newSim(seed)
	defer func() {
		stats, ok = s.stats, true
		broken := recover()
		if broken == nil {
			return
		}
		trace := ""
		if _, told := broken.(failure); !told {
			trace = "\n" + string(debug.Stack())
		}
		t.Errorf("JIAOHAO_SIM_SEED=%d go test -run TestSimulation ./server/hall # command %d: %v%s", seed, s.stats.commands, broken, trace)
		ok = false
	}()
	for s.stats.commands < commandsPerHall {
		s.step()
	}
	s.end()
	return
}

func newSim(seed uint64) *sim {
	r := rand.New(rand.NewPCG(seed, 3))
	s := &sim{r: r, plan: randomPlan(r), live: NewWorking(), numbers: map[string]uint32{},
		stats: simStats{seen: map[string]int{}}}
	if seed%4 == 0 {
		s.fold, s.history = NewWorking(), NewHistory()
	}
	if faults := s.plan.Check(); len(faults) > 0 {
		fail("%s", faults[0])
	}
	s.now = clock(s.plan, oneOf(r, "2026-11-23", "2026-10-23", "2026-03-27"), "08:10:00")
	for _, c := range []Command{Found{Hall: "sim", Epoch: "e"}, Start{Version: "sim"}, SetPlan{Plan: s.plan, Hash: "plan-0"}} {
		s.order(Order{By: system, Do: c})
	}
	return s
}

// step lets some time pass and gives one command, or those that time itself asks for.
func (s *sim) step() {
	s.now += Time(s.r.IntN(20_000))
	if s.r.IntN(800) == 0 {
		s.now += Time(s.r.IntN(2 * 3_600_000))
	}
	if s.r.IntN(12) == 0 {
		s.due()
		return
	}
	total := 0
	for _, a := range actions {
		total += a.weight
	}
	n := s.r.IntN(total)
	for _, a := range actions {
		if n -= a.weight; n < 0 {
			by, c := a.make(s)
			s.order(s.keyed(Order{By: by, Do: c}))
			return
		}
	}
}

// keyed gives some orders an idempotency key, and some a key that was used before.
func (s *sim) keyed(o Order) Order {
	switch s.r.IntN(20) {
	case 0:
		o.Key, o.Digest = fmt.Sprintf("key-%d", s.stats.commands), []byte{1}
	case 1:
		s.replay()
	}
	return o
}

// replay repeats the last keyed order: the answer is the same and nothing happens; another body is refused.
func (s *sim) replay() {
	if s.last.Key == "" || s.live.b.day(s.live.b.today) == nil {
		return
	}
	if _, known := s.live.b.recall(s.live.key(s.last.By, s.last.Key)); !known {
		return
	}
	events, again, err := s.live.Decide(s.last, s.now)
	want := s.answer
	want.Replayed = true
	if err != nil || len(events) > 0 || again != want {
		fail("the replay of %+v gives %+v, %v, not %+v", s.last, again, err, want)
	}
	other := s.last
	other.Digest = []byte{9}
	if _, _, err := s.live.Decide(other, s.now); codeOf(err) != KeyReused {
		fail("another body under the key of %+v gives %v", s.last, err)
	}
}

func (s *sim) due() {
	if s.live.b.doubt != nil && s.r.IntN(3) == 0 {
		s.order(Order{By: s.staff("8001"), Do: ConfirmClock{}})
	}
	for range 50 {
		commands, next := Due(s.live.Publish(), s.now)
		if len(commands) == 0 {
			if next != 0 && next <= s.now {
				fail("at %d nothing is due, but the next look is at %d", s.now, next)
			}
			if _, open := s.live.Publish().Today(); !open && s.r.IntN(2) == 0 {
				s.now = next // nights are short
			}
			s.stats.commands++
			return
		}
		for _, c := range commands {
			s.order(Order{By: system, Do: c})
		}
	}
	fail("what time asks for is never done: %v", s.now)
}

// order gives one command and checks what becomes of it.
func (s *sim) order(o Order) {
	s.stats.commands++
	exact := s.r.IntN(256) == 0
	var before [32]byte
	if exact {
		before = s.hash()
	}
	expect := s.foresee(o)
	events, answer, err := s.live.Decide(o, s.now)
	if exact && before != s.hash() {
		fail("deciding %T%+v changed the state", o.Do, o.Do)
	}
	if err != nil {
		if codeOf(err) == "" {
			fail("%T is refused without a code: %v", o.Do, err)
		}
		s.stats.seen[string(codeOf(err))]++
		return
	}
	s.stats.accepted++
	s.record(o, answer, events)
	expect(events)
	if o.Key != "" && len(events) > 0 && s.live.b.day(s.live.b.today) != nil {
		s.last, s.answer = o, answer
	}
	if s.live.b.plan != nil {
		s.sometimes()
	}
}

// record applies the events, to the live state as they are and to the fold as they would be read back.
func (s *sim) record(o Order, answer Receipt, events []Event) {
	for i, e := range events {
		h := HeaderOf(o, answer, i, len(events))
		seq := s.live.Seq() + 1
		if s.fold != nil {
			s.refold(seq, h, e)
		}
		s.live.Apply(seq, s.now, h, e)
		s.stats.events++
		s.stats.seen[e.Kind()]++
		s.check(e)
	}
	if s.live.Seq() != answer.Seq {
		fail("the answer names sequence %d, the state is at %d", answer.Seq, s.live.Seq())
	}
}

func (s *sim) refold(seq uint64, h Header, e Event) {
	chained, _, err := Encode(h, e)
	if err != nil {
		fail("%v", err)
	}
	h2, e2, err := Decode(e.Kind(), chained)
	if err != nil {
		fail("%v", err)
	}
	again, _, _ := Encode(h2, e2)
	if !bytes.Equal(chained, again) {
		fail("%s reads back as something else", e.Kind())
	}
	s.fold.Apply(seq, s.now, h2, e2)
	s.history.Apply(s.now, e2)
}

func (s *sim) hash() [32]byte {
	hash, err := s.live.Publish().Hash()
	if err != nil {
		fail("%v", err)
	}
	return hash
}

// sometimes publishes, keeps a published state, goes on from a snapshot, or looks at everything.
func (s *sim) sometimes() {
	switch n := s.r.IntN(1200); {
	case n < 150:
		s.live.Publish()
	case n < 152:
		state := s.live.Publish()
		s.kept = append(s.kept, keptState{state, s.hash()})
	case n < 154:
		s.restore()
	case n < 156:
		s.live = Resume(s.live.Publish())
	case n < 159:
		s.audit()
	}
}

// restore goes on from the snapshot of the state, which must be the state itself, derived parts included.
func (s *sim) restore() {
	state := s.live.Publish()
	image, err := state.Encode()
	if err != nil {
		fail("%v", err)
	}
	restored, err := Restore(image)
	if err != nil {
		fail("%v", err)
	}
	again, err := restored.Encode()
	if err != nil || !bytes.Equal(image, again) {
		fail("a restored state differs from the one it was taken of: %v", err)
	}
	sameIndexes(state.b, restored.b)
	s.live = Resume(restored)
}

// end compares everything once more: the state with its recount, with the fold of the records, kept states with themselves.
func (s *sim) end() {
	s.audit()
	s.restore()
	if s.fold != nil {
		want, err := s.fold.Publish().Hash()
		if err != nil || want != s.hash() {
			fail("the fold of the records differs from the live state: %v", err)
		}
		s.sameHistory()
	}
	for _, k := range s.kept {
		if hash, err := k.state.Hash(); err != nil || hash != k.hash {
			fail("the published state at %d changed afterwards: %v", k.state.Seq(), err)
		}
	}
}
