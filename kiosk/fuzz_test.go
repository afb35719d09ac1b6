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
	f.Fuzz(func(t *testing.T, route uint8, body string) {
		h := newHouse(t)
		id, _ := h.take(`{"service":"sb"}`)
		before := stateHash(t, h)
		a := h.send("POST", strings.ReplaceAll(fuzzedRoutes[int(route)%len(fuzzedRoutes)], "#", id), body)
		judge(t, h, before, a.StatusCode, string(a.body))
	})
}

// The phone's forms come from browsers without script, so from anybody.
func FuzzPhoneForm(f *testing.F) {
	for _, body := range []string{"", "act=cancel", "act=defer&people=3&key=k", "act=rating&leg=1&level=5&reasons=quick&text=%E5%A5%BD", "act=complaint&text=x&phone=1",
		"act=%zz", "act=return&act=cancel", "act=defer&people=99999999999999999999", "key=" + strings.Repeat("k", 300)} {
		f.Add(body, "lang=zh&ask=rate&level=3")
	}
	f.Fuzz(func(t *testing.T, body, query string) {
		h := newHouse(t)
		id, _ := h.take(`{"service":"sb"}`)
		before := stateHash(t, h)
		w := postForm(h, id, body)
		judge(t, h, before, w.Code, w.Body.String())
		r := httptest.NewRequest("GET", "/t/"+id, nil)
		r.URL.RawQuery = query
		if w = h.page(r); w.Code != http.StatusOK {
			t.Fatalf("?%s: %d", query, w.Code)
		}
	})
}

func postForm(h *house, id, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/t/"+id, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return h.page(r)
}

// page asks for a page of the phone as a stranger.
func (h *house) page(r *http.Request) *httptest.ResponseRecorder {
	mux := http.NewServeMux()
	for pattern, handler := range h.k.Handlers() {
		mux.Handle(pattern, handler)
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r.WithContext(door.With(r.Context(), door.Caller{Actor: hall.Actor{Kind: hall.Citizen}, Lang: "zh", Say: assets.ProblemText})))
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

func stateHash(t *testing.T, h *house) [32]byte {
	t.Helper()
	hash, err := h.desk.State().Hash()
	if err != nil {
		t.Fatal(err)
	}
	return hash
}
