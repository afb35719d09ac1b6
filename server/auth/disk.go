package auth

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"runtime/debug"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// Buckets of the file. The keys are staff ids, digests of session tokens in hex, names of terminals, and fixed words.
const (
	passwordBucket = "passwords"
	sessionBucket  = "sessions"
	terminalBucket = "terminals"
	metaBucket     = "meta"
)

var buckets = []string{passwordBucket, sessionBucket, terminalBucket, metaBucket}

// change is one key that gets a new value, or is removed when the value is nil. Values are JSON and never pointers: they are written
// while others may already change what they were copied from.
type change struct {
	bucket, key string
	value       any
}

func put(bucket, key string, value any) change { return change{bucket, key, value} }
func remove(bucket, key string) change         { return change{bucket, key, nil} }

// disk makes changes durable. A Store reads it once, when it is opened.
type disk interface {
	// apply makes all of the changes durable or, when it fails with a full disk or ErrClosed, none. After any other error it is unknown.
	apply([]change) error
	close() error
}

// nowhere is the disk of a Store in memory.
type nowhere struct{}

func (nowhere) apply([]change) error { return nil }
func (nowhere) close() error         { return nil }

// boltDisk is the one file of a real Store.
type boltDisk struct {
	db *bbolt.DB
}

func (d boltDisk) apply(changes []change) error {
	err := d.db.Update(func(tx *bbolt.Tx) error {
		for _, c := range changes {
			if err := c.write(tx.Bucket([]byte(c.bucket))); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		return ErrClosed
	}
	return err
}

func (d boltDisk) close() error { return d.db.Close() }

func (c change) write(b *bbolt.Bucket) error {
	if c.value == nil {
		return b.Delete([]byte(c.key))
	}
	text, err := json.Marshal(c.value)
	if err != nil {
		return err
	}
	return b.Put([]byte(c.key), seal(c.bucket, c.key, text))
}

func (d boltDisk) makeBuckets() error {
	return d.db.Update(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
				return err
			}
		}
		return nil
	})
}

// each reads all values of a bucket in order of their keys.
func (d boltDisk) each(bucket string, visit func(key string, text []byte) error) error {
	return d.db.View(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucket))
		if b == nil {
			return damaged("no bucket %s", bucket)
		}
		return b.ForEach(func(key, sealed []byte) error {
			text, err := unseal(bucket, string(key), sealed)
			if err != nil {
				return err
			}
			return visit(string(key), text)
		})
	})
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal puts a checksum of bucket, key and text before the text, because bbolt checks its meta pages only: a flipped bit in a hash would
// otherwise look like a forgotten password.
func seal(bucket, key string, text []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, checksum(bucket, key, text)), text...)
}

func unseal(bucket, key string, sealed []byte) ([]byte, error) {
	if len(sealed) < 4 || binary.BigEndian.Uint32(sealed) != checksum(bucket, key, sealed[4:]) {
		return nil, damaged("checksum of %s %q", bucket, key)
	}
	return bytes.Clone(sealed[4:]), nil
}

func checksum(bucket, key string, text []byte) uint32 {
	sum := crc32.Checksum([]byte(bucket+"\x00"+key+"\x00"), castagnoli)
	return crc32.Update(sum, castagnoli, text)
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
}

// openBolt opens the file, which must exist, under the lock that keeps other processes out.
func openBolt(path string) (d boltDisk, err error) {
	err = guarded(func() error {
		db, err := bbolt.Open(path, filePermissions, &bbolt.Options{Timeout: 500 * time.Millisecond})
		d.db = db
		return err
	})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return d, ErrLocked
	case isNotBolt(err):
		return d, damaged("%v", err)
	}
	return d, err
}

// isNotBolt tells what is wrong with the content from what the system refuses: bbolt has no one error for the former.
func isNotBolt(err error) bool {
	var system syscall.Errno
	return err != nil && !errors.As(err, &system)
}

// guarded turns the panics and memory faults with which bbolt meets a damaged page into ErrDamaged.
func guarded(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = damaged("%v", p)
		}
	}()
	return f()
}
