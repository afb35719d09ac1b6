package supervisor

import (
	"context"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"testing"
	"time"

	"jiaohao/server/door"
	"jiaohao/server/hall"
	"jiaohao/server/stats"
)

func TestDayIsOpenedAndClosedOnceAndOnlyBySupervisors(t *testing.T) {
	w := newWorld(t)
	w.issue("idcard", "a")
	for _, path := range []string{"/api/v1/day/open", "/api/v1/day/close", "/api/v1/clock/confirm"} {
		if code, _, answer := w.ask(clerk, http.MethodPost, path, ""); code != 403 || answer["code"] != "forbidden" {
			t.Errorf("%s as a clerk: %d %v", path, code, answer)
		}
	}
	steps := []struct {
		path, body string
		status     int
		open       any
	}{
		{"/api/v1/day/open", "", 200, true},
		{"/api/v1/day/close", "", 409, nil}, // somebody waits
		{"/api/v1/day/close", `{"confirm":false}`, 409, nil},
		{"/api/v1/day/close", `{"confirm":true,"more":1}`, 422, nil},
		{"/api/v1/day/close", `{"confirm":true}`, 200, false},
		{"/api/v1/day/close", "", 200, false},
		{"/api/v1/day/open", "", 200, true},
		{"/api/v1/clock/confirm", "", 200, true},
	}
	for i, step := range steps {
		code, _, answer := w.ask(boss, http.MethodPost, step.path, step.body)
		if code != step.status || answer["open"] != step.open {
			t.Errorf("step %d %s %s: %d %v", i, step.path, step.body, code, answer)
		}
		if code == 200 && answer["date"] != "2026-11-23" {
			t.Errorf("step %d tells date %v", i, answer["date"])
		}
	}
	if got := w.view().Today.Unserved; got != 1 {
		t.Errorf("%d unserved after the close, want 1", got)
	}
}

func TestClosingWithPeopleWaitingSaysHowMany(t *testing.T) {
	w := newWorld(t)
	w.issue("idcard", "a")
	w.issue("invoice", "b")
	_, _, answer := w.ask(boss, http.MethodPost, "/api/v1/day/close", "")
	params, _ := answer["params"].(map[string]any)
	if params["confirm"] != true || params["waiting"] != 2.0 {
		t.Errorf("params %v do not ask for a confirmation", params)
	}
}

func TestRepeatedCommandIsMarkedAsReplayed(t *testing.T) {
	w := newWorld(t)
	ctx := door.With(context.Background(), door.Caller{Actor: boss, Key: "k", Digest: []byte("d")})
	for i, want := range []string{"", "true"} {
		answer, err := w.console.day(ctx, hall.CloseDay{Confirm: true})
		if err != nil || answer.Replayed != want {
			t.Errorf("time %d: %+v, %v", i+1, answer, err)
		}
	}
}

func TestClockIsConfirmed(t *testing.T) {
	w := newWorld(t)
	w.do(hall.Actor{}, hall.DoubtClock{Wall: w.at - 1, Last: w.at})
	if w.view().Clock == nil {
		t.Error("the view says nothing about the clock")
	}
	w.ask(boss, http.MethodPost, "/api/v1/clock/confirm", "")
	if w.state.ClockDoubt() != nil || w.view().Clock != nil {
		t.Error("the clock is still in doubt")
	}
}

// visits makes five tickets: C001 finished and rated 2, C002 served late, C003 waiting, F001 waiting and unprinted, B001 voided.
func visits(t testing.TB) *world {
	w := newWorld(t)
	c1 := w.issue("idcard", "c1")
	w.issue("idcard", "c2")
	w.do(clerk, hall.Open{Window: "1"})
	w.do(clerk, hall.Next{Window: "1"})
	w.do(clerk, hall.Begin{Window: "1"})
	w.after(9 * time.Minute)
	w.do(clerk, hall.Finish{Window: "1", Items: []hall.Item{{Service: "idcard", Outcome: hall.Completed, Cases: 2}}})
	w.do(hall.Actor{Kind: hall.Citizen}, hall.Rate{Ticket: c1, Leg: 1, Level: 2})
	w.after(16 * time.Minute)
	w.issue("idcard", "c3")
	f1 := w.issue("invoice", "f1")
	w.do(hall.Actor{Kind: hall.Terminal}, hall.Print{Ticket: f1, Failed: true})
	b1 := w.issue("transfer", "b1")
	w.do(boss, hall.Void{Ticket: b1, Reason: "取错"})
	w.do(clerk, hall.Next{Window: "1"})
	w.do(clerk, hall.Begin{Window: "1"})
	w.after(time.Minute)
	return w
}

