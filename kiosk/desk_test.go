package kiosk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"jiaohao/assets"
	"jiaohao/server/door"
	"jiaohao/server/hall"
)

// fakeDesk is the core without a journal.
type fakeDesk struct {
	mu    sync.Mutex
	w     *hall.Working
	now   hall.Time
	state hall.State
	fail  error
}

var monday = hall.At(time.Date(2026, 11, 23, 9, 42, 0, 0, shanghai()))

func shanghai() *time.Location {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	return zone
}

func newDesk(t testing.TB, plan *hall.Plan) *fakeDesk {
	t.Helper()
	d := &fakeDesk{w: hall.NewWorking(), now: monday}
	d.state = d.w.Publish()
	d.system(t, hall.Found{Hall: plan.Hall.ID, Demo: true, Epoch: "e1"}, hall.Start{Version: "test"},
		hall.SetPlan{Plan: plan, Hash: "h", Source: "config"}, hall.OpenDay{})
	return d
}

// system gives commands of the hall itself.
func (d *fakeDesk) system(t testing.TB, commands ...hall.Command) {
	t.Helper()
	for _, c := range commands {
		if _, err := d.order(hall.Order{By: hall.Actor{Kind: hall.System}, Do: c}); err != nil {
			t.Fatalf("%T: %v", c, err)
		}
	}
}

func (d *fakeDesk) order(o hall.Order) (hall.Receipt, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		return hall.Receipt{}, d.fail
	}
	events, receipt, err := d.w.Decide(o, d.now)
	if err != nil {
		return receipt, err
	}
	for i, e := range events {
		d.w.Apply(d.w.Seq()+1, d.now, hall.HeaderOf(o, receipt, i, len(events)), e)
	}
	d.state = d.w.Publish()
	return receipt, nil
}

// Submit decides at once.
func (d *fakeDesk) Submit(ctx context.Context, c hall.Command) (hall.Receipt, error) {
	key, digest := door.IdempotencyKey(ctx)
	return d.order(hall.Order{By: door.Actor(ctx), Key: key, Digest: digest, Do: c})
}

// State is what was published last.
func (d *fakeDesk) State() hall.State {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.state
}

func (d *fakeDesk) time() hall.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *fakeDesk) pass(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
}

// staff gives a command of a member of staff.
func (d *fakeDesk) staff(t testing.TB, id string, commands ...hall.Command) {
	t.Helper()
	for _, c := range commands {
		if _, err := d.order(hall.Order{By: hall.Actor{Kind: hall.Clerk, ID: id, Roles: []hall.Role{hall.RoleClerk}}, Do: c}); err != nil {
			t.Fatalf("%T: %v", c, err)
		}
	}
}

// house is a kiosk over a fake desk, behind a door that names the caller.
type house struct {
	t    testing.TB
	desk *fakeDesk
	k    *Kiosk
	http http.Handler
	ids  int
	who  door.Caller
}

func newHouse(t testing.TB, change ...func(*Deps)) *house {
	t.Helper()
	h := &house{t: t, desk: newDesk(t, testPlan())}
	h.who = door.Caller{Actor: hall.Actor{Kind: hall.Terminal, ID: "kiosk-1"}, Terminal: "kiosk-1", Lang: "zh", Say: assets.ProblemText}
	d := Deps{Desk: h.desk, Now: h.desk.time, NewID: h.newID, Estimate: fixedWait, PublicURL: "https://hall.example.cn/", Build: "b1"}
	for _, f := range change {
		f(&d)
	}
	h.k = New(d)
	mux := http.NewServeMux()
	h.k.Register(humago.New(mux, huma.DefaultConfig("test", "1")))
	h.http = mux
	return h
}

func (h *house) newID() string {
	h.ids++
	return fmt.Sprintf("abcdefghijklmnopqrstuv%04d", h.ids)
}

// fixedWait says six minutes for each person ahead.
func fixedWait(_ hall.State, _ string, ahead int, _ hall.Time) (hall.Promise, bool) {
	return hall.Promise{Seconds: ahead * 360, Low: ahead * 240, High: ahead * 480, Basis: "fallback"}, true
}

type answer struct {
	*http.Response
	body []byte
}

func (h *house) send(method, path, body string, header ...string) answer {
	h.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	who := h.who
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
		if header[i] == "Idempotency-Key" {
			who.Key, who.Digest = header[i+1], []byte(path+body)
		}
	}
	w := httptest.NewRecorder()
	h.http.ServeHTTP(w, r.WithContext(door.With(r.Context(), who)))
	res := w.Result()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return answer{res, data}
}

