package wait

import (
	"math"
	"testing"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/hall/halltest"
)

func TestNoEstimateWithoutAWindow(t *testing.T) {
	d := newDesk(t, nil)
	if _, ok := d.estimate("deed", 0); ok {
		t.Error("an estimate before any window is open")
	}
	d.open("1")
	if _, ok := d.estimate("deed", 0); ok {
		t.Error("an estimate although window 1 does not take deeds")
	}
	if _, ok := d.estimate("nothing", 0); ok {
		t.Error("an estimate for a service that is not in the plan")
	}
	for _, s := range []hall.State{{}, hall.NewWorking().Publish()} {
		if _, ok := New().Estimate(s, "deed", 0, 0); ok {
			t.Error("an estimate without a hall")
		}
	}
}

func TestFreeWindowMeansNoWait(t *testing.T) {
	d := newDesk(t, nil)
	d.open("3")
	if p, ok := d.estimate("deed", 0); !ok || p != (hall.Promise{Basis: "fallback"}) {
		t.Errorf("%+v %v", p, ok)
	}
	if d.seconds("deed", 1) == 0 {
		t.Error("the one free window takes the one ahead, yet there is no wait")
	}
	d.open("4")
	if got := d.seconds("deed", 1); got != 0 {
		t.Errorf("two free windows, one ahead: %d s", got)
	}
}

// TestPooledFormula reckons by hand: deeds take 12 minutes and passports 6 by the plan's word.
func TestPooledFormula(t *testing.T) {
	d := newDesk(t, nil)
	d.open("3")
	d.issue("deed")
	d.serve("3")
	for ahead, want := range map[int]int{0: 720, 1: 1440, 4: 3600} {
		if got := d.seconds("deed", ahead); got != want {
			t.Errorf("%d ahead at one busy window: %d s, want %d", ahead, got, want)
		}
	}
	d.open("4")
	d.issue("deed")
	d.serve("4")
	if got := d.seconds("deed", 4); got != 1800 {
		t.Errorf("4 ahead at two busy windows: %d s, want 1800", got)
	}
}

func TestOtherServicesOfTheWindowsCount(t *testing.T) {
	d := newDesk(t, nil)
	d.open("3")
	d.issue("deed")
	d.serve("3")
	for range 4 {
		d.issue("passport")
	}
	if got := d.seconds("deed", 0); got != 4*360+720 {
		t.Errorf("four passports wait for the same window, which has a deed: %d s, want 2160", got)
	}
	d.open("1")
	if got := d.seconds("deed", 0); got != 2*360+720 {
		t.Errorf("half of the passports are window 1's: %d s, want 1440", got)
	}
	for range 3 {
		d.issue("invoice")
	}
	if got := d.seconds("deed", 0); got != 1440 {
		t.Errorf("invoices, which window 3 does not take, count: %d s", got)
	}
}

// TestWhoIsFurtherInFrontHasFewerOthersBefore compares the first and the last of four deeds while passports wait too.
func TestWhoIsFurtherInFrontHasFewerOthersBefore(t *testing.T) {
	d := newDesk(t, nil)
	d.open("3")
	d.issue("deed")
	d.serve("3")
	for range 4 {
		d.issue("deed")
		d.issue("passport")
	}
	first, last, next := d.seconds("deed", 0), d.seconds("deed", 3), d.seconds("deed", 4)
	if want := 5*720 + 4*360; next != want {
		t.Errorf("behind all: %d s, want %d", next, want)
	}
	if first >= 1200 || first <= 720 || last <= 3*first || next <= last {
		t.Errorf("first %d s, last %d s, next %d s", first, last, next)
	}
}

func TestPausedWindowWorksFromItsEnd(t *testing.T) {
	d := newDesk(t, func(p *hall.Plan) { p.Rules.PauseReasons = append(p.Rules.PauseReasons, hall.Reason{ID: "lunch"}) })
	d.open("3", "4")
	d.issue("deed")
	d.serve("3")
	d.do(at("4"), hall.Suspend{Window: "4", Reason: "break", Minutes: 10})
	if got := d.seconds("deed", 2); got != (3*720+600)/2 {
		t.Errorf("window 4 is back in 10 minutes: %d s, want 1380", got)
	}
	if got := d.seconds("deed", 0); got != (720+600)/2 {
		t.Errorf("window 4 is back before window 3 is done: %d s, want 660", got)
	}
	d.do(at("4"), hall.Suspend{Window: "4", Reason: "lunch"})
	if got := d.seconds("deed", 2); got != 3*720 {
		t.Errorf("window 4 did not say when it is back: %d s, want 2160", got)
	}
	d.do(at("4"), hall.Suspend{Window: "4", Reason: "break", Minutes: 10})
	d.later(11 * time.Minute)
	if got := d.seconds("deed", 2); got != 3*720 {
		t.Errorf("window 4 is over time: %d s, want 2160", got)
	}
}

