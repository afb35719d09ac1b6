package journal

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
)

// crashed copies what a killed process leaves of an open journal: its files, and words in the lock.
func crashed(t testing.TB, dir string) string {
	t.Helper()
	left := t.TempDir()
	for _, name := range []string{FileName, WALName, SnapshotName} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err = errors.Join(err, os.WriteFile(filepath.Join(left, name), b, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(left, LockName), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	return left
}

// told gives all records of an open journal as text.
func told(t testing.TB, b *Bolt) string {
	t.Helper()
	report, err := Verify(ctx, b, nil)
	if err != nil || report.Break != nil {
		t.Fatalf("%+v, %v", report, err)
	}
	var text strings.Builder
	if err := b.Read(ctx, 1, func(r Record) error { _, err := fmt.Fprintf(&text, "%+v\n", r); return err }); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// What is only in the log is there for every reader, and for whoever opens after a crash, to write or to read.
func TestRecordsThatAreNotFiled(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, Options{})
	add(t, b, some(200))
	if err := b.fileNow(); err != nil {
		t.Fatal(err)
	}
	for range 40 {
		add(t, b, some(7))
	}
	if filed := b.recent.filedSeq(); filed != 200 {
		t.Fatalf("%d are filed, the test is about those that are not", filed)
	}
	for _, from := range []uint64{150, 200, 201, 300, 480} {
		next := from
		if err := b.Read(ctx, from, func(r Record) error {
			if r.Seq != next {
				return fmt.Errorf("record %d, want %d", r.Seq, next)
			}
			next++
			return nil
		}); err != nil || next != 481 {
			t.Fatalf("from %d: ended before %d: %v", from, next, err)
		}
	}
	chain, err := b.chainAt(333)
	if err = errors.Join(err, b.SaveSnapshot(Snapshot{Format: 1, Seq: 333, Chain: chain})); err != nil {
		t.Fatal(err)
	}
	want, head := told(t, b), b.Head()
	for _, opts := range []Options{{ReadOnly: true}, {}} {
		again := open(t, crashed(t, dir), opts)
		if got := told(t, again); got != want || again.Head() != head {
			t.Fatalf("%+v: opened after a crash it ends with %d, want %d, or differs", opts, again.Head().Seq, head.Seq)
		}
		if s, ok, err := again.Snapshot(); !ok || err != nil || s.Seq != 333 {
			t.Fatalf("%+v: its snapshot: %v, %v", opts, ok, err)
		}
		if opts.ReadOnly {
			continue
		}
		if filed := again.recent.filedSeq(); filed != head.Seq {
			t.Fatalf("opening filed up to %d", filed)
		}
		add(t, again, some(3))
	}
}

// A backup has what was not filed when it began.
func TestBackupHasTheLog(t *testing.T) {
	b := open(t, t.TempDir(), Options{})
	add(t, b, some(30))
	var copied bytes.Buffer
	if _, err := b.Backup(&copied); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "copy")
	if err := os.WriteFile(path, copied.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := told(t, open(t, path, Options{ReadOnly: true})); got != told(t, b) {
		t.Fatal("the backup differs")
	}
}

// The halves of a small log are filled in turns, with batches of every size, some too large for it; after a crash at any
// moment all that was acknowledged is there, and the same for a reader.
func TestCrashesInASmallLog(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	dir := t.TempDir()
	b := open(t, dir, Options{LogSize: 16 << 10})
	m := NewMemory()
	turns, last := 0, 0
	for round := range 150 {
		batch := some(1 + r.IntN(12))
		if round%23 == 0 {
			batch = some(120)
		}
		if b.log.half != last {
			last = b.log.half
			turns++
		}
		add(t, b, batch)
		add(t, m, batch)
		switch {
		case round%7 == 0:
			if err := b.fileNow(); err != nil {
				t.Fatal(err)
			}
		case round%31 == 0:
			if err := errors.Join(b.ErasePrivate(1), m.ErasePrivate(1)); err != nil {
				t.Fatal(err)
			}
		case round%11 == 0:
			left := crashed(t, dir)
			mustEqualMemory(t, left, Options{ReadOnly: true}, m)
			mustEqualMemory(t, left, Options{}, m)
			mustEqualMemory(t, left, Options{ReadOnly: true}, m)
		}
	}
	if turns < 5 {
		t.Fatalf("the halves took turns %d times", turns)
	}
}

func mustEqualMemory(t *testing.T, dir string, opts Options, m *Memory) {
	t.Helper()
	b := open(t, dir, opts)
	defer b.Close()
	_ = told(t, b)
	var want []Record
	if err := m.Read(ctx, 1, func(r Record) error { want = append(want, r); return nil }); err != nil {
		t.Fatal(err)
	}
	n := 0
	err := b.Read(ctx, 1, func(r Record) error {
		w := want[n]
		n++
		if r.Seq != w.Seq || r.At != w.At || r.Kind != w.Kind || !bytes.Equal(r.Bytes, w.Bytes) || !bytes.Equal(r.Private, w.Private) || r.Erased != w.Erased {
			return fmt.Errorf("record %d is %+v, want %+v", n, r, w)
		}
		return nil
	})
	if err != nil || n != len(want) {
		t.Fatalf("%+v: %d records of %d: %v", opts, n, len(want), err)
	}
}

// twoAppends gives the files of a crashed journal of which 30 records are filed, 10 and 5 in the log, and where the last
// frame lies.
func twoAppends(t testing.TB) (dir string, log []byte, last int) {
	t.Helper()
	open1 := t.TempDir()
	b := open(t, open1, Options{LogSize: walLeast})
	add(t, b, some(30))
	if err := b.fileNow(); err != nil {
		t.Fatal(err)
	}
	// The log's second half is not used, so that what stands in the first is known.
	b.appending.Lock()
	b.log.half, b.log.at = 0, 0
	b.appending.Unlock()
	add(t, b, some(10))
	last = int(b.log.at)
	add(t, b, some(5))
	dir = crashed(t, open1)
	log, err := os.ReadFile(filepath.Join(dir, WALName))
	if err != nil {
		t.Fatal(err)
	}
	return dir, log, last
}

// The last append before a crash may be torn anywhere: it is there whole or not at all, and those before it stay. One before
// it cannot be torn, for it was synced: then the log is damaged, and nobody goes on as if nothing had been there.
func TestTornAndDamagedLogs(t *testing.T) {
	dir, log, last := twoAppends(t)
	_, size, ok := readFrame(log[last:])
	if !ok {
		t.Fatal("the last frame is not where the test looks for it")
	}
	for at := 0; at < last+size; at += 3 {
		changed := bytes.Clone(log)
		changed[at] ^= 0x10
		b, err := openWith(t, dir, changed)
		padding := at >= last+size-frameAlign && err == nil && b.Head().Seq == 45
		switch {
		case at < last && !padding:
			var d *DamagedError
			whole := err == nil && b.Head().Seq == 45 // the padding of the first frame
			if !whole && (!errors.As(err, &d) || !strings.Contains(d.Path, WALName)) {
				t.Fatalf("byte %d: %v", at, err)
			}
		case !padding && (err != nil || b.Head().Seq != 40):
			t.Fatalf("byte %d of the last frame: %v", at-last, err)
		}
	}
	for n := 0; n < size; n += 7 {
		torn := append(bytes.Clone(log[:last+n]), make([]byte, len(log)-last-n)...)
		if b, err := openWith(t, dir, torn); err != nil || b.Head().Seq != 40 && n < size-frameAlign {
			t.Fatalf("torn after %d bytes: %v", n, err)
		}
	}
}

// openWith opens for reading what a crash left, with another log.
func openWith(t testing.TB, dir string, log []byte) (*Bolt, error) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, WALName), log, 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := Open(dir, Options{ReadOnly: true})
	if err == nil {
		_ = told(t, b)
		err = b.Close()
	}
	return b, err
}

