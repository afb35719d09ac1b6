package disk

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// SyncFolder makes the names in a folder durable: without it a power loss can take a file away that is whole on the disk.
// Windows and some file systems of other machines refuse; there is no other way to ask them, and NTFS keeps names by itself.
// Any other error of the system is returned.
func SyncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	err = folder.Sync()
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) {
		err = nil
	}
	return errors.Join(err, folder.Close())
}
