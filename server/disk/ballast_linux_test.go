package disk

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestBallastIsReallyThere: a hole in a file would give nothing back when it is deleted.
func TestBallastIsReallyThere(t *testing.T) {
	folder := t.TempDir()
	hole := filepath.Join(folder, "hole")
	if err := os.WriteFile(hole, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(hole, 2*MB); err != nil {
		t.Fatal(err)
	}
	if _, err := KeepBallast(folder, 2*MB, 0); err != nil {
		t.Fatal(err)
	}
	blocks := func(path string) int64 {
		var s syscall.Stat_t
		if err := syscall.Stat(path, &s); err != nil {
			t.Fatal(err)
		}
		return s.Blocks * 512
	}
	if blocks(hole) >= MB {
		t.Skip("this file system does not tell holes from bytes")
	}
	if got := blocks(filepath.Join(folder, BallastName)); got < 2*MB {
		t.Errorf("the ballast takes %d bytes of the disk", got)
	}
}
