package journal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

// failing replaces the commit to journal.db by one that fails, after the real one when kept is set.
func failing(b *Bolt, err error, kept bool) {
	b.instead(func(f func(*bbolt.Tx) error) error {
		if kept {
			return errors.Join(b.db.Update(f), err)
		}
		return errors.Join(b.db.Update(func(tx *bbolt.Tx) error {
			return errors.Join(f(tx), errors.New("rolled back"))
		}), err)
	})
}

func diskError(errno syscall.Errno) error {
	return &os.PathError{Op: "write", Path: "journal.db", Err: errno}
}

// An append that is too large for the log goes to journal.db itself, as all do where there is no log.
func TestOutcomeOfFailedCommits(t *testing.T) {
	grow := fmt.Errorf("file resize error: %s", diskError(syscall.ENOSPC))
	for _, row := range []struct {
		name string
		err  error
		kept bool
		want Outcome
	}{
		{"no space", diskError(syscall.ENOSPC), false, Full},
		{"quota used up", diskError(syscall.EDQUOT), false, Full},
		{"no space to grow, said in words", grow, false, Full},
		{"no space, but the header was written", diskError(syscall.ENOSPC), true, Unknown},
		{"an input/output error", diskError(syscall.EIO), false, Unknown},
		{"an input/output error after the header was written", diskError(syscall.EIO), true, Unknown},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			b := open(t, dir, Options{plain: true})
			add(t, b, some(3))
			head := b.Head()
			failing(b, row.err, row.kept)
			r := b.Append(3, some(2))
			if r.Outcome != row.want || r.Err == nil || r.Head != head || b.Head() != head {
				t.Fatalf("%v, %v, head %d", r.Outcome, r.Err, r.Head.Seq)
			}
			b.instead(b.db.Update)
			mustGoOn(t, b, row.want)
			mustFind(t, b, dir, 3, row.want, row.kept)
		})
	}
}

// logFault makes the log's next write or sync fail, after the real one when kept is set, and the taking back too when twice is.
type logFault struct {
	name              string
	sync, kept, twice bool
	errno             syscall.Errno
	want              Outcome
}

func (f logFault) inject(w *wal) {
	left := 1
	if f.twice {
		left = 2
	}
	fails := func() bool { left--; return left >= 0 }
	write, sync := w.write, w.sync
	if f.sync {
		w.sync = func() error {
			if !fails() {
				return sync()
			}
			if f.kept {
				return errors.Join(sync(), diskError(f.errno))
			}
			return diskError(f.errno)
		}
		return
	}
	w.write = func(b []byte, at int64) (int, error) {
		if !fails() {
			return write(b, at)
		}
		n := len(b) / 2 // a part of it is there
		if f.kept {
			n = len(b)
		}
		_, err := write(b[:n], at)
		return n, errors.Join(err, diskError(f.errno))
	}
}

func TestOutcomeOfFailedLogWrites(t *testing.T) {
	for _, f := range []logFault{
		{name: "no space", errno: syscall.ENOSPC, want: Full},
		{name: "no space, but all was written", errno: syscall.ENOSPC, kept: true, want: Full},
		{name: "no space for the sync", errno: syscall.EDQUOT, sync: true, want: Full},
		{name: "no space, nor for taking it back", errno: syscall.ENOSPC, sync: true, kept: true, twice: true, want: Unknown},
		{name: "a write fails", errno: syscall.EIO, want: Unknown},
		{name: "a write fails when all was written", errno: syscall.EIO, kept: true, want: Unknown},
		{name: "a sync fails", errno: syscall.EIO, sync: true, want: Unknown},
		{name: "a sync fails that did its work", errno: syscall.EIO, sync: true, kept: true, want: Unknown},
	} {
		t.Run(f.name, func(t *testing.T) {
			dir := t.TempDir()
			b := open(t, dir, Options{LogSize: walLeast})
			add(t, b, some(3))
			head := b.Head()
			f.inject(b.log)
			r := b.Append(3, some(2))
			if r.Outcome != f.want || r.Err == nil || r.Head != head || b.Head() != head {
				t.Fatalf("%v, %v, head %d", r.Outcome, r.Err, r.Head.Seq)
			}
			mustGoOn(t, b, f.want)
			// Whether what failed is there is nobody's to say, but it is there whole or not at all.
			mustFind(t, b, dir, 3, f.want, (f.kept || f.sync) && !f.twice)
		})
	}
}

