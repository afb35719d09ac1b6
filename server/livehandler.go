package server

import (
	"context"
	"net/http"
	"strings"
	"time"

	"jiaohao/server/door"
	"jiaohao/server/hall"
	"jiaohao/server/live"
)

// What the owners of sockets are called.
const (
	sessionOwner  = "session:"
	terminalOwner = "terminal:"
)

// live upgrades a request to the socket of a view. Everything is settled before: who asks, whether the view is theirs,
// whether what it shows exists.
func (s *Server) live(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("view")
	view, known := s.views[name]
	if !known {
		WriteProblem(w, door.NewProblem(r.Context(), hall.NotFound, nil))
		return
	}
	who := accessOf("LIVE " + name)
	if who&Holder != 0 && s.strayed(w, r) {
		return
	}
	caller, err := s.caller(r, who)
	ctx := door.With(r.Context(), caller)
	if err == nil && name == "counter" {
		err = s.atCounter(caller, r.URL.Query().Get("window"))
	}
	if err != nil {
		s.turnAway(w, r.WithContext(ctx), 0, err)
		return
	}
	topic, err := view(ctx, r.URL.Query())
	if err != nil {
		s.turnAway(w, r.WithContext(ctx), 0, err)
		return
	}
	if who&(Anybody|Holder) != 0 {
		caller.Session = "" // the view is everybody's: who signs out in the same browser goes on seeing it
	}
	s.attach(w, r, topic, who, caller)
}

// strayed answers who asks after too many tickets that do not exist.
func (s *Server) strayed(w http.ResponseWriter, r *http.Request) bool {
	c := door.Of(r.Context())
	wait := time.Duration(0)
	if key := s.stray(r.URL.Query().Get("id"), c); key != "" {
		wait = s.limiters.unknown.Take(key, time.Now())
	}
	if wait > 0 {
		s.slowDown(w, r, c, limitUnknown, wait)
	}
	return wait > 0
}

// atCounter lets staff look at the window where they sit, at one where nobody sits, and supervisors at any.
func (s *Server) atCounter(c door.Caller, window string) error {
	state := s.desk.State()
	if _, known := state.Plan().Window(window); !known {
		return hall.Refuse(hall.NotFound)
	}
	if post := state.Post(window); post.State != hall.PostClosed && post.Staff != c.Actor.ID && !c.Actor.Supervises() {
		return hall.Refuse(hall.NotYourWindow, "window", window)
	}
	return nil
}

// attach hands the connection to the hub. A staff session is held while its socket lives, so that nobody is signed out in
// the middle of a long handling.
func (s *Server) attach(w http.ResponseWriter, r *http.Request, topic live.Topic, who Who, c door.Caller) {
	sub := live.Subscription{Topic: topic, Session: socketOwner(c), Address: c.Address, Known: socketOwner(c)}
	if sub.Known == "" {
		sub.Known = s.knownAs(r)
	}
	if sub.Session != "" {
		token, enrolled := s.cookies.SessionToken(r), s.enrolledAt(r, c)
		sub.Recheck = func() (live.CloseReason, bool) { return s.recheck(who, c, token, enrolled) }
	}
	if err := s.hub.Serve(&refusals{ResponseWriter: w, ctx: r.Context()}, r, sub); err != nil {
		s.log.Debug("a socket was not opened", "view", topic.View, "address", c.Address, "error", err)
		return
	}
	if c.Session != "" && !s.holds.settle(sub.Session) {
		s.SessionEnded(c.Session)
	}
}

// refusals turns the words with which the hub refuses an upgrade into problem documents.
type refusals struct {
	http.ResponseWriter
	ctx     context.Context
	refused bool
}

var upgradeCodes = map[int]hall.Code{400: "bad_request", 403: hall.Forbidden, 405: "method_not_allowed", 503: "starting"}

// WriteHeader writes the whole problem document.
func (w *refusals) WriteHeader(status int) {
	code, known := upgradeCodes[status]
	if !known {
		code = "internal"
	}
	w.refused = true
	WriteProblem(w.ResponseWriter, door.NewProblem(w.ctx, code, nil))
}

// Write leaves the words of a refusal out.
func (w *refusals) Write(b []byte) (int, error) {
	if w.refused {
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets the upgrade reach the connection.
func (w *refusals) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// socketOwner names the session or terminal behind a socket, so that all its sockets can be cut together.
func socketOwner(c door.Caller) string {
	switch {
	case c.Session != "":
		return sessionOwner + c.Session
	case c.Terminal != "":
		return terminalOwner + c.Terminal
	}
	return ""
}

// enrolledAt is when the terminal behind a request was enrolled; zero for staff.
func (s *Server) enrolledAt(r *http.Request, c door.Caller) time.Time {
	if c.Session != "" {
		return time.Time{}
	}
	t, err := s.auth.Terminal(s.cookies.TerminalKey(r), c.Address)
	if err != nil {
		return time.Time{}
	}
	return t.EnrolledAt
}

// recheck tells whether the right behind a socket has ended. A terminal is asked for by name: its socket outlives the key it came with.
func (s *Server) recheck(who Who, c door.Caller, token string, enrolled time.Time) (live.CloseReason, bool) {
	if c.Session != "" {
		session, err := s.auth.Session(token)
		if err != nil {
			return live.SessionEnded, true
		}
		return live.Revoked, !who.allowsStaff(session.Staff.Roles)
	}
	if c.Terminal == demoTerminal && s.demo {
		return 0, false
	}
	return live.Revoked, !s.auth.Stands(c.Terminal, enrolled, c.Address)
}

// SessionEnded cuts the sockets of a staff session; the composition root calls it from the store of sessions.
func (s *Server) SessionEnded(session string) { s.hub.Cut(sessionOwner+session, live.SessionEnded) }

// TerminalRevoked cuts the sockets of a terminal.
func (s *Server) TerminalRevoked(name string) { s.hub.Cut(terminalOwner+name, live.Revoked) }

// TerminalRenamed cuts the sockets of a terminal, which comes back under its new name.
func (s *Server) TerminalRenamed(name string) { s.hub.Cut(terminalOwner+name, live.Restarting) }

// SocketsGone releases what was held for the sockets of a session, the last of which has closed.
func (s *Server) SocketsGone(owner string) {
	if strings.HasPrefix(owner, sessionOwner) {
		s.holds.settle(owner)
	}
}

// hold keeps the session behind an owner of sockets from idling out.
func (s *Server) hold(owner string) (release func(), ok bool) {
	return s.auth.Hold(strings.TrimPrefix(owner, sessionOwner))
}
