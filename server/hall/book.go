package hall

import (
	"cmp"
	"slices"
	"strings"
)

// book is the whole state. [Working] changes it, a published [State] never does.
type book struct {
	seq      uint64
	at       Time // of the last record
	founded  Founded
	plan     *Plan
	planHash string
	planFrom string // what the plan came from: config or console
	next     *scheduledPlan
	today    Date // the business date opened last
	open     bool // whether that day is open
	days     []*day
	queues   tree[queueName, *queue]
	held     tree[standing, LegKey]
	windows  tree[string, *Post]
	keys     tree[string, *remembered] // of orders accepted while no day is open: they go to the next one
	doubt    *ClockDoubted
	gap      Gap
	version  string // of the program that runs or ran last
	erasure  *Erasure
}

// Gap is the last time the hall was not running.
type Gap struct {
	From Time `json:"from" cbor:"1,keyasint"`
	To   Time `json:"to" cbor:"2,keyasint"`
}

type scheduledPlan struct {
	Plan   *Plan  `cbor:"1,keyasint"`
	Hash   string `cbor:"2,keyasint"`
	Source string `cbor:"3,keyasint"`
	From   Date   `cbor:"4,keyasint"`
}

// day is one business day that still matters: today, and earlier ones with open legs or keys that may be repeated.
type day struct {
	date     Date
	openedAt Time
	closedAt Time
	tickets  tree[uint32, *Ticket]
	ids      tree[string, uint32]
	numbers  tree[Number, uint32]
	series   tree[string, uint32] // prefix → last number
	quotas   tree[string, int]    // service, or service and band → issued
	persons  tree[string, []uint32]
	keys     tree[string, *remembered]
	tally    Tally
}

// Tally counts the tickets of a day by where they stand.
type Tally struct {
	Issued    int `json:"issued" cbor:"1,keyasint"`
	Open      int `json:"open" cbor:"2,keyasint"`
	Waiting   int `json:"waiting" cbor:"3,keyasint"`
	Finished  int `json:"finished" cbor:"4,keyasint"`
	Left      int `json:"left" cbor:"5,keyasint"`
	Cancelled int `json:"cancelled" cbor:"6,keyasint"`
	Abandoned int `json:"abandoned" cbor:"7,keyasint"`
	Unserved  int `json:"unserved" cbor:"8,keyasint"`
	Voided    int `json:"voided" cbor:"9,keyasint"`
}

// standing is the place of a waiting leg: its queue, then what Pick would compare within it.
type standing struct {
	queue queueName
	sort
	from   Time
	number Number
	leg    LegKey
}

// turn is the place within the leg's own line.
func (s standing) turn() turn { return turn{from: s.from, number: s.number.order(), leg: s.leg} }

func compareStandings(a, b standing) int {
	if c := compareQueues(a.queue, b.queue); c != 0 {
		return c
	}
	if c := a.sort.compare(b.sort); c != 0 {
		return c
	}
	if c := cmp.Compare(a.from, b.from); c != 0 {
		return c
	}
	if c := compareNumbers(a.number, b.number); c != 0 {
		return c
	}
	return compareLegs(a.leg, b.leg)
}

func compareLegs(a, b LegKey) int {
	if c := cmp.Compare(a.Date, b.Date); c != 0 {
		return c
	}
	if c := cmp.Compare(a.N, b.N); c != 0 {
		return c
	}
	return cmp.Compare(a.Leg, b.Leg)
}

// remembered is the answer to an idempotency key.
type remembered struct {
	_      struct{} `cbor:",toarray"`
	Digest []byte
	Seq    uint64
	Leg    LegKey
	Window string
	None   bool
	At     Time
}

func newBook() book {
	return book{
		queues:  newTree[queueName, *queue](compareQueues),
		held:    newTree[standing, LegKey](compareStandings),
		windows: newTree[string, *Post](strings.Compare),
		keys:    newTree[string, *remembered](strings.Compare),
	}
}

