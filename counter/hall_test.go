package counter

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"jiaohao/server/door"
	"jiaohao/server/hall"
)

// fakeDesk decides and publishes at once, with no journal.
type fakeDesk struct {
	mu    sync.Mutex
	w     *hall.Working
	at    hall.Time
	notes map[uint64]string
}

func (d *fakeDesk) Submit(ctx context.Context, c hall.Command) (hall.Receipt, error) {
	key, digest := door.IdempotencyKey(ctx)
	return d.do(hall.Order{By: door.Actor(ctx), Key: key, Digest: digest, Do: c})
}

func (d *fakeDesk) do(o hall.Order) (hall.Receipt, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	events, receipt, err := d.w.Decide(o, d.at)
	if err != nil {
		return hall.Receipt{}, err
	}
	for i, e := range events {
		h := hall.HeaderOf(o, receipt, i, len(events))
		d.w.Apply(d.w.Seq()+1, d.at, h, e)
	}
	d.keepNote(o.Do)
	return receipt, nil
}

// keepNote stands for the private part of the record that was written last.
func (d *fakeDesk) keepNote(c hall.Command) {
	switch c := c.(type) {
	case hall.Park:
		d.notes[d.w.Seq()] = c.Reason
	case hall.Transfer:
		d.notes[d.w.Seq()] = c.Note
	}
}

func (d *fakeDesk) State() hall.State {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.w.Publish()
}

func (d *fakeDesk) now() hall.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.at
}

// story is a hall with one counter slice before it.
type story struct {
	t       testing.TB
	desk    *fakeDesk
	counter *Counter
	server  http.Handler
	secrets []string
}

// morning is 09:00 on 2026-11-23 in Shanghai.
const morning hall.Time = 1795395600_000

var system = hall.Actor{Kind: hall.System}

func clerk(id string) hall.Actor {
	return hall.Actor{Kind: hall.Clerk, ID: id, Roles: []hall.Role{hall.RoleClerk}}
}

func boss(id string) hall.Actor {
	return hall.Actor{Kind: hall.Clerk, ID: id, Roles: []hall.Role{hall.RoleSupervisor}}
}

func newStory(t testing.TB, change ...func(p *hall.Plan)) *story {
	t.Helper()
	st := &story{t: t, desk: &fakeDesk{w: hall.NewWorking(), at: morning, notes: map[uint64]string{}}}
	p := testPlan()
	for _, f := range change {
		f(p)
	}
	st.counter = New(Deps{Desk: st.desk, Now: st.desk.now, Note: func(seq uint64) string { return st.desk.notes[seq] }})
	mux := http.NewServeMux()
	config := huma.DefaultConfig("test", "1")
	config.CreateHooks = nil
	st.counter.Register(humago.New(mux, config))
	st.server = mux
	st.do(system, hall.Found{Hall: "test", Demo: true, Epoch: "e"})
	st.do(system, hall.SetPlan{Plan: p, Hash: "h", Source: hall.FromConfig})
	st.do(system, hall.OpenDay{})
	return st
}

func (st *story) do(by hall.Actor, c hall.Command) hall.Receipt {
	st.t.Helper()
	r, err := st.desk.do(hall.Order{By: by, Do: c})
	if err != nil {
		st.t.Fatalf("%T: %v", c, err)
	}
	return r
}

func (st *story) wait(seconds int) { st.desk.at += hall.Time(seconds) * 1000 }

// take issues a ticket and gives its number.
func (st *story) take(service, class string) string {
	st.t.Helper()
	id := "secret-" + strings.Repeat("z", len(st.secrets)+1)
	st.secrets = append(st.secrets, id)
	r := st.do(hall.Actor{Kind: hall.Terminal, ID: "kiosk-1"}, hall.Issue{ID: id, Service: service, Class: class, Channel: "kiosk", Lang: "zh"})
	ticket, _, _ := st.desk.State().Leg(r.Leg)
	return ticket.Number.String()
}

// answer is what came back from the API.
type answer struct {
	status int
	header http.Header
	body   map[string]any
	text   string
}

func (a answer) code() string {
	code, _ := a.body["code"].(string)
	return code
}

func (st *story) post(by hall.Actor, path, body string) answer {
	return st.send(by, "", "POST", path, body)
}

