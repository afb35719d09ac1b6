package kiosk

import (
	"context"
	"encoding/json"
	"runtime"
	"strings"
	"testing"
	"time"

	"jiaohao/server/door"
	"jiaohao/server/hall"
	"jiaohao/server/live"
)

func TestATicketIsTakenAndFollowed(t *testing.T) {
	h := newHouse(t)
	a := h.send("POST", "/api/v1/tickets", `{"service":"sb","lang":"en"}`)
	ticket := a.want(t, 201)
	id := ticket["id"].(string)
	if got := a.Header.Get("Location"); got != "/api/v1/tickets/"+id {
		t.Errorf("Location %q", got)
	}
	for member, want := range map[string]any{"number": "A001", "state": "waiting", "ahead": 0.0, "date": "2026-11-23", "service": "sb", "department": "rs",
		"class": "ordinary", "leg": 1.0, "calls": 0.0, "trackURL": "https://hall.example.cn/t/" + id, "issuedAt": "2026-11-23T09:42:00.000+08:00"} {
		if ticket[member] != want {
			t.Errorf("%s = %v, want %v", member, ticket[member], want)
		}
	}
	h.desk.staff(t, "1001", hall.Open{Window: "8"}, hall.Next{Window: "8"})
	seen := h.send("GET", "/api/v1/tickets/"+id, "").want(t, 200)
	if seen["state"] != "called" || seen["window"] != "8" {
		t.Errorf("after the call: %v", seen)
	}
}

func TestARepeatedRequestIsOneTicketAndTheSameBytes(t *testing.T) {
	h := newHouse(t)
	first := h.send("POST", "/api/v1/tickets", `{"service":"sb"}`, "Idempotency-Key", "k1")
	first.want(t, 201)
	h.desk.staff(t, "1001", hall.Open{Window: "8"}, hall.Next{Window: "8"}, hall.Begin{Window: "8"})
	h.desk.pass(time.Minute)
	again := h.send("POST", "/api/v1/tickets", `{"service":"sb"}`, "Idempotency-Key", "k1")
	again.want(t, 201)
	if !equalJSON(first.body, again.body) {
		t.Errorf("first %s\nagain %s", first.body, again.body)
	}
	if first.Header.Get("Idempotency-Replayed") != "" || again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("replayed: %q then %q", first.Header.Get("Idempotency-Replayed"), again.Header.Get("Idempotency-Replayed"))
	}
	h.send("POST", "/api/v1/tickets", `{"service":"bdc"}`, "Idempotency-Key", "k1").wantCode(t, 422, "key_reused")
	if got := h.desk.State().Tally().Issued; got != 1 {
		t.Errorf("%d tickets", got)
	}
}

func TestWhatIsNotATicketIsRefusedInWords(t *testing.T) {
	h := newHouse(t)
	cases := []struct {
		name, body string
		status     int
		code       string
	}{
		{"unknown service", `{"service":"zz"}`, 422, "unknown_service"},
		{"unknown class", `{"service":"sb","class":"zz"}`, 422, "unknown_class"},
		{"class not for this service", `{"service":"ms","class":"disabled"}`, 409, "service_closed"},
		{"paused", `{"service":"ms"}`, 409, "service_closed"},
		{"window without a queue of its own", `{"service":"sb","window":"8"}`, 422, "invalid"},
		{"unknown window", `{"service":"jk","window":"8"}`, 422, "unknown_window"},
		{"unknown member", `{"service":"sb","colour":"red"}`, 422, "invalid"},
		{"no service", `{}`, 422, "invalid"},
		{"too many people", `{"service":"sb","people":51}`, 422, "invalid"},
		{"not JSON", `{`, 400, "bad_request"},
		{"bad person", `{"service":"sb","person":{"kind":"idcard","value":"110101194912310021"}}`, 422, "invalid"},
		{"bad kind", `{"service":"sb","person":{"kind":"passport","value":"E1"}}`, 422, "invalid"},
		{"bad language", `{"service":"sb","lang":"fr"}`, 422, "invalid"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			body := h.send("POST", "/api/v1/tickets", c.body).wantCode(t, c.status, c.code)
			if body["title"] == "" || body["detail"] == "" || body["title"] == c.code {
				t.Errorf("no words: %v", body)
			}
		})
	}
	if got := h.desk.State().Tally().Issued; got != 0 {
		t.Errorf("%d tickets were issued", got)
	}
}

