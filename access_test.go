package main

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"jiaohao/counter"
	"jiaohao/display"
	"jiaohao/kiosk"
	"jiaohao/server"
	"jiaohao/server/auth"
	"jiaohao/server/hall"
	"jiaohao/server/servertest"
	"jiaohao/server/stats"
	"jiaohao/server/supervisor"
	"jiaohao/server/supervisor/home"
)

// asker is somebody or something that asks: what they have to show, and what is theirs.
type asker struct {
	name  string
	who   server.Who // what the table of access knows them by; 0 = nobody
	staff string
	role  auth.Role // of a terminal
	own   string    // the window where a member of staff sits
}

// askers sit each at a window of their own; at window 6 sits 1002, at window 7 nobody.
var askers = []asker{{name: "nobody"}, {name: "clerk", who: server.Staff, staff: "1001", own: "1"}, {name: "lead", who: server.Staff | server.Lead, staff: "7001", own: "2"},
	{name: "supervisor", who: server.Staff | server.Supervisor, staff: "8001", own: "3"}, {name: "administrator", who: server.Staff | server.Administrator, staff: "9001", own: "4"},
	{name: "kiosk", who: server.Kiosk, role: auth.Kiosk}, {name: "board", who: server.Board, role: auth.Board}, {name: "pad", who: server.Pad, role: auth.Pad},
	{name: "call pad", who: server.CallPad, role: auth.CallPad}}

// sides of a question: about what is the asker's own, and about what is somebody else's.
type asked struct{ path, body string }

// question is a route that asks about something which belongs to somebody.
type question struct {
	own, other func(w *accessWorld, a asker) asked
	mayOther   []string // names of those who are let in to other people's
}

var bosses = []string{"supervisor", "administrator"}

// atWindow asks for an act at a window; # in the body is the number of the ticket served there.
func atWindow(verb, body string, mayOther ...string) question {
	at := func(window func(a asker) string) func(*accessWorld, asker) asked {
		return func(w *accessWorld, a asker) asked {
			return asked{"/api/v1/windows/" + window(a) + "/" + verb, strings.ReplaceAll(body, "#", w.served[window(a)])}
		}
	}
	return question{at(func(a asker) string { return a.own }), at(func(asker) string { return "6" }), mayOther}
}

func aboutTicket(verb, body string, mayOther ...string) question {
	return question{func(w *accessWorld, a asker) asked {
		return asked{"/api/v1/tickets/by-number/" + w.served[a.own] + "/" + verb, body}
	}, func(w *accessWorld, _ asker) asked {
		return asked{"/api/v1/tickets/by-number/" + w.served["6"] + "/" + verb, body}
	}, mayOther}
}

func paths(own, other func(w *accessWorld, a asker) string, body string, mayOther ...string) question {
	return question{func(w *accessWorld, a asker) asked { return asked{own(w, a), body} }, func(w *accessWorld, a asker) asked { return asked{other(w, a), body} }, mayOther}
}

