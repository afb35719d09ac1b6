package disk

import (
	"errors"
	"os"
)

// Reread makes what is read of a file from now on come from the disk. After a sync that has failed the system goes on
// showing what it could not write, and takes it for written: who opens a bbolt file then builds on a header that is not on
// the disk, and the next commit overwrites the pages of the one that is. The file must not be mapped into memory.
func Reread(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	err = f.Sync() // what was not yet tried stays, as after the end of a process that was killed
	if err == nil {
		err = forgetCached(f)
	}
	return errors.Join(err, f.Close())
}
