//go:build linux

package promise

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"jiaohao/server/journal"
)

// secretOf is the private part of a record, which must not be found in the file once it was erased.
func secretOf(seq uint64) []byte { return fmt.Appendf(nil, "secret<%d>", seq) }

// stateOf is a snapshot's state, of some length.
func stateOf(seq uint64) []byte { return bytes.Repeat(fmt.Appendf(nil, "%d,", seq), int(100+seq%4000)) }

func batch(after uint64, n int) []journal.Draft {
	drafts := make([]journal.Draft, n)
	for i := range drafts {
		seq := after + uint64(i) + 1
		drafts[i] = journal.Draft{At: int64(seq), Kind: "kind", Bytes: bytes.Repeat([]byte{byte(seq)}, int(seq%300))}
		if seq%3 == 0 {
			drafts[i].Private = secretOf(seq)
		}
	}
	return drafts
}

// smallLog is small enough for its halves to take turns in a short life, in bytes.
const smallLog = 16 << 10

// journalLives creates a journal and appends from several sides, while snapshots are saved, records erased and backups
// made. Short lives are many, so that creations and first appends are met as often as what comes later.
func journalLives(dir string, r *rand.Rand, say func(string, ...any)) error {
	j, err := journal.Open(dir, journal.Options{LogSize: 8 << 10 << r.IntN(6)})
	if err != nil {
		return err
	}
	say("opened")
	appends := 1 + r.IntN(1<<(1+r.IntN(8)))
	var mu sync.Mutex // of those who append
	write := func(size int) error {
		mu.Lock()
		defer mu.Unlock()
		result := j.Append(j.Head().Seq, batch(j.Head().Seq, size))
		if result.Err == nil {
			say("head %d %x", result.Head.Seq, result.Head.Chain)
		}
		return result.Err
	}
	others, stop := make(chan error, 1), make(chan struct{})
	go func() { others <- besides(j, dir, stop, say) }()
	err = together(4, appends, func(n int) error { return write(1 + n%40) })
	close(stop)
	return errors.Join(err, <-others, j.Close())
}

