package hall

import (
	"cmp"
	"math"
)

// Rules that a call can follow, as recorded in [Why].
const (
	RuleCredit   = "credit"   // the highest score: time waited plus credit plus the window's preference
	RuleStrict   = "strict"   // a class that goes before everybody else
	RuleTarget   = "target"   // bound to this window or this member of staff
	RuleHeld     = "held"     // came back or let others go first, and nobody else was waiting
	RuleChosen   = "chosen"   // picked by hand, with a reason
	RuleReturned = "returned" // called again at the window that had passed it
)

// Why records how a call was decided. Times are milliseconds.
type Why struct {
	Rule     string  `json:"rule" cbor:"1,keyasint"`
	Score    Time    `json:"score" cbor:"2,keyasint"`
	Waited   Time    `json:"waited" cbor:"3,keyasint"` // part of the score: time since the leg's standing began
	Credit   Time    `json:"credit,omitempty" cbor:"4,keyasint,omitempty"`
	Prefer   Time    `json:"prefer,omitempty" cbor:"5,keyasint,omitempty"`
	Class    string  `json:"class" cbor:"6,keyasint"`
	Runner   *Runner `json:"runnerUp,omitempty" cbor:"7,keyasint,omitempty"`
	Eligible int     `json:"eligible" cbor:"8,keyasint"` // how many could have been called
	Capped   bool    `json:"capped,omitempty" cbor:"9,keyasint,omitempty"`
}

// Runner is who would have been called otherwise.
type Runner struct {
	Number Number `json:"number" cbor:"1,keyasint"`
	Score  Time   `json:"score" cbor:"2,keyasint"`
	Waited Time   `json:"waited" cbor:"3,keyasint"`
	Credit Time   `json:"credit,omitempty" cbor:"4,keyasint,omitempty"`
	Prefer Time   `json:"prefer,omitempty" cbor:"5,keyasint,omitempty"`
	Class  string `json:"class" cbor:"6,keyasint"`
}

// Candidate is a waiting leg as one window sees it.
type Candidate struct {
	Leg     LegKey
	Number  Number
	Service string
	Class   string
	Strict  bool
	From    Time // standing since
	Credit  Time
	Prefer  Time
	Score   Time // at − From + Credit + Prefer
	Held    bool // came back or deferred, its turn is not yet
}

// strictHistory are the window's last calls of which at most two may be strict.
const strictHistory = 2

// Pick tells whom the window would call next at a time, and why. ok is false when nobody is eligible. It is the one rule
// of order: the desk, the estimates and the simulation all use it.
func Pick(s State, window string, at Time) (Candidate, Why, bool) { return s.b.pick(window, at) }

func (b *book) pick(window string, at Time) (Candidate, Why, bool) {
	p := newPicker(b, window, at)
	p.scan(false)
	if len(p.best) == 0 {
		p.scan(true)
	}
	if len(p.best) == 0 {
		return Candidate{}, Why{}, false
	}
	return p.best[0], p.why(), true
}

// picker keeps the best two of what it has seen.
type picker struct {
	b      *book
	plan   Window
	post   *Post
	at     Time
	capped bool
	strict bool        // somebody of a strict class was seen
	best   []Candidate // at most two, best first
}

func newPicker(b *book, window string, at Time) *picker {
	p := &picker{b: b, post: b.post(window), at: at}
	p.plan, _ = b.plan.Window(window)
	if p.plan.ID == "" {
		p.plan.ID = window
	}
	p.capped = p.post.strictCapped() && p.ordinaryWaits()
	return p
}

// queues lists the queues that the window serves.
func (p *picker) queues() []queueName {
	list := make([]queueName, 0, len(p.plan.Services)+2)
	for _, s := range p.plan.Services {
		list = append(list, serviceQueue(s))
	}
	list = append(list, windowQueue(p.plan.ID))
	if p.post.Staff != "" {
		list = append(list, staffQueue(p.post.Staff))
	}
	return list
}

