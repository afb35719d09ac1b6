package display

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/live"
)

func noTimer(time.Duration, func()) func() bool { return func() bool { return true } }

// timer is the one timer of a voice, wound by hand.
type timer struct {
	wait    time.Duration
	f       func()
	started int
	stopped int
}

func (x *timer) after(d time.Duration, f func()) func() bool {
	x.wait, x.f = d, f
	x.started++
	return func() bool { x.stopped++; return true }
}

func topicOf(t *testing.T, d *Display, query map[string][]string) live.Topic {
	t.Helper()
	topic, err := d.Views()["display"](asBoard(""), query)
	if err != nil {
		t.Fatal(err)
	}
	return topic
}

func rendered(t *testing.T, topic live.Topic) (b Board, mark uint64) {
	t.Helper()
	_, data, mark, err := topic.Render()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &b); err != nil {
		t.Fatal(err)
	}
	return b, mark
}

func TestACallIsSaidFromTheFirstFrameToItsEnd(t *testing.T) {
	desk, clock, poked := aMorning(t), &timer{}, 0
	topic := topicOf(t, New(Deps{Desk: desk, Now: desk.now, After: clock.after, Changed: func() { poked++ }}), nil)
	b, first := rendered(t, topic)
	if b.Say == nil || b.Say.ID != b.Calls[0].ID || b.Say.Text != "请 A017 号到 8 号窗口" || b.Say.Clips[0] != "chime" {
		t.Fatalf("said is %+v", b.Say)
	}
	if clock.wait < 6*time.Second || clock.wait > 20*time.Second {
		t.Fatalf("the next look is after %v", clock.wait)
	}
	desk.at = desk.at.Add(clock.wait)
	clock.f()
	if poked != 1 {
		t.Fatalf("the boards were asked for %d times", poked)
	}
	b, last := rendered(t, topic)
	if b.Say != nil {
		t.Errorf("after its end %+v is still said", b.Say)
	}
	if first == last || first == 0 || last == 0 {
		t.Errorf("the marks are %d and %d: the end must not wait", first, last)
	}
}

func TestTheTimerIsNotWoundForNothing(t *testing.T) {
	desk, clock := aMorning(t), &timer{}
	d := New(Deps{Desk: desk, Now: desk.now, After: clock.after})
	topic := topicOf(t, d, nil)
	rendered(t, topic)
	desk.pass(1)
	rendered(t, topic)
	if clock.started != 1 || clock.stopped != 0 {
		t.Errorf("started %d times, stopped %d", clock.started, clock.stopped)
	}
}

func TestZonesHaveVoicesOfTheirOwn(t *testing.T) {
	desk := aMorning(t)
	desk.do(clerkOf("2"), hall.Finish{Window: "2"})
	desk.next("2")
	d := New(Deps{Desk: desk, Now: desk.now, After: noTimer})
	east, _ := rendered(t, topicOf(t, d, map[string][]string{"zone": {"east"}}))
	west, _ := rendered(t, topicOf(t, d, map[string][]string{"zone": {"west"}}))
	north, _ := rendered(t, topicOf(t, d, map[string][]string{"zone": {"north"}}))
	if east.Say == nil || east.Say.Text != "请 A017 号到 8 号窗口" {
		t.Errorf("the east says %+v", east.Say)
	}
	if west.Say == nil || west.Say.Text != "请 C064 号到 2 号窗口" {
		t.Errorf("the west says %+v", west.Say)
	}
	if north.Say != nil {
		t.Errorf("the north says %+v", north.Say)
	}
	if window, _ := rendered(t, topicOf(t, d, map[string][]string{"window": {"8"}})); window.Say != nil {
		t.Errorf("a window's screen speaks: %+v", window.Say)
	}
}

func TestTwoBoardsOfAZoneSayTheSame(t *testing.T) {
	desk := aMorning(t)
	d := New(Deps{Desk: desk, Now: desk.now, After: noTimer})
	a, _ := rendered(t, topicOf(t, d, nil))
	desk.pass(3)
	b, _ := rendered(t, topicOf(t, d, nil))
	if a.Say == nil || b.Say == nil || a.Say.ID != b.Say.ID {
		t.Errorf("one says %+v, the other %+v", a.Say, b.Say)
	}
}

func TestANewCallMustNotWait(t *testing.T) {
	desk := aMorning(t)
	d := New(Deps{Desk: desk, Now: desk.now, After: noTimer})
	window := topicOf(t, d, map[string][]string{"window": {"8"}})
	_, before := rendered(t, window)
	desk.issue("tax", 1)
	if _, same := rendered(t, window); same != before {
		t.Error("a ticket taken elsewhere is urgent here")
	}
	desk.pass(12)
	desk.do(clerkOf("8"), hall.Recall{Window: "8"})
	if _, after := rendered(t, window); after == before {
		t.Error("a recall is not urgent")
	}
}

func TestAViewOfWhatIsNoMoreIsGone(t *testing.T) {
	desk := newDesk(t)
	d := New(Deps{Desk: desk, Now: desk.now, After: noTimer})
	topic := topicOf(t, d, map[string][]string{"window": {"20"}})
	desk.do(system, hall.SetPlan{Plan: testPlan(19), Hash: "h2", Source: hall.FromConfig})
	if _, _, _, err := topic.Render(); !errors.Is(err, live.ErrGone) {
		t.Errorf("the screen of a window that was taken away: %v", err)
	}
}