// together calls do n times from several goroutines.
func together(sides, n int, do func(int) error) error {
	errs := make(chan error, sides)
	for side := range sides {
		go func() {
			for i := side; i < n; i += sides {
				if err := do(i); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	var all []error
	for range sides {
		all = append(all, <-errs)
	}
	return errors.Join(all...)
}

// besides is what else is done with a journal until it stops.
func besides(j *journal.Bolt, dir string, stop <-chan struct{}, say func(string, ...any)) error {
	for erased := uint64(3); ; {
		select {
		case <-stop:
			return nil
		default:
		}
		head := j.Head()
		if err := j.SaveSnapshot(journal.Snapshot{Format: 7, Seq: head.Seq, Chain: head.Chain, State: stateOf(head.Seq)}); err != nil {
			return err
		}
		say("snapshot %d", head.Seq)
		if erased <= head.Seq {
			if err := j.ErasePrivate(erased); err != nil {
				return err
			}
			say("erased %d", erased)
			erased += 6
		}
		if _, err := j.Backup(io.Discard); err != nil {
			return err
		}
	}
}

// journalHolds opens what is left as the next start does, and goes on with it.
func journalHolds(dir string, said [][]string) error {
	if _, err := os.Stat(filepath.Join(dir, journal.FileName)); err != nil && len(said) > 0 {
		return fmt.Errorf("the journal is gone: %w", err)
	}
	j, err := journal.Open(dir, journal.Options{LogSize: smallLog})
	if err != nil {
		return err
	}
	var wrong []error
	for round := 0; round < 2 && len(wrong) == 0; round++ {
		report, err := journal.Verify(context.Background(), j, nil)
		if err == nil && report.Break != nil {
			err = report.Break
		}
		if err == nil {
			err = records(j, dir, said)
		}
		if result := j.Append(j.Head().Seq, batch(j.Head().Seq, 2)); err == nil {
			err = result.Err
		}
		if err != nil {
			wrong = append(wrong, err)
		}
	}
	return errors.Join(errors.Join(wrong...), j.Close())
}

// records compares what is in a journal with what was said.
func records(j *journal.Bolt, dir string, said [][]string) error {
	chains, erased, snapshot, head := map[uint64]string{}, map[uint64]bool{}, int64(-1), uint64(0)
	for _, words := range said {
		seq := uint64(0)
		if len(words) > 1 {
			seq, _ = strconv.ParseUint(words[1], 10, 64)
		}
		switch words[0] {
		case "head":
			chains[seq], head = words[2], max(head, seq)
		case "erased":
			erased[seq] = true
		case "snapshot":
			snapshot = int64(seq)
		}
	}
	if at := j.Head().Seq; at < head {
		return fmt.Errorf("record %d was safe, the journal ends with %d", head, at)
	}
	err := j.Read(context.Background(), 1, func(r journal.Record) error {
		want := batch(r.Seq-1, 1)[0]
		switch chain, known := chains[r.Seq]; {
		case known && chain != fmt.Sprintf("%x", r.Chain), !bytes.Equal(r.Bytes, want.Bytes):
			return fmt.Errorf("record %d is another one", r.Seq)
		case r.Private != nil && !bytes.Equal(r.Private, want.Private):
			return fmt.Errorf("record %d has other private bytes", r.Seq)
		case erased[r.Seq] && !r.Erased:
			return fmt.Errorf("record %d was erased", r.Seq)
		}
		return nil
	})
	return errors.Join(err, traces(dir, erased), snapshotHolds(j, snapshot))
}

// traces looks for what was erased in the raw files.
func traces(dir string, erased map[uint64]bool) error {
	if len(erased) == 0 {
		return nil
	}
	var all error
	for _, name := range []string{journal.FileName, journal.WALName} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		all = errors.Join(all, err)
		for seq := range erased {
			if bytes.Contains(raw, secretOf(seq)) {
				all = errors.Join(all, fmt.Errorf("what was erased of record %d is still in %s", seq, name))
			}
		}
	}
	return all
}

func snapshotHolds(j *journal.Bolt, least int64) error {
	s, ok, err := j.Snapshot()
	switch {
	case err != nil:
		return err
	case !ok && least >= 0:
		return fmt.Errorf("the snapshot of record %d is gone", least)
	case ok && (s.Format != 7 || int64(s.Seq) < least || !bytes.Equal(s.State, stateOf(s.Seq))):
		return fmt.Errorf("the snapshot of record %d is another one, %d was safe", s.Seq, least)
	}
	return nil
}

// unsyncedBolt is a journal such as somebody might write who has measured what a sync costs.
func unsyncedBolt(dir string, _ *rand.Rand, say func(string, ...any)) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	db, err := bbolt.Open(filepath.Join(dir, "bolt.db"), 0o600, &bbolt.Options{NoSync: true})
	if err != nil {
		return err
	}
	for n := range 300 {
		err := db.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("b"))
			if err != nil {
				return err
			}
			return b.Put(fmt.Appendf(nil, "%06d", n), make([]byte, 200))
		})
		if err != nil {
			return err
		}
		say("put %06d", n)
	}
	return db.Close()
}

// boltHolds reads the file in a way that survives what it may find.
func boltHolds(dir string, said [][]string) error {
	path, found := filepath.Join(dir, "bolt.db"), make(chan error, 1)
	if _, err := os.Stat(path); err != nil && len(said) == 0 {
		return nil
	}
	go func() {
		defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
		defer func() {
			if p := recover(); p != nil {
				found <- fmt.Errorf("damaged: %v", p)
			}
		}()
		found <- readBolt(path, said)
	}()
	select {
	case err := <-found:
		return err
	case <-time.After(5 * time.Second):
		return errors.New("its pages lead in circles")
	}
}

func readBolt(path string, said [][]string) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		return err
	}
	err = db.View(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte("b"))
		for _, words := range said {
			if b == nil || len(b.Get([]byte(words[1]))) != 200 {
				return fmt.Errorf("%s is gone", words[1])
			}
		}
		return nil
	})
	return errors.Join(err, db.Close())
}
