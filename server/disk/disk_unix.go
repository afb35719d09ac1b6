//go:build unix

package disk

import (
	"os"

	"golang.org/x/sys/unix"
)

// Free is the number of bytes that this process may still write to the file system of a folder.
func Free(folder string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(folder, &s); err != nil {
		return 0, &os.PathError{Op: "statfs", Path: folder, Err: err}
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}
