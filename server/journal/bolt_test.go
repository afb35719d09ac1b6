package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

var ctx = context.Background()

// open opens a journal for the length of a test.
func open(t testing.TB, dir string, opts Options) *Bolt {
	t.Helper()
	b, err := Open(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil && !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
	})
	return b
}

// instead has transactions of journal.db go through f.
func (b *Bolt) instead(f func(func(*bbolt.Tx) error) error) {
	b.filing.Lock()
	defer b.filing.Unlock()
	b.update = f
}

// some makes n drafts; each third has private bytes.
func some(n int) []Draft {
	batch := make([]Draft, n)
	for i := range batch {
		batch[i] = Draft{At: 1_764_000_000_000 + int64(i), Kind: "Issued", Bytes: fmt.Appendf(nil, "event %d", i)}
		if i%3 == 0 {
			batch[i].Private = fmt.Appendf(nil, "private part %d", i)
		}
	}
	return batch
}

// add appends a batch and expects Done.
func add(t testing.TB, j Journal, batch []Draft) {
	t.Helper()
	if r := j.Append(j.Head().Seq, batch); r.Outcome != Done {
		t.Fatalf("append: %v, %v", r.Outcome, r.Err)
	}
}

// filled gives a closed journal of n records in appends of ten.
func filled(t testing.TB, n int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	b := open(t, dir, Options{LogSize: 64 << 10})
	for i := 0; i < n; i += 10 {
		add(t, b, some(min(10, n-i)))
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestSecondOpenerIsToldWhoHoldsIt(t *testing.T) {
	dir := filled(t, 3)
	b := open(t, dir, Options{})
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, opts := range []Options{{}, {ReadOnly: true}} {
		_, err := Open(dir, opts)
		var locked *LockedError
		if !errors.As(err, &locked) {
			t.Fatalf("%+v: %v", opts, err)
		}
		if locked.PID != os.Getpid() || locked.Host != host || time.Since(locked.Started) > time.Minute {
			t.Fatalf("%+v: holder %+v", opts, locked)
		}
		if !strings.Contains(err.Error(), filepath.Join(dir, FileName)) || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
			t.Fatalf("%+v: %v", opts, err)
		}
	}
	add(t, b, some(1))
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if said, err := os.ReadFile(filepath.Join(dir, LockName)); err != nil || len(said) > 0 {
		t.Fatalf("the lock file still says %q, %v", said, err)
	}
	open(t, dir, Options{})
}

func TestReadersKeepAWriterOut(t *testing.T) {
	dir := filled(t, 3)
	open(t, dir, Options{ReadOnly: true})
	open(t, dir, Options{ReadOnly: true})
	_, err := Open(dir, Options{})
	var locked *LockedError
	if !errors.As(err, &locked) || locked.PID != 0 || !strings.Contains(err.Error(), "read by another process") {
		t.Fatal(err)
	}
}

// What a killed process left in the lock file is not a lock.
func TestStaleLockFile(t *testing.T) {
	dir := filled(t, 3)
	said, err := json.Marshal(LockedError{PID: 1, Host: "elsewhere"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, LockName), said, 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, dir, Options{})
}

func TestReadOnly(t *testing.T) {
	dir := filled(t, 25)
	if err := os.Remove(filepath.Join(dir, LockName)); err != nil {
		t.Fatal(err)
	}
	b := open(t, dir, Options{ReadOnly: true})
	if b.Head().Seq != 25 {
		t.Fatalf("head %d", b.Head().Seq)
	}
	r := b.Append(25, some(1))
	if r.Outcome != Refused || !errors.Is(r.Err, ErrReadOnly) {
		t.Fatalf("append: %+v", r)
	}
	if err := b.SaveSnapshot(Snapshot{}); !errors.Is(err, ErrReadOnly) {
		t.Fatalf("save snapshot: %v", err)
	}
	if err := b.ErasePrivate(1); !errors.Is(err, ErrReadOnly) {
		t.Fatalf("erase: %v", err)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 2 {
		t.Fatalf("reading left %v, %v", names, err)
	}
}

func TestSingleFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "copy of 2026-11-23")
	stored, err := os.ReadFile(filepath.Join(filled(t, 25), FileName))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, stored, 0o400); err != nil {
		t.Fatal(err)
	}
	b := open(t, path, Options{ReadOnly: true})
	if report, err := Verify(ctx, b, nil); err != nil || report.Break != nil || report.Records != 25 {
		t.Fatalf("%+v, %v", report, err)
	}
	if _, ok, err := b.Snapshot(); ok || err != nil {
		t.Fatalf("snapshot: %v, %v", ok, err)
	}
}

func TestReadOnlyCreatesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	if _, err := Open(dir, Options{ReadOnly: true}); !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("the folder is there: %v", err)
	}
}

