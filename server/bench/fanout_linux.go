package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"jiaohao/server/live"
)

// fanoutParts measures the hub alone: processor time per frame and screen, against the raw loop with frames of that size.
func (r *run) fanoutParts() error {
	if r.Crowd == nil {
		return nil
	}
	for _, n := range r.Screens {
		if n < 1000 {
			continue
		}
		if err := r.fanout(n); err != nil {
			return fmt.Errorf("fan-out to %d: %w", n, err)
		}
	}
	return nil
}

// fanoutHub is a hub with one view of which every frame has about 300 bytes.
func fanoutHub(n int) (hub *live.Hub, change func(), l net.Listener, err error) {
	var changes atomic.Uint64
	topic := live.Topic{Key: "a", View: "display", Render: func() (uint64, []byte, uint64, error) {
		seq := changes.Load()
		return seq, fmt.Appendf(nil, `{"n":%d,"x":%q}`, seq, strings.Repeat("x", 180)), seq, nil
	}}
	hub = live.NewHub(live.Config{Epoch: "e", Build: "b", MinGap: time.Millisecond, MaxSockets: 2 * n, MaxPerAddress: 2 * n})
	if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, nil, nil, err
	}
	srv := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_ = hub.Serve(w, req, live.Subscription{Topic: topic}) // a screen that is not let in misses from the report
	})}
	go func() { _ = srv.Serve(l) }() // ends with its listener
	return hub, func() { hub.Changed(changes.Add(1), true) }, l, nil
}

func (r *run) fanout(n int) (err error) {
	r.say("fan-out to %s screens", thousands(n))
	crowd, err := r.crowd()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, crowd.Close()) }()
	raw, err := newRawScreens(n)
	if err != nil {
		return err
	}
	defer raw.close()
	hub, change, l, err := fanoutHub(n)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
		defer cancel()
		_, _ = hub.Shutdown(ctx), l.Close() // the screens do not answer
	}()
	for group, address := range map[string]net.Addr{"raw": raw.Addr(), "hub": l.Addr()} {
		if _, err := crowd.ask("connect %s %s / %d", group, address, n); err != nil {
			return err
		}
	}
	<-raw.ready
	return r.fanoutRounds(hub, change, raw, n)
}

// fanoutFrames is how many frames each turn sends; the pace leaves the client time on the same processors.
const fanoutFrames = 24

func (r *run) fanoutRounds(hub *live.Hub, change func(), raw *rawScreens, n int) error {
	every := max(50*time.Millisecond, time.Duration(n)*50*time.Microsecond)
	var cost samples
	size := 0
	for range r.Rounds + 1 {
		before := hub.Stats()
		ours, err := r.costOf(every, func(uint64) error { change(); return nil })
		if err != nil {
			return err
		}
		after := hub.Stats()
		frames := after.Frames - before.Frames
		if frames == 0 {
			return errors.New("the hub sent nothing")
		}
		first := size == 0
		size = int((after.Bytes - before.Bytes) / frames)
		theirs, err := r.costOf(every, func(i uint64) error { return raw.send(rawFrame(i, size+4)) })
		if err != nil {
			return err
		}
		if !first { // the first round warms up
			cost.add(float64(ours.Microseconds())/float64(frames), float64(theirs.Microseconds())/float64(fanoutFrames*n))
		}
	}
	r.report.row(fmt.Sprintf("fan-out, processor time per frame and screen, %s screens", thousands(n)), "µs", "raw loop", cost, &Line{AtMost: 1.25, Aim: 1}, "")
	return nil
}

// costOf gives the processor time of a turn.
func (r *run) costOf(every time.Duration, send func(i uint64) error) (time.Duration, error) {
	begin, next := processorTime(), time.Now()
	for i := range fanoutFrames {
		next = next.Add(every)
		if err := errors.Join(pace(r.ctx, next), send(uint64(i+1))); err != nil {
			return 0, err
		}
	}
	time.Sleep(every)
	return processorTime() - begin, nil
}

func processorTime() time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}
