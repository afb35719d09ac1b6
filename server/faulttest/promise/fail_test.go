//go:build linux

package promise

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"jiaohao/server/faulttest/disk"
	"jiaohao/server/journal"
)

// depth is up to which write, sync … of a life each is made to fail.
func depth() int {
	n, err := strconv.Atoi(os.Getenv("JIAOHAO_EIO"))
	if err != nil {
		n = 3
	}
	return n
}

// TestDiskErrors fails the n-th write, sync and so on of a life, once for each n. The load ends; what it had said is there,
// both when the disk still gives what was written last and when that is lost with the power.
func TestDiskErrors(t *testing.T) {
	to := filepath.Join(scratch(t), "left")
	for _, name := range []string{"journal", "auth", "folds", "persons", "file"} {
		lives, hit, bad := 0, 0, 0
		for _, op := range []disk.Op{disk.Write, disk.Sync, disk.Resize, disk.Create, disk.Rename} {
			for n := range depth() {
				fault := disk.Fault{Op: op, From: n + 1, Times: 1, Err: syscall.EIO}
				if n%3 == 2 {
					fault.Err = syscall.ENOSPC
				}
				met, err := failOnce(t, name, fault, to)
				if lives++; met {
					hit++
				}
				if err != nil {
					bad++
					t.Errorf("%s, %s %d: %v", name, op, n+1, err)
				}
				if !met {
					break // this life has no more of them
				}
			}
		}
		t.Logf("counts: disk-errors %s lives=%d hit=%d bad=%d", name, lives, hit, bad)
		if hit == 0 {
			t.Errorf("%s met no fault", name)
		}
	}
}

// TestRetriedSyncsAreCaught: who does not stop after a failed sync is found out, if what it was about is not written again.
func TestRetriedSyncsAreCaught(t *testing.T) {
	to, caught := filepath.Join(scratch(t), "left"), 0
	for n := range 20 {
		f, w := disk.Mount(t), &witness{}
		f.Inject(disk.Fault{Op: disk.Sync, Name: "file", From: 3, Times: 1, Err: syscall.EIO})
		if err := w.once(t, "stubborn file", f.Dir); err != nil {
			t.Fatal(err)
		}
		life, said := w.testimony()
		if judge(f.Image(rand.New(rand.NewPCG(8, uint64(n)))), life, said, to, loads["file"]) != nil {
			caught++
		}
	}
	t.Logf("counts: disk-errors control=%d/20", caught)
	if caught < 5 {
		t.Errorf("only %d of 20", caught)
	}
}

// failOnce lives one life with a fault and checks what is left of it.
func failOnce(t *testing.T, name string, fault disk.Fault, to string) (met bool, err error) {
	t.Helper()
	f, w, r := disk.Mount(t), &witness{}, rand.New(rand.NewPCG(5, uint64(fault.From)))
	injected := f.Inject(fault)
	end := w.once(t, name, f.Dir)
	select {
	case <-injected.Met():
		met = true
	default:
	}
	f.Lift()
	// The folds are a cache, which is begun anew instead. The journal finds room for what it files behind the answers at the
	// next try, and says nothing if that comes before the next append.
	passed := name == "folds" || name == "journal" && fault.Err == syscall.ENOSPC
	if met && end == nil && !passed {
		err = errors.New("nobody said that the disk has failed")
	}
	if end != nil && (!met || !strings.Contains(end.Error(), fault.Err.Error())) {
		err = fmt.Errorf("it ended with: %w", end)
	}
	life, said := w.testimony()
	for range 4 {
		err = errors.Join(err, judge(f.Image(r), life, said, to, loads[name]))
	}
	f.Durable()
	return met, errors.Join(err, judge(f.Image(r), life, said, to, loads[name]))
}

// undecidedJournal appends until the disk fails, and then as the desk does: after a full disk it goes on, after any other
// error it must not be able to.
func undecidedJournal(dir string, _ *rand.Rand, say func(string, ...any)) error {
	j, err := journal.Open(dir, journal.Options{LogSize: smallLog})
	if err != nil {
		return err
	}
	say("head %d %x", j.Head().Seq, j.Head().Chain) // what a restart finds is answered for
	for n := range 60 {
		head := j.Head()
		result := j.Append(head.Seq, batch(head.Seq, 1+n))
		switch result.Outcome {
		case journal.Done:
			say("head %d %x", result.Head.Seq, result.Head.Chain)
		case journal.Full:
			say("full")
			if j.Head() != head {
				return errors.New("a full disk has moved the head")
			}
		default:
			again := j.Append(head.Seq, batch(head.Seq, 1))
			if result.Outcome != journal.Unknown || again.Outcome != journal.Unknown || !errors.Is(again.Err, journal.ErrUndecided) {
				return fmt.Errorf("%v, then %v, %w", result.Outcome, again.Outcome, again.Err)
			}
			say("unknown")
			return result.Err
		}
	}
	return j.Close()
}

