package supervisor

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"jiaohao/server/door"
	"jiaohao/server/hall"
	"jiaohao/server/stats"
	"jiaohao/server/supervisor/home"
)

// world is a hall in memory whose clock the test moves.
type world struct {
	t        testing.TB
	working  *hall.Working
	state    hall.State
	at       hall.Time
	asked    []stats.Query
	warnings []Warning
	api      http.Handler
	console  *Supervisor
}

var (
	boss  = hall.Actor{Kind: hall.Clerk, ID: "8001", Roles: []hall.Role{hall.RoleSupervisor}}
	clerk = hall.Actor{Kind: hall.Clerk, ID: "1001", Roles: []hall.Role{hall.RoleClerk}}
	lead  = hall.Actor{Kind: hall.Clerk, ID: "2001", Roles: []hall.Role{hall.RoleLead}, Departments: []string{"hukou", "tax"}}
)

const morning = "2026-11-23T08:30:00+08:00" // a Monday

func moment(t testing.TB, text string) hall.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return hall.At(at)
}

func testPlan() *hall.Plan {
	name := func(zh, en string) hall.Name { return hall.Name{Zh: zh, En: en} }
	return &hall.Plan{
		Hall:        hall.Info{ID: "yunling", Name: name("云岭县政务服务中心", "Yunling County Service Centre"), Timezone: "Asia/Shanghai", Desk: name("咨询台", "Information desk")},
		Departments: []hall.Department{{ID: "hukou", Name: name("户籍", "Household")}, {ID: "estate", Name: name("不动产登记", "Real estate")}, {ID: "tax", Name: name("税务", "Tax")}},
		Zones:       []hall.Zone{{ID: "east", Name: name("东区", "East")}},
		Classes:     []hall.Class{{ID: hall.Ordinary, Name: name("普通", "Standard"), Proof: hall.ProofNone}, {ID: "elderly", Name: name("老年人", "Senior"), CreditMinutes: 15, Proof: hall.ProofNone}},
		Services: []hall.Service{
			{ID: "idcard", Name: name("身份证", "ID card"), Department: "hukou", Prefix: "C", UsualMinutes: 8, PromiseMinutes: 20},
			{ID: "transfer", Name: name("转移登记", "Transfer of title"), Department: "estate", Prefix: "B", UsualMinutes: 14, PromiseMinutes: 20},
			{ID: "invoice", Name: name("发票", "Invoices"), Department: "tax", Prefix: "F", UsualMinutes: 6},
		},
		Windows: []hall.Window{
			{ID: "1", Label: name("1", "1"), Zone: "east", Services: []string{"idcard"}},
			{ID: "2", Label: name("2", "2"), Zone: "east", Services: []string{"idcard", "invoice"}},
			{ID: "5", Label: name("5", "5"), Zone: "east", Services: []string{"transfer"}},
			{ID: "6", Label: name("6", "6"), Zone: "east", Services: []string{"transfer"}},
		},
		Staff: []hall.Staff{
			{ID: "1001", Name: "周敏", Roles: []hall.Role{hall.RoleClerk}, Departments: []string{"hukou"}, Windows: []string{"1", "2"}},
			{ID: "1005", Name: "孙浩", Roles: []hall.Role{hall.RoleClerk}},
			{ID: "2001", Name: "高强", Roles: []hall.Role{hall.RoleLead}, Departments: []string{"hukou", "tax"}},
			{ID: "8001", Name: "值班主任", Roles: []hall.Role{hall.RoleSupervisor}},
		},
		Calendar: hall.Calendar{Boundary: "04:00", Week: []hall.Hours{{Days: []string{"mon", "tue", "wed", "thu", "fri"}, Bands: []string{"08:30-12:00", "13:30-17:30"}}},
			IssueMinutes: 30, CutoffMinutes: 30, HardClose: "20:00"},
		Rules: hall.Rules{RecallGapSeconds: 10, MaxCalls: 6, PassMinCalls: 1, PassMinSeconds: 0, ReturnAfterCalls: 3, MaxReturns: 2, MaxDefers: 2, ReopenMinutes: 5,
			DoubtfulMinutes: 60, OpenTicketsPerPerson: 3, Outcome: hall.Completed, PauseReasons: []hall.Reason{{ID: "meeting", Name: name("会议", "Meeting")}}},
	}
}