func TestTicketsAreFilteredSearchedAndPaged(t *testing.T) {
	w := visits(t)
	cases := []struct {
		query string
		want  []string
	}{
		{"", []string{"B001", "F001", "C003", "C002", "C001"}},
		{"?order=oldest", []string{"C001", "C002", "C003", "F001", "B001"}},
		{"?q=c00", []string{"C003", "C002", "C001"}},
		{"?q=C002", []string{"C002"}},
		{"?q=X", []string{}},
		{"?state=waiting", []string{"F001", "C003"}},
		{"?state=serving,finished", []string{"C002", "C001"}},
		{"?state=open", []string{"F001", "C003", "C002"}},
		{"?state=voided", []string{"B001"}},
		{"?service=invoice,transfer", []string{"B001", "F001"}},
		{"?window=1", []string{"C002", "C001"}},
		{"?staff=1001&state=finished", []string{"C001"}},
		{"?window=1&service=invoice", []string{}},
		{"?mark=late", []string{"C002"}},
		{"?mark=unprinted", []string{"F001"}},
		{"?mark=bad", []string{"C001"}},
		{"?mark=rated", []string{"C001"}},
		{"?mark=doubtful", []string{}},
		{"?date=2026-11-23&limit=2", []string{"B001", "F001"}},
	}
	for _, c := range cases {
		code, _, answer := w.ask(boss, http.MethodGet, "/api/v1/tickets"+c.query, "")
		if got := numbersOf(answer); code != 200 || !slices.Equal(got, c.want) {
			t.Errorf("%s: %d %v, want %v", c.query, code, got, c.want)
		}
	}
}

func TestPagesOfTicketsJoinWithoutGapWhileNewOnesCome(t *testing.T) {
	for _, order := range []string{"newest", "oldest"} {
		w := visits(t)
		var got []string
		for cursor := ""; ; {
			_, _, answer := w.ask(boss, http.MethodGet, "/api/v1/tickets?limit=2&order="+order+"&cursor="+cursor, "")
			got = append(got, numbersOf(answer)...)
			next, more := answer["next"].(string)
			if !more {
				break
			}
			cursor = next
			if order == "newest" {
				w.issue("idcard", cursor) // must not shift what follows
			}
		}
		want := []string{"C001", "C002", "C003", "F001", "B001"}
		if order == "newest" {
			slices.Reverse(want)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: pages give %v, want %v", order, got, want)
		}
	}
}

func TestTicketsRefuse(t *testing.T) {
	w := visits(t)
	cases := []struct {
		by     hall.Actor
		query  string
		status int
	}{
		{clerk, "", 403}, {lead, "", 403}, {hall.Actor{Kind: hall.Citizen}, "", 403}, {boss, "?date=2026-11-20", 404}, {boss, "?date=yesterday", 422},
		{boss, "?state=gone", 422}, {boss, "?limit=201", 422}, {boss, "?limit=0", 422}, {boss, "?cursor=x", 422}, {boss, "?mark=pretty", 422},
	}
	for _, c := range cases {
		if code, _, answer := w.ask(c.by, http.MethodGet, "/api/v1/tickets"+c.query, ""); code != c.status {
			t.Errorf("%s %s: %d %v, want %d", c.by, c.query, code, answer, c.status)
		}
	}
}

