package hall_test

import (
	"bufio"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"jiaohao/server/hall"
	"jiaohao/server/hall/halltest"
)

// TestGoldenJournal folds a journal that version 1 has written and finds the state it had then. Later versions must read it
// to the same state: it never changes.
func TestGoldenJournal(t *testing.T) {
	const path = "testdata/journals/v1/walk.txt"
	if flag.Lookup("rewrite").Value.String() == "true" {
		writeJournal(t, path)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w, hash := hall.NewWorking(), ""
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if text, ok := strings.CutPrefix(lines.Text(), "state "); ok {
			hash = text
			continue
		}
		var at int64
		var kind, text string
		if _, err := fmt.Sscan(lines.Text(), &at, &kind, &text); err != nil {
			t.Fatal(err)
		}
		chained, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		h, e, err := hall.Decode(kind, chained)
		if err != nil {
			t.Fatalf("record %d: %v", w.Seq()+1, err)
		}
		w.Apply(w.Seq()+1, hall.Time(at), h, e)
	}
	got, err := w.Publish().Hash()
	if err != nil || lines.Err() != nil || w.Seq() < 1500 || hex.EncodeToString(got[:]) != hash {
		t.Errorf("%d records fold to %x, want %s (%v)", w.Seq(), got, hash, err)
	}
}

func writeJournal(t *testing.T, path string) {
	t.Helper()
	var out strings.Builder
	w := hall.NewWorking()
	for _, r := range halltest.Records(11, 1500) {
		chained, _, err := hall.Encode(r.Header, r.Event)
		if err != nil {
			t.Fatal(err)
		}
		w.Apply(r.Seq, r.At, r.Header, r.Event)
		fmt.Fprintf(&out, "%d %s %s\n", int64(r.At), r.Event.Kind(), hex.EncodeToString(chained))
	}
	hash, err := w.Publish().Hash()
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&out, "state %x\n", hash)
	if err := os.MkdirAll("testdata/journals/v1", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
