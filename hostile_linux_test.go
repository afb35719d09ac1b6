package main

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The attackers come from addresses of this machine that no terminal has: Linux has all of 127.0.0.0/8.
const (
	terminalsAddress = "127.0.0.1"
	strangersAddress = "127.0.0.66"
)

// attackFor is how long each attack lasts; JIAOHAO_ATTACK in seconds for a longer look.
func attackFor() time.Duration {
	if n, err := strconv.Atoi(os.Getenv("JIAOHAO_ATTACK")); err == nil {
		return time.Duration(n) * time.Second
	}
	return time.Second
}

// besieged is a real hall, with its limits on, and kiosks that take tickets from it all the time.
type besieged struct {
	*process
	at, key string
}

// besiege starts a hall that is no demonstration. Its kiosks may take more tickets than those of people, so that there is something to measure.
func besiege(t *testing.T) *besieged {
	t.Helper()
	t.Setenv("JIAOHAO_LIMITS_TICKETS_PER_MINUTE", "0")
	t.Setenv("JIAOHAO_LIMITS_REQUESTS_PER_MINUTE", "12000")
	real := startReal(t)
	_, at, _ := strings.Cut(real.Base, "://")
	return &besieged{process: real.process, at: at, key: real.enrol(t, "kiosk-1")}
}

// take takes one ticket, and gives how long it took.
func (b *besieged) take(c *http.Client) (time.Duration, error) {
	req, err := http.NewRequest("POST", b.Base+"/api/v1/tickets", strings.NewReader(`{"service":"household-birth"}`))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+b.key)
	began := time.Now()
	res, err := c.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusCreated {
		err = fmt.Errorf("%d %s", res.StatusCode, body)
	}
	return time.Since(began), err
}

// kiosks take tickets until stop is closed: half of them over one connection, half over a new one each time. They give how long each took.
func (b *besieged) kiosks(stop <-chan struct{}) (took []time.Duration, failures []error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for n := range 4 {
		client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: n%2 == 0, TLSClientConfig: b.trust}}
		wg.Go(func() {
			defer client.CloseIdleConnections()
			tick := time.NewTicker(25 * time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-stop:
					return
				case <-tick.C:
				}
				d, err := b.take(client)
				mu.Lock()
				if took = append(took, d); err != nil {
					failures = append(failures, err)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return took, failures
}

// queue is how the kiosks fared for some time.
type queue struct {
	tickets  int
	p99      time.Duration
	failures []error
}

// starved says what is wrong at the kiosks compared with a calm time, "" for nothing. Attackers and kiosks share the cores of
// one machine with the hall, so that a ticket may be 20 times slower for one in a hundred, and a quarter of a second anyway.
func (q queue) starved(calm queue) string {
	switch {
	case len(q.failures) > 0:
		return fmt.Sprintf("%d failed: %v", len(q.failures), q.failures[0])
	case q.p99 > max(20*calm.p99, 250*time.Millisecond):
		return fmt.Sprintf("a ticket takes %v, in calm %v", q.p99, calm.p99)
	case q.tickets*4 < calm.tickets:
		return fmt.Sprintf("%d tickets, in calm %d", q.tickets, calm.tickets)
	}
	return ""
}

// watch looks at the kiosks for as long as an attack lasts, while something goes on.
func (b *besieged) watch(meanwhile func(stop <-chan struct{})) queue {
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { meanwhile(stop) })
	time.AfterFunc(attackFor(), func() { close(stop) })
	took, failures := b.kiosks(stop)
	wg.Wait()
	slices.Sort(took)
	return queue{len(took), took[len(took)*99/100], failures}
}

// dial connects as a stranger.
func (b *besieged) dial(from string) (net.Conn, error) {
	d := net.Dialer{Timeout: time.Second, LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	return d.Dial("tcp", b.at)
}

// crowd keeps n strangers at it until stop is closed; each does one thing after the other.
func crowded(n int, stop <-chan struct{}, one func()) {
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					one()
				}
			}
		})
	}
	wg.Wait()
}