func TestStatsAreNarrowedToWhatTheActorMaySee(t *testing.T) {
	w := newWorld(t)
	today := hall.Date(20261123)
	cases := []struct {
		name   string
		by     hall.Actor
		query  string
		status int
		want   []stats.Query
	}{
		{"supervisor sees all", boss, "?by=service,hour", 200, []stats.Query{{From: today, To: today, By: []string{"service", "hour"}}}},
		{"supervisor filters", boss, "?from=2026-01-01&to=2026-12-31&department=tax&staff=1001", 200,
			[]stats.Query{{From: 20260101, To: 20261231, Department: "tax", Staff: "1001"}}},
		{"clerk sees the own", clerk, "?by=date", 200, []stats.Query{{From: today, To: today, By: []string{"date"}, Staff: "1001"}}},
		{"clerk asks for another", clerk, "?staff=1005", 403, nil},
		{"lead sees every department", lead, "?by=staff", 200, []stats.Query{
			{From: today, To: today, By: []string{"department", "staff"}, Department: "hukou"},
			{From: today, To: today, By: []string{"department", "staff"}, Department: "tax"}}},
		{"lead chooses one", lead, "?department=tax", 200, []stats.Query{{From: today, To: today, Department: "tax"}}},
		{"lead asks for another", lead, "?department=estate", 403, nil},
		{"citizen", hall.Actor{Kind: hall.Citizen}, "", 403, nil},
		{"range of a year and a day", boss, "?from=2026-01-01&to=2027-01-02", 422, nil},
		{"range backwards", boss, "?from=2026-01-02&to=2026-01-01", 422, nil},
		{"leap year", boss, "?from=2028-01-01&to=2028-12-31", 200, []stats.Query{{From: 20280101, To: 20281231}}},
		{"unknown grouping", boss, "?by=weather", 422, nil},
		{"no date", boss, "?from=monday", 422, nil},
	}
	for _, c := range cases {
		w.asked = nil
		code, _, answer := w.ask(c.by, http.MethodGet, "/api/v1/stats"+c.query, "")
		if code != c.status || !reflect.DeepEqual(w.asked, c.want) {
			t.Errorf("%s: %d %v\nasked %+v\nwant  %+v", c.name, code, answer, w.asked, c.want)
		}
	}
}

func TestStatsRowHasEveryFigureOfTheContract(t *testing.T) {
	w := newWorld(t)
	_, _, answer := w.ask(boss, http.MethodGet, "/api/v1/stats", "")
	row := answer["rows"].([]any)[0].(map[string]any)
	for _, name := range []string{"by", "issued", "called", "finished", "cases", "passed", "left", "abandoned", "unserved", "doubtful", "wait", "way", "handling", "few"} {
		if _, has := row[name]; !has {
			t.Errorf("a row lacks %s: %v", name, row)
		}
	}
	if wait := row["wait"].(map[string]any); wait["count"] != 2.0 || wait["meanSeconds"] != 60.0 {
		t.Errorf("wait %v", wait)
	}
}

func TestStaffAreListedWithTheirSeats(t *testing.T) {
	w := newWorld(t)
	w.do(clerk, hall.Open{Window: "2"})
	if code, _, _ := w.ask(clerk, http.MethodGet, "/api/v1/staff", ""); code != 403 {
		t.Errorf("a clerk gets %d", code)
	}
	_, _, answer := w.ask(boss, http.MethodGet, "/api/v1/staff", "")
	items := answer["items"].([]any)
	first, second := items[0].(map[string]any), items[1].(map[string]any)
	if first["window"] != "2" || first["state"] != "open" || first["since"] != "2026-11-23T08:30:00.000+08:00" {
		t.Errorf("1001 sits at 2, told as %v", first)
	}
	if _, sits := second["window"]; sits || second["name"] != "孙浩" {
		t.Errorf("1005 sits nowhere, told as %v", second)
	}
}

func TestLiveViewIsForSupervisorsAndTheWallForBoardsToo(t *testing.T) {
	w := newWorld(t)
	as := func(a hall.Actor, terminal string) context.Context {
		return door.With(context.Background(), door.Caller{Actor: a, Terminal: terminal})
	}
	board := hall.Actor{Kind: hall.Terminal, ID: "board-1"}
	cases := []struct {
		name    string
		ctx     context.Context
		query   string
		allowed bool
		key     string
	}{
		{"supervisor", as(boss, ""), "", true, "supervisor"}, {"clerk", as(clerk, ""), "", false, ""}, {"board", as(board, "board-1"), "", false, ""},
		{"supervisor's wall", as(boss, ""), "wall=1", true, "supervisor:wall"}, {"clerk's wall", as(clerk, ""), "wall=1", false, ""},
		{"board's wall", as(board, "board-1"), "wall=1", true, "supervisor:wall"},
	}
	for _, c := range cases {
		q, err := url.ParseQuery(c.query)
		if err != nil {
			t.Fatal(err)
		}
		topic, err := w.console.Views()["supervisor"](c.ctx, q)
		if (err == nil) != c.allowed || c.allowed && topic.Key != c.key {
			t.Errorf("%s: %q, %v", c.name, topic.Key, err)
		}
	}
}
