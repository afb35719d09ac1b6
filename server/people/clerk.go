package people

import (
	"slices"
	"time"
)

// clerk is a member of staff at a window.
type clerk struct {
	s        *simulation
	wire     *wire
	luck     luck
	window   string
	services []string
	idle     bool // nobody to call: woken by who comes
	rests    int  // how often idle, so that only the newest look at the screen counts
	parked   []parked
	restAt   time.Time
	eaten    bool
	calls    int // of the current ticket
}

type parked struct {
	number string
	back   time.Time
}

// How staff work.
const (
	chancePark     = 0.03
	chanceTransfer = 0.03
	chanceLeg      = 0.02
	chanceLeft     = 0.01
	lunchFrom      = 11
	lunchTo        = 13
	mostCalls      = 5
)

func (k *clerk) do(act string, body any) answer {
	return k.s.ask(k.wire, "/api/v1/windows/"+k.window+"/"+act, body)
}

// open begins the day at the window.
func (k *clerk) open() {
	if !k.do("open", nil).ok() {
		k.tryAgain(k.open)
		return
	}
	k.restAt = k.s.now.Add(k.luck.between(50*time.Minute, 110*time.Minute))
	k.s.after(k.luck.between(time.Second, 4*time.Second), k.next)
}

// later lets the clerk press the key for the next one after a breath.
func (k *clerk) later() { k.s.after(k.luck.between(3*time.Second, 12*time.Second), k.next) }

// next takes up a parked ticket whose citizen is back, rests, or calls the next one.
func (k *clerk) next() {
	if k.unpark() || k.rest() {
		return
	}
	a := k.do("next", nil)
	switch {
	case a.status == 200:
		var ticket ticketView
		if err := a.into(&ticket); err != nil {
			k.s.failed = err
			return
		}
		k.calls = 1
		k.called(k.s.known(ticket), ticket)
	case a.code == "window_busy": // somebody else works at this window by hand: leave it to them for now
		k.tryAgain(k.next)
	case len(k.parked) > 0:
		k.s.after(30*time.Second, k.next)
	default:
		k.wait()
	}
}

// lookAgain is how often idle staff look at the screen, in real time: whoever tries the demonstration takes numbers too, and
// nobody else tells the staff about those.
const lookAgain = 3 * time.Second

// wait is idle until somebody comes. On a recorded day only the record's citizens do.
func (k *clerk) wait() {
	k.idle = true
	k.rests++
	if k.s.c.Arrivals != nil {
		return
	}
	mine := k.rests
	k.s.after(time.Duration(float64(lookAgain)*max(1, k.s.c.Speed)), func() {
		if k.idle && k.rests == mine {
			k.idle = false
			k.next()
		}
	})
}

// tryAgain comes back after a while to a window that somebody else uses by hand.
func (k *clerk) tryAgain(do func()) {
	if k.s.c.Arrivals == nil {
		k.s.after(time.Minute, do)
	}
}

// known finds the citizen of a number. Whoever tries the demonstration takes numbers too: these behave.
func (s *simulation) known(t ticketView) *citizen {
	c, ok := s.citizens[t.Number]
	if !ok {
		c = &citizen{s: s, luck: newLuck(s.c.Seed, streamCitizen), ticket: t, effort: 0.3, ended: true, visitor: true}
	}
	return c
}

// called waits for the citizen to come.
func (k *clerk) called(c *citizen, t ticketView) {
	if c.absent {
		k.s.after(k.luck.between(10*time.Second, 18*time.Second), func() { k.repeat(c, t) })
		return
	}
	way := k.luck.between(15*time.Second, 60*time.Second)
	if c.record != nil {
		way = time.Second // the record's handling has it in it
	}
	k.s.after(way, func() { k.begin(c, t) })
}

// repeat calls again and gives up after enough calls.
func (k *clerk) repeat(c *citizen, t ticketView) {
	act := "recall"
	if k.calls >= 2 {
		act = "pass"
	}
	a := k.do(act, nil)
	switch {
	case a.ok() && act == "pass":
		c.missed()
		k.later()
	case a.ok():
		k.calls++
		k.s.after(k.luck.between(11*time.Second, 20*time.Second), func() { k.repeat(c, t) })
	case a.code == "too_soon" || a.code == "too_few_calls":
		if a.code == "too_few_calls" && k.calls < mostCalls {
			k.calls = 1
		}
		k.s.after(max(a.seconds(), time.Second), func() { k.repeat(c, t) })
	default:
		k.later()
	}
}

