package stats

import (
	"crypto/sha256"
	"fmt"
	"sync"

	"jiaohao/server/hall"
)

// Fold is the figures of a hall up to one record. One goroutine may apply events while any number read: a lock is held for
// the time of one event, or of taking the days that a question is about; figures are computed outside it.
type Fold struct {
	mu      sync.RWMutex
	seq     uint64
	history *hall.History
	sealed  []table // oldest first; only appended to
	link    [32]byte

	draftMu sync.Mutex
	drafts  map[hall.Date]table // of days that can still change, until they do
}

// New gives the figures before the first record.
func New() *Fold { return &Fold{history: hall.NewHistory(), drafts: map[hall.Date]table{}} }

// Seq is the sequence of the last event in the figures.
func (f *Fold) Seq() uint64 {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.seq
}

// Apply takes one recorded event. It panics when the sequence has a gap: figures that go on over a hole are wrong for ever.
func (f *Fold) Apply(seq uint64, at hall.Time, _ hall.Header, e hall.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if seq != f.seq+1 {
		panic(fmt.Sprintf("stats: event %d follows %d", seq, f.seq))
	}
	f.seq = seq
	for _, d := range f.history.Leaving(at, e) {
		f.seal(tableOf(d))
	}
	ticket := f.history.Apply(at, e)
	if _, all := e.(*hall.Started); all {
		clear(f.drafts)
	}
	delete(f.drafts, ticket.Date)
}

func (f *Fold) seal(t table) {
	f.sealed = append(f.sealed, t)
	f.link = chain(f.link, t)
	delete(f.drafts, t.date)
}

// chain names all sealed days up to t.
func chain(link [32]byte, t table) [32]byte {
	h := sha256.New()
	h.Write(link[:])
	fmt.Fprintf(h, "%d", t.date)
	h.Write(t.bytes)
	return [32]byte(h.Sum(nil))
}

// tables takes the days from one date to another, both included; 0 = no bound.
func (f *Fold) tables(from, to hall.Date) []table {
	f.mu.RLock()
	defer f.mu.RUnlock()
	var list []table
	within := func(d hall.Date) bool { return d >= from && (to == 0 || d <= to) }
	for _, t := range f.sealed {
		if within(t.date) {
			list = append(list, t)
		}
	}
	for _, d := range f.history.Days() {
		if within(d.Date) {
			list = append(list, f.draft(d))
		}
	}
	return list
}

// draft counts a day that can still change, once for all questions until it does.
func (f *Fold) draft(d *hall.PastDay) table {
	f.draftMu.Lock()
	defer f.draftMu.Unlock()
	t, known := f.drafts[d.Date]
	if !known {
		t = tableOf(d)
		f.drafts[d.Date] = t
	}
	return t
}
