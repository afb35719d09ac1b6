package server

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"jiaohao/server/door"
	"jiaohao/server/gate"
	"jiaohao/server/metrics"
)

// Limits are the rates of requests. What is beyond them is refused before anything is decided or recorded. A zero rate
// does not limit.
type Limits struct {
	// Tickets is for tickets asked for by one terminal, or in one session of staff.
	Tickets gate.Rate
	// Actions is for what holders do with one ticket.
	Actions gate.Rate
	// Unknown is for asking after tickets that do not exist, from one address.
	Unknown gate.Rate
	// SignIns is for signing in, enrolling, pairing and setting up, from one address, whether it succeeds or not.
	SignIns gate.Rate
	// Requests is for everything but files of pages, by one terminal, one session, or else one address.
	Requests gate.Rate
}

// The kinds of limit, as figures and alerts name them.
const (
	limitTickets     = "tickets"
	limitActions     = "actions"
	limitUnknown     = "unknown"
	limitSignIns     = "sign_ins"
	limitRequests    = "requests"
	limitConnections = "connections" // strangers that found no room
)

// limit is one rate that a route is held to.
type limit struct {
	kind string
	of   *gate.Limiter
	key  func(*http.Request, door.Caller) string // "" = not this request
}

// limiters are the server's, one for each rate.
type limiters struct {
	tickets, actions, unknown, signIns, requests *gate.Limiter
	refused                                      refusedList
}

func newLimiters(l Limits, r *metrics.Registry) *limiters {
	return &limiters{tickets: gate.NewLimiter(l.Tickets), actions: gate.NewLimiter(l.Actions), unknown: gate.NewLimiter(l.Unknown),
		signIns: gate.NewLimiter(l.SignIns), requests: gate.NewLimiter(l.Requests),
		refused: refusedList{recent: map[string]*Limited{},
			counts: r.Counters("limited_total", "Requests refused by a limit since the start, by the limit.", "limit")}}
}

// signInRoutes are where secrets are tried.
var signInRoutes = []string{"POST /api/v1/session", "GET /enrol/{code}", "POST /enrol/{code}", "POST /setup", "POST /api/v1/pairing", "POST /api/v1/terminals/pair"}

// limitsOf lists what a route is held to. Files of pages are cheap and come thirty at a time: they are not limited.
func (s *Server) limitsOf(pattern string, who Who) []limit {
	var list []limit
	if !strings.HasSuffix(pattern, "/page/") && !strings.HasSuffix(pattern, "/phone/") && pattern != "GET /assets/" && pattern != "GET /healthz" {
		list = append(list, limit{limitRequests, s.limiters.requests, s.party})
	}
	if pattern == "POST /api/v1/tickets" {
		list = append(list, limit{limitTickets, s.limiters.tickets, s.party})
	}
	if who&Holder != 0 {
		list = append(list, limit{limitUnknown, s.limiters.unknown, func(r *http.Request, c door.Caller) string { return s.stray(r.PathValue("id"), c) }})
		if strings.HasPrefix(pattern, "POST ") {
			list = append(list, limit{limitActions, s.limiters.actions, func(r *http.Request, _ door.Caller) string { return r.PathValue("id") }})
		}
	}
	if slices.Contains(signInRoutes, pattern) {
		list = append(list, limit{limitSignIns, s.limiters.signIns, func(_ *http.Request, c door.Caller) string { return gate.Network(c.Address) }})
	}
	return list
}

// party names whose share of requests one takes: a terminal's, a session's, or that of an address, when nobody has shown a key.
func (s *Server) party(r *http.Request, c door.Caller) string {
	if known := socketOwner(c); known != "" {
		return known
	}
	address := gate.Network(c.Address)
	if s.limiters.requests.Spent(address, time.Now()) > 0 {
		// Everybody at this address has had their share, strangers behind the same router perhaps: a key still has its own.
		if known := s.knownAs(r); known != "" {
			return known
		}
	}
	return address
}

// stray gives the address that asks after a ticket that does not exist, "" for one that does: who holds a ticket sees it,
// whatever others try from behind the same router.
func (s *Server) stray(id string, c door.Caller) string {
	if state := s.desk.State(); state.Plan() != nil {
		if _, exists := state.TicketByID(id); exists {
			return ""
		}
	}
	return gate.Network(c.Address)
}

// overLimit gives the limit that a request is beyond, and in how long it would not be.
func (s *Server) overLimit(limits []limit, r *http.Request, c door.Caller) (kind string, wait time.Duration) {
	now := time.Now()
	for _, l := range limits {
		key := l.key(r, c)
		if key == "" {
			continue
		}
		if wait := l.of.Take(key, now); wait > 0 {
			return l.kind, wait
		}
	}
	return "", 0
}

// slowDown tells a caller who is beyond a limit when to come back, and notes it for the staff.
func (s *Server) slowDown(w http.ResponseWriter, r *http.Request, c door.Caller, kind string, wait time.Duration) {
	if s.limiters.refused.note(kind, subjectOf(c), time.Now()) {
		s.log.Warn("requests are refused, as there are too many", "limit", kind, "actor", c.Actor.String(), "address", c.Address)
		s.hub.Changed(s.desk.State().Seq(), false) // the supervisor's page says so
	}
	seconds := int((wait + time.Second - 1) / time.Second)
	if kind == limitRequests || kind == limitConnections {
		w.Header().Set("Connection", "close") // who storms has to begin anew
	}
	WriteProblem(w, door.NewProblem(r.Context(), "rate_limited", map[string]any{"seconds": max(1, seconds)}))
}

// subjectOf names to staff who was refused. It is never a ticket.
func subjectOf(c door.Caller) string {
	if c.Terminal != "" {
		return c.Terminal
	}
	if c.Actor.Staff() {
		return c.Actor.ID
	}
	return gate.Network(c.Address)
}

// Limited is somebody whose requests were refused lately: a terminal, a member of staff or an address.
type Limited struct {
	Subject string
	// Kind is the limit: tickets, actions, unknown, sign_ins, requests or connections. The last, where there were several.
	Kind        string
	Count       int
	First, Last time.Time
}

const (
	// limitedFor is how long somebody is named after the last refusal.
	limitedFor = 10 * time.Minute
	// maxLimited bounds how many are named; what more there are is only counted.
	maxLimited = 100
)

// refusedList remembers whose requests were refused lately.
type refusedList struct {
	counts *metrics.Counters
	mu     sync.Mutex
	recent map[string]*Limited // by subject; guarded by mu
}

// note counts a refusal and reports whether it is the first of a subject in a while.
func (l *refusedList) note(kind, subject string, now time.Time) (first bool) {
	l.counts.Add(kind, 1)
	l.mu.Lock()
	defer l.mu.Unlock()
	found := l.recent[subject]
	if found == nil || now.Sub(found.Last) > limitedFor {
		l.forget(now)
		if len(l.recent) >= maxLimited {
			return false
		}
		found, first = &Limited{Subject: subject, First: now}, true
		l.recent[subject] = found
	}
	found.Kind, found.Last = kind, now
	found.Count++
	return first
}

// forget is called with the lock held.
func (l *refusedList) forget(now time.Time) {
	maps.DeleteFunc(l.recent, func(_ string, r *Limited) bool { return now.Sub(r.Last) > limitedFor })
}

// Limited lists whose requests were refused in the last ten minutes, most often first.
func (s *Server) Limited() []Limited {
	l := &s.limiters.refused
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(time.Now())
	var list []Limited
	for _, r := range l.recent {
		list = append(list, *r)
	}
	slices.SortFunc(list, func(a, b Limited) int { return b.Count - a.Count })
	return list
}
