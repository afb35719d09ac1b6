package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/live"
)

// callEvery is the distance of two calls: below the bound of ten frames a second that a view keeps, above what a hall of
// any size presses.
const callEvery = 125 * time.Millisecond

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
	before, _ := held()
	_, err := crowd.ask("connect boards %s /api/v1/live?view=display %d", strings.TrimPrefix(h.URL(), "http://"), n)
	if err != nil {
		return err
	}
	time.Sleep(time.Second) // the first frames are on their way
	after, known := held()
	if known && n >= 1000 {
		line := &Line{AtMost: 12 << 10, Aim: 8 << 10}
		r.report.row(fmt.Sprintf("memory of a board's socket, at %s", thousands(n)), "bytes resident", "", single(float64(after-before)/float64(n)), line, "")
	}
	return nil
}

// held is the memory of this process without garbage: what requests have left behind is no socket's. What is kept for reuse
// goes only with the second collection.
func held() (bytes int64, known bool) {
	debug.FreeOSMemory()
	debug.FreeOSMemory()
	return resident()
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
	return took, frameOf(h.URL()), nil
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

// callDesk is a clerk at a window who calls one ticket after the other.
type callDesk struct {
	*kioskWires
	window, cookie string
	called         bool
	presses        int
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
