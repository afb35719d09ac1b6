package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"jiaohao/server"
	"jiaohao/server/certs"
	"jiaohao/server/gate"
	"jiaohao/server/hall"
	"jiaohao/server/secret"
	"jiaohao/server/supervisor"
)

// tlsFolder is where a hall's own authority is kept, in the data folder.
const tlsFolder = "tls"

// tokenFile holds the token for programs that read /metrics from other machines, in the data folder.
const tokenFile = "metrics-token"

// on reports whether the server speaks TLS.
func (t TLSConfig) on() bool { return t.Cert != "" || t.Auto }

// names splits the setting into its words.
func (t TLSConfig) names() []string {
	return strings.FieldsFunc(t.Names, func(r rune) bool { return r == ',' || r == ' ' || r == '，' || r == '、' })
}

// closeFolder closes the data folder and what is in it to other users of the machine, whatever a copy, a backup tool or a
// hand has left open.
func (h *running) closeFolder() error {
	if h.memory {
		return nil
	}
	opened, err := secret.Close(h.config.Data)
	for _, o := range opened {
		h.log.Warn("this was open to other users of the machine and is closed now; if anybody else works on it, change all passwords", "file", o.String())
	}
	return err
}

// metricsToken gives the token that opens /metrics to other machines.
func (h *running) metricsToken() (string, error) {
	if h.memory {
		return "", nil
	}
	return secret.Token(h.path(tokenFile))
}

// openCerts finds the certificate under which the hall is reached.
func (h *running) openCerts(context.Context) (err error) {
	t := h.config.TLS
	switch {
	case t.Cert != "":
		h.certs, err = certs.Own(t.Cert, t.Key, time.Now, h.log)
	case t.Auto && !h.memory:
		h.certs, err = certs.Local(h.path(tlsFolder), certs.Options{Title: h.config.Plan.Hall.Name.Zh, Names: t.names(), Log: h.log})
	}
	if err != nil {
		return fmt.Errorf("tls: %w", err)
	}
	return nil
}

// errPlain says the three ways out of serving other machines without TLS.
const errPlain = "on %s passwords and tickets would cross the network unencrypted; say tls.auto: true, or name a certificate with tls.cert and tls.key, " +
	"or say in the plan that the hall has a network of its own: plan.hall.plainHTTP: true"

// mayBePlain refuses to start without TLS on a network, unless the plan says that it may be: the one in force or the one of
// the next business day. It is in the journal then who wanted it so.
func (h *running) mayBePlain(context.Context) error {
	if h.certs != nil || h.config.loopback() {
		return nil
	}
	state := h.desk.State()
	next, _, coming := state.NextPlan()
	if !state.Plan().Hall.PlainHTTP && !(coming && next.Hall.PlainHTTP) {
		return fmt.Errorf(errPlain+" (the plan in force does not say so; see: jiaohao plan diff)", h.config.Listen)
	}
	h.plainSince = h.now()
	h.log.Warn("passwords and tickets cross the network unencrypted, as the plan allows", "listen", h.config.Listen)
	return nil
}

// network is how clients reach the server. A demonstration is for this machine only and limits nobody.
func (h *running) network() server.Network {
	l := h.config.Limits
	n := server.Network{Connections: gate.Config{PerAddress: l.SocketsPerAddress + l.ConnectionsPerAddress, InAll: h.connections(gate.Files())}}
	if h.certs != nil {
		n.Secure, n.Root, n.HSTS = h.certs.Config(), h.certs.Root, h.config.TLS.Cert != "" && !h.config.Demo
	}
	if !h.config.Demo {
		n.Limits = server.Limits{Tickets: l.Tickets.rate(), Actions: l.Actions.rate(), Unknown: l.Unknown.rate(), SignIns: l.SignIns.rate(),
			Requests: l.Requests.rate()}
	}
	return n
}

func (r RateConfig) rate() gate.Rate { return gate.Rate{PerMinute: r.PerMinute, Burst: r.Burst} }

// keptFiles is how many open files the hall needs beside the connections of strangers: its own, newcomers and terminals.
const keptFiles = 3500

