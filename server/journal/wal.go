package journal

import (
	"errors"
	"fmt"
	"os"

	"jiaohao/server/disk"
)

// WALName is the name of the write-ahead log in a journal's folder.
const WALName = "journal.wal"

// The log's size in bytes, and the least one that is taken for a log.
const (
	walSize  = 8 << 20
	walLeast = 2 * pageSize
)

// wal is the write-ahead log: a file of a fixed size whose blocks are there from the beginning, so that an append is one write
// in place and one sync of data. Its two halves are filled in turns; a half is written anew once all its records are in
// journal.db. All of it but its opening is owned by whoever holds appending.
type wal struct {
	file *os.File
	size int64
	// half is the one that is being filled, 0 or 1, at how many of its bytes are.
	half int
	at   int64
	// last is the newest sequence written to each half, dirty how many of its first bytes may not be zero.
	last  [2]uint64
	dirty [2]int64
	// write and sync are the file's but in tests.
	write func(b []byte, at int64) (int, error)
	sync  func() error
}

// createWAL makes an empty log of a size in bytes. It gets its name when its blocks are there.
func createWAL(path string, size int64) error {
	size = max(size&^(2*pageSize-1), walLeast)
	err := replaceFile(path, make([]byte, size))
	if err != nil {
		err = fmt.Errorf("journal: create %s: %w", path, err)
	}
	return err
}

// openWAL opens a log and gives the frames in it.
func openWAL(path string, readOnly bool) (*wal, []frame, error) {
	flag := os.O_RDWR
	if readOnly {
		flag = os.O_RDONLY
	}
	f, err := os.OpenFile(path, flag, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("journal: %w", err)
	}
	w := &wal{file: f, write: f.WriteAt, sync: func() error { return disk.SyncData(f) }}
	frames, err := w.load(readOnly)
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return w, frames, nil
}

// load reads the whole log. What a killed process has written but not synced is made durable before anybody builds on it.
func (w *wal) load(readOnly bool) ([]frame, error) {
	info, err := w.file.Stat()
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	w.size = info.Size()
	if w.size < walLeast || w.size%(2*pageSize) != 0 {
		return nil, damaged(w.file, "%d bytes long, which no log of a journal is; the newest records may have been in it", w.size)
	}
	if !readOnly {
		if err := w.sync(); err != nil {
			return nil, fmt.Errorf("journal: sync %s: %w", w.file.Name(), err)
		}
	}
	b := make([]byte, w.size)
	if _, err := w.file.ReadAt(b, 0); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	middle := w.middle()
	w.dirty = [2]int64{middle, middle}
	return append(findFrames(b[:middle:middle]), findFrames(b[middle:])...), nil
}

// middle is where the second half begins, and how long each is.
func (w *wal) middle() int64 { return w.size / 2 }

// closeTo marks both halves as full up to a sequence: nothing is written before that is in journal.db.
func (w *wal) closeTo(last uint64) { w.half, w.at, w.last = 1, w.middle(), [2]uint64{last, last} }

// room makes sure that a frame of so many bytes can be written and turns to the other half if it must. false: not before the
// newest record in that half is filed.
func (w *wal) room(size int, filed uint64) bool {
	if w.at+int64(size) <= w.middle() {
		return true
	}
	if w.last[1-w.half] > filed {
		return false
	}
	w.half, w.at = 1-w.half, 0
	return true
}

// append writes a frame, for which there must be room, and makes it durable.
func (w *wal) append(frame []byte, last uint64) error {
	at := int64(w.half)*w.middle() + w.at
	w.dirty[w.half] = max(w.dirty[w.half], w.at+int64(len(frame)))
	if _, err := w.write(frame, at); err != nil {
		return err
	}
	if err := w.sync(); err != nil {
		return err
	}
	w.at += int64(len(frame))
	w.last[w.half] = last
	return nil
}

// takeBack makes durable that the frame that could not be appended is none.
func (w *wal) takeBack() error {
	if _, err := w.write(make([]byte, frameHeader), int64(w.half)*w.middle()+w.at); err != nil {
		return err
	}
	return w.sync()
}

// wipe overwrites everything that was written with zeros. All of it must be filed.
func (w *wal) wipe() error {
	for half, n := range w.dirty {
		if _, err := w.write(make([]byte, n), int64(half)*w.middle()); err != nil {
			return err
		}
	}
	if err := w.sync(); err != nil {
		return err
	}
	w.half, w.at, w.last, w.dirty = 0, 0, [2]uint64{}, [2]int64{}
	return nil
}
