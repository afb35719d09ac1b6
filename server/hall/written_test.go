package hall

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// TestWrittenEqualsTheLibrary makes events and headers whose members are empty or of any size at random, and wants the bytes
// that the library makes of them.
func TestWrittenEqualsTheLibrary(t *testing.T) {
	r, kinds := rand.New(rand.NewPCG(3, 7)), 0
	for _, kind := range Kinds() {
		if _, ok := makers[kind]().(written); !ok {
			continue
		}
		kinds++
		for range 500 {
			e, h := makers[kind](), Header{}
			varied(r, reflect.ValueOf(e).Elem())
			varied(r, reflect.ValueOf(&h).Elem())
			sameBytes(t, h, e)
		}
	}
	if kinds < 4 {
		t.Errorf("only %d kinds are written without the library", kinds)
	}
}

// TestWrittenAlone leaves out one member after the other, and has each alone.
func TestWrittenAlone(t *testing.T) {
	for _, kind := range Kinds() {
		for _, of := range []reflect.Type{reflect.TypeOf(makers[kind]()).Elem(), reflect.TypeFor[Header]()} {
			for i := range of.NumField() {
				if !of.Field(i).IsExported() || of.Field(i).Name == "Secret" {
					continue
				}
				n := 0
				without, alone := reflect.New(of), reflect.New(of)
				filled(without.Elem(), &n)
				alone.Elem().Field(i).Set(without.Elem().Field(i))
				without.Elem().Field(i).SetZero()
				for _, v := range []reflect.Value{without, alone} {
					if h, ok := v.Interface().(*Header); ok {
						sameBytes(t, *h, makers[kind]())
					} else {
						sameBytes(t, Header{}, v.Interface().(Event))
					}
				}
			}
		}
	}
}

func sameBytes(t *testing.T, h Header, e Event) {
	t.Helper()
	before := []byte("before")
	got, _, err := AppendEvent(before, h, e)
	if err != nil {
		t.Fatal(err)
	}
	head, err := encoder.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	body, err := encoder.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if want := append(append(before[:6:6], head...), body...); !bytes.Equal(got, want) {
		t.Fatalf("%s: %.999x, the library writes\n%.999x", e.Kind(), got, want)
	}
}

// varied gives every member a value at random, often none and often one at which a longer head begins.
func varied(r *rand.Rand, v reflect.Value) {
	if r.IntN(3) == 0 {
		return
	}
	size := uint64(1)<<r.IntN(64) - uint64(r.IntN(3))
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		varied(r, v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "Secret" {
				varied(r, v.Field(i))
			}
		}
	case reflect.Slice:
		n := r.IntN(30)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			varied(r, v.Index(i))
		}
	case reflect.String:
		v.SetString(strings.Repeat("号x", r.IntN(100)))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(size) * int64(1-2*r.IntN(2)))
	case reflect.Uint8, reflect.Uint32, reflect.Uint64:
		v.SetUint(size % (1 << (8 * v.Type().Size() % 64)))
	default:
		panic("nobody knows how to vary a " + v.Kind().String())
	}
}
