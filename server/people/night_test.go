package people

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestTurnDay looks at the calendar once a minute; a day that was left open is closed before the next is opened.
func TestTurnDay(t *testing.T) {
	var asked []string
	stale := false
	hall := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, strings.TrimPrefix(r.URL.Path, "/api/v1/day/"))
		if stale && strings.HasSuffix(r.URL.Path, "open") {
			w.WriteHeader(http.StatusConflict)
			if err := json.NewEncoder(w).Encode(map[string]string{"code": "wrong_state"}); err != nil {
				t.Error(err)
			}
		}
		stale = stale && !strings.HasSuffix(r.URL.Path, "close")
	}))
	defer hall.Close()
	c, err := Config{Base: hall.URL, Now: time.Now}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	s := newSimulation(t.Context(), c)
	s.boss = newWire(c, "boss", &s.traffic)
	at := time.Date(2025, 3, 4, 3, 59, 10, 0, time.UTC)
	for _, step := range []struct {
		after time.Duration
		stale bool
		want  string
	}{{0, false, "open"}, {40 * time.Second, true, ""}, {50 * time.Second, true, "open close open"}, {time.Hour, false, "open"}} {
		asked, stale, s.now = nil, step.stale, at.Add(step.after)
		if s.turnDay(); strings.Join(asked, " ") != step.want || s.failed != nil {
			t.Errorf("after %v: %q, want %q (%v)", step.after, asked, step.want, s.failed)
		}
	}
}

// TestNoServiceLeft refuses a record whose names use up the hall's services.
func TestNoServiceLeft(t *testing.T) {
	s := newSimulation(t.Context(), Config{Arrivals: []Arrival{{Service: "a"}, {Service: "other"}}})
	s.hall = hallView{Services: []serviceView{{ID: "a"}, {ID: "b"}}, Windows: []windowView{{ID: "1", Services: []string{"a"}}}}
	if err := s.assign(); err == nil || !strings.Contains(err.Error(), `"other"`) {
		t.Errorf("%v", err)
	}
}

// TestIdleStaffLook finds a ticket that nobody announced, without waking twice for one rest.
func TestIdleStaffLook(t *testing.T) {
	looks := 0
	hall := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		looks++
		w.WriteHeader(http.StatusNoContent)
	}))
	defer hall.Close()
	c, err := Config{Base: hall.URL, Now: time.Now}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	s := newSimulation(t.Context(), c)
	k := &clerk{s: s, window: "1", services: []string{"a"}, wire: newWire(c, "1001", &s.traffic), luck: newLuck(1, 1), restAt: time.Unix(1<<40, 0), eaten: true}
	s.clerks = []*clerk{k}
	k.wait()
	s.nudge("a")
	for range 12 {
		e, more := s.agenda.next()
		if !more {
			t.Fatal("the clerk has gone to sleep")
		}
		s.now = e.at
		e.do()
	}
	if looks < 9 || len(s.agenda.events) != 1 {
		t.Errorf("%d looks, %d plans; want one plan at a time", looks, len(s.agenda.events))
	}
}
