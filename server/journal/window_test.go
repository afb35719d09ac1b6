package journal

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// TestWindowReadsWhatIsThere reads a file in order with far leaps between, as a tree's pages are read.
func TestWindowReadsWhatIsThere(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	content := make([]byte, 3<<20+777)
	for i := range content {
		content[i] = byte(r.Uint32())
	}
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	counted := &countingReader{File: f}
	w, pages := &window{file: counted}, 0
	for at := int64(0); at+pageSize <= int64(len(content)); at += pageSize {
		for _, at := range []int64{at, int64(r.IntN(len(content)/pageSize)) * pageSize}[:1+btoi(pages%50 == 0)] {
			got := make([]byte, pageSize)
			if _, err := w.ReadAt(got, at); err != nil || !bytes.Equal(got, content[at:at+pageSize]) {
				t.Fatalf("at %d: another page than is there, %v", at, err)
			}
			pages++
		}
	}
	if counted.reads > pages/10 {
		t.Errorf("%d reads of the file for %d pages", counted.reads, pages)
	}
	if n, err := w.ReadAt(make([]byte, pageSize), int64(len(content))-10); n != 10 || err == nil {
		t.Errorf("behind the end: %d bytes, %v", n, err)
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
