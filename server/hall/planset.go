package hall

import "slices"

// PlanSet puts a plan in force.
type PlanSet struct {
	Plan   *Plan  `json:"plan" cbor:"1,keyasint"`
	Hash   string `json:"hash" cbor:"2,keyasint"`
	Source string `json:"source" cbor:"3,keyasint"`
}

// Kind names the event.
func (*PlanSet) Kind() string { return "plan.set" }

func (e *PlanSet) apply(b *book, s Stamp) {
	e.Plan.prepare()
	b.plan, b.planHash, b.planFrom, b.next = e.Plan, e.Hash, e.Source, nil
}

// PlanScheduled keeps a plan until the next business day, as something it takes away is still in use today.
type PlanScheduled struct {
	Plan   *Plan  `json:"plan" cbor:"1,keyasint"`
	Hash   string `json:"hash" cbor:"2,keyasint"`
	Source string `json:"source" cbor:"3,keyasint"`
	From   Date   `json:"from" cbor:"4,keyasint"`
}

// Kind names the event.
func (*PlanScheduled) Kind() string { return "plan.scheduled" }

func (e *PlanScheduled) apply(b *book, s Stamp) {
	e.Plan.prepare()
	b.next = &scheduledPlan{Plan: e.Plan, Hash: e.Hash, Source: e.Source, From: e.From}
}

// Prepare completes an event that was decoded, so that applying it changes nothing in it any more: then several may apply it
// at the same time, each to its own state or history. Without it the first to apply a plan completes that.
func Prepare(e Event) {
	var p *Plan
	switch e := e.(type) {
	case *PlanSet:
		p = e.Plan
	case *PlanScheduled:
		p = e.Plan
	}
	if p != nil {
		p.prepare()
	}
}

func (p *Plan) prepare() {
	if p.index == nil {
		p.Check()
	}
}

// Sources of a plan.
const (
	FromConfig  = "config"
	FromConsole = "console"
)

// SetPlan puts a plan in force, or with NextDay keeps it for the next business day. Tickets keep the settings they were
// issued under.
type SetPlan struct {
	Plan    *Plan // checked, and not changed afterwards
	Hash    string
	Source  string
	NextDay bool
}

func (c SetPlan) decide(b *book, at Time, by Actor) ([]Event, error) {
	if by.Kind != System && !slices.Contains(by.Roles, RoleAdministrator) {
		return nil, Refuse(Forbidden)
	}
	if fault, found := c.fault(); found {
		return nil, Refuse(Invalid, "pointer", "/plan/"+fault.Pointer, "reason", fault.Text)
	}
	if b.plan != nil && b.planHash == c.Hash {
		return nil, nil
	}
	if c.NextDay && b.plan != nil {
		if b.next != nil && b.next.Hash == c.Hash {
			return nil, nil
		}
		return []Event{&PlanScheduled{Plan: c.Plan, Hash: c.Hash, Source: c.Source, From: b.dayAfter(at)}}, nil
	}
	if used := b.inUse(c.Plan); used != "" {
		return nil, Refuse(PlanInUse, "what", used)
	}
	return []Event{&PlanSet{Plan: c.Plan, Hash: c.Hash, Source: c.Source}}, nil
}

// fault finds the first fault of the plan. One that was found sound is not checked again: it may be the plan in force,
// which others are reading.
func (c SetPlan) fault() (Fault, bool) {
	if c.Plan == nil {
		return Fault{Text: "is missing"}, true
	}
	if c.Plan.index != nil && c.Plan.index.sound {
		return Fault{}, false
	}
	faults := c.Plan.Check()
	if len(faults) == 0 {
		return Fault{}, false
	}
	return faults[0], true
}

func (b *book) dayAfter(at Time) Date {
	if !b.open {
		return b.plan.BusinessDate(at)
	}
	return b.today.Next(1)
}

// inUse names something that the new plan takes away although people depend on it now; "" = nothing.
func (b *book) inUse(p *Plan) string {
	for id, post := range b.windows.all() {
		if _, stays := p.Window(id); !stays && post.State != PostClosed {
			return "window " + id
		}
	}
	for _, k := range b.openLegs() {
		l, _ := b.leg(k)
		s, stays := p.Service(l.Service)
		if old, _ := b.plan.Service(l.Service); !stays || s.Prefix != old.Prefix || s.PerWindow() != old.PerWindow() {
			return "service " + l.Service
		}
		if l.Stage == Waiting && len(p.WindowsOf(l.Service)) == 0 && len(b.plan.WindowsOf(l.Service)) > 0 {
			return "service " + l.Service
		}
		if _, stays := p.Window(l.Target.Window); !stays && l.Target.Window != "" {
			return "window " + l.Target.Window
		}
		if _, stays := p.Class(l.Class); !stays {
			return "class " + l.Class
		}
	}
	return ""
}
