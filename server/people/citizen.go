package people

import (
	"time"
)

// citizen is somebody with a ticket.
type citizen struct {
	s       *simulation
	luck    luck
	ticket  ticketView
	record  *Arrival // nil for a made-up one
	visitor bool     // a real person who tries the demonstration: nothing is done in their name
	absent  bool     // does not come when called
	effort  float64
	handled bool
	ended   bool
}

// madeUp tells whether somebody lives by chance alone.
func (c *citizen) madeUp() bool { return c.record == nil && !c.visitor }

// How made-up citizens behave.
const (
	chanceAbsent   = 0.06
	chanceReturn   = 0.35 // of the absent
	chanceCancel   = 0.03
	chanceDefer    = 0.05
	chanceRate     = 0.4
	chanceComplain = 0.01
	chanceProof    = 0.9 // of a claimed class
)

// arrive takes a number. A class that needs proof is shown at the guide desk.
func (s *simulation) arrive(service, class string, record *Arrival) *citizen {
	s.arrived++
	s.report.Arrivals++
	c := &citizen{s: s, luck: newLuck(s.c.Seed, streamCitizen+uint64(s.arrived)), record: record}
	body := map[string]any{"service": service, "lang": "zh"}
	if class != "" {
		body["class"] = class
	}
	a := s.ask(s.public, "/api/v1/tickets", body)
	if a.status != 201 {
		return nil
	}
	if err := a.into(&c.ticket); err != nil {
		s.failed = err
		return nil
	}
	s.report.Issued++
	s.citizens[c.ticket.Number] = c
	c.effort = c.luck.effort()
	if c.ticket.Claimed != "" && (record != nil || c.luck.happens(chanceProof)) {
		s.ask(s.guide, "/api/v1/tickets/by-number/"+c.ticket.Number+"/reclassify", map[string]any{"class": c.ticket.Claimed, "reason": "证件已核对"})
	}
	c.plan()
	s.nudge(service)
	return c
}

// plan settles what the citizen will do while waiting.
func (c *citizen) plan() {
	s := c.s
	if c.record != nil {
		if c.record.Leaves {
			s.after(c.record.Patience, c.cancel)
		}
		return
	}
	c.absent = c.luck.happens(chanceAbsent)
	if c.luck.happens(chanceCancel) {
		s.after(c.luck.between(4*time.Minute, 20*time.Minute), c.cancel)
	}
	if c.luck.happens(chanceDefer) {
		s.after(c.luck.between(time.Minute, 5*time.Minute), c.putOff)
	}
}

func (c *citizen) path(act string) string { return "/api/v1/tickets/" + c.ticket.ID + "/" + act }

// cancel gives the ticket up, if nobody has begun with it.
func (c *citizen) cancel() {
	if c.handled || c.ended {
		return
	}
	if c.s.ask(c.s.public, c.path("cancel"), nil).ok() {
		c.ended = true
		c.s.report.Cancelled++
	}
}

func (c *citizen) putOff() {
	if !c.handled && !c.ended && c.s.ask(c.s.public, c.path("defer"), map[string]any{"people": 1 + c.luck.IntN(4)}).ok() {
		c.s.report.Deferred++
	}
}

// missed is a call that nobody came to: some notice it later.
func (c *citizen) missed() {
	c.s.report.Passed++
	if !c.luck.happens(chanceReturn) {
		return
	}
	c.s.after(c.luck.between(2*time.Minute, 9*time.Minute), func() {
		if c.s.ask(c.s.public, c.path("return"), nil).ok() {
			c.absent = false
			c.s.report.Returned++
			c.s.nudge(c.ticket.Service)
		}
	})
}

// handling is how long the citizen's matter takes.
func (c *citizen) handling(service string) time.Duration {
	if c.record != nil && c.record.Handling > 0 {
		return c.record.Handling
	}
	return max(20*time.Second, time.Duration(c.effort*float64(usual(c.s.c.Seed, service))))
}

// leave is a citizen going home after a handling; some say how it was.
func (c *citizen) leave(leg int) {
	c.ended = true
	if !c.madeUp() || !c.luck.happens(chanceRate) {
		return
	}
	c.s.after(c.luck.between(5*time.Second, 90*time.Second), func() {
		level := []int{5, 4, 3, 2, 1}[c.luck.pick([]float64{70, 20, 6, 3, 1})]
		if c.s.ask(c.s.public, c.path("rating"), map[string]any{"leg": leg, "level": level}).ok() {
			c.s.report.Rated++
		}
		if level < 3 || c.luck.happens(chanceComplain) {
			c.s.ask(c.s.public, c.path("complaint"), map[string]any{"leg": leg, "text": "等候时间有点长，希望多开窗口"})
		}
	})
}