// newWorld founds a hall and opens its day.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, working: hall.NewWorking(), at: moment(t, morning)}
	plan := testPlan()
	if faults := plan.Check(); len(faults) > 0 {
		t.Fatal(faults)
	}
	w.do(hall.Actor{}, hall.Found{Hall: "yunling", Demo: true, Epoch: "e"})
	w.do(hall.Actor{}, hall.SetPlan{Plan: plan, Hash: "1", Source: hall.FromConfig})
	w.do(hall.Actor{}, hall.OpenDay{})
	text := func(lang, key string) string { return lang + ":" + key }
	w.console = New(Deps{Desk: w, Stats: w, Now: func() hall.Time { return w.at }, Warnings: func() []Warning { return w.warnings },
		Estimate: func(_ hall.State, _ string, ahead int, _ hall.Time) (hall.Promise, bool) {
			return hall.Promise{Seconds: 300 * ahead, Low: 200 * ahead, High: 400 * ahead, Basis: "fallback"}, true
		},
		Home: home.Settings{Text: text}})
	mux := http.NewServeMux()
	config := huma.DefaultConfig("test", "1")
	config.CreateHooks = nil
	w.console.Register(humago.New(mux, config))
	w.api = mux
	return w
}

// Submit decides and applies like the desk, without a journal.
func (w *world) Submit(ctx context.Context, c hall.Command) (hall.Receipt, error) {
	key, digest := door.IdempotencyKey(ctx)
	return w.order(hall.Order{By: door.Actor(ctx), Key: key, Digest: digest, Do: c})
}

func (w *world) order(o hall.Order) (hall.Receipt, error) {
	events, receipt, err := w.working.Decide(o, w.at)
	if err != nil {
		return receipt, err
	}
	for i, e := range events {
		h := hall.HeaderOf(o, receipt, i, len(events))
		w.working.Apply(w.working.Seq()+1, w.at, h, e)
	}
	w.state = w.working.Publish()
	return receipt, nil
}

// State is the hall as published last.
func (w *world) State() hall.State { return w.state }

// Rows notes what was asked and answers with one row.
func (w *world) Rows(q stats.Query) []stats.Row {
	w.asked = append(w.asked, q)
	return []stats.Row{{By: map[string]string{"department": q.Department}, Issued: 3, Few: true, Promised: 2, PromiseMet: 1, Wait: stats.Quantiles{Count: 2, MeanSeconds: 60}}}
}

func (w *world) do(by hall.Actor, c hall.Command) hall.Receipt {
	w.t.Helper()
	r, err := w.order(hall.Order{By: by, Do: c})
	if err != nil {
		w.t.Fatalf("%T: %v", c, err)
	}
	return r
}

func (w *world) after(d time.Duration) { w.at = w.at.Add(d) }

func (w *world) issue(service, id string) hall.TicketKey {
	w.t.Helper()
	return w.do(hall.Actor{Kind: hall.Terminal, ID: "kiosk-1"}, hall.Issue{ID: "secret-" + id, Service: service, Channel: "kiosk", Lang: "zh"}).Leg.Ticket()
}

func (w *world) view() Live { return View(w.state, w.console.Estimate, w.warnings, w.at) }

func (w *world) alerts() map[string]Alert {
	found := map[string]Alert{}
	for _, a := range w.view().Alerts {
		found[a.ID] = a
	}
	return found
}

// ask sends a request as an actor and gives status and body.
func (w *world) ask(by hall.Actor, method, path, body string) (int, http.Header, map[string]any) {
	w.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r = r.WithContext(door.With(r.Context(), door.Caller{Actor: by, Lang: "zh", Key: r.Header.Get("Idempotency-Key")}))
	out := httptest.NewRecorder()
	w.api.ServeHTTP(out, r)
	var answer map[string]any
	if err := json.Unmarshal(out.Body.Bytes(), &answer); err != nil {
		w.t.Fatalf("%s %s: %d %q is not JSON", method, path, out.Code, out.Body)
	}
	if strings.Contains(out.Body.String(), "secret-") {
		w.t.Errorf("%s %s tells a secret: %s", method, path, out.Body)
	}
	return out.Code, out.Header(), answer
}

func numbersOf(answer map[string]any) []string {
	numbers := []string{}
	items, _ := answer["items"].([]any)
	for _, item := range items {
		numbers = append(numbers, item.(map[string]any)["number"].(string))
	}
	return numbers
}