// questions has a row for every route on which it matters whose something is.
var questions = map[string]question{
	"POST /api/v1/windows/{window}/open": {func(_ *accessWorld, a asker) asked { return asked{"/api/v1/windows/" + a.own + "/open", ""} },
		func(*accessWorld, asker) asked { return asked{"/api/v1/windows/5/open", ""} }, nil}, // window 5 is 1002's alone by the plan
	"POST /api/v1/windows/{window}/pause": atWindow("pause", `{"reason":"rest"}`, bosses...), "POST /api/v1/windows/{window}/resume": atWindow("resume", "", bosses...),
	"POST /api/v1/windows/{window}/close": atWindow("close", "", bosses...), "POST /api/v1/windows/{window}/handover": atWindow("handover", `{"staff":"1003"}`, bosses...),
	"POST /api/v1/windows/{window}/next": atWindow("next", ""), "POST /api/v1/windows/{window}/recall": atWindow("recall", ""),
	"POST /api/v1/windows/{window}/start": atWindow("start", ""), "POST /api/v1/windows/{window}/pass": atWindow("pass", ""),
	"POST /api/v1/windows/{window}/park": atWindow("park", ""), "POST /api/v1/windows/{window}/uncall": atWindow("uncall", ""),
	"POST /api/v1/windows/{window}/left": atWindow("left", ""), "POST /api/v1/windows/{window}/finish": atWindow("finish", `{"outcome":"completed"}`),
	"POST /api/v1/windows/{window}/unpark": atWindow("unpark", `{"ticket":"#"}`), "POST /api/v1/windows/{window}/transfer": atWindow("transfer", `{"service":"s2"}`),
	"POST /api/v1/windows/{window}/call": atWindow("call", `{"ticket":"#","reason":"r"}`), "POST /api/v1/windows/{window}/leg": atWindow("leg", `{"service":"s1"}`),
	"POST /api/v1/windows/{window}/reopen": atWindow("reopen", `{"ticket":"#"}`), "POST /api/v1/windows/{window}/abandon": atWindow("abandon", `{"ticket":"#"}`, bosses...),
	"POST /api/v1/windows/{window}/release": atWindow("release", "", bosses...), "GET /api/v1/windows/{window}/places": atWindow("places", "", "clerk", "lead", "supervisor", "administrator"),
	"POST /api/v1/tickets/by-number/{number}/void":       aboutTicket("void", `{"reason":"r"}`, bosses...),
	"POST /api/v1/tickets/by-number/{number}/correct":    aboutTicket("correct", `{"items":[{"service":"s1","outcome":"completed","cases":1}],"reason":"r"}`, bosses...),
	"POST /api/v1/tickets/by-number/{number}/reclassify": aboutTicket("reclassify", `{"class":"ordinary","reason":"r"}`, "clerk", "lead", "supervisor", "administrator"),
	"POST /api/v1/tickets/by-number/{number}/return":     aboutTicket("return", `{"reason":"r"}`, "clerk", "lead", "supervisor", "administrator"),
	"GET /api/v1/stats": paths(func(_ *accessWorld, a asker) string { return "/api/v1/stats?staff=" + a.staff },
		func(_ *accessWorld, a asker) string {
			return map[bool]string{true: "/api/v1/stats?department=e", false: "/api/v1/stats?staff=1002"}[a.name == "lead"]
		}, "", bosses...),
	"POST /api/v1/accounts/{staff}/password": paths(func(_ *accessWorld, a asker) string { return "/api/v1/accounts/" + a.staff + "/password" },
		func(*accessWorld, asker) string { return "/api/v1/accounts/1002/password" }, `{"password":"a long new password","old":"`+auth.DemoPassword+`"}`, "administrator"),
	"DELETE /api/v1/accounts/{staff}/sessions": paths(func(_ *accessWorld, a asker) string { return "/api/v1/accounts/" + a.staff + "/sessions" },
		func(*accessWorld, asker) string { return "/api/v1/accounts/1002/sessions" }, "", "administrator"),
	"LIVE supervisor": paths(func(*accessWorld, asker) string { return "/api/v1/live?view=supervisor&wall=1" },
		func(*accessWorld, asker) string { return "/api/v1/live?view=supervisor" }, "", bosses...),
	"LIVE counter": paths(func(_ *accessWorld, a asker) string { return "/api/v1/live?view=counter&window=" + a.own },
		func(*accessWorld, asker) string { return "/api/v1/live?view=counter&window=6" }, "", bosses...),
}

// accessWorld is a hall at work: at each of the windows 1 to 4 and 6 somebody has served a ticket and waits for the next.
type accessWorld struct {
	*servertest.Hall
	t      *testing.T
	ticket string            // a waiting ticket's secret
	served map[string]string // number of the ticket served at a window
	cookie map[string]*http.Cookie
	keys   map[auth.Role]string
}

