package journal

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"go.etcd.io/bbolt"
)

// failing replaces the commit by one that fails, after the real one when kept is set.
func failing(b *Bolt, err error, kept bool) {
	b.update = func(f func(*bbolt.Tx) error) error {
		if kept {
			return errors.Join(b.db.Update(f), err)
		}
		return errors.Join(b.db.Update(func(tx *bbolt.Tx) error {
			return errors.Join(f(tx), errors.New("rolled back"))
		}), err)
	}
}

func diskError(errno syscall.Errno) error {
	return &os.PathError{Op: "write", Path: "journal.db", Err: errno}
}

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
			b := open(t, dir, Options{})
			add(t, b, some(3))
			head := b.Head()
			failing(b, row.err, row.kept)
			r := b.Append(3, some(2))
			if r.Outcome != row.want || r.Err == nil || r.Head != head || b.Head() != head {
				t.Fatalf("%v, %v, head %d", r.Outcome, r.Err, r.Head.Seq)
			}
			b.update = b.db.Update
			mustGoOn(t, b, row.want)
			mustFind(t, b, dir, row.want, row.kept)
		})
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
func mustFind(t *testing.T, b *Bolt, dir string, outcome Outcome, kept bool) {
	t.Helper()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b = open(t, dir, Options{})
	want := uint64(3)
	if kept || outcome == Full {
		want = 5
	}
	report, err := Verify(ctx, b, nil)
	if err != nil || report.Break != nil || report.Records != want {
		t.Fatalf("%+v, %v; want %d records", report, err, want)
	}
}

// bbolt panics on pages that it does not like; that is an end like any other.
func TestPanicIsUnknown(t *testing.T) {
	b := open(t, t.TempDir(), Options{})
	b.update = func(func(*bbolt.Tx) error) error { panic("invalid page type") }
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
