package server

import (
	"context"
	"errors"
	"testing"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
)

// machine is a machine's two clocks as a test wants them: the wall clock can be set, the monotonic one only goes on.
type machine struct {
	wall time.Time
	mono time.Duration
}

var morning = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func newMachine() *machine { return &machine{wall: morning} }

func (m *machine) clock(speed float64) *Clock {
	return newClock(func() time.Time { return m.wall }, func() time.Duration { return m.mono }, speed)
}

// pass lets time go by; set moves the wall clock alone.
func (m *machine) pass(d time.Duration) { m.wall, m.mono = m.wall.Add(d), m.mono+d }
func (m *machine) set(d time.Duration)  { m.wall = m.wall.Add(d) }

// shows fails unless the clock shows the morning and so much.
func shows(t *testing.T, c *Clock, since time.Duration) {
	t.Helper()
	if got := c.Now().Sub(hall.At(morning)); got != since {
		t.Errorf("the clock shows %v after the start, want %v", got, since)
	}
}

// TestClockAndWall moves the wall clock while an hour goes by, and says what the hall's clock makes of it.
func TestClockAndWall(t *testing.T) {
	for _, c := range []struct {
		name  string
		moved time.Duration
		doubt bool
		shown time.Duration
	}{
		{"nothing", 0, false, time.Hour},
		{"a little forth", 40 * time.Second, false, time.Hour + 40*time.Second},
		{"a little back", -40 * time.Second, false, time.Hour - 40*time.Second},
		{"too much to follow", 3 * time.Minute, false, time.Hour},
		{"too much to follow, back", -3 * time.Minute, false, time.Hour},
		{"a jump forth", 6 * time.Minute, true, time.Hour},
		{"a jump back", -6 * time.Minute, true, time.Hour},
		{"a year", 365 * 24 * time.Hour, true, time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMachine()
			clock := m.clock(1)
			m.pass(time.Hour)
			m.set(c.moved)
			doubt, wall, shown := clock.Check()
			if doubt != c.doubt || wall != hall.At(m.wall) || shown.Sub(hall.At(morning)) != time.Hour {
				t.Errorf("doubt %v, wall %v, shown %v", doubt, wall.In(time.UTC), shown.In(time.UTC))
			}
			shows(t, clock, c.shown)
		})
	}
}

// TestConfirmForth takes a wall clock that is ahead as it is.
func TestConfirmForth(t *testing.T) {
	m := newMachine()
	clock := m.clock(1)
	m.set(2 * time.Hour)
	clock.Confirm()
	shows(t, clock, 2*time.Hour)
	if doubt, _, _ := clock.Check(); doubt {
		t.Error("a confirmed clock is doubted")
	}
}

// TestConfirmBack never takes the hall back: it stays ahead, is not doubted for it, and comes home when the wall clock has
// been set right.
func TestConfirmBack(t *testing.T) {
	m := newMachine()
	clock := m.clock(1)
	m.pass(time.Hour)
	m.set(-3 * time.Hour)
	clock.Confirm()
	shows(t, clock, time.Hour)
	m.pass(10 * time.Minute)
	if doubt, _, _ := clock.Check(); doubt {
		t.Error("a confirmed clock is doubted")
	}
	shows(t, clock, 70*time.Minute)
	m.set(3 * time.Hour)
	if doubt, _, _ := clock.Check(); doubt {
		t.Error("a clock that was set right is doubted")
	}
	shows(t, clock, 70*time.Minute)
	m.set(30 * time.Minute)
	if doubt, _, _ := clock.Check(); !doubt {
		t.Error("what was confirmed before covers a jump that came later")
	}
}

// TestClockBehindRecord starts a process life on a wall clock that is behind what was recorded: time goes on from there.
func TestClockBehindRecord(t *testing.T) {
	m := newMachine()
	clock := m.clock(1)
	clock.resume(hall.At(morning.Add(3 * time.Minute)))
	m.pass(time.Minute)
	shows(t, clock, 4*time.Minute)
	if doubt, _, _ := clock.Check(); !doubt {
		t.Error("a wall clock behind the last record is believed")
	}
	clock.Confirm()
	if doubt, _, _ := clock.Check(); doubt {
		t.Error("a confirmed clock is doubted")
	}
	shows(t, clock, 4*time.Minute)

	clock = m.clock(1)
	clock.resume(hall.At(m.wall.Add(30 * time.Second)))
	if doubt, _, _ := clock.Check(); doubt {
		t.Error("half a minute is doubted")
	}
	clock.resume(hall.At(morning.Add(-time.Hour)))
	shows(t, clock, time.Minute)
}