func newDay(date Date, at Time) *day {
	return &day{date: date, openedAt: at,
		tickets: newTree[uint32, *Ticket](cmp.Compare[uint32]),
		ids:     newTree[string, uint32](strings.Compare),
		numbers: newTree[Number, uint32](compareNumbers),
		series:  newTree[string, uint32](strings.Compare),
		quotas:  newTree[string, int](strings.Compare),
		persons: newTree[string, []uint32](strings.Compare),
		keys:    newTree[string, *remembered](strings.Compare),
	}
}

// share gives a copy that never changes.
func (b *book) share() *book {
	c := *b
	c.queues, c.held, c.windows, c.keys = b.queues.share(), b.held.share(), b.windows.share(), b.keys.share()
	c.days = make([]*day, len(b.days))
	for i, d := range b.days {
		c.days[i] = d.share()
	}
	return &c
}

func (d *day) share() *day {
	c := *d
	c.tickets, c.ids, c.numbers, c.series = d.tickets.share(), d.ids.share(), d.numbers.share(), d.series.share()
	c.quotas, c.persons, c.keys = d.quotas.share(), d.persons.share(), d.keys.share()
	return &c
}

// thaw gives a changeable copy of a published book.
func (b *book) thaw() *book {
	c := *b
	c.queues, c.held, c.windows, c.keys = b.queues.thaw(), b.held.thaw(), b.windows.thaw(), b.keys.thaw()
	c.days = make([]*day, len(b.days))
	for i, d := range b.days {
		c.days[i] = d.thaw()
	}
	return &c
}

func (d *day) thaw() *day {
	c := *d
	c.tickets, c.ids, c.numbers, c.series = d.tickets.thaw(), d.ids.thaw(), d.numbers.thaw(), d.series.thaw()
	c.quotas, c.persons, c.keys = d.quotas.thaw(), d.persons.thaw(), d.keys.thaw()
	return &c
}

func (b *book) day(date Date) *day {
	for i := len(b.days) - 1; i >= 0; i-- {
		if b.days[i].date == date {
			return b.days[i]
		}
	}
	return nil
}

func (b *book) ticket(key TicketKey) (*Ticket, bool) {
	d := b.day(key.Date)
	if d == nil {
		return nil, false
	}
	return d.tickets.get(key.N)
}

// current is the day that is open, nil when none is.
func (b *book) current() *day {
	if !b.open {
		return nil
	}
	return b.day(b.today)
}

func (b *book) post(window string) *Post {
	if p, ok := b.windows.get(window); ok {
		return p
	}
	return &Post{Window: window}
}

// changePost applies f to a copy of the window's post; published states keep the old one.
func (b *book) changePost(window string, f func(p *Post)) {
	c := *b.post(window)
	f(&c)
	b.windows.set(window, &c)
}

// change applies f to a copy of the leg's ticket and keeps every index in step: the queues, the windows, the tally. It is
// the only way a leg changes.
func (b *book) change(k LegKey, f func(t *Ticket, l *Leg)) {
	d := b.day(k.Date)
	old, _ := d.tickets.get(k.N)
	t := old.clone()
	was, is := &old.Legs[k.Leg-1], &t.Legs[k.Leg-1]
	f(t, is)
	if placeOf(old, k, was) != placeOf(t, k, is) {
		b.detach(old, k, was)
		b.attach(t, k, is)
	}
	d.count(old, -1)
	d.count(t, +1)
	if old.Open() != t.Open() {
		d.person(t)
	}
	d.tickets.set(k.N, t)
}

// place is where a leg is listed besides its ticket.
type place struct {
	standing standing
	stage    Stage
	window   string
	held     bool
}

func placeOf(t *Ticket, k LegKey, l *Leg) place {
	if l.Stage == Waiting {
		return place{stage: Waiting, standing: standingOf(t, k, l), held: l.HeldUntil > 0 || l.SlotAt > 0}
	}
	if l.Stage == Serving {
		return place{stage: Called, window: l.Window}
	}
	return place{stage: l.Stage, window: l.Window}
}

