package hall

import (
	"crypto/sha256"
	"fmt"
	"slices"
)

// SnapshotFormat counts the forms a snapshot had. A snapshot is only a cache: another form is folded again, not read.
const SnapshotFormat = 2

// image is a state as it is stored: everything but what can be derived from it.
type image struct {
	Seq      uint64         `cbor:"1,keyasint"`
	At       Time           `cbor:"2,keyasint"`
	Founded  Founded        `cbor:"3,keyasint"`
	Plan     *Plan          `cbor:"4,keyasint"`
	PlanHash string         `cbor:"5,keyasint"`
	PlanFrom string         `cbor:"6,keyasint"`
	Next     *scheduledPlan `cbor:"7,keyasint"`
	Today    Date           `cbor:"8,keyasint"`
	Open     bool           `cbor:"9,keyasint"`
	Days     []dayImage     `cbor:"10,keyasint"`
	Calls    []callCount    `cbor:"11,keyasint"`
	Posts    []*Post        `cbor:"12,keyasint"`
	Doubt    *ClockDoubted  `cbor:"13,keyasint"`
	Gap      Gap            `cbor:"14,keyasint"`
	Version  string         `cbor:"15,keyasint"`
	Keys     []keyImage     `cbor:"16,keyasint,omitempty"`
	Erasure  *Erasure       `cbor:"17,keyasint,omitempty"`
}

type dayImage struct {
	Date     Date         `cbor:"1,keyasint"`
	OpenedAt Time         `cbor:"2,keyasint"`
	ClosedAt Time         `cbor:"3,keyasint"`
	Tickets  []*Ticket    `cbor:"4,keyasint"`
	Quotas   []quotaCount `cbor:"5,keyasint"`
	Keys     []keyImage   `cbor:"6,keyasint"`
}

type callCount struct {
	_     struct{} `cbor:",toarray"`
	Queue string
	Calls uint64
}

type quotaCount struct {
	_    struct{} `cbor:",toarray"`
	Name string
	Used int
}

type keyImage struct {
	_      struct{} `cbor:",toarray"`
	Key    string
	Answer remembered
}

// Encode gives the state as bytes, the same for the same state.
func (s State) Encode() ([]byte, error) {
	b := s.b
	img := image{Seq: b.seq, At: b.at, Founded: b.founded, Plan: b.plan, PlanHash: b.planHash, PlanFrom: b.planFrom, Next: b.next,
		Today: b.today, Open: b.open, Doubt: b.doubt, Gap: b.gap, Version: b.version, Erasure: b.erasure}
	for name, q := range b.queues.all() {
		if q.calls > 0 {
			img.Calls = append(img.Calls, callCount{Queue: name.String(), Calls: q.calls})
		}
	}
	for _, p := range b.windows.all() {
		img.Posts = append(img.Posts, p)
	}
	for _, d := range b.days {
		img.Days = append(img.Days, d.image())
	}
	img.Keys = keyImages(&b.keys)
	bytes, err := encoder.Marshal(img)
	if err != nil {
		return nil, fmt.Errorf("encoding the state at %d: %w", b.seq, err)
	}
	return bytes, nil
}

func (d *day) image() dayImage {
	img := dayImage{Date: d.date, OpenedAt: d.openedAt, ClosedAt: d.closedAt}
	for _, t := range d.tickets.all() {
		img.Tickets = append(img.Tickets, t)
	}
	for name, used := range d.quotas.all() {
		img.Quotas = append(img.Quotas, quotaCount{Name: name, Used: used})
	}
	img.Keys = keyImages(&d.keys)
	return img
}

func keyImages(keys *tree[string, *remembered]) (list []keyImage) {
	for key, answer := range keys.all() {
		list = append(list, keyImage{Key: key, Answer: *answer})
	}
	return list
}

// Hash is the SHA-256 of [State.Encode]: two states with one hash will answer alike for ever.
func (s State) Hash() ([32]byte, error) {
	bytes, err := s.Encode()
	return sha256.Sum256(bytes), err
}

