package server_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"jiaohao/server"
	"jiaohao/server/certs"
	"jiaohao/server/servertest"
)

// startSecure is a hall over TLS with a root of its own.
func startSecure(t *testing.T, hsts bool) (*servertest.Hall, *certs.Source, string) {
	t.Helper()
	src, err := certs.Local(t.TempDir()+"/tls", certs.Options{Title: "大厅", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	h := servertest.StartWithin(t, doorPlan(t), server.Network{Secure: src.Config(), Root: src.Root, HSTS: hsts})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Inner.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return h, src, "https://" + l.Addr().String()
}

// trusting is a client that has installed a root, or none.
func trusting(root []byte) *http.Client {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(root)
	return &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func TestOverTLS(t *testing.T) {
	_, src, base := startSecure(t, false)
	if _, err := trusting(nil).Get(base + "/healthz"); err == nil {
		t.Error("a terminal without the root trusts the server")
	}
	res, err := trusting(src.Root()).Get(base + "/ca.crt")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if root, err := io.ReadAll(res.Body); err != nil || string(root) != string(src.Root()) || res.Header.Get("Content-Type") != "application/x-x509-ca-cert" {
		t.Errorf("the root came as %q, %v: %s", res.Header.Get("Content-Type"), err, root)
	}
	if res.ProtoMajor != 1 || res.TLS.Version < tls.VersionTLS12 || res.Header.Get("Strict-Transport-Security") != "" {
		t.Errorf("%s, TLS %x, %v", res.Proto, res.TLS.Version, res.Header)
	}
	old := trusting(src.Root())
	old.Transport.(*http.Transport).TLSClientConfig.MaxVersion = tls.VersionTLS11
	if _, err := old.Get(base + "/healthz"); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
	res, err = trusting(src.Root()).Post(base+"/api/v1/session", "application/json", strings.NewReader(`{"staff":"1001","password":"jiaohao-demo"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if c := res.Header.Get("Set-Cookie"); !strings.HasPrefix(c, "__Host-") || !strings.Contains(c, "Secure") {
		t.Errorf("the cookie is %q", c)
	}
}

// TestAPageWithoutTLSIsForeign: whoever can answer for the host without TLS has pages of the same host, and of another origin.
func TestAPageWithoutTLSIsForeign(t *testing.T) {
	_, src, base := startSecure(t, false)
	for origin, want := range map[string]bool{"": true, base: true, "http" + strings.TrimPrefix(base, "https"): false, "HTTP" + strings.TrimPrefix(base, "https"): false} {
		req, err := http.NewRequest("POST", base+"/api/v1/session", strings.NewReader(`{"staff":"1001","password":"jiaohao-demo"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		if origin != "" {
			req.Header.Set("Origin", origin)
		}
		res, err := trusting(src.Root()).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if in := res.StatusCode < 300; in != want || !in && res.StatusCode != http.StatusForbidden {
			t.Errorf("from %q: %d", origin, res.StatusCode)
		}
	}
}

// TestTheGateIsUnderTLS: a connection that does not even shake hands is a newcomer, one that has asked is not.
func TestTheGateIsUnderTLS(t *testing.T) {
	h, src, base := startSecure(t, false)
	silent, err := net.Dial("tcp", strings.TrimPrefix(base, "https://"))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	client := trusting(src.Root())
	client.Transport.(*http.Transport).DisableKeepAlives = false
	defer client.CloseIdleConnections()
	for _, want := range []string{"jiaohao_connections 2", "jiaohao_connections_new 1"} {
		res, err := client.Get(base + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || !strings.Contains(string(text), want+"\n") {
			t.Errorf("no %s in the figures (%v) of %v", want, err, h.URL)
		}
	}
}

func TestHSTSOnlyWhereItIsRight(t *testing.T) {
	_, src, base := startSecure(t, true)
	res, err := trusting(src.Root()).Get(base + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got := res.Header.Get("Strict-Transport-Security"); got != "max-age=15768000" {
		t.Errorf("%q", got)
	}
}

func TestWithoutARootThereIsNone(t *testing.T) {
	h := startEvery(t)
	if a := h.GET(t, "", "/ca.crt"); a.Status != 404 || a.Code() != "not_found" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// startRootPage serves the root over plain HTTP.
func startRootPage(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	page := server.RootPage{Source: func() []byte { return []byte("the root") }, Fingerprint: func() string { return "AB:CD" }, Port: "8443",
		Text: func(lang, key string) string { return lang + " " + key }, Log: slog.New(slog.DiscardHandler)}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- page.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// TestTheRootPageGivesTheRootOnly: nothing else is answered without TLS, and nothing of the request comes back but its path and host.
func TestTheRootPageGivesTheRootOnly(t *testing.T) {
	at := startRootPage(t)
	for _, row := range []struct {
		method, path, host string
		status             int
		location, body     string
	}{
		{"GET", "/ca.crt", "", 200, "", "the root"},
		{"GET", "/?lang=en", "", 200, "", "en root.title"},
		{"GET", "/", "10.0.0.1:8081", 200, "", "https://10.0.0.1:8443"},
		{"GET", "/", "", 200, "", "AB:CD"},
		{"GET", "/counter?x=1", "hall.example", 307, "https://hall.example:8443/counter?x=1", ""},
		{"GET", "/kiosk", "[fd00::1]:8081", 307, "https://[fd00::1]:8443/kiosk", ""},
		{"GET", "//evil.example/", "hall.example", 307, "", ""},
		{"GET", "/x", "evil\"<script>", 400, "", ""},
		{"GET", "/x", "user@evil.example", 400, "", ""},
		{"POST", "/api/v1/session", "", 400, "", ""},
	} {
		req, err := http.NewRequest(row.method, "http://"+at+row.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if row.host != "" {
			req.Host = row.host
		}
		res, err := trusting(nil).Do(req)
		if err != nil {
			t.Errorf("%s %s: %v", row.method, row.path, err)
			continue
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		location := res.Header.Get("Location")
		if err != nil || res.StatusCode != row.status || row.location != "" && location != row.location || !strings.Contains(string(body), row.body) {
			t.Errorf("%s %s at %q: %d to %q: %s (%v)", row.method, row.path, row.host, res.StatusCode, location, body, err)
		}
		if location != "" && !strings.HasPrefix(location, "https://") && !strings.HasPrefix(location, "/") {
			t.Errorf("%s leads to %s", row.path, location)
		}
		if strings.HasPrefix(location, "//") || strings.HasPrefix(location, "https://evil") {
			t.Errorf("%s leads away, to %s", row.path, location)
		}
	}
}
