package bench

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// crowdOf is the screens' process and the conversation with it.
type crowdOf struct {
	Process
	lines *bufio.Scanner
}

func (r *run) crowd() (*crowdOf, error) {
	p, err := r.Crowd(r.ctx)
	if err != nil {
		return nil, err
	}
	return &crowdOf{p, bufio.NewScanner(p)}, nil
}

// ask sends a line and gives the answers before its "ok".
func (c *crowdOf) ask(format string, args ...any) (answers []string, err error) {
	if _, err := fmt.Fprintf(c, format+"\n", args...); err != nil {
		return nil, err
	}
	for c.lines.Scan() {
		text := c.lines.Text()
		if text == "ok" {
			return answers, nil
		}
		if len(strings.Fields(text)) != 3 {
			return nil, errors.New("the screens: " + text)
		}
		answers = append(answers, text)
	}
	return nil, errors.Join(errors.New("the screens are gone"), c.lines.Err())
}

// shown is when the last of n screens had a frame of at least a sequence.
func (c *crowdOf) shown(group string, n int) (map[uint64]time.Time, error) {
	answers, err := c.ask("report %s", group)
	whole := map[uint64]time.Time{}
	for _, a := range answers {
		var seq uint64
		var got int
		var at int64
		if _, err := fmt.Sscan(a, &seq, &got, &at); err != nil {
			return nil, err
		}
		if got == n {
			whole[seq] = time.Unix(0, at)
		}
	}
	return whole, err
}

// press is a call and when its key was pressed.
type press struct {
	seq uint64
	at  time.Time
}

// latencies gives, for each press, how long the last screen took to show it or something newer.
func latencies(presses []press, whole map[uint64]time.Time) (took []time.Duration) {
	seqs := make([]uint64, 0, len(whole))
	for seq := range whole {
		seqs = append(seqs, seq)
	}
	slices.Sort(seqs)
	for _, p := range presses {
		if i, _ := slices.BinarySearch(seqs, p.seq); i < len(seqs) {
			took = append(took, whole[seqs[i]].Sub(p.at))
		}
	}
	slices.Sort(took)
	return took
}

// rawScreens is the yardstick of pushing: connections to which a loop writes.
type rawScreens struct {
	net.Listener
	conns []net.Conn
	ready chan struct{}
}

func newRawScreens(n int) (*rawScreens, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &rawScreens{Listener: l, ready: make(chan struct{})}
	go func() {
		defer close(s.ready)
		for range n {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
				return
			}
			if _, err := io.WriteString(c, "HTTP/1.1 101 Switching\r\n\r\n"); err != nil {
				return
			}
			s.conns = append(s.conns, c)
		}
	}()
	return s, nil
}

func (s *rawScreens) send(frame []byte) error {
	for _, c := range s.conns {
		if _, err := c.Write(frame); err != nil {
			return err
		}
	}
	return nil
}

func (s *rawScreens) close() {
	_ = s.Close() // nobody connects any more
	for _, c := range s.conns {
		_ = c.Close() // the other end goes with its process
	}
}

// rawFrame is a websocket's text frame of a size, in bytes with its head, that names a sequence.
func rawFrame(seq uint64, size int) []byte {
	payload := fmt.Appendf(nil, `{"seq":%d,`, seq)
	payload = append(payload, make([]byte, max(0, size-4-len(payload)))...)
	return append([]byte{0x81, 126, byte(len(payload) >> 8), byte(len(payload))}, payload...)
}