// TestFullAndUndecided fails the n-th write, sync and resize of the journal's files after they were opened: with no space it is
// full and goes on when there is some, with anything else it is undecided and goes on no more. It is also undecided when
// there was no space for the header of journal.db, or for making it safe, since the header can be seen all the same; and when
// there is none for taking back what the log could not take.
func TestFullAndUndecided(t *testing.T) {
	to, seen := filepath.Join(scratch(t), "left"), map[string]int{}
	for _, row := range []disk.Fault{{Op: disk.Write, Name: journal.FileName, Times: 2}, {Op: disk.Sync, Name: journal.FileName, Times: 2},
		{Op: disk.Resize, Name: journal.FileName, Times: 2}, {Op: disk.Write, Name: journal.WALName, Times: 1}, {Op: disk.Sync, Name: journal.WALName, Times: 1}} {
		quota, what := row, fmt.Sprint(row.Op, " ", row.Name, " ")
		quota.Err = syscall.EDQUOT
		if word := failOpened(t, quota, to); word != "full" {
			t.Errorf("%s, a quota: %s", what, word)
		}
		for n, met := 0, true; n < depth() && met; n++ {
			met = false
			for _, errno := range []syscall.Errno{syscall.EIO, syscall.ENOSPC} {
				fault := row
				fault.From, fault.Err = n+1, errno
				word := failOpened(t, fault, to)
				if word == "" {
					break // no such operation in this life
				}
				met = true
				seen[fmt.Sprint(what, errno, ": ", word)]++
			}
		}
		if seen[fmt.Sprint(what, syscall.EIO, ": full")] > 0 || seen[fmt.Sprint(what, syscall.ENOSPC, ": full")] == 0 {
			t.Errorf("%s: %v", what, seen)
		}
	}
	twice := disk.Fault{Op: disk.Write, Name: journal.WALName, From: 2, Times: 2, Err: syscall.ENOSPC}
	if word := failOpened(t, twice, to); word != "unknown" {
		t.Errorf("what was not taken back: %s", word)
	}
	t.Logf("counts: journal-outcomes %v", seen)
}

// failOpened gives how the journal took a fault: full, unknown, or "" when it never met it.
func failOpened(t *testing.T, fault disk.Fault, to string) (word string) {
	t.Helper()
	f, w := disk.Mount(t), &witness{}
	var opened sync.Once
	w.heard = func(said string) {
		switch said {
		case "head":
			opened.Do(func() { f.Inject(fault) })
		case "full":
			f.Lift()
			word = said
		case "unknown":
			word = said
		}
	}
	end := w.once(t, "undecided journal", f.Dir)
	if (word == "unknown") != (end != nil) {
		t.Errorf("%+v: %q, but it ended with %v", fault, word, end)
	}
	f.Lift()
	life, said := w.testimony()
	for range 4 {
		if err := judge(f.Image(rand.New(rand.NewPCG(1, uint64(fault.From)))), life, said, to, loads["journal"]); err != nil {
			t.Errorf("%+v: %v", fault, err)
		}
	}
	if err := powerAfterRestart(t, f, w, fault.From, to); err != nil {
		t.Errorf("%+v: the power went after the restart: %v", fault, err)
	}
	return word
}

// powerAfterRestart lets the next process work on what the failed one has left, and the power go at one of its first changes.
// What it found counts as said: it has told people so.
func powerAfterRestart(t *testing.T, f *disk.FS, w *witness, n int, to string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var said [][]string
	cut := make(chan *disk.Image, 1)
	go func() {
		defer close(cut)
		image, err := f.ImageAfter(ctx, 1+rand.IntN(20), rand.New(rand.NewPCG(2, uint64(n))), func() { _, said = w.testimony() })
		if err == nil {
			cut <- image
		}
	}()
	if err := w.once(t, "undecided journal", f.Dir); err != nil {
		return err
	}
	return judge(<-cut, "0", said, to, loads["journal"])
}

// TestShortAndSlow: a write that the disk takes only half of is finished, a sync that takes its time is waited for.
func TestShortAndSlow(t *testing.T) {
	to, slow := filepath.Join(scratch(t), "left"), 300*time.Millisecond
	for _, fault := range []disk.Fault{
		{Op: disk.Write, Name: journal.FileName, From: 3, Times: 5, Short: 700},
		{Op: disk.Sync, Name: journal.FileName, From: 4, Times: 2, Delay: slow},
		{Op: disk.Write, Name: journal.WALName, From: 3, Times: 5, Short: 700},
		{Op: disk.Sync, Name: journal.WALName, From: 4, Times: 2, Delay: slow},
	} {
		f, w := disk.Mount(t), &witness{}
		met, began := f.Inject(fault), time.Now()
		end := w.once(t, "undecided journal", f.Dir)
		select {
		case <-met.Met():
		default:
			t.Errorf("%+v was not met", fault)
		}
		if took := time.Since(began); end != nil || took < 2*fault.Delay {
			t.Errorf("%+v: it ended after %v with %v", fault, took, end)
		}
		life, said := w.testimony()
		if err := judge(f.Image(rand.New(rand.NewPCG(1, 1))), life, said, to, loads["journal"]); err != nil || len(said) != 61 {
			t.Errorf("%+v: %d promises, %v", fault, len(said), err)
		}
	}
}