// A power loss while the file was made leaves it under its temporary name.
func TestTornCreation(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, FileName+newSuffix), make([]byte, 5000), 0o600); err != nil {
		t.Fatal(err)
	}
	add(t, open(t, dir, Options{}), some(1))
	if _, err := os.Stat(filepath.Join(dir, FileName+newSuffix)); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("the torn file is still there: %v", err)
	}
}

func TestDeepFolderIsCreated(t *testing.T) {
	add(t, open(t, filepath.Join(t.TempDir(), "a", "b", "c"), Options{}), some(1))
}

// otherBolt is the bytes of a bbolt file that is none of ours; edit may make it nearly one.
func otherBolt(t *testing.T, edit func(*bbolt.Tx) error) []byte {
	path := filepath.Join(t.TempDir(), "other.db")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{PageSize: pageSize})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(edit), db.Close()); err != nil {
		t.Fatal(err)
	}
	stored, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

func TestForeignFilesAreNamed(t *testing.T) {
	_, whole := compact(t, filled(t, 400))
	newer := func(tx *bbolt.Tx) error {
		return errors.Join(found(tx), tx.Bucket(metaBucket).Put(formatKey, []byte("3")))
	}
	headless := func(tx *bbolt.Tx) error { return errors.Join(found(tx), tx.Bucket(metaBucket).Delete(headKey)) }
	for _, row := range []struct {
		name   string
		stored []byte
		says   string
	}{
		{"empty", nil, "too few"},
		{"short", whole[:5000], "too few"},
		{"zeros", make([]byte, 1<<16), "no valid header"},
		{"text", []byte(strings.Repeat("departments:\n", 10_000)), "no valid header"},
		{"cut by a byte", whole[:len(whole)-1], "cut off"},
		{"cut in the middle", whole[:5*pageSize], "cut off"},
		{"another bbolt file", otherBolt(t, func(*bbolt.Tx) error { return nil }), "not a journal"},
		{"a later format", otherBolt(t, newer), `format "3"`},
		{"without a head", otherBolt(t, headless), "no head"},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, FileName)
			if err := os.WriteFile(path, row.stored, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, opts := range []Options{{}, {ReadOnly: true}} {
				mustName(t, dir, path, opts, row.says)
			}
			if kept, err := os.ReadFile(path); err != nil || string(kept) != string(row.stored) {
				t.Fatalf("the file was changed: %v", err)
			}
		})
	}
}

// mustName expects a damaged file to be named.
func mustName(t *testing.T, dir, path string, opts Options, says string) {
	t.Helper()
	_, err := Open(dir, opts)
	var d *DamagedError
	if !errors.As(err, &d) || d.Path != path || !strings.Contains(err.Error(), path) || !strings.Contains(d.What, says) {
		t.Fatalf("%+v: %v", opts, err)
	}
}

// A journal that ends before its head is not written on.
func TestCutJournalIsNotContinued(t *testing.T) {
	dir := filled(t, 30)
	edit(t, dir, func(tx *bbolt.Tx) error { return tx.Bucket(recordsBucket).Delete(seqKey(30)) })
	var d *DamagedError
	if _, err := Open(dir, Options{}); !errors.As(err, &d) || !strings.Contains(d.What, "ends with record 29") {
		t.Fatal(err)
	}
}

// Opening must not walk the file: its time does not depend on how long the journal is.
func TestOpenReadsFewPages(t *testing.T) {
	dir := filled(t, 10)
	b := open(t, dir, Options{})
	for range 20 {
		add(t, b, some(5000))
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := readPages(f)
	if err != nil {
		t.Fatal(err)
	}
	counted := &countingReader{File: f}
	p.file = counted
	if err := p.checkEdges(); err != nil || counted.reads > 12 {
		t.Fatalf("%d pages of %d read: %v", counted.reads, p.end, err)
	}
}

type countingReader struct {
	*os.File
	reads int
}

func (c *countingReader) ReadAt(p []byte, at int64) (int, error) {
	c.reads++
	return c.File.ReadAt(p, at)
}

// The file is read ahead only when much of it is needed, and what is read is the same either way.
func TestLongRead(t *testing.T) {
	b := open(t, t.TempDir(), Options{})
	for b.Head().Seq < coldStart+5000 {
		add(t, b, some(5000))
	}
	for _, from := range []uint64{1, 4000, 30_000} {
		next := from
		err := b.Read(ctx, from, func(r Record) error {
			if r.Seq != next {
				return fmt.Errorf("record %d, want %d", r.Seq, next)
			}
			next++
			return nil
		})
		if err != nil || next != b.Head().Seq+1 {
			t.Fatalf("from %d: ended before %d: %v", from, next, err)
		}
	}
}
