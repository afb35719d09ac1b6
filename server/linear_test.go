package server

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
	"jiaohao/server/journal/journaltest"
	"jiaohao/server/lineartest"
)

// linearCounts counts what the histories hold.
type linearCounts struct {
	mu                                                      sync.Mutex
	ops, attempts, silent, rounds, restarts, bad, undecided int
}

// TestLinearizable records histories of kiosks, clerks and holders at work at once, on a desk whose journal fails and who is
// started again under them, with clients who lose patience and ask again. Porcupine must find an order of the operations
// that explains every answer. JIAOHAO_LINEAR sets how many operations.
func TestLinearizable(t *testing.T) {
	want := 2000
	if n, err := strconv.Atoi(os.Getenv("JIAOHAO_LINEAR")); err == nil {
		want = n
	}
	var c linearCounts
	var seed atomic.Uint64
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for c.asked() < want && !t.Failed() {
				linearRound(t, &c, seed.Add(1), linearHall{start: soundDesk})
			}
		})
	}
	all.Wait()
	if c.bad > 0 || c.undecided > c.rounds/1000 {
		t.Errorf("%d rounds cannot be explained, %d not within the time", c.bad, c.undecided)
	}
	controls := 0
	for name, broken := range map[string]linearHall{"answers before it is durable": {start: eagerDesk},
		"two desks of one hall": {start: calmDesk, split: true}} {
		var wrong linearCounts
		for s := uint64(1); s <= 20 && wrong.bad == 0; s++ {
			linearRound(t, &wrong, s, broken)
		}
		if wrong.bad == 0 {
			t.Errorf("%s: 20 rounds are explained, the check proves nothing", name)
		}
		controls += min(wrong.bad, 1)
	}
	t.Logf("counts: linear operations=%d attempts=%d silent=%d rounds=%d restarts=%d unexplained=%d undecided=%d controls=%d/2",
		c.ops, c.attempts, c.silent, c.rounds, c.restarts, c.bad, c.undecided, controls)
}

func (c *linearCounts) asked() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ops
}

// linearPlan has two services of one series, each at two windows, and the shortest times that a plan may have.
func linearPlan(t testing.TB) *hall.Plan {
	p := *testPlan(t)
	p.Services[1].Prefix = p.Services[0].Prefix
	for i := range p.Windows {
		p.Windows[i].Services = []string{p.Services[i%lineartest.Services].ID}
	}
	p.Rules.RecallGapSeconds, p.Rules.PassMinCalls, p.Rules.PassMinSeconds, p.Rules.ReturnAfterCalls = 1, 1, 1, 1
	p.Rules.MaxReturns, p.Rules.MaxCalls = 20, 50
	return &p
}

// linearHall makes the desk of each process life on what the lives before have left; split halls have two at once.
type linearHall struct {
	start func(t testing.TB, r *rand.Rand, memory *journal.Memory) *bench
	split bool
}

// lives is a hall that is started again whenever its desk gives up.
type lives struct {
	t       testing.TB
	r       *rand.Rand
	hall    linearHall
	memory  *journal.Memory
	second  *bench // of a hall with two desks
	mu      sync.RWMutex
	now     *bench
	changed chan struct{} // closed when now is another
	restart int
	asked   atomic.Int64
}

// linearSpeed makes the seconds of recall and pass pass in a millisecond.
const linearSpeed = 1000

func soundDesk(t testing.TB, r *rand.Rand, memory *journal.Memory) *bench {
	j := journaltest.NewFaulty(memory)
	if r.IntN(3) > 0 {
		j.FailAppend(9+r.IntN(25), []journaltest.Fault{journaltest.Lost, journaltest.Kept, journaltest.NoSpace}[r.IntN(3)])
	}
	return startDeskOn(t, j, NewClock(linearSpeed))
}

// eagerJournal says done before anything is kept; what it holds is gone when the desk ends.
type eagerJournal struct {
	journal.Journal
	head journal.Head
	left int // appends until the end
}

func (j *eagerJournal) Head() journal.Head { return j.head }

func (j *eagerJournal) Append(after uint64, batch []journal.Draft) journal.Result {
	if j.left--; j.left == 0 {
		return journal.Result{Outcome: journal.Unknown, Head: j.head, Err: journaltest.ErrInjected}
	}
	j.head.Seq += uint64(len(batch))
	return journal.Result{Outcome: journal.Done, Head: j.head}
}

// eagerDesk keeps its first life's founding and forgets from then on.
func eagerDesk(t testing.TB, r *rand.Rand, memory *journal.Memory) *bench {
	if memory.Head().Seq == 0 {
		first := startDeskOn(t, memory, NewClock(linearSpeed))
		prepare(t, first)
		first.Stop()
	}
	return startDeskOn(t, &eagerJournal{memory, memory.Head(), 10 + r.IntN(20)}, NewClock(linearSpeed))
}

func calmDesk(t testing.TB, _ *rand.Rand, memory *journal.Memory) *bench {
	return startDeskOn(t, memory, NewClock(linearSpeed))
}

