package journal

import (
	"os"

	"golang.org/x/sys/unix"
)

// adviser gives a function that asks the system to read a part of a file, without waiting for it and without a copy.
func adviser(f *os.File) func(at, length int64) error {
	return func(at, length int64) error { return unix.Fadvise(int(f.Fd()), at, length, unix.FADV_WILLNEED) }
}
