package journal

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"go.etcd.io/bbolt"
)

// openLog opens the write-ahead log beside journal.db, or makes one, and takes over what is in it and not in journal.db.
func (b *Bolt) openLog() error {
	path := filepath.Join(b.dir, WALName)
	there, err := b.prepareLog(path)
	if err != nil || !there {
		return err
	}
	log, frames, err := openWAL(path, b.opts.ReadOnly)
	if err != nil {
		return err
	}
	b.log = log
	if err := b.takeOver(frames); err != nil || b.opts.ReadOnly {
		return err
	}
	log.closeTo(b.Head().Seq)
	if err := b.file(); err != nil && b.doubt() != nil {
		return fmt.Errorf("journal: file what is in %s: %w", path, err)
	}
	return nil
}

// prepareLog makes sure that there is a log, or tells that there is none: for a reader, and where there is no space for it,
// when every append goes to journal.db.
func (b *Bolt) prepareLog(path string) (bool, error) {
	_, err := os.Stat(path)
	switch {
	case err == nil && b.opts.ReadOnly:
		return true, nil
	case err == nil && b.left:
		return true, reread(path)
	case err == nil:
		return true, nil
	case !errors.Is(err, os.ErrNotExist):
		return false, fmt.Errorf("journal: %w", err)
	case b.logged && b.left:
		return false, &DamagedError{path, "missing, and the process before did not come to its end: the newest records may be in it"}
	case b.opts.ReadOnly || b.opts.plain:
		return false, nil
	}
	return b.makeLog(path)
}

// makeLog creates a log, and says in journal.db that there is one.
func (b *Bolt) makeLog(path string) (bool, error) {
	size := b.opts.LogSize
	if size == 0 {
		size = walSize
	}
	err := createWAL(path, size)
	if err == nil && !b.logged {
		err = b.commit(func(tx *bbolt.Tx) error {
			return tx.Bucket(metaBucket).Put(formatKey, []byte(strconv.Itoa(format)))
		})
	}
	if err != nil && isFull(err) {
		return false, nil
	}
	return err == nil, err
}

// takeOver makes the records of frames that continue journal.db recent. Frames of records that are there already are of
// earlier rounds. The last append before a crash may not be whole: nobody was told of it, and nothing is behind it.
func (b *Bolt) takeOver(frames []frame) error {
	head := b.Head()
	slices.SortFunc(frames, func(x, y frame) int { return cmp.Compare(x.first, y.first) })
	for _, f := range frames {
		if f.last() <= head.Seq {
			continue
		}
		if f.first != head.Seq+1 {
			return damaged(b.log.file, "it goes on with record %d behind record %d: something is damaged, or it belongs to another journal.db", f.first, head.Seq)
		}
		end, err := f.follow(head)
		if err != nil {
			return damaged(b.log.file, "%v", err)
		}
		b.recent.add(logged{f, end})
		head = end
	}
	b.head.Store(&head)
	return nil
}

// follow checks that a frame's records continue the chain behind a head and gives where they end.
func (f frame) follow(head Head) (Head, error) {
	c := chunk{first: f.first, last: f.last(), chain: head.Chain}
	f.each(func(seq uint64, value, private []byte) bool {
		c.stored = append(c.stored, stored{seqKey(seq), value, private})
		return true
	})
	c.check(interned())
	if c.err != nil {
		return Head{}, c.err
	}
	return headOf(head, c.entries), nil
}