// What has failed while earlier appends were filed loses none of them.
func TestOutcomeOfFailedFilings(t *testing.T) {
	for _, row := range []struct {
		name string
		err  error
		kept bool
		want Outcome
	}{
		{"no space", diskError(syscall.ENOSPC), false, Full},
		{"no space, but the header was written", diskError(syscall.ENOSPC), true, Unknown},
		{"an input/output error", diskError(syscall.EIO), false, Unknown},
		{"an input/output error after the header was written", diskError(syscall.EIO), true, Unknown},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			b := open(t, dir, Options{LogSize: walLeast})
			add(t, b, some(3))
			failing(b, row.err, row.kept)
			if err := b.fileNow(); !errors.Is(err, row.err) {
				t.Fatalf("filing: %v", err)
			}
			mustTellFailure(t, b, row.want == Unknown)
			mustRead(t, b, 3)
			r := b.Append(3, some(2))
			if r.Outcome != row.want || r.Err == nil {
				t.Fatalf("%v, %v", r.Outcome, r.Err)
			}
			if _, err := b.Backup(io.Discard); err == nil {
				t.Error("a backup without the records that are not filed")
			}
			b.instead(b.db.Update)
			mustGoOn(t, b, row.want)
			mustFind(t, b, dir, 3, row.want, false)
		})
	}
}

// mustTellFailure expects Failed to tell when the journal is undecided, and only then.
func mustTellFailure(t *testing.T, b *Bolt, want bool) {
	t.Helper()
	select {
	case err := <-b.Failed():
		if !want || err == nil {
			t.Fatalf("it tells of %v", err)
		}
	default:
		if want {
			t.Fatal("it tells nothing")
		}
	}
}

// mustRead expects all records to be readable, filed or not.
func mustRead(t *testing.T, b *Bolt, want uint64) {
	t.Helper()
	last := uint64(0)
	if err := b.Read(ctx, 1, func(r Record) error { last = r.Seq; return nil }); err != nil || last != want {
		t.Fatalf("reading ended at record %d: %v; want %d", last, err, want)
	}
}

// The filer does not wait for an append to tell.
func TestFailedFilingIsToldAtOnce(t *testing.T) {
	b := open(t, t.TempDir(), Options{})
	failing(b, diskError(syscall.EIO), false)
	add(t, b, some(3))
	select {
	case err := <-b.Failed():
		if !errors.Is(err, syscall.EIO) {
			t.Fatal(err)
		}
	case <-time.After(fileAfter + patience):
		t.Fatal("nobody was told")
	}
}

// mustGoOn expects appends to go on after Full and never again after Unknown, though the disk is well again.
func mustGoOn(t *testing.T, b *Bolt, after Outcome) {
	t.Helper()
	r := b.Append(3, some(2))
	if after == Full {
		if r.Outcome != Done {
			t.Fatalf("after full: %v, %v", r.Outcome, r.Err)
		}
		return
	}
	for range 2 {
		if r.Outcome != Unknown || !errors.Is(r.Err, ErrUndecided) {
			t.Fatalf("after unknown: %v, %v", r.Outcome, r.Err)
		}
		r = b.Append(3, some(1))
	}
	if err := b.ErasePrivate(1); !errors.Is(err, ErrUndecided) {
		t.Fatalf("erase after unknown: %v", err)
	}
}

// mustFind opens again and expects a whole journal with what the outcome allows.
func mustFind(t *testing.T, b *Bolt, dir string, acknowledged uint64, outcome Outcome, kept bool) {
	t.Helper()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b = open(t, dir, Options{})
	want := acknowledged
	if kept || outcome == Full {
		want = acknowledged + 2
	}
	report, err := Verify(ctx, b, nil)
	if err != nil || report.Break != nil || report.Records != want {
		t.Fatalf("%+v, %v; want %d records", report, err, want)
	}
}

// bbolt panics on pages that it does not like; that is an end like any other.
func TestPanicIsUnknown(t *testing.T) {
	b := open(t, t.TempDir(), Options{plain: true})
	b.instead(func(func(*bbolt.Tx) error) error { panic("invalid page type") })
	r := b.Append(0, some(1))
	if r.Outcome != Unknown || !strings.Contains(r.Err.Error(), "invalid page type") {
		t.Fatalf("%v, %v", r.Outcome, r.Err)
	}
}

func TestFailedErasureIsUndecided(t *testing.T) {
	b := open(t, t.TempDir(), Options{})
	add(t, b, some(3))
	failing(b, diskError(syscall.EIO), true)
	if err := b.ErasePrivate(1); !errors.Is(err, syscall.EIO) {
		t.Fatal(err)
	}
	if r := b.Append(3, some(1)); r.Outcome != Unknown {
		t.Fatalf("%v, %v", r.Outcome, r.Err)
	}
}

func TestOutcomeWords(t *testing.T) {
	got := fmt.Sprint(Done, Refused, Unknown, Full, Outcome(9))
	if got != "done refused unknown full undefined" {
		t.Fatal(got)
	}
}
