package live

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// The fan-out benchmark measures the server's CPU per delivery, with the clients in a process of their
// own, against the least a Go program can do: a loop of net.Conn.Write over raw TCP connections. Both
// are measured in turns in the same run, as machines differ and have moods.
const (
	fanoutSockets = 1000
	fanoutFrames  = 60
	fanoutEvery   = 50 * time.Millisecond
	fanoutRounds  = 5
	fanoutEnv     = "LIVE_FANOUT_CLIENT"
)

func TestMain(m *testing.M) {
	if to := os.Getenv(fanoutEnv); to != "" {
		if err := fanoutClient(strings.Split(to, ",")); err != nil {
			fmt.Fprintln(os.Stderr, "fan-out client:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// fanoutClient connects to each address, says so, and reads until its standard input ends. One thread
// with epoll, so that it takes as little of the machine as can be.
func fanoutClient(addresses []string) error {
	ep, err := syscall.EpollCreate1(0)
	if err != nil {
		return err
	}
	for _, a := range addresses {
		for range fanoutSockets {
			if err := fanoutConnect(ep, a); err != nil {
				return err
			}
		}
	}
	fmt.Println("ready")
	go func() {
		_, _ = bufio.NewReader(os.Stdin).ReadByte()
		os.Exit(0)
	}()
	return fanoutRead(ep)
}

// kept are the clients' connections; one that was collected would be closed.
var kept []*os.File

func fanoutConnect(ep int, address string) error {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer c.Close()
	fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", address)
	head := make([]byte, 1)
	for got := []byte(nil); !bytes.HasSuffix(got, []byte("\r\n\r\n")); got = append(got, head...) {
		if _, err := c.Read(head); err != nil {
			return err
		}
	}
	f, err := c.(*net.TCPConn).File()
	if err != nil {
		return err
	}
	kept = append(kept, f)
	fd := int(f.Fd())
	if err := syscall.SetNonblock(fd, true); err != nil {
		return err
	}
	return syscall.EpollCtl(ep, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)})
}

func fanoutRead(ep int) error {
	events := make([]syscall.EpollEvent, 512)
	buf := make([]byte, 64<<10)
	for {
		n, err := syscall.EpollWait(ep, events, -1)
		if err != nil && err != syscall.EINTR {
			return err
		}
		for _, e := range events[:max(n, 0)] {
			if k, _ := syscall.Read(int(e.Fd), buf); k == 0 {
				return fmt.Errorf("closed by the server")
			}
		}
	}
}

// rawServer accepts connections as little as possible: a head is read, and then only written to.
type rawServer struct {
	net.Listener
	conns []net.Conn
	ready atomic.Int64
}

func newRawServer(b *testing.B) *rawServer {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s := &rawServer{Listener: l}
	b.Cleanup(func() {
		_ = l.Close()
		for _, c := range s.conns {
			_ = c.Close()
		}
	})
	go s.accept()
	return s
}

func (s *rawServer) accept() {
	for {
		c, err := s.Accept()
		if err != nil {
			return
		}
		if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
			return
		}
		fmt.Fprint(c, "HTTP/1.1 101 X\r\n\r\n")
		s.conns = append(s.conns, c)
		s.ready.Add(1)
	}
}

func (s *rawServer) send(b *testing.B, frame []byte) {
	for _, c := range s.conns {
		if _, err := c.Write(frame); err != nil {
			b.Fatal(err)
		}
	}
}

// fanoutHub is a hub whose one view is 300 bytes with the frame around it.
func fanoutHub(b *testing.B) (h *Hub, seq *atomic.Uint64, address string) {
	seq = &atomic.Uint64{}
	topic := Topic{Key: "a", View: "display", Render: func() (uint64, []byte, uint64, error) {
		n := seq.Load()
		return n, fmt.Appendf(nil, `{"n":%d,"x":%q}`, n, strings.Repeat("x", 180)), n, nil
	}}
	h = NewHub(Config{Epoch: "e", Build: "b", MinGap: time.Millisecond, MaxSockets: 2 * fanoutSockets})
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h.Serve(w, r, Subscription{Topic: topic}); err != nil {
			b.Error(err)
		}
	})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go func() { _ = srv.Serve(l) }()
	b.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		defer cancel()
		_, _ = h.Shutdown(ctx), srv.Close() // the client does not answer
	})
	return h, seq, l.Addr().String()
}

