package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

// After an erasure the file holds neither the private bytes nor their key, in any page, also not in pages that bbolt
// has freed since they were written.
func TestErasedBytesLeaveTheFile(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, Options{})
	secret, long := []byte("110101199003074233 of 王小明"), bytes.Repeat([]byte("a long private text. "), 1000)
	add(t, b, []Draft{{Kind: "k", Private: secret}, {Kind: "k", Private: long}, {Kind: "k", Private: []byte("this one stays")}})
	// More appends write the page of the private parts again and again.
	for range 40 {
		add(t, b, some(3))
	}
	key := storedKey(t, b, 1)
	for _, name := range []string{FileName, WALName} {
		if err := b.fileNow(); err != nil || count(t, filepath.Join(dir, name), secret) == 0 {
			t.Fatalf("the test looks in %s for bytes that are not there: %v", name, err)
		}
	}
	if err := b.ErasePrivate(1, 2); err != nil {
		t.Fatal(err)
	}
	for what, gone := range map[string][]byte{"the private bytes": secret, "their key": key, "the long text": long[:200]} {
		for _, name := range []string{FileName, WALName} {
			if n := count(t, filepath.Join(dir, name), gone); n != 0 {
				t.Errorf("%s are still %d times in %s", what, n, name)
			}
		}
	}
	if n := count(t, filepath.Join(dir, FileName), []byte("this one stays")); n != 1 {
		t.Errorf("what stays is %d times in the file", n)
	}
	add(t, b, some(30))
	if report, err := Verify(ctx, b, nil); err != nil || report.Break != nil || report.Erased != 2 {
		t.Fatalf("%+v, %v", report, err)
	}
	var copied bytes.Buffer
	if _, err := b.Backup(&copied); err != nil || bytes.Contains(copied.Bytes(), secret) {
		t.Fatalf("a later backup has the private bytes: %v", err)
	}
}

// A large erasure is done in portions: whoever appends meanwhile gets in between, and afterwards nothing of it is left.
func TestAppendsComeBetweenThePortionsOfAnErasure(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, Options{})
	secret := []byte("110101199003074233")
	batch := make([]Draft, 4*erasedAtOnce)
	seqs := make([]uint64, len(batch))
	for i := range batch {
		batch[i] = Draft{Kind: "k", Private: bytes.Repeat(secret, 8)}
		seqs[i] = uint64(i + 1)
	}
	add(t, b, batch)
	began, ended := make(chan struct{}), make(chan int)
	go func() {
		close(began)
		appended := 0
		for {
			select {
			case ended <- appended:
				return
			default:
				if r := b.Append(b.Head().Seq, []Draft{{Kind: "k", Private: []byte("stays")}}); r.Err != nil {
					t.Error(r.Err)
				}
				appended++
			}
		}
	}()
	<-began
	if err := b.ErasePrivate(seqs...); err != nil {
		t.Fatal(err)
	}
	appended := <-ended
	for _, name := range []string{FileName, WALName} {
		if n := count(t, filepath.Join(dir, name), secret); n != 0 {
			t.Errorf("the private bytes are still %d times in %s", n, name)
		}
	}
	report, err := Verify(ctx, b, nil)
	if err != nil || report.Break != nil || report.Erased != uint64(len(batch)) || report.Private != uint64(appended) {
		t.Fatalf("%d appended: %+v, %v", appended, report, err)
	}
	if appended < 4 {
		t.Errorf("only %d appends came in while %d parts were erased", appended, len(batch))
	}
}

// storedKey gives the key that lies with a record's private bytes.
func storedKey(t *testing.T, b *Bolt, seq uint64) (key []byte) {
	t.Helper()
	p, err := readPages(b.boltFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.checkLayout(ctx); err != nil {
		t.Fatal(err)
	}
	var c chunk
	w := walk{b: b, past: b.recent.look(), next: seq, last: seq, size: 1}
	w.fill(&c)
	if c.check(interned()); c.err != nil {
		t.Fatal(c.err)
	}
	return bytes.Clone(c.entries[0].key)
}

func count(t *testing.T, path string, part []byte) int {
	t.Helper()
	stored, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(stored, part)
}

// The commitment says nothing without its key: equal private bytes have different ones.
func TestCommitmentsDiffer(t *testing.T) {
	m := NewMemory()
	add(t, m, []Draft{{Kind: "k", Private: []byte("same")}, {Kind: "k", Private: []byte("same")}})
	if bytes.Equal(m.store.entries[0].Commitment, m.store.entries[1].Commitment) {
		t.Fatal("equal private bytes can be told by their commitments")
	}
}

// Link is what docs/journal-format.md says, computed here by hand.
func TestLink(t *testing.T) {
	r := Record{Seq: 1, At: -2, Kind: "k", Bytes: []byte("bytes")}
	long := make([]byte, 32, 64)
	long = binary.BigEndian.AppendUint64(long, 1)
	long = binary.BigEndian.AppendUint64(long, ^uint64(1))
	long = append(long, "\x01k\x05bytes"...)
	if got := Link([32]byte{}, r); got != sha256.Sum256(long) {
		t.Fatalf("%x", got)
	}
	r.Commitment = bytes.Repeat([]byte{7}, 32)
	if got := Link([32]byte{}, r); got != sha256.Sum256(append(long, r.Commitment...)) {
		t.Fatalf("%x", got)
	}
}
