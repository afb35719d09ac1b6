package stats

import (
	"encoding/hex"
	"flag"
	"os"
	"reflect"
	"testing"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/hall/halltest"
)

var rewrite = flag.Bool("rewrite", false, "write testdata anew")

const monday = hall.Date(20261123)

// story tells a fold events by hand, at minutes after 08:00 of a Monday.
type story struct {
	t   *testing.T
	f   *Fold
	seq uint64
}

func newStory(t *testing.T) *story {
	s := &story{t: t, f: New()}
	s.tell(0, &hall.Founded{Hall: "h"}, &hall.PlanSet{Plan: halltest.Plan(1)}, &hall.DayOpened{Date: monday})
	return s
}

func (s *story) tell(minute float64, events ...hall.Event) {
	at := halltest.Start.Add(time.Duration(minute * float64(time.Minute)))
	for _, e := range events {
		s.seq++
		s.f.Apply(s.seq, at, hall.Header{}, e)
	}
}

func key(n uint32) hall.TicketKey { return hall.TicketKey{Date: monday, N: n} }

func leg(n uint32, l uint8) hall.LegKey { return hall.LegKey{Date: monday, N: n, Leg: l} }

func issue(n uint32, service string) hall.Event {
	return &hall.TicketIssued{Key: key(n), Service: service, Class: hall.Ordinary}
}

func call(n uint32) hall.Event {
	return &hall.LegCalled{Leg: leg(n, 1), Window: "2", Staff: "1002", Service: "household"}
}

func start(n uint32) hall.Event { return &hall.LegStarted{Leg: leg(n, 1), Window: "2", Staff: "1002"} }

func end(n uint32, how hall.End, items ...hall.Item) *hall.LegEnded {
	return &hall.LegEnded{Leg: leg(n, 1), End: how, Window: "2", Staff: "1002", Items: items}
}

func done(service string, cases int) hall.Item {
	return hall.Item{Service: service, Outcome: hall.Completed, Cases: cases}
}

// served is a visit of 5 minutes waiting, 1 on the way and 10 in handling.
func (s *story) served(n uint32, from float64) {
	s.tell(from, issue(n, "household"))
	s.tell(from+5, call(n))
	s.tell(from+6, start(n))
	s.tell(from+16, end(n, hall.Finished, done("household", 2)))
}

func (s *story) total() Row {
	s.t.Helper()
	rows := s.f.Rows(Query{})
	if len(rows) != 1 {
		s.t.Fatalf("%d rows", len(rows))
	}
	return rows[0]
}

func same(seconds int) Quantiles {
	return Quantiles{Count: 1, MeanSeconds: seconds, P50Seconds: seconds, P90Seconds: seconds, P99Seconds: seconds}
}

