package hall

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"testing"
)

// TestQuickReadsAllThatIsWritten wants every swift kind of event, full and empty, to be read without the library.
func TestQuickReadsAllThatIsWritten(t *testing.T) {
	swiftKinds := 0
	for _, kind := range Kinds() {
		full, n := makers[kind](), 0
		if _, ok := full.(swift); !ok {
			continue
		}
		swiftKinds++
		filled(reflect.ValueOf(full).Elem(), &n)
		for _, e := range []Event{full, makers[kind]()} {
			for _, h := range []Header{goldenHeader, {}} {
				chained, _, err := Encode(h, e)
				if err != nil {
					t.Fatal(err)
				}
				if _, read := NewDecoder().quickly(chained, makers[kind]().(swift)); !read {
					t.Errorf("%s: %x is left to the library", kind, chained)
				}
				alike(t, NewDecoder(), kind, chained)
			}
		}
	}
	if swiftKinds < 8 {
		t.Errorf("only %d kinds are swift", swiftKinds)
	}
}

// alike wants a decoder to say what the library says: the same event, or that it is none.
func alike(t *testing.T, d *Decoder, kind string, chained []byte) (read bool) {
	t.Helper()
	h, e, err := d.Decode(kind, chained)
	wantH, want, wantErr := decodeByLibrary(kind, makers[kind], chained)
	if (err == nil) != (wantErr == nil) || err == nil && (!reflect.DeepEqual(h, wantH) || !reflect.DeepEqual(e, want)) {
		t.Fatalf("%s %x\n%+v %+v %v\nthe library says\n%+v %+v %v", kind, chained, h, e, err, wantH, want, wantErr)
	}
	return err == nil
}

// TestQuickEqualsTheLibrary changes events in every byte and at random, and compares what is made of them. Both must come up:
// changes that are read as something else, and those that are refused.
func TestQuickEqualsTheLibrary(t *testing.T) {
	r, read, refused := rand.New(rand.NewPCG(1, 9)), 0, 0
	d := NewDecoder()
	try := func(kind string, b []byte) {
		if alike(t, d, kind, b) {
			read++
		} else {
			refused++
		}
	}
	for _, kind := range Kinds() {
		e, n := makers[kind](), 0
		filled(reflect.ValueOf(e).Elem(), &n)
		chained, _, err := Encode(goldenHeader, e)
		if err != nil {
			t.Fatal(err)
		}
		for i := range chained {
			for bit := range 8 {
				b := bytes.Clone(chained)
				b[i] ^= 1 << bit
				try(kind, b)
			}
			try(kind, chained[:i])
		}
		for range 300 {
			b := bytes.Clone(chained)
			for range 1 + r.IntN(4) {
				b[r.IntN(len(b))] = byte(r.Uint32())
			}
			try(kind, b)
		}
	}
	if read < 1000 || refused < 1000 {
		t.Errorf("%d read, %d refused: too few of one sort to say anything", read, refused)
	}
}

// FuzzQuick holds the two ways of reading to each other.
func FuzzQuick(f *testing.F) {
	for _, kind := range Kinds() {
		e, n := makers[kind](), 0
		filled(reflect.ValueOf(e).Elem(), &n)
		chained, _, err := Encode(goldenHeader, e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(kind, chained)
	}
	f.Fuzz(func(t *testing.T, kind string, chained []byte) {
		if makers[kind] != nil {
			alike(t, NewDecoder(), kind, chained)
		}
	})
}

// BenchmarkDecode compares the two ways, for a ticket and a call.
func BenchmarkDecode(b *testing.B) {
	for _, e := range []swift{&TicketIssued{}, &LegCalled{}} {
		n := 0
		filled(reflect.ValueOf(e).Elem(), &n)
		chained, _, err := Encode(goldenHeader, e)
		if err != nil {
			b.Fatal(err)
		}
		d := NewDecoder()
		b.Run(e.Kind()+"/quick", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := d.Decode(e.Kind(), chained); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(e.Kind()+"/library", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := decodeByLibrary(e.Kind(), makers[e.Kind()], chained); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
