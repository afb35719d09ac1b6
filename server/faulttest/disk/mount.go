//go:build linux

package disk

import (
	"os"
	"testing"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"
)

// Mount mounts an empty file system for as long as the test lasts. Where that is not possible the test is skipped; where
// JIAOHAO_NO_SKIP is set, as in CI, it fails.
func Mount(t testing.TB) *FS {
	t.Helper()
	f := newFS()
	f.Dir = t.TempDir()
	server, err := fuse.NewServer(f, f.Dir, &fuse.MountOptions{DirectMountStrict: true, FsName: "faulttest", Name: "faulttest",
		DisableXAttrs: true, DisableReadDirPlus: true})
	if err != nil {
		cannot(t, err)
	}
	go server.Serve()
	if err := server.WaitMount(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unmount(t, server) })
	return f
}

func cannot(t testing.TB, err error) {
	t.Helper()
	const why = "no file system can be mounted here (that takes Linux, /dev/fuse and root): %v"
	if os.Getenv("JIAOHAO_NO_SKIP") != "" {
		t.Fatalf(why+"; JIAOHAO_NO_SKIP forbids to skip", err)
	}
	t.Skipf(why, err)
}

// unmount waits for processes that have just been ended to let go.
func unmount(t testing.TB, server *fuse.Server) {
	var err error
	for range 50 {
		if err = server.Unmount(); err == nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("the file system cannot be unmounted: %v", err)
}
