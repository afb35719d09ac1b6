package stats

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"

	"jiaohao/server/hall"
	"jiaohao/server/hall/halltest"
)

func apply(f *Fold, records []halltest.Record) *Fold {
	for _, r := range records {
		f.Apply(r.Seq, r.At, r.Header, r.Event)
	}
	return f
}

func encode(t testing.TB, f *Fold) []byte {
	t.Helper()
	b, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestRestoredGoesOnLikeFresh cuts a walk at every record, stores the figures there, goes on from what was stored for some
// records, and wants the bytes of a fold that never stopped. From some cuts it goes on to the end.
func TestRestoredGoesOnLikeFresh(t *testing.T) {
	const further = 15
	records, fresh := halltest.Records(8, 2500), New()
	stored := [][]byte{encode(t, fresh)} // after so many records, without a stop
	for i := range records {
		stored = append(stored, encode(t, apply(fresh, records[i:i+1])))
	}
	if len(fresh.sealed) == 0 {
		t.Fatal("the walk sealed no day")
	}
	for cut := range stored {
		f, err := Restore(stored[cut])
		if err != nil {
			t.Fatalf("cut %d: %v", cut, err)
		}
		to := min(cut+further, len(records))
		if cut%250 == 0 {
			to = len(records)
		}
		if !bytes.Equal(encode(t, apply(f, records[cut:to])), stored[to]) {
			t.Fatalf("cut %d: the restored fold went on to other figures", cut)
		}
	}
}

// TestReadingChangesNothing asks between events; what was counted for an answer must not outlive the next event.
func TestReadingChangesNothing(t *testing.T) {
	records := halltest.Records(9, 4000)
	asked, r := New(), rand.New(rand.NewPCG(1, 1))
	q := Query{By: []string{"date", "service"}}
	for i, rec := range records {
		asked.Apply(rec.Seq, rec.At, rec.Header, rec.Event)
		if r.IntN(3) > 0 {
			asked.Rows(q)
		}
		if i%200 == 0 {
			if fresh := apply(New(), records[:i+1]); !reflect.DeepEqual(asked.Rows(q), fresh.Rows(q)) {
				t.Fatalf("after record %d a fold that was asked before answers otherwise than a fresh one", rec.Seq)
			}
		}
	}
	if !bytes.Equal(encode(t, asked), encode(t, apply(New(), records))) {
		t.Fatal("asking changed the figures")
	}
}

// TestReadersBesideTheWriter gives the race detector something to look at, and wants every answer to be one moment's.
func TestReadersBesideTheWriter(t *testing.T) {
	records := halltest.Records(10, 3000)
	f, stop := New(), make(chan struct{})
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				whole, parts := f.Rows(Query{}), 0
				for _, r := range f.Rows(Query{By: []string{"date", "hour"}}) {
					parts += r.Issued
				}
				if len(whole) > 0 && parts < whole[0].Issued {
					t.Errorf("%d tickets by hour, asked after there were %d", parts, whole[0].Issued)
				}
				if _, err := f.Hash(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	apply(f, records)
	close(stop)
	wait.Wait()
}

func TestHashNamesTheFigures(t *testing.T) {
	records := halltest.Records(11, 500)
	a, errA := apply(New(), records).Hash()
	b, errB := apply(New(), records).Hash()
	c, errC := apply(New(), records[:len(records)-1]).Hash()
	if a != b || a == c || errA != nil || errB != nil || errC != nil {
		t.Errorf("%x %x %x, %v %v %v", a, b, c, errA, errB, errC)
	}
}

// sealedFold has days that can never change again.
func sealedFold(t testing.TB) *Fold {
	t.Helper()
	f := apply(New(), halltest.Records(20, 6000))
	if len(f.sealed) == 0 {
		t.Fatal("the walk sealed no day")
	}
	return f
}

// TestEveryFlippedByteIsNoticed flips bytes of sealed days and of their names. The rest is legs as CBOR, which the store
// guards with a checksum.
func TestEveryFlippedByteIsNoticed(t *testing.T) {
	b := encode(t, sealedFold(t))
	length, n := binary.Uvarint(b)
	for i := n + int(length); i < len(b); i += 11 {
		bad := bytes.Clone(b)
		bad[i] ^= 0x10
		if _, err := Restore(bad); err == nil {
			t.Fatalf("byte %d was flipped, and nobody noticed", i)
		}
	}
	for n := range 200 {
		if _, err := Restore(b[:len(b)-1-n]); err == nil {
			t.Fatalf("%d bytes are missing, and nobody noticed", n+1)
		}
	}
}

func TestAnotherFormatIsNotRead(t *testing.T) {
	f := New()
	b := encode(t, f)
	b[1]++
	if _, err := Restore(b); err == nil {
		t.Error("another format was read")
	}
}

func FuzzRestore(f *testing.F) {
	f.Add([]byte{})
	f.Add(encode(f, New()))
	f.Add(encode(f, apply(New(), halltest.Records(1, 60))))
	s := New()
	apply(s, halltest.Records(20, 200))
	for _, d := range s.history.Days() {
		s.seal(tableOf(d))
	}
	f.Add(encode(f, s))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := Restore(b)
		if err != nil {
			return
		}
		got.Rows(Query{By: Dimensions()})
		if again := encode(t, got); len(again) == 0 {
			t.Fatal("what was restored encodes to nothing")
		}
		got.Apply(got.Seq()+1, 1, hall.Header{}, &hall.Started{Outage: true})
	})
}

func FuzzTable(f *testing.F) {
	for _, d := range apply(New(), halltest.Records(2, 300)).history.Days() {
		f.Add(tableOf(d).bytes)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		table := table{date: 20261123, bytes: b}
		if table.check(map[string]string{}) != nil {
			return
		}
		a := newAnswer(Query{By: Dimensions()})
		a.add(table)
		a.rows()
	})
}
