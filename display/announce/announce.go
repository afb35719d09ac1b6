// Package announce knows what is said in a part of the hall, where and when: one voice, one call after the other. It must
// never know how a sound is made, who listens, or anything of a citizen but the number.
package announce

import (
	"slices"
	"strconv"

	"jiaohao/server/hall"
)

// The rules of the voice, in milliseconds where they are times.
const (
	// MaxAge is how old a call may be when its announcement begins; an older one is only shown.
	MaxAge hall.Time = 60_000
	// Crowd is how many calls may wait for the voice before each is said only once.
	Crowd = 5
	// Least is the shortest announcement: the board shows each call at least as long.
	Least hall.Time = 6_000

	chimeTime hall.Time = 1_200
	clipTime  hall.Time = 450
	pauseTime hall.Time = 1_200
	breath    hall.Time = 600 // before the next announcement
)

// Call is a call as the voice sees it: the newest of its number.
type Call struct {
	ID     uint64    // of the call; a recall is a new one
	Number string    // of the ticket
	Window string    // where to go
	At     hall.Time // when it was called
	Called bool      // still expected at the window; false once the citizen came or the call was taken back
}

// Say is one announcement.
type Say struct {
	Call
	Times int       // how often the sentence is said
	From  hall.Time // when it began
	Until hall.Time // when the next one may begin
}

// Queue is the voice of one audio zone. The zero Queue has said nothing yet. It is a value: Advance never changes the
// receiver, so what a queue does depends on what it is given and on nothing else.
type Queue struct {
	waiting []Call // first to be said first
	now     *Say
	heard   uint64 // highest call id taken in
}

// Advance takes the zone's calls of the moment and gives the queue after it. Calls may be in any order; of each number
// only the newest call counts. Time must not run backwards between two calls of Advance.
func (q Queue) Advance(calls []Call, at hall.Time) Queue {
	next := Queue{now: q.now, heard: q.heard}
	if q.now != nil && at >= q.now.Until {
		next.now = nil
	}
	newest := newestOf(calls)
	next.waiting = stillWaiting(q.waiting, newest, at)
	next.takeIn(calls, newest, at)
	if next.now == nil && len(next.waiting) > 0 {
		next.speak(at)
	}
	return next
}

// Now is what is being said, nil for silence.
func (q Queue) Now() *Say { return q.now }

// Wake is when the queue must be advanced although nothing happens; 0 = not before the next call.
func (q Queue) Wake() hall.Time {
	if q.now == nil {
		return 0
	}
	return q.now.Until
}

// Waiting is how many calls wait for the voice.
func (q Queue) Waiting() int { return len(q.waiting) }

func newestOf(calls []Call) map[string]Call {
	newest := make(map[string]Call, len(calls))
	for _, c := range calls {
		if old, known := newest[c.Number]; !known || c.ID > old.ID {
			newest[c.Number] = c
		}
	}
	return newest
}

func fresh(c Call, at hall.Time) bool { return c.Called && at-c.At <= MaxAge }

// stillWaiting keeps who may still be said. A recall takes over the place of the call it repeats.
func stillWaiting(waiting []Call, newest map[string]Call, at hall.Time) []Call {
	kept := make([]Call, 0, len(waiting))
	for _, c := range waiting {
		if now, known := newest[c.Number]; known && fresh(now, at) {
			kept = append(kept, now)
		}
	}
	return kept
}

func (q *Queue) takeIn(calls []Call, newest map[string]Call, at hall.Time) {
	arrived := slices.Clone(calls)
	slices.SortFunc(arrived, func(a, b Call) int { return int(int64(a.ID) - int64(b.ID)) })
	for _, c := range arrived {
		if c.ID <= q.heard {
			continue
		}
		q.heard = c.ID
		if newest[c.Number].ID == c.ID && fresh(c, at) && !q.has(c.Number) {
			q.waiting = append(q.waiting, c)
		}
	}
}

func (q *Queue) has(number string) bool {
	return slices.ContainsFunc(q.waiting, func(c Call) bool { return c.Number == number })
}

func (q *Queue) speak(at hall.Time) {
	times := 2
	if len(q.waiting) > Crowd {
		times = 1
	}
	s := Say{Call: q.waiting[0], Times: times, From: at}
	s.Until = at + s.length()
	q.now, q.waiting = &s, q.waiting[1:]
}

// length is how long the announcement takes, with the breath after it. Clips of a voice pack last 0.34 to 0.58 s.
func (s Say) length() hall.Time {
	once := hall.Time(len(sentence(s.Number, s.Window))) * clipTime
	whole := chimeTime + hall.Time(s.Times)*once + hall.Time(s.Times-1)*pauseTime + breath
	return max(whole, Least)
}

// Name is the announcement's id in the public contract, the same as its call's.
func (s Say) Name() string { return NameOf(s.ID) }

// NameOf is the id of a call in the public contract.
func NameOf(call uint64) string { return "c" + strconv.FormatUint(call, 10) }
