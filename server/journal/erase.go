package journal

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"
)

// An erasure is done in portions, so that a hall that appends meanwhile waits for one of them at most.
const (
	erasedAtOnce   = 1024 // private parts of one transaction
	scrubbedAtOnce = 256  // free pages overwritten while nobody appends or reads
)

// ErasePrivate implements Journal. It replaces the private bytes and their keys by a mark, then overwrites the write-ahead log
// and all pages of the file that are free, since these still hold what was written to them before. The sequences are checked before
// anything is erased; after another error some may be erased and others not, and erasing them again is right.
func (b *Bolt) ErasePrivate(seqs ...uint64) error {
	if err := b.dropPrivate(seqs); err != nil {
		return fmt.Errorf("journal: erase private bytes in %s: %w", b.path, err)
	}
	if err := b.wipeLog(); err != nil {
		return fmt.Errorf("journal: wipe %s: %w", b.path, err)
	}
	if err := b.scrub(); err != nil {
		return fmt.Errorf("journal: scrub %s: %w", b.path, err)
	}
	return nil
}

func (b *Bolt) dropPrivate(seqs []uint64) error {
	if err := checkSeqs(seqs, b.Head()); err != nil {
		return errors.Join(b.writable(), err)
	}
	if len(seqs) == 0 {
		return b.dropPortion(nil)
	}
	for portion := range slices.Chunk(seqs, erasedAtOnce) {
		if err := b.dropPortion(portion); err != nil {
			return err
		}
	}
	return nil
}

// dropPortion erases in one transaction.
func (b *Bolt) dropPortion(seqs []uint64) error {
	b.filing.Lock()
	defer b.filing.Unlock()
	if err := b.writable(); err != nil {
		return err
	}
	if err := b.file(); err != nil {
		return err
	}
	return b.erase(seqs)
}

// wipeLog overwrites the write-ahead log, once all that is in it is filed.
func (b *Bolt) wipeLog() error {
	b.appending.Lock()
	defer b.appending.Unlock()
	if err := b.writable(); err != nil || b.log == nil {
		return err
	}
	b.filing.Lock()
	defer b.filing.Unlock()
	if err := b.file(); err != nil {
		return err
	}
	err := b.log.wipe()
	if err != nil {
		b.fail(err)
	}
	return err
}

// checkSeqs names the first sequence that the journal does not have.
func checkSeqs(seqs []uint64, head Head) error {
	for _, seq := range seqs {
		if seq == 0 || seq > head.Seq {
			return fmt.Errorf("%w: %d", ErrNoRecord, seq)
		}
	}
	return nil
}

func (b *Bolt) erase(seqs []uint64) error {
	return b.change(func(tx *bbolt.Tx) error {
		private := tx.Bucket(privateBucket)
		for _, seq := range seqs {
			if private.Get(seqKey(seq)) == nil {
				continue
			}
			if err := private.Put(seqKey(seq), erasedMark); err != nil {
				return err
			}
		}
		return nil
	})
}

// scrub overwrites every free page with zeros. A page that is freed after it has begun holds nothing of what was erased
// before, so it may go through the pages once, by their numbers, while appends come in between.
func (b *Bolt) scrub() error {
	for last := uint64(0); ; {
		next, err := b.scrubPortion(last)
		if err != nil || next == last {
			return err
		}
		last = next
	}
}

// scrubPortion overwrites some free pages behind the page last and gives the last of them. Nobody may be reading: bbolt
// keeps pages for readers that it already counts as free. The views come first, so that appends go on while the last
// reader is waited for.
func (b *Bolt) scrubPortion(last uint64) (uint64, error) {
	b.views.Lock()
	defer b.views.Unlock()
	b.filing.Lock()
	defer b.filing.Unlock()
	if err := b.writable(); err != nil {
		return last, err
	}
	p, err := readPages(b.boltFile)
	if err != nil {
		return last, err
	}
	ids, _, err := p.freed()
	if err != nil {
		return last, err
	}
	slices.Sort(ids)
	behind, _ := slices.BinarySearch(ids, last+1)
	wiped := false
	for _, id := range ids[behind:min(len(ids), behind+scrubbedAtOnce)] {
		written, err := b.wipe(id)
		if err != nil {
			return last, err
		}
		last, wiped = id, wiped || written
	}
	if !wiped {
		return last, nil
	}
	return last, b.boltFile.Sync()
}

// wipe overwrites a page, unless it is empty already: most free pages were wiped before, and a disk lives longer without
// writing them again each night.
func (b *Bolt) wipe(id uint64) (written bool, err error) {
	var page, zeros [pageSize]byte
	if _, err := b.boltFile.ReadAt(page[:], int64(id)*pageSize); err != nil {
		return false, err
	}
	if bytes.Equal(page[:], zeros[:]) {
		return false, nil
	}
	_, err = b.boltFile.WriteAt(zeros[:], int64(id)*pageSize)
	return true, err
}
