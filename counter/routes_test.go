package counter

import (
	"net/http"
	"testing"

	"jiaohao/server/hall"
)

var chen, wang, mei, zhao = clerk("1008"), clerk("1009"), clerk("1012"), boss("8001")

// TestTicketsWay walks a ticket through a window: called, recalled, passed, called again, started, parked, taken up,
// finished, reopened.
func TestTicketsWay(t *testing.T) {
	st := newStory(t)
	if w := st.must(chen, "windows/8/open", ""); w["state"] != "open" || w["id"] != "8" {
		t.Fatalf("open answered %v", w)
	}
	number := st.take("join", "")
	st.wait(60)
	got := st.must(chen, "windows/8/next", "")
	if got["number"] != number || got["waitSeconds"] != 60.0 || got["why"].(map[string]any)["eligible"] != 1.0 {
		t.Fatalf("next answered %v", got)
	}
	named := `{"ticket":"` + number + `"}`
	for _, step := range []struct{ path, body, state string }{
		{"windows/8/recall", "", "called"}, {"windows/8/pass", "", "passed"}, {"windows/8/call", named, "called"},
		{"windows/8/start", "", "serving"}, {"windows/8/park", `{"reason":"去复印"}`, "parked"}, {"windows/8/unpark", named, "serving"},
		{"windows/8/finish", `{"outcome":"advised","cases":2}`, "finished"}, {"windows/8/reopen", named, "serving"},
		{"windows/8/left", "", "left"},
	} {
		st.wait(61)
		if got := st.must(chen, step.path, step.body); got["state"] != step.state || got["number"] != number {
			t.Errorf("%s answered %v in state %v, not %s", step.path, got["number"], got["state"], step.state)
		}
	}
}

func TestNextFinishesAndPasses(t *testing.T) {
	st := newStory(t)
	st.must(chen, "windows/8/open", "")
	a, b, c := st.take("join", ""), st.take("join", ""), st.take("join", "")
	st.must(chen, "windows/8/next", `{}`)
	st.must(chen, "windows/8/start", "")
	if got := st.must(chen, "windows/8/next", `{"current":{"finish":{"outcome":"accepted","cases":3}}}`); got["number"] != b {
		t.Fatalf("called %v instead of %s", got["number"], b)
	}
	if done := st.leg(a); done.End != hall.Finished || done.Items[0].Outcome != "accepted" || done.Items[0].Cases != 3 {
		t.Errorf("the current ticket ended as %+v", done)
	}
	st.wait(11)
	st.must(chen, "windows/8/recall", "")
	st.wait(61)
	if got := st.must(chen, "windows/8/next", `{"current":"pass"}`); got["number"] != c || st.leg(b).Stage != hall.Passed {
		t.Fatalf("called %v, %s is %v", got["number"], b, st.leg(b).Stage)
	}
	if got := st.post(chen, "windows/8/next", `{"current":{"finish":{}}}`); got.status != http.StatusNoContent || got.text != "" {
		t.Errorf("with nobody left: %d %q", got.status, got.text)
	}
	if done := st.leg(c); done.Items[0].Outcome != "completed" || done.Items[0].Cases != 1 {
		t.Errorf("finished without words as %+v", done.Items)
	}
}

// leg gives the running or last leg of a ticket.
func (st *story) leg(number string) hall.Leg {
	st.t.Helper()
	n, _ := hall.ParseNumber(number)
	ticket, ok := st.desk.State().TicketByNumber(n)
	if !ok {
		st.t.Fatalf("no ticket %s", number)
	}
	return *ticket.Leg()
}

func TestFinishForms(t *testing.T) {
	for _, test := range []struct {
		body  string
		items int
		first hall.Item
	}{
		{``, 1, hall.Item{Service: "join", Outcome: "completed", Cases: 1}},
		{`{"outcome":"returned"}`, 1, hall.Item{Service: "join", Outcome: "returned", Cases: 1}},
		{`{"items":[{"service":"pension","outcome":"accepted","cases":4,"caseNo":"X-1"},{}]}`, 2, hall.Item{Service: "pension", Outcome: "accepted", Cases: 4, CaseNo: "X-1"}},
		{`{"confirm":true}`, 1, hall.Item{Service: "join", Outcome: "completed", Cases: 1}},
	} {
		st := newStory(t)
		number := st.serving()
		st.must(chen, "windows/8/finish", test.body)
		if items := st.leg(number).Items; len(items) != test.items || items[0] != test.first {
			t.Errorf("finish %s recorded %+v", test.body, items)
		}
	}
}

// serving brings a ticket into handling at window 8.
func (st *story) serving() string {
	st.t.Helper()
	number := st.called()
	st.must(chen, "windows/8/start", "")
	return number
}