// TestDemonstrationClock runs at its own speed from its own hour and compares itself with nothing.
func TestDemonstrationClock(t *testing.T) {
	m := newMachine()
	fast := m.clock(60)
	m.pass(time.Minute)
	shows(t, fast, time.Hour)
	m.set(24 * time.Hour)
	fast.Confirm()
	if doubt, wall, shown := fast.Check(); doubt || wall != shown {
		t.Error("a demonstration's clock looks at the wall")
	}
	shows(t, fast, time.Hour)

	set := m.clock(1)
	set.StartAt(morning.Add(5 * time.Hour))
	m.pass(time.Minute)
	m.set(-24 * time.Hour)
	set.Confirm()
	if doubt, _, _ := set.Check(); doubt {
		t.Error("a clock that was set looks at the wall")
	}
	shows(t, set, 5*time.Hour+time.Minute)
}

var supervisor = hall.Actor{Kind: hall.Clerk, ID: "8001", Roles: []hall.Role{hall.RoleSupervisor}}

// TestDoubtedClockIssuesNothing starts on a clock behind the last record: the start is recorded first, then the doubt, before
// any ticket; a confirmation ends it for good, and time has not stood still.
func TestDoubtedClockIssuesNothing(t *testing.T) {
	j := journal.NewMemory()
	first := startDesk(t, j)
	first.must(t, kioskActor, issue(0))
	first.Stop()
	before := first.State()
	m := &machine{wall: before.At().In(time.UTC).Add(-time.Hour)}
	d := startDeskOn(t, j, m.clock(1))
	start := d.must(t, hall.Actor{}, hall.Start{Version: "test"})
	_, err := d.Order(t.Context(), hall.Order{By: kioskActor, Do: issue(0)})
	if r := (*hall.Refusal)(nil); !errors.As(err, &r) || r.Code != hall.ClockUnconfirmed {
		t.Fatalf("a ticket on a doubted clock: %v", err)
	}
	if start.Seq != before.Seq()+1 || d.State().Seq() != start.Seq+1 || d.State().ClockDoubt() == nil {
		t.Errorf("started at %d after %d, state at %d", start.Seq, before.Seq(), d.State().Seq())
	}
	if _, err := d.Order(t.Context(), hall.Order{By: clerk(1), Do: hall.ConfirmClock{}}); err == nil {
		t.Error("a clerk confirmed the clock")
	}
	d.must(t, supervisor, hall.ConfirmClock{})
	d.must(t, kioskActor, issue(0))
	d.Stop()
	if doubt, _, shown := d.clock.Check(); doubt || shown < before.At() {
		t.Errorf("after the confirmation: doubted %v, %v behind", doubt, before.At().Sub(shown))
	}
}

// TestRepeatedConfirmation leaves the clock alone when a confirmation is only repeated.
func TestRepeatedConfirmation(t *testing.T) {
	m := newMachine()
	d := startDeskOn(t, journal.NewMemory(), m.clock(1))
	order := hall.Order{By: supervisor, Key: "k", Digest: []byte("b"), Do: hall.ConfirmClock{}}
	d.must(t, hall.Actor{}, hall.DoubtClock{})
	if _, err := d.Order(context.Background(), order); err != nil {
		t.Fatal(err)
	}
	d.Stop()
	next := startDeskOn(t, d.journal, d.clock)
	m.set(time.Hour)
	if r, err := next.Order(context.Background(), order); err != nil || !r.Replayed {
		t.Fatalf("%+v, %v", r, err)
	}
	next.Stop()
	if doubt, _, _ := next.clock.Check(); !doubt {
		t.Error("a repeated confirmation confirmed a jump that came later")
	}
}