// want fails unless the answer has that status, and with it returns the decoded body.
func (a answer) want(t testing.TB, status int) map[string]any {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("status %d, want %d: %s", a.StatusCode, status, a.body)
	}
	var body map[string]any
	if err := json.Unmarshal(a.body, &body); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return body
}

// wantCode fails unless the answer is that problem.
func (a answer) wantCode(t testing.TB, status int, code string) map[string]any {
	t.Helper()
	body := a.want(t, status)
	if body["code"] != code {
		t.Fatalf("code %v, want %s: %s", body["code"], code, a.body)
	}
	return body
}

// take takes a ticket and gives its secret.
func (h *house) take(body string) (id string, ticket map[string]any) {
	h.t.Helper()
	ticket = h.send("POST", "/api/v1/tickets", body).want(h.t, 201)
	return ticket["id"].(string), ticket
}

func testPlan() *hall.Plan {
	n := func(zh, en string) hall.Name { return hall.Name{Zh: zh, En: en} }
	return &hall.Plan{
		Hall: hall.Info{ID: "yunling", Name: n("云岭县政务服务中心", "Yunling Government Service Hall"), Timezone: "Asia/Shanghai", Hotline: "12345",
			Desk: n("进门右侧咨询台", "the desk on your right")},
		Departments: []hall.Department{{ID: "rs", Name: n("人社", "Social security"), Icon: "shield-check"}, {ID: "bdc", Name: n("不动产", "Property"), Icon: "building-2"}},
		Zones:       []hall.Zone{{ID: "east", Name: n("东区", "East")}},
		Classes: []hall.Class{{ID: "ordinary", Name: n("普通", "Standard"), Proof: "none"},
			{ID: "elderly", Name: n("老年人", "Senior"), Hint: n("60 岁以上", "60 and over"), CreditMinutes: 20, Proof: "idcard", Icon: "glasses"},
			{ID: "disabled", Name: n("残疾人", "Disability"), CreditMinutes: 20, Proof: "staff"},
			{ID: "member", Name: n("社员", "Member"), CreditMinutes: 5, Proof: "idcard"}},
		Services: []hall.Service{
			{ID: "sb", Name: n("社会保险", "Social security"), Department: "rs", Prefix: "A", UsualMinutes: 6, PromiseMinutes: 30, Icon: "shield-check",
				Quotas: []hall.Quota{{Limit: 40}}},
			{ID: "bdc", Name: n("不动产转移登记", "Property transfer"), Department: "bdc", Prefix: "B", UsualMinutes: 12, Hours: []string{"09:00-11:30", "13:30-16:30"},
				Guide: hall.Guide{Materials: []hall.Material{{Name: n("身份证", "ID card"), Note: n("原件", "Original")}}, URL: "https://guide.example.cn/bdc"}},
			{ID: "jk", Name: n("缴款", "Payment"), Department: "bdc", Prefix: "J", UsualMinutes: 3, Queue: "window"},
			{ID: "ms", Name: n("民生", "Welfare"), Department: "rs", Prefix: "C", UsualMinutes: 5, Paused: true, Classes: []string{"elderly"}},
		},
		Windows: []hall.Window{{ID: "8", Label: n("8", "8"), Zone: "east", Services: []string{"sb"}},
			{ID: "9", Label: n("9", "9"), Zone: "east", Services: []string{"sb", "bdc", "jk", "ms"}},
			{ID: "10", Label: n("10", "10"), Zone: "east", Services: []string{"jk"}}},
		Staff: []hall.Staff{{ID: "1001", Name: "陈雨桐", Roles: []hall.Role{hall.RoleClerk}}, {ID: "1002", Name: "李明", Roles: []hall.Role{hall.RoleClerk}}},
		Calendar: hall.Calendar{Boundary: "04:00", IssueMinutes: 30, CutoffMinutes: 30, HardClose: "20:00",
			Week: []hall.Hours{{Days: []string{"mon", "tue", "wed", "thu", "fri"}, Bands: []string{"08:30-12:00", "13:30-17:30"}}}},
	}
}

func equalJSON(a, b []byte) bool { return bytes.Equal(bytes.TrimSpace(a), bytes.TrimSpace(b)) }