func TestLogsThatCannotBeUsed(t *testing.T) {
	dir, log, _ := twoAppends(t)
	other := bytes.Clone(log)
	copy(other, appendFrame(nil, seal(Head{Seq: 30, Chain: [32]byte{1}}, some(10))))
	early := bytes.Clone(log)
	copy(early, appendFrame(nil, seal(Head{Seq: 25}, some(10))))
	for _, row := range []struct {
		name string
		log  []byte
		says string
	}{
		{"cut by a page", log[:len(log)-pageSize], "no log of a journal"},
		{"empty", nil, "no log of a journal"},
		{"of another journal", other, "chain value"},
		{"that begins before the end of journal.db", early, "goes on with record 26 behind record 30"},
		{"without its first append", append(make([]byte, 64), log[64:]...), "goes on with record 41 behind record 30"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if err := os.WriteFile(filepath.Join(dir, WALName), row.log, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, opts := range []Options{{}, {ReadOnly: true}} {
				mustName(t, dir, filepath.Join(dir, WALName), opts, row.says)
			}
		})
	}
	if err := os.Remove(filepath.Join(dir, WALName)); err != nil {
		t.Fatal(err)
	}
	for _, opts := range []Options{{}, {ReadOnly: true}} {
		mustName(t, dir, filepath.Join(dir, WALName), opts, "missing")
	}
}

