package server_test

import (
	"bytes"
	"context"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"jiaohao/server"
	"jiaohao/server/auth"
	"jiaohao/server/door"
	"jiaohao/server/hall"
	"jiaohao/server/live"
	"jiaohao/server/servertest"
)

func doorPlan(t *testing.T) *hall.Plan {
	t.Helper()
	name := func(s string) hall.Name { return hall.Name{Zh: s, En: s} }
	p := &hall.Plan{Hall: hall.Info{ID: "test", Name: name("大厅"), Timezone: "Asia/Shanghai"},
		Departments: []hall.Department{{ID: "d", Name: name("部门")}}, Zones: []hall.Zone{{ID: "a", Name: name("A")}},
		Classes:  []hall.Class{{ID: "ordinary", Name: name("普通"), Proof: "none"}},
		Services: []hall.Service{{ID: "s1", Name: name("事项"), Department: "d", Prefix: "A", UsualMinutes: 5}},
		Windows:  []hall.Window{{ID: "1", Label: name("一"), Zone: "a", Services: []string{"s1"}}},
		Staff: []hall.Staff{{ID: "1001", Name: "甲", Roles: []hall.Role{"clerk"}}, {ID: "7001", Name: "乙", Roles: []hall.Role{"lead"}, Departments: []string{"d"}},
			{ID: "8001", Name: "丙", Roles: []hall.Role{"supervisor"}}, {ID: "9001", Name: "丁", Roles: []hall.Role{"administrator"}}},
		Calendar: hall.Calendar{AlwaysOpen: true, Boundary: "04:00", HardClose: "20:00"}}
	if faults := p.Check(); len(faults) > 0 {
		t.Fatal(faults)
	}
	return p
}

// everyRoute answers 200 at every route of the table that belongs to a slice: what is tested is who comes that far.
type everyRoute struct{}

func (everyRoute) Register(huma.API) {}

func (everyRoute) Handlers() map[string]http.Handler {
	own := []string{"GET /{$}", "/ca.crt", "/healthz", "/metrics", "/favicon.ico", "/assets/", "/enrol/", "/setup", "/problems/", "/openapi.json", "/live", "/session", "/pairing",
		"/terminals", "/accounts", "GET /kiosk", "GET /display", "GET /counter", "GET /supervisor"}
	handlers := map[string]http.Handler{}
	for pattern := range server.Access {
		mine := !strings.HasPrefix(pattern, "LIVE ")
		for _, o := range own {
			mine = mine && !(strings.Contains(o, "GET ") && pattern == o || !strings.Contains(o, "GET ") && strings.Contains(pattern, o))
		}
		if mine && pattern != "GET /problems/{code}" {
			handlers[pattern] = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Actor", door.Actor(r.Context()).String())
			})
		}
	}
	return handlers
}

func (everyRoute) Pages() map[string]fs.FS { return nil }

func (everyRoute) Views() map[string]func(context.Context, url.Values) (live.Topic, error) {
	return nil
}

func startEvery(t *testing.T) *servertest.Hall {
	return servertest.Start(t, doorPlan(t), func(*server.Desk, func() hall.Time) server.Slice { return everyRoute{} })
}

