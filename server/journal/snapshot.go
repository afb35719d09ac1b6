package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// SnapshotName is the name of the snapshot's file in a journal's folder.
const SnapshotName = "snapshot"

// snapshotMagic starts a snapshot file: name and version.
const snapshotMagic = "jiaohao snapshot 1\n"

var errSnapshot = errors.New("not a whole snapshot")

// encodeSnapshot gives a snapshot's file: magic, format, seq, chain, length of state, state, SHA-256 of all that.
func encodeSnapshot(s Snapshot) []byte {
	b := make([]byte, 0, len(snapshotMagic)+56+len(s.State)+32)
	b = append(b, snapshotMagic...)
	b = binary.BigEndian.AppendUint64(b, uint64(s.Format))
	b = binary.BigEndian.AppendUint64(b, s.Seq)
	b = append(b, s.Chain[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(len(s.State)))
	b = append(b, s.State...)
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

// decodeSnapshot reads what encodeSnapshot wrote and nothing else. State points into b.
func decodeSnapshot(b []byte) (Snapshot, error) {
	d := decoder{b: b}
	magic := d.take(uint64(len(snapshotMagic)))
	s := Snapshot{Format: int(d.uint64()), Seq: d.uint64()}
	copy(s.Chain[:], d.take(32))
	s.State = d.take(d.uint64())
	covered := len(b) - len(d.b)
	sum := d.take(32)
	if d.bad || len(d.b) > 0 || string(magic) != snapshotMagic {
		return Snapshot{}, errSnapshot
	}
	if want := sha256.Sum256(b[:covered]); !bytes.Equal(sum, want[:]) {
		return Snapshot{}, errSnapshot
	}
	return s, nil
}

func (d *decoder) uint64() uint64 {
	if b := d.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// Snapshot implements Journal.
func (b *Bolt) Snapshot() (Snapshot, bool, error) {
	if b.closed.Load() {
		return Snapshot{}, false, ErrClosed
	}
	path := filepath.Join(b.dir, SnapshotName)
	stored, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Snapshot{}, false, nil
	}
	if err != nil {
		return Snapshot{}, false, fmt.Errorf("journal: snapshot left out: %w", err)
	}
	s, err := decodeSnapshot(stored)
	if err == nil {
		err = b.fits(s)
	}
	if err != nil {
		return Snapshot{}, false, fmt.Errorf("journal: snapshot %s left out: %w", path, err)
	}
	return s, true, nil
}

// fits tells whether a snapshot was taken of this journal: the record it ends with must have its chain value.
func (b *Bolt) fits(s Snapshot) error {
	chain, err := b.chainAt(s.Seq)
	if err != nil {
		return err
	}
	return fitting(s, chain)
}

func fitting(s Snapshot, chain [32]byte) error {
	if s.Chain != chain {
		return fmt.Errorf("record %d of this journal has another chain value", s.Seq)
	}
	return nil
}

// SaveSnapshot implements Journal. It writes a file of its own, so it shares neither lock nor fsync with Append.
func (b *Bolt) SaveSnapshot(s Snapshot) error {
	b.saving.Lock()
	defer b.saving.Unlock()
	if err := b.writable(); err != nil {
		return err
	}
	if err := replaceFile(filepath.Join(b.dir, SnapshotName), encodeSnapshot(s)); err != nil {
		return fmt.Errorf("journal: save snapshot: %w", err)
	}
	return nil
}
