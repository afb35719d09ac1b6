package live

import (
	"bytes"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// tcpPair is a connected pair of loopback sockets.
func tcpPair(t *testing.T) (server, client *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = s.Close(), c.Close() })
	return s.(*net.TCPConn), c.(*net.TCPConn)
}

func TestOutletNeverWaits(t *testing.T) {
	s, c := tcpPair(t)
	relieved := make(chan struct{})
	o := newOutlet(s, time.Minute, func() { close(relieved) }, func() { t.Error("late") })
	big := bytes.Repeat([]byte("0123456789"), 200_000)
	start := time.Now()
	if n, err := o.Write(big); n != len(big) || err != nil {
		t.Fatalf("wrote %d, %v", n, err)
	}
	if d := time.Since(start); d > 500*time.Millisecond {
		t.Fatalf("waited %v", d)
	}
	if !o.isBusy() {
		t.Fatal("two megabytes fitted; the test shows nothing")
	}
	if _, err := o.Write([]byte("and the tail")); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(big)+len("and the tail"))
	if _, err := io.ReadFull(c, got); err != nil {
		t.Fatal(err)
	}
	if want := append(big, "and the tail"...); !bytes.Equal(got, want) {
		t.Fatal("bytes came out of order")
	}
	<-relieved
	if o.isBusy() {
		t.Fatal("still busy")
	}
	if _, err := o.Write([]byte("x")); err != nil {
		t.Fatalf("write after relief: %v", err)
	}
}

func TestOutletBoundsItsTail(t *testing.T) {
	s, _ := tcpPair(t)
	o := newOutlet(s, time.Minute, func() {}, func() {})
	if _, err := o.Write(make([]byte, 2<<20)); err != nil {
		t.Fatal(err)
	}
	for range 2 * tailBytes {
		if _, err := o.Write(make([]byte, 100)); err != nil {
			if err != errClogged {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatal("control frames pile up without bound")
}

func TestOutletReportsBrokenConnection(t *testing.T) {
	s, _ := tcpPair(t)
	o := newOutlet(s, time.Minute, func() {}, func() {})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Write([]byte("x")); err == nil {
		t.Fatal("no error from a closed connection")
	}
}

// A connection without a descriptor to try (TLS) is written to by the drain alone.
func TestOutletWithoutDescriptor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := net.Pipe()
		late := 0
		var o *outlet
		o = newOutlet(s, 5*time.Second, func() {}, func() { late++; o.part(time.Second) })
		for range 3 {
			if _, err := o.Write([]byte("ab")); err != nil {
				t.Fatal(err)
			}
		}
		got := make([]byte, 6)
		if _, err := io.ReadFull(c, got); err != nil || string(got) != "ababab" {
			t.Fatalf("%q, %v", got, err)
		}
		synctest.Wait()
		if o.isBusy() {
			t.Fatal("busy with nothing to do")
		}
		begin := time.Now()
		if _, err := o.Write([]byte("nobody reads this")); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write([]byte("x")); err == nil {
			t.Fatal("the connection survived")
		}
		if d := time.Since(begin); late != 1 || d != 6*time.Second {
			t.Fatalf("late %d times, dropped after %v", late, d)
		}
	})
}
