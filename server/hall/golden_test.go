package hall

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// later are the fields that came after version 1. They are left out where they say nothing, so what version 1 wrote is still
// written the same; TestLaterFields shows them.
var later = map[string]bool{"Info.PlainHTTP": true, "Rules.Privacy": true}

// filled gives every field of a value something that is not nothing, the same each time.
func filled(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		filled(v.Elem(), n)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "Secret" && !later[v.Type().Name()+"."+f.Name] {
				filled(v.Field(i), n)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		filled(v.Index(0), n)
		filled(v.Index(1), n)
	case reflect.String:
		v.SetString("text-" + strings.Repeat("x", *n%7))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n) * 1001)
	case reflect.Uint64, reflect.Uint32:
		v.SetUint(uint64(*n) * 17)
	case reflect.Uint8:
		v.SetUint(uint64(*n%7 + 1))
	case reflect.Float64:
		v.SetFloat(float64(*n) / 4)
	default:
		panic("the golden events do not know how to fill a " + v.Kind().String())
	}
}

var goldenHeader = Header{By: Clerk, ByID: "1003", Key: "tap-1", Digest: []byte{1, 2, 3}, Leg: LegKey{Date: 20261123, N: 7, Leg: 1}, Window: "3", None: true, More: 2}

// TestGoldenEvents holds every kind of event to the bytes it was given in version 1: these are in the journals of halls, and
// must be read, and written, the same for ever.
func TestGoldenEvents(t *testing.T) {
	folder := "testdata/events/v1"
	for _, kind := range Kinds() {
		e := makers[kind]()
		n := 0
		filled(reflect.ValueOf(e).Elem(), &n)
		chained, _, err := Encode(goldenHeader, e)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		path := filepath.Join(folder, kind+".hex")
		if *rewrite {
			writeGolden(t, path, kind, chained, e)
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("%v; a new kind of event gets its golden file with -rewrite, an old one never changes", err)
		}
		want, err := hex.DecodeString(strings.TrimSpace(string(text)))
		if err != nil || !bytes.Equal(chained, want) {
			t.Errorf("%s is written otherwise than in version 1 (%v)", kind, err)
		}
		h, again, err := Decode(kind, want)
		if err != nil || !reflect.DeepEqual(h, goldenHeader) {
			t.Errorf("%s: %v, header %+v", kind, err, h)
			continue
		}
		if back, _, err := Encode(h, again); err != nil || !bytes.Equal(back, want) {
			t.Errorf("%s does not come back as it was (%v)", kind, err)
		}
	}
	if files, err := filepath.Glob(folder + "/*.hex"); err != nil || len(files) != len(Kinds()) {
		t.Errorf("%d golden events for %d kinds: a kind may not vanish (%v)", len(files), len(Kinds()), err)
	}
}

// TestLaterFields: what version 1 does not know is written only where it says something, and comes back.
func TestLaterFields(t *testing.T) {
	encode := func(plain bool) []byte {
		chained, _, err := Encode(goldenHeader, &PlanSet{Plan: &Plan{Hall: Info{ID: "h", PlainHTTP: plain}}, Hash: "x", Source: FromConfig})
		if err != nil {
			t.Fatal(err)
		}
		return chained
	}
	without, with := encode(false), encode(true)
	if bytes.Contains(without, []byte("plainHTTP")) || !bytes.Contains(with, []byte("plainHTTP")) {
		t.Errorf("written\n%x\n%x", without, with)
	}
	for chained, want := range map[string]bool{string(without): false, string(with): true} {
		if _, e, err := Decode("plan.set", []byte(chained)); err != nil || e.(*PlanSet).Plan.Hall.PlainHTTP != want {
			t.Errorf("%v, %v", e, err)
		}
	}
}

func writeGolden(t *testing.T, path, kind string, chained []byte, e Event) {
	t.Helper()
	beside, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	for name, content := range map[string][]byte{path: []byte(hex.EncodeToString(chained) + "\n"), strings.TrimSuffix(path, ".hex") + ".json": append(beside, '\n')} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestUnknownIsRefused reads what a later version could have written.
func TestUnknownIsRefused(t *testing.T) {
	chained, _, err := Encode(goldenHeader, &WindowResumed{Window: "1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Decode("window.painted", chained); err == nil || !strings.Contains(err.Error(), `"window.painted"`) || !strings.Contains(err.Error(), "version 1") {
		t.Errorf("an unknown kind: %v", err)
	}
	further, _, err := Encode(goldenHeader, &WindowPaused{Window: "1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Decode("window.resumed", further); err == nil {
		t.Error("an unknown field was dropped silently")
	}
	if _, _, err := Decode("window.resumed", append(chained, 0)); err == nil {
		t.Error("bytes after the event were dropped silently")
	}
}

func FuzzDecode(f *testing.F) {
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
		h, e, err := Decode(kind, chained)
		if err != nil {
			return
		}
		once, _, err := Encode(h, e)
		if err != nil {
			t.Fatalf("%s was read but cannot be written: %v", kind, err)
		}
		h, e, err = Decode(kind, once)
		if err != nil {
			t.Fatalf("%s was written but cannot be read: %v", kind, err)
		}
		if twice, _, err := Encode(h, e); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%s is not written the same twice (%v)", kind, err)
		}
	})
}

func FuzzDecodeSecret(f *testing.F) {
	secret, err := encoder.Marshal(&Secret{Kind: "idcard", Digest: []byte{1}, Masked: "110***", Text: "原因"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(secret)
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := DecodeSecret(b); err == nil {
			if _, err := encoder.Marshal(s); err != nil {
				t.Fatal(err)
			}
		}
	})
}
