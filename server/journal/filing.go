package journal

import (
	"fmt"
	"time"

	"go.etcd.io/bbolt"
)

// Records are filed, that is moved from the write-ahead log into journal.db, once so many bytes of them wait, or the oldest
// has waited so long.
const (
	fileBytes = 1 << 20
	fileAfter = 2 * time.Second
)

// filer is the goroutine that files.
type filer struct {
	some, many chan struct{} // something waits; enough to file at once
	quit, done chan struct{}
}

func newFiler() *filer {
	return &filer{some: make(chan struct{}, 1), many: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{})}
}

// tell wakes the filer.
func (f *filer) tell(waiting int) {
	wake(f.some)
	if waiting >= fileBytes {
		wake(f.many)
	}
}

func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// runFiler files until the journal is closed. A full disk is told by the next append, everything else through Failed.
func (b *Bolt) runFiler() {
	defer close(b.filer.done)
	timer := time.NewTimer(fileAfter)
	defer timer.Stop()
	for {
		select {
		case <-b.filer.some:
		case <-b.filer.quit:
			return
		}
		timer.Reset(fileAfter)
		select {
		case <-timer.C:
		case <-b.filer.many:
		case <-b.filer.quit:
			return
		}
		b.filing.Lock()
		_ = b.file() // kept in stuck or undecided
		b.filing.Unlock()
	}
}

// file moves what is in the log into journal.db, in one transaction. The caller holds filing. What ends in an error stays in
// the log: no space is kept in stuck, so that the next append tries first and says so; any other end makes the journal
// undecided.
func (b *Bolt) file() error {
	if err := b.doubt(); err != nil {
		return err
	}
	p := b.recent.look()
	if len(p.appends) == 0 {
		b.stuck.Store(false)
		return nil
	}
	err := b.change(func(tx *bbolt.Tx) error { return fileAppends(tx, p) })
	if err == nil {
		b.recent.file(p.end())
	}
	b.stuck.Store(err != nil && b.doubt() == nil)
	return err
}

// fileAppends writes what is recent into a transaction, in order of keys for each bucket.
func fileAppends(tx *bbolt.Tx, p past) (err error) {
	records, private := tx.Bucket(recordsBucket), tx.Bucket(privateBucket)
	// Keys only rise, so a page that is split is never written again: leave no room in it.
	records.FillPercent, private.FillPercent = 1, 1
	p.from(0, func(seq uint64, value, stored []byte) bool {
		key := seqKey(seq)
		if err = records.Put(key, value); err == nil && stored != nil {
			err = private.Put(key, stored)
		}
		return err == nil
	})
	if err != nil {
		return err
	}
	return tx.Bucket(metaBucket).Put(headKey, appendHead(nil, p.end()))
}

// change is commit for what must be there or not: unless there was no space and journal.db is as it was, an error leaves the
// journal undecided.
func (b *Bolt) change(f func(*bbolt.Tx) error) error {
	err := b.commit(f)
	if err != nil && !(isFull(err) && b.unchanged(b.recent.look().filed)) {
		b.fail(err)
	}
	return err
}

// commit runs a transaction that changes journal.db. The caller holds filing.
func (b *Bolt) commit(f func(*bbolt.Tx) error) (err error) {
	defer b.guard(&err)()
	return b.update(f)
}

// fail makes the journal undecided: nobody can tell what a later read will find. Failed tells it.
func (b *Bolt) fail(err error) {
	if b.undecided.CompareAndSwap(nil, &err) {
		b.failed <- fmt.Errorf("journal: %s: %w", b.path, err)
	}
}

// doubt tells why the journal is undecided, if it is.
func (b *Bolt) doubt() error {
	if err := b.undecided.Load(); err != nil {
		return fmt.Errorf("%w (%w)", ErrUndecided, *err)
	}
	return nil
}

// Failed gives an error once an append or the filing of earlier ones has left this journal undecided. Records that were
// acknowledged are in the write-ahead log; whoever uses the journal must end and open it again.
func (b *Bolt) Failed() <-chan error { return b.failed }
