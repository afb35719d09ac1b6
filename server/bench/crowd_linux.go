package bench

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Crowd is the screens of a bench, in a process of their own so that the server's memory and processor time stand alone.
// One thread reads all sockets and notes when each frame is whole. It obeys lines of in until that ends:
//
//	connect GROUP ADDRESS PATH N   opens N sockets, then answers "ok"
//	forget                         drops what was noted, then answers "ok"
//	report GROUP                   answers "SEQ N NANOSECONDS" for every sequence seen: how many sockets have come so far or
//	                               further and when the last did (Unix time), then "ok"
//
// A failure answers with its text in place of "ok".
func Crowd(in io.Reader, out io.Writer) error {
	ep, err := syscall.EpollCreate1(0)
	if err != nil {
		return err
	}
	c := &crowd{poll: ep, streams: map[int32]*stream{}, groups: map[string][]arrival{}}
	go c.read()
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		answer := "ok"
		if err := c.obey(strings.Fields(lines.Text()), out); err != nil {
			answer = err.Error()
		}
		if _, err := fmt.Fprintln(out, answer); err != nil {
			return err
		}
	}
	return lines.Err()
}

type crowd struct {
	poll    int
	mu      sync.Mutex
	streams map[int32]*stream
	groups  map[string][]arrival // in the order of their coming
	kept    []*os.File           // one that was collected would be closed
	closed  int
}

// arrival is a frame that one socket has whole.
type arrival struct {
	fd  int
	seq uint64
	at  time.Time
}

// delivery is how far a sequence has come.
type delivery struct {
	seq  uint64
	n    int
	last time.Time
}

// deliveries tells for each sequence how many sockets have that frame or a newer one, and since when the last: a slow one
// is given only the newest.
func deliveries(arrivals []arrival) []delivery {
	var list []delivery
	for _, a := range arrivals {
		if i, there := slices.BinarySearchFunc(list, a.seq, bySeq); !there {
			list = slices.Insert(list, i, delivery{seq: a.seq})
		}
	}
	reached := map[int]int{} // by socket, how many of the list it has
	for _, a := range arrivals {
		i, _ := slices.BinarySearchFunc(list, a.seq, bySeq)
		for k := reached[a.fd]; k <= i; k++ {
			list[k].n++
			list[k].last = a.at
		}
		reached[a.fd] = max(reached[a.fd], i+1)
	}
	return list
}

func bySeq(d delivery, seq uint64) int { return cmp.Compare(d.seq, seq) }

func (c *crowd) obey(words []string, out io.Writer) error {
	switch {
	case len(words) == 5 && words[0] == "connect":
		n, err := strconv.Atoi(words[4])
		for i := 0; i < n && err == nil; i++ {
			err = c.connect(words[1], words[2], words[3])
		}
		return err
	case len(words) == 1 && words[0] == "forget":
		c.mu.Lock()
		defer c.mu.Unlock()
		clear(c.groups)
		return nil
	case len(words) == 2 && words[0] == "report":
		return c.report(words[1], out)
	}
	return fmt.Errorf("not understood: %q", words)
}

func (c *crowd) report(group string, out io.Writer) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed > 0 {
		return fmt.Errorf("%d sockets were closed by the server", c.closed)
	}
	for _, d := range deliveries(c.groups[group]) {
		if _, err := fmt.Fprintln(out, d.seq, d.n, d.last.UnixNano()); err != nil {
			return err
		}
	}
	return nil
}

func (c *crowd) connect(group, address, path string) error {
	conn, err := net.DialTimeout("tcp", address, 10*time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	rest, err := upgrade(conn, address, path)
	if err != nil {
		return err
	}
	f, err := conn.(*net.TCPConn).File()
	if err != nil {
		return err
	}
	fd := int(f.Fd())
	if err := syscall.SetNonblock(fd, true); err != nil {
		return err
	}
	s := &stream{group: group, fd: fd}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = append(c.kept, f)
	c.streams[int32(fd)] = s
	s.feed(rest, func(uint64) {})
	return syscall.EpollCtl(c.poll, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)})
}

