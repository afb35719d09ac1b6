package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"jiaohao/server"
	"jiaohao/server/auth"
	"jiaohao/server/gate"
	"jiaohao/server/hall"
	"jiaohao/server/servertest"
)

// startLimited is a hall in which the named rates hold.
func startLimited(t *testing.T, l server.Limits) *servertest.Hall {
	t.Helper()
	return servertest.StartWithin(t, doorPlan(t), server.Network{Limits: l}, func(*server.Desk, func() hall.Time) server.Slice { return everyRoute{} })
}

// once is a rate that is used up at once and does not come back while a test runs.
func once(burst int) gate.Rate { return gate.Rate{PerMinute: 1, Burst: burst} }

// statusOf sends a request from an address and gives the whole answer.
func statusOf(h *servertest.Hall, method, path, address, key string) *recorder {
	req, err := http.NewRequest(method, "http://hall"+path, strings.NewReader(""))
	if err != nil {
		panic(err)
	}
	req.RemoteAddr = address + ":1234"
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	rec := &recorder{header: http.Header{}, status: 200}
	h.Inner.ServeHTTP(rec, req)
	return rec
}

func enrolAs(t *testing.T, h *servertest.Hall, name string) (key string) {
	t.Helper()
	_, code, err := h.Auth.AddTerminal(name, auth.Kiosk, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if key, _, err = h.Auth.Enrol(code); err != nil {
		t.Fatal(err)
	}
	return key
}

// expect sends the same request again and again: so many pass, the next is told to wait.
func expect(t *testing.T, h *servertest.Hall, passes int, method, path, address, key string) {
	t.Helper()
	for n := range passes {
		if r := statusOf(h, method, path, address, key); r.status == 429 {
			t.Fatalf("%s %s: number %d of %d was refused", method, path, n+1, passes)
		}
	}
	r := statusOf(h, method, path, address, key)
	if r.status != 429 || !strings.Contains(r.body.String(), `"code":"rate_limited"`) || r.header.Get("Retry-After") == "" || r.header.Get("Retry-After") == "0" {
		t.Errorf("%s %s: number %d has %d, Retry-After %q: %s", method, path, passes+1, r.status, r.header.Get("Retry-After"), r.body.String())
	}
}

func TestLimitOfTicketsIsEachKiosksOwn(t *testing.T) {
	h := startLimited(t, server.Limits{Tickets: gate.Rate{PerMinute: 60, Burst: 3}})
	keys := []string{enrolAs(t, h, "k1"), enrolAs(t, h, "k2")}
	before := h.Desk.State().Seq()
	for _, key := range keys {
		expect(t, h, 3, "POST", "/api/v1/tickets", "192.0.2.7", key)
		if r := statusOf(h, "POST", "/api/v1/tickets", "192.0.2.7", key); r.header.Get("Retry-After") != "1" || r.header.Get("Connection") != "" {
			t.Errorf("%v: a kiosk that is tapped too fast waits a second and keeps its connection", r.header)
		}
		if r := statusOf(h, "GET", "/api/v1/hall", "192.0.2.7", key); r.status != 200 {
			t.Errorf("the rest of the kiosk has %d", r.status)
		}
	}
	if h.Desk.State().Seq() != before {
		t.Error("what was refused is in the journal")
	}
}

// TestLimitOfRequestsSparesKeys: when everybody behind a router has had their share, terminals and staff behind it go on.
func TestLimitOfRequestsSparesKeys(t *testing.T) {
	h := startLimited(t, server.Limits{Requests: once(5)})
	key, cookie := enrolAs(t, h, "k1"), h.Cookie(t, "1001")
	expect(t, h, 5, "GET", "/api/v1/hall", "192.0.2.7", "")
	for _, path := range []string{"/api/v1/hall", "/t/x", "/setup", "/enrol/x"} {
		if r := statusOf(h, "GET", path, "192.0.2.7", ""); r.status != 429 {
			t.Errorf("a stranger at %s has %d", path, r.status)
		}
	}
	if r := statusOf(h, "GET", "/api/v1/hall", "192.0.2.8", ""); r.status != 200 {
		t.Errorf("another address has %d", r.status)
	}
	for _, path := range []string{"/healthz", "/assets/x", "/counter/page/x.js"} {
		if r := statusOf(h, "GET", path, "192.0.2.7", ""); r.status == 429 {
			t.Errorf("%s is limited", path)
		}
	}
	if r := statusOf(h, "GET", "/api/v1/hall", "192.0.2.7", key); r.status != 200 {
		t.Errorf("a kiosk behind the router has %d", r.status)
	}
	if got := as(h, "GET /api/v1/hall", cookie, ""); got != 200 {
		t.Errorf("staff behind the router have %d", got)
	}
	expect(t, h, 4, "GET", "/kiosk/page/", "192.0.2.7", key)
}

// TestLimitOfUnknownTickets: who guesses is slowed down; who holds a ticket behind the same router sees it.
func TestLimitOfUnknownTickets(t *testing.T) {
	h := startLimited(t, server.Limits{Unknown: once(4), Actions: once(2)})
	for n := range 4 {
		if r := statusOf(h, "GET", fmt.Sprint("/api/v1/tickets/guess", n), "192.0.2.7", ""); r.status == 429 {
			t.Fatalf("guess %d was refused", n)
		}
	}
	for _, path := range []string{"/api/v1/tickets/guess", "/t/guess", "/api/v1/tickets/guess/slip.png", "/api/v1/live?view=ticket&id=guess"} {
		if r := statusOf(h, "GET", path, "192.0.2.7", ""); r.status != 429 && !strings.Contains(path, "live") {
			t.Errorf("%s has %d", path, r.status)
		}
	}
	if _, err := h.Desk.Order(t.Context(), hall.Order{Do: hall.Issue{ID: "mine", Service: "s1", Channel: "kiosk", Lang: "zh"}}); err != nil {
		t.Fatal(err)
	}
	if r := statusOf(h, "GET", "/api/v1/tickets/mine", "192.0.2.7", ""); r.status != 200 {
		t.Errorf("the holder has %d", r.status)
	}
	expect(t, h, 2, "POST", "/api/v1/tickets/mine/cancel", "192.0.2.8", "")
	if r := statusOf(h, "POST", "/api/v1/tickets/mine/defer", "192.0.2.9", ""); r.status != 429 {
		t.Errorf("the same ticket from elsewhere has %d", r.status)
	}
}

func TestLimitOfSignIns(t *testing.T) {
	h := startLimited(t, server.Limits{SignIns: once(3)})
	for _, path := range []string{"/api/v1/session", "/enrol/x", "/setup"} {
		statusOf(h, "POST", path, "192.0.2.7", "")
	}
	for _, path := range []string{"/api/v1/session", "/enrol/x", "/setup"} {
		if r := statusOf(h, "POST", path, "192.0.2.7", ""); r.status != 429 {
			t.Errorf("%s has %d", path, r.status)
		}
	}
	if r := statusOf(h, "POST", "/api/v1/session", "192.0.2.8", ""); r.status == 429 {
		t.Error("another address is refused as well")
	}
	if r := statusOf(h, "GET", "/api/v1/hall", "192.0.2.7", ""); r.status != 200 {
		t.Errorf("everything else has %d", r.status)
	}
}

// TestWhoIsLimitedIsNamed: to the staff by terminal, account or address, never by ticket; in the log once; in the figures by limit.
func TestWhoIsLimitedIsNamed(t *testing.T) {
	h := startLimited(t, server.Limits{Tickets: once(1), Actions: once(1), Requests: gate.Rate{PerMinute: 600, Burst: 500}})
	key := enrolAs(t, h, "k1")
	for range 4 {
		statusOf(h, "POST", "/api/v1/tickets", "192.0.2.7", key)
		statusOf(h, "POST", "/api/v1/tickets/secret/cancel", "192.0.2.9", "")
	}
	got := map[string]string{}
	for _, l := range h.Inner.Limited() {
		got[l.Subject] = fmt.Sprint(l.Kind, " ", l.Count)
	}
	if len(got) != 2 || got["k1"] != "tickets 3" || got["192.0.2.9"] != "actions 3" {
		t.Errorf("named are %v", got)
	}
	log := h.Log.String()
	if strings.Count(log, "level=WARN") != 2 || strings.Contains(log, "secret") {
		t.Errorf("the log says:\n%s", log)
	}
	a := h.GET(t, "", "/metrics")
	for _, line := range []string{`jiaohao_limited_total{limit="tickets"} 3`, `jiaohao_limited_total{limit="actions"} 3`} {
		if !strings.Contains(a.Body, line+"\n") {
			t.Errorf("the figures lack %s", line)
		}
	}
}

// TestManyLimitedAreBounded: a flood from everywhere is counted, but only so many are named.
func TestManyLimitedAreBounded(t *testing.T) {
	h := startLimited(t, server.Limits{Requests: once(1)})
	for n := range 600 {
		for range 2 {
			statusOf(h, "GET", "/api/v1/hall", fmt.Sprintf("10.0.%d.%d", n/250, n%250), "")
		}
	}
	if n := len(h.Inner.Limited()); n != 100 {
		t.Errorf("%d are named", n)
	}
	if a := h.GET(t, "8001", "/metrics"); !strings.Contains(a.Body, `jiaohao_limited_total{limit="requests"} 600`) {
		t.Error("not all are counted")
	}
}

// TestForeignOrigins sends every request that changes something as a page of another origin would, with the cookies of
// somebody who may.
func TestForeignOrigins(t *testing.T) {
	h := startEvery(t)
	cookie, asked := h.Cookie(t, "9001"), 0
	for pattern := range server.Access {
		method, _, _ := strings.Cut(pattern, " ")
		if method != "POST" && method != "DELETE" && method != "PUT" {
			continue
		}
		asked++
		for _, headers := range [][]string{{"Origin", "http://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}} {
			path := strings.NewReplacer("{id}", "x", "{window}", "1", "{number}", "A001", "{name}", "x", "{code}", "x", "{staff}", "1001").Replace(pattern[len(method)+1:])
			if a := h.DoWith(t, method, cookie, path, "{}", headers...); a.Status != 403 || a.Code() != "forbidden" {
				t.Errorf("%s with %v: %d %s", pattern, headers, a.Status, a.Code())
			}
		}
	}
	if asked < 30 {
		t.Errorf("only %d routes change something", asked)
	}
	if a := h.DoWith(t, "POST", cookie, "/api/v1/windows/1/open", "{}", "Origin", h.URL); a.Status != 200 {
		t.Errorf("a page of our own has %d", a.Status)
	}
}
