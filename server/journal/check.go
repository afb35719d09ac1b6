package journal

import (
	"encoding/binary"
	"fmt"
)

// reader checks records one after the other.
type reader struct {
	next, last uint64   // the sequence that must come, and the one that must come last of all
	chain      [32]byte // of the record before next
	kinds      func([]byte) string
}

// check makes entries of a chunk's records, up to the first that does not fit; what follows that one is then its damage.
// A record's link needs only the stored chain value of the one before, so chunks are checked at the same time: where that
// value is wrong, the chunk that it stands in says so, and no later one is delivered.
func (c *chunk) check(kinds func([]byte) string) {
	r := &reader{next: c.first, last: c.last, chain: c.chain, kinds: kinds}
	c.entries = c.entries[:0]
	for _, s := range c.stored {
		if err := r.take(c, s.key, s.value, s.private); err != nil {
			c.err = err
			return
		}
	}
}

// take checks a stored record and adds it to the chunk's entries.
func (r *reader) take(c *chunk, key, value, stored []byte) error {
	if b := r.misplaced(key, value); b != nil {
		return b
	}
	record, err := decodeRecord(value, r.kinds)
	if err != nil {
		return &Break{Seq: r.next, What: Altered, Detail: "it cannot be decoded"}
	}
	if record.Seq != r.next {
		return &Break{Seq: r.next, What: Order, Detail: fmt.Sprintf("record %d stands in its place", record.Seq)}
	}
	if Link(r.chain, record) != record.Chain {
		return &Break{Seq: r.next, What: Altered, Detail: "its chain value does not follow from its content"}
	}
	c.entries = append(c.entries, entry{Record: record})
	c.entries[len(c.entries)-1].attach(stored)
	r.chain = record.Chain
	r.next++
	return nil
}

// misplaced tells whether something else stands where the next record should be.
func (r *reader) misplaced(key, value []byte) error {
	switch {
	case key == nil:
		return &Break{Seq: r.next, What: Cut, Detail: fmt.Sprintf("the head is record %d", r.last)}
	case len(key) != 8 || value == nil:
		return &Break{Seq: r.next, What: Order, Detail: "something that is no record stands in its place"}
	}
	if seq := binary.BigEndian.Uint64(key); seq != r.next {
		return &Break{Seq: r.next, What: Missing, Detail: fmt.Sprintf("record %d comes next", seq)}
	}
	return nil
}
