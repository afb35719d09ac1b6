package hall_test

import (
	"bytes"
	"fmt"
	"reflect"
	"testing"

	"jiaohao/server/hall"
	"jiaohao/server/hall/halltest"
)

// known is what a history must know of a leg.
func known(l hall.Leg) hall.Leg {
	return hall.Leg{Service: l.Service, Class: l.Class, Claimed: l.Claimed, Stage: l.Stage, End: l.End, Why: l.Why, Window: l.Window,
		Staff: l.Staff, JoinedAt: l.JoinedAt, FirstCallAt: l.FirstCallAt, CalledAt: l.CalledAt, StartedAt: l.StartedAt,
		EndedAt: l.EndedAt, Since: l.Since, Times: l.Times, Calls: l.Calls, Items: l.Items, Shares: l.Shares, Inferred: l.Inferred,
		Doubtful: l.Doubtful, Outage: l.Outage}
}

// compareHistory tells where a history and the state differ: days, tickets, legs and every clock.
func compareHistory(h *hall.History, s hall.State) error {
	var dates []hall.Date
	for _, d := range h.Days() {
		dates = append(dates, d.Date)
	}
	if !reflect.DeepEqual(dates, s.Dates()) && len(dates)+len(s.Dates()) > 0 {
		return fmt.Errorf("the history has the days %v, the state %v", dates, s.Dates())
	}
	for _, date := range dates {
		n := 0
		for t := range s.Tickets(date) {
			n++
			p, ok := h.Ticket(t.Key)
			if !ok || len(p.Legs) != len(t.Legs) || p.Voided != (t.State() == "voided") {
				return fmt.Errorf("ticket %v differs: history %+v, state %+v", t.Key, p, t)
			}
			for i, l := range t.Legs {
				if got, want := known(p.Legs[i].Leg), known(l); !reflect.DeepEqual(got, want) {
					return fmt.Errorf("leg %d of %v:\nhistory %+v\nstate   %+v", i+1, t.Key, got, want)
				}
			}
		}
		if n != len(h.Day(date).Tickets) {
			return fmt.Errorf("%s: the history has %d tickets, the state %d", date, len(h.Day(date).Tickets), n)
		}
	}
	return nil
}

// TestHistoryEqualsState walks random halls and compares what History made of the events with the state, leg by leg.
func TestHistoryEqualsState(t *testing.T) {
	ends := map[hall.End]int{}
	for seed := range uint64(12) {
		w, h, done := halltest.New(seed), hall.NewHistory(), 0
		for step := range 6000 {
			w.Step()
			for ; done < len(w.Records); done++ {
				h.Apply(w.Records[done].At, w.Records[done].Event)
			}
			if step%500 != 499 {
				continue
			}
			if err := compareHistory(h, w.Working.Publish()); err != nil {
				t.Fatalf("seed %d, step %d: %v", seed, step, err)
			}
		}
		for _, r := range w.Records {
			if e, ok := r.Event.(*hall.LegEnded); ok {
				ends[e.End]++
			}
		}
	}
	for end := hall.Finished; end <= hall.Voided; end++ {
		if ends[end] < 10 {
			t.Errorf("only %d legs ended as %s: the walks prove too little", ends[end], end)
		}
	}
}

// TestHistoryGoesOnAfterRestore cuts a walk, stores the history there, and goes on from what was stored.
func TestHistoryGoesOnAfterRestore(t *testing.T) {
	records := halltest.Records(3, 4000)
	for _, cut := range []int{0, 1, 3, 700, 2500, 3999} {
		h := hall.NewHistory()
		for i, r := range records {
			if i == cut {
				b, err := h.Encode()
				if err != nil {
					t.Fatal(err)
				}
				if h, err = hall.RestoreHistory(b); err != nil {
					t.Fatal(err)
				}
				if again, _ := h.Encode(); !bytes.Equal(again, b) {
					t.Fatalf("cut %d: what was restored encodes to other bytes", cut)
				}
			}
			h.Apply(r.At, r.Event)
		}
		whole := hall.NewHistory()
		for _, r := range records {
			whole.Apply(r.At, r.Event)
		}
		if !reflect.DeepEqual(h.Days(), whole.Days()) {
			a, _ := h.Encode()
			b, _ := whole.Encode()
			if !bytes.Equal(a, b) {
				t.Fatalf("cut %d: the restored history went on differently", cut)
			}
		}
	}
}

// TestHistoryLeaving checks that days are announced before they go, and nothing else goes.
func TestHistoryLeaving(t *testing.T) {
	h, gone := hall.NewHistory(), 0
	for _, r := range halltest.Records(5, 8000) {
		before := len(h.Days())
		leaving := len(h.Leaving(r.At, r.Event))
		h.Apply(r.At, r.Event)
		opened, ok := r.Event.(*hall.DayOpened)
		begun := 0
		if ok && !opened.Again {
			begun = 1
		}
		if len(h.Days()) != before-leaving+begun {
			t.Fatalf("record %d: %d days, then %d leaving and %d begun make %d", r.Seq, before, leaving, begun, len(h.Days()))
		}
		gone += leaving
	}
	if gone == 0 {
		t.Fatal("no day ever left: the walk proves nothing")
	}
}

func TestHistoryRefusesWhatCannotFollow(t *testing.T) {
	for _, e := range []hall.Event{&hall.LegCalled{Leg: hall.LegKey{Date: 20261123, N: 1, Leg: 1}},
		&hall.TicketIssued{Key: hall.TicketKey{Date: 20261123, N: 2}}, &hall.LegAdded{Key: hall.TicketKey{Date: 20261123, N: 1}, Leg: 2}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s about nothing was taken in", e.Kind())
				}
			}()
			hall.NewHistory().Apply(1, e)
		}()
	}
}

func FuzzRestoreHistory(f *testing.F) {
	h := hall.NewHistory()
	for _, r := range halltest.Records(1, 60) {
		h.Apply(r.At, r.Event)
	}
	b, err := h.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte{0xa0})
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := hall.RestoreHistory(b)
		if err != nil {
			return
		}
		if _, err := h.Encode(); err != nil {
			t.Fatalf("what was restored cannot be stored: %v", err)
		}
		for _, d := range h.Days() {
			h.Leaving(d.ClosedAt, &hall.DayOpened{})
		}
		h.Apply(1, &hall.Started{Outage: true})
	})
}
