package main

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	crowdKiosks  = 40
	crowdHolders = 8
	crowdClerks  = 16
)

// crowd is 64 clients: kiosks that take tickets, clerks who call, start and finish, holders who cancel. Now and then a
// supervisor closes the day and opens it again.
type crowd struct {
	*ledger
	clerks []*crowdClerk
	boss   client
	keys   atomic.Uint64
	dead   atomic.Bool

	holders sync.Mutex
	holding []*told // tickets that somebody may cancel, guarded by holders
}

// crowdClerk is a member of staff at a window, who knows what is in hand there.
type crowdClerk struct {
	client
	window string
	stage  stage // of the ticket in hand; waits = none
	ticket *told
}

// services lists what a window does and what has no quota, as soon as the day is open: it opens just after the start.
func services(t *testing.T, p *process) (list []string) {
	t.Helper()
	for range 500 {
		var h struct {
			Services []struct {
				ID              string
				Open, PerWindow bool
				QuotaLeft       *int
			}
		}
		client{base: p.Base}.must(t, "GET", "/api/v1/hall", nil).into(t, &h)
		for _, s := range h.Services {
			if s.Open && s.QuotaLeft == nil && !s.PerWindow {
				list = append(list, s.ID)
			}
		}
		if len(list) > 1 {
			return list
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the day never opens")
	return nil
}

// newCrowd signs everybody in and opens the windows. Sessions outlive the kills.
func newCrowd(t *testing.T, p *process, l *ledger) *crowd {
	t.Helper()
	c := &crowd{ledger: l, boss: p.signedIn(t, "8001")}
	for i := range crowdClerks {
		k := &crowdClerk{client: p.signedIn(t, fmt.Sprint(1001+i)), window: fmt.Sprint(1 + i)}
		k.must(t, "POST", "/api/v1/windows/"+k.window+"/open", nil)
		c.clerks = append(c.clerks, k)
	}
	return c
}

// work lets everybody work until end has killed the program.
func (c *crowd) work(p *process, round int, end func()) {
	c.dead.Store(false)
	var all sync.WaitGroup
	for range crowdKiosks {
		all.Go(func() { c.until(func() bool { return c.send(p.Base, c.take()) }) })
	}
	for range crowdHolders {
		all.Go(func() { c.until(func() bool { return c.cancel(p.Base) }) })
	}
	for _, k := range c.clerks {
		all.Go(func() { c.until(func() bool { return c.send(p.Base, c.atWindow(k)) }) })
	}
	if round%5 == 4 {
		all.Go(func() {
			c.until(func() bool { return c.send(p.Base, c.day("close")) && c.send(p.Base, c.day("open")) })
		})
	}
	end()
	all.Wait()
}

// until repeats f while the program answers.
func (c *crowd) until(f func() bool) {
	for !c.dead.Load() {
		if !f() {
			c.dead.Store(true)
		}
	}
}

func (c *crowd) request(who client, path string, body any, then func(reply)) *request {
	return &request{client: who, path: path, key: fmt.Sprint("key-", c.keys.Add(1)), body: body, then: then}
}

func (c *crowd) take() *request {
	service := c.services[rand.IntN(len(c.services))]
	return c.request(client{}, "/api/v1/tickets", map[string]string{"service": service}, func(r reply) {
		if x := c.issue(r); x != nil && rand.IntN(4) == 0 {
			c.hold(x)
		}
	})
}

func (c *crowd) hold(x *told) {
	c.holders.Lock()
	defer c.holders.Unlock()
	c.holding = append(c.holding, x)
}

// giveUp finds a holder who would rather go, nil for none.
func (c *crowd) giveUp() *told {
	c.holders.Lock()
	defer c.holders.Unlock()
	n := len(c.holding)
	if n == 0 {
		return nil
	}
	x := c.holding[n-1]
	c.holding = c.holding[:n-1]
	return x
}

// cancel lets a holder cancel, if there is one who would.
func (c *crowd) cancel(base string) bool {
	x := c.giveUp()
	if x == nil {
		return c.send(base, c.take())
	}
	return c.send(base, c.request(client{}, "/api/v1/tickets/"+x.id+"/cancel", nil, func(r reply) {
		if r.status != 200 {
			c.refused(r, "wrong_state")
			return
		}
		if x.stage > called || x.cancelled {
			c.contradicts("%s was cancelled after it was %s", x.number, stageNames[x.stage])
		}
		c.of(x.number).cancelled = true
		c.cancels++
	}))
}

// atWindow is the next key that a clerk presses.
func (c *crowd) atWindow(k *crowdClerk) *request {
	path := "/api/v1/windows/" + k.window
	switch k.stage {
	case waits:
		return c.request(k.client, path+"/next", nil, func(r reply) { c.wasCalled(k, r) })
	case called:
		return c.request(k.client, path+"/start", nil, func(r reply) { c.wentOn(k, r, served) })
	}
	return c.request(k.client, path+"/finish", map[string]int{"cases": 1}, func(r reply) { c.wentOn(k, r, finished) })
}

func (c *crowd) wasCalled(k *crowdClerk, r reply) {
	if r.status == 204 {
		return
	}
	if r.status != 200 {
		c.refused(r)
		return
	}
	x := c.of(field(r.body, `"number":"`))
	if x.stage != waits {
		c.contradicts("%s was called at two windows", x.number)
	}
	x.stage, k.stage, k.ticket = called, called, x
	c.calls++
}

// wentOn: the ticket in hand is started or finished, unless its holder has cancelled it or the day was closed.
func (c *crowd) wentOn(k *crowdClerk, r reply, to stage) {
	if r.status != 200 {
		k.stage, k.ticket = waits, nil
		c.refused(r, "nothing_current")
		return
	}
	if got := field(r.body, `"number":"`); got != k.ticket.number {
		c.contradicts("window %s works on %s and is answered for %s", k.window, k.ticket.number, got)
	}
	c.of(k.ticket.number).stage = to
	if k.stage = to; to == finished {
		k.stage, k.ticket = waits, nil
	}
}

// day closes the business day over everybody's head, or opens it again.
func (c *crowd) day(verb string) *request {
	var body any
	if verb == "close" {
		c.mu.Lock()
		c.closed = true
		c.mu.Unlock()
		body = map[string]bool{"confirm": true}
	}
	return c.request(c.boss, "/api/v1/day/"+verb, body, func(r reply) {
		if c.days++; r.status >= 300 {
			c.refused(r)
		}
	})
}

// settle does after a restart what clients do: it asks again for what was not answered. Then everything is decided, and all
// that this life has touched is compared, with some of the answered requests asked again.
func (c *crowd) settle(t *testing.T, p *process) {
	t.Helper()
	open, answered := c.open, c.answered
	c.open, c.answered = nil, nil
	for _, r := range open {
		if !c.send(p.Base, r) {
			t.Fatalf("%s %s is not answered after the restart", r.path, r.key)
		}
	}
	if !c.send(p.Base, c.day("open")) {
		t.Fatal("the day cannot be opened")
	}
	c.each(len(answered)/10, func(i int) {
		if r := answered[i*10]; r.was.status < 300 && r.was.status != 204 {
			c.repeat(p.Base, r)
		}
	})
	touched := make([]*told, 0, len(c.touched))
	for _, x := range c.touched {
		touched = append(touched, x)
	}
	c.each(len(touched), func(i int) { c.look(p.Base, touched[i]) })
	c.answered, c.touched = nil, map[string]*told{}
	if c.broken != nil {
		t.Fatal(c.broken)
	}
}

// each calls f for 0 … n−1 from some goroutines.
func (c *crowd) each(n int, f func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	all.Wait()
}