func prepare(t testing.TB, d *bench) {
	if _, open := d.State().PostOf(clerk(1).ID); open {
		return
	}
	d.must(t, hall.Actor{}, hall.SetPlan{Plan: linearPlan(t), Hash: "linear", Source: hall.FromConfig})
	for w := range lineartest.Windows {
		d.must(t, clerk(w+1), hall.Open{Window: strconv.Itoa(w + 1)})
	}
}

func linearRound(t *testing.T, c *linearCounts, seed uint64, h linearHall) {
	l := &lives{t: t, r: rand.New(rand.NewPCG(seed, 9)), hall: h, memory: journal.NewMemory(), changed: make(chan struct{})}
	l.now = h.start(t, l.r, l.memory)
	prepare(t, l.now)
	if h.split {
		l.second = l.copy()
		defer l.second.Stop()
	}
	ended := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() { l.watch(ended) })
	round := lineartest.Round{Seed: seed, Kiosks: 3, Holders: 2, Each: 12, Ask: l.ask}
	history, attempts, silent := round.Run()
	close(ended)
	watching.Wait()
	l.now.Stop()
	verdict := lineartest.Check(0, history, 20*time.Second)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rounds, c.ops, c.attempts, c.silent, c.restarts = c.rounds+1, c.ops+len(history), c.attempts+attempts, c.silent+silent, c.restarts+l.restart
	c.bad += btoi(verdict == lineartest.Unexplained)
	c.undecided += btoi(verdict == lineartest.Undecided)
}

// copy makes a second desk on a copy of the journal: two masters of one hall.
func (l *lives) copy() *bench {
	other := journal.NewMemory()
	err := l.memory.Read(context.Background(), 1, func(r journal.Record) error {
		return other.Append(r.Seq-1, []journal.Draft{{At: r.At, Kind: r.Kind, Bytes: r.Bytes, Private: r.Private}}).Err
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return startDeskOn(l.t, other, NewClock(linearSpeed))
}

// watch starts the hall again when its desk has given up.
func (l *lives) watch(ended <-chan struct{}) {
	for {
		select {
		case <-ended:
			return
		case <-l.now.fatal:
		}
		next := l.hall.start(l.t, l.r, l.memory)
		prepare(l.t, next)
		l.mu.Lock()
		l.now, l.restart = next, l.restart+1
		close(l.changed)
		l.changed = make(chan struct{})
		l.mu.Unlock()
	}
}

func (l *lives) desk() (*bench, <-chan struct{}) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.now, l.changed
}

// ask gives an operation to the desk. Some clients wait only for a moment. Orders stand in one line, so that a repetition
// never overtakes what was asked first: every attempt counts as made in a life of its own.
func (l *lives) ask(o lineartest.Op, key string) (lineartest.Out, bool) {
	life := int(l.asked.Add(1))
	d, changed := l.desk()
	if l.second != nil && o.Window%2 == 1 {
		d = l.second
	}
	ctx := context.Background()
	if rand.IntN(25) == 0 {
		brief, cancel := context.WithTimeout(ctx, time.Duration(rand.IntN(200))*time.Microsecond)
		defer cancel()
		ctx = brief
	}
	order := l.order(d.State(), o)
	order.Key, order.Digest = key, []byte(key)
	receipt, err := d.Order(ctx, order)
	var r *hall.Refusal
	switch {
	case err == nil:
		return lineartest.Out{Life: life, Number: numberOf(d.State(), receipt)}, true
	case errors.As(err, &r) && r.Code == hall.JournalFull:
		return lineartest.Out{Life: life}, false
	case errors.As(err, &r):
		return lineartest.Out{Life: life, Refused: true, Soon: r.Code == hall.TooSoon || r.Code == hall.TooFewCalls || r.Code == hall.CallLimit}, true
	case ctx.Err() == nil: // nobody knows: the next life does
		select {
		case <-changed:
		case <-time.After(time.Second):
		}
	}
	return lineartest.Out{Life: life}, false
}

func numberOf(s hall.State, r hall.Receipt) int {
	if r.None || r.Leg.IsZero() {
		return 0
	}
	ticket, _, _ := s.Leg(r.Leg)
	return int(ticket.Number.N)
}

func (l *lives) order(s hall.State, o lineartest.Op) hall.Order {
	window := strconv.Itoa(o.Window + 1)
	by := clerk(o.Window + 1)
	switch o.Kind {
	case lineartest.Take:
		return hall.Order{By: kioskActor, Do: issue(o.Service)}
	case lineartest.Return:
		ticket, _ := s.TicketByNumber(hall.Number{Prefix: "A", N: uint32(o.Number)})
		return hall.Order{By: hall.Actor{Kind: hall.Citizen}, Do: hall.Return{Ticket: ticket.Key}}
	case lineartest.Call:
		return hall.Order{By: by, Do: hall.Next{Window: window}}
	case lineartest.Recall:
		return hall.Order{By: by, Do: hall.Recall{Window: window}}
	case lineartest.Start:
		return hall.Order{By: by, Do: hall.Begin{Window: window}}
	case lineartest.Finish:
		return hall.Order{By: by, Do: hall.Finish{Window: window}}
	case lineartest.Pass:
		return hall.Order{By: by, Do: hall.Pass{Window: window}}
	}
	return hall.Order{By: by, Do: hall.Transfer{Window: window, Service: fmt.Sprintf("s%d", 1+lineartest.OtherService(o.Window))}}
}
