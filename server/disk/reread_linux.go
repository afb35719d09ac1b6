package disk

import (
	"os"

	"golang.org/x/sys/unix"
)

// forgetCached drops what the system holds of a file in memory.
func forgetCached(f *os.File) error { return unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED) }
