package server

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"jiaohao/server/door"
	"jiaohao/server/gate"
	"jiaohao/server/hall"
	"jiaohao/server/metrics"
)

// Network is how clients reach the server, and how much of it each of them may take.
type Network struct {
	// Secure is for connections over TLS; nil means plain HTTP.
	Secure *tls.Config
	// HSTS tells browsers never to come without TLS again. It is right for a certificate that every browser trusts, and wrong for
	// a root of the hall's own: a terminal that has lost it could not even fetch it again.
	HSTS bool
	// Root gives the root certificate that terminals install, in PEM; nil when there is none.
	Root func() []byte
	// Connections bounds those of strangers.
	Connections gate.Config
	// Limits are the rates of requests.
	Limits Limits
}

// How long a client may take, so that a slow one costs only its own connection.
const (
	headerTime = 5 * time.Second
	readTime   = 15 * time.Second // of a request with its body
	writeTime  = 60 * time.Second // of an answer
	idleTime   = 60 * time.Second // between two requests
	maxHeader  = 16 << 10         // bytes
	grace      = 2 * time.Second  // at the end of the server, for requests under way and sockets to be closed
)

// Serve answers connections of l until ctx ends, then lets requests finish and closes the sockets, for as long as grace lasts.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	l = s.gate.Listener(l)
	if s.network.Secure != nil {
		l = tls.NewListener(l, s.network.Secure)
	}
	srv := &http.Server{Handler: s, ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: maxHeader, ConnContext: s.gate.Context, ConnState: s.gate.State, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	return s.end(context.WithoutCancel(ctx), srv)
}

// end closes sockets and connections within grace, whatever their number and whatever hangs. Both at a time: whoever was told
// goodbye comes again at once, and must find nobody to take the time of the others. At the end of grace the connections are
// dropped below TLS, which would wait 5 s for each client that does not take its farewell.
func (s *Server) end(ctx context.Context, srv *http.Server) error {
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	ended := context.AfterFunc(ctx, s.gate.Drop)
	defer ended()
	sockets := make(chan error, 1)
	go func() { sockets <- s.hub.Shutdown(ctx) }()
	err := errors.Join(srv.Shutdown(ctx), <-sockets)
	if errors.Is(err, context.DeadlineExceeded) {
		s.gate.Drop()
		err = srv.Close()
	}
	return err
}

// declareConnections puts the gate's figures where the others are.
func (s *Server) declareConnections(r *metrics.Registry) {
	r.GaugeOf("connections", "Open connections, sockets among them.", func() float64 { return float64(s.gate.Stats().Connections) })
	r.GaugeOf("connections_new", "Open connections that have not asked for anything in full yet.", func() float64 { return float64(s.gate.Stats().Newcomers) })
	r.CounterOf("connections_dropped_total", "Connections that had to make room since the start: silent, slow or idle ones.",
		func() float64 { return float64(s.gate.Stats().Dropped) })
}

// hsts holds for half a year: long enough to mean something, short enough to outlive a mistake.
const hsts = "max-age=15768000"

// secured says of every answer that this host is never to be asked without TLS again, where that is right.
func (s *Server) secured(next http.Handler) http.Handler {
	if !s.network.HSTS || s.network.Secure == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Strict-Transport-Security", hsts)
		next.ServeHTTP(w, r)
	})
}

// ownPages refuses what changes something to pages of other origins. Of a browser that tells no more than its Origin the library compares
// only the host, and leaves the rest to HSTS, which a hall with a root of its own does not send: whoever can answer for this host
// without TLS would have pages of its origin.
func (s *Server) ownPages(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(s.foreign))
	own := cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		changes := r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions
		if changes && r.TLS != nil && strings.HasPrefix(strings.ToLower(r.Header.Get("Origin")), "http:") {
			s.foreign(w, r)
			return
		}
		own.ServeHTTP(w, r)
	})
}

// rootType is what systems know a certificate to be installed by.
const rootType = "application/x-x509-ca-cert"

// sendRoot gives the hall's root certificate to whoever wants to install it. It is no secret.
func (s *Server) sendRoot(w http.ResponseWriter, r *http.Request) {
	var root []byte
	if s.network.Root != nil {
		root = s.network.Root()
	}
	if root == nil {
		WriteProblem(w, door.NewProblem(r.Context(), hall.NotFound, nil))
		return
	}
	w.Header().Set("Content-Type", rootType)
	w.Header().Set("Content-Disposition", `attachment; filename="jiaohao-ca.crt"`)
	write(w, root)
}

// settled finds the connection of a whole request a place among those that are answered.
func (s *Server) settled(r *http.Request, c door.Caller) bool {
	return s.gate.Settle(r.Context(), socketOwner(c) != "", func() bool { return s.knownAs(r) != "" })
}

// knownAs names who has shown a key of a terminal or a session with a request, whatever it asks for; "" for a stranger.
func (s *Server) knownAs(r *http.Request) string {
	if key := s.cookies.TerminalKey(r); key != "" {
		if t, err := s.auth.Terminal(key, address(r)); err == nil {
			return terminalOwner + t.Name
		}
	}
	if token := s.cookies.SessionToken(r); token != "" {
		if session, err := s.auth.Session(token); err == nil {
			return sessionOwner + session.ID
		}
	}
	return ""
}
