//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"jiaohao/server"
	"jiaohao/server/hall"
	"jiaohao/server/journal"
	"jiaohao/server/live"
)

// fatten makes the journal of a hall at rest larger than what sockets buffer, by setting plans again and again.
func fatten(t *testing.T, data string) {
	t.Helper()
	c, _, err := Load("", []string{"JIAOHAO_DATA=" + data})
	if err != nil {
		t.Fatal(err)
	}
	h, err := openHall(t.Context(), c, server.NewClock(1), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 150 {
		plan := c.Plan
		plan.Hall.Hotline = fmt.Sprint(10000 + i)
		if err := h.order(t.Context(), hall.SetPlan{Plan: &plan, Hash: PlanHash(&plan), Source: hall.FromConfig}); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
}

// hangOn opens connections that never read and never end: screens, a reader of a large file, a request whose body does not
// come, one that says nothing, and a backup that nobody takes. It gives them, so that they stay open.
func hangOn(t *testing.T, p *process, data string) (open []net.Conn) {
	t.Helper()
	say := func(network, address, request string) {
		conn, err := net.Dial(network, address)
		if err != nil {
			t.Fatal(err)
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			if err := tcp.SetReadBuffer(4096); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := io.WriteString(conn, request); err != nil {
			t.Fatal(err)
		}
		open = append(open, conn)
	}
	address := strings.TrimPrefix(p.Base, "http://")
	for range 20 {
		say("tcp", address, "GET /api/v1/live?view=kiosk HTTP/1.1\r\nHost: "+address+"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
		say("tcp", address, "")
	}
	for range 4 {
		say("tcp", address, strings.Repeat("GET /assets/fonts/hall-sans-regular.ttf HTTP/1.1\r\nHost: "+address+"\r\n\r\n", 8))
		say("tcp", address, "POST /api/v1/tickets HTTP/1.1\r\nHost: "+address+"\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"serv")
	}
	say("unix", filepath.Join(data, controlName), "GET /backup HTTP/1.1\r\nHost: hall\r\n\r\n")
	return open
}

// TestStopWithin5Seconds ends the program as service managers and people do, with clients that hang in every way.
func TestStopWithin5Seconds(t *testing.T) {
	data := filepath.Join(t.TempDir(), "d") // a short path: a socket lies in it
	fatten(t, data)
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		p := startProcess(t, data, "127.0.0.1:0")
		open := hangOn(t, p, data)
		within(t, "all of them are connected", func() bool {
			r, err := client{base: p.Base}.do("GET", "/metrics", "", nil)
			return err == nil && strings.Contains(string(r.body), "\njiaohao_sockets 20\n")
		})
		number := takeTicket(t, p)
		began := time.Now()
		if err := p.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		err := p.Wait()
		took := time.Since(began)
		t.Logf("counts: %v with %d hanging connections: ended after %v", signal, len(open), took.Round(10*time.Millisecond))
		if err != nil || took > 5*time.Second {
			t.Errorf("%v: ended after %v with %v\n%s", signal, took, err, p.logged())
		}
		for _, conn := range open {
			conn.Close()
		}
		if next := startProcess(t, data, "127.0.0.1:0"); takeTicket(t, next) <= number {
			t.Errorf("after %s the numbers began anew", number)
		} else {
			next.stop(t)
		}
	}
}

// notifySocket is a service manager that only listens.
func notifySocket(t *testing.T) (path string, said chan string) {
	t.Helper()
	folder, err := os.MkdirTemp("", "n")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	path = filepath.Join(folder, "s")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	said = make(chan string, 100)
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := conn.Read(b)
			if err != nil {
				close(said)
				return
			}
			said <- string(b[:n])
		}
	}()
	return path, said
}

// hears waits for a word of the process.
func hears(t *testing.T, said chan string, word string) {
	t.Helper()
	for end := time.After(10 * time.Second); ; {
		select {
		case text := <-said:
			if strings.Contains(text, word) {
				return
			}
		case <-end:
			t.Fatalf("the service manager never heard %s", word)
		}
	}
}

// TestServiceManager starts the program as systemd does: it says when it is ready, that it lives, how it is, and when it ends.
func TestServiceManager(t *testing.T) {
	path, said := notifySocket(t)
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "900000")
	p := startProcess(t, t.TempDir(), "127.0.0.1:0")
	hears(t, said, "READY=1\nSTATUS=0 tickets today")
	takeTicket(t, p)
	hears(t, said, "WATCHDOG=1\nSTATUS=1 tickets today, 1 waiting")
	hears(t, said, "WATCHDOG=1")
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	hears(t, said, "STOPPING=1")
	if err := p.Wait(); err != nil {
		t.Error(err)
	}
}

// TestAHungPartStarvesTheWatchdog holds the disk, then a view: as long as either hangs, the manager hears nothing. Held by
// nothing it hears it again, so that the silence was the hang's.
func TestAHungPartStarvesTheWatchdog(t *testing.T) {
	disk := &stuck{Journal: journal.NewMemory()}
	ctx, cancel := context.WithCancel(t.Context())
	h, ended := startOn(t, ctx, disk)
	said := make(chan string, 1000)
	go h.tellManager(ctx, func() manager {
		return manager{every: 150 * time.Millisecond, notify: func(state string) error { said <- state; return nil }}
	})
	lives := func() bool {
		for len(said) > 0 {
			<-said
		}
		select {
		case state := <-said:
			return strings.Contains(state, "WATCHDOG=1")
		case <-time.After(time.Second):
			return false
		}
	}
	within(t, "the manager hears that it lives", lives)
	disk.held.Lock()
	go client{base: "http://" + h.config.Listen}.do("POST", "/api/v1/tickets", "", map[string]string{"service": "household-birth"})
	within(t, "the append hangs and the manager hears nothing", func() bool { return !lives() })
	disk.held.Unlock()
	within(t, "the manager hears that it lives again", lives)

	release := hangPump(t, h.hub)
	within(t, "a view hangs and the manager hears nothing", func() bool { return !lives() })
	release()
	within(t, "the manager hears once more that it lives", lives)
	cancel()
	<-ended
}

// hangPump shows somebody a view that does not come to its end until it is released.
func hangPump(t *testing.T, hub *live.Hub) (release func()) {
	t.Helper()
	hold, hangs := make(chan struct{}), make(chan struct{}, 1)
	release = sync.OnceFunc(func() { close(hold) })
	t.Cleanup(release)
	render := func() (uint64, []byte, uint64, error) {
		select {
		case hangs <- struct{}{}:
		default:
		}
		<-hold
		return 1, []byte("{}"), 0, nil
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sub := live.Subscription{Topic: live.Topic{Key: "hanging", View: "hanging", Render: render}}
		if err := hub.Serve(w, r, sub); err != nil {
			t.Log(err)
		}
	}))
	t.Cleanup(s.Close)
	d := live.Dial(t.Context(), live.Options{URL: "ws" + strings.TrimPrefix(s.URL, "http"), Handler: func(live.Frame) {}})
	t.Cleanup(func() { d.Close() })
	<-hangs
	return release
}
