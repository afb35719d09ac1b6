package journal

import (
	"fmt"
	"io"

	"go.etcd.io/bbolt"
)

// Backup implements Journal. The copy is of the journal's state when the call begins. Private bytes that were
// erased are not in it; those erased later remain in it.
func (b *Bolt) Backup(w io.Writer) (n int64, err error) {
	err = b.view(func(tx *bbolt.Tx) (err error) {
		n, err = tx.WriteTo(w)
		return err
	})
	if err != nil {
		return n, fmt.Errorf("journal: back up %s: %w", b.path, err)
	}
	return n, nil
}
