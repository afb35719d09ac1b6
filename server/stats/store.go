package stats

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"jiaohao/server/disk"
	"jiaohao/server/hall"
)

// Store keeps folds in one file, so that a start need not fold years again. It is a cache: whatever is damaged, lost or of
// another version is not there, and the caller folds the journal instead. It is safe for concurrent use.
type Store struct {
	mu    sync.Mutex
	path  string
	db    *bbolt.DB
	saved map[string]mark
}

// mark is how many sealed days of which fold are in the file.
type mark struct {
	fold *Fold
	days int
}

// lockWait is how long Open waits for another process to let go of the file.
const lockWait = time.Second

var headsBucket = []byte("folds")

func daysBucket(name string) []byte { return []byte("days of " + name) }

// Open opens the file at path, and begins it anew when it is damaged. An error means that there can be no file: another
// process has it, or the folder cannot be written.
func Open(path string) (*Store, error) {
	s := &Store{path: path, saved: map[string]mark{}}
	err := s.open()
	if err == nil {
		return s, nil
	}
	if errors.Is(err, berrors.ErrTimeout) || errors.Is(err, os.ErrPermission) {
		return nil, fmt.Errorf("stats: opening %s: %w", path, err)
	}
	if err := s.begin(); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Store) open() (err error) {
	defer s.guard(&err)()
	if err := disk.Reread(s.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	s.db, err = bbolt.Open(s.path, 0o600, &bbolt.Options{Timeout: lockWait})
	if err != nil {
		return err
	}
	err = s.db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists(headsBucket)
		return err
	})
	if err != nil {
		return err
	}
	return disk.SyncFolder(filepath.Dir(s.path))
}

// begin throws the file away and makes a new one. The old one stays open, since a damaged file can be impossible to close;
// that costs one handle.
func (s *Store) begin() error {
	if err := os.Remove(s.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("stats: removing the damaged %s: %w", s.path, err)
	}
	clear(s.saved)
	if err := s.open(); err != nil {
		return fmt.Errorf("stats: creating %s: %w", s.path, err)
	}
	return nil
}

// errDamaged is what a damaged page of the file comes out as.
var errDamaged = errors.New("stats: the file is damaged")

// guard makes an error of what the library does about damaged pages: it panics, or touches memory behind the file's end.
func (s *Store) guard(err *error) func() {
	before := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(before)
		if p := recover(); p != nil {
			*err = fmt.Errorf("%w: %v", errDamaged, p)
		}
	}
}

// Close closes the file.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.db.Close()
}

// Load gives what was saved last under a name, and the sequence it had reached; ok is false when there is nothing whole.
func (s *Store) Load(name string) (seq uint64, b []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.read(func(tx *bbolt.Tx) (err error) {
		seq, b, err = unwrap(name, tx.Bucket(headsBucket).Get([]byte(name)))
		return err
	})
	return seq, b, err == nil
}

// errNone says that nothing was ever saved under a name.
var errNone = errors.New("stats: nothing was saved")

// read looks into the file. Where one thing is damaged the rest is not trusted either: the file is made anew, and if that
// cannot be, the next save says so.
func (s *Store) read(f func(tx *bbolt.Tx) error) error {
	err := s.view(f)
	if err != nil && !errors.Is(err, errNone) {
		return errors.Join(err, s.begin())
	}
	return err
}

// Save keeps bytes under a name, with the sequence they have reached. When it returns they are on the disk.
func (s *Store) Save(name string, seq uint64, b []byte) error {
	return s.SaveAll(Value{Name: name, Seq: seq, Bytes: b})
}

// Value is bytes under a name, with the sequence they have reached.
type Value struct {
	Name  string
	Seq   uint64
	Bytes []byte
}

// SaveAll is [Store.Save] for values that belong together: all of them are there afterwards, or none.
func (s *Store) SaveAll(values ...Value) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.naming(s.update(func(tx *bbolt.Tx) error { return put(tx, values) }), values[0].Name)
}

func put(tx *bbolt.Tx, values []Value) error {
	for _, v := range values {
		if err := tx.Bucket(headsBucket).Put([]byte(v.Name), wrap(v.Name, v.Seq, v.Bytes)); err != nil {
			return err
		}
	}
	return nil
}

// naming says what could not be saved where.
func (s *Store) naming(err error, name string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("stats: saving %s to %s: %w", name, s.path, err)
}

func (s *Store) view(f func(tx *bbolt.Tx) error) (err error) {
	defer s.guard(&err)()
	return s.db.View(f)
}

