// Package server knows how the parts of the hall's server stand together: the single writer, the routes and who may use
// them, sessions, sockets and shutdown. It must never know what a page shows or what a rule decides.
package server

import (
	"context"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"jiaohao/server/auth"
	"jiaohao/server/door"
	"jiaohao/server/gate"
	"jiaohao/server/hall"
	"jiaohao/server/live"
	"jiaohao/server/metrics"
)

// Slice is one audience: its routes, its page and its live views.
type Slice interface {
	// Register adds the slice's JSON operations to the one API.
	Register(api huma.API)
	// Handlers gives raw handlers by pattern, for instance "GET /t/{id}".
	Handlers() map[string]http.Handler
	// Pages gives static files by the prefix of their URL, for instance "/kiosk/page/".
	Pages() map[string]fs.FS
	// Views gives the live views by name.
	Views() map[string]func(ctx context.Context, q url.Values) (live.Topic, error)
}

// Files are the shared assets as the server needs to know them.
type Files struct {
	FS        fs.FS
	MIME      func(name string) string
	Immutable func(name string) bool
}

// Config is everything a server needs; serve.go fills it.
type Config struct {
	Desk      *Desk
	Hub       *live.Hub
	Auth      *auth.Store
	Slices    []Slice
	Assets    Files
	Say       door.Sentences
	Text      func(lang, key string) string // of the server's own few pages
	Demo      bool
	TLS       bool
	Build     string
	PublicURL string
	// MetricsToken opens /metrics to programs on other machines; empty means this machine only.
	MetricsToken string
	// Network is how clients reach the server. TLS can be true without a certificate here: a proxy may have it.
	Network Network
	// Metrics is what /metrics shows; the server declares what passes its door there.
	Metrics *metrics.Registry
	Log     *slog.Logger
}

// Server answers HTTP.
type Server struct {
	desk     *Desk
	hub      *live.Hub
	auth     *auth.Store
	views    map[string]func(ctx context.Context, q url.Values) (live.Topic, error)
	files    Files
	say      door.Sentences
	text     func(lang, key string) string
	demo     bool
	cookies  auth.Cookies
	log      *slog.Logger
	requests *requests
	registry *metrics.Registry
	holds    holds
	mux      *http.ServeMux
	routes   []string
	handler  http.Handler
	api      huma.API

	metricsToken string
	network      Network
	gate         *gate.Gate
	limiters     *limiters
}

// New builds the server: every slice's routes behind the one table of access.
func New(c Config) *Server {
	s := &Server{desk: c.Desk, hub: c.Hub, auth: c.Auth, files: c.Assets, say: c.Say, text: c.Text, demo: c.Demo,
		cookies: auth.Cookies{TLS: c.TLS}, log: c.Log, requests: newRequests(c.Metrics), registry: c.Metrics, metricsToken: c.MetricsToken, mux: http.NewServeMux(),
		views: map[string]func(context.Context, url.Values) (live.Topic, error){}}
	s.network, s.gate, s.limiters = c.Network, gate.New(c.Network.Connections), newLimiters(c.Network.Limits, c.Metrics)
	s.declareConnections(c.Metrics)
	s.holds = holds{hold: s.hold, sockets: s.hub.Sockets, release: map[string]func(){}}
	s.api = humago.New(guarded{s}, apiConfig(c))
	s.registerSession(s.api)
	s.registerTerminals(s.api)
	s.registerPasswords(s.api)
	s.registerPairing(s.api)
	for _, slice := range c.Slices {
		s.mount(slice)
	}
	s.own()
	s.handler = recoverer(s.log, s.secured(headers(s.ownPages(s.mux))))
	return s
}

func apiConfig(c Config) huma.Config {
	config := huma.DefaultConfig("jiaohao 叫号", "1")
	config.Info.Description = "Queue tickets and windows of a government service hall."
	config.DocsPath, config.SchemasPath, config.OpenAPIPath = "", "", ""
	config.CreateHooks = nil // it would add $schema links to every answer
	config.Transformers = nil
	return config
}

// guarded is the mux as the API library and the slices see it: every route goes through the guard.
type guarded struct{ s *Server }

// HandleFunc mounts a route behind the guard.
func (g guarded) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	g.s.handle(pattern, http.HandlerFunc(handler))
}

