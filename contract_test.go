package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"jiaohao/server/live"
)

// contractRoutes are the lines of the public contract that belong to this version.
var contractRoutes = []string{
	"get /api/v1/hall", "post /api/v1/tickets", "get /api/v1/tickets/{id}", "get /api/v1/tickets/{id}/slip.pdf", "get /api/v1/tickets/{id}/slip.png",
	"get /api/v1/tickets/{id}/qr.png", "post /api/v1/tickets/{id}/cancel", "post /api/v1/tickets/{id}/defer", "post /api/v1/tickets/{id}/return",
	"post /api/v1/tickets/{id}/rating", "post /api/v1/tickets/{id}/complaint", "post /api/v1/tickets/{id}/printed", "post /api/v1/tickets/{id}/unprinted",
	"post /api/v1/session", "get /api/v1/session", "delete /api/v1/session", "post /api/v1/windows/{window}/open", "post /api/v1/windows/{window}/pause",
	"post /api/v1/windows/{window}/resume", "post /api/v1/windows/{window}/close", "post /api/v1/windows/{window}/next", "post /api/v1/windows/{window}/recall",
	"post /api/v1/windows/{window}/start", "post /api/v1/windows/{window}/pass", "post /api/v1/windows/{window}/park", "post /api/v1/windows/{window}/uncall",
	"post /api/v1/windows/{window}/left", "post /api/v1/windows/{window}/finish", "post /api/v1/windows/{window}/unpark", "post /api/v1/windows/{window}/transfer",
	"post /api/v1/windows/{window}/call", "post /api/v1/windows/{window}/leg", "post /api/v1/windows/{window}/release", "post /api/v1/windows/{window}/handover",
	"post /api/v1/tickets/by-number/{number}/reclassify", "post /api/v1/tickets/by-number/{number}/void", "post /api/v1/tickets/by-number/{number}/correct",
	"post /api/v1/tickets/by-number/{number}/return", "post /api/v1/day/open", "post /api/v1/day/close", "get /api/v1/tickets", "get /api/v1/stats",
}

// TestContract is an outside client that knows only the contract: it finds every route in the served description and
// follows a ticket through them; no staff answer and no frame but the holder's has a citizen's secret.
func TestContract(t *testing.T) {
	p := startProcess(t, t.TempDir(), "127.0.0.1:0")
	describesAll(t, p)
	c := &outsider{t: t, kiosk: client{base: p.Base}, clerk: p.signedIn(t, "1001"), boss: p.signedIn(t, "8001")}
	c.staff("POST", "/api/v1/windows/1/open", nil, `"state":"open"`)
	c.listen(p, "display", "view=display", nil)
	c.listen(p, "counter", "view=counter&window=1", http.Header{"Cookie": {c.clerk.cookie}})
	c.listen(p, "supervisor", "view=supervisor", http.Header{"Cookie": {c.boss.cookie}})
	c.listen(p, "kiosk", "view=kiosk", nil)

	first := c.take(`{"service":"household-birth"}`)
	second := c.take(`{"service":"household-birth","class":"elderly","people":2}`)
	if second.Claimed != "elderly" || second.Class != "ordinary" || second.Ahead == nil || *second.Ahead != 1 {
		t.Errorf("a claim without proof: %+v", second)
	}
	c.staff("POST", "/api/v1/windows/1/next", `{}`, first.Number)
	c.refused("POST", "/api/v1/windows/1/next", `{}`, 409, "window_busy")
	c.refused("POST", "/api/v1/windows/1/pass", `{}`, 409, "too_few_calls")
	c.refused("POST", "/api/v1/windows/1/recall", `{}`, 409, "too_soon")
	c.staff("POST", "/api/v1/windows/1/start", `{}`, "serving")
	c.refused("POST", "/api/v1/windows/1/start", `{}`, 409, "wrong_state")
	c.staff("POST", "/api/v1/windows/1/park", `{"reason":"去复印身份证"}`, "parked")
	c.staff("POST", "/api/v1/tickets/by-number/"+second.Number+"/reclassify", `{"class":"elderly","reason":"身份证"}`, "elderly")
	c.sameAgain()
	c.staff("POST", "/api/v1/windows/1/next", `{}`, second.Number)
	c.staff("POST", "/api/v1/windows/1/uncall", `{}`, "waiting")
	c.staff("POST", "/api/v1/windows/1/unpark", `{"ticket":"`+first.Number+`"}`, "serving")
	c.staff("POST", "/api/v1/windows/1/finish", `{"items":[{"service":"household-birth","outcome":"completed","cases":2}]}`, "finished")
	c.refused("POST", "/api/v1/windows/1/finish", `{}`, 409, "nothing_current")
	c.refused("POST", "/api/v1/windows/2/next", `{}`, 409, "window_not_open")
	c.refused("POST", "/api/v1/windows/99/next", `{}`, 422, "unknown_window")
	c.holder(first.ID, "rating", `{"leg":1,"level":5}`, 201)
	c.holder(first.ID, "rating", `{"leg":1,"level":5}`, 409)
	c.holder(first.ID, "complaint", `{"text":"椅子不够"}`, 201)
	c.holder(second.ID, "defer", `{"people":1}`, 200)
	c.holder(second.ID, "cancel", `{}`, 200)
	c.holder(second.ID, "cancel", `{}`, 409)
	c.holder("nosuchticket", "cancel", `{}`, 404)
	c.files(first.ID)
	c.figures()
	c.boards(first.Number)
	if t.Failed() {
		t.Log(p.logged())
	}
	c.noSecrets()
}

