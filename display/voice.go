package display

import (
	"sync"

	"jiaohao/display/announce"
	"jiaohao/server/hall"
)

// voice keeps one queue per audio zone; the zone "" is the whole hall. After a restart it knows nothing: what was called in
// the last minute and is still expected is said again, which is better than never.
type voice struct {
	deps Deps

	mu     sync.Mutex
	queues map[string]announce.Queue
	wake   hall.Time // of the running timer, 0 = none
	stop   func() bool
}

func newVoice(d Deps) *voice { return &voice{deps: d, queues: map[string]announce.Queue{}} }

// say advances a zone's queue and gives what is being said there, nil for silence.
func (v *voice) say(zone string, calls []announce.Call, at hall.Time) *announce.Say {
	v.mu.Lock()
	defer v.mu.Unlock()
	q := v.queues[zone].Advance(calls, at)
	v.queues[zone] = q
	v.arm(at)
	return q.Now()
}

// arm sets the one timer to the first end of an announcement in any zone.
func (v *voice) arm(at hall.Time) {
	var first hall.Time
	for _, q := range v.queues {
		if w := q.Wake(); w > at && (first == 0 || w < first) {
			first = w
		}
	}
	if first == v.wake {
		return
	}
	if v.stop != nil {
		v.stop()
		v.stop = nil
	}
	if v.wake = first; first > 0 {
		v.stop = v.deps.After(first.Sub(at), v.fire)
	}
}

func (v *voice) fire() {
	v.mu.Lock()
	v.wake, v.stop = 0, nil
	v.mu.Unlock()
	v.deps.Changed()
}

// voices gives the calls of the scope as the voice sees them. Only those that could still be said matter.
func (c Scope) voices(p *hall.Plan, calls []called) []announce.Call {
	var list []announce.Call
	for _, x := range calls {
		if w, known := p.Window(x.Window); known && c.covers(w) {
			list = append(list, announce.Call{ID: x.ID, Number: x.Number, Window: sign(x.Window), At: x.At, Called: x.State == hall.Called.String()})
		}
	}
	return list
}

func (b *Board) say(s *announce.Say) {
	if s == nil {
		return
	}
	b.spoken = s.ID
	b.Say = &Say{ID: s.Name(), Clips: s.Clips(), Text: s.Text()}
}

// mark changes with the newest call and with the voice; never 0, which would make every urgent change of the hall urgent here.
func (b *Board) mark() uint64 { return max(1, b.newest<<32|b.spoken&0xffffffff) }
