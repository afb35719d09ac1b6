package journal

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A disk that is really full: nothing acknowledged is lost, nothing else is there, and freed space is used.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 512<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	b := open(t, dir, Options{})
	r := Result{}
	for r.Outcome == Done && r.Head.Seq < 1e6 {
		r = b.Append(b.Head().Seq, some(100))
	}
	if r.Outcome != Full || !errors.Is(r.Err, syscall.ENOSPC) {
		t.Fatalf("%v, %v", r.Outcome, r.Err)
	}
	mustHoldExactly(t, b, r.Head)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b = open(t, dir, Options{})
	mustHoldExactly(t, b, r.Head)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	add(t, b, some(100))
	mustHoldExactly(t, b, b.Head())
}

// mustHoldExactly expects a whole journal with this head.
func mustHoldExactly(t *testing.T, b *Bolt, head Head) {
	t.Helper()
	report, err := Verify(ctx, b, nil)
	if err != nil || report.Break != nil || report.Head != head {
		t.Fatalf("%+v, %v; want head %d", report, err, head.Seq)
	}
}
