package server

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"jiaohao/server/auth"
	"jiaohao/server/door"
	"jiaohao/server/hall"
)

// guard stands before every handler: it finds out who asks, refuses who may not, bounds and reads the body, and logs how
// it ended.
func (s *Server) guard(pattern string, next http.Handler) http.Handler {
	who := accessOf(pattern)
	limits := s.limitsOf(pattern, who)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, rec := time.Now(), &statusWriter{ResponseWriter: w}
		caller, err := s.caller(r, who)
		ctx := door.With(withRequest(r), caller)
		defer s.logRequest(ctx, pattern, rec, began)
		if kind, wait := s.overLimit(limits, r, caller); wait > 0 {
			s.slowDown(rec, r.WithContext(ctx), caller, kind, wait)
			return
		}
		if err != nil {
			s.turnAway(rec, r.WithContext(ctx), who, err)
			rec.answered()
			return
		}
		if r.Method == http.MethodPost {
			if err := s.readBody(rec, r, who, &caller); err != nil {
				WriteProblem(rec, door.NewProblem(ctx, codeOfBody(err), nil))
				return
			}
			ctx = door.With(ctx, caller)
		}
		if !s.settled(r, caller) {
			s.slowDown(rec, r.WithContext(ctx), caller, limitConnections, time.Second)
			return
		}
		s.renew(rec, r, who, caller)
		next.ServeHTTP(rec, r.WithContext(ctx))
		rec.answered()
	})
}

// requestKey is where a handler of the API library finds the request behind its context.
type requestKey struct{}

func withRequest(r *http.Request) context.Context {
	return context.WithValue(r.Context(), requestKey{}, r)
}

// sessionToken gives the token that the guard has let through, chosen by the same rules.
func (s *Server) sessionToken(ctx context.Context) string {
	if r, ok := ctx.Value(requestKey{}).(*http.Request); ok {
		return s.cookies.SessionToken(r)
	}
	return ""
}

