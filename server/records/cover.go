package records

import (
	"fmt"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
)

// Cover compares the erasures in a journal with the orders that were recorded for them. Hand it every record, in order.
type Cover struct {
	open   []hole
	orders int
}

// hole is an erased private part that no order has been seen for yet.
type hole struct {
	seq  uint64
	kind string
}

// See takes the next record. An order stands behind the records that it is about.
func (c *Cover) See(r journal.Record) error {
	if r.Erased {
		c.open = append(c.open, hole{r.Seq, r.Kind})
	}
	if r.Kind != (*hall.PrivateErased)(nil).Kind() {
		return nil
	}
	_, e, err := hall.Decode(r.Kind, r.Bytes)
	if err != nil {
		return fmt.Errorf("record %d: %w", r.Seq, err)
	}
	c.orders++
	order, left := e.(*hall.PrivateErased), c.open[:0]
	for _, h := range c.open {
		if !order.Covers(h.seq, h.kind) {
			left = append(left, h)
		}
	}
	c.open = left
	return nil
}

// Orders is how many orders to erase were seen.
func (c *Cover) Orders() int { return c.orders }

// Unrecorded lists the records whose private parts were erased although no record orders it: by hand, then.
func (c *Cover) Unrecorded() []uint64 {
	var seqs []uint64
	for _, h := range c.open {
		seqs = append(seqs, h.seq)
	}
	return seqs
}