type refs map[string]string

func (r refs) Ref(kind, value string) (string, *hall.Secret, error) {
	return r[kind+":"+value], &hall.Secret{Kind: kind, Digest: []byte(value)}, nil
}

func TestAPersonIsNeverToldBackAndHasOneTicketAService(t *testing.T) {
	h := newHouse(t, func(d *Deps) { d.Persons = refs{"idcard:11010519491231002X": "p1"} })
	body := `{"service":"sb","class":"elderly","person":{"kind":"idcard","value":"11010519491231002x"}}`
	first := h.send("POST", "/api/v1/tickets", body)
	if ticket := first.want(t, 201); ticket["class"] != "elderly" || ticket["claimed"] != nil {
		t.Errorf("an old person's card did not prove the class: %v", ticket)
	}
	second := h.send("POST", "/api/v1/tickets", body)
	if params := second.wantCode(t, 409, "already_waiting")["params"].(map[string]any); params["number"] != "A001" {
		t.Errorf("params %v", params)
	}
	bad := h.send("POST", "/api/v1/tickets", `{"service":"sb","person":{"kind":"idcard","value":"110105194912310029"}}`)
	if bad.wantCode(t, 422, "invalid")["params"].(map[string]any)["pointer"] != "/person/value" {
		t.Errorf("%s", bad.body)
	}
	for _, a := range []answer{first, second, bad} {
		if strings.Contains(string(a.body), "110105") {
			t.Errorf("the document is told back: %s", a.body)
		}
	}
}

func TestAClaimWithoutProofIsOrdinary(t *testing.T) {
	cases := []struct {
		name, body, class, claimed string
		who                        door.Caller
	}{
		{"no card", `{"service":"sb","class":"elderly"}`, "ordinary", "elderly", door.Caller{}},
		{"young card", `{"service":"sb","class":"elderly","person":{"kind":"idcard","value":"110105200001010016"}}`, "ordinary", "elderly", door.Caller{}},
		{"phone", `{"service":"sb","class":"elderly","person":{"kind":"phone","value":"13800138000"}}`, "ordinary", "elderly", door.Caller{}},
		{"card cannot show it", `{"service":"sb","class":"member","person":{"kind":"idcard","value":"11010519491231002X"}}`, "ordinary", "member", door.Caller{}},
		{"from a phone a number is no card", `{"service":"sb","class":"elderly","person":{"kind":"idcard","value":"11010519491231002X"}}`, "ordinary", "elderly",
			door.Caller{Actor: hall.Actor{Kind: hall.Citizen}, Lang: "zh"}},
		{"staff has looked", `{"service":"sb","class":"disabled"}`, "disabled", "", door.Caller{Actor: hall.Actor{Kind: hall.Clerk, ID: "1001"}, Lang: "zh"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			if c.who.Lang != "" {
				h.who = c.who
			}
			_, ticket := h.take(c.body)
			claimed, _ := ticket["claimed"].(string)
			if ticket["class"] != c.class || claimed != c.claimed {
				t.Errorf("class %v claimed %q", ticket["class"], claimed)
			}
		})
	}
}

func TestTheHolderActs(t *testing.T) {
	h := newHouse(t)
	a, ticket := h.take(`{"service":"sb"}`)
	if got := ticket["actions"]; len(got.([]any)) != 2 {
		t.Errorf("actions at first %v", got)
	}
	if got := h.send("POST", "/api/v1/tickets/"+a+"/defer", `{"people":2}`).want(t, 200); got["state"] != "waiting" {
		t.Errorf("deferred: %v", got)
	}
	h.send("POST", "/api/v1/tickets/"+a+"/defer", `{"people":21}`).wantCode(t, 422, "invalid")
	h.send("POST", "/api/v1/tickets/"+a+"/return", "").wantCode(t, 409, "wrong_state")
	if got := h.send("POST", "/api/v1/tickets/"+a+"/cancel", "").want(t, 200); got["state"] != "cancelled" || len(got["actions"].([]any)) != 0 {
		t.Errorf("cancelled: %v", got)
	}
	h.send("POST", "/api/v1/tickets/"+a+"/cancel", "").wantCode(t, 409, "wrong_state")
}