// upgrade makes a websocket of a connection and gives what the server has said behind its answer.
func upgrade(conn net.Conn, address, path string) (rest []byte, err error) {
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", path, address)
	buf := make([]byte, 4096)
	for got := []byte(nil); err == nil; {
		var n int
		n, err = conn.Read(buf)
		got = append(got, buf[:n]...)
		if head, rest, whole := bytes.Cut(got, []byte("\r\n\r\n")); whole {
			if !bytes.HasPrefix(head, []byte("HTTP/1.1 101")) {
				return nil, fmt.Errorf("not upgraded: %.200s", head)
			}
			return rest, conn.SetDeadline(time.Time{})
		}
	}
	return nil, err
}

// read waits for whatever comes on any socket, until the process ends.
func (c *crowd) read() {
	events, buf := make([]syscall.EpollEvent, 512), make([]byte, 256<<10)
	for {
		n, err := syscall.EpollWait(c.poll, events, -1)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			fmt.Fprintln(os.Stderr, "the screens cannot read:", err)
			return
		}
		c.mu.Lock()
		for _, e := range events[:max(n, 0)] {
			c.take(c.streams[e.Fd], buf)
		}
		c.mu.Unlock()
	}
}

func (c *crowd) take(s *stream, buf []byte) {
	n, err := syscall.Read(s.fd, buf)
	switch {
	case err == syscall.EAGAIN || err == syscall.EINTR:
	case n <= 0:
		c.closed++
		_ = syscall.EpollCtl(c.poll, syscall.EPOLL_CTL_DEL, s.fd, nil) // it is closed
	default:
		now := time.Now()
		s.feed(buf[:n], func(seq uint64) { c.groups[s.group] = append(c.groups[s.group], arrival{s.fd, seq, now}) })
	}
}

// stream is the bytes of one socket on their way to become frames.
type stream struct {
	group string
	fd    int
	head  []byte // of a frame whose head is not whole
	left  int    // bytes of the payload still to come
	front []byte // the beginning of the payload, in which the sequence stands
	op    byte
}

// frontBytes is how much of a payload is looked at: {"seq":18446744073709551615
const frontBytes = 32

// feed takes bytes and calls whole with the sequence of every text frame that they complete. A ping is answered.
func (s *stream) feed(b []byte, whole func(seq uint64)) {
	for len(b) > 0 {
		if s.left == 0 {
			s.head, b = append(s.head, b[0]), b[1:]
			if s.begin() && s.left == 0 {
				s.end(whole)
			}
			continue
		}
		n := min(s.left, len(b))
		s.front = append(s.front, b[:min(n, frontBytes-len(s.front))]...)
		s.left, b = s.left-n, b[n:]
		if s.left == 0 {
			s.end(whole)
		}
	}
}

// begin reads the head of a frame once it is whole. A server's frames have no mask.
func (s *stream) begin() bool {
	if len(s.head) < 2 {
		return false
	}
	length := int(s.head[1])
	switch {
	case length < 126:
	case length == 126 && len(s.head) == 4:
		length = int(binary.BigEndian.Uint16(s.head[2:]))
	case length == 127 && len(s.head) == 10:
		length = int(binary.BigEndian.Uint64(s.head[2:]))
	default:
		return false
	}
	s.op, s.left, s.head, s.front = s.head[0]&15, length, s.head[:0], s.front[:0]
	return true
}

func (s *stream) end(whole func(seq uint64)) {
	switch s.op {
	case 1:
		digits, found := bytes.CutPrefix(s.front, []byte(`{"seq":`))
		if i := bytes.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' }); found && i > 0 {
			seq, _ := strconv.ParseUint(string(digits[:i]), 10, 64) // nothing but digits
			whole(seq)
		}
	case 9:
		_, _ = syscall.Write(s.fd, []byte{0x8a, 0x80, 0, 0, 0, 0}) // a closed socket is seen by the next read
	}
}