func accessPlan(t *testing.T) *hall.Plan {
	name := func(s string) hall.Name { return hall.Name{Zh: s, En: s} }
	p := &hall.Plan{Hall: hall.Info{ID: "test", Name: name("大厅"), Timezone: "Asia/Shanghai"}, Zones: []hall.Zone{{ID: "a", Name: name("A")}},
		Departments: []hall.Department{{ID: "d", Name: name("部门")}, {ID: "e", Name: name("别处")}}, Classes: []hall.Class{{ID: "ordinary", Name: name("普通"), Proof: "none"}},
		Services: []hall.Service{{ID: "s1", Name: name("事项"), Department: "d", Prefix: "A", UsualMinutes: 5}, {ID: "s2", Name: name("另外"), Department: "e", Prefix: "B", UsualMinutes: 5}},
		Staff: []hall.Staff{{ID: "1001", Name: "甲", Roles: []hall.Role{"clerk"}, Windows: []string{"1"}}, {ID: "1002", Name: "己", Roles: []hall.Role{"clerk"}},
			{ID: "1003", Name: "庚", Roles: []hall.Role{"clerk"}}, {ID: "7001", Name: "乙", Roles: []hall.Role{"lead"}, Departments: []string{"d"}, Windows: []string{"2"}},
			{ID: "8001", Name: "丙", Roles: []hall.Role{"supervisor"}, Windows: []string{"3"}}, {ID: "9001", Name: "丁", Roles: []hall.Role{"administrator"}, Windows: []string{"4"}}},
		Calendar: hall.Calendar{AlwaysOpen: true, Boundary: "04:00", HardClose: "20:00"},
		Rules:    hall.Rules{Choosing: true, MaxCalls: 3, PauseReasons: []hall.Reason{{ID: "rest", Name: name("休息")}}}}
	for _, id := range []string{"1", "2", "3", "4", "5"} {
		p.Windows = append(p.Windows, hall.Window{ID: id, Label: name(id), Department: "d", Zone: "a", Services: []string{"s1"}})
	}
	p.Windows = append(p.Windows, hall.Window{ID: "6", Label: name("6"), Department: "e", Zone: "a", Services: []string{"s2"}})
	if faults := p.Check(); len(faults) > 0 {
		t.Fatal(faults)
	}
	return p
}

func newAccessWorld(t *testing.T) *accessWorld {
	w := &accessWorld{t: t, served: map[string]string{}, cookie: map[string]*http.Cookie{}, keys: map[auth.Role]string{}}
	figures := stats.New()
	w.Hall = servertest.Start(t, accessPlan(t),
		func(d *server.Desk, now func() hall.Time) server.Slice {
			return kiosk.New(kiosk.Deps{Desk: d, Now: now, NewID: func() string { return strings.ToLower(rand.Text()) }, Build: "test"})
		},
		func(d *server.Desk, now func() hall.Time) server.Slice {
			return display.New(display.Deps{Desk: d, Now: now, Changed: func() {}})
		},
		func(d *server.Desk, now func() hall.Time) server.Slice {
			return counter.New(counter.Deps{Desk: d, Now: now, Note: d.Note})
		},
		func(d *server.Desk, now func() hall.Time) server.Slice {
			return supervisor.New(supervisor.Deps{Desk: d, Stats: figures, Now: now, Home: home.Settings{Text: message}})
		})
	for _, a := range askers {
		w.introduce(a)
	}
	w.serveOne("1002", "6", "s2")
	w.ticket = w.take("s1")
	return w
}

