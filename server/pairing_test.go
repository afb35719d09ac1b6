package server_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"jiaohao/server"
	"jiaohao/server/auth"
	"jiaohao/server/live"
	"jiaohao/server/servertest"
)

// device is a machine without a key that wants to become a terminal.
type device struct {
	t *testing.T
	h *servertest.Hall
	server.PairingView
}

func newDevice(t *testing.T, h *servertest.Hall) *device {
	t.Helper()
	d := &device{t: t, h: h}
	a := h.POST(t, "", "/api/v1/pairing", nil)
	a.Into(t, &d.PairingView)
	if a.Status != 201 || d.PollSeconds < 1 || a.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("beginning: %d %s %v", a.Status, a.Body, a.Header)
	}
	return d
}

func (d *device) poll(bearer bool) (servertest.Answer, server.PairingState) {
	d.t.Helper()
	var state server.PairingState
	a := d.h.POST(d.t, "", "/api/v1/pairing/poll", map[string]any{"deviceCode": d.DeviceCode, "bearer": bearer})
	if a.Status == 200 {
		a.Into(d.t, &state)
	}
	return a, state
}

// typed is an administrator who has typed the code.
func (d *device) typed(admin *http.Cookie, name, role string) server.ClaimView {
	d.t.Helper()
	a := d.h.DoWith(d.t, "POST", admin, "/api/v1/terminals/pair", map[string]string{"code": d.UserCode, "name": name, "role": role})
	var claim server.ClaimView
	a.Into(d.t, &claim)
	if a.Status != 200 {
		d.t.Fatalf("typing the code: %d %s", a.Status, a.Body)
	}
	return claim
}

// pairedKey lets a machine in and gives its key.
func pairedKey(t *testing.T, h *servertest.Hall, name, role string) string {
	t.Helper()
	d, admin := newDevice(t, h), h.Cookie(t, "9001")
	claim := d.typed(admin, name, role)
	if a := h.DoWith(t, "POST", admin, "/api/v1/terminals/pair/"+claim.ID+"/confirm", nil); a.Status != 201 {
		t.Fatalf("confirming: %d %s", a.Status, a.Body)
	}
	_, state := d.poll(true)
	return state.Key
}

// TestPairingOverTheWire is a machine and an administrator as two programs see it.
func TestPairingOverTheWire(t *testing.T) {
	h := startViews(t)
	d, admin := newDevice(t, h), h.Cookie(t, "9001")
	if a, state := d.poll(false); a.Status != 200 || state.State != "pending" || state.Check != "" || state.Terminal != nil {
		t.Errorf("pending: %d %s", a.Status, a.Body)
	}
	claim := d.typed(admin, "kiosk-1", "kiosk")
	a, state := d.poll(false)
	if state.State != "checking" || state.Check != claim.Check || len(claim.Check) != 4 || state.Terminal.Name != "kiosk-1" || len(a.Header["Set-Cookie"]) != 0 {
		t.Errorf("checking: %s, the administrator sees %s", a.Body, claim.Check)
	}
	before := h.Desk.State().Seq()
	for range 2 { // an answer that got lost is asked for again
		if a := h.DoWith(t, "POST", admin, "/api/v1/terminals/pair/"+claim.ID+"/confirm", nil); a.Status != 201 || !strings.Contains(a.Body, `"enrolled":true`) {
			t.Errorf("confirming: %d %s", a.Status, a.Body)
		}
	}
	if got := h.Desk.State().Seq(); got != before+1 {
		t.Errorf("the journal has %d records of it, want one", got-before)
	}
	a, state = d.poll(false)
	cookie := a.Header.Get("Set-Cookie")
	if state.State != "paired" || state.Page != "/kiosk/page/" || state.Key != "" || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Strict") {
		t.Errorf("paired: %s, %s", a.Body, cookie)
	}
	_, bearer := d.poll(true)
	if !strings.Contains(cookie, bearer.Key) || strings.Contains(h.Log.String(), bearer.Key) || strings.Contains(h.Log.String(), d.DeviceCode) || strings.Contains(h.Log.String(), d.UserCode) {
		t.Error("cookie and key differ, or the log has a secret")
	}
}