func TestOnlyPausedWindows(t *testing.T) {
	d := newDesk(t, nil)
	d.open("3")
	d.do(at("3"), hall.Suspend{Window: "3", Reason: "break", Minutes: 10})
	if got := d.seconds("deed", 0); got != 600 {
		t.Errorf("the only window is back in 600 s, the wait is said to be %d s", got)
	}
	if got := d.seconds("deed", 1); got != 600+720 {
		t.Errorf("one goes first at a window that is back in 600 s, the wait is said to be %d s", got)
	}
	d.do(at("3"), hall.Unpause{Window: "3"})
	d.do(at("3"), hall.Suspend{Window: "3", Reason: "break"})
	if _, ok := d.estimate("deed", 0); ok {
		t.Error("an estimate although nobody knows when the only window is back")
	}
}

// TestQueueByWindow has two cashiers' windows, 14 minutes each: a queue of one window gets no help from the other.
func TestQueueByWindow(t *testing.T) {
	d := newDesk(t, nil)
	d.open("4", "5")
	for _, w := range []string{"4", "5"} {
		d.issueAt("cashier", w)
		d.serve(w)
	}
	if got := d.seconds("cashier", 1); got != 2*14*60 {
		t.Errorf("one ahead at the own window: %d s, want 1680", got)
	}
	d.issue("deed")
	d.issue("deed")
	if got, want := d.seconds("cashier", 1), 1680; got <= want || got > want+3*720 {
		t.Errorf("deeds wait for window 4 too: %d s", got)
	}
}

// TestRange compares with the worked example of the floor of prediction: 10 ahead, 5 windows, 8 minutes, c² 0.5.
func TestRange(t *testing.T) {
	p := spread(11*8*60/5.0, 0.5/11)
	if p.Seconds != 1056 || p.Low < 12*60 || p.Low > 14*60 || p.High < 22*60 || p.High > 24*60 || p.Basis != "fallback" {
		t.Errorf("%+v, want about 17.6 minutes, 13 to 23", p)
	}
	if p := spread(0, 1); p.Seconds+p.Low+p.High != 0 {
		t.Errorf("no wait has the range %+v", p)
	}
}

func TestDrain(t *testing.T) {
	for _, c := range []struct {
		opens      []float64
		work, want float64
	}{{[]float64{0}, 60, 60}, {[]float64{0, 0}, 60, 30}, {[]float64{0, 100}, 60, 60}, {[]float64{0, 100}, 300, 200}, {[]float64{50}, 10, 60},
		{[]float64{0, 10, 20}, 60, 30}, {[]float64{0, 0}, 0, 0}} {
		if got := drain(c.opens, c.work); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("drain(%v, %v) = %v, want %v", c.opens, c.work, got, c.want)
		}
	}
}

// TestEstimatesAreSane asks along random walks: the range holds the mean, nothing is negative, more people ahead never mean
// less wait, and an answer is given exactly when some window of the service works or says when it will.
func TestEstimatesAreSane(t *testing.T) {
	answers, none := 0, 0
	for seed := range uint64(4) {
		w, f, done := halltest.New(seed+40), New(), 0
		for range 2500 {
			w.Step()
			for ; done < len(w.Records); done++ {
				r := w.Records[done]
				f.Apply(r.Seq, r.At, r.Header, r.Event)
			}
			s := w.Working.Publish()
			for _, service := range s.Plan().Services {
				before := hall.Promise{}
				for ahead := -1; ahead < 4; ahead++ {
					p, ok := f.Estimate(s, service.ID, ahead, w.Now)
					if open := s.WorkingWindows(service.ID) > 0; open && !ok {
						t.Fatalf("seed %d: no estimate for %s although a window is open", seed, service.ID)
					}
					if !ok {
						none++
						break
					}
					answers++
					if p.Low < 0 || p.Low > p.Seconds || p.High < p.Seconds || p.Seconds < before.Seconds || p.Seconds > 7*24*3600 {
						t.Fatalf("seed %d, %s: %+v after %+v", seed, service.ID, p, before)
					}
					before = p
				}
			}
		}
	}
	if answers < 1000 || none < 100 {
		t.Errorf("%d answers and %d times none prove too little", answers, none)
	}
}

func BenchmarkEstimate(b *testing.B) {
	w, f := halltest.New(1), New()
	for len(w.Records) < 3000 {
		w.Step()
	}
	for _, r := range w.Records {
		f.Apply(r.Seq, r.At, r.Header, r.Event)
	}
	s := w.Working.Publish()
	for b.Loop() {
		f.Estimate(s, "household", 5, w.Now)
	}
}