// A journal of a version without a log is taken over, and no such version opens it again. A restored backup has no log
// either, and a clean end leaves nothing in it.
func TestJournalWithoutALog(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, Options{plain: true})
	add(t, b, some(20))
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b = open(t, dir, Options{})
	add(t, b, some(20))
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	stored := ""
	edit(t, dir, func(tx *bbolt.Tx) error { stored = string(tx.Bucket(metaBucket).Get(formatKey)); return nil })
	if stored != "2" {
		t.Fatalf("format %q", stored)
	}
	if err := os.Remove(filepath.Join(dir, WALName)); err != nil {
		t.Fatal(err)
	}
	if b = open(t, dir, Options{}); b.Head().Seq != 40 || b.log == nil {
		t.Fatalf("it ends with %d", b.Head().Seq)
	}
}

// While readers hold what was recent, filing and appending change nothing of it.
func TestReadersOfTheLogWhileItIsFiled(t *testing.T) {
	b := open(t, t.TempDir(), Options{LogSize: 16 << 10})
	add(t, b, some(5))
	stop := make(chan struct{})
	appender := later(func() error {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return nil
			default:
			}
			if r := b.Append(b.Head().Seq, some(1+n%9)); r.Err != nil {
				return r.Err
			}
			if n%5 == 0 {
				if err := b.fileNow(); err != nil {
					return err
				}
			}
		}
	})
	for range 200 {
		head := b.Head().Seq
		last := uint64(0)
		err := b.Read(ctx, 1+rand.Uint64N(head), func(r Record) error { last = r.Seq; return nil })
		if err != nil || last < head {
			t.Fatalf("reading ended at %d, the head was %d: %v", last, head, err)
		}
	}
	close(stop)
	if err := appender(); err != nil {
		t.Fatal(err)
	}
}

// FuzzLog opens a journal beside any log: it is named damaged, or it holds what was filed and goes on from there.
func FuzzLog(f *testing.F) {
	dir, log, last := twoAppends(f)
	f.Add(uint16(0), []byte{})
	f.Add(uint16(last), []byte{0, 1})
	f.Add(uint16(4), []byte{0xff, 0xff, 0xff, 0xff})
	f.Add(uint16(pageSize), log[:last])
	f.Add(uint16(0), appendFrame(nil, seal(Head{Seq: 40}, some(3))))
	f.Fuzz(func(t *testing.T, at uint16, change []byte) {
		changed := bytes.Clone(log)
		copy(changed[int(at)%len(changed):], change)
		for _, fr := range findFrames(changed) {
			n := uint32(0)
			fr.each(func(uint64, []byte, []byte) bool { n++; return true })
			if n != fr.count {
				t.Fatalf("a frame of %d records has %d", fr.count, n)
			}
		}
		b, err := openWith(t, dir, changed)
		var d *DamagedError
		if err != nil && !errors.As(err, &d) || err == nil && b.Head().Seq < 30 {
			t.Fatalf("%v, head %d", err, b.Head().Seq)
		}
	})
}