// called brings a ticket to window 8.
func (st *story) called() string {
	st.t.Helper()
	st.must(chen, "windows/8/open", "")
	number := st.take("join", "")
	st.must(chen, "windows/8/next", "")
	return number
}

func TestDoubtfulTimeIsAsked(t *testing.T) {
	for body, doubtful := range map[string]bool{``: true, `{"confirm":true}`: false} {
		st := newStory(t)
		number := st.serving()
		st.wait(3 * 3600)
		st.must(chen, "windows/8/finish", body)
		if st.leg(number).Doubtful != doubtful {
			t.Errorf("three hours with %q: doubtful = %v", body, !doubtful)
		}
	}
}

func TestTransfers(t *testing.T) {
	for _, test := range []struct {
		body   string
		target hall.Target
		keeps  bool
	}{
		{`{"service":"land"}`, hall.Target{}, true},
		{`{"service":"land","place":"end"}`, hall.Target{}, false},
		{`{"window":"9","place":"keep"}`, hall.Target{Window: "9"}, true},
		{`{"staff":"1009"}`, hall.Target{Staff: "1009"}, true},
	} {
		st := newStory(t)
		st.must(wang, "windows/9/open", "")
		number := st.serving()
		standing := st.leg(number).StandingFrom
		st.wait(300)
		got := st.must(chen, "windows/8/transfer", test.body)
		l := st.leg(number)
		if got["state"] != "waiting" || got["leg"] != 2.0 || l.Target != test.target || (l.StandingFrom == standing) != test.keeps {
			t.Errorf("transfer %s: %v, target %+v, standing kept %v", test.body, got["state"], l.Target, l.StandingFrom == standing)
		}
	}
}

func TestTransferOfAParkedTicketKeepsItsNote(t *testing.T) {
	st := newStory(t)
	number := st.serving()
	st.must(chen, "windows/8/park", `{"reason":"去缴税"}`)
	got := st.must(chen, "windows/8/transfer", `{"ticket":"`+number+`","service":"land","note":"材料已齐"}`)
	if got["note"] != "材料已齐" || got["service"] != "land" {
		t.Errorf("transfer answered %v", got)
	}
}

func TestFurtherServiceStartsAtOnce(t *testing.T) {
	st := newStory(t)
	number := st.serving()
	got := st.must(chen, "windows/8/leg", `{"service":"pension"}`)
	if got["number"] != number || got["state"] != "serving" || got["service"] != "pension" || len(got["legs"].([]any)) != 2 {
		t.Errorf("leg answered %v", got)
	}
}

func TestUncallTakesTheLastStepBack(t *testing.T) {
	st := newStory(t)
	number := st.serving()
	for _, state := range []string{"called", "waiting"} {
		if got := st.must(chen, "windows/8/uncall", ""); got["state"] != state || got["number"] != number {
			t.Errorf("uncall answered %v %v, not %s", got["number"], got["state"], state)
		}
	}
}

func TestWindowsLife(t *testing.T) {
	st := newStory(t)
	for _, step := range []struct {
		by               hall.Actor
		path, body, want string
	}{
		{chen, "windows/8/open", "", "open"}, {chen, "windows/8/open", "", "open"},
		{chen, "windows/8/pause", `{"reason":"meal","minutes":30}`, "paused"}, {chen, "windows/8/pause", `{"reason":"meal"}`, "paused"},
		{chen, "windows/8/resume", "", "open"}, {chen, "windows/8/resume", "", "open"},
		{chen, "windows/8/handover", `{"staff":"1009"}`, "open"}, {wang, "windows/8/close", "", "closed"}, {wang, "windows/8/close", "{}", "closed"},
		{chen, "windows/8/open", "", "open"}, {zhao, "windows/8/release", "", "closed"},
	} {
		before := st.desk.State().Seq()
		got := st.must(step.by, step.path, step.body)
		if got["state"] != step.want || got["services"] == nil {
			t.Errorf("%s answered %v", step.path, got)
		}
		t.Logf("%s %s: %d events", step.path, step.body, st.desk.State().Seq()-before)
	}
}

func TestWhatHoldsMakesNoEvent(t *testing.T) {
	st := newStory(t)
	for _, path := range []string{"open", "resume"} {
		st.must(chen, "windows/8/open", "")
		before := st.desk.State().Seq()
		st.must(chen, "windows/8/"+path, "")
		if after := st.desk.State().Seq(); after != before {
			t.Errorf("%s on what holds made %d events", path, after-before)
		}
	}
}

func TestPauseWaitsForTheCurrentTicket(t *testing.T) {
	st := newStory(t)
	st.serving()
	if w := st.must(chen, "windows/8/pause", `{"reason":"break"}`); w["state"] != "open" {
		t.Errorf("paused under a citizen: %v", w)
	}
	st.must(chen, "windows/8/finish", "")
	if state := st.desk.State().Post("8").State; state != hall.PostPaused {
		t.Errorf("the pause did not take hold: %v", state)
	}
}