// renew gives a terminal its cookie anew whenever it asks for a page or acts: browsers throw every cookie away after 400
// days, and a kiosk must not stop on one of them. An old key is replaced by a new one then.
func (s *Server) renew(w http.ResponseWriter, r *http.Request, who Who, c door.Caller) {
	fromCookie := c.Terminal != "" && c.Session == "" && r.Header.Get("Authorization") == ""
	if key := s.cookies.TerminalKey(r); fromCookie && who&anyTerminal != 0 && key != "" && (r.Method == http.MethodPost || strings.HasSuffix(r.URL.Path, "/")) {
		if t, err := s.auth.Terminal(key, c.Address); err == nil && t.Name == c.Terminal {
			http.SetCookie(w, s.cookies.Terminal(s.auth.RenewKey(key)))
		}
	}
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// answered notes that a handler has ended well; one that wrote nothing has answered 200. A status of 0 is left to those that
// were broken off.
func (w *statusWriter) answered() {
	if w.status == 0 {
		w.status = http.StatusOK
	}
}

// Unwrap lets the websocket upgrade reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Hijack hands the connection to the websocket upgrade.
func (w *statusWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.status = http.StatusSwitchingProtocols
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

// logRequest names the route, never the path: paths of citizens hold their tickets' secrets.
func (s *Server) logRequest(ctx context.Context, pattern string, rec *statusWriter, began time.Time) {
	level := slog.LevelDebug
	switch {
	case rec.status >= 500:
		level = slog.LevelError
	case rec.status >= 400 && rec.status != http.StatusTooManyRequests: // a storm must not fill the log, which names it once
		level = slog.LevelInfo
	}
	c := door.Of(ctx)
	s.log.Log(ctx, level, "request", "route", pattern, "status", rec.status, "code", rec.Header().Get("X-Problem"), "actor", c.Actor.String(),
		"address", c.Address, "took", time.Since(began).Round(time.Microsecond))
	s.requests.answered(rec.status, rec.Header().Get("X-Problem"), time.Since(began))
}

// caller establishes who asks. On a kiosk's routes the machine comes first, whoever signed on in the same browser; elsewhere
// a person comes before the machine. In a demonstration this machine itself is an enrolled kiosk and board.
func (s *Server) caller(r *http.Request, who Who) (door.Caller, error) {
	c := door.Caller{Actor: hall.Actor{Kind: hall.Citizen}, Address: address(r), Lang: language(r), Say: s.say}
	if who&(Anybody|Holder) != 0 {
		s.addStaff(r, &c, who)
		if who&anyTerminal != 0 {
			s.asTerminal(r, &c, who) // open to all, but an enrolled machine is known as one
		}
		return c, nil
	}
	if who&Local != 0 && (s.isLocal(r) || s.hasMetricsToken(r)) {
		return c, nil
	}
	if who&Kiosk != 0 && s.asTerminal(r, &c, who) {
		return c, nil
	}
	err := error(hall.Refuse(hall.Forbidden))
	if who&(Staff|Lead|Supervisor|Administrator) != 0 {
		if err = s.asStaff(r, &c, who); err == nil {
			return c, nil
		}
	}
	if who&anyTerminal != 0 && s.asTerminal(r, &c, who) {
		return c, nil
	}
	return c, err
}

// addStaff notes who is signed in on a route that is open to all, where the slice may want to know.
func (s *Server) addStaff(r *http.Request, c *door.Caller, who Who) {
	if who&Holder == 0 {
		if err := s.asStaff(r, c, Staff); err != nil {
			c.Actor = hall.Actor{Kind: hall.Citizen}
		}
	}
}

// demoTerminal is the name under which this machine itself is enrolled in a demonstration.
const demoTerminal = "demo"

func (s *Server) asTerminal(r *http.Request, c *door.Caller, who Who) bool {
	if key := s.cookies.TerminalKey(r); key != "" {
		t, err := s.auth.Terminal(key, c.Address)
		if err == nil && terminalRoles[t.Role]&who != 0 {
			// The session of a person who may not is none of this caller's: the terminal's sockets must not hang on it.
			c.Actor, c.Session, c.Terminal, c.Place = hall.Actor{Kind: hall.Terminal, ID: t.Name}, "", t.Name, t.Place
			return true
		}
	}
	if s.demo && loopback(c.Address) && who&(Kiosk|Board) != 0 {
		c.Actor, c.Session, c.Terminal = hall.Actor{Kind: hall.Terminal, ID: demoTerminal}, "", demoTerminal
		return true
	}
	return false
}

func (s *Server) asStaff(r *http.Request, c *door.Caller, who Who) error {
	token := s.cookies.SessionToken(r)
	if token == "" {
		return hall.Refuse("signed_out")
	}
	session, err := s.auth.Session(token)
	if err != nil {
		return hall.Refuse("signed_out")
	}
	c.Actor, c.Session = actorOf(session.Staff), session.ID
	if !who.allowsStaff(session.Staff.Roles) {
		return hall.Refuse(hall.Forbidden)
	}
	return nil
}

func actorOf(s auth.Staff) hall.Actor {
	a := hall.Actor{Kind: hall.Clerk, ID: s.ID, Departments: s.Departments}
	for _, role := range s.Roles {
		a.Roles = append(a.Roles, hall.Role(role))
	}
	return a
}

// turnAway answers a caller who may not use a route: programs get a problem document, a browser that wants a terminal's
// page gets one that pairs the machine.
func (s *Server) turnAway(w http.ResponseWriter, r *http.Request, who Who, err error) {
	if who&anyTerminal != 0 && strings.Contains(r.Header.Get("Accept"), "text/html") {
		s.pairingPage(w, r)
		return
	}
	var p *door.Problem
	if errors.As(door.Refuse(r.Context(), err), &p) {
		WriteProblem(w, p)
	}
}

// WriteProblem answers with a problem document.
func WriteProblem(w http.ResponseWriter, p *door.Problem) {
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	if err := json.NewEncoder(w).Encode(p); err != nil {
		slog.Debug("a problem could not be sent", "error", err)
	}
}

// maxBody bounds the body of any request, in bytes.
const maxBody = 64 << 10

var errBadKey = errors.New("server: the idempotency key is not of 1 to 128 printable characters")

// readBody reads the whole body, bounded, and takes its digest for the idempotency key.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request, who Who, c *door.Caller) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	c.Key = r.Header.Get("Idempotency-Key")
	if c.Key == "" {
		return nil
	}
	if len(c.Key) > 128 || strings.ContainsFunc(c.Key, func(r rune) bool { return r < '!' || r > '~' }) {
		return errBadKey
	}
	c.Digest = digestOf(r.Method, r.URL.Path, string(body))
	if who&Holder != 0 {
		// All holders are the same actor to the hall, but what tells them apart must not be recorded.
		c.Key = hex.EncodeToString(digestOf(r.PathValue("id"), c.Key))
	}
	return nil
}

func digestOf(parts ...string) []byte {
	h := sha256.New()
	for _, part := range parts {
		io.WriteString(h, part+"\x00") // a hash never fails to write
	}
	return h.Sum(nil)[:16]
}

func codeOfBody(err error) hall.Code {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return "too_large"
	}
	return "bad_request"
}

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func loopback(address string) bool {
	ip := net.ParseIP(address)
	return ip != nil && ip.IsLoopback()
}

// language is the query's, else the first of Accept-Language that the hall speaks, else Chinese.
func language(r *http.Request) string {
	for _, wish := range append([]string{r.URL.Query().Get("lang")}, strings.Split(r.Header.Get("Accept-Language"), ",")...) {
		tag, _, _ := strings.Cut(strings.TrimSpace(wish), ";")
		switch base, _, _ := strings.Cut(strings.ToLower(tag), "-"); base {
		case "zh", "en":
			return base
		}
	}
	return "zh"
}

// isLocal reports whether a program on this machine asks, and for itself: what a proxy beside the server passes on comes from
// this machine too.
func (s *Server) isLocal(r *http.Request) bool {
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	return loopback(address(r))
}

func (s *Server) hasMetricsToken(r *http.Request) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return s.metricsToken != "" && strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare([]byte(token), []byte(s.metricsToken)) == 1
}