// introduce signs staff in and lets them serve somebody; terminals are enrolled.
func (w *accessWorld) introduce(a asker) {
	switch {
	case a.staff != "":
		w.cookie[a.staff] = w.Cookie(w.t, a.staff)
		w.serveOne(a.staff, a.own, "s1")
	case a.role != "":
		_, code, err := w.Auth.AddTerminal("t-"+string(a.role), a.role, "", "")
		if err != nil {
			w.t.Fatal(err)
		}
		if w.keys[a.role], _, err = w.Auth.Enrol(code); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *accessWorld) take(service string) (id string) {
	id = "t" + strings.ToLower(rand.Text())
	w.order(hall.Actor{Kind: hall.Terminal, ID: "k"}, hall.Issue{ID: id, Service: service, Channel: "kiosk", Lang: "zh"})
	return id
}

func (w *accessWorld) order(by hall.Actor, c hall.Command) {
	w.t.Helper()
	if _, err := w.Desk.Order(w.t.Context(), hall.Order{By: by, Do: c}); err != nil {
		w.t.Fatalf("%T: %v", c, err)
	}
}

func (w *accessWorld) serveOne(staff, window, service string) {
	by := hall.Actor{Kind: hall.Clerk, ID: staff, Roles: []hall.Role{hall.RoleClerk}}
	id := w.take(service)
	w.order(by, hall.Open{Window: window})
	w.order(by, hall.Next{Window: window})
	w.order(by, hall.Begin{Window: window})
	w.order(by, hall.Finish{Window: window, Items: []hall.Item{{Service: service, Outcome: "completed", Cases: 1}}})
	ticket, _ := w.Desk.State().TicketByID(id)
	w.served[window] = ticket.Number.String()
}

// letIn asks from a machine that is not the hall's own, and tells whether the door and the rules let the asker act there.
// What the hall's state then makes of it is another matter.
func (w *accessWorld) letIn(method string, q asked, a asker) (bool, int, string) {
	body := strings.NewReader(q.body)
	r := httptest.NewRequest(method, "http://hall"+q.path, body)
	r.RemoteAddr = "192.0.2.7:1234"
	if q.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if strings.Contains(q.path, "/live?") {
		for name, value := range map[string]string{"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="} {
			r.Header.Set(name, value)
		}
	}
	if a.staff != "" {
		r.AddCookie(w.cookie[a.staff])
	}
	if a.role != "" {
		r.Header.Set("Authorization", "Bearer "+w.keys[a.role])
	}
	rec := httptest.NewRecorder()
	w.Inner.ServeHTTP(rec, r)
	return rec.Code != 401 && rec.Code != 403, rec.Code, rec.Body.String()
}

// plainQuestion asks a route on which nothing belongs to anybody, or to whoever knows a ticket's secret.
func (w *accessWorld) plainQuestion(route string) asked {
	_, path, _ := strings.Cut(route, " ")
	if view, isLive := strings.CutPrefix(route, "LIVE "); isLive {
		return asked{"/api/v1/live?view=" + view + "&id=" + w.ticket, ""}
	}
	path = strings.NewReplacer("{$}", "", "{id}", w.ticket, "{code}", "x", "{name}", "none", "{date}", "2026-11-23").Replace(path)
	return asked{path, ""}
}

// TestEveryRouteRoleAndOwner asks every route of the table, and every live view, as everybody, about what is their own and
// about what is somebody else's.
func TestEveryRouteRoleAndOwner(t *testing.T) {
	asked := 0
	for route, who := range server.Access {
		q, owned := questions[route]
		if !owned && (strings.Contains(route, "{window}") || strings.Contains(route, "{number}") || strings.Contains(route, "{staff}")) {
			t.Errorf("%s asks about something that belongs to somebody: say in the table of questions who may ask about other people's", route)
			continue
		}
		w := newAccessWorld(t)
		for _, a := range askers {
			allowed := who&(server.Anybody|server.Holder) != 0 || who&a.who != 0
			if !owned {
				w.expect(route, w.plainQuestion(route), a, allowed)
				asked++
				continue
			}
			if a.staff != "" || who&a.who != 0 {
				newAccessWorld(t).expectOwn(route, q, a, allowed)
			}
			newAccessWorld(t).expectOther(route, q, a, allowed && slices.Contains(q.mayOther, a.name))
			asked += 2
		}
	}
	for route := range questions {
		if _, known := server.Access[route]; !known {
			t.Errorf("%s is in the table of questions, but no route", route)
		}
	}
	t.Logf("counts: access questions=%d routes=%d", asked, len(server.Access))
}

func (w *accessWorld) expectOwn(route string, q question, a asker, allowed bool) {
	w.t.Helper()
	w.expect(route+" (own)", q.own(w, a), a, allowed)
}

func (w *accessWorld) expectOther(route string, q question, a asker, allowed bool) {
	w.t.Helper()
	w.expect(route+" (another's)", q.other(w, a), a, allowed)
}

func (w *accessWorld) expect(what string, q asked, a asker, allowed bool) {
	w.t.Helper()
	method, _, _ := strings.Cut(what, " ")
	if method == "LIVE" {
		method = http.MethodGet
	}
	before := w.Desk.State().Seq()
	if in, status, body := w.letIn(method, q, a); in != allowed {
		w.t.Errorf("%s as %s: %d %.200s, to be let in: %v", what, a.name, status, body, allowed)
	}
	if !allowed && w.Desk.State().Seq() != before {
		w.t.Errorf("%s as %s was refused and yet something happened", what, a.name)
	}
}