func (st *story) send(by hall.Actor, key, method, path, body string) answer {
	st.t.Helper()
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, "/api/v1/"+path, content)
	r.Header.Set("Content-Type", "application/json")
	caller := door.Caller{Actor: by, Lang: "zh", Key: key, Digest: []byte(path + body)}
	w := httptest.NewRecorder()
	st.server.ServeHTTP(w, r.WithContext(door.With(r.Context(), caller)))
	a := answer{status: w.Code, header: w.Header(), text: w.Body.String()}
	if a.text != "" {
		if err := json.Unmarshal(w.Body.Bytes(), &a.body); err != nil {
			st.t.Fatalf("%s %s answered %q: %v", method, path, a.text, err)
		}
	}
	return a
}

// must posts and expects 200.
func (st *story) must(by hall.Actor, path, body string) map[string]any {
	st.t.Helper()
	a := st.post(by, path, body)
	if a.status != http.StatusOK {
		st.t.Fatalf("%s %s: %d %s", path, body, a.status, a.text)
	}
	return a.body
}

func name(zh, en string) hall.Name { return hall.Name{Zh: zh, En: en} }

func testPlan() *hall.Plan {
	days := []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	return &hall.Plan{
		Hall:        hall.Info{ID: "test", Name: name("测试大厅", "Test hall"), Timezone: "Asia/Shanghai", Desk: name("一楼", "ground floor")},
		Departments: []hall.Department{{ID: "social", Name: name("人社局", "Social security")}, {ID: "land", Name: name("不动产", "Land")}},
		Zones:       []hall.Zone{{ID: "a", Name: name("A区", "Zone A")}},
		Classes: []hall.Class{{ID: "ordinary", Name: name("普通", "Ordinary"), Proof: hall.ProofNone},
			{ID: "elderly", Name: name("老年人", "Elderly"), CreditMinutes: 15, Proof: hall.ProofNone},
			{ID: "military", Name: name("军人", "Military"), CreditMinutes: 10, Proof: hall.ProofStaff}},
		Services: []hall.Service{
			{ID: "join", Name: name("灵活就业参保", "Join social insurance"), Department: "social", Prefix: "A", UsualMinutes: 7, PromiseMinutes: 20},
			{ID: "pension", Name: name("养老待遇", "Pension"), Department: "social", Prefix: "B", UsualMinutes: 10, Classes: []string{"elderly"}},
			{ID: "land", Name: name("不动产登记", "Land registry"), Department: "land", Prefix: "C", UsualMinutes: 15},
		},
		Windows: []hall.Window{
			{ID: "8", Label: name("社会保险", "Social insurance"), Department: "social", Zone: "a", Services: []string{"join", "pension"}},
			{ID: "9", Label: name("社会保险", "Social insurance"), Department: "social", Zone: "a", Services: []string{"join"}},
			{ID: "12", Label: name("不动产登记", "Land registry"), Department: "land", Zone: "a", Services: []string{"land"}},
		},
		Staff: []hall.Staff{
			{ID: "1008", Name: "陈雨桐", Roles: []hall.Role{hall.RoleClerk}}, {ID: "1009", Name: "王建国", Roles: []hall.Role{hall.RoleClerk}},
			{ID: "1012", Name: "李梅", Roles: []hall.Role{hall.RoleClerk}, Windows: []string{"12"}},
			{ID: "8001", Name: "赵主任", Roles: []hall.Role{hall.RoleSupervisor}},
		},
		Calendar: hall.Calendar{AlwaysOpen: true, Boundary: "04:00", HardClose: "20:00", Week: []hall.Hours{{Days: days, Bands: []string{"08:30-17:30"}}}},
		Rules: hall.Rules{Choosing: true, ShowList: true, PassMinCalls: 2, PassMinSeconds: 60, RecallGapSeconds: 10, MaxCalls: 3,
			PauseReasons: []hall.Reason{{ID: "break", Name: name("短休", "Break"), Icon: "coffee"}, {ID: "meal", Name: name("用餐", "Meal"), Icon: "utensils"},
				{ID: "meeting", Name: name("会议", "Meeting"), Icon: "users"}, {ID: "device", Name: name("设备故障", "Device fault"), Icon: "printer"},
				{ID: "training", Name: name("培训", "Training"), Icon: "graduation-cap"}}},
	}
}