// TestAttacksOnPairing tries what somebody in the hall might: each is refused, and no machine is let in by it.
func TestAttacksOnPairing(t *testing.T) {
	h := startEvery(t)
	d, admin := newDevice(t, h), h.Cookie(t, "9001")
	pair := map[string]string{"code": d.UserCode, "name": "mine", "role": "kiosk"}
	for _, staff := range []string{"", "1001", "7001", "8001"} {
		if a := h.POST(t, staff, "/api/v1/terminals/pair", pair); a.Status != 401 && a.Status != 403 {
			t.Errorf("%q typed a code: %d", staff, a.Status)
		}
	}
	if a := h.DoWith(t, "POST", admin, "/api/v1/terminals/pair", pair, "Origin", "http://evil.example"); a.Status != 403 {
		t.Errorf("a foreign page typed a code: %d", a.Status)
	}
	if a := h.DoWith(t, "POST", nil, "/api/v1/pairing", nil, "Sec-Fetch-Site", "cross-site"); a.Status != 403 {
		t.Errorf("a foreign page began a pairing: %d", a.Status)
	}
	claim := d.typed(admin, "mine", "kiosk")
	confirm := "/api/v1/terminals/pair/" + claim.ID + "/confirm"
	for _, staff := range []string{"", "1001", "8001"} {
		if a := h.POST(t, staff, confirm, nil); a.Status != 401 && a.Status != 403 {
			t.Errorf("%q confirmed: %d", staff, a.Status)
		}
	}
	if a := h.DoWith(t, "POST", admin, confirm, nil, "Origin", "http://evil.example"); a.Status != 403 {
		t.Errorf("a foreign page confirmed: %d", a.Status)
	}
	if a := h.DoWith(t, "GET", admin, confirm, nil); a.Status != 404 {
		t.Errorf("confirmed by GET: %d", a.Status)
	}
	if a := h.DoWith(t, "POST", admin, "/api/v1/terminals/pair", pair); a.Code() != "bad_code" {
		t.Errorf("a code typed twice: %d %s", a.Status, a.Body)
	}
	if len(h.Auth.Terminals()) != 0 {
		t.Errorf("let in: %+v", h.Auth.Terminals())
	}
	if a := h.DoWith(t, "POST", admin, confirm, nil); a.Status != 201 { // the control: the right one may
		t.Errorf("confirming: %d %s", a.Status, a.Body)
	}
	_, state := d.poll(true)
	if got := as(h, "GET /kiosk/page/{$}", nil, state.Key); got == 403 {
		t.Errorf("the key does not open the kiosk's page: %d", got)
	}
	if a, _ := d.poll(true); a.Code() != "bad_code" {
		t.Errorf("the machine's secret after its key was used: %d %s", a.Status, a.Body)
	}
}

func TestGuessedCodesAreThrottled(t *testing.T) {
	h := startViews(t)
	newDevice(t, h)
	admin := h.Cookie(t, "9001")
	var codes []string
	for range 6 {
		a := h.DoWith(t, "POST", admin, "/api/v1/terminals/pair", map[string]string{"code": "BBBB-BBBB", "name": "k", "role": "kiosk"})
		codes = append(codes, a.Code())
		if a.Code() == "rate_limited" && a.Header.Get("Retry-After") == "" {
			t.Error("it is not said when to come back")
		}
	}
	if got := strings.Join(codes, " "); got != strings.Repeat("bad_code ", 5)+"rate_limited" {
		t.Errorf("six guesses: %s", got)
	}
}

// TestAStolenKeyOpensOneRole takes the key of each role to the routes of the others.
func TestAStolenKeyOpensOneRole(t *testing.T) {
	h := startEvery(t)
	keys := map[string]string{"kiosk": pairedKey(t, h, "k", "kiosk"), "board": pairedKey(t, h, "b", "board")}
	for _, c := range []struct {
		role, route string
		status      int
	}{
		{"kiosk", "POST /api/v1/tickets", 200}, {"board", "POST /api/v1/tickets", 401}, {"board", "GET /display/page/{$}", 200}, {"kiosk", "GET /display/page/{$}", 403},
		{"kiosk", "POST /api/v1/windows/{window}/next", 401}, {"board", "POST /api/v1/windows/{window}/next", 401}, {"kiosk", "POST /api/v1/day/close", 401},
		{"kiosk", "GET /api/v1/terminals", 401}, {"kiosk", "POST /api/v1/terminals/pair", 401}, {"kiosk", "POST /api/v1/terminals/{name}/rename", 401},
	} {
		if got := as(h, c.route, nil, keys[c.role]); got != c.status {
			t.Errorf("%s with the key of a %s: %d, want %d", c.route, c.role, got, c.status)
		}
	}
}