// TestEveryRouteAndRole walks the table: every route as nobody, as each role, and as each kind of terminal, from a machine
// that is not the hall's own.
func TestEveryRouteAndRole(t *testing.T) {
	h := startEvery(t)
	cookies := map[server.Who]*http.Cookie{server.Staff: h.Cookie(t, "1001"), server.Lead: h.Cookie(t, "7001"),
		server.Supervisor: h.Cookie(t, "8001"), server.Administrator: h.Cookie(t, "9001")}
	keys := map[server.Who]string{}
	for who, role := range map[server.Who]auth.Role{server.Kiosk: auth.Kiosk, server.Board: auth.Board, server.Pad: auth.Pad, server.CallPad: auth.CallPad} {
		keys[who] = enrol(t, h, role)
	}
	walked := 0
	for pattern := range (everyRoute{}).Handlers() {
		walked++
		who := server.Access[pattern]
		open := who&(server.Anybody|server.Holder) != 0
		if got := as(h, pattern, nil, ""); (got == 200) != open {
			t.Errorf("%s as nobody: %d", pattern, got)
		}
		for role, cookie := range cookies {
			allowed := open || who&server.Staff != 0 || who&role != 0 && role != server.Staff
			if got := as(h, pattern, cookie, ""); (got == 200) != allowed {
				t.Errorf("%s as %b: %d, allowed %v", pattern, role, got, allowed)
			}
		}
		for role, key := range keys {
			if got := as(h, pattern, nil, key); (got == 200) != (open || who&role != 0) {
				t.Errorf("%s as terminal %b: %d", pattern, role, got)
			}
		}
	}
	if walked < 40 {
		t.Errorf("only %d routes were walked", walked)
	}
}

