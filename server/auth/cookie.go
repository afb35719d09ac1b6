package auth

import (
	"net/http"
	"strings"
	"time"
)

// Cookies makes and reads the two cookies of a hall: a person's session and a terminal's key.
type Cookies struct {
	// TLS says that browsers reach the server by https. Names get the prefix __Host- then, with which a browser takes a cookie from
	// this very host only, over TLS only.
	TLS bool
}

// terminalCookieLife is the longest that browsers keep a cookie; a kiosk's is renewed whenever it is seen.
const terminalCookieLife = 400 * 24 * time.Hour

// SessionName is the name of the session's cookie.
func (c Cookies) SessionName() string { return c.name("jiaohao") }

// TerminalName is the name of the cookie with a terminal's key.
func (c Cookies) TerminalName() string { return c.name("jiaohao-terminal") }

func (c Cookies) name(plain string) string {
	if c.TLS {
		return "__Host-" + plain
	}
	return plain
}

// Session makes the cookie of a session just begun. It outlives the browser, so that a power cut signs nobody out, and dies with the
// session's absolute end.
func (c Cookies) Session(s Session, token string) *http.Cookie {
	return c.cookie(c.SessionName(), token, s.EndsAt.Sub(s.CreatedAt))
}

// Terminal makes the cookie with a terminal's key.
func (c Cookies) Terminal(key string) *http.Cookie {
	return c.cookie(c.TerminalName(), key, terminalCookieLife)
}

// EndSession makes the cookie that deletes the session's.
func (c Cookies) EndSession() *http.Cookie { return c.cookie(c.SessionName(), "", 0) }

// EndTerminal makes the cookie that deletes the terminal's.
func (c Cookies) EndTerminal() *http.Cookie { return c.cookie(c.TerminalName(), "", 0) }

func (c Cookies) cookie(name, value string, life time.Duration) *http.Cookie {
	age := int(life / time.Second)
	if age <= 0 {
		age = -1 // deletes; zero would mean "until the browser closes"
	}
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: age, Secure: c.TLS, HttpOnly: true, SameSite: http.SameSiteStrictMode}
}

// SessionToken returns the well-formed session token of a request, or "".
func (c Cookies) SessionToken(r *http.Request) string { return read(r, c.SessionName()) }

// TerminalKey returns the well-formed terminal key of a request, or "": from "Authorization: Bearer", which agents send, else from the cookie.
func (c Cookies) TerminalKey(r *http.Request) string {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, key, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return ""
		}
		return wellFormed(key)
	}
	return read(r, c.TerminalName())
}

// read refuses two cookies of one name: one of them was planted by another site of the same host, and nobody can tell which.
func read(r *http.Request, name string) string {
	found := r.CookiesNamed(name)
	if len(found) != 1 {
		return ""
	}
	return wellFormed(found[0].Value)
}

func wellFormed(token string) string {
	if _, ok := parseToken(token); !ok {
		return ""
	}
	return token
}
