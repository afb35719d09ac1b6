package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// BallastName is the file in the data folder that is there only to be deleted when the disk is full.
const BallastName = "ballast"

// KeepBallast makes the ballast of a folder, of size bytes, when it is missing and at least reserve bytes would stay free
// beside it; reports whether it did. A size of 0 wants none: what is there stays until somebody deletes it.
func KeepBallast(folder string, size, reserve int64) (made bool, err error) {
	path := filepath.Join(folder, BallastName)
	info, err := os.Stat(path)
	switch {
	case size == 0, err == nil && info.Size() >= size:
		return false, nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return false, err
	}
	free, err := Free(folder)
	if err != nil || free < reserve+size {
		return false, err
	}
	return true, fill(path, size)
}

// ThrowBallast deletes the ballast of a folder; reports whether there was any.
func ThrowBallast(folder string) (thrown bool, err error) {
	err = os.Remove(filepath.Join(folder, BallastName))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// fill writes the file beside its place, so that half a ballast is never taken for a whole one.
func fill(path string, size int64) error {
	torn := path + ".new"
	f, err := os.OpenFile(torn, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	for left := size; err == nil && left > 0; left -= roomBytes {
		_, err = f.Write(noise(int(min(left, roomBytes))))
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(torn))
	}
	if err := os.Rename(torn, path); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}
