package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"jiaohao/server/disk"
)

// FileName is the name of the journal's file in its folder.
const FileName = "journal.db"

// The buckets; docs/journal-format.md says what is in them.
var (
	recordsBucket = []byte("records")
	privateBucket = []byte("private")
	metaBucket    = []byte("meta")
	formatKey     = []byte("format")
	headKey       = []byte("head")
)

// Options of Open.
type Options struct {
	// ReadOnly opens for reading while no process writes; it neither creates nor changes anything. The folder may
	// then also be the path of a single file, a backup for instance.
	ReadOnly bool
	// LogSize is how large the write-ahead log is made when there is none, in bytes: 0 is 8 MiB, less than 8 KiB is 8 KiB.
	LogSize int64

	// plain writes every append to journal.db at once.
	plain bool
}

// DamagedError tells that a file is not a journal, or not a whole one.
type DamagedError struct {
	// Path is the file, What the damage in words.
	Path, What string
}

// Error names the file and the damage.
func (e *DamagedError) Error() string { return "journal: " + e.Path + ": " + e.What }

func damaged(f *os.File, what string, args ...any) error {
	return &DamagedError{Path: f.Name(), What: fmt.Sprintf(what, args...)}
}

// Bolt is a journal in one bbolt file.
type Bolt struct {
	dir      string // empty when a single file was opened
	path     string
	opts     Options
	lock     *os.File // nil when read only
	left     bool     // the process before did not come to its end, and what it left is not yet taken over
	db       *bbolt.DB
	boltFile *os.File // bbolt's own; closing a second one would drop the lock on some systems
	logged   bool     // journal.db says that there is a log beside it
	closed   atomic.Bool
	head     atomic.Pointer[Head]

	// undecided is why nobody can tell any more what a later read will find, failed tells it.
	undecided atomic.Pointer[error]
	failed    chan error

	// views is held for reading by every read transaction, and for writing by the scrubbing of freed pages. Whoever needs more
	// than one lock takes them in this order: views, appending, filing.
	views sync.RWMutex
	// appending is held by whoever makes the journal longer or changes the log.
	appending sync.Mutex
	log       *wal // nil for none
	// filing is held by whoever changes journal.db. What is not there yet is recent; stuck tells that there was no space for it.
	filing sync.Mutex
	recent recent
	stuck  atomic.Bool
	filer  *filer // nil when nothing is ever filed
	// update is db.Update but in tests.
	update func(func(*bbolt.Tx) error) error
	// saving is held by whoever writes the snapshot's file.
	saving sync.Mutex
}

var _ Journal = (*Bolt)(nil)

// Open opens the journal in dir and creates it when there is none. It gives a *LockedError when another process has
// it open, a *DamagedError when the file is not a whole journal.
func Open(dir string, opts Options) (*Bolt, error) {
	b := &Bolt{dir: dir, path: filepath.Join(dir, FileName), opts: opts, failed: make(chan error, 1)}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() && opts.ReadOnly {
		b.dir, b.path = "", dir
	}
	if err := b.open(); err != nil {
		return nil, errors.Join(err, b.release())
	}
	b.left = false
	if b.log != nil && !opts.ReadOnly {
		b.filer = newFiler()
		go b.runFiler()
	}
	return b, nil
}

func (b *Bolt) open() error {
	if b.opts.ReadOnly {
		b.left = b.dir != "" && leftWords(b.dir)
	} else if err := b.claim(); err != nil {
		return err
	}
	if err := examine(b.path); err != nil {
		return err
	}
	if err := b.openBolt(); err != nil {
		return err
	}
	if err := b.loadHead(); err != nil || b.dir == "" {
		return err
	}
	return b.openLog()
}

// claim takes the folder's lock and makes sure that there is a journal.
func (b *Bolt) claim() (err error) {
	if err := makeDir(b.dir); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	if b.lock, b.left, err = takeLock(b.dir); err != nil {
		return err
	}
	_, err = os.Stat(b.path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		if err = create(b.path); err != nil {
			err = fmt.Errorf("journal: create %s: %w", b.path, err)
		}
	case err == nil && b.left:
		err = reread(b.path)
	}
	return err
}

// reread makes the system forget what it holds of a file in memory.
func reread(path string) error {
	if err := disk.Reread(path); err != nil {
		return fmt.Errorf("journal: read %s anew: %w", path, err)
	}
	return nil
}

// create makes an empty journal. bbolt itself does not survive a power loss while it creates a file (its issue 567),
// so the file gets its name only when it is whole and durable.
func create(path string) error {
	torn := path + newSuffix
	if err := os.Remove(torn); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	db, err := bbolt.Open(torn, 0o600, &bbolt.Options{PageSize: pageSize, Timeout: time.Nanosecond})
	if err != nil {
		return err
	}
	err = db.Update(found)
	if err == nil {
		err = db.Sync()
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	return publish(path)
}

// found writes what an empty journal has.
func found(tx *bbolt.Tx) error {
	for _, name := range [][]byte{recordsBucket, privateBucket, metaBucket} {
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
	}
	meta := tx.Bucket(metaBucket)
	if err := meta.Put(formatKey, []byte(strconv.Itoa(formatWithoutLog))); err != nil {
		return err
	}
	return meta.Put(headKey, appendHead(nil, Head{}))
}

// examine looks at a file before bbolt does.
func examine(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	defer f.Close()
	p, err := readPages(f)
	if err == nil {
		err = p.checkEdges()
	}
	if errors.Is(err, errPage) {
		return damaged(f, "%v", err)
	}
	return err
}

// openBolt opens the file as bbolt's.
func (b *Bolt) openBolt() (err error) {
	defer b.guard(&err)()
	opts := &bbolt.Options{
		ReadOnly: b.opts.ReadOnly, PageSize: pageSize, Timeout: time.Nanosecond, InitialMmapSize: mapSize(b.path),
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			// Without O_CREATE: a file that vanished since it was examined must not come back empty.
			f, err := os.OpenFile(name, flag&^os.O_CREATE, mode)
			b.boltFile = f
			return f, err
		},
	}
	b.db, err = bbolt.Open(b.path, 0o600, opts)
	if errors.Is(err, berrors.ErrTimeout) {
		b.db, b.boltFile = nil, nil
		return b.occupied()
	}
	if err != nil {
		b.db, b.boltFile = nil, nil
		return &DamagedError{Path: b.path, What: err.Error()}
	}
	b.update = b.db.Update
	return nil
}

