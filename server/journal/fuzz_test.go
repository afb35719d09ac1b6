package journal

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// Whatever decodes has exactly this one stored form.
func FuzzDecodeRecord(f *testing.F) {
	for _, e := range seal(Head{Seq: 127}, some(4)) {
		f.Add(appendRecord(nil, e.Record))
	}
	f.Add([]byte{})
	f.Add([]byte{1, 0x80, 0})
	f.Fuzz(func(t *testing.T, stored []byte) {
		r, err := decodeRecord(stored, interned())
		if err != nil {
			return
		}
		if again := appendRecord(nil, r); !bytes.Equal(again, stored) {
			t.Fatalf("%x was decoded, it would be stored as %x", stored, again)
		}
	})
}

func FuzzDecodeSnapshot(f *testing.F) {
	f.Add(encodeSnapshot(Snapshot{}))
	f.Add(encodeSnapshot(Snapshot{Format: 2, Seq: 9, Chain: [32]byte{1}, State: []byte("state")}))
	f.Add([]byte(snapshotMagic))
	f.Fuzz(func(t *testing.T, stored []byte) {
		s, err := decodeSnapshot(stored)
		if err != nil {
			return
		}
		if again := encodeSnapshot(s); !bytes.Equal(again, stored) {
			t.Fatalf("%x was decoded, it would be stored as %x", stored, again)
		}
	})
}

// Whatever the file, examining it ends, with an error or without.
func FuzzExamine(f *testing.F) {
	dir := f.TempDir()
	b := open(f, dir, Options{})
	add(f, b, some(40))
	var whole bytes.Buffer
	if _, err := b.Backup(&whole); err != nil {
		f.Fatal(err)
	}
	f.Add(uint16(0), []byte{})
	f.Add(uint16(2*pageSize+10), []byte{0xff, 0xff, 0xff})
	f.Add(uint16(3*pageSize), bytes.Repeat([]byte{1, 0}, 300))
	path := filepath.Join(f.TempDir(), FileName)
	f.Fuzz(func(t *testing.T, at uint16, change []byte) {
		stored := bytes.Clone(whole.Bytes())
		copy(stored[min(int(at), len(stored)):], change)
		if err := os.WriteFile(path, stored, 0o600); err != nil {
			t.Fatal(err)
		}
		want, err := contents(path)
		if err == nil && want == "" {
			t.Fatal("a journal with nothing in it, not even a head")
		}
	})
}

func TestEveryBitOfASnapshotCounts(t *testing.T) {
	whole := encodeSnapshot(Snapshot{Format: 1, Seq: 77, Chain: [32]byte{3}, State: []byte("the state of a hall")})
	for i := range len(whole) * 8 {
		b := bytes.Clone(whole)
		b[i/8] ^= 1 << (i % 8)
		if s, err := decodeSnapshot(b); err == nil {
			t.Errorf("bit %d of byte %d may change: %+v", i%8, i/8, s)
		}
	}
	for n := range whole {
		if _, err := decodeSnapshot(whole[:n]); err == nil {
			t.Errorf("it may be cut to %d bytes", n)
		}
	}
}
