package display

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"jiaohao/server/hall"
)

func numbers(calls []Call) []string {
	list := []string{}
	for _, c := range calls {
		list = append(list, c.Number)
	}
	return list
}

func TestCallsAreNewestFirst(t *testing.T) {
	b := boardOf(aMorning(t), Scope{})
	if got := strings.Join(numbers(b.Calls)[:6], " "); got != "A017 B018 F023 C063 J015 Z041" {
		t.Errorf("calls are %s", got)
	}
	for i := 1; i < len(b.Calls); i++ {
		if b.Calls[i-1].At < b.Calls[i].At {
			t.Errorf("%v stands before the younger %v", b.Calls[i-1], b.Calls[i])
		}
	}
	first := b.Calls[0]
	if first.Window != "8" || first.WindowLabel.Zh != "8 号窗口" || first.Times != 1 || first.State != "called" || first.Service.Zh != "社会保险" {
		t.Errorf("the newest call is %+v", first)
	}
}

func TestTenCallsAreKeptAndAllOfTheLastTwoMinutes(t *testing.T) {
	d := newDesk(t)
	d.opens("1")
	d.issue("household", 40)
	d.pass(1)
	for range 8 {
		d.serves("1")
		d.pass(20)
		d.do(clerkOf("1"), hall.Finish{Window: "1"})
	}
	if n := len(boardOf(d, Scope{}).Calls); n != 8 {
		t.Errorf("%d calls of 8", n)
	}
	for range 8 {
		d.serves("1")
		d.pass(5)
		d.do(clerkOf("1"), hall.Finish{Window: "1"})
	}
	if n := len(boardOf(d, Scope{}).Calls); n != 12 {
		t.Errorf("%d calls: 8 of the last 40 seconds and 4 of the 80 before are younger than two minutes", n)
	}
	d.pass(600)
	if n := len(boardOf(d, Scope{}).Calls); n != 10 {
		t.Errorf("%d calls later on, want 10", n)
	}
}

func TestARecallReplacesTheOlderEntry(t *testing.T) {
	d := aMorning(t)
	before := boardOf(d, Scope{}).Calls
	d.pass(12)
	d.do(clerkOf("8"), hall.Recall{Window: "8"})
	after := boardOf(d, Scope{}).Calls
	if after[0].Number != "A017" || after[0].ID == before[0].ID || after[0].Times != 2 {
		t.Errorf("after the recall the newest is %+v, before it was %+v", after[0], before[0])
	}
	if n := strings.Count(strings.Join(numbers(after), " "), "A017"); n != 1 {
		t.Errorf("A017 stands there %d times", n)
	}
}

func TestWhoIsGoneFromTheBoard(t *testing.T) {
	supervisor := hall.Actor{Kind: hall.Clerk, ID: "8001", Roles: []hall.Role{hall.RoleSupervisor}}
	for _, c := range []struct {
		what  string
		do    func(d *fakeDesk)
		state string // "" = left the board
	}{
		{"a number being served stays", func(d *fakeDesk) { d.start("8") }, "serving"},
		{"a finished one stays", func(d *fakeDesk) { d.start("8"); d.do(clerkOf("8"), hall.Finish{Window: "8"}) }, "finished"},
		{"a parked one stays", func(d *fakeDesk) { d.start("8"); d.do(clerkOf("8"), hall.Park{Window: "8"}) }, "parked"},
		{"a passed one leaves", func(d *fakeDesk) {
			d.do(clerkOf("8"), hall.Recall{Window: "8"})
			d.pass(12)
			d.do(clerkOf("8"), hall.Pass{Window: "8"})
		}, ""},
		{"one whose call was taken back leaves", func(d *fakeDesk) { d.do(clerkOf("8"), hall.Uncall{Window: "8"}) }, ""},
		{"a voided one leaves", func(d *fakeDesk) {
			ticket, _ := d.state.TicketByNumber(hall.Number{Prefix: "A", N: 17})
			d.do(supervisor, hall.Void{Ticket: ticket.Key, Reason: "mistake"})
		}, ""},
	} {
		d := aMorning(t)
		d.pass(12)
		c.do(d)
		state := ""
		for _, call := range boardOf(d, Scope{}).Calls {
			if call.Number == "A017" {
				state = call.State
			}
		}
		if state != c.state {
			t.Errorf("%s: its state on the board is %q, want %q", c.what, state, c.state)
		}
	}
}

func TestWindowsStandInNumberOrder(t *testing.T) {
	p := testPlan(20)
	slices.Reverse(p.Windows)
	b := boardOf(newDeskOf(t, p), Scope{})
	for i, w := range b.Windows {
		if w.Window != fmt.Sprint(i+1) {
			t.Fatalf("window %s is at place %d", w.Window, i+1)
		}
	}
	ids := []string{"b2", "10", "b10", "2", "a", "1"}
	slices.SortFunc(ids, byNumber)
	if got := strings.Join(ids, " "); got != "1 2 10 a b10 b2" {
		t.Errorf("order is %s", got)
	}
}

func TestWindowsTellTheirState(t *testing.T) {
	b := boardOf(aMorning(t), Scope{})
	for i, want := range map[int]Window{
		8:  {Window: "8", State: "open", Number: "A017", NumberState: "called"},
		6:  {Window: "6", State: "open", Number: "B018", NumberState: "serving"},
		3:  {Window: "3", State: "paused", Reason: "meal"},
		11: {Window: "11", State: "paused", Reason: "device", Until: "2026-11-23T10:10:00.000+08:00"},
		13: {Window: "13", State: "closed"},
		10: {Window: "10", State: "open"},
	} {
		got := b.Windows[i-1]
		got.Label, got.Services = want.Label, nil
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("window %d is %+v, want %+v", i, got, want)
		}
	}
}

