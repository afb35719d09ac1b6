package live

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// arrival is a frame with the time at which a guest got it.
type arrival struct {
	Frame
	after time.Duration
}

// listen collects what a guest gets for so long, on the fake clock.
func (g *guest) listen(d time.Duration) (got []arrival) {
	g.t.Helper()
	start := time.Now()
	for {
		f, err := g.tryRead(d - time.Since(start))
		if err != nil {
			time.Sleep(time.Until(start.Add(d)))
			return got
		}
		got = append(got, arrival{f, time.Since(start)})
	}
}

// afterwards calls f after d, on the fake clock.
func afterwards(d time.Duration, f func()) { time.AfterFunc(d, f) }

func TestBurstIsCoalesced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newPipeHouse(t, Config{})
		g := h.visit(t, "key=a")
		g.read()
		time.Sleep(time.Second)
		before := h.renders.Load()
		for i := range 100 {
			afterwards(time.Duration(i)*time.Millisecond/10, func() { h.change(uint64(i+1), false) })
		}
		got := g.listen(5 * time.Second)
		if len(got) != 1 || number(t, got[0].Frame) != 100 {
			t.Fatalf("a burst of 100 changes came as %d frames: %+v", len(got), got)
		}
		if got[0].after != 30*time.Millisecond {
			t.Errorf("it came after %v", got[0].after)
		}
		if n := h.renders.Load() - before; n != 1 {
			t.Errorf("%d renderings", n)
		}
	})
}

func TestSteadyChangeKeepsTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newPipeHouse(t, Config{})
		g := h.visit(t, "key=a")
		g.read()
		for i := range 1000 {
			afterwards(time.Duration(i)*10*time.Millisecond, func() { h.change(uint64(i+1), false) })
		}
		got := g.listen(12 * time.Second)
		if n := len(got); n < 90 || n > 101 {
			t.Errorf("%d frames in ten seconds", n)
		}
		for i, a := range got[1:] {
			if d := a.after - got[i].after; d < 100*time.Millisecond {
				t.Errorf("frames %v apart", d)
			}
			if a.Seq <= got[i].Seq {
				t.Errorf("sequence %d after %d", a.Seq, got[i].Seq)
			}
		}
		if last := got[len(got)-1]; number(t, last.Frame) != 1000 {
			t.Errorf("the last change was lost, the guest shows %d", number(t, last.Frame))
		}
	})
}

func TestUrgentGoesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newPipeHouse(t, Config{})
		g := h.visit(t, "key=a")
		g.read()
		time.Sleep(time.Second)
		afterwards(0, func() { h.change(1, false) })
		afterwards(35*time.Millisecond, func() { h.change(2, true) })
		afterwards(36*time.Millisecond, func() { h.change(3, true) })
		afterwards(40*time.Millisecond, func() { h.change(4, false) })
		got := g.listen(time.Second)
		want := []time.Duration{30, 35, 36, 136}
		if len(got) != len(want) {
			t.Fatalf("got %+v", got)
		}
		for i, a := range got {
			if a.after != want[i]*time.Millisecond || number(t, a.Frame) != uint64(i+1) {
				t.Errorf("frame %d: %d after %v, want %v ms", i, number(t, a.Frame), a.after, want[i])
			}
		}
	})
}

// A call elsewhere is urgent for the hall, not for a view whose mark stands.
func TestUrgentElsewhereIsOrdinaryHere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newPipeHouse(t, Config{})
		h.mark.Store(7)
		g := h.visit(t, "key=a")
		g.read()
		time.Sleep(time.Second)
		h.seq.Store(1)
		h.Changed(1, true)
		got := g.listen(time.Second)
		if len(got) != 1 || got[0].after != 30*time.Millisecond {
			t.Fatalf("got %+v", got)
		}
	})
}

func TestUrgentWithoutMarksGoesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newPipeHouse(t, Config{})
		g := h.visit(t, "key=a")
		g.read()
		time.Sleep(time.Second)
		h.seq.Store(1)
		h.Changed(1, true)
		if got := g.listen(time.Second); len(got) != 1 || got[0].after != 0 {
			t.Fatalf("got %+v", got)
		}
	})
}

func TestCallsKeepTheBoundToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newPipeHouse(t, Config{})
		g := h.visit(t, "key=a")
		g.read()
		for i := range 500 {
			afterwards(time.Duration(i)*10*time.Millisecond, func() { h.change(uint64(i+1), true) })
		}
		got := g.listen(8 * time.Second)
		for i := burst; i < len(got); i++ {
			if d := got[i].after - got[i-burst].after; d < time.Second {
				t.Fatalf("%d frames within %v", burst+1, d)
			}
		}
		if last := got[len(got)-1]; number(t, last.Frame) != 500 {
			t.Errorf("the last call was lost, the guest shows %d", number(t, last.Frame))
		}
	})
}

func TestSameDataIsNotSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newPipeHouse(t, Config{})
		g := h.visit(t, "key=a")
		g.read()
		for range 10 {
			time.Sleep(time.Second)
			h.Changed(0, false)
		}
		if got := g.listen(15 * time.Second); len(got) != 0 {
			t.Fatalf("nothing changed, but %+v", got)
		}
		if s := h.Stats(); s.Same < 10 {
			t.Errorf("stats count %d renderings without a frame", s.Same)
		}
	})
}