// update writes, into a new file if the old one turns out to be damaged.
func (s *Store) update(f func(tx *bbolt.Tx) error) error {
	try := func() (err error) {
		defer s.guard(&err)()
		return s.db.Update(f)
	}
	err := try()
	if !errors.Is(err, errDamaged) {
		return err
	}
	if err := s.begin(); err != nil {
		return err
	}
	return try()
}

// wrap puts a checksum over name, sequence and bytes before them.
func wrap(name string, seq uint64, b []byte) []byte {
	v := make([]byte, sha256.Size, sha256.Size+8+len(b))
	v = append(binary.BigEndian.AppendUint64(v, seq), b...)
	sum := checksum(name, v[sha256.Size:])
	copy(v, sum[:])
	return v
}

func checksum(name string, b []byte) [32]byte {
	h := sha256.New()
	fmt.Fprintf(h, "%d %s", len(name), name)
	h.Write(b)
	return [32]byte(h.Sum(nil))
}

func unwrap(name string, v []byte) (seq uint64, b []byte, err error) {
	if v == nil {
		return 0, nil, errNone
	}
	if len(v) < sha256.Size+8 || checksum(name, v[sha256.Size:]) != [32]byte(v[:sha256.Size]) {
		return 0, nil, errDamaged
	}
	v = v[sha256.Size:]
	return binary.BigEndian.Uint64(v), append([]byte(nil), v[8:]...), nil
}

// SaveFold keeps figures under a name, as of one moment; they may go on meanwhile. Sealed days that are in the file already
// are not written again, as long as it is the same fold. What beside gives for the sequence that was reached is saved with
// them; it may be nil.
func (s *Store) SaveFold(name string, f *Fold, beside func(seq uint64) (Value, error)) error {
	f.mu.RLock()
	head, err := f.head()
	seq, sealed := f.seq, f.sealed
	f.mu.RUnlock()
	if err != nil {
		return err
	}
	values := []Value{{Name: name, Seq: seq, Bytes: head}}
	if beside != nil {
		v, err := beside(seq)
		if err != nil {
			return err
		}
		values = append(values, v)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	err = s.update(func(tx *bbolt.Tx) error {
		days, from, err := s.daysOf(tx, name, f)
		if err != nil {
			return err
		}
		for _, t := range sealed[from:] {
			key := binary.BigEndian.AppendUint32(nil, uint32(t.date))
			if err := days.Put(key, t.bytes); err != nil {
				return err
			}
		}
		return put(tx, values)
	})
	if err != nil {
		return s.naming(err, name)
	}
	s.saved[name] = mark{fold: f, days: len(sealed)}
	return nil
}

// daysOf gives the bucket of sealed days and how many of the fold's are in it. The days of a fold that neither came from
// this file nor was saved into it before replace those that are there: they may be of another journal.
func (s *Store) daysOf(tx *bbolt.Tx, name string, f *Fold) (days *bbolt.Bucket, from int, err error) {
	if m := s.saved[name]; m.fold == f {
		if days = tx.Bucket(daysBucket(name)); days != nil {
			return days, m.days, nil
		}
	}
	if err := tx.DeleteBucket(daysBucket(name)); err != nil && !errors.Is(err, berrors.ErrBucketNotFound) {
		return nil, 0, err
	}
	days, err = tx.CreateBucket(daysBucket(name))
	return days, 0, err
}

// LoadFold gives the figures saved last under a name; ok is false when they are not whole. A day that is damaged makes all
// of them so: they name each other.
func (s *Store) LoadFold(name string) (f *Fold, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.read(func(tx *bbolt.Tx) error {
		seq, head, err := unwrap(name, tx.Bucket(headsBucket).Get([]byte(name)))
		if err != nil {
			return err
		}
		sealed, err := sealedIn(tx.Bucket(daysBucket(name)))
		if err != nil {
			return err
		}
		if f, err = restore(head, sealed); err == nil && f.seq != seq {
			err = errDamaged
		}
		return err
	})
	if err != nil {
		return nil, false
	}
	s.saved[name] = mark{fold: f, days: len(f.sealed)}
	return f, true
}

func sealedIn(days *bbolt.Bucket) (sealed []table, err error) {
	if days == nil {
		return nil, errDamaged
	}
	err = days.ForEach(func(key, b []byte) error {
		if len(key) != 4 {
			return errDamaged
		}
		sealed = append(sealed, table{date: hall.Date(binary.BigEndian.Uint32(key)), bytes: append([]byte(nil), b...)})
		return nil
	})
	return sealed, err
}
