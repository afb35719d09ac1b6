package journal

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// LockName is the name of the lock file in a journal's folder. The lock is the system's and ends with the process;
// what the file says is only for the message.
const LockName = "journal.lock"

// LockedError tells that another process has the journal open.
type LockedError struct {
	// Path is the journal's file.
	Path string `json:"-"`
	// PID, Host and Started tell who holds it; PID is 0 when that is not known, as with a process that only reads.
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Started time.Time `json:"started"`
}

// Error names the file and the process.
func (e *LockedError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("journal: %s is being read by another process", e.Path)
	}
	return fmt.Sprintf("journal: %s is in use by process %d on %s since %s",
		e.Path, e.PID, e.Host, e.Started.Format(time.RFC3339))
}

// takeLock locks a folder for this process and writes down who it is. It tells whether the process before has left its
// words there, because it did not come to its end or did not trust the journal any more.
func takeLock(dir string) (f *os.File, left bool, err error) {
	path := filepath.Join(dir, LockName)
	f, free, err := lockFile(path)
	if err != nil {
		return nil, false, fmt.Errorf("journal: lock: %w", err)
	}
	if !free {
		return nil, false, holder(dir)
	}
	info, err := f.Stat()
	if err == nil {
		left, err = info.Size() > 0, sign(f)
	}
	if err != nil {
		_ = f.Close()
		return nil, false, fmt.Errorf("journal: write lock %s: %w", path, err)
	}
	return f, left, nil
}

// leftWords tells whether there are words in a folder's lock file, for those who do not take the lock.
func leftWords(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, LockName))
	return err == nil && info.Size() > 0
}

// sign writes this process into its lock file.
func sign(f *os.File) error {
	host, err := os.Hostname()
	if err != nil {
		host = "an unnamed host"
	}
	said, err := json.Marshal(LockedError{PID: os.Getpid(), Host: host, Started: time.Now().UTC().Truncate(time.Second)})
	if err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt(append(said, '\n'), 0)
	return err
}

// dropLock releases the lock. It forgets who held it, so that a later message cannot name a process long gone, unless the
// journal is left in doubt.
func dropLock(f *os.File, doubt bool) error {
	if f == nil {
		return nil
	}
	var err error
	if !doubt {
		err = f.Truncate(0)
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// holder says who has locked a folder, as far as the lock file tells.
func holder(dir string) error {
	e := &LockedError{Path: filepath.Join(dir, FileName)}
	said, err := os.ReadFile(filepath.Join(dir, LockName))
	if err != nil || json.Unmarshal(said, e) != nil {
		// Without its words the lock is still a lock.
		return &LockedError{Path: e.Path}
	}
	return e
}