func TestRepetition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newPipeHouse(t, Config{})
		g := h.visit(t, "key=a")
		first := g.read()
		got := g.listen(100 * time.Second)
		if len(got) != 3 {
			t.Fatalf("%d repetitions in 100 s", len(got))
		}
		for i, a := range got {
			if want := time.Duration(i+1) * 30 * time.Second; a.after != want {
				t.Errorf("repetition %d after %v", i, a.after)
			}
			if a.At.Sub(first.At) != a.after {
				t.Errorf("repetition %d says it was made %v after the first", i, a.At.Sub(first.At))
			}
		}
	})
}

func TestGreetingIsFresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newPipeHouse(t, Config{})
		h.visit(t, "key=a").read()
		time.Sleep(20 * time.Second)
		if f := h.visit(t, "key=a").read(); time.Since(f.At) > maxAge {
			t.Errorf("greeted with a frame %v old", time.Since(f.At))
		}
		h.change(5, false)
		if f := h.visit(t, "key=a").read(); f.Seq != 5 {
			t.Errorf("greeted with %d after a change to 5", f.Seq)
		}
	})
}

func TestViewThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newPipeHouse(t, Config{})
		g := h.visit(t, "key=a")
		g.read()
		time.Sleep(time.Second)
		bad := errors.New("no view today")
		h.err.Store(&bad)
		h.change(1, false)
		afterwards(70*time.Second, func() {
			if n := h.Stats().Failures; n < 2 || n > 4 {
				t.Errorf("tried %d times in 70 s", n)
			}
			h.err.Store(nil)
			h.change(2, false)
		})
		got := g.listen(80 * time.Second)
		if len(got) != 1 || got[0].Seq != 2 || got[0].after < 70*time.Second {
			t.Errorf("a failing view was sent: %+v", got)
		}
	})
}

func TestViewsThatMustNotBeSent(t *testing.T) {
	tests := map[string]func() (uint64, []byte, uint64, error){
		"a panic":     func() (uint64, []byte, uint64, error) { panic("oops") },
		"no JSON":     func() (uint64, []byte, uint64, error) { return 9, []byte(`{"a":`), 0, nil },
		"going back":  func() (uint64, []byte, uint64, error) { return 4, []byte(`{"a":1}`), 0, nil },
		"no data":     func() (uint64, []byte, uint64, error) { return 9, nil, 0, nil },
		"going wrong": func() (uint64, []byte, uint64, error) { return 9, []byte(`1`), 0, errors.New("x") },
	}
	for name, render := range tests {
		t.Run(name, func(t *testing.T) {
			good := func() (uint64, []byte, uint64, error) { return 5, []byte(`{}`), 1, nil }
			tp := &topic{Topic: Topic{Render: good}}
			if err := tp.refresh(false); err != nil || tp.gen != 1 || tp.hurry {
				t.Fatalf("%v, %+v", err, tp)
			}
			tp.Render = render
			if err := tp.refresh(true); err == nil {
				t.Error("no error")
			}
			if tp.gen != 1 || tp.seq != 5 || string(tp.data) != `{}` || tp.hurry {
				t.Errorf("the old frame does not stand: %+v", tp)
			}
		})
	}
}

func TestGoneTopicClosesItsSockets(t *testing.T) {
	h := newHouse(t, Config{})
	g := h.visit(t, "key=a")
	g.read()
	gone := errors.Join(errors.New("ticket erased"), ErrGone)
	h.err.Store(&gone)
	h.Changed(1, false)
	if code := g.closed(2 * time.Second); code != int(Gone) {
		t.Errorf("closed with %d", code)
	}
}

func TestBoardsBeforePhones(t *testing.T) {
	h := NewHub(Config{})
	defer h.Shutdown(t.Context())
	p := &pump{hub: h, topics: map[string]*topic{}, of: map[*socket]*topic{}}
	for _, tp := range []Topic{{Key: "t9", Rank: 9}, {Key: "b"}, {Key: "t1", Rank: 9}, {Key: "a"}} {
		p.topic(tp, t0)
	}
	var keys string
	for _, tp := range p.order {
		keys += tp.Key + " "
	}
	if keys != "a b t1 t9 " {
		t.Errorf("served in the order %s", keys)
	}
}

func TestTopicGoesWithItsLastSocket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newPipeHouse(t, Config{})
		a, b := h.visit(t, "key=a"), h.visit(t, "key=a")
		a.read()
		b.read()
		_ = a.Close()
		time.Sleep(time.Second)
		h.change(1, false)
		if f := b.read(); f.Seq != 1 {
			t.Fatalf("the one who stayed got %d", f.Seq)
		}
		_ = b.Close()
		time.Sleep(time.Second)
		before := h.renders.Load()
		h.change(2, true)
		time.Sleep(2 * time.Minute)
		if n := h.renders.Load() - before; n != 0 {
			t.Errorf("%d renderings for nobody", n)
		}
	})
}
