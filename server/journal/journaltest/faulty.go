package journaltest

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"jiaohao/server/journal"
)

// ErrInjected is the error of every fault that a Faulty brings about.
var ErrInjected = errors.New("journaltest: injected fault")

// Fault is what happens to an append instead of what the journal would do.
type Fault struct {
	// Outcome is the answer; Done lets the append through.
	Outcome journal.Outcome
	// Persist stores the batch although the answer is not Done.
	Persist bool
	// Delay is waited for before anything else.
	Delay time.Duration
}

// The usual faults.
var (
	// Lost: the answer is Unknown, and the batch is not there after a restart.
	Lost = Fault{Outcome: journal.Unknown}
	// Kept: the answer is Unknown, and the batch is there after a restart.
	Kept = Fault{Outcome: journal.Unknown, Persist: true}
	// NoSpace: the answer is Full, nothing is written.
	NoSpace = Fault{Outcome: journal.Full}
)

// Slow lets an append through after a delay.
func Slow(delay time.Duration) Fault { return Fault{Outcome: journal.Done, Delay: delay} }

// Faulty is a journal whose appends fail as told. The embedded Journal is the one to open again "after the restart".
//
//	f := journaltest.NewFaulty(journal.NewMemory())
//	f.FailAppend(3, journaltest.Kept) // the third append from now on
type Faulty struct {
	journal.Journal

	// mu guards what follows.
	mu        sync.Mutex
	appends   int
	faults    map[int]Fault
	undecided bool
	head      journal.Head // what the caller may know, once undecided
}

// NewFaulty wraps a journal; without faults it is as the journal itself.
func NewFaulty(j journal.Journal) *Faulty {
	return &Faulty{Journal: j, faults: make(map[int]Fault)}
}

// FailAppend makes the n-th append from now on end with a fault; the next one is 1.
func (f *Faulty) FailAppend(n int, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults[f.appends+n] = fault
}

// Appends tells how many appends were asked for so far.
func (f *Faulty) Appends() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.appends
}

// Head implements journal.Journal: after an undecided append it stays where it was known to be.
func (f *Faulty) Head() journal.Head {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.undecided {
		return f.head
	}
	return f.Journal.Head()
}

// Append implements journal.Journal.
func (f *Faulty) Append(after uint64, batch []journal.Draft) journal.Result {
	fault, undecided := f.next()
	if undecided {
		return journal.Result{Outcome: journal.Unknown, Head: f.Head(), Err: journal.ErrUndecided}
	}
	time.Sleep(fault.Delay)
	if fault.Outcome == journal.Done {
		return f.Journal.Append(after, batch)
	}
	before := f.Journal.Head()
	f.mark(fault, before)
	if fault.Persist {
		if r := f.Journal.Append(after, batch); r.Outcome != journal.Done {
			return r
		}
	}
	return journal.Result{Outcome: fault.Outcome, Head: before, Err: fmt.Errorf("%w: %v", ErrInjected, fault.Outcome)}
}

// next counts an append and gives its fault.
func (f *Faulty) next() (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.appends++
	return f.faults[f.appends], f.undecided
}

// mark makes an undecided end last.
func (f *Faulty) mark(fault Fault, before journal.Head) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fault.Outcome == journal.Unknown {
		f.undecided, f.head = true, before
	}
}
