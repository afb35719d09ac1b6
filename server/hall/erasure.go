package hall

import (
	"slices"
)

// Reasons of an erasure.
const (
	ErasedByAge  = "age"    // kept as long as the plan says, and no longer
	ErasedPerson = "person" // of one person or ticket, on request
)

// MaxErased is how many records one [ErasePerson] may name.
const MaxErased = 4096

// PrivateErased orders that private parts be erased and says for ever that they were: an erasure that no such record covers
// was not lawful. It is recorded before the parts go, so that a crash between the two leaves an order to carry out, never a
// hole that nothing explains.
type PrivateErased struct {
	Reason  string   `json:"reason" cbor:"1,keyasint"`
	From    uint64   `json:"from,omitempty" cbor:"2,keyasint,omitempty"` // of age: the records from here
	Through uint64   `json:"through,omitempty" cbor:"3,keyasint,omitempty"`
	Words   bool     `json:"words,omitempty" cbor:"4,keyasint,omitempty"` // of age: only what citizens wrote, else all but that
	Seqs    []uint64 `json:"seqs,omitempty" cbor:"5,keyasint,omitempty"`  // of person: these records, rising
	Count   int      `json:"count" cbor:"6,keyasint"`                     // private parts that were still there
	Days    int      `json:"days,omitempty" cbor:"7,keyasint,omitempty"`  // of age: how long they were kept
}

// Kind names the event.
func (*PrivateErased) Kind() string { return "private.erased" }

func (e *PrivateErased) apply(b *book, s Stamp) {
	next := Erasure{Last: e}
	if b.erasure != nil {
		next.Through, next.Words = b.erasure.Through, b.erasure.Words
	}
	if e.Reason == ErasedByAge {
		*next.reach(e.Words) = e.Through
	}
	b.erasure = &next
}

// Covers reports whether the order is about the private part of a record of a kind.
func (e *PrivateErased) Covers(seq uint64, kind string) bool {
	if e.Reason == ErasedByAge {
		return seq >= e.From && seq <= e.Through && e.Words == CitizensWords(kind)
	}
	_, named := slices.BinarySearch(e.Seqs, seq)
	return named
}

// CitizensWords reports whether the private part of a kind of event is what a citizen wrote after the visit: the text of a
// rating or of a complaint, which is needed until it is settled and so may be kept longer.
func CitizensWords(kind string) bool {
	return kind == (*Rated)(nil).Kind() || kind == (*Complained)(nil).Kind()
}

// Erasure is how far private parts were ordered to be erased by age. The zero value: none was.
type Erasure struct {
	Through uint64         `cbor:"1,keyasint,omitempty"` // all but what citizens wrote
	Words   uint64         `cbor:"2,keyasint,omitempty"` // what citizens wrote
	Last    *PrivateErased `cbor:"3,keyasint"`           // the newest order, which a start carries out again
}

func (e *Erasure) reach(words bool) *uint64 {
	if words {
		return &e.Words
	}
	return &e.Through
}

// Reach is the last sequence that erasure by age has come to: of what citizens wrote, or of all else.
func (e Erasure) Reach(words bool) uint64 { return *e.reach(words) }

// Erasure tells how far private parts were ordered to be erased.
func (s State) Erasure() Erasure {
	if s.b.erasure == nil {
		return Erasure{}
	}
	return *s.b.erasure
}

// EraseOld orders the erasure of private parts that are older than the plan keeps them, up to a record. How old a record is
// the caller knows: the state keeps no times of records.
type EraseOld struct {
	Through uint64
	Words   bool // what citizens wrote, else all but that
	Count   int  // private parts that are still there
	Days    int  // how long the plan keeps them
}

func (c EraseOld) decide(b *book, at Time, by Actor) ([]Event, error) {
	if by.Kind != System {
		return nil, Refuse(Forbidden)
	}
	from := State{b}.Erasure().Reach(c.Words) + 1
	if c.Through > b.seq || c.Count < 1 {
		return nil, Refuse(Invalid, "pointer", "/through")
	}
	if c.Through < from {
		return nil, nil
	}
	return []Event{&PrivateErased{Reason: ErasedByAge, From: from, Through: c.Through, Words: c.Words, Count: c.Count, Days: c.Days}}, nil
}

// ErasePerson orders the erasure of the private parts of records that are about one person or ticket.
type ErasePerson struct {
	Seqs []uint64 // rising, each once
}

func (c ErasePerson) decide(b *book, at Time, by Actor) ([]Event, error) {
	if !by.Staff() || !by.Supervises() {
		return nil, Refuse(Forbidden)
	}
	if n := len(c.Seqs); n == 0 || n > MaxErased || c.Seqs[0] == 0 || c.Seqs[n-1] > b.seq {
		return nil, Refuse(Invalid, "pointer", "/seqs", "max", MaxErased)
	}
	for i := 1; i < len(c.Seqs); i++ {
		if c.Seqs[i] <= c.Seqs[i-1] {
			return nil, Refuse(Invalid, "pointer", "/seqs")
		}
	}
	return []Event{&PrivateErased{Reason: ErasedPerson, Seqs: c.Seqs, Count: len(c.Seqs)}}, nil
}
