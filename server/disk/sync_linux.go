package disk

import (
	"os"

	"golang.org/x/sys/unix"
)

// SyncData makes a file's contents durable, and of what the system knows about it only its length: overwriting what is there
// already then costs one write of the disk, not two.
func SyncData(f *os.File) error {
	for {
		err := unix.Fdatasync(int(f.Fd()))
		if err == nil {
			return nil
		}
		if err != unix.EINTR {
			return &os.PathError{Op: "fdatasync", Path: f.Name(), Err: err}
		}
	}
}