func enrol(t *testing.T, h *servertest.Hall, role auth.Role) string {
	t.Helper()
	_, code, err := h.Auth.AddTerminal("t-"+string(role), role, "", "")
	if err != nil {
		t.Fatal(err)
	}
	key, _, err := h.Auth.Enrol(code)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// as asks for a route from a foreign address.
func as(h *servertest.Hall, pattern string, cookie *http.Cookie, key string) int {
	method, path, _ := strings.Cut(pattern, " ")
	path = strings.NewReplacer("{$}", "", "{id}", "x", "{window}", "1", "{number}", "A001", "{name}", "x", "{code}", "x", "{id}", "x").Replace(path)
	req, err := http.NewRequest(method, "http://hall"+path, bytes.NewReader(nil))
	if err != nil {
		panic(err)
	}
	req.RemoteAddr, req.RequestURI = "192.0.2.7:1234", path
	if cookie != nil {
		req.AddCookie(cookie)
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	rec := &recorder{header: http.Header{}}
	h.Inner.ServeHTTP(rec, req)
	if rec.status == 0 {
		return 200
	}
	return rec.status
}

type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header { return r.header }
func (r *recorder) Write(b []byte) (int, error) {
	return r.body.Write(b)
}
func (r *recorder) WriteHeader(status int) { r.status = status }

// TestRefusalsAtTheDoor sends what no page would send: each gets a problem document with a stable code in the asked
// language, and the log names the actor but never a ticket's secret.
func TestRefusalsAtTheDoor(t *testing.T) {
	h := startEvery(t)
	for _, c := range []struct {
		name, method, staff, path string
		body                      any
		headers                   []string
		status                    int
		code                      string
	}{
		{"no session", "POST", "", "/api/v1/windows/1/next", "{}", nil, 401, "signed_out"},
		{"wrong role", "POST", "1001", "/api/v1/day/close", "{}", nil, 403, "forbidden"},
		{"wrong password", "POST", "", "/api/v1/session", `{"staff":"1001","password":"nonsense"}`, nil, 401, "bad_credentials"},
		{"unknown staff", "POST", "", "/api/v1/session", `{"staff":"4711","password":"nonsense"}`, nil, 401, "bad_credentials"},
		{"malformed JSON", "POST", "", "/api/v1/session", `{"staff":`, nil, 400, "bad_request"},
		{"unknown member", "POST", "", "/api/v1/session", `{"staff":"1","password":"2","admin":true}`, nil, 422, "invalid"},
		{"missing member", "POST", "", "/api/v1/session", `{"staff":"1"}`, nil, 422, "invalid"},
		{"two megabytes", "POST", "", "/api/v1/session", `"` + strings.Repeat("x", 2<<20) + `"`, nil, 413, "too_large"},
		{"no JSON", "POST", "", "/api/v1/session", "staff=1", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "unsupported"},
		{"unknown route", "GET", "", "/api/v1/nothing", nil, nil, 404, "not_found"},
		{"bad key", "POST", "1001", "/api/v1/windows/1/next", "{}", []string{"Idempotency-Key", "a b"}, 400, "bad_request"},
		{"foreign page", "POST", "1001", "/api/v1/windows/1/next", "{}", []string{"Sec-Fetch-Site", "cross-site"}, 403, "forbidden"},
		{"foreign origin", "POST", "1001", "/api/v1/windows/1/next", "{}", []string{"Origin", "http://evil.example"}, 403, "forbidden"},
		{"unknown view", "GET", "", "/api/v1/live?view=nothing", nil, nil, 404, "not_found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := h.Desk.State().Seq()
			for _, lang := range []string{"zh", "en"} {
				a := h.Do(t, c.method, c.staff, c.path, c.body, append([]string{"Accept-Language", lang}, c.headers...)...)
				if a.Status != c.status || a.Code() != c.code {
					t.Errorf("%d %q, want %d %s: %s", a.Status, a.Code(), c.status, c.code, a.Body)
				}
				if !strings.Contains(a.Body, `"title":"`+lang+" "+c.code) {
					t.Errorf("not in %s: %s", lang, a.Body)
				}
			}
			if h.Desk.State().Seq() != before {
				t.Error("a refused request changed the hall")
			}
		})
	}
	if log := h.Log.String(); !strings.Contains(log, `actor="staff 1001"`) || !strings.Contains(log, "code=forbidden") {
		t.Errorf("the log does not name the actor of a refusal:\n%s", log)
	}
}

// TestTerminalPageWithoutKey shows a person in front of an unknown machine what to do.
func TestTerminalPageWithoutKey(t *testing.T) {
	h := startEvery(t)
	req, err := http.NewRequest("GET", "http://hall/kiosk/page/", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.RemoteAddr = "192.0.2.7:1234"
	req.Header.Set("Accept", "text/html")
	rec := &recorder{header: http.Header{}}
	h.Inner.ServeHTTP(rec, req)
	if rec.status != 403 || !strings.Contains(rec.body.String(), "/pairing/page/pairing.js") {
		t.Errorf("%d: %s", rec.status, rec.body.String())
	}
}

// TestEnrolment follows the one-time address: looking does not use it up, the key press does, a second one is refused, and
// revoking ends it.
func TestEnrolment(t *testing.T) {
	h := startEvery(t)
	var added server.NewTerminal
	h.POST(t, "9001", "/api/v1/terminals", map[string]string{"name": "k1", "role": "kiosk"}).Into(t, &added)
	if a := h.GET(t, "", added.Path); a.Status != 200 {
		t.Fatalf("looking: %d", a.Status)
	}
	a := h.POST(t, "", added.Path, nil)
	if a.Status != 303 || a.Header.Get("Location") != "/kiosk/page/" || !strings.Contains(a.Header.Get("Set-Cookie"), "HttpOnly") {
		t.Fatalf("enrolling: %d %v", a.Status, a.Header)
	}
	if a := h.POST(t, "", added.Path, nil); a.Status != 410 {
		t.Errorf("a code used twice: %d", a.Status)
	}
	if a := h.Do(t, "DELETE", "9001", "/api/v1/terminals/k1", nil); a.Status != 204 {
		t.Errorf("revoking: %d %s", a.Status, a.Body)
	}
	if a := h.Do(t, "DELETE", "1001", "/api/v1/terminals/k1", nil); a.Status != 403 {
		t.Errorf("revoking as a clerk: %d", a.Status)
	}
}

// TestSession signs in, asks and signs out.
func TestSession(t *testing.T) {
	h := startEvery(t)
	a := h.POST(t, "", "/api/v1/session", map[string]string{"staff": "8001", "password": auth.DemoPassword})
	if a.Status != 200 || !strings.Contains(a.Header.Get("Set-Cookie"), "SameSite=Strict") || !strings.Contains(a.Body, `"roles":["supervisor"]`) {
		t.Fatalf("%d %s %v", a.Status, a.Body, a.Header)
	}
	cookie := h.Cookie(t, "8001")
	if a := h.DoWith(t, "GET", cookie, "/api/v1/session", nil); a.Status != 200 || !strings.Contains(a.Body, `"staff":"8001"`) {
		t.Errorf("asking: %d %s", a.Status, a.Body)
	}
	if a := h.DoWith(t, "DELETE", cookie, "/api/v1/session", nil); a.Status != 204 || a.Body != "" {
		t.Errorf("signing out: %d %s", a.Status, a.Body)
	}
	if a := h.DoWith(t, "GET", cookie, "/api/v1/session", nil); a.Status != 401 {
		t.Errorf("asking afterwards: %d", a.Status)
	}
}

// TestHeaders looks at what every answer carries.
func TestHeaders(t *testing.T) {
	h := startEvery(t)
	a := h.GET(t, "", "/healthz")
	if a.Status != 200 || !strings.Contains(a.Body, `"status":"ok"`) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	for name, want := range map[string]string{"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Permissions-Policy": "camera=()"} {
		if !strings.Contains(a.Header.Get(name), want) {
			t.Errorf("%s: %q", name, a.Header.Get(name))
		}
	}
	if policy := a.Header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || !strings.Contains(policy, "frame-ancestors 'none'") {
		t.Errorf("the policy allows something unsafe: %s", policy)
	}
	for _, name := range []string{"Server", "X-Powered-By", "Strict-Transport-Security"} {
		if a.Header.Get(name) != "" {
			t.Errorf("%s: %s", name, a.Header.Get(name))
		}
	}
}

func TestPasswordsAreGivenByAdministratorsAndChangedByOneself(t *testing.T) {
	h := servertest.Start(t, doorPlan(t))
	const next = "a long new password"
	for _, row := range []struct {
		what, by, staff string
		body            map[string]string
		status          int
		code            string
	}{
		{"nobody", "", "1001", map[string]string{"password": next}, 401, "signed_out"},
		{"a clerk another's", "1001", "7001", map[string]string{"password": next, "old": auth.DemoPassword}, 403, "forbidden"},
		{"a supervisor a clerk's", "8001", "1001", map[string]string{"password": next, "old": auth.DemoPassword}, 403, "forbidden"},
		{"one's own without the old", "1001", "1001", map[string]string{"password": next, "old": ""}, 401, "bad_credentials"},
		{"an administrator without the own", "9001", "7001", map[string]string{"password": next, "old": "guessed"}, 401, "bad_credentials"},
		{"nobody of that name", "9001", "1999", map[string]string{"password": next, "old": auth.DemoPassword}, 404, "not_found"},
		{"one's own", "1001", "1001", map[string]string{"password": next, "old": auth.DemoPassword}, 204, ""},
		{"an administrator a clerk's", "9001", "7001", map[string]string{"password": next, "old": auth.DemoPassword}, 204, ""},
	} {
		a := h.POST(t, row.by, "/api/v1/accounts/"+row.staff+"/password", row.body)
		if a.Status != row.status || a.Code() != row.code {
			t.Errorf("%s: %d %s, want %d %s", row.what, a.Status, a.Body, row.status, row.code)
		}
	}
	for _, staff := range []string{"1001", "7001"} {
		if a := h.POST(t, "", "/api/v1/session", map[string]string{"staff": staff, "password": next}); a.Status != 200 {
			t.Errorf("%s cannot sign in with the new password: %s", staff, a.Body)
		}
	}
	if a := h.GET(t, "9001", "/api/v1/accounts"); a.Status != 200 || !strings.Contains(a.Body, `{"staff":"8001","name":"丙","roles":["supervisor"],"password":true}`) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}
