package journal

import (
	"fmt"

	"go.etcd.io/bbolt"
)

// Append implements Journal. One transaction a batch: bbolt's own Batch waits and runs functions more than once.
func (b *Bolt) Append(after uint64, batch []Draft) Result {
	b.appending.Lock()
	defer b.appending.Unlock()
	head := b.Head()
	if outcome, err := b.admit(head, after, batch); err != nil {
		return Result{Outcome: outcome, Head: head, Err: err}
	}
	if len(batch) == 0 {
		return Result{Outcome: Done, Head: head}
	}
	sealed := seal(head, batch)
	return b.settle(head, headOf(head, sealed), b.write(sealed))
}

// admit tells why a batch is turned away before anything is written, if so.
func (b *Bolt) admit(head Head, after uint64, batch []Draft) (Outcome, error) {
	if err := b.writable(); err != nil {
		return Refused, err
	}
	if b.undecided != nil {
		return Unknown, fmt.Errorf("%w (%w)", ErrUndecided, b.undecided)
	}
	if after != head.Seq {
		return Refused, fmt.Errorf("%w: asked to follow %d, the head is %d", ErrMoved, after, head.Seq)
	}
	return Refused, checkBounds(batch)
}

// write commits entries in one transaction.
func (b *Bolt) write(entries []entry) (err error) {
	defer b.guard(&err)()
	return b.update(func(tx *bbolt.Tx) error {
		b.arena = b.arena[:0]
		return b.put(tx, entries)
	})
}

// put writes entries and the head. The values stay in the arena until the transaction ends, as bbolt demands.
func (b *Bolt) put(tx *bbolt.Tx, entries []entry) error {
	records, private := tx.Bucket(recordsBucket), tx.Bucket(privateBucket)
	// Keys only rise, so a page that is split is never written again: leave no room in it.
	records.FillPercent, private.FillPercent = 1, 1
	for _, e := range entries {
		key := seqKey(e.Seq)
		if err := records.Put(key, b.carve(func(a []byte) []byte { return appendRecord(a, e.Record) })); err != nil {
			return err
		}
		if e.Commitment == nil {
			continue
		}
		stored := b.carve(func(a []byte) []byte { return appendPrivate(a, e) })
		if err := private.Put(key, stored); err != nil {
			return err
		}
	}
	last := entries[len(entries)-1]
	return tx.Bucket(metaBucket).Put(headKey, appendHead(nil, Head{last.Seq, last.At, last.Chain}))
}

// carve adds to the arena and gives the added part. The arena may move, parts given before stay where they are.
func (b *Bolt) carve(add func([]byte) []byte) []byte {
	start := len(b.arena)
	b.arena = add(b.arena)
	return b.arena[start:len(b.arena):len(b.arena)]
}

// appendPrivate adds the stored form of an entry's private bytes.
func appendPrivate(b []byte, e entry) []byte {
	if e.key == nil {
		return append(b, erasedMark...)
	}
	return append(append(b, e.key...), e.Private...)
}

// settle turns the end of a commit into a result. No space leaves the file as it was, unless the new header was
// written all the same. After any other error nobody can tell what a later read will find: the system may have
// dropped pages that it could not write.
func (b *Bolt) settle(before, after Head, err error) Result {
	if err == nil {
		b.head.Store(&after)
		return Result{Outcome: Done, Head: after}
	}
	if isFull(err) && b.unchanged(before) {
		return Result{Outcome: Full, Head: before, Err: fmt.Errorf("journal: no space for %s: %w", b.path, err)}
	}
	b.undecided = err
	return Result{Outcome: Unknown, Head: before, Err: fmt.Errorf("journal: append to %s: %w", b.path, err)}
}

// unchanged tells whether the file still has the head that it had. It must not wait for views, which come before
// appending; the caller's hold of appending keeps the scrubbing away as well.
func (b *Bolt) unchanged(before Head) bool {
	var stored Head
	err := b.look(func(tx *bbolt.Tx) (err error) {
		stored, err = decodeHead(tx.Bucket(metaBucket).Get(headKey))
		return err
	})
	return err == nil && stored == before
}