// drip opens a connection, says something and then a byte a second, until it is closed or stop is.
func (b *besieged) drip(from, head string, stop <-chan struct{}) {
	c, err := b.dial(from)
	if err != nil {
		time.Sleep(10 * time.Millisecond)
		return
	}
	defer c.Close()
	for text := head; ; text = "x" {
		if _, err := io.WriteString(c, text); err != nil {
			time.Sleep(100 * time.Millisecond) // otherwise this would be a storm, which has a test of its own
			return
		}
		select {
		case <-stop:
			return
		case <-time.After(time.Second):
		}
	}
}

// gush sends without end and as fast as it is taken.
func (b *besieged) gush(from, head string, stop <-chan struct{}) {
	c, err := b.dial(from)
	if err != nil {
		return
	}
	defer c.Close()
	block := make([]byte, 64<<10)
	rand.Read(block)
	c.SetDeadline(time.Now().Add(attackFor()))
	for text := []byte(head); ; text = block {
		select {
		case <-stop:
			return
		default:
		}
		if _, err := c.Write(text); err != nil {
			return
		}
	}
}

const upgrade = "GET /api/v1/live?view=kiosk HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"

// giantFrame is the head of a masked binary message of 16 MiB.
const giantFrame = "\x82\xff\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00"

// attacks by name. Each goes on until stop is closed.
var attacks = []struct {
	name string
	run  func(b *besieged, from string, stop <-chan struct{})
}{
	{"one byte a second of headers", func(b *besieged, from string, stop <-chan struct{}) {
		crowded(800, stop, func() { b.drip(from, "GET / HTTP/1.1\r\nX: ", stop) })
	}},
	{"one byte a second of a body", func(b *besieged, from string, stop <-chan struct{}) {
		crowded(800, stop, func() {
			b.drip(from, "POST /api/v1/session HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n", stop)
		})
	}},
	{"a body of 1 GB", func(b *besieged, from string, stop <-chan struct{}) {
		crowded(4, stop, func() {
			b.gush(from, "POST /api/v1/session HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n", stop)
		})
	}},
	{"frames of 16 MB", func(b *besieged, from string, stop <-chan struct{}) {
		crowded(4, stop, func() { b.gush(from, upgrade+giantFrame, stop) })
	}},
	{"1,000 connections a second", storm},
	{"idle connections", idlers},
}

// storm opens a thousand connections a second that say nothing.
func storm(b *besieged, from string, stop <-chan struct{}) {
	var open []net.Conn
	defer func() {
		for _, c := range open {
			c.Close()
		}
	}()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		for range 10 {
			if c, err := b.dial(from); err == nil {
				open = append(open, c)
			}
		}
	}
}

// idlers ask once over each connection and keep it.
func idlers(b *besieged, from string, stop <-chan struct{}) {
	var asked atomic.Int64
	crowded(1500, stop, func() {
		c, err := b.dial(from)
		if err != nil {
			time.Sleep(10 * time.Millisecond)
			return
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(attackFor()))
		io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n") // a closed connection shows at the next read
		if _, err := bufio.NewReader(c).ReadString('\n'); err == nil {
			asked.Add(1)
		}
		<-stop
	})
}

// state is what a process holds.
type held struct{ goroutines, files, rssKB int }