// begin starts the handling; whoever gave up meanwhile is not there any more.
func (k *clerk) begin(c *citizen, t ticketView) {
	if !k.do("start", nil).ok() {
		k.later()
		return
	}
	c.handled = true
	takes := c.handling(t.Service)
	if c.madeUp() && k.luck.happens(chancePark) {
		k.s.after(takes/3, func() { k.park(t, takes) })
		return
	}
	k.s.after(takes, func() { k.done(c, t) })
}

// park lets a citizen fetch a paper.
func (k *clerk) park(t ticketView, takes time.Duration) {
	if k.do("park", map[string]any{"reason": "去复印身份证"}).ok() {
		k.s.report.Parked++
		k.parked = append(k.parked, parked{number: t.Number, back: k.s.now.Add(k.luck.between(2*time.Minute, 6*time.Minute))})
	}
	k.later()
}

func (k *clerk) unpark() bool {
	i := slices.IndexFunc(k.parked, func(p parked) bool { return !p.back.After(k.s.now) })
	if i < 0 {
		return false
	}
	p := k.parked[i]
	k.parked = slices.Delete(k.parked, i, i+1)
	a := k.do("unpark", map[string]any{"ticket": p.number})
	if !a.ok() {
		return false
	}
	t := ticketView{Number: p.number, Leg: 1}
	if err := a.into(&t); err != nil {
		k.s.failed = err
		return true
	}
	c := k.s.known(t)
	k.s.after(c.handling(t.Service)/2, func() { k.done(c, t) })
	return true
}

// done ends the handling, in one of the ways that handlings end.
func (k *clerk) done(c *citizen, t ticketView) {
	if c.madeUp() {
		switch x := k.luck.Float64(); {
		case x < chanceLeft:
			if k.do("left", nil).ok() {
				k.s.report.Left++
			}
			c.ended = true
			k.later()
			return
		case x < chanceLeft+chanceTransfer && k.transfer(t):
			k.later()
			return
		case x < chanceLeft+chanceTransfer+chanceLeg && len(k.services) > 1:
			k.further(c, t)
			return
		}
	}
	k.finish(c, t)
}

func (k *clerk) finish(c *citizen, t ticketView) {
	outcome := []string{"completed", "accepted", "advised", "returned", "refused"}[k.luck.pick([]float64{70, 15, 7, 7, 1})]
	cases := 1 + k.luck.pick([]float64{90, 8, 2})
	if a := k.do("finish", map[string]any{"outcome": outcome, "cases": cases}); a.ok() {
		k.s.report.Finished++
		c.leave(max(1, t.Leg))
	}
	k.later()
}

// transfer sends the citizen to a service that this window does not offer.
func (k *clerk) transfer(t ticketView) bool {
	var others []string
	for _, v := range k.s.hall.Services {
		if !slices.Contains(k.services, v.ID) && k.s.hall.windowsOf(v.ID) > 0 {
			others = append(others, v.ID)
		}
	}
	if len(others) == 0 {
		return false
	}
	to := others[k.luck.IntN(len(others))]
	if !k.do("transfer", map[string]any{"service": to, "place": "keep", "note": "材料已收，请核对"}).ok() {
		return false
	}
	k.s.report.Moved++
	k.s.citizens[t.Number].handled = false
	k.s.nudge(to)
	return true
}

// further does a second service for the same citizen at once.
func (k *clerk) further(c *citizen, t ticketView) {
	service := k.services[k.luck.IntN(len(k.services))]
	a := k.do("leg", map[string]any{"service": service})
	if !a.ok() {
		k.finish(c, t)
		return
	}
	if err := a.into(&t); err != nil {
		k.s.failed = err
		return
	}
	k.s.report.Finished++
	k.s.after(c.handling(service)/2, func() { k.finish(c, t) })
}

// rest pauses the window now and then, and over lunch in shifts. A recorded day has its rests in it.
func (k *clerk) rest() bool {
	if k.s.c.Arrivals != nil {
		return false
	}
	reason, long := k.s.c.BreakReason, k.luck.between(6*time.Minute, 12*time.Minute)
	hour := k.s.now.Hour()
	lunch := !k.eaten && hour >= lunchFrom && hour < lunchTo && k.luck.happens(0.15)
	switch {
	case lunch:
		k.eaten, reason, long = true, k.s.c.MealReason, k.luck.between(25*time.Minute, 40*time.Minute)
	case k.s.now.Before(k.restAt):
		return false
	}
	k.restAt = k.s.now.Add(long + k.luck.between(50*time.Minute, 110*time.Minute))
	if !k.do("pause", map[string]any{"reason": reason, "minutes": int(long.Minutes())}).ok() {
		return false
	}
	k.s.report.Pauses++
	k.s.after(long, func() {
		k.do("resume", nil)
		k.later()
	})
	return true
}
