package wait

import (
	"testing"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/hall/halltest"
)

// desk drives a real hall by hand and keeps a fold beside it.
type desk struct {
	t      *testing.T
	w      *hall.Working
	f      *Fold
	now    hall.Time
	issued int
}

// newDesk opens a hall with a plan of its own making.
func newDesk(t *testing.T, change func(p *hall.Plan)) *desk {
	t.Helper()
	p := halltest.Plan(0)
	if change != nil {
		change(p)
	}
	if faults := p.Check(); len(faults) > 0 {
		t.Fatal(faults)
	}
	d := &desk{t: t, w: hall.NewWorking(), f: New(), now: halltest.Start}
	system := hall.Actor{}
	d.do(system, hall.Found{Hall: "h", Epoch: "e"})
	d.do(system, hall.SetPlan{Plan: p, Hash: "1", Source: hall.FromConfig})
	d.do(system, hall.OpenDay{})
	return d
}

func (d *desk) do(by hall.Actor, c hall.Command) hall.Receipt {
	d.t.Helper()
	o := hall.Order{By: by, Do: c}
	events, answer, err := d.w.Decide(o, d.now)
	if err != nil {
		d.t.Fatalf("%T%+v: %v", c, c, err)
	}
	for i, e := range events {
		h, seq := hall.HeaderOf(o, answer, i, len(events)), d.w.Seq()+1
		d.w.Apply(seq, d.now, h, e)
		d.f.Apply(seq, d.now, h, e)
	}
	return answer
}

func (d *desk) later(by time.Duration) { d.now = d.now.Add(by) }

func (d *desk) issue(service string) hall.TicketKey {
	d.t.Helper()
	return d.issueAt(service, "")
}

// issueAt is for queues by window.
func (d *desk) issueAt(service, window string) hall.TicketKey {
	d.t.Helper()
	d.issued++
	id := string(rune('a'+d.issued/26)) + string(rune('a'+d.issued%26))
	return d.do(hall.Actor{Kind: hall.Terminal}, hall.Issue{ID: id, Service: service, Window: window, Channel: "kiosk", Lang: "zh"}).Leg.Ticket()
}

// at is the clerk of a window of the walks' hall: 1001 at window 1, and so on.
func at(window string) hall.Actor { return hall.Actor{Kind: hall.Clerk, ID: "100" + window} }

func (d *desk) open(windows ...string) {
	d.t.Helper()
	for _, w := range windows {
		d.do(at(w), hall.Open{Window: w})
	}
}

// serve begins the next visit at a window.
func (d *desk) serve(window string) {
	d.t.Helper()
	d.do(at(window), hall.Next{Window: window})
	d.do(at(window), hall.Begin{Window: window})
}

// visit is one whole handling.
func (d *desk) visit(window, service string, took time.Duration) hall.TicketKey {
	d.t.Helper()
	k := d.issue(service)
	d.serve(window)
	d.later(took)
	d.do(at(window), hall.Finish{Window: window})
	return k
}

func (d *desk) estimate(service string, ahead int) (hall.Promise, bool) {
	return d.f.Estimate(d.w.Publish(), service, ahead, d.now)
}

func (d *desk) seconds(service string, ahead int) int {
	d.t.Helper()
	p, ok := d.estimate(service, ahead)
	if !ok {
		d.t.Fatalf("no estimate for %s", service)
	}
	return p.Seconds
}

func (d *desk) service(id string) hall.Service {
	s, _ := d.w.Publish().Plan().Service(id)
	return s
}