func TestOneVisit(t *testing.T) {
	s := newStory(t)
	s.served(1, 70)
	want := Row{By: map[string]string{"date": "2026-11-23", "hour": "09", "service": "household", "window": "2", "staff": "1002",
		"department": "police", "class": "ordinary"}, Issued: 1, Called: 1, Finished: 1, Cases: 2, Wait: same(300), Way: same(60),
		Handling: same(600), Stay: same(960), Few: true, Promised: 1, PromiseMet: 1}
	if got := s.f.Rows(Query{By: Dimensions()}); len(got) != 1 || !reflect.DeepEqual(got[0], want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}

func TestWaitingAndServingCountAtOnceButHaveNoTimes(t *testing.T) {
	s := newStory(t)
	s.tell(0, issue(1, "household"), issue(2, "household"))
	s.tell(3, call(1))
	s.tell(4, start(1))
	if r := s.total(); r.Issued != 2 || r.Called != 1 || r.Wait.Count+r.Way.Count+r.Handling.Count+r.Stay.Count != 0 {
		t.Errorf("%+v", r)
	}
}

func TestInferredStartCountsWithoutTimes(t *testing.T) {
	s := newStory(t)
	s.tell(0, issue(1, "household"))
	s.tell(5, call(1))
	e := end(1, hall.Finished, done("household", 1))
	e.Inferred = true
	s.tell(9, e)
	if r := s.total(); r.Finished != 1 || r.Cases != 1 || r.Wait != same(300) || r.Way.Count+r.Handling.Count != 0 || r.Stay != same(540) {
		t.Errorf("%+v", r)
	}
	s.tell(10, &hall.LegReopened{Leg: leg(1, 1), Window: "2", Staff: "1002"})
	s.tell(12, end(1, hall.Finished, done("household", 1)))
	if r := s.total(); r.Finished != 1 || r.Way.Count+r.Handling.Count != 0 {
		t.Errorf("after a second finish its times are believed: %+v", r)
	}
}

func TestDoubtfulTimesAreCountedAndLeftOut(t *testing.T) {
	s := newStory(t)
	s.tell(0, issue(1, "household"))
	s.tell(5, call(1))
	s.tell(6, start(1))
	e := end(1, hall.Finished, done("household", 1))
	e.Doubtful = true
	s.tell(300, e)
	if r := s.total(); r.Doubtful != 1 || r.Finished != 1 || r.Handling.Count+r.Stay.Count != 0 || r.Wait.Count != 1 || r.Way != same(60) {
		t.Errorf("%+v", r)
	}
}

func TestOutageLeavesTimesOut(t *testing.T) {
	s := newStory(t)
	s.tell(0, issue(1, "household"))
	s.tell(5, call(1))
	s.served(2, 5)
	s.tell(30, &hall.Started{Outage: true})
	s.tell(31, start(1))
	s.tell(40, end(1, hall.Finished, done("household", 1)))
	if r := s.total(); r.Finished != 2 || r.Cases != 3 || r.Wait.Count != 1 || r.Way.Count != 1 || r.Handling != same(600) || r.Stay.Count != 1 {
		t.Errorf("%+v", r)
	}
}

func TestHandOverIsSplitByPersonOnly(t *testing.T) {
	s := newStory(t)
	s.tell(0, issue(1, "household"))
	s.tell(5, call(1))
	s.tell(6, start(1))
	s.tell(10, &hall.LegHandedOver{Window: "2", From: "1002", To: "1006", Leg: leg(1, 1), Share: 4 * 60_000})
	e := end(1, hall.Finished, done("household", 1))
	e.Staff = "1006"
	s.tell(16, e)
	if r := s.total(); r.Handling != same(600) || r.Finished != 1 {
		t.Errorf("whole: %+v", r)
	}
	rows := s.f.Rows(Query{By: []string{"staff"}})
	if len(rows) != 2 || rows[0].Handling != same(240) || rows[1].Handling != same(360) || rows[0].Finished != 0 || rows[1].Finished != 1 {
		t.Errorf("by person: %+v", rows)
	}
	if rows := s.f.Rows(Query{Staff: "1002"}); len(rows) != 1 || rows[0].Handling != same(240) || rows[0].Issued != 0 {
		t.Errorf("of 1002: %+v", rows)
	}
}

func TestReopenedFinishLeavesTheFigures(t *testing.T) {
	s := newStory(t)
	s.served(1, 0)
	s.tell(18, &hall.LegReopened{Leg: leg(1, 1), Window: "2", Staff: "1002"})
	if r := s.total(); r.Finished+r.Cases+r.Handling.Count+r.Wait.Count != 0 || r.Issued != 1 || r.Called != 1 {
		t.Errorf("taken back: %+v", r)
	}
	s.tell(20, end(1, hall.Finished, done("household", 1)))
	if r := s.total(); r.Finished != 1 || r.Cases != 1 || r.Handling != same(720) || r.Stay != same(1200) {
		t.Errorf("finished again: %+v", r)
	}
}

func TestVoidedTicketStaysIssued(t *testing.T) {
	for name, void := range map[string]hall.Event{"afterwards": &hall.TicketVoided{Key: key(1)}, "while open": end(1, hall.Voided)} {
		s := newStory(t)
		if name == "afterwards" {
			s.served(1, 0)
		} else {
			s.tell(0, issue(1, "household"))
			s.tell(5, call(1))
		}
		s.tell(30, void)
		if r := s.total(); !reflect.DeepEqual(r, Row{By: map[string]string{}, Issued: 1, Few: true}) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestCasesBelongToTheItemsService(t *testing.T) {
	s := newStory(t)
	s.served(1, 0)
	s.tell(20, &hall.LegCorrected{Leg: leg(1, 1), Items: []hall.Item{done("household", 1), done("return", 4)}})
	rows := s.f.Rows(Query{By: []string{"department", "service"}})
	if len(rows) != 2 || rows[0].By["department"] != "land" || rows[0].By["service"] != "return" || rows[0].Cases != 4 || rows[0].Finished != 0 ||
		rows[1].Cases != 1 || rows[1].Finished != 1 {
		t.Errorf("%+v", rows)
	}
}

// TestLegKeepsWhatItJoinedUnder changes the plan between joining and finishing.
func TestLegKeepsWhatItJoinedUnder(t *testing.T) {
	s := newStory(t)
	s.tell(0, issue(1, "deed"))
	s.tell(1, &hall.PlanSet{Plan: halltest.Plan(2)})
	s.tell(2, issue(2, "deed"))
	rows := s.f.Rows(Query{By: []string{"department"}})
	if len(rows) != 2 || rows[0].By["department"] != "land" || rows[1].By["department"] != "tax" {
		t.Errorf("%+v", rows)
	}
}

func TestTransferCountsOneTicketAndTwoLegs(t *testing.T) {
	s := newStory(t)
	s.tell(0, issue(1, "household"))
	s.tell(5, call(1))
	s.tell(6, start(1))
	s.tell(8, end(1, hall.Moved), &hall.LegAdded{Key: key(1), Leg: 2, Service: "deed", Class: hall.Ordinary})
	s.tell(18, &hall.LegCalled{Leg: leg(1, 2), Window: "3", Staff: "1003", Service: "deed"})
	s.tell(19, &hall.LegStarted{Leg: leg(1, 2), Window: "3", Staff: "1003"})
	s.tell(29, &hall.LegEnded{Leg: leg(1, 2), End: hall.Finished, Window: "3", Staff: "1003", Items: []hall.Item{done("deed", 1)}})
	rows := s.f.Rows(Query{By: []string{"service"}})
	if len(rows) != 2 || rows[0].Issued != 0 || rows[0].Finished != 1 || rows[0].Wait != same(600) || rows[1].Issued != 1 || rows[1].Wait != same(300) ||
		rows[1].Handling.Count != 0 {
		t.Errorf("%+v", rows)
	}
}

func TestDayAndPromise(t *testing.T) {
	s := newStory(t)
	if d := s.f.Day(monday); !reflect.DeepEqual(d, Day{Total: Row{By: map[string]string{}, Few: true}, Hours: []Row{}}) {
		t.Errorf("an empty day is %+v", d)
	}
	s.served(1, 10)
	s.served(2, 70)
	s.tell(90, issue(3, "household"))
	s.tell(120, call(3))
	s.tell(121, start(3))
	s.tell(122, end(3, hall.Finished))
	d := s.f.Day(monday)
	if d.Total.Issued != 3 || len(d.Hours) != 2 || d.Hours[0].By["hour"] != "08" || d.Hours[1].Issued != 2 || d.Hours[1].Wait.P90Seconds != 1800 {
		t.Errorf("%+v", d)
	}
	if met, of := s.f.WithinPromise(monday, "household"); met != 2 || of != 3 {
		t.Errorf("%d of %d waits within the 10 minutes promised", met, of)
	}
	if met, of := s.f.WithinPromise(monday, "deed"); met+of != 0 {
		t.Errorf("nobody waited for deed, yet %d of %d", met, of)
	}
	if met, of := s.f.WithinPromise(monday, ""); met != 2 || of != 3 {
		t.Errorf("in all %d of %d", met, of)
	}
	if met, of := s.f.WithinPromise(monday+1, ""); met+of != 0 {
		t.Errorf("tomorrow %d of %d", met, of)
	}
}

func TestFew(t *testing.T) {
	s := newStory(t)
	for n := range uint32(FewBelow - 1) {
		s.served(n+1, float64(20*n))
	}
	if !s.total().Few {
		t.Error("19 visits are not few")
	}
	s.served(FewBelow, 20*FewBelow)
	if s.total().Few {
		t.Error("20 visits are few")
	}
}

func TestUnknownAndDoubledNamesAreIgnored(t *testing.T) {
	s := newStory(t)
	s.served(1, 0)
	rows := s.f.Rows(Query{By: []string{"moon", "window", "window"}})
	if len(rows) != 1 || !reflect.DeepEqual(rows[0].By, map[string]string{"window": "2"}) {
		t.Errorf("%+v", rows)
	}
}

func TestApplyRefusesGaps(t *testing.T) {
	for _, seq := range []uint64{0, 3, 5, 1 << 40} {
		s := newStory(t)
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("event %d was taken after 3", seq)
				}
			}()
			s.f.Apply(seq, 0, hall.Header{}, &hall.ClockConfirmed{})
		}()
		if s.f.Seq() != 3 {
			t.Errorf("the sequence went to %d", s.f.Seq())
		}
	}
}

// TestStoredForm guards the form in which figures lie on disks: when it changes, format must too.
func TestStoredForm(t *testing.T) {
	s := newStory(t)
	s.served(1, 0)
	s.tell(20, issue(2, "deed"))
	s.tell(30, &hall.LegEnded{Leg: leg(2, 1), End: hall.Unserved}, &hall.DayClosed{Date: monday})
	s.tell(3*24*60, &hall.DayOpened{Date: monday + 3})
	b, err := s.f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if *rewrite {
		if err := os.WriteFile("testdata/stored.hex", []byte(hex.EncodeToString(b)+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/stored.hex")
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(b) + "\n"; got != string(want) {
		t.Errorf("the stored form has changed; raise format and run with -rewrite\n got %swant %s", got, want)
	}
}

func TestNatural(t *testing.T) {
	rising := []string{"", "1", "02", "2", "3", "10", "10a", "A2", "A10", "a", "b"}
	for i, a := range rising {
		for j, b := range rising {
			if got, want := natural(a, b), i-j; got > 0 != (want > 0) || got < 0 != (want < 0) {
				t.Errorf("natural(%q, %q) = %d", a, b, got)
			}
		}
	}
}