// ServeHTTP answers a request.
func (g guarded) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.s.mux.ServeHTTP(w, r) }

func (s *Server) handle(pattern string, h http.Handler) {
	s.routes = append(s.routes, pattern)
	s.mux.Handle(pattern, s.guard(pattern, h))
}

func (s *Server) mount(slice Slice) {
	slice.Register(s.api)
	for pattern, h := range slice.Handlers() {
		s.handle(pattern, h)
	}
	for prefix, files := range slice.Pages() {
		s.handle("GET "+prefix, http.StripPrefix(prefix, s.static(files)))
	}
	for name, view := range slice.Views() {
		accessOf("LIVE " + name)
		s.views[name] = view
	}
}

// own mounts what belongs to no slice.
func (s *Server) own() {
	s.handle("GET /assets/", http.StripPrefix("/assets/", s.static(s.files.FS)))
	s.handle("GET /pairing/page/", http.StripPrefix("/pairing/page/", s.static(pairingFiles())))
	s.handle("GET /favicon.ico", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	s.handle("GET /healthz", http.HandlerFunc(s.health))
	s.handle("GET /ca.crt", http.HandlerFunc(s.sendRoot))
	s.handle("GET /metrics", http.HandlerFunc(s.writeMetrics))
	s.handle("GET /api/v1/live", http.HandlerFunc(s.live))
	s.handle("GET /api/v1/openapi.json", http.HandlerFunc(s.openAPI))
	s.handle("GET /enrol/{code}", http.HandlerFunc(s.enrolPage))
	s.handle("POST /enrol/{code}", http.HandlerFunc(s.enrol))
	s.handle("GET /setup", http.HandlerFunc(s.showSetup))
	s.handle("POST /setup", http.HandlerFunc(s.setUp))
	for _, page := range []string{"kiosk", "display", "counter", "supervisor"} {
		to := "/" + page + "/page/"
		s.handle("GET /"+page, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			target := url.URL{Path: to, RawQuery: r.URL.RawQuery}
			http.Redirect(w, r, target.String(), http.StatusFound)
		}))
	}
	s.mux.HandleFunc("/", s.notFound)
}

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	WriteProblem(w, door.NewProblem(s.visitor(r), hall.NotFound, nil))
}

func (s *Server) foreign(w http.ResponseWriter, r *http.Request) {
	WriteProblem(w, door.NewProblem(s.visitor(r), hall.Forbidden, nil))
}

// visitor is the context of a request that never reached a route.
func (s *Server) visitor(r *http.Request) context.Context {
	return door.With(r.Context(), door.Caller{Actor: hall.Actor{Kind: hall.Citizen}, Address: address(r), Lang: language(r), Say: s.say})
}

func (s *Server) openAPI(w http.ResponseWriter, r *http.Request) {
	doc, err := json.Marshal(s.api.OpenAPI())
	if err != nil {
		s.log.Error("the API's description cannot be written", "error", err)
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/openapi+json")
	write(w, doc)
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Routes lists the patterns of everything that is mounted.
func (s *Server) Routes() []string { return s.routes }

// API is the description of the JSON operations.
func (s *Server) API() *huma.OpenAPI { return s.api.OpenAPI() }

// csp is the policy of every page: nothing from elsewhere, nothing inline.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; " +
	"font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// permissions takes from every page what none of them uses. The screens' own sound stays.
const permissions = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), bluetooth=(), midi=(), display-capture=(), " +
	"accelerometer=(), gyroscope=(), magnetometer=(), browsing-topics=()"

func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", permissions)
		if strings.HasPrefix(r.URL.Path, "/api/") {
			h.Set("Cache-Control", "no-store")
		}
		next.ServeHTTP(w, r)
	})
}

// recoverer answers a panic of a handler with nothing but a closed connection, and keeps the others running.
func recoverer(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p != http.ErrAbortHandler {
				log.Error("a handler failed", "method", r.Method, "panic", p)
			}
			panic(http.ErrAbortHandler)
		}()
		next.ServeHTTP(w, r)
	})
}

func write(w http.ResponseWriter, body []byte) {
	if _, err := w.Write(body); err != nil {
		slog.Debug("an answer could not be sent", "error", err)
	}
}
