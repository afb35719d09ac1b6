package main

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"jiaohao/server/live"
)

// TestAttacksOverTLS repeats at the whole program, with a root of its own, what an attacker meets first. That each of them is
// refused without TLS says little of a server whose connections, cookies and origins are others.
func TestAttacksOverTLS(t *testing.T) {
	t.Setenv("JIAOHAO_TLS_AUTO", "true")
	b := besiege(t)
	if !strings.HasPrefix(b.Base, "https://") {
		t.Fatalf("it serves at %s", b.Base)
	}
	b.setUp(t)
	session := b.sessionOverTLS(t)
	t.Run("who has no cookie, or one of another name", b.nobodyOverTLS)
	t.Run("pages of other origins", func(t *testing.T) { b.foreignOverTLS(t, session) })
	t.Run("large bodies", b.largeOverTLS)
	t.Run("plain HTTP", b.plainToTLS)
	t.Run("unfinished handshakes", b.slowOverTLS)
	t.Run("a revoked terminal", func(t *testing.T) { b.revokedOverTLS(t, session) })
}

// sessionOverTLS signs the administrator in. The cookie never goes without TLS, to no other host, path or page, and no script sees it.
func (b *besieged) sessionOverTLS(t *testing.T) *http.Cookie {
	t.Helper()
	status, text, header := b.askTLS(t, "POST", "/api/v1/session", `{"staff":"9001","password":"`+realPassword+`"}`, nil)
	res := http.Response{Header: header}
	if status >= 300 || len(res.Cookies()) != 1 {
		t.Fatalf("signing in: %d %s, %v", status, text, header)
	}
	c := res.Cookies()[0]
	if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteStrictMode {
		t.Errorf("the cookie is %s", header.Get("Set-Cookie"))
	}
	return c
}

// askTLS asks as a client that trusts the root.
func (b *besieged) askTLS(t *testing.T, method, path, body string, header map[string]string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequest(method, b.Base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	res, err := b.staying().Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusSwitchingProtocols {
		return res.StatusCode, "", res.Header
	}
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return res.StatusCode, string(text), res.Header
}

// upgrading are the headers that ask for a websocket, with others.
func upgrading(more map[string]string) map[string]string {
	all := map[string]string{"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
	for name, value := range more {
		all[name] = value
	}
	return all
}

func (b *besieged) nobodyOverTLS(t *testing.T) {
	for _, q := range []struct{ method, path string }{{"POST", "/api/v1/windows/1/next"}, {"POST", "/api/v1/tickets"}, {"GET", "/api/v1/stats"},
		{"GET", "/api/v1/terminals"}, {"GET", "/api/v1/live?view=supervisor"}, {"GET", "/api/v1/live?view=counter&window=1"}} {
		header := map[string]string{}
		if strings.Contains(q.path, "/live?") {
			header = upgrading(nil)
		}
		if status, text, _ := b.askTLS(t, q.method, q.path, "", header); status != http.StatusUnauthorized {
			t.Errorf("%s %s: %d %s", q.method, q.path, status, text)
		}
		// The name that cookies have without TLS: whoever can answer for this host over plain HTTP can set such a one.
		header["Cookie"] = "jiaohao-terminal=" + b.key
		if status, text, _ := b.askTLS(t, q.method, q.path, "", header); status != http.StatusUnauthorized {
			t.Errorf("%s %s with a key in a cookie that anybody can set: %d %s", q.method, q.path, status, text)
		}
	}
}

func (b *besieged) foreignOverTLS(t *testing.T, session *http.Cookie) {
	cookie := session.Name + "=" + session.Value
	for origin, want := range map[string]int{b.Base: http.StatusSwitchingProtocols, "https://evil.example": 403, "http://" + b.at: 403, "null": 403,
		"https://127.0.0.1": 403, b.Base + ".evil.example": 403} {
		if status, text, _ := b.askTLS(t, "GET", "/api/v1/live?view=supervisor", "", upgrading(map[string]string{"Origin": origin, "Cookie": cookie})); status != want {
			t.Errorf("a socket for a page of %s: %d %s, want %d", origin, status, text, want)
		}
	}
	for _, origin := range []string{"https://evil.example", "http://" + b.at, "null"} {
		if status, text, _ := b.askTLS(t, "POST", "/api/v1/terminals", `{"name":"evil","role":"kiosk"}`, map[string]string{"Origin": origin, "Cookie": cookie}); status != 403 {
			t.Errorf("a terminal made by a page of %s: %d %s", origin, status, text)
		}
	}
}

// zeros is a body without end that counts what was taken of it.
type zeros struct{ taken int }

func (z *zeros) Read(p []byte) (int, error) { clear(p); z.taken += len(p); return len(p), nil }

func (b *besieged) largeOverTLS(t *testing.T) {
	if status, text, _ := b.askTLS(t, "POST", "/api/v1/session", `"`+strings.Repeat("x", 64<<10)+`"`, nil); status != http.StatusRequestEntityTooLarge || !strings.Contains(text, "too_large") {
		t.Errorf("64 KiB and more: %d %s", status, text)
	}
	body := &zeros{}
	req, err := http.NewRequest("POST", b.Base+"/api/v1/session", body)
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = 1 << 30
	req.Header.Set("Content-Type", "application/json")
	res, err := b.web.Do(req)
	if err == nil {
		res.Body.Close()
	}
	// The answer may be lost: the connection is cut while the client still sends.
	if err == nil && res.StatusCode != http.StatusRequestEntityTooLarge || body.taken > 16<<20 {
		t.Errorf("a body of 1 GB: %v, %v; %d bytes were taken", res, err, body.taken)
	}
}

// plainToTLS: who forgets the s is told so in words.
func (b *besieged) plainToTLS(t *testing.T) {
	c, err := net.Dial("tcp", b.at)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.WriteString(c, "GET /kiosk HTTP/1.1\r\nHost: "+b.at+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(c)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.0 400 ") || !strings.Contains(string(answer), "HTTP request to an HTTPS server") {
		t.Errorf("answered %q, %v", answer, err)
	}
}

// helloBegun is the head of a ClientHello of 512 bytes.
const helloBegun = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"

// handshakeTime is how long a client has for its handshake or its request's head, with some more for a busy machine.
const handshakeTime = 5*time.Second + 3*time.Second

// slowOverTLS: a client that does not come to an end is cut off, and many of them hold up nobody.
func (b *besieged) slowOverTLS(t *testing.T) {
	for name, say := range map[string]string{"says nothing": "", "begins a handshake": helloBegun, "drips a handshake": helloBegun + "x", "drips a request": "GET / HTTP/1.1\r\nX: "} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if took, err := b.endures(say, strings.HasPrefix(name, "drips"), strings.HasPrefix(say, "GET")); err != nil {
				t.Errorf("still connected after %v: %v", took, err)
			} else if took < time.Second {
				t.Errorf("cut after %v, before a slow terminal could finish", took)
			}
		})
	}
	t.Run("800 of them", func(t *testing.T) {
		if testing.Short() {
			t.Skip("under the race detector time says nothing")
		}
		calm := b.watch(func(<-chan struct{}) {})
		busy := b.watch(func(stop <-chan struct{}) {
			crowded(800, stop, func() { b.drip(strangersAddress, helloBegun, stop) })
		})
		t.Logf("%d tickets (%d in calm), p99 %v (%v)", busy.tickets, calm.tickets, busy.p99, calm.p99)
		if wrong := busy.starved(calm); wrong != "" || len(calm.failures) > 0 {
			t.Errorf("%s; in calm %v", wrong, calm.failures)
		}
	})
}

