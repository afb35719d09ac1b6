package server

import (
	"context"
	"errors"
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"time"

	"jiaohao/server/gate"
)

// RootPage is the one thing that is served without TLS: the hall's root certificate, for machines that have not got it yet.
// Who is on the network can change what goes over it, so the page shows the fingerprint to compare with the one that the
// server printed. Everything else is sent on to the server over TLS.
type RootPage struct {
	Source      func() []byte // the root, in PEM
	Fingerprint func() string
	Port        string // of the server over TLS
	Text        func(lang, key string) string
	Log         *slog.Logger
}

// A root is small and asked for once: a few connections for a short time are enough.
const (
	rootConnections           = 256
	rootConnectionsPerAddress = 16
	rootTime                  = 5 * time.Second
)

// Serve answers connections of l until ctx ends.
func (p RootPage) Serve(ctx context.Context, l net.Listener) error {
	bounds := gate.New(gate.Config{PerAddress: rootConnectionsPerAddress, InAll: rootConnections})
	srv := &http.Server{Handler: p.handler(bounds), ReadHeaderTimeout: rootTime, ReadTimeout: rootTime, WriteTimeout: rootTime, IdleTimeout: rootTime,
		MaxHeaderBytes: maxHeader, ConnContext: bounds.Context, ConnState: bounds.State, ErrorLog: slog.NewLogLogger(p.Log.Handler(), slog.LevelDebug)}
	stop := context.AfterFunc(ctx, func() { srv.Close() })
	defer stop()
	if err := srv.Serve(bounds.Listener(l)); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (p RootPage) handler(bounds *gate.Gate) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ca.crt", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", rootType)
		w.Header().Set("Content-Disposition", `attachment; filename="jiaohao-ca.crt"`)
		write(w, p.Source())
	})
	mux.HandleFunc("GET /{$}", p.show)
	mux.HandleFunc("/", p.toTLS)
	return headers(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !bounds.Settle(r.Context(), false, func() bool { return false }) {
			w.Header().Set("Connection", "close")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	}))
}

var rootTemplate = template.Must(template.New("").Parse(`<!doctype html>
<html lang="{{.Lang}}"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Title}}</title>
<h1>{{.Title}}</h1><p>{{.Text}}</p><p><a href="/ca.crt">{{.Get}}</a></p><p>{{.Compare}}</p><p><code>{{.Fingerprint}}</code></p><p><a href="{{.Server}}">{{.Go}}</a></p>
`))

func (p RootPage) show(w http.ResponseWriter, r *http.Request) {
	lang := language(r)
	text := func(key string) string { return p.Text(lang, key) }
	server, _ := p.server(r)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	err := rootTemplate.Execute(w, map[string]any{"Lang": lang, "Title": text("root.title"), "Text": text("root.text"), "Get": text("root.get"),
		"Compare": text("root.compare"), "Go": text("root.go"), "Fingerprint": p.Fingerprint(), "Server": template.URL(server)})
	if err != nil {
		p.Log.Debug("the page of the root could not be sent", "error", err)
	}
}

// toTLS sends on to the same path over TLS. Only names and addresses are taken from the request.
func (p RootPage) toTLS(w http.ResponseWriter, r *http.Request) {
	server, ok := p.server(r)
	if !ok || r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "https", http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, server+r.URL.RequestURI(), http.StatusTemporaryRedirect)
}

func (p RootPage) server(r *http.Request) (base string, ok bool) {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	if _, err := netip.ParseAddr(host); err != nil && !hostForm.MatchString(host) {
		return "", false
	}
	return "https://" + net.JoinHostPort(host, p.Port), true
}

var hostForm = regexp.MustCompile(`^[A-Za-z0-9.-]{1,253}$`)
