package server

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// commandsPerLife is how many commands one simulated hall is given: some days of a small hall, with a crash now and then.
const commandsPerLife = 2000

// control is a way to break a desk or a disk, to prove that the simulation would see it.
type control uint8

const (
	sound        control = iota
	answersEarly         // answers before the append has returned
	forgetsKeys          // takes a repetition for something new
	losesBatch           // a disk that had not written what it said it had
	keepsHalf            // a disk on which a batch can be there by half
)

// TestDeskSimulation drives the desk's own steps, a journal on a simulated disk, a simulated clock and clients who ask again,
// from seeds: JIAOHAO_SIM commands in all. It crashes anywhere, and everything that was promised is held against the
// journal after every append and every restart. JIAOHAO_SIM_SEED repeats one life.
func TestDeskSimulation(t *testing.T) {
	if text := os.Getenv("JIAOHAO_SIM_SEED"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		s := newDeskSim()
		if broken := simulate(s, seed, sound); broken != nil {
			t.Fatal(broken)
		}
		return
	}
	commands := 50_000
	if text := os.Getenv("JIAOHAO_SIM"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			t.Fatalf("JIAOHAO_SIM=%q is not a number", text)
		}
		commands = n
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // little is kept and much thrown away
	began := time.Now()
	all, failures := simulateAll(t, (commands+commandsPerLife-1)/commandsPerLife)
	caught := controls(t)
	t.Logf("counts: simulation %s lost=%d doubled=%d gaps=%d controls=%d/4", all, failures["lost"], failures["doubled"], failures["gaps"], caught)
	t.Logf("%.0f commands/s", float64(all.commands)/time.Since(began).Seconds())
	if !t.Failed() && commands >= 50_000 {
		all.covers(t)
	}
}

// simulateAll runs so many lives, on every processor.
func simulateAll(t *testing.T, lives int) (all simCounts, failures map[string]int) {
	var next atomic.Int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	failures = map[string]int{}
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			s := newDeskSim()
			for seed := next.Add(1); seed <= int64(lives); seed = next.Add(1) {
				broken := simulate(s, uint64(seed), sound)
				mu.Lock()
				all.add(&s.n)
				mu.Unlock()
				if broken == nil {
					continue
				}
				next.Store(int64(lives))
				mu.Lock()
				failures[broken.promise]++
				mu.Unlock()
				t.Errorf("JIAOHAO_SIM_SEED=%d go test -run TestDeskSimulation ./server # command %d: %s", seed, s.n.commands, broken)
			}
		})
	}
	wg.Wait()
	return all, failures
}

// simulate runs the life of a seed and gives the promise that was broken, nil for none.
func simulate(s *deskSim, seed uint64, broken control) (found *failure) {
	s.reset(seed, broken)
	defer func() {
		switch p := recover().(type) {
		case nil:
		case failure:
			found = &p
		default:
			found = &failure{"panic", fmt.Sprintf("%v\n%s", p, debug.Stack())}
		}
	}()
	s.live(commandsPerLife)
	return nil
}

// String names the promise first.
func (f *failure) String() string { return f.promise + ": " + f.text }

// controls breaks the desk or the disk in each way and counts how many of them are seen within a few lives.
func controls(t *testing.T) (caught int) {
	s := newDeskSim()
	for broken, promise := range map[control]string{answersEarly: "early", forgetsKeys: "doubled", losesBatch: "lost", keepsHalf: "torn"} {
		var found *failure
		for seed := uint64(1); seed <= 20 && found == nil; seed++ {
			found = simulate(s, seed, broken)
		}
		if found == nil || found.promise != promise {
			t.Errorf("control %d should break %q within 20 lives, found: %v", broken, promise, found)
			continue
		}
		caught++
	}
	return caught
}

// TestDeskSimulationRepeats runs a life twice: a seed that does not give the same life again cannot be looked into.
func TestDeskSimulationRepeats(t *testing.T) {
	a, b := newDeskSim(), newDeskSim()
	for seed := range uint64(3) {
		if x, y := simulate(a, seed, sound), simulate(b, seed, sound); x != nil || y != nil {
			t.Fatal(seed, x, y)
		}
		if a.disk.head != b.disk.head || a.n != b.n {
			t.Errorf("seed %d gives %+v and %+v", seed, a.disk.head, b.disk.head)
		}
	}
}

func (n *simCounts) add(o *simCounts) {
	n.commands, n.accepted, n.records, n.batches = n.commands+o.commands, n.accepted+o.accepted, n.records+o.records, n.batches+o.batches
	n.retries, n.replayed, n.silent, n.full = n.retries+o.retries, n.replayed+o.replayed, n.silent+o.silent, n.full+o.full
	n.crashes, n.restarts, n.jumps, n.snapshots = n.crashes+o.crashes, n.restarts+o.restarts, n.jumps+o.jumps, n.snapshots+o.snapshots
	n.refolds, n.audits, n.days, n.doubts = n.refolds+o.refolds, n.audits+o.audits, n.days+o.days, n.doubts+o.doubts
	for i := range n.fates {
		n.fates[i] += o.fates[i]
	}
}

// String is the line that a script collects.
func (n simCounts) String() string {
	return fmt.Sprintf("commands=%d accepted=%d records=%d batches=%d crashes=%d restarts=%d retries=%d replayed=%d silent=%d full=%d unknown=%d "+
		"torn=%d jumps=%d doubts=%d snapshots=%d refolds=%d audits=%d days=%d", n.commands, n.accepted, n.records, n.batches, n.crashes, n.restarts,
		n.retries, n.replayed, n.silent, n.full, n.fates[keptUnsure]+n.fates[lostUnsure], n.fates[lostUnsure]+n.fates[cutTorn], n.jumps, n.doubts,
		n.snapshots, n.refolds, n.audits, n.days)
}

// covers fails when something that the simulation is about never happened.
func (n *simCounts) covers(t *testing.T) {
	for i, times := range n.fates {
		if times == 0 {
			t.Errorf("no append ended as %q", fateNames[i])
		}
	}
	if min(n.retries, n.replayed, n.silent, n.full, n.crashes, n.jumps, n.doubts, n.snapshots, n.refolds, n.audits) == 0 || n.accepted < n.commands/4 {
		t.Errorf("too little happened: %s", n)
	}
}
