package server_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"jiaohao/server"
	"jiaohao/server/auth"
	"jiaohao/server/door"
	"jiaohao/server/hall"
	"jiaohao/server/live"
	"jiaohao/server/servertest"
)

// everyView gives every view of the table of access; each shows nothing but who looks.
type everyView struct{ desk *server.Desk }

func (everyView) Register(huma.API) {}

func (everyView) Handlers() map[string]http.Handler { return nil }

func (everyView) Pages() map[string]fs.FS { return nil }

func (v everyView) Views() map[string]func(context.Context, url.Values) (live.Topic, error) {
	views := map[string]func(context.Context, url.Values) (live.Topic, error){}
	for row := range server.Access {
		if name, is := strings.CutPrefix(row, "LIVE "); is {
			views[name] = func(ctx context.Context, q url.Values) (live.Topic, error) {
				if q.Get("id") == "unknown" {
					return live.Topic{}, hall.Refuse(hall.NotFound)
				}
				actor := door.Actor(ctx).String()
				return live.Topic{Key: name + actor, View: name, Render: func() (uint64, []byte, uint64, error) {
					return v.desk.State().Seq(), []byte(`"` + actor + `"`), 0, nil
				}}, nil
			}
		}
	}
	return views
}

func startViews(t *testing.T) *servertest.Hall {
	return servertest.Start(t, doorPlan(t), func(d *server.Desk, _ func() hall.Time) server.Slice { return everyView{d} })
}

// TestWhoMaySee asks for every view from a machine that is not the hall's own. What would be upgraded is known by the answer
// that it was no upgrade.
func TestWhoMaySee(t *testing.T) {
	h := startViews(t)
	sit(t, h, "7001", "1")
	cookies := map[string]*http.Cookie{"": nil, "1001": h.Cookie(t, "1001"), "7001": h.Cookie(t, "7001"), "8001": h.Cookie(t, "8001"), "9001": h.Cookie(t, "9001")}
	keys := map[string]string{"board": enrol(t, h, auth.Board), "kiosk": enrol(t, h, auth.Kiosk)}
	for _, c := range []struct {
		query, who string
		status     int
	}{
		{"view=kiosk", "", 400}, {"view=kiosk", "1001", 400}, {"view=ticket&id=x", "", 400}, {"view=ticket&id=unknown", "", 404},
		{"view=display", "", 403}, {"view=display", "1001", 403}, {"view=display", "8001", 403}, {"view=display", "board", 400}, {"view=display", "kiosk", 403},
		{"view=counter&window=1", "", 401}, {"view=counter&window=1", "7001", 400}, {"view=counter&window=1", "1001", 403},
		{"view=counter&window=1", "8001", 400}, {"view=counter&window=1", "9001", 400}, {"view=counter&window=1", "board", 401},
		{"view=counter&window=2", "8001", 404}, {"view=counter", "1001", 404},
		{"view=supervisor", "", 401}, {"view=supervisor", "1001", 403}, {"view=supervisor", "7001", 403}, {"view=supervisor", "8001", 400},
		{"view=supervisor", "9001", 400}, {"view=supervisor", "board", 400}, {"view=supervisor", "kiosk", 401},
		{"view=nothing", "8001", 404}, {"", "8001", 404},
	} {
		if got := as(h, "GET /api/v1/live?"+c.query, cookies[c.who], keys[c.who]); got != c.status {
			t.Errorf("%s as %q: %d, want %d", c.query, c.who, got, c.status)
		}
	}
}

// sit opens a window as a member of staff, without a route.
func sit(t *testing.T, h *servertest.Hall, staff, window string) {
	t.Helper()
	by := hall.Actor{Kind: hall.Clerk, ID: staff, Roles: []hall.Role{hall.RoleClerk}}
	if _, err := h.Desk.Order(t.Context(), hall.Order{By: by, Do: hall.Open{Window: window}}); err != nil {
		t.Fatal(err)
	}
}

// look opens a socket and waits for its first frame.
func look(t *testing.T, h *servertest.Hall, query string, header http.Header) *live.Dialer {
	t.Helper()
	first := make(chan live.Frame, 16)
	d := live.Dial(t.Context(), live.Options{URL: "ws" + strings.TrimPrefix(h.URL, "http") + "/api/v1/live?" + query, Header: header,
		Handler: func(f live.Frame) { first <- f }})
	t.Cleanup(d.Close)
	select {
	case <-first:
	case <-d.Done():
		t.Fatalf("%s: %v", query, d.Err())
	case <-time.After(5 * time.Second):
		t.Fatalf("%s: no frame", query)
	}
	return d
}

func cookieHeader(c *http.Cookie) http.Header { return http.Header{"Cookie": {c.Name + "=" + c.Value}} }

func bearer(key string) http.Header { return http.Header{"Authorization": {"Bearer " + key}} }

// cutFor fails unless the server closes the socket for that reason within the second that the contract allows.
func cutFor(t *testing.T, d *live.Dialer, want live.CloseReason) {
	t.Helper()
	select {
	case <-d.Done():
	case <-time.After(time.Second):
		t.Fatalf("the socket lives on, it should be closed as %v", want)
	}
	if closed := (*live.Closed)(nil); !errors.As(d.Err(), &closed) || closed.Reason != want {
		t.Errorf("closed: %v, want %v", d.Err(), want)
	}
}

