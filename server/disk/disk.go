// Package disk knows the file system under a folder: how much is free, whether anything can be written, which names are
// durable, and the ballast that is thrown off when it is full. It must never know what is kept in the files.
package disk

import (
	"errors"
	"os"
	"path/filepath"
)

// MB is a megabyte as settings and people count it here: 1024 × 1024 bytes.
const MB = 1 << 20

// What a full disk must have before it counts as having room: so much free, since a file of the journal's kind grows in steps
// of 16 MB that some systems allocate at once, and so much of it proved by writing.
const (
	roomFree  = 20 * MB
	roomBytes = 1 * MB
)

// Room reports whether a folder has room for the journal to go on. It writes and removes a file, so that quotas and reserves
// count too, which the figures of [Free] may not show.
func Room(folder string) bool {
	if free, err := Free(folder); err != nil || free < roomFree {
		return false
	}
	f, err := os.OpenFile(filepath.Join(folder, ".room"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return false
	}
	_, err = f.Write(noise(roomBytes))
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close(), os.Remove(f.Name())) == nil
}

// noise is bytes that no file system can store in less.
func noise(n int) []byte {
	b := make([]byte, n)
	x := uint64(n) | 1
	for i := range b {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b[i] = byte(x)
	}
	return b
}