// endures says something, byte by byte more if it drips, after the handshake if it is secure, and gives how long it was until it was cut off.
func (b *besieged) endures(say string, drips, secure bool) (time.Duration, error) {
	c, err := b.dial(strangersAddress)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	if secure {
		config := b.trust.Clone()
		config.ServerName = terminalsAddress
		c = tls.Client(c, config)
	}
	began := time.Now()
	c.SetDeadline(began.Add(handshakeTime))
	if _, err := io.WriteString(c, say); err != nil {
		return 0, err
	}
	if drips {
		go func() {
			for range time.Tick(200 * time.Millisecond) {
				if _, err := io.WriteString(c, "x"); err != nil {
					return
				}
			}
		}()
	}
	_, err = io.Copy(io.Discard, bufio.NewReader(c))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return time.Since(began), err
	}
	return time.Since(began), nil // an end and a reset are the same here
}

// revokedOverTLS: the socket of a machine that is put out is closed within a second, and its key opens nothing.
func (b *besieged) revokedOverTLS(t *testing.T, session *http.Cookie) {
	seen := make(chan live.Frame, 16)
	d := live.Dial(t.Context(), live.Options{URL: "wss://" + b.at + "/api/v1/live?view=kiosk", TLS: b.trust,
		Header: http.Header{"Authorization": {"Bearer " + b.key}}, Handler: func(f live.Frame) {
			select {
			case seen <- f:
			default:
			}
		}})
	defer d.Close()
	select {
	case <-seen:
	case <-time.After(5 * time.Second):
		t.Fatal("the terminal's socket shows nothing")
	}
	began := time.Now()
	if status, text, _ := b.askTLS(t, "DELETE", "/api/v1/terminals/kiosk-1", "", map[string]string{"Cookie": session.Name + "=" + session.Value}); status != http.StatusNoContent {
		t.Fatalf("revoking: %d %s", status, text)
	}
	select {
	case <-d.Done():
		t.Logf("closed after %v", time.Since(began))
	case <-time.After(time.Second - time.Since(began)):
		t.Error("the socket lives a second after its terminal was revoked")
	}
	if status, text, _ := b.askTLS(t, "POST", "/api/v1/tickets", `{"service":"household-birth"}`, map[string]string{"Authorization": "Bearer " + b.key}); status != http.StatusUnauthorized {
		t.Errorf("a revoked key takes a ticket: %d %s", status, text)
	}
}
