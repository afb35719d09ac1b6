package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"jiaohao/server"
	"jiaohao/server/hall"
	"jiaohao/server/servertest"
	"jiaohao/server/supervisor"
)

// realHall is the shipped hall, no demonstration, on a folder of the test.
func realHall(t *testing.T) Config {
	t.Helper()
	c, _, err := load("shipped", shippedConfig, []string{"JIAOHAO_DEMO=false", "JIAOHAO_LISTEN=127.0.0.1:0", "JIAOHAO_DATA=" + filepath.Join(t.TempDir(), "data")})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestPlainHTTPIsThePlansWord: without it a hall does not start for other machines. What counts is the plan in force, not only the file's.
func TestPlainHTTPIsThePlansWord(t *testing.T) {
	c := realHall(t)
	open := func() (*running, error) { return openHall(t.Context(), c, server.NewClock(1), io.Discard) }
	c.Listen = "0.0.0.0:0"
	if _, err := open(); err == nil || !strings.Contains(err.Error(), "plan.hall.plainHTTP: true") {
		t.Fatalf("started: %v", err)
	}
	c.Plan.Hall.PlainHTTP = true
	h, err := open()
	if err != nil {
		t.Fatal(err)
	}
	if kinds := warned(h); !strings.Contains(kinds, supervisor.AlertPlain) {
		t.Errorf("the console is told of %s", kinds)
	}
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
	c.TLS.Auto = true
	if h, err = open(); err != nil {
		t.Fatal(err)
	}
	if kinds := warned(h); strings.Contains(kinds, supervisor.AlertPlain) {
		t.Errorf("with TLS the console is told of %s", kinds)
	}
	// Somebody takes the word back at the console: the file still says it, but the plan in force does not.
	plan := c.Plan
	plan.Hall.PlainHTTP = false
	if err := h.order(t.Context(), hall.SetPlan{Plan: &plan, Hash: PlanHash(&plan), Source: hall.FromConsole}); err != nil {
		t.Fatal(err)
	}
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
	c.TLS.Auto = false
	if _, err := open(); err == nil || !strings.Contains(err.Error(), "the plan in force does not say so") {
		t.Errorf("started: %v", err)
	}
}

// TestConnectionsFitIntoTheFiles: the settings count as far as the system has files for them.
func TestConnectionsFitIntoTheFiles(t *testing.T) {
	h := &running{config: realHall(t), log: slog.New(slog.DiscardHandler)}
	for _, row := range []struct{ files, want int }{{0, 16000}, {1 << 20, 16000}, {16000 + keptFiles, 16000}, {10000, 10000 - keptFiles}, {1024, 256}} {
		if got := h.connections(row.files); got != row.want {
			t.Errorf("with %d files %d connections, want %d", row.files, got, row.want)
		}
	}
}

func warned(h *running) string {
	var kinds []string
	for _, w := range h.warnings() {
		kinds = append(kinds, w.Kind)
	}
	return strings.Join(kinds, " ")
}

var (
	printedSecure      = regexp.MustCompile(`https://127\.0\.0\.1:\d+`)
	printedFingerprint = regexp.MustCompile(`root SHA-256\s+(\S+)`)
)

// TestHallOverTLS starts the program with a root of its own: the root that a terminal fetches is the one whose fingerprint the start
// and the command print, and with it the terminal trusts the server.
func TestHallOverTLS(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	env := []string{"JIAOHAO_DATA=" + data, "JIAOHAO_LISTEN=127.0.0.1:0", "JIAOHAO_TLS_AUTO=true", "JIAOHAO_TLS_ROOT_LISTEN=127.0.0.1:0"}
	ctx, stop := context.WithCancel(t.Context())
	out, errs, done := &servertest.SafeBuffer{}, &servertest.SafeBuffer{}, make(chan int, 1)
	go func() { done <- run(ctx, []string{"serve"}, env, out, errs) }()
	defer func() {
		stop()
		if code := <-done; code != 0 {
			t.Errorf("ended with %d:\n%s", code, errs.String())
		}
	}()
	for range 200 {
		if printedFingerprint.MatchString(out.String()) {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	base, fingerprint := printedSecure.FindString(out.String()), printedFingerprint.FindStringSubmatch(out.String())
	if base == "" || fingerprint == nil {
		t.Fatalf("printed\n%s\n%s", out.String(), errs.String())
	}
	var said bytes.Buffer
	if code := run(t.Context(), []string{"tls"}, env, &said, io.Discard); code != 0 || !strings.Contains(said.String(), fingerprint[1]) {
		t.Errorf("jiaohao tls: %d\n%s", code, said.String())
	}
	root, err := os.ReadFile(filepath.Join(data, tlsFolder, "ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(root)
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}}
	res, err := client.Get(base + "/ca.crt")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if served, err := io.ReadAll(res.Body); err != nil || !bytes.Equal(served, root) {
		t.Errorf("served %s, %v", served, err)
	}
}

// TestTLSCommandSaysWhatIsMissing names the setting or the file.
func TestTLSCommandSaysWhatIsMissing(t *testing.T) {
	for env, want := range map[string]string{"JIAOHAO_TLS_AUTO=false": "this hall has no certificate", "JIAOHAO_TLS_AUTO=true": "server.crt"} {
		var errs bytes.Buffer
		code := run(t.Context(), []string{"tls"}, []string{"JIAOHAO_DATA=" + t.TempDir(), env}, io.Discard, &errs)
		if code != 1 || !strings.Contains(errs.String(), want) {
			t.Errorf("%s: %d %s", env, code, errs.String())
		}
	}
}