// addLeg puts a further leg on a ticket.
func (b *book) addLeg(key TicketKey, leg Leg) {
	d := b.day(key.Date)
	old, _ := d.tickets.get(key.N)
	t := old.clone()
	d.count(t, -1)
	t.Legs = append(t.Legs, leg)
	b.attach(t, t.LegKey(), t.Leg())
	d.count(t, +1)
	d.tickets.set(key.N, t)
	d.person(t)
}

func (b *book) attach(t *Ticket, k LegKey, l *Leg) {
	switch l.Stage {
	case Waiting:
		b.enqueue(t, k, l)
	case Called, Serving:
		b.changePost(l.Window, func(p *Post) { p.Current = k })
	case Parked:
		b.changePost(l.Window, func(p *Post) { p.Parked = append(slices.Clone(p.Parked), k) })
	case Passed:
		b.changePost(l.Window, func(p *Post) { p.Passed = append(slices.Clone(p.Passed), k) })
	}
}

func (b *book) detach(t *Ticket, k LegKey, l *Leg) {
	same := func(other LegKey) bool { return other == k }
	switch l.Stage {
	case Waiting:
		b.dequeue(t, k, l)
	case Called, Serving:
		b.changePost(l.Window, func(p *Post) { p.Current = LegKey{} })
	case Parked:
		b.changePost(l.Window, func(p *Post) { p.Parked = slices.DeleteFunc(slices.Clone(p.Parked), same) })
	case Passed:
		b.changePost(l.Window, func(p *Post) { p.Passed = slices.DeleteFunc(slices.Clone(p.Passed), same) })
	}
}

func standingOf(t *Ticket, k LegKey, l *Leg) standing {
	return standing{queue: l.queue(), sort: sort{l.Service, l.Strict, l.Credit}, from: l.StandingFrom, number: t.Number, leg: k}
}

func (b *book) enqueue(t *Ticket, k LegKey, l *Leg) {
	at := standingOf(t, k, l)
	b.ownQueue(at.queue).join(at.sort, at.turn())
	if l.HeldUntil > 0 || l.SlotAt > 0 {
		b.held.set(at, k)
	}
}

func (b *book) dequeue(t *Ticket, k LegKey, l *Leg) {
	at := standingOf(t, k, l)
	b.ownQueue(at.queue).leave(at.sort, at.turn())
	b.held.delete(at)
}

// count adds a ticket to the tally, or takes it away.
func (d *day) count(t *Ticket, by int) {
	if t.Open() {
		d.tally.Open += by
	}
	switch t.State() {
	case "waiting":
		d.tally.Waiting += by
	case "finished":
		d.tally.Finished += by
	case "left":
		d.tally.Left += by
	case "cancelled":
		d.tally.Cancelled += by
	case "abandoned":
		d.tally.Abandoned += by
	case "unserved":
		d.tally.Unserved += by
	case "voided":
		d.tally.Voided += by
	}
}

// person keeps the list of open tickets of the ticket's person, in order of issue.
func (d *day) person(t *Ticket) {
	if t.PersonRef == "" {
		return
	}
	list, _ := d.persons.get(t.PersonRef)
	list = slices.DeleteFunc(slices.Clone(list), func(n uint32) bool { return n == t.Key.N })
	if t.Open() {
		list = append(list, t.Key.N)
		slices.Sort(list)
	}
	if len(list) == 0 {
		d.persons.delete(t.PersonRef)
		return
	}
	d.persons.set(t.PersonRef, list)
}

// turn ends the running stage of a leg: its time goes to what the leg was doing, and the next stage begins.
func (l *Leg) turn(to Stage, at Time) {
	spent := at - l.Since
	switch l.Stage {
	case Waiting:
		l.Times.Wait += spent
	case Called:
		if to == Serving || to == Ended && l.Inferred {
			l.Times.Way += spent
		} else {
			l.Times.Away += spent
		}
	case Passed:
		l.Times.Away += spent
	case Serving:
		l.Times.Handling += spent
	case Parked:
		l.Times.Parked += spent
	}
	l.Stage, l.Since = to, at
}