// connections is how many connections strangers may hold: what the settings say, and no more than the system has files for.
func (h *running) connections(files int) int {
	l := h.config.Limits
	want := l.Sockets + l.Connections
	if files == 0 || want+keptFiles <= files {
		return want
	}
	room := max(files/4, files-keptFiles)
	h.log.Warn("the system lets this program open too few files for limits.sockets and limits.connections; fewer are taken",
		"files", files, "wanted", want+keptFiles, "connections", room)
	return room
}

// serveOn serves on a listener, and the root certificate on its own.
func (h *running) serveOn(ctx context.Context, l net.Listener) error {
	if h.certs != nil {
		go h.certs.Keep(ctx)
	}
	stop, err := h.serveRoot(ctx, l.Addr())
	if err != nil {
		return errors.Join(err, l.Close())
	}
	return errors.Join(h.server.Serve(ctx, l), stop())
}

// serveRoot gives the root to machines that have not got it yet, over plain HTTP.
func (h *running) serveRoot(ctx context.Context, at net.Addr) (stop func() error, err error) {
	if h.certs == nil || h.certs.Root() == nil || h.config.TLS.RootListen == "" {
		return func() error { return nil }, nil
	}
	l, err := net.Listen("tcp", h.config.TLS.RootListen)
	if err != nil {
		return nil, fmt.Errorf("nobody can fetch the root certificate: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	page := server.RootPage{Source: h.certs.Root, Fingerprint: func() string { return h.certs.Report().Fingerprint }, Port: portOf(at), Text: message, Log: h.log}
	go func() { done <- page.Serve(ctx, l) }()
	return func() error { cancel(); return <-done }, nil
}

func portOf(a net.Addr) string {
	_, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return "443"
	}
	return port
}

// networkWarnings tells the supervisor what is wrong with how the hall is reached.
func (h *running) networkWarnings() []supervisor.Warning {
	var list []supervisor.Warning
	if h.plainSince > 0 {
		list = append(list, supervisor.Warning{Kind: supervisor.AlertPlain, Subject: h.config.Listen, Since: h.plainSince})
	}
	if h.certs != nil {
		if days, soon := h.certs.EndsSoon(time.Now()); soon {
			until := h.certs.Ends().In(h.zone())
			list = append(list, supervisor.Warning{Kind: supervisor.AlertCertificate, Subject: until.Format(time.DateOnly), Since: h.now(),
				Params: map[string]any{"days": max(0, days)}})
		}
	}
	for _, l := range h.server.Limited() {
		list = append(list, supervisor.Warning{Kind: supervisor.AlertLimited, Subject: l.Subject, Since: h.ago(l.First),
			Params: map[string]any{"n": l.Count, "limit": l.Kind}})
	}
	return list
}

// ago is a moment of the machine's clock on the hall's.
func (h *running) ago(t time.Time) hall.Time {
	return h.now() - hall.Time(time.Since(t)/time.Millisecond)
}

func tlsCommand(_ context.Context, in invocation) int {
	c, rest, code, ok := in.configured("tls", nil)
	if !ok {
		return code
	}
	if len(rest) > 0 {
		fmt.Fprintln(in.stderr, "Usage: jiaohao tls")
		return 2
	}
	var r certs.Report
	var err error
	switch {
	case c.TLS.Cert != "":
		r, err = certs.DescribeFile(c.TLS.Cert)
	case c.TLS.Auto:
		r, err = certs.Describe(filepath.Join(c.Data, tlsFolder))
	default:
		err = errors.New("this hall has no certificate; see tls in config.yaml")
	}
	if err != nil {
		return in.fail(err)
	}
	fmt.Fprint(in.stdout, describe(r, time.Now()))
	return 0
}

// describe says to people what is in use.
func describe(r certs.Report, now time.Time) string {
	var b strings.Builder
	line := func(what, value string) { fmt.Fprintf(&b, "%s  %s\n", what, value) }
	end := func(t time.Time) string {
		return t.Format(time.DateOnly) + " (" + strconv.Itoa(int(t.Sub(now)/(24*time.Hour))) + " 天 days)"
	}
	if r.Fingerprint != "" {
		line("根证书指纹 root SHA-256", r.Fingerprint)
		line("根证书到期 root until   ", end(r.RootUntil))
	}
	line("服务器证书 server SHA-256", r.Server)
	line("证书到期 until          ", end(r.Until))
	line("名称地址 names          ", strings.Join(r.Names, " "))
	return b.String()
}