// TestRevokingClosesSockets revokes over the wire: the kiosk's own socket and the board's are closed within a second, a visitor's at the
// same public view and the other machines' live on; the key opens nothing any more.
func TestRevokingClosesSockets(t *testing.T) {
	h := startViews(t)
	keys := map[string]string{"kiosk-1": pairedKey(t, h, "kiosk-1", "kiosk"), "board-1": pairedKey(t, h, "board-1", "board"), "board-2": pairedKey(t, h, "board-2", "board")}
	admin := h.Cookie(t, "9001")
	visitor, other := look(t, h, "view=kiosk", nil), look(t, h, "view=display", bearer(keys["board-2"]))
	for name, view := range map[string]string{"kiosk-1": "view=kiosk", "board-1": "view=display"} {
		socket := look(t, h, view, bearer(keys[name]))
		if a := h.DoWith(t, "GET", admin, "/api/v1/terminals", nil); !strings.Contains(a.Body, `"name":"`+name+`"`) || !strings.Contains(a.Body, `"sockets":1`) {
			t.Errorf("the list: %s", a.Body)
		}
		if a := h.DoWith(t, "DELETE", admin, "/api/v1/terminals/"+name, nil); a.Status != 204 {
			t.Fatalf("revoking: %d %s", a.Status, a.Body)
		}
		cutFor(t, socket, live.Revoked)
		if got := as(h, "GET /display/page/{$}", nil, keys[name]); got != 404 && got != 403 {
			t.Errorf("a revoked key at a page: %d", got)
		}
		if got := as(h, "POST /api/v1/tickets", nil, keys[name]); got != 401 && got != 404 {
			t.Errorf("a revoked key took a ticket: %d", got)
		}
	}
	livesOn(t, visitor, "a visitor's socket was cut with the kiosk's")
	livesOn(t, other, "another board was cut")
}

// TestRenamingKeepsTheKey renames over the wire: the socket is closed as for a restart, and comes back under the new name.
func TestRenamingKeepsTheKey(t *testing.T) {
	h := startViews(t)
	key, admin := pairedKey(t, h, "board-1", "board"), h.Cookie(t, "9001")
	socket := look(t, h, "view=display", bearer(key))
	if a := h.DoWith(t, "POST", admin, "/api/v1/terminals/board-1/rename", map[string]string{"name": "east"}); a.Status != 200 || !strings.Contains(a.Body, `"name":"east"`) {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	again := look(t, h, "view=display", bearer(key))
	livesOn(t, again, "the renamed board was cut")
	socket.Close()
	for path, status := range map[string]int{"/api/v1/terminals/board-1/rename": 404, "/api/v1/terminals/east/rename": 409} {
		if a := h.DoWith(t, "POST", admin, path, map[string]string{"name": "east"}); a.Status != status {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	if a := h.POST(t, "8001", "/api/v1/terminals/east/rename", map[string]string{"name": "x"}); a.Status != 403 {
		t.Errorf("a supervisor renamed: %d", a.Status)
	}
}

// TestTheSameKeyAtTwoAddresses is found at the door and told.
func TestTheSameKeyAtTwoAddresses(t *testing.T) {
	h := startEvery(t)
	key := pairedKey(t, h, "k", "kiosk")
	ask := func(from string) {
		r := httptest.NewRequest("POST", "http://hall/api/v1/tickets", nil)
		r.RemoteAddr = from + ":1234"
		r.Header.Set("Authorization", "Bearer "+key)
		h.Inner.ServeHTTP(httptest.NewRecorder(), r)
	}
	for _, from := range []string{"192.0.2.1", "192.0.2.1", "192.0.2.2"} {
		ask(from)
	}
	if len(h.Auth.Twice()) != 0 {
		t.Error("a machine that was given another address counts as two")
	}
	ask("192.0.2.1")
	if twice := h.Auth.Twice(); len(twice) != 1 || twice[0].Name != "k" || twice[0].Role != auth.Kiosk {
		t.Errorf("%+v", twice)
	}
	if a := h.GET(t, "9001", "/api/v1/terminals"); !strings.Contains(a.Body, `"twiceAt":"`) {
		t.Errorf("the list does not say so: %s", a.Body)
	}
}
