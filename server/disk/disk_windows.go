package disk

import (
	"os"

	"golang.org/x/sys/windows"
)

// Free is the number of bytes that this process may still write to the file system of a folder.
func Free(folder string) (int64, error) {
	name, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return 0, &os.PathError{Op: "free space", Path: folder, Err: err}
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(name, &free, nil, nil); err != nil {
		return 0, &os.PathError{Op: "free space", Path: folder, Err: err}
	}
	return int64(free), nil
}
