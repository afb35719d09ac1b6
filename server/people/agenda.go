package people

import (
	"container/heap"
	"time"
)

// agenda is what is going to happen, earliest first. What is due at the same moment happens in the order it was planned,
// so that a run is repeatable.
type agenda struct {
	events []event
	added  uint64
}

type event struct {
	at    time.Time
	order uint64
	do    func()
}

// add plans something for a moment.
func (a *agenda) add(at time.Time, do func()) {
	a.added++
	heap.Push((*byTime)(a), event{at: at, order: a.added, do: do})
}

// next takes the earliest event away.
func (a *agenda) next() (event, bool) {
	if len(a.events) == 0 {
		return event{}, false
	}
	return heap.Pop((*byTime)(a)).(event), true
}

// byTime is the heap's view of an agenda.
type byTime agenda

func (b *byTime) Len() int { return len(b.events) }

func (b *byTime) Less(i, j int) bool {
	x, y := &b.events[i], &b.events[j]
	if x.at.Equal(y.at) {
		return x.order < y.order
	}
	return x.at.Before(y.at)
}

func (b *byTime) Swap(i, j int) { b.events[i], b.events[j] = b.events[j], b.events[i] }

func (b *byTime) Push(x any) { b.events = append(b.events, x.(event)) }

func (b *byTime) Pop() any {
	last := len(b.events) - 1
	e := b.events[last]
	b.events[last] = event{} // lets go of what do holds
	b.events = b.events[:last]
	return e
}
