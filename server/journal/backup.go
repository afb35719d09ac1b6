package journal

import (
	"fmt"
	"io"

	"go.etcd.io/bbolt"
)

// Backup implements Journal. The copy is of the journal's state when the call begins. Private bytes that were
// erased are not in it; those erased later remain in it.
// What is in the log is filed first, so that the one file has it all; where there is no space for that there is no backup.
func (b *Bolt) Backup(w io.Writer) (int64, error) {
	t := &tally{w: w}
	err := b.fileNow()
	if err == nil {
		err = b.copyTo(t)
	}
	if t.err != nil {
		// bbolt passes a writer's error on as text only.
		err = t.err
	}
	if err != nil {
		return t.n, fmt.Errorf("journal: back up %s: %w", b.path, err)
	}
	return t.n, nil
}

// fileNow files what is in the log at the time of the call.
func (b *Bolt) fileNow() error {
	if b.filer == nil {
		if len(b.recent.look().appends) > 0 {
			return ErrNotFiled
		}
		return nil
	}
	b.filing.Lock()
	defer b.filing.Unlock()
	if b.closed.Load() {
		return ErrClosed
	}
	return b.file()
}

func (b *Bolt) copyTo(t *tally) error {
	return b.view(func(tx *bbolt.Tx) error {
		_, err := tx.WriteTo(t)
		return err
	})
}

// tally counts what is written and keeps the first error.
type tally struct {
	w   io.Writer
	n   int64
	err error
}

func (t *tally) Write(p []byte) (int, error) {
	n, err := t.w.Write(p)
	t.n += int64(n)
	if t.err == nil {
		t.err = err
	}
	return n, err
}
