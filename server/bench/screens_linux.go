package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/live"
)

// callEvery is the distance of two calls: below the bound of ten frames a second that a view keeps, above what a hall of
// any size presses.
const callEvery = 125 * time.Millisecond

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
			if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				_, err = io.WriteString(c, "HTTP/1.1 101 Switching\r\n\r\n")
			}
			if err != nil {
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

// calls measures from the key pressed to the last of many boards, the durable commit and all of HTTP included.
func (r *run) calls(h Hall) error {
	if r.Crowd == nil || len(r.Screens) == 0 {
		r.report.leave("screens: none were asked for")
		return nil
	}
	if err := r.nextDay(ticketHall{Hall: h}, r.Rounds+1); err != nil {
		return err
	}
	desk, err := r.callDesk(h)
	if err != nil {
		return err
	}
	defer desk.close()
	for _, n := range r.Screens {
		if err := r.callsTo(h, desk, n); err != nil {
			return fmt.Errorf("%d screens: %w", n, err)
		}
	}
	return nil
}

func (r *run) callsTo(h Hall, desk *callDesk, n int) (err error) {
	r.say("calls to %s screens", thousands(n))
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
	if err := r.connectBoards(h, crowd, n); err != nil {
		return err
	}
	if _, err := crowd.ask("connect raw %s / %d", raw.Addr(), n); err != nil {
		return err
	}
	<-raw.ready
	var half, all samples
	desk.answered = nil
	for range r.Rounds {
		ours, size, err := r.pressed(crowd, desk, h, n)
		if err != nil {
			return err
		}
		theirs, err := r.rawPressed(crowd, raw, n, size)
		if err != nil {
			return err
		}
		half.add(ms(quantile(ours, 50)), ms(quantile(theirs, 50)))
		all.alone(ms(quantile(ours, 99)))
	}
	slices.Sort(desk.answered)
	r.callRows(n, half, all, fmt.Sprintf("with HTTP, the rules and the durable commit, 8 calls/s; the key's own answer came after %s ms, p99 %s ms",
		figure(ms(quantile(desk.answered, 50))), figure(ms(quantile(desk.answered, 99)))))
	return nil
}

func (r *run) callRows(n int, half, all samples, note string) {
	var limit *Line
	switch {
	case n == 1000:
		limit = &Line{AtMost: 50, Aim: 25}
	case n == 5000:
		limit = &Line{AtMost: 100}
	}
	var ratio *Line
	if n >= 1000 {
		ratio = &Line{AtMost: 1.25}
	}
	name := fmt.Sprintf("call pressed → last of %s screens", thousands(n))
	r.report.row(name+", p50", "ms", "raw loop", half, ratio, note)
	r.report.row(name+", p99", "ms", "", all, limit, "")
}

// connectBoards connects so many boards and says what each takes of memory.
func (r *run) connectBoards(h Hall, crowd *crowdOf, n int) error {
	debug.FreeOSMemory()
	before, _ := resident()
	_, err := crowd.ask("connect boards %s /api/v1/live?view=display %d", strings.TrimPrefix(h.URL(), "http://"), n)
	if err != nil {
		return err
	}
	time.Sleep(time.Second) // the first frames are on their way
	debug.FreeOSMemory()    // what the requests have left behind is no socket's
	after, known := resident()
	if known && n >= 1000 {
		line := &Line{AtMost: 12 << 10, Aim: 8 << 10}
		r.report.row(fmt.Sprintf("memory of a board's socket, at %s", thousands(n)), "bytes resident", "", single(float64(after-before)/float64(n)), line, "")
	}
	return nil
}

// pressed presses the calls of a round and gives how long the last screen took for each, and the size of a frame.
func (r *run) pressed(crowd *crowdOf, desk *callDesk, h Hall, n int) (took []time.Duration, size int, err error) {
	if _, err := crowd.ask("forget"); err != nil {
		return nil, 0, err
	}
	var presses []press
	next := time.Now()
	for range r.Calls {
		next = next.Add(callEvery)
		if err := pace(r.ctx, next); err != nil {
			return nil, 0, err
		}
		at := time.Now()
		if err := desk.next(); err != nil {
			return nil, 0, err
		}
		desk.answered = append(desk.answered, time.Since(at))
		presses = append(presses, press{h.State().Seq(), at})
	}
	time.Sleep(time.Second)
	whole, err := crowd.shown("boards", n)
	if err != nil {
		return nil, 0, err
	}
	took = latencies(presses, whole)
	if len(took) < len(presses) {
		r.report.leave("%d of %d calls were not on all of %s screens a second after the last: too slow a machine, or too busy a one",
			len(presses)-len(took), len(presses), thousands(n))
	}
	return took, desk.frameBytes, nil
}

func (r *run) rawPressed(crowd *crowdOf, raw *rawScreens, n, size int) ([]time.Duration, error) {
	if _, err := crowd.ask("forget"); err != nil {
		return nil, err
	}
	var presses []press
	next := time.Now()
	for i := range r.Calls {
		next = next.Add(callEvery)
		if err := pace(r.ctx, next); err != nil {
			return nil, err
		}
		presses = append(presses, press{uint64(i + 1), time.Now()})
		if err := raw.send(rawFrame(uint64(i+1), size)); err != nil {
			return nil, err
		}
	}
	time.Sleep(time.Second)
	whole, err := crowd.shown("raw", n)
	return latencies(presses, whole), err
}

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

// callDesk is a clerk at a window who calls one ticket after the other.
type callDesk struct {
	*kioskWires
	window, cookie string
	called         bool
	presses        int
	frameBytes     int
	answered       []time.Duration // of the presses, each
}

// callDesk signs a clerk in, opens the window and lets enough people wait for it.
func (r *run) callDesk(h Hall) (*callDesk, error) {
	seat := seatsOf(r.Plan)[0]
	wires, err := dialKiosks(h.URL(), 1)
	if err != nil {
		return nil, err
	}
	d := &callDesk{kioskWires: wires, window: seat.window}
	if d.cookie, err = signIn(h.URL(), seat.clerk.ID, r.Password); err != nil {
		return nil, err
	}
	if err := d.post(0, "/api/v1/windows/"+seat.window+"/open", "open", d.cookie, "{}"); err != nil {
		return nil, err
	}
	window, _ := r.Plan.Window(seat.window)
	for i := range len(r.Screens)*r.Rounds*r.Calls + 10 {
		if _, err := h.Order(r.ctx, hall.Order{By: hall.Actor{Kind: hall.Terminal, ID: "bench"},
			Do: hall.Issue{ID: fmt.Sprintf("call-%021d", i), Service: window.Services[0], Channel: "kiosk", Lang: "zh"}}); err != nil {
			return nil, err
		}
	}
	d.frameBytes = frameOf(h.URL())
	return d, nil
}

func signIn(base, staff, password string) (cookie string, err error) {
	res, err := http.Post(base+"/api/v1/session", "application/json", strings.NewReader(fmt.Sprintf(`{"staff":%q,"password":%q}`, staff, password)))
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	cookie, _, _ = strings.Cut(res.Header.Get("Set-Cookie"), ";")
	if res.StatusCode != http.StatusOK || cookie == "" {
		return "", fmt.Errorf("%s cannot sign in: %s", staff, res.Status)
	}
	return cookie, nil
}

// next says that the current ticket is finished and calls another, in one press.
func (d *callDesk) next() error {
	body := `{}`
	if d.called {
		body = `{"current":{"finish":{"outcome":"completed"}}}`
	}
	d.called = true
	d.presses++
	return d.post(0, "/api/v1/windows/"+d.window+"/next", fmt.Sprint("next-", d.presses), d.cookie, body)
}

// frameOf is the size of a board's frame now, in bytes.
func frameOf(base string) int {
	size := make(chan int, 1)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	d := live.Dial(ctx, live.Options{URL: "ws" + strings.TrimPrefix(base, "http") + "/api/v1/live?view=display", Handler: func(f live.Frame) {
		select {
		case size <- len(f.Data) + 120:
		default:
		}
	}})
	defer d.Close()
	select {
	case n := <-size:
		return n
	case <-ctx.Done():
		return 4096
	}
}