func describesAll(t *testing.T, p *process) {
	t.Helper()
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]json.RawMessage
	}
	client{base: p.Base}.must(t, "GET", "/api/v1/openapi.json", nil).into(t, &doc)
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Errorf("the description is OpenAPI %s", doc.OpenAPI)
	}
	for _, route := range contractRoutes {
		method, path, _ := strings.Cut(route, " ")
		if doc.Paths[path][method] == nil {
			t.Errorf("the description lacks %s", route)
		}
	}
}

// outsider is a client that keeps everything it was told.
type outsider struct {
	t                  *testing.T
	kiosk, clerk, boss client
	secrets            []string
	answers            []string // of staff
	mu                 sync.Mutex
	frames             map[string][]live.Frame
}

func (c *outsider) listen(p *process, name, query string, header http.Header) {
	d := live.Dial(context.Background(), live.Options{URL: "ws" + strings.TrimPrefix(p.Base, "http") + "/api/v1/live?" + query, Header: header,
		Handler: func(f live.Frame) {
			c.mu.Lock()
			defer c.mu.Unlock()
			if c.frames == nil {
				c.frames = map[string][]live.Frame{}
			}
			c.frames[name] = append(c.frames[name], f)
		}})
	c.t.Cleanup(d.Close)
	for range 100 { // the story begins when everybody listens
		c.mu.Lock()
		n := len(c.frames[name])
		c.mu.Unlock()
		if n > 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	c.t.Fatalf("%s never got its first frame", name)
}

// sameAgain repeats a ticket's request after the staff have changed its class: the answer is the same to the byte.
func (c *outsider) sameAgain() {
	c.t.Helper()
	ask := func() reply {
		r, err := c.kiosk.do("POST", "/api/v1/tickets", "tap-again", json.RawMessage(`{"service":"id-card","class":"elderly"}`))
		if err != nil || r.status != 201 {
			c.t.Fatalf("%v %d %s", err, r.status, r.body)
		}
		return r
	}
	first := ask()
	c.secrets = append(c.secrets, field(first.body, `"id":"`))
	c.staff("POST", "/api/v1/tickets/by-number/"+field(first.body, `"number":"`)+"/reclassify", `{"class":"elderly","reason":"身份证"}`, "elderly")
	if again := ask(); string(again.body) != string(first.body) || again.header.Get("Idempotency-Replayed") != "true" {
		c.t.Errorf("repeated:\n%s\nwas:\n%s", again.body, first.body)
	}
	c.refusedKiosk("tap-again", `{"service":"id-card"}`, "key_reused")
}

func (c *outsider) refusedKiosk(key, body, code string) {
	c.t.Helper()
	r, err := c.kiosk.do("POST", "/api/v1/tickets", key, json.RawMessage(body))
	if err != nil || field(r.body, `"code":"`) != code {
		c.t.Errorf("%v %d %s, want %s", err, r.status, r.body, code)
	}
}

type holdersTicket struct {
	ID, Number, State, Class, Claimed string
	Ahead                             *int
}

func (c *outsider) take(body string) holdersTicket {
	c.t.Helper()
	r := c.kiosk.must(c.t, "POST", "/api/v1/tickets", json.RawMessage(body))
	var ticket holdersTicket
	r.into(c.t, &ticket)
	if r.status != 201 || r.header.Get("Location") != "/api/v1/tickets/"+ticket.ID || ticket.State != "waiting" {
		c.t.Errorf("taking a ticket: %d %v %s", r.status, r.header, r.body)
	}
	c.secrets = append(c.secrets, ticket.ID)
	return ticket
}

func raw(body any) any {
	if text, ok := body.(string); ok {
		return json.RawMessage(text)
	}
	return body
}

// staff does what has to be accepted and to answer with a text.
func (c *outsider) staff(method, path string, body any, want string) {
	c.t.Helper()
	r := c.clerk.must(c.t, method, path, raw(body))
	c.answers = append(c.answers, string(r.body))
	if !strings.Contains(string(r.body), want) {
		c.t.Errorf("%s %s: no %q in %s", method, path, want, r.body)
	}
}

func (c *outsider) refused(method, path string, body any, status int, code string) {
	c.t.Helper()
	r, err := c.clerk.do(method, path, "", raw(body))
	var problem struct {
		Type, Title, Detail, Code string
		Status                    int
		Params                    map[string]any
	}
	if err == nil {
		r.into(c.t, &problem)
	}
	if err != nil || r.status != status || problem.Code != code || problem.Status != status || problem.Type != "/problems/"+code || problem.Params == nil ||
		r.header.Get("Content-Type") != "application/problem+json" || len([]rune(problem.Detail)) < 4 {
		c.t.Errorf("%s %s: %v %d %s, want %d %s", method, path, err, r.status, r.body, status, code)
	}
}

func (c *outsider) holder(id, act, body string, status int) {
	c.t.Helper()
	r, err := c.kiosk.do("POST", "/api/v1/tickets/"+id+"/"+act, "", json.RawMessage(body))
	if err != nil || r.status != status {
		c.t.Errorf("%s: %v %d %s, want %d", act, err, r.status, r.body, status)
	}
}

func (c *outsider) files(id string) {
	c.t.Helper()
	for name, magic := range map[string]string{"slip.pdf": "%PDF-", "slip.png": "\x89PNG", "qr.png": "\x89PNG"} {
		if r := c.kiosk.must(c.t, "GET", "/api/v1/tickets/"+id+"/"+name, nil); !strings.HasPrefix(string(r.body), magic) {
			c.t.Errorf("%s is %d bytes of %s", name, len(r.body), r.header.Get("Content-Type"))
		}
	}
}

func (c *outsider) figures() {
	c.t.Helper()
	var h struct{ Hall struct{ Date string } }
	c.kiosk.must(c.t, "GET", "/api/v1/hall", nil).into(c.t, &h)
	var figures struct {
		Rows []struct {
			By                              map[string]string
			Issued, Called, Finished, Cases int
		}
	}
	c.boss.must(c.t, "GET", "/api/v1/stats?from="+h.Hall.Date+"&to="+h.Hall.Date+"&by=service", nil).into(c.t, &figures)
	if len(figures.Rows) != 2 || figures.Rows[0].Issued != 2 || figures.Rows[0].Finished != 1 || figures.Rows[0].Cases != 2 {
		c.t.Errorf("the figures: %+v", figures.Rows)
	}
	c.answers = append(c.answers, string(c.boss.must(c.t, "GET", "/api/v1/tickets", nil).body))
}

// boards waits until the board has shown the call and the end of it.
func (c *outsider) boards(number string) {
	c.t.Helper()
	for range 50 {
		c.mu.Lock()
		shown := 0
		for _, name := range []string{"display", "counter", "supervisor", "kiosk"} {
			if len(c.frames[name]) > 1 {
				shown++
			}
		}
		all, err := json.Marshal(c.frames["display"])
		c.mu.Unlock()
		if err == nil && shown == 4 && strings.Contains(string(all), number) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	for name, frames := range c.frames {
		c.t.Errorf("the boards were not told, %s has %d frames", name, len(frames))
	}
}

// noSecrets looks for every issued secret in every answer to staff and in every frame.
func (c *outsider) noSecrets() {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	all, err := json.Marshal(c.frames)
	if err != nil {
		c.t.Fatal(err)
	}
	for name, frames := range c.frames {
		if f := frames[len(frames)-1]; len(f.Epoch) < 8 || f.Build == "" || f.Seq == 0 {
			c.t.Errorf("a frame of %s does not say where it belongs: %q %q %d", name, f.Epoch, f.Build, f.Seq)
		}
	}
	for _, secret := range c.secrets {
		if strings.Contains(string(all), secret) {
			c.t.Error("a frame has a citizen's secret")
		}
		for _, a := range c.answers {
			if strings.Contains(a, secret) {
				c.t.Errorf("an answer to staff has a citizen's secret: %s", a)
			}
		}
	}
}
