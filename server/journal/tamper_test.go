package journal

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

// edit changes a closed journal behind its back.
func edit(t *testing.T, dir string, change func(*bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(dir, FileName), 0o600, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(change), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// flip changes one bit of the value under a key.
func flip(bucket, key []byte, at int) func(*bbolt.Tx) error {
	return func(tx *bbolt.Tx) error {
		value := bytes.Clone(tx.Bucket(bucket).Get(key))
		value[at] ^= 1
		return tx.Bucket(bucket).Put(key, value)
	}
}

func put(bucket, key, value []byte) func(*bbolt.Tx) error {
	return func(tx *bbolt.Tx) error { return tx.Bucket(bucket).Put(key, value) }
}

func drop(bucket []byte, seqs ...uint64) func(*bbolt.Tx) error {
	return func(tx *bbolt.Tx) error {
		for _, seq := range seqs {
			if err := tx.Bucket(bucket).Delete(seqKey(seq)); err != nil {
				return err
			}
		}
		return nil
	}
}

// swap exchanges the values under two keys.
func swap(bucket []byte, a, b uint64) func(*bbolt.Tx) error {
	return func(tx *bbolt.Tx) error {
		x := bytes.Clone(tx.Bucket(bucket).Get(seqKey(a)))
		y := bytes.Clone(tx.Bucket(bucket).Get(seqKey(b)))
		return errors.Join(put(bucket, seqKey(a), y)(tx), put(bucket, seqKey(b), x)(tx))
	}
}

// forge replaces a record by one with another content and a chain value that follows, as somebody would who knows how.
func forge(seq uint64) func(*bbolt.Tx) error {
	return func(tx *bbolt.Tx) error {
		r, err := decodeRecord(bytes.Clone(tx.Bucket(recordsBucket).Get(seqKey(seq))), interned())
		if err != nil {
			return err
		}
		prev, err := chainAt(tx, seq-1)
		if err != nil {
			return err
		}
		r.Bytes = []byte("forged")
		r.Chain = Link(prev, r)
		return put(recordsBucket, seqKey(seq), appendRecord(nil, r))(tx)
	}
}

// tamperings of a journal of 40 records, and how Verify must name each. what is empty for one that changes nothing.
var tamperings = []struct {
	name   string
	change func(*bbolt.Tx) error
	seq    uint64
	what   Damage
}{
	{"a record deleted", drop(recordsBucket, 17), 17, Missing},
	{"the first record deleted", drop(recordsBucket, 1), 1, Missing},
	{"a run deleted", drop(recordsBucket, 17, 18, 19), 17, Missing},
	{"the last record deleted", drop(recordsBucket, 40), 40, Cut},
	{"the last three deleted", drop(recordsBucket, 38, 39, 40), 38, Cut},
	{"all deleted", drop(recordsBucket, upTo(40)...), 1, Cut},
	{"neighbours swapped", swap(recordsBucket, 20, 21), 20, Order},
	{"two far apart swapped", swap(recordsBucket, 3, 33), 3, Order},
	{"a record doubled over another", swap(recordsBucket, 12, 12), 0, ""},
	{"a record forged with its chain", forge(15), 16, Altered},
	{"the last record forged with its chain", forge(40), 40, Cut},
	{"a record behind the head", put(recordsBucket, seqKey(41), []byte("x")), 40, Cut},
	{"a record before the first", put(recordsBucket, seqKey(0), []byte("x")), 0, Order},
	{"something among the records", put(recordsBucket, []byte("\x00\x00\x00\x00\x00\x00\x00\x05a"), []byte("x")), 6, Order},
	{"a record emptied", put(recordsBucket, seqKey(9), nil), 9, Altered},
	{"the head moved back", put(metaBucket, headKey, appendHead(nil, Head{Seq: 38, At: 1, Chain: [32]byte{1}})), 38, Cut},
	{"the head's time altered", flip(metaBucket, headKey, 15), 40, Cut},
	{"the head's chain altered", flip(metaBucket, headKey, 47), 40, Cut},
	{"private bytes altered", flip(privateBucket, seqKey(4), 40), 4, Private},
	{"the private key altered", flip(privateBucket, seqKey(4), 0), 4, Private},
	{"private bytes cut", put(privateBucket, seqKey(4), make([]byte, 32)), 4, Private},
	{"private bytes deleted", drop(privateBucket, 4), 4, Private},
	{"private bytes swapped", swap(privateBucket, 4, 7), 4, Private},
	{"private bytes where there were none", put(privateBucket, seqKey(5), make([]byte, 50)), 5, Private},
	{"private bytes of no record", put(privateBucket, []byte("stray"), []byte("x")), 0, Private},
	{"private bytes behind the head", put(privateBucket, seqKey(99), []byte("x")), 0, Private},
}

func TestTamperingIsNamed(t *testing.T) {
	for _, row := range tamperings {
		t.Run(row.name, func(t *testing.T) {
			dir := filled(t, 40)
			edit(t, dir, row.change)
			// What is still in the log would show by itself that the file's end is another one.
			if err := os.Remove(filepath.Join(dir, WALName)); err != nil {
				t.Fatal(err)
			}
			report, err := Verify(ctx, open(t, dir, Options{ReadOnly: true}), nil)
			if err != nil {
				t.Fatal(err)
			}
			if row.what == "" {
				if report.Break != nil {
					t.Fatalf("nothing was changed: %v", report.Break)
				}
				return
			}
			if report.Break == nil || report.Break.Seq != row.seq || report.Break.What != row.what {
				t.Fatalf("%v; want record %d: %s", report.Break, row.seq, row.what)
			}
		})
	}
}

func upTo(n uint64) (seqs []uint64) {
	for seq := uint64(1); seq <= n; seq++ {
		seqs = append(seqs, seq)
	}
	return seqs
}

// Every bit of every stored byte of a record, its time, kind, chain value, commitment, bytes and private part.
func TestEveryByteOfARecordCounts(t *testing.T) {
	e := seal(Head{Seq: 300, Chain: [32]byte{9}}, []Draft{{At: 1_764_000_000_000, Kind: "Issued", Bytes: []byte("event"), Private: []byte("p")}})[0]
	whole, private := appendRecord(nil, e.Record), appendPrivate(nil, e)
	for i := range len(whole) * 8 {
		b := bytes.Clone(whole)
		b[i/8] ^= 1 << (i % 8)
		if !unfit(b, private) {
			t.Errorf("bit %d of byte %d of the record may change", i%8, i/8)
		}
	}
	for i := range len(private) * 8 {
		b := bytes.Clone(private)
		b[i/8] ^= 1 << (i % 8)
		if !unfit(whole, b) {
			t.Errorf("bit %d of byte %d of the private part may change", i%8, i/8)
		}
	}
	if unfit(whole, private) {
		t.Error("the record as it was appended does not fit")
	}
}

// unfit tells whether a stored record is found out as record 301 of the test above.
func unfit(stored, private []byte) bool {
	r := reader{next: 301, last: 301, chain: [32]byte{9}, kinds: interned()}
	c := new(chunk)
	return r.take(c, seqKey(301), stored, private) != nil || c.entries[0].Suspect
}

// TestEveryByteOfTheFileCounts flips bits all over the file: each flip is named by opening or by verifying, or it
// changes nothing of what can be read. It never brings the process down.
func TestEveryByteOfTheFileCounts(t *testing.T) {
	path, whole := compact(t, filled(t, 120))
	want, err := contents(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	step, named := 29, 0
	if testing.Short() {
		step = 101
	}
	for at := 0; at < len(whole); at += step {
		if got, err := flipped(t, f, whole, at, 1<<(at/step%8)); err != nil {
			named++
		} else if got != want {
			t.Errorf("byte %d of page %d: a flipped bit went unseen", at%pageSize, at/pageSize)
		}
	}
	if named == 0 {
		t.Error("not one flip was named")
	}
	t.Logf("%d of %d flips named, the others changed nothing", named, (len(whole)+step-1)/step)
}

// flipped gives the contents of a file while one of its bytes has a bit flipped.
func flipped(t *testing.T, f *os.File, whole []byte, at int, bit byte) (string, error) {
	t.Helper()
	if _, err := f.WriteAt([]byte{whole[at] ^ bit}, int64(at)); err != nil {
		t.Fatal(err)
	}
	got, err := contents(f.Name())
	if _, err := f.WriteAt(whole[at:at+1], int64(at)); err != nil {
		t.Fatal(err)
	}
	return got, err
}

// compact copies a journal to a file without the pages that are reserved for its growth.
func compact(t *testing.T, dir string) (path string, whole []byte) {
	t.Helper()
	var copied bytes.Buffer
	if _, err := open(t, dir, Options{ReadOnly: true}).Backup(&copied); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), FileName)
	if err := os.WriteFile(path, copied.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, copied.Bytes()
}

// contents gives all that can be read of a journal as a string, or what Open or Verify say against it.
func contents(path string) (all string, err error) {
	b, err := Open(path, Options{ReadOnly: true})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	report, err := Verify(ctx, b, nil)
	if err != nil {
		return "", err
	}
	if report.Break != nil {
		return "", report.Break
	}
	var text bytes.Buffer
	err = b.Read(ctx, 1, func(r Record) error {
		_, err := fmt.Fprintf(&text, "%+v\n", r)
		return err
	})
	return text.String() + fmt.Sprint(b.Head()), err
}

func TestVerifyTellsHowFarItIs(t *testing.T) {
	m := NewMemory()
	add(t, m, some(25_000))
	var calls []string
	report, err := Verify(ctx, m, func(done, total uint64) { calls = append(calls, fmt.Sprint(done, "/", total)) })
	if err != nil || report.Break != nil || report.Records != 25_000 {
		t.Fatalf("%+v, %v", report, err)
	}
	if got := fmt.Sprint(calls); got != "[10000/25000 20000/25000 25000/25000]" {
		t.Fatal(got)
	}
}

// A journal that does not check its chain itself is checked by Verify all the same.
func TestVerifyTrustsNoJournal(t *testing.T) {
	for what, change := range map[Damage]func(s *store){
		Altered: func(s *store) { s.entries[4].Bytes = []byte("other") },
		Missing: func(s *store) { s.entries[4].Seq = 6 },
		Private: func(s *store) { s.entries[4].Suspect = true },
		Cut:     func(s *store) { s.head.At++ },
	} {
		m := NewMemory()
		add(t, m, some(9))
		change(m.store)
		report, err := Verify(ctx, m, nil)
		if err != nil || report.Break == nil || report.Break.What != what {
			t.Errorf("%s: %+v, %v", what, report.Break, err)
		}
	}
}
