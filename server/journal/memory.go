package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// Memory is a journal that lasts as long as the process: for tests, demonstrations and drills.
type Memory struct {
	store *store
	// closed is guarded by the store's lock.
	closed bool
}

// store is what outlives a Memory that is closed. mu guards all of it.
type store struct {
	mu       sync.RWMutex
	head     Head
	entries  []entry
	snapshot []byte
}

var _ Journal = (*Memory)(nil)

// NewMemory makes an empty journal.
func NewMemory() *Memory { return &Memory{store: new(store)} }

// Reopen closes the journal and gives it as a process that starts again would see it.
func (m *Memory) Reopen() *Memory {
	m.store.mu.Lock()
	defer m.store.mu.Unlock()
	m.closed = true
	return &Memory{store: m.store}
}

// Head implements Journal.
func (m *Memory) Head() Head {
	m.store.mu.RLock()
	defer m.store.mu.RUnlock()
	return m.store.head
}

// Append implements Journal.
func (m *Memory) Append(after uint64, batch []Draft) Result {
	s := m.store
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := m.admit(after, batch); err != nil {
		return Result{Outcome: Refused, Head: s.head, Err: err}
	}
	sealed := seal(s.head, batch)
	for i := range sealed {
		sealed[i].Bytes = append([]byte{}, sealed[i].Bytes...)
		sealed[i].Private = slices.Clone(sealed[i].Private)
	}
	s.entries = append(s.entries, sealed...)
	s.head = headOf(s.head, sealed)
	return Result{Outcome: Done, Head: s.head}
}

func (m *Memory) admit(after uint64, batch []Draft) error {
	switch {
	case m.closed:
		return ErrClosed
	case after != m.store.head.Seq:
		return fmt.Errorf("%w: asked to follow %d, the head is %d", ErrMoved, after, m.store.head.Seq)
	}
	return checkBounds(batch)
}

// Read implements Journal.
func (m *Memory) Read(ctx context.Context, from uint64, each func(Record) error) error {
	last := m.Head().Seq
	for seq := max(from, 1); ; seq++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		r, err := m.record(seq, last)
		if err != nil || r.Seq == 0 {
			return err
		}
		if err := each(r); err != nil {
			return err
		}
	}
}

// record gives one record, a zero one behind the last.
func (m *Memory) record(seq, last uint64) (Record, error) {
	m.store.mu.RLock()
	defer m.store.mu.RUnlock()
	if m.closed {
		return Record{}, ErrClosed
	}
	if seq > last {
		return Record{}, nil
	}
	return m.store.entries[seq-1].Record, nil
}

// Snapshot implements Journal.
func (m *Memory) Snapshot() (Snapshot, bool, error) {
	m.store.mu.RLock()
	defer m.store.mu.RUnlock()
	if m.closed {
		return Snapshot{}, false, ErrClosed
	}
	if m.store.snapshot == nil {
		return Snapshot{}, false, nil
	}
	s, err := decodeSnapshot(bytes.Clone(m.store.snapshot))
	if err == nil {
		err = m.store.fits(s)
	}
	if err != nil {
		return Snapshot{}, false, fmt.Errorf("journal: snapshot left out: %w", err)
	}
	return s, true, nil
}

func (s *store) fits(shot Snapshot) error {
	if shot.Seq > s.head.Seq {
		return fmt.Errorf("%w: %d, the head is %d", ErrNoRecord, shot.Seq, s.head.Seq)
	}
	var chain [32]byte
	if shot.Seq > 0 {
		chain = s.entries[shot.Seq-1].Chain
	}
	return fitting(shot, chain)
}

// SaveSnapshot implements Journal.
func (m *Memory) SaveSnapshot(s Snapshot) error {
	encoded := encodeSnapshot(s)
	m.store.mu.Lock()
	defer m.store.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	m.store.snapshot = encoded
	return nil
}

// DamageSnapshot changes one byte of the stored snapshot, for tests of what must happen then.
func (m *Memory) DamageSnapshot() {
	m.store.mu.Lock()
	defer m.store.mu.Unlock()
	if n := len(m.store.snapshot); n > 0 {
		m.store.snapshot[n/2] ^= 1
	}
}

// ErasePrivate implements Journal.
func (m *Memory) ErasePrivate(seqs ...uint64) error {
	s := m.store
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	if err := checkSeqs(seqs, s.head); err != nil {
		return err
	}
	for _, seq := range seqs {
		// Readers may hold the bytes, so they are let go of and not overwritten.
		if e := &s.entries[seq-1]; e.Commitment != nil {
			e.Private, e.key, e.Erased = nil, nil, true
		}
	}
	return nil
}

// Backup implements Journal. The copy is a file like that of Bolt, with the same chain.
func (m *Memory) Backup(w io.Writer) (n int64, err error) {
	entries, err := m.copyEntries()
	if err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "jiaohao-backup-")
	if err != nil {
		return 0, fmt.Errorf("journal: back up: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b, err := Open(filepath.Join(dir, "copy"), Options{plain: true})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	if len(entries) > 0 {
		if err := b.write(entries); err != nil {
			return 0, fmt.Errorf("journal: back up: %w", err)
		}
	}
	return b.Backup(w)
}

func (m *Memory) copyEntries() ([]entry, error) {
	m.store.mu.RLock()
	defer m.store.mu.RUnlock()
	if m.closed {
		return nil, ErrClosed
	}
	return slices.Clone(m.store.entries), nil
}

// Close implements Journal.
func (m *Memory) Close() error {
	m.store.mu.Lock()
	defer m.store.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	m.closed = true
	return nil
}
