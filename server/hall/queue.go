package hall

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// queueName is where a queue leads to: a service, a member of staff or a window.
type queueName struct {
	of queueKind
	id string
}

type queueKind uint8

// The kinds of queue, in the order of their words.
const (
	forService queueKind = iota
	forStaff
	forWindow
)

var queueWords = [...]string{forService: "service:", forStaff: "staff:", forWindow: "window:"}

func serviceQueue(id string) queueName { return queueName{forService, id} }
func windowQueue(id string) queueName  { return queueName{forWindow, id} }
func staffQueue(id string) queueName   { return queueName{forStaff, id} }

// String gives the name as snapshots have it, for instance "service:household".
func (n queueName) String() string { return queueWords[n.of] + n.id }

// parseQueue reads what [queueName.String] gives.
func parseQueue(text string) (n queueName, ok bool) {
	for of, word := range queueWords {
		if id, found := strings.CutPrefix(text, word); found {
			return queueName{queueKind(of), id}, true
		}
	}
	return n, false
}

func compareQueues(a, b queueName) int {
	if a.of != b.of {
		return cmp.Compare(a.of, b.of)
	}
	return strings.Compare(a.id, b.id)
}

// queue is who waits in one queue, and what else is known of it. Only [book.ownQueue] gives one that may be changed.
type queue struct {
	owner   *owner
	waiting int
	calls   uint64 // of a service queue: calls of the service so far today
	lines   []line // in which somebody waits, in order
}

// nobody is the queue that was never joined.
var nobody queue

// sort is in what the legs of one queue can differ for Pick, besides how long they have stood.
type sort struct {
	service string
	strict  bool
	credit  Time
}

func (s sort) compare(o sort) int {
	if c := strings.Compare(s.service, o.service); c != 0 {
		return c
	}
	if s.strict != o.strict {
		if s.strict {
			return -1
		}
		return 1
	}
	return cmp.Compare(s.credit, o.credit)
}

// line is the waiting legs of one sort in the order in which Pick would take them. Its keys are small and hold no pointer, as
// most of what a ticket costs is to find its place among those who wait.
type line struct {
	sort
	legs tree[turn, struct{}]
}

// turn is the place of a leg in its line.
type turn struct {
	from   Time
	number uint64
	leg    LegKey
}

func compareTurns(a, b turn) int {
	if a.from != b.from {
		return cmp.Compare(a.from, b.from)
	}
	if a.number != b.number {
		return cmp.Compare(a.number, b.number)
	}
	return compareLegs(a.leg, b.leg)
}

// order gives numbers in the order of [compareNumbers], as far as prefixes have up to four letters; plans allow two.
func (n Number) order() uint64 {
	var prefix [4]byte
	copy(prefix[:], n.Prefix)
	return uint64(prefix[0])<<56 | uint64(prefix[1])<<48 | uint64(prefix[2])<<40 | uint64(prefix[3])<<32 | uint64(n.N)
}

// queueOf finds a queue to be read.
func (b *book) queueOf(name queueName) *queue {
	if q, found := b.queues.get(name); found {
		return q
	}
	return &nobody
}

// ownQueue gives a queue that may be changed until the book is shared again: published states keep the old one.
func (b *book) ownQueue(name queueName) *queue {
	old, found := b.queues.get(name)
	if found && old.owner == b.queues.owner {
		return old
	}
	q := &queue{owner: b.queues.owner}
	if found {
		q.waiting, q.calls, q.lines = old.waiting, old.calls, slices.Clone(old.lines)
	}
	b.queues.set(name, q)
	return q
}

func (q *queue) find(s sort) (i int, found bool) {
	return slices.BinarySearchFunc(q.lines, s, func(l line, s sort) int { return l.compare(s) })
}

// join puts a leg into an owned queue.
func (q *queue) join(s sort, t turn) {
	i, found := q.find(s)
	if !found {
		q.lines = slices.Insert(q.lines, i, line{sort: s, legs: newTree[turn, struct{}](compareTurns)})
	}
	legs := &q.lines[i].legs
	legs.owner = q.owner // a line's nodes are owned as its queue is
	legs.set(t, struct{}{})
	q.waiting++
}

// leave takes a leg out of an owned queue.
func (q *queue) leave(s sort, t turn) {
	q.waiting--
	i, found := q.find(s)
	if !found {
		return
	}
	legs := &q.lines[i].legs
	legs.owner = q.owner
	if legs.delete(t); legs.len() == 0 {
		q.lines = slices.Delete(q.lines, i, i+1)
	}
}

// all yields everybody in a queue, line by line.
func (q *queue) all() iter.Seq2[*line, LegKey] {
	return func(yield func(*line, LegKey) bool) {
		for i := range q.lines {
			for t := range q.lines[i].legs.all() {
				if !yield(&q.lines[i], t.leg) {
					return
				}
			}
		}
	}
}
