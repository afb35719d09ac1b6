package server

import (
	"net/http"
	"strings"

	"jiaohao/server/door"
	"jiaohao/server/hall"
	"jiaohao/server/live"
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
	s.attach(w, r, topic, caller)
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
func (s *Server) attach(w http.ResponseWriter, r *http.Request, topic live.Topic, c door.Caller) {
	sub := live.Subscription{Topic: topic, Session: socketOwner(c), Address: c.Address}
	if c.Session != "" {
		release, held := s.auth.Hold(c.Session)
		if !held {
			s.turnAway(w, r, 0, hall.Refuse("signed_out"))
			return
		}
		s.holds.add(sub.Session, release)
	}
	if c.Session != "" || c.Terminal != "" {
		token, key := s.cookies.SessionToken(r), s.cookies.TerminalKey(r)
		sub.Recheck = func() (live.CloseReason, bool) { return s.recheck(c, token, key) }
	}
	if err := s.hub.Serve(w, r, sub); err != nil {
		s.log.Debug("a socket was not opened", "view", topic.View, "address", c.Address, "error", err)
		s.holds.drop(sub.Session)
	}
}

// socketOwner names the session or terminal behind a socket, so that all its sockets can be cut together.
func socketOwner(c door.Caller) string {
	switch {
	case c.Session != "":
		return "session:" + c.Session
	case c.Terminal != "":
		return "terminal:" + c.Terminal
	}
	return ""
}

// recheck tells whether the right behind a socket has ended.
func (s *Server) recheck(c door.Caller, token, key string) (live.CloseReason, bool) {
	if c.Session != "" {
		if _, err := s.auth.Session(token); err != nil {
			return live.SessionEnded, true
		}
	}
	if c.Terminal != "" && c.Terminal != "demo" {
		if _, err := s.auth.Terminal(key); err != nil {
			return live.Revoked, true
		}
	}
	return 0, false
}

// SessionEnded cuts the sockets of a staff session; the composition root calls it from the store of sessions.
func (s *Server) SessionEnded(session string) { s.hub.Cut("session:"+session, live.SessionEnded) }

// TerminalRevoked cuts the sockets of a terminal.
func (s *Server) TerminalRevoked(name string) { s.hub.Cut("terminal:"+name, live.Revoked) }

// SocketsGone releases what was held for the sockets of a session, the last of which has closed.
func (s *Server) SocketsGone(owner string) {
	if strings.HasPrefix(owner, "session:") && s.hub.Sockets(owner) == 0 {
		s.holds.drop(owner)
	}
}
