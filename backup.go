package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"jiaohao/server/disk"
	"jiaohao/server/journal"
)

func backupCommand(ctx context.Context, in invocation) int {
	c, rest, code, ok := in.configured("backup", nil)
	if !ok {
		return code
	}
	if len(rest) != 1 {
		fmt.Fprintln(in.stderr, "Usage: jiaohao backup FOLDER|FILE\n  into a folder that is there: everything needed to go on; else: the journal alone, as a file")
		return 2
	}
	if info, err := os.Stat(rest[0]); err == nil && info.IsDir() {
		return in.backupWhole(ctx, c, rest[0])
	}
	size, err := backupTo(ctx, c.Data, rest[0])
	if err != nil {
		return in.fail(err)
	}
	fmt.Fprintf(in.stdout, "%s: %d bytes, whole\n", rest[0], size)
	fmt.Fprintln(in.stdout, "这是流水；密码、设备和证书不在里面，备份到文件夹才有。This is the journal; passwords, terminals and certificates are saved by a backup into a folder.")
	return 0
}

func (in invocation) backupWhole(ctx context.Context, c Config, into string) int {
	w, err := backupWhole(ctx, c, into, time.Now())
	if err != nil {
		return in.fail(err)
	}
	fmt.Fprintf(in.stdout, "%s: %d files, %d bytes, whole\n", w.folder, w.files, w.bytes)
	if c.TLS.Cert != "" {
		fmt.Fprintf(in.stdout, "%s 和 %s 不在备份里，请另外保存。The files of tls.cert and tls.key are not in it; keep them elsewhere.\n", c.TLS.Cert, c.TLS.Key)
	}
	return 0
}

// backupTo writes a copy of the journal beside its place and moves it there when it is complete, on the disk and its chain
// whole, so that an earlier backup of that name is never replaced by half a one, whenever the power goes.
func backupTo(ctx context.Context, data, to string) (int64, error) {
	folder, err := os.MkdirTemp(filepath.Dir(to), ".backup-*")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	part := filepath.Join(folder, journal.FileName)
	size, err := copyJournal(ctx, data, part)
	if err != nil {
		return 0, err
	}
	if err := verifyFolder(ctx, folder); err != nil {
		return 0, fmt.Errorf("the copy is not whole: %w", err)
	}
	if err := os.Rename(part, to); err != nil {
		return 0, err
	}
	return size, disk.SyncFolder(filepath.Dir(to))
}

func copyJournal(ctx context.Context, data, part string) (size int64, err error) {
	f, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	res, err := control(ctx, data, http.MethodGet, "/backup", nil)
	if err != nil {
		return copyAtRest(data, f)
	}
	defer res.Body.Close()
	if size, err = io.Copy(f, res.Body); err != nil {
		return 0, fmt.Errorf("the backup broke off: %w", err)
	}
	return size, f.Sync()
}

// copyAtRest copies the journal of a hall that does not run. One that has crashed has its newest records in the log alone; they
// are filed first, as a start would.
func copyAtRest(data string, f *os.File) (size int64, err error) {
	size, err = copyOpened(data, journal.Options{ReadOnly: true}, f)
	if errors.Is(err, journal.ErrNotFiled) {
		size, err = copyOpened(data, journal.Options{}, f)
	}
	if err != nil {
		return 0, err
	}
	return size, f.Sync()
}

func copyOpened(data string, opts journal.Options, f *os.File) (size int64, err error) {
	j, err := journal.Open(data, opts)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	return j.Backup(f)
}

func verifyFolder(ctx context.Context, folder string) (err error) {
	j, err := journal.Open(folder, journal.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	report, err := journal.Verify(ctx, j, nil)
	if err == nil && report.Break != nil {
		err = report.Break
	}
	return err
}