func TestAPassedTicketComesBack(t *testing.T) {
	h := newHouse(t)
	id, _ := h.take(`{"service":"sb"}`)
	h.desk.staff(t, "1001", hall.Open{Window: "8"}, hall.Next{Window: "8"})
	h.desk.pass(time.Minute)
	h.desk.staff(t, "1001", hall.Recall{Window: "8"})
	h.desk.pass(time.Minute)
	h.desk.staff(t, "1001", hall.Pass{Window: "8"})
	if got := h.send("GET", "/api/v1/tickets/"+id, "").want(t, 200); got["state"] != "passed" || got["actions"].([]any)[1] != "return" {
		t.Fatalf("passed: %v", got)
	}
	if got := h.send("POST", "/api/v1/tickets/"+id+"/return", "").want(t, 200); got["state"] != "waiting" {
		t.Errorf("back: %v", got)
	}
}

func TestAHandlingIsJudgedOnce(t *testing.T) {
	h := newHouse(t)
	id, _ := h.take(`{"service":"sb"}`)
	path := "/api/v1/tickets/" + id
	h.send("POST", path+"/rating", `{"leg":1,"level":5}`).wantCode(t, 409, "wrong_state")
	h.desk.staff(t, "1001", hall.Open{Window: "8"}, hall.Next{Window: "8"}, hall.Begin{Window: "8"},
		hall.Finish{Window: "8", Items: []hall.Item{{Service: "sb", Outcome: "completed", Cases: 1}}})
	if got := h.send("GET", path, "").want(t, 200)["ratable"].([]any); len(got) != 1 || got[0] != 1.0 {
		t.Errorf("ratable %v", got)
	}
	h.send("POST", path+"/rating", `{"leg":1,"level":6}`).wantCode(t, 422, "invalid")
	if got := h.send("POST", path+"/rating", `{"leg":1,"level":4,"reasons":["clear"],"text":"好"}`).want(t, 201)["ratable"].([]any); len(got) != 0 {
		t.Errorf("ratable after the rating %v", got)
	}
	h.send("POST", path+"/rating", `{"leg":1,"level":5}`).wantCode(t, 409, "already_rated")
	h.send("POST", path+"/complaint", `{"text":"等得太久","leg":1,"phone":"13800138000"}`).want(t, 201)
	h.send("POST", path+"/complaint", `{"text":""}`).wantCode(t, 422, "invalid")
}

func TestPrintersReport(t *testing.T) {
	h := newHouse(t)
	id, _ := h.take(`{"service":"sb"}`)
	h.send("POST", "/api/v1/tickets/"+id+"/unprinted", "").want(t, 200)
	ticket, _ := h.desk.State().TicketByID(id)
	if !ticket.Unprinted || ticket.Printed != 0 {
		t.Errorf("unprinted: %+v", ticket)
	}
	h.send("POST", "/api/v1/tickets/"+id+"/printed", "").want(t, 200)
	if ticket, _ = h.desk.State().TicketByID(id); ticket.Unprinted || ticket.Printed != 1 {
		t.Errorf("printed: %+v", ticket)
	}
}

func TestATicketOfYesterdayIsGone(t *testing.T) {
	h := newHouse(t)
	id, _ := h.take(`{"service":"sb"}`)
	h.desk.system(t, hall.CloseDay{Confirm: true})
	if got := h.send("GET", "/api/v1/tickets/"+id, "").want(t, 200); got["state"] != "unserved" {
		t.Errorf("after the close: %v", got)
	}
	h.desk.pass(20 * time.Hour)
	h.desk.system(t, hall.OpenDay{})
	h.send("GET", "/api/v1/tickets/"+id, "").wantCode(t, 410, "gone")
}