// figures asks for the figures until this address has requests left again: the attack may have used them up.
func (b *besieged) figures(t *testing.T) []byte {
	t.Helper()
	for range 100 {
		res, err := b.web.Get(b.Base + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(res.Body)
		if err = errors.Join(err, res.Body.Close()); err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != http.StatusTooManyRequests {
			return text
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the figures are refused for ten seconds")
	return nil
}

func (b *besieged) holds(t *testing.T) held {
	t.Helper()
	text := b.figures(t)
	number := func(name string) int {
		m := regexp.MustCompile(`(?m)^jiaohao_` + name + ` (\S+)$`).FindSubmatch(text)
		if m == nil {
			t.Fatalf("no figure %s", name)
		}
		f, err := strconv.ParseFloat(string(m[1]), 64)
		if err != nil {
			t.Fatal(err)
		}
		return int(f)
	}
	return held{number("goroutines"), number("descriptors"), b.rss(t)}
}

// alive is how many bytes of the heap are in use after two collections: the first one leaves the pools of buffers.
func (b *besieged) alive(t *testing.T) int {
	t.Helper()
	for range 2 {
		if err := b.keep(t.Context(), "/debug/pprof/heap?gc=1", ""); err != nil {
			t.Fatal(err)
		}
	}
	m := regexp.MustCompile(`(?m)^jiaohao_heap_bytes (\S+)$`).FindSubmatch(b.figures(t))
	n, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.1f MB of the heap are alive", n/1e6)
	return int(n)
}

func (b *besieged) rss(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", b.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(status)
	n, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// comesBack waits until the process holds what it held before, but for a few that come and go.
func (b *besieged) comesBack(t *testing.T, before held) {
	t.Helper()
	var now held
	for range 100 {
		if now = b.holds(t); now.goroutines <= before.goroutines+10 && now.files <= before.files+10 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Errorf("held %+v before, %+v after", before, now)
}

// TestHostileClients attacks a real hall in every way that needs no key, while kiosks take tickets: nobody at a kiosk is refused or
// kept waiting, and afterwards the hall holds no more than before. Not under the race detector: it keeps notes of every page and
// stack that was ever used, hundreds of MB here, while what is alive in the heap comes back to within a few MB.
func TestHostileClients(t *testing.T) {
	if testing.Short() {
		t.Skip("attacks take their time")
	}
	b := besiege(t)
	calm := b.watch(func(<-chan struct{}) {})
	if len(calm.failures) > 0 {
		t.Fatalf("without an attack: %v", calm.failures[0])
	}
	before, alive := b.holds(t), b.alive(t)
	for _, from := range []string{strangersAddress, terminalsAddress} {
		for _, a := range attacks {
			t.Run(a.name+" from "+from, func(t *testing.T) {
				busy := b.watch(func(stop <-chan struct{}) { a.run(b, from, stop) })
				t.Logf("%d tickets (%d in calm), p99 %v, %.1f times that of calm (%v); RSS %d KB", busy.tickets, calm.tickets, busy.p99,
					float64(busy.p99)/float64(calm.p99), calm.p99, b.rss(t))
				if wrong := busy.starved(calm); wrong != "" {
					t.Error(wrong)
				}
				b.comesBack(t, before)
			})
		}
	}
	if grown := b.rss(t) - before.rssKB; grown > 128<<10 {
		t.Errorf("%d KB more memory than before", grown)
	}
	if grown := b.alive(t) - alive; grown > 16<<20 {
		t.Errorf("%d bytes of the heap are still held for clients that have gone", grown)
	}
}

// TestHostileClientsWouldBeFound attacks a server that has only so many places and gives them to whoever comes first: its
// kiosks starve, and the measure says so.
func TestHostileClientsWouldBeFound(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	naive := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusCreated) })}
	go naive.Serve(&cappedListener{Listener: l, places: make(chan struct{}, 200)})
	defer naive.Close()
	b := &besieged{process: &process{Base: "http://" + l.Addr().String()}, at: l.Addr().String()}
	calm := b.watch(func(<-chan struct{}) {})
	if len(calm.failures) > 0 {
		t.Fatalf("without an attack: %v", calm.failures[0])
	}
	busy := b.watch(func(stop <-chan struct{}) { attacks[0].run(b, strangersAddress, stop) })
	if busy.starved(calm) == "" {
		t.Errorf("at a naive server %+v, in calm %+v: nobody would notice", busy, calm)
	}
}

// cappedListener has so many places.
type cappedListener struct {
	net.Listener
	places chan struct{}
}

func (l *cappedListener) Accept() (net.Conn, error) {
	l.places <- struct{}{}
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &cappedConn{Conn: c, free: sync.OnceFunc(func() { <-l.places })}, nil
}

type cappedConn struct {
	net.Conn
	free func()
}

func (c *cappedConn) Close() error { c.free(); return c.Conn.Close() }
