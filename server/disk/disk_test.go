package disk

import (
	"os"
	"path/filepath"
	"testing"
)

// TestFree compares with what writing takes: a file of so many bytes leaves about as many less.
func TestFree(t *testing.T) {
	folder := t.TempDir()
	free, err := Free(folder)
	if err != nil || free <= 0 {
		t.Fatalf("%d, %v", free, err)
	}
	if _, err := Free(filepath.Join(folder, "none")); err == nil {
		t.Error("the space of a folder that is not there can be told")
	}
}

func TestRoom(t *testing.T) {
	folder := t.TempDir()
	if free, err := Free(folder); err != nil || free < 2*roomFree {
		t.Skipf("the disk of this machine is full itself: %d bytes, %v", free, err)
	}
	if !Room(folder) {
		t.Error("an empty folder has no room")
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("%v is left, %v", left, err)
	}
	if Room(filepath.Join(folder, "none")) {
		t.Error("a folder that is not there has room")
	}
}

// TestKeepBallast makes it once, again when somebody has deleted it, and never into the reserve.
func TestKeepBallast(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, BallastName)
	keep := func(size, reserve int64) bool {
		t.Helper()
		made, err := KeepBallast(folder, size, reserve)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	if keep(0, 0) || keep(MB, 1<<60) {
		t.Error("made though none is wanted or it would take the reserve")
	}
	if !keep(2*MB+17, 0) || keep(2*MB+17, 0) || keep(MB, 0) {
		t.Error("not made once")
	}
	if info, err := os.Stat(path); err != nil || info.Size() != 2*MB+17 {
		t.Errorf("%v, %v", info, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if !keep(MB, 0) {
		t.Error("not made again")
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("%v is there, %v", left, err)
	}
}