func livesOn(t *testing.T, d *live.Dialer, why string) {
	t.Helper()
	select {
	case <-d.Done():
		t.Errorf("%s: %v", why, d.Err())
	case <-time.After(400 * time.Millisecond):
	}
}

// TestSignOutCuts closes what a session could see and nothing else: what is everybody's goes on in the same browser.
func TestSignOutCuts(t *testing.T) {
	h := startViews(t)
	cookie, other := h.Cookie(t, "8001"), h.Cookie(t, "8001")
	open := look(t, h, "view=kiosk", cookieHeader(cookie))
	mine, board := look(t, h, "view=supervisor", cookieHeader(cookie)), look(t, h, "view=display", cookieHeader(cookie))
	theirs := look(t, h, "view=counter&window=1", cookieHeader(other))
	if a := h.DoWith(t, "DELETE", cookie, "/api/v1/session", nil); a.Status != 204 {
		t.Fatal(a)
	}
	cutFor(t, mine, live.SessionEnded)
	livesOn(t, open, "a public view was cut with the session")
	livesOn(t, board, "the board was cut with the session")
	livesOn(t, theirs, "another session was cut")
}

// TestRevokeCuts closes a terminal's sockets, also when a person without the right to the view is signed in beside it.
func TestRevokeCuts(t *testing.T) {
	h := startViews(t)
	key, clerk := enrol(t, h, auth.Board), h.Cookie(t, "1001")
	both := bearer(key)
	both.Set("Cookie", clerk.Name+"="+clerk.Value)
	board, wall := look(t, h, "view=display", bearer(key)), look(t, h, "view=supervisor", both)
	if a := h.DoWith(t, "DELETE", clerk, "/api/v1/session", nil); a.Status != 204 {
		t.Fatal(a)
	}
	livesOn(t, wall, "a terminal's socket was cut with a person's session")
	if err := h.Auth.Revoke("t-board", "9001"); err != nil {
		t.Fatal(err)
	}
	cutFor(t, board, live.Revoked)
	cutFor(t, wall, live.Revoked)
}

// TestLostRoleCuts takes a role away in the plan: the socket that needed it is closed without anybody signing out.
func TestLostRoleCuts(t *testing.T) {
	h := startViews(t)
	console := look(t, h, "view=supervisor", cookieHeader(h.Cookie(t, "8001")))
	plan := doorPlan(t)
	plan.Staff[2].Roles = []hall.Role{hall.RoleClerk}
	if _, err := h.Desk.Order(t.Context(), hall.Order{Do: hall.SetPlan{Plan: plan, Hash: "2", Source: hall.FromConfig}}); err != nil {
		t.Fatal(err)
	}
	cutFor(t, console, live.Revoked)
}

// TestSocketHoldsSession keeps a session from idling out for as long as it has a socket, whatever becomes of others.
func TestSocketHoldsSession(t *testing.T) {
	h := startViews(t)
	cookie := h.Cookie(t, "8001")
	held := func(want bool, when string) {
		t.Helper()
		for deadline := time.Now().Add(3 * time.Second); ; time.Sleep(5 * time.Millisecond) {
			s, err := h.Auth.Session(cookie.Value)
			if err != nil {
				t.Fatal(err)
			}
			if s.ExpiresAt.Equal(s.EndsAt) == want {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s: held %v", when, !want)
			}
		}
	}
	held(false, "before")
	first := look(t, h, "view=counter&window=1", cookieHeader(cookie))
	held(true, "with a socket")
	second := look(t, h, "view=supervisor", cookieHeader(cookie))
	if a := h.DoWith(t, "GET", cookie, "/api/v1/live?view=supervisor", nil, "Origin", "http://evil.example", "Connection", "Upgrade",
		"Upgrade", "websocket", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="); a.Status != 403 {
		t.Fatalf("a foreign page got %d", a.Status)
	}
	held(true, "after a socket that was refused")
	first.Close()
	held(true, "with the other socket")
	for range 20 { // a page that is reloaded: the new socket comes while the old one goes
		next := look(t, h, "view=supervisor", cookieHeader(cookie))
		go second.Close()
		second = next
	}
	time.Sleep(100 * time.Millisecond)
	held(true, "after reloading")
	second.Close()
	held(false, "without a socket")
}

// TestSocketRefusals are problem documents, as on every other route.
func TestSocketRefusals(t *testing.T) {
	h := startViews(t)
	if a := h.GET(t, "", "/api/v1/live?view=kiosk"); a.Status != 400 || a.Code() != "bad_request" {
		t.Errorf("no upgrade: %d %s", a.Status, a.Body)
	}
	upgrade := []string{"Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==", "Accept-Language", "en"}
	a := h.Do(t, "GET", "", "/api/v1/live?view=kiosk", nil, append([]string{"Origin", "http://evil.example"}, upgrade...)...)
	if a.Status != 403 || a.Code() != "forbidden" || strings.Contains(a.Body, "websocket") {
		t.Errorf("foreign page: %d %s", a.Status, a.Body)
	}
	if err := h.Hub.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := h.Do(t, "GET", "", "/api/v1/live?view=kiosk", nil, upgrade...); a.Status != 503 || a.Code() != "starting" {
		t.Errorf("while going down: %d %s", a.Status, a.Body)
	}
}
