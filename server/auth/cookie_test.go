package auth

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestCookiesOfASession(t *testing.T) {
	began := newClock().Now()
	session := Session{CreatedAt: began, EndsAt: began.Add(12 * time.Hour)}
	token := newToken()
	for _, c := range []struct {
		cookie *http.Cookie
		want   string
	}{
		{Cookies{TLS: true}.Session(session, token), "__Host-jiaohao=" + token + "; Path=/; Max-Age=43200; HttpOnly; Secure; SameSite=Strict"},
		{Cookies{}.Session(session, token), "jiaohao=" + token + "; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict"},
		{Cookies{TLS: true}.EndSession(), "__Host-jiaohao=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict"},
		{Cookies{}.Terminal(token), "jiaohao-terminal=" + token + "; Path=/; Max-Age=34560000; HttpOnly; SameSite=Strict"},
		{Cookies{TLS: true}.EndTerminal(), "__Host-jiaohao-terminal=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict"},
	} {
		if got := c.cookie.String(); got != c.want || c.cookie.Valid() != nil {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestReadingASessionsCookie(t *testing.T) {
	token, other := newToken(), newToken()
	for _, c := range []struct {
		what   string
		tls    bool
		header []string
		want   string
	}{
		{"plain", false, []string{"jiaohao=" + token}, token},
		{"tls", true, []string{"__Host-jiaohao=" + token}, token},
		{"among others", false, []string{"a=b; jiaohao=" + token + "; c=d"}, token},
		{"no cookie", false, nil, ""},
		{"without the prefix under TLS", true, []string{"jiaohao=" + token}, ""},
		{"with the prefix without TLS", false, []string{"__Host-jiaohao=" + token}, ""},
		{"two", false, []string{"jiaohao=" + token + "; jiaohao=" + other}, ""},
		{"two headers", false, []string{"jiaohao=" + token, "jiaohao=" + other}, ""},
		{"a terminal's", false, []string{"jiaohao-terminal=" + token}, ""},
		{"malformed", false, []string{"jiaohao=abc"}, ""},
		{"empty", false, []string{"jiaohao="}, ""},
	} {
		r := &http.Request{Header: http.Header{"Cookie": c.header}}
		if got := (Cookies{TLS: c.tls}).SessionToken(r); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

func TestReadingATerminalsKey(t *testing.T) {
	key, other := newToken(), newToken()
	for _, c := range []struct{ authorization, cookie, want string }{
		{"Bearer " + key, "", key},
		{"bearer " + key, "", key},
		{"Bearer " + key, other, key},
		{"", other, other},
		{"Bearer wrong", other, ""},
		{"Basic " + key, other, ""},
		{"Bearer", "", ""},
		{"Bearer  " + key, "", ""},
		{"", "", ""},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		if c.authorization != "" {
			r.Header.Set("Authorization", c.authorization)
		}
		if c.cookie != "" {
			r.AddCookie(Cookies{}.Terminal(c.cookie))
		}
		if got := (Cookies{}).TerminalKey(r); got != c.want {
			t.Errorf("%q, cookie %q: %q, want %q", c.authorization, c.cookie, got, c.want)
		}
	}
}

func TestACookieOpensItsSession(t *testing.T) {
	h := newHouse(t)
	session, token := h.signIn("1001")
	r := httptest.NewRequest("GET", "/", nil)
	r.AddCookie(Cookies{}.Session(session, token))
	if got, err := h.Session(Cookies{}.SessionToken(r)); err != nil || got.ID != session.ID {
		t.Errorf("%+v, %v", got, err)
	}
}

func FuzzCookies(f *testing.F) {
	token := newToken()
	f.Add("jiaohao="+token, "Bearer "+token)
	f.Add("jiaohao=\""+token+"\"; jiaohao", "Bearer")
	f.Add("; ;=;jiaohao==", "\x00 ")
	f.Fuzz(func(t *testing.T, cookie, authorization string) {
		r := &http.Request{Header: http.Header{"Cookie": {cookie}, "Authorization": {authorization}}}
		for _, got := range []string{Cookies{}.SessionToken(r), Cookies{}.TerminalKey(r), Cookies{TLS: true}.SessionToken(r)} {
			if _, ok := parseToken(got); got != "" && !ok {
				t.Errorf("Cookie: %q, Authorization: %q gave %q", cookie, authorization, got)
			}
		}
	})
}
