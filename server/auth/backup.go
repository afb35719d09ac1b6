package auth

import (
	"errors"
	"fmt"
	"io"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// Backup writes a consistent copy of the store's file, while it is used. A store in memory has none to copy.
func (s *Store) Backup(w io.Writer) error {
	d, onDisk := s.disk.(boltDisk)
	if !onDisk {
		return errors.New("auth: a store in memory has no file")
	}
	return d.copy(w)
}

// CopyAtRest writes a copy of a store's file that no process has open; else it fails with ErrLocked.
func CopyAtRest(path string, w io.Writer) error {
	var db *bbolt.DB
	err := guarded(func() (err error) {
		db, err = bbolt.Open(path, filePermissions, &bbolt.Options{ReadOnly: true, Timeout: 500 * time.Millisecond})
		return err
	})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return ErrLocked
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return errors.Join(boltDisk{db}.copy(w), db.Close())
}

func (d boltDisk) copy(w io.Writer) error {
	return guarded(func() error {
		return d.db.View(func(tx *bbolt.Tx) error {
			_, err := tx.WriteTo(w)
			return err
		})
	})
}
