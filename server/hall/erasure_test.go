package hall

import (
	"bytes"
	"testing"
	"time"
)

// TestErasureIsRecorded: orders by age go on where the one before ended, each for its own sort of private parts, and the
// snapshot keeps how far they have come and what the last one was.
func TestErasureIsRecorded(t *testing.T) {
	d := newDrill(t, readPlan(t, "county", nil))
	secretive(d, t)
	before := d.w.Seq()
	d.must(t, system, EraseOld{Through: 10, Count: 3, Days: 30})
	d.must(t, system, EraseOld{Through: before, Count: 2, Days: 30})
	d.must(t, system, EraseOld{Through: 12, Words: true, Count: 1, Days: 180})
	e := d.state().Erasure()
	if e.Reach(false) != before || e.Reach(true) != 12 || e.Last.From != 1 || !e.Last.Words {
		t.Errorf("%+v, last %+v", e, e.Last)
	}
	if events, _, err := d.do(Order{Do: EraseOld{Through: before, Count: 1}}); err != nil || len(events) > 0 {
		t.Errorf("what was ordered is ordered again: %v %v", events, err)
	}
	image, err := d.state().Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Restore(image)
	if err != nil || hashOf(t, again) != hashOf(t, d.state()) || again.Erasure().Last.Days != 180 {
		t.Errorf("the snapshot gives another erasure: %+v, %v", again.Erasure(), err)
	}
	w, err := fold(d.records)
	if err != nil || hashOf(t, w.Publish()) != hashOf(t, d.state()) {
		t.Errorf("folded again it is another state: %v", err)
	}
}

func TestWhoMayErase(t *testing.T) {
	d := newDrill(t, readPlan(t, "county", nil))
	secretive(d, t)
	d.later(time.Minute)
	boss := person(d.w.b.plan, "8001")
	for _, row := range []struct {
		name string
		by   Actor
		do   Command
		want Code
	}{
		{"a clerk", person(d.w.b.plan, "1001"), ErasePerson{Seqs: []uint64{7}}, Forbidden},
		{"the hall itself, of a person", system, ErasePerson{Seqs: []uint64{7}}, Forbidden},
		{"a supervisor, by age", boss, EraseOld{Through: 3, Count: 1}, Forbidden},
		{"a supervisor", boss, ErasePerson{Seqs: []uint64{7, 9}}, ""},
		{"nothing", boss, ErasePerson{}, Invalid},
		{"out of order", boss, ErasePerson{Seqs: []uint64{9, 7}}, Invalid},
		{"twice", boss, ErasePerson{Seqs: []uint64{9, 9}}, Invalid},
		{"before the first", boss, ErasePerson{Seqs: []uint64{0, 9}}, Invalid},
		{"beyond the head", boss, ErasePerson{Seqs: []uint64{9, 9999}}, Invalid},
		{"too many", boss, ErasePerson{Seqs: make([]uint64, MaxErased+1)}, Invalid},
		{"by age beyond the head", system, EraseOld{Through: 9999, Count: 1}, Invalid},
		{"by age, nothing", system, EraseOld{Through: 5}, Invalid},
	} {
		if _, _, err := d.do(Order{By: row.by, Do: row.do}); codeOf(err) != row.want {
			t.Errorf("%s: %v, want %q", row.name, err, row.want)
		}
	}
}

func TestWhatAnErasureCovers(t *testing.T) {
	age := &PrivateErased{Reason: ErasedByAge, From: 5, Through: 9}
	words := &PrivateErased{Reason: ErasedByAge, From: 5, Through: 9, Words: true}
	person := &PrivateErased{Reason: ErasedPerson, Seqs: []uint64{3, 8}}
	for _, row := range []struct {
		e    *PrivateErased
		seq  uint64
		kind string
		want bool
	}{
		{age, 5, "ticket.issued", true}, {age, 9, "leg.parked", true}, {age, 4, "ticket.issued", false}, {age, 10, "ticket.issued", false},
		{age, 6, "leg.rated", false}, {words, 6, "leg.rated", true}, {words, 6, "ticket.complained", true}, {words, 6, "ticket.issued", false},
		{person, 3, "ticket.issued", true}, {person, 8, "leg.rated", true}, {person, 5, "ticket.issued", false},
	} {
		if got := row.e.Covers(row.seq, row.kind); got != row.want {
			t.Errorf("%+v covers %s at %d: %v", row.e, row.kind, row.seq, got)
		}
	}
}

func TestDaysOfPrivacy(t *testing.T) {
	for _, row := range []struct {
		p           Privacy
		keep, words int
	}{{Privacy{}, 30, 180}, {Privacy{KeepDays: 7}, 7, 180}, {Privacy{KeepDays: 7, WordsDays: 14}, 7, 14},
		{Privacy{KeepDays: 365}, 365, 365}, {Privacy{KeepDays: 60, WordsDays: 20}, 60, 60}} {
		if row.p.Days(false) != row.keep || row.p.Days(true) != row.words {
			t.Errorf("%+v: %d and %d", row.p, row.p.Days(false), row.p.Days(true))
		}
	}
	p := readPlan(t, "county", func(p *Plan) { p.Rules.Privacy.WordsDays = longestKeepDays })
	p.Rules.Privacy.KeepDays = -1
	if faults := p.Check(); len(faults) != 1 || faults[0].Pointer != "rules.privacy.keepDays" {
		t.Errorf("%v", faults)
	}
}

// TestPrivacyIsALaterField: a plan that says nothing of it is written as in version 1, one that does comes back.
func TestPrivacyIsALaterField(t *testing.T) {
	for _, p := range []Privacy{{}, {KeepDays: 7}, {KeepDays: 7, WordsDays: 70}} {
		chained, _, err := Encode(goldenHeader, &PlanSet{Plan: &Plan{Rules: Rules{Privacy: p}}, Hash: "x", Source: FromConfig})
		if err != nil || bytes.Contains(chained, []byte("privacy")) != (p != Privacy{}) {
			t.Errorf("%+v is written as %q, %v", p, chained, err)
		}
		if _, e, err := Decode("plan.set", chained); err != nil || e.(*PlanSet).Plan.Rules.Privacy != p {
			t.Errorf("%+v comes back as %+v, %v", p, e, err)
		}
	}
}
