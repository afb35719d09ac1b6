package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"jiaohao/server"
)

// TestMain lets the test binary be the program itself, so that it can be started, killed and started again.
func TestMain(m *testing.M) {
	if os.Getenv("JIAOHAO_TEST_PROCESS") == "1" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		code := runAsProgram(ctx)
		stop()
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// runAsProgram is main, but that a test can ask for a clock that runs faster, by JIAOHAO_TEST_SPEED.
func runAsProgram(ctx context.Context) int {
	speed, err := strconv.ParseFloat(os.Getenv("JIAOHAO_TEST_SPEED"), 64)
	if err != nil || len(os.Args) > 1 {
		return run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	}
	c, _, err := Load("", os.Environ())
	if err == nil {
		err = serveBy(ctx, c, server.NewClock(speed), os.Stdout, os.Stderr)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// process is the program running on a data folder of the test.
type process struct {
	*exec.Cmd
	Base  string
	trust *tls.Config  // the program's own root; nil without TLS
	web   *http.Client // of somebody who trusts that root
	data  string
	mu    sync.Mutex
	log   strings.Builder
	said  strings.Builder // on stdout
}

// printed is what the program has told the person who started it.
func (p *process) printed() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

func (p *process) logged() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

var printedBase = regexp.MustCompile(`https?://127\.0\.0\.1:\d+`)

// atNoon writes the shipped configuration for a place where it is about noon, so that no business day ends under a test. It
// gives the file.
func atNoon(t testing.TB) string {
	t.Helper()
	const shipped = "    timezone: Asia/Shanghai"
	east := 12 - time.Now().UTC().Hour() // in hours; the names of these zones count to the west
	text := strings.Replace(string(shippedConfig), shipped, fmt.Sprintf("    timezone: Etc/GMT%+d", -east), 1)
	if !strings.Contains(string(shippedConfig), shipped) {
		t.Fatalf("config.yaml says no %q", shipped)
	}
	file := filepath.Join(t.TempDir(), "noon.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// startProcess starts the program as its user would and waits until it takes commands. listen ":0" picks a free port.
func startProcess(t testing.TB, data, listen string, args ...string) *process {
	t.Helper()
	p, out := launch(t, data, listen, args...)
	p.waitReady(t, out)
	return p
}

// launch starts the program and does not wait for it.
func launch(t testing.TB, data, listen string, args ...string) (*process, io.Reader) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: exec.Command(self, args...), web: http.DefaultClient, data: data}
	p.Env = append(os.Environ(), "JIAOHAO_TEST_PROCESS=1", "JIAOHAO_DATA="+data, "JIAOHAO_LISTEN="+listen)
	p.Dir = t.TempDir()
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.Stderr = writerFunc(func(b []byte) (int, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.log.Write(b)
	})
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Process.Kill() })
	return p, out
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// waitOpen gives a hall that will open a day by itself the moment that it takes; another one stays closed.
func (p *process) waitOpen() {
	for range 200 {
		res, err := p.web.Get(p.Base + "/api/v1/hall")
		if err != nil {
			return
		}
		text, err := io.ReadAll(res.Body)
		if res.Body.Close(); err != nil || !strings.Contains(string(text), `"closedReason":"day_not_open"`) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (p *process) waitReady(t testing.TB, out io.Reader) {
	t.Helper()
	found := make(chan string, 1)
	go func() {
		scanner := bufio.NewScanner(out)
		for scanner.Scan() {
			p.mu.Lock()
			p.said.WriteString(scanner.Text() + "\n")
			p.mu.Unlock()
			if base := printedBase.FindString(scanner.Text()); base != "" {
				select {
				case found <- base:
				default:
				}
			}
		}
		close(found)
	}()
	select {
	case base, ok := <-found:
		if !ok {
			t.Fatalf("the program ended at once:\n%s", p.logged())
		}
		p.Base = base
		p.install(t)
	case <-time.After(15 * time.Second):
		t.Fatalf("not serving within 15 s:\n%s", p.logged())
	}
	for range 1000 {
		if res, err := p.web.Get(p.Base + "/healthz"); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				p.waitOpen()
				return
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("never healthy:\n%s", p.logged())
}

// install makes the test trust the root that the program has made for itself, as a terminal does.
func (p *process) install(t testing.TB) {
	t.Helper()
	if !strings.HasPrefix(p.Base, "https:") {
		return
	}
	root, err := os.ReadFile(filepath.Join(p.data, tlsFolder, "ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	p.trust = &tls.Config{RootCAs: x509.NewCertPool()}
	p.trust.RootCAs.AppendCertsFromPEM(root)
	p.web = &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: p.trust}}
	t.Cleanup(p.web.CloseIdleConnections)
}

// staying is a client that follows no redirection.
func (p *process) staying() *http.Client {
	c := *p.web
	c.CheckRedirect = noRedirect.CheckRedirect
	return &c
}

// kill ends the process as a power cut would, as far as a process can.
func (p *process) kill(t testing.TB) {
	t.Helper()
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.Wait() // it was killed: the error says so
}

// stop ends the process as a service manager does.
func (p *process) stop(t testing.TB) {
	t.Helper()
	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err != nil {
		t.Fatalf("ended with %v:\n%s", err, p.logged())
	}
}

// wire keeps a connection for every client of a crowd. Nothing may take so long that it looks like no answer at all.
var wire = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}, Timeout: 30 * time.Second}

// client talks to the program as somebody; its cookies are its own.
type client struct {
	base   string
	cookie string
}

type reply struct {
	status int
	body   []byte
	header http.Header
}

func (r reply) into(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal(r.body, v); err != nil {
		t.Fatalf("%d %s: %v", r.status, r.body, err)
	}
}

func (c client) do(method, path, key string, body any) (reply, error) {
	return c.within(context.Background(), method, path, key, body)
}

// within is do for a client whose patience ends with ctx.
func (c client) within(ctx context.Context, method, path, key string, body any) (reply, error) {
	var reader io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return reply{}, err
		}
		reader = strings.NewReader(string(raw))
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, reader)
	if err != nil {
		return reply{}, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	if c.cookie != "" {
		req.Header.Set("Cookie", c.cookie)
	}
	res, err := wire.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, raw, res.Header}, err
}

// must does a request that has to be accepted.
func (c client) must(t testing.TB, method, path string, body any) reply {
	t.Helper()
	r, err := c.do(method, path, "", body)
	if err != nil || r.status >= 300 {
		t.Fatalf("%s %s: %v %d %s", method, path, err, r.status, r.body)
	}
	return r
}

// signedIn gives a client of a member of staff of the demonstration.
func (p *process) signedIn(t testing.TB, staff string) client {
	t.Helper()
	c := client{base: p.Base}
	r := c.must(t, "POST", "/api/v1/session", map[string]string{"staff": staff, "password": "jiaohao-demo"})
	c.cookie, _, _ = strings.Cut(r.header.Get("Set-Cookie"), ";")
	return c
}
