package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"jiaohao/server/auth"
	"jiaohao/server/disk"
	"jiaohao/server/journal"
)

// notSaved are the names in a data folder that a hall goes on without: what is derived from the journal, what belongs to one
// process life or one disk. Everything else is saved, so that nothing new is forgotten.
var notSaved = map[string]bool{journal.LockName: true, journal.WALName: true, controlName: true, "snapshot": true, "folds.db": true, disk.BallastName: true, ".room": true}

// authName is the file of passwords, sessions and terminals in the data folder.
const authName = "auth.db"

// whole is a backup of everything that a hall needs to go on: the journal, the accounts, its keys and config.yaml.
type whole struct {
	folder string
	files  int
	bytes  int64
}

// backupWhole writes a backup beside its place, checks it, and gives it its name when all of it is on the disk, so that a
// folder of that name is never half a backup. The journal comes first: what is copied after it may only be newer.
func backupWhole(ctx context.Context, c Config, into string, now time.Time) (w whole, err error) {
	if err := outside(c.Data, into); err != nil {
		return w, err
	}
	part, err := os.MkdirTemp(into, ".backup-*")
	if err != nil {
		return w, err
	}
	defer os.RemoveAll(part)
	data := filepath.Join(part, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		return w, err
	}
	for _, save := range []func() error{
		func() error { return w.journal(ctx, c.Data, data) },
		func() error {
			return w.file(filepath.Join(data, authName), func(f io.Writer) error { return copyAuth(ctx, c.Data, f) })
		},
		func() error { return w.others(c.Data, data) },
		func() error {
			return w.file(filepath.Join(part, defaultFile), func(f io.Writer) error { _, err := f.Write(c.text); return err })
		},
		func() error { return errors.Join(disk.SyncFolder(data), disk.SyncFolder(part)) },
	} {
		if err := save(); err != nil {
			return w, err
		}
	}
	if w.folder, err = moveInto(part, filepath.Join(into, "jiaohao-"+now.Format("20060102-150405"))); err != nil {
		return w, err
	}
	return w, disk.SyncFolder(into)
}

// moveInto gives a finished backup its name, a further one of the same second the next.
func moveInto(part, wanted string) (folder string, err error) {
	folder = wanted
	for n := 2; n < 10; n++ {
		if err = os.Rename(part, folder); !errors.Is(err, fs.ErrExist) {
			return folder, err
		}
		folder = fmt.Sprintf("%s-%d", wanted, n)
	}
	return folder, err
}

// outside refuses a backup in the folder that it is to save.
func outside(data, into string) error {
	here, err := filepath.Abs(data)
	if err != nil {
		return err
	}
	there, err := filepath.Abs(into)
	if err != nil {
		return err
	}
	if way, err := filepath.Rel(here, there); err == nil && way != ".." && !strings.HasPrefix(way, ".."+string(filepath.Separator)) {
		return fmt.Errorf("%s lies in the data folder; a backup belongs on another disk", into)
	}
	return nil
}

func (w *whole) journal(ctx context.Context, from, to string) error {
	size, err := copyJournal(ctx, from, filepath.Join(to, journal.FileName))
	if err != nil {
		return err
	}
	w.files, w.bytes = w.files+1, w.bytes+size
	if err := verifyFolder(ctx, to); err != nil {
		return fmt.Errorf("the copy is not whole: %w", err)
	}
	return nil
}

// file writes one file of the backup and makes it durable.
func (w *whole) file(to string, write func(io.Writer) error) (err error) {
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := write(f); err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	w.files, w.bytes = w.files+1, w.bytes+info.Size()
	return f.Sync()
}

// others copies what else lies in the data folder. Those files are replaced as a whole when they change, never written into.
// The keys of persons go as they are, those of earlier days too: a request of yesterday may be repeated until 24 h after its day
// closed, and is known by yesterday's key. Leaving older ones out would hide nothing, as they lie in the backups of their own days.
func (w *whole) others(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path != from {
			return nil // gone since it was listed
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		switch {
		case err != nil:
			return err
		case name == ".", name == journal.FileName, name == authName, notSaved[name], strings.HasSuffix(name, ".new"):
			return nil
		case d.IsDir():
			return os.Mkdir(filepath.Join(to, name), 0o700)
		case !d.Type().IsRegular():
			return nil
		}
		return w.file(filepath.Join(to, name), func(f io.Writer) error { return copyFile(path, f) })
	})
}

func copyFile(path string, to io.Writer) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, f)
	return errors.Join(err, f.Close())
}

// copyAuth copies the accounts from the running hall, or from the file of one that rests.
func copyAuth(ctx context.Context, data string, to io.Writer) error {
	res, err := control(ctx, data, http.MethodGet, "/backup/"+authName, nil)
	if err != nil {
		return auth.CopyAtRest(filepath.Join(data, authName), to)
	}
	defer res.Body.Close()
	if _, err := io.Copy(to, res.Body); err != nil {
		return fmt.Errorf("the backup of the accounts broke off: %w", err)
	}
	return nil
}

// savedAccounts adds the accounts to what commands may ask of the running hall.
func (h *running) savedAccounts(next http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", next)
	mux.HandleFunc("GET /backup/"+authName, func(w http.ResponseWriter, r *http.Request) {
		if err := h.auth.Backup(w); err != nil {
			h.log.Error("a backup of the accounts failed", "error", err)
			panic(http.ErrAbortHandler) // the reader must see a broken transfer, not a short file
		}
	})
	return mux
}
