package server

import (
	"sync"
	"time"

	"jiaohao/server/hall"
)

// Clock gives the time of commands: the wall clock at start plus monotonic time since, and never less than the last record.
// Small corrections of the wall clock are followed; a jump is not, it is doubted.
type Clock struct {
	wall  func() time.Time     // what the machine's clock shows
	mono  func() time.Duration // time since some moment, which nobody can set
	speed float64              // hall seconds per second; 1 but for demonstrations

	mu     sync.Mutex
	base   time.Time     // hall time at start
	start  time.Duration // monotonic time then
	ahead  time.Duration // how far the hall is ahead of a wall clock that a supervisor has confirmed
	behind bool          // the wall clock was behind the last record when the hall started
	set    bool          // by StartAt: there is no wall clock to compare with
}

// Bounds of belief in the machine's clock.
const (
	clockSlack = time.Minute     // a difference smaller than this is followed
	clockJump  = 5 * time.Minute // a difference larger than this is doubted
)

// NewClock starts a clock. Speed 1 is real time.
func NewClock(speed float64) *Clock {
	began := time.Now()
	return newClock(time.Now, func() time.Duration { return time.Since(began) }, speed)
}

// ClockOf starts a clock of real time on other clocks than the machine's: wall is what can be set, mono the time since some
// moment, which nobody can set. For trials of what a hall does when its clock jumps.
func ClockOf(wall func() time.Time, mono func() time.Duration) *Clock { return newClock(wall, mono, 1) }

func newClock(wall func() time.Time, mono func() time.Duration, speed float64) *Clock {
	return &Clock{wall: wall, mono: mono, speed: speed, base: wall().Round(0), start: mono()}
}

// StartAt sets the time that the clock shows now: for demonstrations, whose time is their own from then on.
func (c *Clock) StartAt(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base, c.start, c.set = t.Round(0), c.mono(), true
}

// resume goes on from the last record of the process life before. A wall clock behind it is doubted; time itself goes on
// from the record, or every wait and every gap between two calls would stand still until somebody has looked.
func (c *Clock) resume(last hall.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if record := last.In(time.UTC); record.After(c.now()) {
		c.behind = record.Sub(c.now()) > clockSlack
		c.base, c.start = record, c.mono()
	}
}

// Now is the time of a command decided now.
func (c *Clock) Now() hall.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return hall.At(c.now())
}

func (c *Clock) now() time.Time {
	return c.base.Add(time.Duration(float64(c.mono()-c.start) * c.speed))
}

// Check compares the wall clock with the time shown: it follows small corrections and reports what cannot be believed.
// Without real time there is nothing to compare.
func (c *Clock) Check() (doubtful bool, wall, shown hall.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now, real := c.now(), c.wall().Round(0)
	if c.speed != 1 || c.set {
		return false, hall.At(now), hall.At(now)
	}
	if real.Sub(now).Abs() < clockSlack {
		c.ahead, c.behind = 0, false // set right: what was confirmed before is over
	}
	expected := real.Add(c.ahead)
	off := expected.Sub(now).Abs()
	if off < clockSlack {
		c.base, c.start = expected, c.mono()
	}
	return off > clockJump || c.behind, hall.At(real), hall.At(now)
}

// Offset is how far the wall clock is ahead of the time shown; 0 without real time.
func (c *Clock) Offset() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.speed != 1 || c.set {
		return 0
	}
	return c.wall().Round(0).Sub(c.now())
}

// Confirm takes the wall clock as it is: a supervisor has looked. Time never goes back, so a hall that was ahead stays
// ahead by as much.
func (c *Clock) Confirm() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.speed != 1 || c.set {
		return
	}
	now, real := c.now(), c.wall().Round(0)
	c.base, c.start, c.ahead, c.behind = real, c.mono(), 0, false
	if real.Before(now) {
		c.base, c.ahead = now, now.Sub(real)
	}
}
