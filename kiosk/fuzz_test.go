package kiosk

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"jiaohao/assets"
	"jiaohao/server/door"
	"jiaohao/server/hall"
)

// fuzzedRoutes are what a kiosk, a phone or a stranger who has found a slip can post to; # stands for the ticket's secret.
var fuzzedRoutes = []string{"/api/v1/tickets", "/api/v1/tickets/#/cancel", "/api/v1/tickets/#/defer", "/api/v1/tickets/#/return", "/api/v1/tickets/#/rating",
	"/api/v1/tickets/#/complaint", "/api/v1/tickets/#/printed", "/api/v1/tickets/#/unprinted", "/api/v1/tickets/JH1:x/cancel"}

// Whatever a body says, it is answered without a failure of the server, and one that is refused has changed nothing.
func FuzzCommandBody(f *testing.F) {
	for route, body := range []string{`{"service":"sb","class":"elderly","people":2,"person":{"kind":"idcard","value":"110101194001010018"},"lang":"en"}`, ``, `{"people":3}`, `{}`,
		`{"leg":1,"level":5,"reasons":["quick"],"text":"好"}`, `{"text":"太慢","phone":"13800000000","leg":1}`, `null`, `[1]`, `{"service":"\u0000"}`} {
		f.Add(uint8(route), body)
		f.Add(uint8(0), body)
	}
	m := newMoment(f)
	f.Fuzz(func(t *testing.T, route uint8, body string) {
		h := m.again(t)
		a := h.send("POST", strings.ReplaceAll(fuzzedRoutes[int(route)%len(fuzzedRoutes)], "#", m.id), body)
		judge(t, h, m.hash, a.StatusCode, string(a.body))
	})
}

// The phone's forms come from browsers without script, so from anybody.
func FuzzPhoneForm(f *testing.F) {
	for _, body := range []string{"", "act=cancel", "act=defer&people=3&key=k", "act=rating&leg=1&level=5&reasons=quick&text=%E5%A5%BD", "act=complaint&text=x&phone=1",
		"act=%zz", "act=return&act=cancel", "act=defer&people=99999999999999999999", "key=" + strings.Repeat("k", 300)} {
		f.Add(body, "lang=zh&ask=rate&level=3")
	}
	m := newMoment(f)
	f.Fuzz(func(t *testing.T, body, query string) {
		h := m.again(t)
		w := m.page(postForm(m.id, body))
		judge(t, h, m.hash, w.Code, w.Body.String())
		r := httptest.NewRequest("GET", "/t/"+m.id, nil)
		r.URL.RawQuery = query
		if w = m.page(r); w.Code != http.StatusOK {
			t.Fatalf("?%s: %d", query, w.Code)
		}
	})
}

// moment is a house right after a ticket was taken, to come back to before each input: to found it anew takes many times as long as an input.
type moment struct {
	house *house
	pages http.Handler // the phone's
	id    string       // the ticket's secret
	ids   int
	state hall.State
	hash  [32]byte
}

func newMoment(f *testing.F) *moment {
	m := &moment{house: newHouse(f)}
	m.id, _ = m.house.take(`{"service":"sb"}`)
	m.ids, m.state, m.hash = m.house.ids, m.house.desk.State(), stateHash(f, m.house)
	mux := http.NewServeMux()
	for pattern, handler := range m.house.k.Handlers() {
		mux.Handle(pattern, handler)
	}
	m.pages = mux
	return m
}

func (m *moment) again(t *testing.T) *house {
	h := m.house
	h.t, h.ids, h.desk.w, h.desk.state = t, m.ids, hall.Resume(m.state), m.state
	return h
}

func postForm(id, body string) *http.Request {
	r := httptest.NewRequest("POST", "/t/"+id, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// page asks for a page of the phone as a stranger.
func (m *moment) page(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	m.pages.ServeHTTP(w, r.WithContext(door.With(r.Context(), door.Caller{Actor: hall.Actor{Kind: hall.Citizen}, Lang: "zh", Say: assets.ProblemText})))
	return w
}

func judge(t *testing.T, h *house, before [32]byte, status int, text string) {
	t.Helper()
	if status >= 500 {
		t.Fatalf("%d %s", status, text)
	}
	if status >= 400 && stateHash(t, h) != before {
		t.Fatalf("refused with %d %s, and yet something changed", status, text)
	}
}

func stateHash(t testing.TB, h *house) [32]byte {
	t.Helper()
	hash, err := h.desk.State().Hash()
	if err != nil {
		t.Fatal(err)
	}
	return hash
}