func (p *picker) ordinaryWaits() bool {
	found := false
	p.lines(false, func(c Candidate) bool {
		found = found || !c.Strict
		return found
	})
	return found
}

func (p *picker) scan(held bool) {
	p.lines(held, func(c Candidate) bool {
		p.offer(c)
		return false
	})
}

// lines gives the first two eligible legs of every line. Nobody else can be the best or the runner-up. Of a queue in which f
// returns true nothing more is given.
func (p *picker) lines(held bool, f func(Candidate) bool) {
	for _, name := range p.queues() {
		q := p.b.queueOf(name)
		for i := range q.lines {
			if p.line(&q.lines[i], held, f) {
				break
			}
		}
	}
}

func (p *picker) line(l *line, held bool, f func(Candidate) bool) (enough bool) {
	taken := 0
	for t := range l.legs.all() {
		c, eligible := p.candidate(t.leg)
		if eligible == held || held && p.b.tooEarly(t.leg, p.at) {
			continue
		}
		if f(c) {
			return true
		}
		if taken++; taken == 2 {
			return false
		}
	}
	return false
}

// candidate scores a leg and tells whether it is eligible without the mercy for held legs.
func (p *picker) candidate(leg LegKey) (c Candidate, eligible bool) {
	t, _ := p.b.ticket(leg.Ticket())
	l := &t.Legs[leg.Leg-1]
	c = Candidate{Leg: leg, Number: t.Number, Service: l.Service, Class: l.Class, Strict: l.Strict, From: l.StandingFrom, Credit: l.Credit,
		Prefer: p.plan.preference(l.Service)}
	c.Score = p.at - c.From + c.Credit + c.Prefer
	c.Held = p.b.isHeld(l, p.at)
	return c, !c.Held
}

// slotLead is how long before its slot a booked leg may be called.
const slotLead = 10

func (b *book) isHeld(l *Leg, at Time) bool {
	if l.SlotAt > 0 && at < l.SlotAt-minutes(slotLead) {
		return true
	}
	if l.HeldUntil == 0 {
		return false
	}
	return b.queueOf(serviceQueue(l.Service)).calls < l.HeldUntil
}

// tooEarly reports whether a leg's slot is still far away: unlike who came back, it may not be called when nobody else waits.
func (b *book) tooEarly(k LegKey, at Time) bool {
	l, _ := b.leg(k)
	return l.SlotAt > 0 && at < l.SlotAt-minutes(slotLead)
}

func (p *picker) offer(c Candidate) {
	p.strict = p.strict || c.Strict
	switch {
	case len(p.best) == 0:
		p.best = append(p.best, c)
	case p.before(c, p.best[0]):
		p.best = []Candidate{c, p.best[0]}
	case len(p.best) == 1 || p.before(c, p.best[1]):
		p.best = append(p.best[:1], c)
	}
}

// tier puts strict classes first, or last when the window has called enough of them while ordinary people wait.
func (p *picker) tier(c Candidate) int {
	switch {
	case !c.Strict:
		return 1
	case p.capped:
		return 2
	}
	return 0
}

func (p *picker) before(a, b Candidate) bool {
	if x, y := p.tier(a), p.tier(b); x != y {
		return x < y
	}
	if a.Score != b.Score {
		return a.Score > b.Score
	}
	if a.From != b.From {
		return a.From < b.From
	}
	if c := compareNumbers(a.Number, b.Number); c != 0 {
		return c < 0
	}
	return compareLegs(a.Leg, b.Leg) < 0
}

func (p *picker) why() Why {
	c := p.best[0]
	l, _ := p.b.leg(c.Leg)
	w := Why{Rule: RuleCredit, Score: c.Score, Waited: p.at - c.From, Credit: c.Credit, Prefer: c.Prefer, Class: c.Class,
		Eligible: p.eligible(), Capped: p.capped && p.strict}
	switch {
	case c.Held:
		w.Rule = RuleHeld
	case c.Strict:
		w.Rule = RuleStrict
	case p.b.bound(l):
		w.Rule = RuleTarget
	}
	if len(p.best) > 1 {
		r := p.best[1]
		w.Runner = &Runner{Number: r.Number, Score: r.Score, Waited: p.at - r.From, Credit: r.Credit, Prefer: r.Prefer, Class: r.Class}
	}
	return w
}

