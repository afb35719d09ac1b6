//go:build linux

package disk_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"jiaohao/server/faulttest/disk"
)

func TestFaults(t *testing.T) {
	f := disk.Mount(t)
	path := filepath.Join(f.Dir, "file")
	file, other := create(t, path, "0"), create(t, path+"2", "0")
	write := func(at *os.File) error { _, err := at.WriteAt([]byte("x"), 0); return err }

	met := f.Inject(disk.Fault{Op: disk.Write, Name: "file", From: 3, Times: 2, Err: syscall.EIO})
	for n, want := range []error{nil, nil, syscall.EIO, syscall.EIO, nil} {
		if err := write(file); !errors.Is(err, want) {
			t.Errorf("write %d: %v", n+1, err)
		}
		must(t, write(other))
	}
	<-met.Met()
	f.Inject(disk.Fault{Op: disk.Sync, Name: "file", From: 2, Err: syscall.EIO})
	for n, want := range []error{nil, syscall.EIO, syscall.EIO} {
		if err := file.Sync(); !errors.Is(err, want) {
			t.Errorf("sync %d: %v", n+1, err)
		}
	}
	f.Lift()
	must(t, file.Sync(), other.Sync())

	for op, do := range map[disk.Op]func() error{
		disk.Resize: func() error { return os.Truncate(path, 3) },
		disk.Create: func() error { return os.Mkdir(path+"3", 0o700) },
		disk.Rename: func() error { return os.Rename(path+"2", path+"4") },
	} {
		f.Inject(disk.Fault{Op: op, Times: 1, Err: syscall.EROFS})
		if err := do(); !errors.Is(err, syscall.EROFS) {
			t.Errorf("%s: %v", op, err)
		}
		must(t, do())
	}
}

func TestSlowAndShortAndLying(t *testing.T) {
	f := disk.Mount(t)
	path := filepath.Join(f.Dir, "file")
	file := create(t, path, "0000")
	syncFolder(t, f.Dir)

	f.Inject(disk.Fault{Op: disk.Sync, Times: 1, Delay: 50 * time.Millisecond})
	if began := time.Now(); file.Sync() != nil || time.Since(began) < 50*time.Millisecond {
		t.Error("a slow sync was quick")
	}
	f.Inject(disk.Fault{Op: disk.Write, Times: 1, Short: 2})
	if n, err := syscall.Pwrite(int(file.Fd()), []byte("1111"), 0); n != 2 || err != nil {
		t.Errorf("a short write: %d, %v", n, err)
	}
	f.Inject(disk.Fault{Op: disk.Write, Times: 1, Short: 3, Err: syscall.EIO})
	if _, err := file.WriteAt([]byte("2222"), 0); !errors.Is(err, syscall.EIO) {
		t.Errorf("a torn write: %v", err)
	}
	text, err := os.ReadFile(path)
	if must(t, err); string(text) != "2220" {
		t.Errorf("after a torn write: %q", text)
	}
	must(t, file.Sync())
	f.Inject(disk.Fault{Op: disk.Sync, Lie: true})
	_, err = file.WriteAt([]byte("3"), 0)
	must(t, err, file.Sync())
	if seen := tally(t, f, "file"); len(seen) != 2 || seen["2220"] == 0 || seen["3220"] == 0 {
		t.Errorf("a sync that was none: %v", seen)
	}
}

// What a failed sync was about is on the disk or not, though a later sync goes well. The kernel shows it until somebody asks
// the disk. Written again it is safe.
func TestFailedSyncsAreForgotten(t *testing.T) {
	f, seen := disk.Mount(t), map[string]int{}
	for range 30 {
		file := create(t, filepath.Join(f.Dir, "file"), strings.Repeat("old.", 1024))
		must(t, file.Sync())
		syncFolder(t, f.Dir)
		f.Inject(disk.Fault{Op: disk.Sync, Times: 1, Err: syscall.EIO})
		_, err := file.WriteAt([]byte(strings.Repeat("new.", 1024)), 0)
		must(t, err)
		if err := file.Sync(); !errors.Is(err, syscall.EIO) {
			t.Fatal(err)
		}
		must(t, file.Sync())
		text := make([]byte, 4)
		_, err = file.ReadAt(text, 0)
		if must(t, err); string(text) != "new." {
			t.Errorf("the kernel shows %q", text)
		}
		must(t, unix.Fadvise(int(file.Fd()), 0, 0, unix.FADV_DONTNEED))
		_, err = file.ReadAt(text, 0)
		must(t, err)
		for left := range tally(t, f, "file") {
			if left[:4] != string(text) {
				t.Errorf("the disk shows %q and holds %q", text, left[:4])
			}
		}
		seen[string(text)]++
		_, err = file.WriteAt([]byte("last"), 0)
		must(t, err, file.Sync(), file.Close())
		for left := range tally(t, f, "file") {
			if left[:4] != "last" {
				t.Errorf("written and synced again: %q", left[:4])
			}
		}
	}
	if seen["old."] == 0 || seen["new."] == 0 {
		t.Errorf("%v", seen)
	}
}

func TestLimitedSpace(t *testing.T) {
	f := disk.Mount(t)
	file := create(t, filepath.Join(f.Dir, "file"), "x")
	f.LimitSpace(4096)
	must(t, file.Truncate(1<<20))
	if _, err := file.WriteAt(make([]byte, 4096), 512); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("more than there is: %v", err)
	}
	_, err := file.WriteAt(make([]byte, 4096-512), 512)
	must(t, err)
	var free syscall.Statfs_t
	if must(t, syscall.Statfs(f.Dir, &free)); free.Bavail != 0 || f.Used() != 4096 {
		t.Errorf("%d blocks free, %d bytes used", free.Bavail, f.Used())
	}
	_, err = file.WriteAt(make([]byte, 4096), 0)
	must(t, err)
	must(t, os.Remove(file.Name()))
	if f.Used() != 0 {
		t.Errorf("%d bytes used by nothing", f.Used())
	}
	f.LimitSpace(-1)
	create(t, filepath.Join(f.Dir, "file"), "x")
}
