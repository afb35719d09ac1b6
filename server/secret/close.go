package secret

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Opened is one file or folder that others on this machine could read or write.
type Opened struct {
	Path string
	Mode fs.FileMode // as it was found
}

// String gives "path (mode)".
func (o Opened) String() string { return fmt.Sprintf("%s (%04o)", o.Path, o.Mode.Perm()) }

// Close closes a folder, if there is one, and everything in it to all but their owner. It tells what was open.
// It fails, naming the file, when something is open that it cannot close, and when something is no file of this folder: a
// link leads to where others may have their hands. Windows keeps others out by the rights of the folder, which are the
// administrator's: nothing is looked at there.
func Close(folder string) (opened []Opened, err error) {
	if runtime.GOOS == "windows" {
		return nil, nil
	}
	c := closing{folder: folder, chmod: os.Chmod}
	err = filepath.WalkDir(folder, c.visit)
	return c.opened, errors.Join(append(c.faults, err)...)
}

// closing is one walk through a folder.
type closing struct {
	folder string
	chmod  func(string, fs.FileMode) error
	opened []Opened
	faults []error
}

func (c *closing) visit(path string, d fs.DirEntry, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil // gone since it was listed
	}
	if err != nil {
		return err
	}
	if d.Name() == "lost+found" && d.IsDir() {
		return fs.SkipDir // of the file system, when the folder is a disk of its own
	}
	if err := c.close(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.faults = append(c.faults, fmt.Errorf("%s is open to others on this machine and cannot be closed: %w", path, err))
	}
	return nil
}

// close looks at one path. The folder itself may be a link: the operator has put it where there is room. What is in it may not.
func (c *closing) close(path string) error {
	stat := os.Lstat
	if path == c.folder {
		stat = os.Stat
	}
	info, err := stat(path)
	switch {
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink != 0:
		return errors.New("it is a link")
	case info.Mode()&fs.ModeSocket != 0 || info.Mode().Perm()&openToOthers == 0:
		return nil // who listens on a socket closes it
	}
	c.opened = append(c.opened, Opened{path, info.Mode()})
	return c.chmod(path, info.Mode().Perm()&^openToOthers)
}