func TestCloseHandsParkedOn(t *testing.T) {
	st := newStory(t)
	st.must(wang, "windows/9/open", "")
	number := st.serving()
	st.must(chen, "windows/8/park", "")
	st.must(chen, "windows/8/close", `{"handTo":"9"}`)
	if l := st.leg(number); l.Stage != hall.Waiting || l.Target.Window != "9" {
		t.Errorf("the parked ticket is %v at %+v", l.Stage, l.Target)
	}
}

func TestCorrections(t *testing.T) {
	st := newStory(t)
	number := st.take("join", "military")
	got := st.must(chen, "tickets/by-number/"+number+"/reclassify", `{"class":"military","reason":"已看军官证"}`)
	if got["class"] != "military" || got["claimed"] != nil {
		t.Errorf("reclassify answered %v", got)
	}
	again := st.must(chen, "tickets/by-number/"+number+"/reclassify", `{"class":"military","reason":"再看一次"}`)
	if again["number"] != number {
		t.Errorf("a class that holds answered %v", again)
	}
	st.must(chen, "windows/8/open", "")
	st.must(chen, "windows/8/next", "")
	st.must(chen, "windows/8/finish", "")
	st.must(chen, "tickets/by-number/"+number+"/correct", `{"items":[{"outcome":"returned","cases":2}],"reason":"选错了"}`)
	if l := st.leg(number); l.Items[0].Outcome != "returned" || l.Items[0].Cases != 2 {
		t.Errorf("corrected to %+v", l.Items)
	}
	if got := st.must(chen, "tickets/by-number/"+number+"/void", `{"reason":"重复取号"}`); got["state"] != "voided" {
		t.Errorf("void answered %v", got["state"])
	}
}

func TestReturnAndAbandon(t *testing.T) {
	for path, state := range map[string]string{"return": "waiting", "abandon": "abandoned"} {
		st := newStory(t)
		number := st.called()
		st.wait(11)
		st.must(chen, "windows/8/recall", "")
		st.wait(61)
		st.must(chen, "windows/8/pass", "")
		url, body := "tickets/by-number/"+number+"/return", ""
		if path == "abandon" {
			url, body = "windows/8/abandon", `{"ticket":"`+number+`"}`
		}
		if got := st.must(chen, url, body); got["state"] != state {
			t.Errorf("%s answered %v", path, got["state"])
		}
	}
}

func TestRepeatedRequestHappensOnce(t *testing.T) {
	st := newStory(t)
	st.must(chen, "windows/8/open", "")
	st.take("join", "")
	st.take("join", "")
	once := st.send(chen, "k1", "POST", "windows/8/next", "")
	seq := st.desk.State().Seq()
	twice := st.send(chen, "k1", "POST", "windows/8/next", "")
	if twice.status != 200 || twice.text != once.text || twice.header.Get("Idempotency-Replayed") != "true" || st.desk.State().Seq() != seq {
		t.Errorf("the repetition answered %d %s %v", twice.status, twice.text, twice.header)
	}
	if once.header.Values("Idempotency-Replayed") != nil {
		t.Errorf("the first answer claims to be a repetition: %v", once.header)
	}
	other := st.send(chen, "k1", "POST", "windows/8/recall", "")
	if other.status != 422 || other.code() != "key_reused" {
		t.Errorf("another request under the same key: %d %s", other.status, other.text)
	}
	open := st.send(wang, "k2", "POST", "windows/9/open", "")
	again := st.send(wang, "k2", "POST", "windows/9/open", "")
	if open.text != again.text || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("open repeated: %s %v", again.text, again.header)
	}
}

func TestPlaces(t *testing.T) {
	st := newStory(t)
	st.must(chen, "windows/8/open", "")
	st.must(wang, "windows/9/open", "")
	a := st.send(chen, "", "GET", "windows/8/places", "")
	if a.status != 200 || len(a.body["services"].([]any)) != 3 || len(a.body["windows"].([]any)) != 1 || len(a.body["staff"].([]any)) != 3 {
		t.Fatalf("places: %d %s", a.status, a.text)
	}
	colleague := a.body["windows"].([]any)[0].(map[string]any)
	if colleague["id"] != "9" || colleague["staffName"] != "王建国" {
		t.Errorf("window is %v", colleague)
	}
	for _, who := range a.body["staff"].([]any) {
		member := who.(map[string]any)
		if member["mayTake"] != (member["staff"] != "1012") {
			t.Errorf("%v may take window 8: %v", member["staff"], member["mayTake"])
		}
	}
}