// occupied says who keeps this process out. A writer has the folder's lock already, so only readers are left.
func (b *Bolt) occupied() error {
	if b.opts.ReadOnly && b.dir != "" {
		return holder(b.dir)
	}
	return &LockedError{Path: b.path}
}

// mapAhead is how far a file may grow, in bytes, until bbolt has to map it anew.
const mapAhead int64 = 16 << 30

// mapSize is how much of the address space to reserve for a file. bbolt waits for all readers before it maps a file
// anew, so with too little a long backup would stop the appends. Windows would make the file as long as the map.
func mapSize(path string) int {
	info, err := os.Stat(path)
	if err != nil || strconv.IntSize < 64 || runtime.GOOS == "windows" {
		return 0
	}
	return int(info.Size() + mapAhead)
}

// loadHead reads the head and checks that it is the last record's place.
func (b *Bolt) loadHead() error {
	return b.view(func(tx *bbolt.Tx) error {
		meta, records := tx.Bucket(metaBucket), tx.Bucket(recordsBucket)
		if meta == nil || records == nil || tx.Bucket(privateBucket) == nil {
			return &DamagedError{b.path, "a bbolt file, but not a journal"}
		}
		f, err := strconv.Atoi(string(meta.Get(formatKey)))
		if err != nil || f < formatWithoutLog || f > format {
			return &DamagedError{b.path, fmt.Sprintf("format %q, this version knows up to %d", meta.Get(formatKey), format)}
		}
		b.logged = f > formatWithoutLog
		head, err := decodeHead(meta.Get(headKey))
		if err != nil {
			return &DamagedError{b.path, "it has no head"}
		}
		b.head.Store(&head)
		b.recent.filed = head
		if b.opts.ReadOnly {
			return nil // so that Verify can name the damage
		}
		return b.checkEnd(records, head)
	})
}

// checkEnd compares the head with the last record.
func (b *Bolt) checkEnd(records *bbolt.Bucket, head Head) error {
	last := Head{}
	if key, value := records.Cursor().Last(); key != nil {
		r, err := decodeRecord(value, interned())
		if err != nil || string(key) != string(seqKey(r.Seq)) {
			return &DamagedError{b.path, "the last record is damaged"}
		}
		last = Head{r.Seq, r.At, r.Chain}
	}
	if last != head {
		return &DamagedError{b.path, fmt.Sprintf("it ends with record %d, its head is %d", last.Seq, head.Seq)}
	}
	return nil
}

// Head implements Journal.
func (b *Bolt) Head() Head { return *b.head.Load() }

// Dir is the folder that was opened, empty for a single file.
func (b *Bolt) Dir() string { return b.dir }

// Close implements Journal. It waits for the appends and reads under way and files what is in the log; for what there is no
// space stays there.
func (b *Bolt) Close() error {
	if b.closed.Swap(true) {
		return ErrClosed
	}
	if b.filer != nil {
		close(b.filer.quit)
		<-b.filer.done
	}
	b.views.Lock()
	defer b.views.Unlock()
	b.appending.Lock()
	defer b.appending.Unlock()
	b.filing.Lock()
	defer b.filing.Unlock()
	b.saving.Lock()
	defer b.saving.Unlock()
	var err error
	if b.filer != nil && b.doubt() == nil {
		if err = b.file(); b.doubt() == nil {
			err = nil
		}
	}
	return errors.Join(err, b.release())
}

// release gives back what open took, however far it came.
func (b *Bolt) release() error {
	var err error
	if b.log != nil {
		err = b.log.file.Close()
	}
	if b.db != nil {
		err = errors.Join(err, b.db.Close())
	} else if b.boltFile != nil {
		err = errors.Join(err, b.boltFile.Close())
	}
	return errors.Join(err, dropLock(b.lock, b.left || b.doubt() != nil))
}

// writable tells why nothing can be written, if so.
func (b *Bolt) writable() error {
	switch {
	case b.closed.Load():
		return ErrClosed
	case b.opts.ReadOnly:
		return ErrReadOnly
	}
	return nil
}

// view runs f in a read transaction.
func (b *Bolt) view(f func(*bbolt.Tx) error) error {
	b.views.RLock()
	defer b.views.RUnlock()
	if b.closed.Load() {
		return ErrClosed
	}
	return b.look(f)
}

// look is view for those who hold views or filing.
func (b *Bolt) look(f func(*bbolt.Tx) error) (err error) {
	defer b.guard(&err)()
	return b.db.View(f)
}

// guard is deferred as guard(&err)(). It turns a panic, also one for reading outside of the file, into a
// *DamagedError: bbolt trusts every page.
func (b *Bolt) guard(err *error) func() {
	before := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(before)
		if p := recover(); p != nil {
			*err = &DamagedError{Path: b.path, What: fmt.Sprint(p)}
		}
	}
}