// bound reports whether somebody has bound a leg to a window or a person; where every window has its own queue that says
// nothing about the leg.
func (b *book) bound(l *Leg) bool {
	s, _ := b.plan.Service(l.Service)
	return l.Target.Staff != "" || l.Target.Window != "" && !s.PerWindow()
}

// eligible counts who could be called here; held legs count when there is nobody else.
func (p *picker) eligible() int {
	free, held := 0, 0
	for _, queue := range p.queues() {
		free += p.b.queueOf(queue).waiting
		for at, leg := range p.b.held.from(standing{queue: queue, sort: sort{strict: true}, from: math.MinInt64}) {
			if at.queue != queue {
				break
			}
			l, _ := p.b.leg(leg)
			if p.b.isHeld(l, p.at) {
				free--
				held += btoi(l.SlotAt == 0 || p.at >= l.SlotAt-minutes(slotLead))
			}
		}
	}
	if free == 0 {
		return held
	}
	return free
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (b *book) leg(k LegKey) (*Leg, bool) {
	t, ok := b.ticket(k.Ticket())
	if !ok || k.Leg == 0 || int(k.Leg) > len(t.Legs) {
		return nil, false
	}
	return &t.Legs[k.Leg-1], true
}

// ahead counts the waiting legs of the same queue that Pick would take before the leg, which need not stand in it yet.
func (b *book) ahead(me standing, at Time) int {
	n, adds := 0, b.bonus(me.queue)
	q := b.queueOf(me.queue)
	for i := range q.lines {
		if line := &q.lines[i]; !me.strict || line.strict {
			n += line.legs.rank(me.bound(line.sort, adds.of(line.sort)-adds.of(me.sort)))
		}
	}
	return n - b.heldAhead(me, adds, at)
}

// bonus is what a window adds to the score of services.
type bonus []Prefer

// of gives what legs of a sort score besides the time they stand: credit, and the preference.
func (b bonus) of(s sort) Time { return s.credit + Window{Prefer: b}.preference(s.service) }

// bonus gives the preferences that count in a queue: those of the window if it belongs to one.
func (b *book) bonus(queue queueName) bonus {
	window := queue.id
	switch queue.of {
	case forService:
		return nil
	case forStaff:
		post, _ := State{b}.PostOf(queue.id)
		window = post.Window
	}
	w, _ := b.plan.Window(window)
	return w.Prefer
}

// bound is the first turn in a line of a sort, which leads me by so much, that Pick would not take before me.
func (me standing) bound(s sort, lead Time) turn {
	t := turn{from: me.from + lead}
	switch {
	case s.strict != me.strict:
		t.from = math.MaxInt64
	case lead == 0:
		t = me.turn()
	case lead < 0: // an equal score then stands earlier and goes first
		t.from++
	}
	return t
}

func (b *book) heldAhead(me standing, adds bonus, at Time) int {
	n := 0
	for other, leg := range b.held.from(standing{queue: me.queue, sort: sort{strict: true}, from: math.MinInt64}) {
		if other.queue != me.queue {
			break
		}
		if l, _ := b.leg(leg); b.isHeld(l, at) && other.goesBefore(me, adds.of(other.sort)-adds.of(me.sort)) {
			n++
		}
	}
	return n
}

// goesBefore tells whether Pick would take s, which leads other by so much, before other; both are in one queue.
func (s standing) goesBefore(other standing, lead Time) bool {
	if s.strict != other.strict {
		return s.strict
	}
	if c := cmp.Compare(s.from-lead, other.from); c != 0 {
		return c < 0
	}
	if c := cmp.Compare(s.from, other.from); c != 0 {
		return c < 0
	}
	if c := compareNumbers(s.number, other.number); c != 0 {
		return c < 0
	}
	return compareLegs(s.leg, other.leg) < 0
}
