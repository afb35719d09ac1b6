package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"jiaohao/server/disk"
)

// newSuffix marks a file that is still being written; one found at a start is a torn one and is written anew.
const newSuffix = ".new"

// replaceFile puts content under path so that after a power loss either the old or the new file is there, whole.
func replaceFile(path string, content []byte) error {
	f, err := os.OpenFile(path+newSuffix, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path+newSuffix))
	}
	return publish(path)
}

// publish gives path+".new", which must be synced, its name, and makes the name durable.
func publish(path string) error {
	if err := os.Rename(path+newSuffix, path); err != nil {
		return err
	}
	return disk.SyncFolder(filepath.Dir(path))
}

// makeDir creates a folder with its parents and makes the names durable.
func makeDir(dir string) error {
	if info, err := os.Stat(dir); err == nil {
		if !info.IsDir() {
			return fmt.Errorf("%s is not a folder", dir)
		}
		return nil
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := makeDir(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return disk.SyncFolder(parent)
}

// isFull tells whether an error means that there is no space, of the disk or of a quota. bbolt gives the errors of
// growing a file as text only, hence the look at the words.
func isFull(err error) bool {
	for _, full := range fullErrors {
		if errors.Is(err, full) || strings.HasSuffix(err.Error(), full.Error()) {
			return true
		}
	}
	return false
}

// fullErrors are the system's ways to say that there is no space.
var fullErrors = append([]syscall.Errno{syscall.ENOSPC, syscall.EDQUOT}, systemFull...)
