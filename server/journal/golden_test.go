package journal

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write the golden journal of this version anew")

const goldenFolder = "testdata/v1"

// TestGoldenFile opens a file that version 1 wrote, with private parts kept and erased, many pages and a snapshot. Later
// versions must read the same out of it, and go on from it: it never changes.
func TestGoldenFile(t *testing.T) {
	if *rewrite {
		writeGoldenFile(t)
	}
	dir := t.TempDir()
	for _, name := range []string{FileName, SnapshotName} {
		unpack(t, filepath.Join(goldenFolder, name+".gz"), filepath.Join(dir, name))
	}
	want, err := os.ReadFile(filepath.Join(goldenFolder, "contents.sha256"))
	if err != nil {
		t.Fatal(err)
	}
	if got := sumOf(t, dir); got != strings.TrimSpace(string(want)) {
		t.Errorf("it reads as %s, it was written as %s", got, want)
	}
	b := open(t, dir, Options{})
	s, ok, err := b.Snapshot()
	if !ok || err != nil || s.Format != 7 || s.Seq != 280 || string(s.State) != "the state of a hall" {
		t.Errorf("its snapshot: %+v, %v, %v", s, ok, err)
	}
	add(t, b, some(20))
	report, err := Verify(ctx, b, nil)
	if err != nil || report.Break != nil || report.Records != 320 || report.Erased != 2 {
		t.Errorf("after going on from it: %+v, %v", report, err)
	}
}

func sumOf(t *testing.T, dir string) string {
	t.Helper()
	text, err := contents(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func unpack(t *testing.T, from, to string) {
	t.Helper()
	packed, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := io.ReadAll(r)
	if err = errors.Join(err, os.WriteFile(to, whole, 0o600)); err != nil {
		t.Fatal(err)
	}
}

func writeGoldenFile(t *testing.T) {
	dir := filled(t, 300)
	b := open(t, dir, Options{})
	if err := b.ErasePrivate(4, 154); err != nil {
		t.Fatal(err)
	}
	chain, err := b.chainAt(280)
	if err = errors.Join(err, b.SaveSnapshot(Snapshot{Format: 7, Seq: 280, Chain: chain, State: []byte("the state of a hall")}), b.Close()); err != nil {
		t.Fatal(err)
	}
	path, whole := compact(t, dir)
	shot, err := os.ReadFile(filepath.Join(dir, SnapshotName))
	if err = errors.Join(err, os.MkdirAll(goldenFolder, 0o755), pack(FileName, whole), pack(SnapshotName, shot)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(goldenFolder, "contents.sha256"), []byte(sumOf(t, filepath.Dir(path))+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// pack refuses to write over a golden file: what halls have on their disks cannot be rewritten either.
func pack(name string, whole []byte) error {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write(whole)
	if err = errors.Join(err, w.Close()); err != nil {
		return err
	}
	path := filepath.Join(goldenFolder, name+".gz")
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fs.ErrExist, err)
	}
	return os.WriteFile(path, packed.Bytes(), 0o644)
}
