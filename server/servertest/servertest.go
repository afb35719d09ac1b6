// Package servertest knows how to start a whole server for a test in one line: the real desk on a journal in memory, the
// real routes, sessions and sockets, on a free port of this machine. It must never know what is tested.
//
//	hall := servertest.Start(t, plan, func(d *server.Desk, now func() hall.Time) server.Slice { return counter.New(…) })
//	hall.POST(t, "1001", "/api/v1/windows/1/open", nil)
package servertest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"jiaohao/server"
	"jiaohao/server/auth"
	"jiaohao/server/hall"
	"jiaohao/server/journal"
	"jiaohao/server/live"
	"jiaohao/server/metrics"
)

// Hall is a running server. Log holds everything it logged.
type Hall struct {
	*httptest.Server
	Desk  *server.Desk
	Hub   *live.Hub
	Auth  *auth.Store
	Inner *server.Server
	Log   *SafeBuffer
}

// recheck is how soon a socket is closed whose right has gone without anybody having been told.
const recheck = 200 * time.Millisecond

// SliceMaker makes a slice on a desk.
type SliceMaker func(d *server.Desk, now func() hall.Time) server.Slice

// Start starts a demonstration hall by a plan with the slices, day open, and ends it with the test. Say gives the sentences
// of refusals; nil leaves the codes.
func Start(t testing.TB, plan *hall.Plan, slices ...SliceMaker) *Hall {
	t.Helper()
	return StartWithin(t, plan, server.Network{}, slices...)
}

// StartWithin is Start with bounds and limits, which a demonstration has not.
func StartWithin(t testing.TB, plan *hall.Plan, network server.Network, slices ...SliceMaker) *Hall {
	t.Helper()
	h := &Hall{Log: &SafeBuffer{}}
	figures := metrics.New()
	log := slog.New(slog.NewTextHandler(h.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	clock := server.NewClock(1)
	j := journal.NewMemory()
	state, err := server.Load(t.Context(), j, log)
	if err != nil {
		t.Fatal(err)
	}
	h.Hub = live.NewHub(live.Config{Epoch: "test", Build: "test", Log: log, Recheck: recheck, Metrics: figures, OnGone: func(owner string) { h.Inner.SocketsGone(owner) }})
	h.Desk = server.NewDesk(server.DeskConfig{Journal: j, Clock: clock, Log: log, Publish: h.Hub.Changed, Metrics: figures,
		Fatal: func(err error) { t.Errorf("the desk gave up: %v", err) }}, state)
	go h.Desk.Run()
	h.order(t, hall.Found{Hall: plan.Hall.ID, Demo: true, Epoch: "test"})
	h.order(t, hall.SetPlan{Plan: plan, Hash: "test", Source: hall.FromConfig})
	h.order(t, hall.OpenDay{})
	h.Auth = auth.Memory(auth.Config{Demo: true, Log: log, Staff: h.staff, Record: server.RecordTerminals(func() *server.Desk { return h.Desk })})
	if err := h.Auth.DemoPasswords(staffIDs(plan)); err != nil {
		t.Fatal(err)
	}
	h.serve(t, log, clock, figures, network, slices)
	return h
}

func (h *Hall) serve(t testing.TB, log *slog.Logger, clock *server.Clock, figures *metrics.Registry, network server.Network, slices []SliceMaker) {
	c := server.Config{Desk: h.Desk, Hub: h.Hub, Auth: h.Auth, Demo: true, Build: "test", Log: log, Metrics: figures, Network: network, TLS: network.Secure != nil,
		Text: func(lang, key string) string { return key },
		Say: func(lang, code string, params map[string]any) (title, detail string) {
			return lang + " " + code, lang + " " + code
		},
		Assets: server.Files{FS: emptyFS{}, MIME: func(string) string { return "text/plain" }, Immutable: func(string) bool { return false }}}
	for _, mk := range slices {
		c.Slices = append(c.Slices, mk(h.Desk, clock.Now))
	}
	h.Inner = server.New(c)
	h.Auth.OnEnd(h.Inner.SessionEnded)
	h.Auth.OnRevoke(h.Inner.TerminalRevoked)
	h.Auth.OnRename(h.Inner.TerminalRenamed)
	h.Server = httptest.NewServer(h.Inner)
	t.Cleanup(func() {
		if err := h.Hub.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		h.Close()
		h.Desk.Stop()
		if err := h.Auth.Close(); err != nil {
			t.Error(err)
		}
	})
}

func (h *Hall) order(t testing.TB, c hall.Command) {
	t.Helper()
	if _, err := h.Desk.Order(t.Context(), hall.Order{Do: c}); err != nil {
		t.Fatalf("%T: %v", c, err)
	}
}

func (h *Hall) staff(id string) (auth.Staff, bool) {
	m, ok := h.Desk.State().Plan().Member(id)
	s := auth.Staff{ID: m.ID, Name: m.Name, Departments: m.Departments, Windows: m.Windows}
	for _, r := range m.Roles {
		s.Roles = append(s.Roles, auth.Role(r))
	}
	return s, ok
}

func staffIDs(p *hall.Plan) []string {
	ids := make([]string, len(p.Staff))
	for i, s := range p.Staff {
		ids[i] = s.ID
	}
	return ids
}

// Answer is what the server said.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Into reads the body as JSON.
func (a Answer) Into(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.Body), v); err != nil {
		t.Fatalf("%s: %v", a.Body, err)
	}
}

// Code is the code of a problem document, "" for anything else.
func (a Answer) Code() string {
	var p struct{ Code string }
	if strings.HasPrefix(a.Header.Get("Content-Type"), "application/problem+json") {
		if err := json.Unmarshal([]byte(a.Body), &p); err != nil {
			return "unreadable: " + err.Error()
		}
	}
	return p.Code
}

// Cookie signs a member of staff in.
func (h *Hall) Cookie(t testing.TB, staff string) *http.Cookie {
	t.Helper()
	session, token, err := h.Auth.SignIn(t.Context(), staff, auth.DemoPassword, "127.0.0.1")
	if err != nil {
		t.Fatalf("signing %s in: %v", staff, err)
	}
	return auth.Cookies{}.Session(session, token)
}

// Do sends a request as a member of staff ("" = nobody), body as JSON (nil = none, a string as it is), headers as name, value ….
func (h *Hall) Do(t testing.TB, method, staff, path string, body any, headers ...string) Answer {
	t.Helper()
	var cookie *http.Cookie
	if staff != "" {
		cookie = h.Cookie(t, staff)
	}
	return h.DoWith(t, method, cookie, path, body, headers...)
}

// DoWith is Do with a session's cookie.
func (h *Hall) DoWith(t testing.TB, method string, cookie *http.Cookie, path string, body any, headers ...string) Answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, h.URL+path, encode(t, body))
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if cookie != nil {
		req.AddCookie(cookie)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return Answer{Status: res.StatusCode, Header: res.Header, Body: string(text)}
}

func encode(t testing.TB, body any) io.Reader {
	t.Helper()
	switch b := body.(type) {
	case nil:
		return nil
	case string:
		return strings.NewReader(b)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(raw)
}

// GET reads as a member of staff, "" as nobody.
func (h *Hall) GET(t testing.TB, staff, path string) Answer {
	t.Helper()
	return h.Do(t, http.MethodGet, staff, path, nil)
}

// POST acts as a member of staff, "" as nobody (which on this machine is an enrolled kiosk).
func (h *Hall) POST(t testing.TB, staff, path string, body any) Answer {
	t.Helper()
	return h.Do(t, http.MethodPost, staff, path, body)
}
