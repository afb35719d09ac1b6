package live

import "time"

// burst is how many frames a topic may send within burst × gap, calls included.
const burst = 10

// pace says when a topic may send its next frame. It is plain arithmetic on times: an ordinary change
// waits for the changes that come with it and keeps its distance from the frame before; an urgent one
// goes at once; neither may go beyond burst frames within burst × gap.
type pace struct {
	coalesce, gap, repeat time.Duration

	pending bool      // a change has not been looked at yet
	since   time.Time // when the first such change came
	last    time.Time // when the topic was last rendered in due course
	full    time.Time // when all sockets were last given a frame, or should have been
	sends   [burst]time.Time
	oldest  int
}

// changed notes a change; the first of a burst sets the clock, so that a steady stream cannot
// put the frame off for ever.
func (p *pace) changed(at time.Time) {
	if !p.pending {
		p.pending, p.since = true, at
	}
}

// due is when the next frame goes: the pending change's, or the repetition's.
func (p *pace) due() time.Time {
	again := p.full.Add(p.repeat)
	if !p.pending {
		return again
	}
	return earlier(p.dueOrdinary(), again)
}

func (p *pace) dueOrdinary() time.Time {
	return later(p.since.Add(p.coalesce), later(p.last.Add(p.gap), p.free()))
}

// free is the earliest time at which even an urgent frame may go.
func (p *pace) free() time.Time { return p.sends[p.oldest].Add(burst * p.gap) }

// repeats says whether a frame at this time goes even if nothing in it is new.
func (p *pace) repeats(at time.Time) bool { return !at.Before(p.full.Add(p.repeat)) }

// looked notes that the topic was rendered in due course. A repetition counts as done even if the
// rendering failed, or it would be due again without end.
func (p *pace) looked(at time.Time) {
	if p.repeats(at) {
		p.full = at
	}
	p.pending, p.last = false, at
}

// sent notes that a frame went to all sockets that needed it.
func (p *pace) sent(at time.Time) {
	p.pending, p.last, p.full = false, at, at
	p.sends[p.oldest] = at
	p.oldest = (p.oldest + 1) % burst
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
