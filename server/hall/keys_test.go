package hall

import (
	"testing"
	"time"
)

// repeats fails unless an order that was accepted is answered as before, without an event.
func (d *drill) repeats(t *testing.T, when string, o Order, want Receipt) {
	t.Helper()
	events, again, err := d.w.Decide(o, d.now)
	if want.Replayed = true; err != nil || len(events) > 0 || again != want {
		t.Errorf("%s: %+v with %d events, %v; want %+v", when, again, len(events), err, want)
	}
}

func keyed(by Actor, key string, c Command) Order {
	return Order{By: by, Key: key, Digest: []byte(key), Do: c}
}

// TestKeysWhileClosed accepts orders while no day is open. They are known when the next has opened, although the day before
// is forgotten then, and after a restart; a day after that day's close they are forgotten too.
func TestKeysWhileClosed(t *testing.T) {
	d := newDrill(t, readPlan(t, "county", nil))
	boss := person(d.w.b.plan, "8001")
	d.must(t, boss, CloseDay{Confirm: true})
	d.later(47 * time.Hour)
	open := keyed(person(d.w.b.plan, "1001"), "before-hours", Open{Window: "1"})
	_, first, err := d.do(open)
	if err != nil {
		t.Fatal(err)
	}
	d.repeats(t, "before the day", open, first)
	begin := keyed(boss, "begin", OpenDay{})
	_, begun, err := d.do(begin)
	if dates := d.state().Dates(); err != nil || len(dates) != 1 {
		t.Fatalf("%v, days %v", err, dates)
	}
	d.repeats(t, "when the day before is forgotten", open, first)
	d.repeats(t, "the opening itself", begin, begun)
	image, err := d.state().Encode()
	if err != nil {
		t.Fatal(err)
	}
	restored, err := Restore(image)
	if err != nil {
		t.Fatal(err)
	}
	d.w = Resume(restored)
	d.repeats(t, "after a restart", open, first)
	d.must(t, boss, CloseDay{Confirm: true})
	d.later(47 * time.Hour)
	d.must(t, boss, OpenDay{})
	if events, again, err := d.w.Decide(open, d.now); again.Replayed {
		t.Errorf("two days later it is still known: %v, %v", events, err)
	}
}

// TestKeysBeforeFirstDay does the same in a hall that never had a day.
func TestKeysBeforeFirstDay(t *testing.T) {
	p := readPlan(t, "county", nil)
	d := &drill{w: NewWorking(), now: clock(p, "2026-11-23", "08:00:00")}
	d.must(t, system, Found{Hall: p.Hall.ID, Epoch: "epoch"})
	d.must(t, system, SetPlan{Plan: p, Hash: "first"})
	open := keyed(person(p, "1001"), "early", Open{Window: "1"})
	_, first, err := d.do(open)
	if err != nil {
		t.Fatal(err)
	}
	d.must(t, person(p, "1001"), Close{Window: "1", Confirm: true})
	d.repeats(t, "before any day", open, first)
	image, _ := d.state().Encode()
	if restored, err := Restore(image); err != nil {
		t.Error(err)
	} else {
		d.w = Resume(restored)
	}
	d.repeats(t, "after a restart", open, first)
	d.must(t, system, OpenDay{})
	d.repeats(t, "on the first day", open, first)
}

// TestKeyOfOpeningWithPlan repeats the opening of a day that brings a new plan: the key stands in the plan's record, before the day's.
func TestKeyOfOpeningWithPlan(t *testing.T) {
	d := newDrill(t, readPlan(t, "county", nil))
	boss := person(d.w.b.plan, "8001")
	d.must(t, system, SetPlan{Plan: readPlan(t, "county", func(p *Plan) { p.Rules.MaxCalls = 7 }), Hash: "second", NextDay: true})
	d.must(t, boss, CloseDay{Confirm: true})
	d.later(47 * time.Hour)
	begin := keyed(boss, "begin", OpenDay{})
	events, begun, err := d.do(begin)
	if err != nil || len(events) != 2 {
		t.Fatalf("%v, %d events", err, len(events))
	}
	d.repeats(t, "on that day", begin, begun)
}
