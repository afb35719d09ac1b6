package live

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

// readRules reads the cases of one file that the JS tests read too.
func readRules[T any](t *testing.T, name string) []T {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata/rules", name))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct{ Cases []T }
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Cases) == 0 {
		t.Fatalf("%s has no cases", name)
	}
	return doc.Cases
}

func TestGoldenFrames(t *testing.T) {
	files, err := filepath.Glob("testdata/frames/*.json")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d golden frames, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			golden, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			golden = bytes.TrimSpace(golden)
			var f Frame
			if err := json.Unmarshal(golden, &f); err != nil {
				t.Fatal(err)
			}
			sent := newEnvelope(f.Epoch, f.Build, f.View).wrap(f.Seq, f.At, f.Data)
			if !bytes.Equal(sent, golden) {
				t.Errorf("the hub sends\n%s, golden is\n%s", sent, golden)
			}
		})
	}
}

func TestFrameSurvivesEncoding(t *testing.T) {
	zone := time.FixedZone("", 8*3600)
	for _, f := range []Frame{
		{Seq: 1, Epoch: "e", Build: "b", View: "v", At: time.Date(2026, 11, 23, 9, 0, 0, 0, zone), Data: json.RawMessage(`{"a":[1]}`)},
		{Seq: 1<<64 - 1, Epoch: "引\"号", Build: "a\\b\n", View: "<v>", At: time.Date(2026, 1, 2, 3, 4, 5, 67e6, zone), Data: json.RawMessage(`"x"`)},
	} {
		b, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		var got Frame
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if !got.At.Equal(f.At) {
			t.Errorf("at %v became %v", f.At, got.At)
		}
		got.At = f.At
		if !reflect.DeepEqual(got, f) {
			t.Errorf("%+v became %+v", f, got)
		}
	}
}

func TestFrameWithoutData(t *testing.T) {
	b, err := json.Marshal(Frame{View: "v"})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"seq":0,"epoch":"","build":"","view":"v","at":"0001-01-01T00:00:00.000Z","data":null}`; string(b) != want {
		t.Errorf("got  %s\nwant %s", b, want)
	}
}

func TestSieve(t *testing.T) {
	type step struct {
		Connect bool
		Frame   []any
		Taken   bool
	}
	type story struct {
		Name  string
		Steps []step
	}
	for _, c := range readRules[story](t, "order.json") {
		t.Run(c.Name, func(t *testing.T) {
			var s sieve
			for i, step := range c.Steps {
				if step.Connect {
					s.connected()
					continue
				}
				f := Frame{Epoch: step.Frame[0].(string), Seq: uint64(step.Frame[1].(float64))}
				if s.passes(f) != step.Taken {
					t.Fatalf("step %d: %v", i, step)
				}
			}
		})
	}
}

func TestWaits(t *testing.T) {
	type one struct {
		Failures, Code int
		Jitter, MS     float64
	}
	for _, c := range readRules[one](t, "waits.json") {
		want := time.Duration(c.MS * float64(time.Millisecond))
		if got := wait(c.Failures, CloseReason(c.Code), c.Jitter); got != want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestCodes(t *testing.T) {
	type one struct {
		Code   int
		Then   string
		Reason string
	}
	for _, c := range readRules[one](t, "codes.json") {
		r := CloseReason(c.Code)
		if r.Final() != (c.Then != "retry") {
			t.Errorf("%d %s: final %v", c.Code, c.Then, r.Final())
		}
		if c.Reason != "" && r.String() != c.Reason {
			t.Errorf("%d is %q, want %q", c.Code, r, c.Reason)
		}
	}
	if s := CloseReason(1006).String(); s != "close code 1006" {
		t.Errorf("unknown code reads %q", s)
	}
}