// startClient runs this test binary once more as the clients' process.
func startClient(b *testing.B, addresses ...string) {
	exe, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), fanoutEnv+"="+strings.Join(addresses, ","))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _, _ = in.Close(), cmd.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		b.Fatalf("the clients say %q, %v", line, err)
	}
}

func cpu(b *testing.B) time.Duration {
	var ru syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &ru); err != nil {
		b.Fatal(err)
	}
	return time.Duration(ru.Utime.Nano() + ru.Stime.Nano())
}

// residentBytes is the memory this process holds.
func residentBytes(b *testing.B) int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	_, after, _ := bytes.Cut(status, []byte("VmRSS:"))
	n, err := strconv.ParseInt(strings.Fields(string(after))[0], 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	return n << 10
}

// paced sends fanoutFrames at the pace and returns the CPU time per delivery.
func paced(b *testing.B, send func()) time.Duration {
	tick := time.NewTicker(fanoutEvery)
	defer tick.Stop()
	begin := cpu(b)
	for range fanoutFrames {
		<-tick.C
		send()
	}
	time.Sleep(fanoutEvery)
	return (cpu(b) - begin) / (fanoutFrames * fanoutSockets)
}

// rawFrame is a message of the size the hub sends, in a websocket's frame.
func rawFrame(size int) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0x81, 126}, uint16(size)), make([]byte, size)...)
}

// BenchmarkFanout prints the server's CPU per delivery at 1000 sockets (ns/delivery), the same as a
// multiple of the raw loop's (x-raw, the median of the rounds), and the memory of a socket (B/socket).
// One operation is one whole measurement of half a minute: run it with -benchtime 1x.
func BenchmarkFanout(b *testing.B) {
	for range b.N {
		raw := newRawServer(b)
		hub, seq, address := fanoutHub(b)
		startClient(b, raw.Addr().String())
		before := residentBytes(b)
		startClient(b, address)
		time.Sleep(time.Second)
		memory := float64(residentBytes(b)-before) / fanoutSockets
		if n := hub.Stats().Sockets; n != fanoutSockets || raw.ready.Load() != fanoutSockets {
			b.Fatalf("%d and %d sockets", n, raw.ready.Load())
		}
		begin := hub.Stats()
		rounds := fanoutMeasure(b, hub, seq, raw)
		// On a busy machine a tick may come late and two changes share a frame: a few are allowed, and count against the hub.
		const planned = (1 + fanoutRounds*fanoutFrames) * fanoutSockets
		sent := hub.Stats().Frames - begin.Frames
		if sent > planned || sent < planned*95/100 {
			b.Fatalf("%d frames were sent, %d were planned", sent, planned)
		}
		slices.SortFunc(rounds, func(x, y round) int { return int(1e6 * (x.ratio() - y.ratio())) })
		median := rounds[len(rounds)/2]
		b.ReportMetric(median.ratio()*planned/float64(sent), "x-raw")
		b.ReportMetric(float64(median.hub), "ns/delivery")
		b.ReportMetric(memory, "B/socket")
	}
}

type round struct{ raw, hub time.Duration }

func (r round) ratio() float64 { return float64(r.hub) / float64(r.raw) }

func fanoutMeasure(b *testing.B, hub *Hub, seq *atomic.Uint64, raw *rawServer) (rounds []round) {
	change := func() { hub.Changed(seq.Add(1), true) }
	begin := hub.Stats()
	change()
	time.Sleep(200 * time.Millisecond)
	end := hub.Stats()
	if end.Frames == begin.Frames {
		b.Fatal("the hub sends nothing")
	}
	frame := rawFrame(int((end.Bytes - begin.Bytes) / (end.Frames - begin.Frames)))
	raw.send(b, frame)
	for range fanoutRounds {
		r := round{raw: paced(b, func() { raw.send(b, frame) }), hub: paced(b, change)}
		b.Logf("raw %v, hub %v per delivery: %.2f", r.raw, r.hub, r.ratio())
		rounds = append(rounds, r)
	}
	return rounds
}
