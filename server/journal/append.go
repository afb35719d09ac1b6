package journal

import (
	"fmt"

	"go.etcd.io/bbolt"
)

// Append implements Journal. The batch is one frame in the write-ahead log, one write and one sync; journal.db gets it later,
// with many others in one transaction.
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
	end := headOf(head, sealed)
	if b.log == nil {
		return b.settle(head, end, b.appendFile(sealed))
	}
	// Made for this append alone: readers keep parts of it.
	framed := appendFrame(make([]byte, 0, frameSize(sealed)), sealed)
	if int64(len(framed)) > b.log.middle() {
		return b.settle(head, end, b.appendFile(sealed))
	}
	if err := b.makeRoom(len(framed)); err != nil {
		return b.settle(head, end, err)
	}
	if err := b.log.append(framed, end.Seq); err != nil {
		return b.settle(head, end, b.withdraw(err))
	}
	b.filer.tell(b.recent.add(logged{frameOf(framed, sealed), end}))
	return b.settle(head, end, nil)
}

// admit tells why a batch is turned away before anything is written, if so.
func (b *Bolt) admit(head Head, after uint64, batch []Draft) (Outcome, error) {
	if err := b.writable(); err != nil {
		return Refused, err
	}
	if err := b.doubt(); err != nil {
		return Unknown, err
	}
	if after != head.Seq {
		return Refused, fmt.Errorf("%w: asked to follow %d, the head is %d", ErrMoved, after, head.Seq)
	}
	return Refused, checkBounds(batch)
}

// frameSize is about how many bytes a frame takes, rather more.
func frameSize(entries []entry) int {
	n := frameHeader + frameAlign
	for _, e := range entries {
		n += len(e.Kind) + len(e.Bytes) + len(e.Private) + 160
	}
	return n
}

// makeRoom waits for the filing when the log is full of records that are not filed, and tries it first when the last one met
// a full disk: with the log alone a hall would go on until that is full as well, and then stop in the middle of a day.
func (b *Bolt) makeRoom(size int) error {
	if !b.stuck.Load() && b.log.room(size, b.recent.filedSeq()) {
		return nil
	}
	b.filing.Lock()
	defer b.filing.Unlock()
	if err := b.file(); err != nil {
		return err
	}
	if !b.log.room(size, b.recent.filedSeq()) {
		b.fail(fmt.Errorf("no room for %d bytes in %s though all is filed", size, b.log.file.Name()))
	}
	return b.doubt()
}

// withdraw takes back a frame for which there was no space, so that no start finds it. Where that fails too the end of the
// append is unknown.
func (b *Bolt) withdraw(err error) error {
	if !isFull(err) {
		b.fail(err)
		return err
	}
	if back := b.log.takeBack(); back != nil {
		b.fail(back)
		return back
	}
	return err
}

// appendFile commits entries to journal.db itself, behind all that waits for it: where there is no log, or when they are more
// than fit in it.
func (b *Bolt) appendFile(entries []entry) error {
	b.filing.Lock()
	defer b.filing.Unlock()
	if err := b.file(); err != nil {
		return err
	}
	err := b.write(entries)
	if err == nil {
		b.recent.file(headOf(Head{}, entries))
	}
	return err
}

// write commits entries in one transaction.
func (b *Bolt) write(entries []entry) error {
	return b.change(func(tx *bbolt.Tx) error {
		framed := appendFrame(make([]byte, 0, frameSize(entries)), entries)
		return fileAppends(tx, past{appends: []logged{{frameOf(framed, entries), headOf(Head{}, entries)}}})
	})
}

// appendPrivate adds the stored form of an entry's private bytes.
func appendPrivate(b []byte, e entry) []byte {
	if e.key == nil {
		return append(b, erasedMark...)
	}
	return append(append(b, e.key...), e.Private...)
}

// settle turns the end of an append into a result. No space leaves everything as it was. After any other error nobody can
// tell what a later read will find: the system may have dropped pages that it could not write.
func (b *Bolt) settle(before, after Head, err error) Result {
	switch {
	case err == nil:
		b.head.Store(&after)
		return Result{Outcome: Done, Head: after}
	case b.doubt() == nil:
		return Result{Outcome: Full, Head: before, Err: fmt.Errorf("journal: no space for %s: %w", b.path, err)}
	}
	return Result{Outcome: Unknown, Head: before, Err: fmt.Errorf("journal: append to %s: %w", b.path, err)}
}

// unchanged tells whether journal.db still has the head that it had. It must not wait for views, which come before the
// caller's hold of filing.
func (b *Bolt) unchanged(before Head) bool {
	var stored Head
	err := b.look(func(tx *bbolt.Tx) (err error) {
		stored, err = decodeHead(tx.Bucket(metaBucket).Get(headKey))
		return err
	})
	return err == nil && stored == before
}