func TestUnknownAndGoneIds(t *testing.T) {
	h := newHouse(t, func(d *Deps) { d.Gone = func(id string) bool { return id == "old" } })
	for _, path := range []string{"", "/slip.pdf", "/slip.png", "/qr.png"} {
		h.send("GET", "/api/v1/tickets/none"+path, "").wantCode(t, 404, "not_found")
		h.send("GET", "/api/v1/tickets/old"+path, "").wantCode(t, 410, "gone")
	}
	for _, path := range []string{"/cancel", "/return", "/printed", "/unprinted"} {
		h.send("POST", "/api/v1/tickets/none"+path, "").wantCode(t, 404, "not_found")
	}
}

func TestNothingIsAnsweredBeforeThereIsAPlan(t *testing.T) {
	h := newHouse(t)
	h.desk.state = hall.NewWorking().Publish()
	h.send("GET", "/api/v1/hall", "").wantCode(t, 503, "starting")
	h.send("POST", "/api/v1/tickets", `{"service":"sb"}`).wantCode(t, 503, "starting")
	for name, view := range h.k.Views() {
		if _, err := view(t.Context(), map[string][]string{"id": {"x"}}); err == nil {
			t.Errorf("view %s began", name)
		}
	}
}

func TestTheJournalIsFull(t *testing.T) {
	h := newHouse(t)
	h.desk.fail = hall.Refuse(hall.JournalFull)
	h.send("POST", "/api/v1/tickets", `{"service":"sb"}`).wantCode(t, 503, "journal_full")
}

func TestTheHallTellsNoSecret(t *testing.T) {
	h := newHouse(t)
	id, _ := h.take(`{"service":"sb"}`)
	a := h.send("GET", "/api/v1/hall", "")
	a.want(t, 200)
	topic, err := h.k.Views()["kiosk"](t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	seq, frame, mark, err := topic.Render()
	if err != nil || seq != h.desk.State().Seq() || mark == 0 {
		t.Fatalf("seq %d mark %d: %v", seq, mark, err)
	}
	for _, secret := range []string{id, "陈雨桐"} {
		if strings.Contains(string(a.body), secret) || strings.Contains(string(frame), secret) {
			t.Errorf("%q is told", secret)
		}
	}
}

func TestTheLiveTicketFollowsAndIsNamedInPublic(t *testing.T) {
	h := newHouse(t)
	id, _ := h.take(`{"service":"sb"}`)
	topic, err := h.k.Views()["ticket"](t.Context(), map[string][]string{"id": {id}})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(topic.Key, id) {
		t.Errorf("the topic is named by the secret: %s", topic.Key)
	}
	_, _, before, err := topic.Render()
	if err != nil {
		t.Fatal(err)
	}
	h.desk.staff(t, "1001", hall.Open{Window: "8"}, hall.Next{Window: "8"})
	_, data, after, err := topic.Render()
	if err != nil || after == before {
		t.Fatalf("a call is not urgent: %d, %d, %v", before, after, err)
	}
	var view TicketView
	if err := json.Unmarshal(data, &view); err != nil || view.Ticket.State != "called" || len(view.Windows) != 1 || view.Windows[0].Number != "A001" {
		t.Errorf("%v: %s", err, data)
	}
	h.desk.state = hall.NewWorking().Publish()
	if _, _, _, err := topic.Render(); err != live.ErrGone {
		t.Errorf("gone: %v", err)
	}
}

// TestAPhoneKeepsNothingOfItsRequest: ten thousand phones that each kept the request they came with, or the state of that
// moment, would fill the memory of a small box.
func TestAPhoneKeepsNothingOfItsRequest(t *testing.T) {
	h := newHouse(t)
	id, _ := h.take(`{"service":"sb"}`)
	freed := make(chan struct{})
	topic := func() live.Topic {
		request := new([1 << 16]byte)
		runtime.AddCleanup(request, func(int) { close(freed) }, 0)
		type key struct{}
		ctx := context.WithValue(t.Context(), key{}, request)
		topic, err := h.k.Views()["ticket"](ctx, map[string][]string{"id": {id}})
		if err != nil {
			t.Fatal(err)
		}
		return topic
	}()
	for range 100 {
		runtime.GC()
		select {
		case <-freed:
			runtime.KeepAlive(topic)
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	runtime.KeepAlive(topic)
	t.Error("the topic holds the request")
}
