package server

import (
	"sync"
	"time"

	"jiaohao/server/hall"
)

// Clock gives the time of commands: the wall clock at start plus monotonic time since. Small corrections of the wall clock
// are followed; a jump is not, it is doubted.
type Clock struct {
	wall  func() time.Time
	speed float64 // hall seconds per second; 1 but for demonstrations

	mu    sync.Mutex
	base  time.Time     // hall time at start
	start time.Time     // with its monotonic reading
	ahead time.Duration // how far the hall is ahead of a wall clock that a supervisor has confirmed
	set   bool          // by StartAt: there is no wall clock to compare with
}

// Bounds of belief in the machine's clock.
const (
	clockSlack = time.Minute     // a difference smaller than this is followed
	clockJump  = 5 * time.Minute // a difference larger than this is doubted
)

// NewClock starts a clock. Speed 1 is real time.
func NewClock(speed float64) *Clock { return newClock(time.Now, speed) }

func newClock(wall func() time.Time, speed float64) *Clock {
	now := wall()
	return &Clock{wall: wall, speed: speed, base: now.Round(0), start: now}
}

// StartAt sets the time that the clock shows now: for demonstrations, whose time is their own from then on.
func (c *Clock) StartAt(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base, c.start, c.set = t.Round(0), c.wall(), true
}

// Now is the time of a command decided now.
func (c *Clock) Now() hall.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return hall.At(c.now())
}

func (c *Clock) now() time.Time {
	return c.base.Add(time.Duration(float64(c.wall().Sub(c.start)) * c.speed))
}

// Check compares the wall clock with the time shown: it follows small corrections and reports a jump. Without real time
// there is nothing to compare.
func (c *Clock) Check() (jumped bool, wall, shown hall.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now, real := c.now(), c.wall().Round(0).Add(c.ahead)
	if c.speed != 1 || c.set {
		return false, hall.At(now), hall.At(now)
	}
	switch off := real.Sub(now).Abs(); {
	case off > clockJump:
		return true, hall.At(real), hall.At(now)
	case off < clockSlack:
		c.base, c.start = real, c.wall()
	}
	return false, hall.At(real), hall.At(now)
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
	c.base, c.start, c.ahead = real, c.wall(), 0
	if real.Before(now) {
		c.base, c.ahead = now, now.Sub(real)
	}
}