func TestQueuesAreThoseOfTheNextPick(t *testing.T) {
	d := aMorning(t)
	for _, q := range boardOf(d, Scope{}).Queues {
		want := []string{}
		for _, c := range d.state.NextOf(q.Service, d.at, 3) {
			want = append(want, c.Number.String())
		}
		if !slices.Equal(q.Next, want) || q.Waiting != d.state.WaitingFor(q.Service) {
			t.Errorf("%s: %d wait, next %v, want %d and %v", q.Service, q.Waiting, q.Next, d.state.WaitingFor(q.Service), want)
		}
	}
	d.start("8")
	d.do(clerkOf("8"), hall.Finish{Window: "8"})
	first := boardOf(d, Scope{Zone: "east"}).Queues[1].Next[0]
	d.next("8")
	if got := boardOf(d, Scope{}).Windows[7].Number; got != first {
		t.Errorf("the board promised %s, called was %s", first, got)
	}
}

func TestZoneShowsItsOwn(t *testing.T) {
	b := boardOf(aMorning(t), Scope{Zone: "east"})
	if b.Zone == nil || b.Zone.Name.Zh != "东区" || len(b.Windows) != 7 || b.Windows[0].Window != "5" {
		t.Errorf("zone %+v with %d windows", b.Zone, len(b.Windows))
	}
	for _, c := range b.Calls {
		if byNumber(c.Window, "5") < 0 || byNumber(c.Window, "11") > 0 {
			t.Errorf("%s at window %s is not of the zone", c.Number, c.Window)
		}
	}
	if got := len(b.Queues); got != 4 {
		t.Errorf("%d queues, want those of estate, social, medical, fund", got)
	}
}

func TestAWindowsScreen(t *testing.T) {
	d := aMorning(t)
	b := boardOf(d, Scope{Window: "8"})
	if b.Screen == nil || b.Screen.Name != "陈雨桐8" || b.Screen.Staff != "1008" || b.Screen.Service.Zh != "社会保险" {
		t.Errorf("the screen of window 8 is %+v", b.Screen)
	}
	if !slices.Equal(b.Screen.Elsewhere, []string{"9", "20"}) {
		t.Errorf("instead one could go to %v", b.Screen.Elsewhere)
	}
	if len(b.Windows) != 1 || len(b.Queues) != 1 || b.Zone != nil {
		t.Errorf("it shows %d windows, %d queues", len(b.Windows), len(b.Queues))
	}
	if closed := boardOf(d, Scope{Window: "13"}).Screen; closed.Name != "" || closed.Staff != "" || !slices.Equal(closed.Elsewhere, []string{"12"}) {
		t.Errorf("the screen of a closed window is %+v", closed)
	}
}

func TestWaitsAreShownOnlyWhereSomebodyWaits(t *testing.T) {
	d := aMorning(t)
	for _, q := range View(d.state, Scope{Zone: "east"}, estimate, d.at).Queues {
		if (q.ExpectedWait != nil) != (q.Waiting > 0) {
			t.Errorf("%s: %d wait, expected %v", q.Service, q.Waiting, q.ExpectedWait)
		}
	}
}

// TestNothingOfAPersonIsOnABoard fills a hall with everything that must not be seen and looks for it in every view.
func TestNothingOfAPersonIsOnABoard(t *testing.T) {
	d := aMorning(t)
	d.do(kioskOne, hall.Issue{ID: "secretelderly", Service: "household", Class: "elderly", Proved: true, PersonRef: "personref7", Channel: "kiosk", Lang: "zh"})
	d.do(kioskOne, hall.Issue{ID: "secretclaimed", Service: "estate", Class: "elderly", PersonRef: "personref8", Channel: "kiosk", Lang: "zh"})
	d.pass(12)
	d.do(clerkOf("8"), hall.Recall{Window: "8"})
	d.pass(12)
	d.do(clerkOf("8"), hall.Pass{Window: "8"})
	never := []string{"elderly", "老年", "personref", "secret", "A017", "class", "\"why\"", "score", "rule", "credit", "rating", "person", "claimed", "channel"}
	scopes := []Scope{{}, {Zone: "west"}, {Zone: "east"}, {Zone: "north"}, {Window: "8"}, {Window: "1"}, {Window: "13"}}
	for _, scope := range scopes {
		hidden := never
		if scope.Window == "" {
			hidden = append(slices.Clone(never), "陈雨桐", "staff")
		}
		wantHidden(t, d, scope, hidden)
	}
}

func wantHidden(t *testing.T, d *fakeDesk, scope Scope, hidden []string) {
	t.Helper()
	data, err := json.Marshal(boardOf(d, scope))
	if err != nil {
		t.Fatal(err)
	}
	for ticket := range d.state.Tickets(20261123) {
		if strings.Contains(string(data), ticket.ID) {
			t.Errorf("%+v shows the secret of %s", scope, ticket.Number)
		}
	}
	for _, word := range hidden {
		if strings.Contains(string(data), word) {
			t.Errorf("%+v shows %q: %s", scope, word, data)
		}
	}
}

func TestMembersAreNeverNull(t *testing.T) {
	for _, scope := range []Scope{{}, {Zone: "east"}, {Window: "8"}} {
		data, err := json.Marshal(boardOf(newDesk(t), scope))
		if err != nil || strings.Contains(string(data), "null") {
			t.Errorf("%+v: %v %s", scope, err, data)
		}
	}
}

func BenchmarkCallsOfABusyDay(b *testing.B) {
	d := newDesk(&testing.T{})
	d.opens("1")
	d.issue("household", 3000)
	for b.Loop() {
		callsOf(d.state)
	}
}
