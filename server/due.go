package server

import (
	"time"

	"jiaohao/server/hall"
)

// due looks at the clock, lets time do what it does and tells when to look again.
func (d *Desk) due(w *hall.Working, cur *batch) time.Duration {
	if d.still {
		return clockLook
	}
	if doubtful, wall, shown := d.clock.Check(); doubtful {
		d.byItself(w, cur, hall.DoubtClock{Wall: wall, Last: max(shown, w.At())})
	}
	at := max(d.clock.Now(), w.At())
	commands, next := hall.Due(w.Publish(), at)
	done := false
	for _, c := range commands {
		done = d.byItself(w, cur, c) || done
	}
	switch {
	case d.FullSince() != 0:
		return fullRetry
	case done:
		return dueAgain
	case next > at:
		return min(clockLook, time.Duration(float64(next.Sub(at))/d.clock.speed)+time.Millisecond)
	}
	return clockLook
}

// byItself decides a command that nobody has given.
func (d *Desk) byItself(w *hall.Working, cur *batch, c hall.Command) (accepted bool) {
	return d.decide(w, cur, &pending{order: hall.Order{Do: c}, answer: make(chan answer, 1)})
}
