package journaltest_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"jiaohao/server/journal"
	"jiaohao/server/journal/journaltest"
)

// restore opens what Backup wrote.
func restore(t *testing.T, backup []byte) journal.Journal {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, journal.FileName), backup, 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, dir)
}

func open(t *testing.T, dir string) *journal.Bolt {
	t.Helper()
	j, err := journal.Open(dir, journal.Options{LogSize: 64 << 10})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil && !errors.Is(err, journal.ErrClosed) {
			t.Error(err)
		}
	})
	return j
}

func TestBolt(t *testing.T) {
	journaltest.Run(t, func(t *testing.T) journaltest.Harness {
		dir := t.TempDir()
		j := open(t, dir)
		return journaltest.Harness{
			Journal: j,
			Reopen: func() journal.Journal {
				if err := j.Close(); err != nil {
					t.Fatal(err)
				}
				j = open(t, dir)
				return j
			},
			Restore: func(b []byte) journal.Journal { return restore(t, b) },
			DamageSnapshot: func() {
				path := filepath.Join(dir, journal.SnapshotName)
				b, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				b[len(b)/2] ^= 1
				if err := os.WriteFile(path, b, 0o600); err != nil {
					t.Fatal(err)
				}
			},
		}
	})
}

func memoryHarness(t *testing.T) journaltest.Harness {
	j := journal.NewMemory()
	return journaltest.Harness{
		Journal:        j,
		Reopen:         func() journal.Journal { j = j.Reopen(); return j },
		Restore:        func(b []byte) journal.Journal { return restore(t, b) },
		DamageSnapshot: func() { j.DamageSnapshot() },
	}
}

func TestMemory(t *testing.T) { journaltest.Run(t, memoryHarness) }

// Without a fault the wrapper changes nothing.
func TestFaultyWithoutFaults(t *testing.T) {
	journaltest.Run(t, func(t *testing.T) journaltest.Harness {
		h := memoryHarness(t)
		reopen := h.Reopen
		h.Journal = journaltest.NewFaulty(h.Journal)
		h.Reopen = func() journal.Journal { return journaltest.NewFaulty(reopen()) }
		return h
	})
}

// one is a batch.
var one = []journal.Draft{{Kind: "k", Bytes: []byte("b")}}

func TestFaults(t *testing.T) {
	for _, row := range []struct {
		name  string
		fault journaltest.Fault
		want  journal.Outcome
		there uint64 // records after the restart: one before the fault and those of the failed append
	}{
		{"lost", journaltest.Lost, journal.Unknown, 1},
		{"kept", journaltest.Kept, journal.Unknown, 2},
		{"full", journaltest.NoSpace, journal.Full, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := journal.NewMemory()
			f := journaltest.NewFaulty(m)
			f.FailAppend(2, row.fault)
			if r := f.Append(0, one); r.Outcome != journal.Done {
				t.Fatalf("the append before the fault: %+v", r)
			}
			r := f.Append(1, one)
			if r.Outcome != row.want || r.Head.Seq != 1 || f.Head().Seq != 1 || !errors.Is(r.Err, journaltest.ErrInjected) {
				t.Fatalf("%+v, head %d", r, f.Head().Seq)
			}
			if got := m.Reopen().Head().Seq; got != row.there {
				t.Fatalf("%d records after the restart, want %d", got, row.there)
			}
		})
	}
}

func TestUndecidedLasts(t *testing.T) {
	f := journaltest.NewFaulty(journal.NewMemory())
	f.FailAppend(1, journaltest.Lost)
	f.Append(0, one)
	for range 3 {
		if r := f.Append(0, one); r.Outcome != journal.Unknown || !errors.Is(r.Err, journal.ErrUndecided) {
			t.Fatalf("%+v", r)
		}
	}
	if f.Appends() != 4 {
		t.Fatalf("%d appends counted", f.Appends())
	}
}

func TestFullPasses(t *testing.T) {
	f := journaltest.NewFaulty(journal.NewMemory())
	f.FailAppend(1, journaltest.NoSpace)
	f.Append(0, one)
	if r := f.Append(0, one); r.Outcome != journal.Done {
		t.Fatalf("%+v", r)
	}
}

func TestSlow(t *testing.T) {
	f := journaltest.NewFaulty(journal.NewMemory())
	f.FailAppend(1, journaltest.Slow(20*time.Millisecond))
	start := time.Now()
	if r := f.Append(0, one); r.Outcome != journal.Done || time.Since(start) < 20*time.Millisecond {
		t.Fatalf("%+v after %v", r, time.Since(start))
	}
}