// Restore gives the state that [State.Encode] wrote. Any error means: fold the journal instead.
func Restore(bytes []byte) (State, error) {
	var img image
	if err := decoder.Unmarshal(bytes, &img); err != nil {
		return State{}, fmt.Errorf("reading a snapshot: %w", err)
	}
	b := newBook()
	b.seq, b.at, b.founded, b.plan, b.planHash, b.planFrom = img.Seq, img.At, img.Founded, img.Plan, img.PlanHash, img.PlanFrom
	b.next, b.today, b.open, b.doubt, b.gap = img.Next, img.Today, img.Open, img.Doubt, img.Gap
	b.version, b.erasure = img.Version, img.Erasure
	if err := b.checkPlans(); err != nil {
		return State{}, err
	}
	for _, c := range img.Calls {
		name, ok := parseQueue(c.Queue)
		if !ok {
			return State{}, fmt.Errorf("reading a snapshot: there is no queue %q", c.Queue)
		}
		b.ownQueue(name).calls = c.Calls
	}
	for _, k := range img.Keys {
		b.keys.set(k.Key, &k.Answer)
	}
	for _, d := range img.Days {
		if err := b.restoreDay(d); err != nil {
			return State{}, err
		}
	}
	if b.erasure != nil && b.erasure.Last == nil {
		return State{}, fmt.Errorf("reading a snapshot: the last erasure is missing")
	}
	if b.plan == nil && len(b.days) > 0 || b.open && b.current() == nil || b.next != nil && b.next.Plan == nil {
		return State{}, fmt.Errorf("reading a snapshot: the plan or the open day is missing")
	}
	if err := b.restorePosts(img.Posts); err != nil {
		return State{}, err
	}
	return State{b.share()}, nil
}

// restorePosts replaces the windows that restored tickets have been put at: their lists have an order and a history.
func (b *book) restorePosts(posts []*Post) error {
	derived := b.windows
	b.windows = newTree[string, *Post](derived.compare)
	for i, p := range posts {
		if p == nil || b.windows.has(p.Window) {
			return fmt.Errorf("reading a snapshot: window %d is missing or there twice", i+1)
		}
		b.windows.set(p.Window, p)
	}
	for id, p := range derived.all() {
		if got := b.post(id); got.Current != p.Current || !sameLegs(got.Parked, p.Parked) || !sameLegs(got.Passed, p.Passed) {
			return fmt.Errorf("reading a snapshot: window %s does not hold the tickets that are there", id)
		}
	}
	for id, p := range b.windows.all() {
		if !derived.has(id) && (!p.Current.IsZero() || len(p.Parked)+len(p.Passed) > 0) {
			return fmt.Errorf("reading a snapshot: window %s holds tickets that are not there", id)
		}
	}
	return nil
}

// sameLegs compares two lists but for their order.
func sameLegs(a, b []LegKey) bool {
	return slices.Equal(slices.SortedFunc(slices.Values(a), compareLegs), slices.SortedFunc(slices.Values(b), compareLegs))
}

func (b *book) checkPlans() error {
	if b.plan != nil {
		if faults := b.plan.Check(); len(faults) > 0 {
			return fmt.Errorf("reading a snapshot: its plan is faulty: %s", faults[0])
		}
	}
	if b.next != nil && b.next.Plan != nil {
		if faults := b.next.Plan.Check(); len(faults) > 0 {
			return fmt.Errorf("reading a snapshot: its next plan is faulty: %s", faults[0])
		}
	}
	return nil
}

func (b *book) restoreDay(img dayImage) error {
	if b.day(img.Date) != nil {
		return fmt.Errorf("reading a snapshot: %s is there twice", img.Date)
	}
	d := newDay(img.Date, img.OpenedAt)
	d.closedAt = img.ClosedAt
	b.days = append(b.days, d)
	for i, t := range img.Tickets {
		if t == nil || len(t.Legs) == 0 || t.Key.Date != img.Date || t.Key.N != uint32(i+1) {
			return fmt.Errorf("reading a snapshot: ticket %d of %s is out of place", i+1, img.Date)
		}
		d.restore(b, t)
	}
	for _, q := range img.Quotas {
		d.quotas.set(q.Name, q.Used)
	}
	for _, k := range img.Keys {
		d.keys.set(k.Key, &k.Answer)
	}
	return nil
}

// restore puts a stored ticket into every index. Windows are restored as they were, so attach may write them here in vain.
func (d *day) restore(b *book, t *Ticket) {
	d.tickets.set(t.Key.N, t)
	d.ids.set(t.ID, t.Key.N)
	d.numbers.set(t.Number, t.Key.N)
	if n, _ := d.series.get(t.Number.Prefix); t.Number.N > n {
		d.series.set(t.Number.Prefix, t.Number.N)
	}
	d.tally.Issued++
	d.count(t, +1)
	if t.Open() {
		d.person(t)
	}
	b.attach(t, t.LegKey(), t.Leg())
}
