//go:build linux

package disk_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"jiaohao/server/faulttest/disk"
)

// bboltFile tells the test binary to be a process that uses bbolt on the file system.
const bboltFile = "DISK_TEST_BBOLT"

func TestMain(m *testing.M) {
	if path := os.Getenv(bboltFile); path != "" {
		if err := useBbolt(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// useBbolt writes through the file and reads through the map.
func useBbolt(path string) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: 50 * time.Millisecond})
	if err != nil {
		return err
	}
	for n := range 200 {
		err = errors.Join(err, db.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("b"))
			if err != nil {
				return err
			}
			return b.Put(fmt.Appendf(nil, "%06d", n), bytes.Repeat([]byte{byte(n)}, 1000))
		}))
	}
	count := 0
	err = errors.Join(err, db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("b")).ForEach(func(_, v []byte) error {
			if !bytes.Equal(v, bytes.Repeat([]byte{byte(count)}, 1000)) {
				return fmt.Errorf("value %d is not what was written", count)
			}
			count++
			return nil
		})
	}))
	if err == nil && count != 200 {
		err = fmt.Errorf("%d values", count)
	}
	if os.Getenv("DISK_TEST_STAY") != "" {
		fmt.Println("locked")
		time.Sleep(time.Minute)
	}
	return errors.Join(err, db.Close())
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func create(t *testing.T, path, text string) *os.File {
	t.Helper()
	f, err := os.Create(path)
	must(t, err)
	t.Cleanup(func() { f.Close() })
	_, err = f.WriteString(text)
	must(t, err)
	return f
}

func syncFolder(t *testing.T, path string) {
	t.Helper()
	d, err := os.Open(path)
	must(t, err, d.Sync(), d.Close())
}

var ctx = context.Background()

// tally counts in how many of 200 images a file holds what; "-" is no file.
func tally(t *testing.T, f *disk.FS, name string) map[string]int {
	t.Helper()
	seen, r, to := map[string]int{}, rand.New(rand.NewPCG(1, 2)), t.TempDir()
	for i := range 200 {
		image := f.Image(r)
		if !image.Has(name) {
			seen["-"]++
			continue
		}
		path := filepath.Join(to, fmt.Sprint(i))
		must(t, image.WriteTo(name, path))
		text, err := os.ReadFile(path)
		must(t, err, os.Remove(path))
		seen[string(text)]++
	}
	return seen
}

func TestWhatIsSyncedIsAlwaysThere(t *testing.T) {
	f := disk.Mount(t)
	path := filepath.Join(f.Dir, "file")
	file := create(t, path, "first")
	if seen := tally(t, f, "file"); len(seen) < 3 || seen["-"] == 0 || seen["first"] == 0 || seen[""] == 0 {
		t.Errorf("a file that was not synced: %v", seen)
	}
	must(t, file.Sync())
	if seen := tally(t, f, "file"); len(seen) != 2 || seen["-"] == 0 || seen["first"] == 0 {
		t.Errorf("a synced file in a folder that was not: %v", seen)
	}
	syncFolder(t, f.Dir)
	if seen := tally(t, f, "file"); seen["first"] != 200 {
		t.Errorf("a synced file: %v", seen)
	}
	_, err := file.WriteAt([]byte("other"), 0)
	must(t, err)
	if seen := tally(t, f, "file"); len(seen) != 2 || seen["first"] == 0 || seen["other"] == 0 {
		t.Errorf("an overwritten sector: %v", seen)
	}
}

func TestWritesAreTornBetweenSectors(t *testing.T) {
	f := disk.Mount(t)
	file := create(t, filepath.Join(f.Dir, "file"), strings.Repeat("a", 8*512))
	must(t, file.Sync())
	syncFolder(t, f.Dir)
	_, err := file.WriteAt(bytes.Repeat([]byte("b"), 8*512), 0)
	must(t, err)
	torn := 0
	for text := range tally(t, f, "file") {
		for at := 0; at < len(text); at += 512 {
			if sector := text[at : at+512]; strings.Count(sector, "a") != 512 && strings.Count(sector, "b") != 512 {
				t.Fatalf("a torn sector: %q", sector)
			}
		}
		if strings.Contains(text, "a") && strings.Contains(text, "b") {
			torn++
		}
	}
	if torn < 20 {
		t.Errorf("only %d kinds of torn writes", torn)
	}
}

func TestLengthsAreLost(t *testing.T) {
	f := disk.Mount(t)
	file := create(t, filepath.Join(f.Dir, "file"), strings.Repeat("a", 600))
	must(t, file.Sync())
	syncFolder(t, f.Dir)
	must(t, file.Truncate(10), file.Truncate(2000))
	seen := map[int]int{}
	for text, n := range tally(t, f, "file") {
		seen[len(text)] += n
	}
	if len(seen) != 3 || seen[600] == 0 || seen[10] == 0 || seen[2000] == 0 {
		t.Errorf("lengths: %v", seen)
	}
	text, err := os.ReadFile(file.Name())
	if must(t, err); string(text) != strings.Repeat("a", 10)+strings.Repeat("\x00", 1990) {
		t.Errorf("what was cut off came back: %q", text)
	}
	must(t, file.Sync())
	if seen := tally(t, f, "file"); len(seen) != 1 || seen[string(text)] != 200 {
		t.Errorf("after the sync: %v", seen)
	}
}

func TestRenamesAreWholeOrNot(t *testing.T) {
	f := disk.Mount(t)
	to := filepath.Join(f.Dir, "to")
	must(t, create(t, to, "old").Sync())
	syncFolder(t, f.Dir)
	must(t, create(t, to+".new", "new").Sync(), os.Rename(to+".new", to))
	if seen := tally(t, f, "to"); len(seen) != 2 || seen["old"] == 0 || seen["new"] == 0 {
		t.Errorf("a rename: %v", seen)
	}
	syncFolder(t, f.Dir)
	if seen := tally(t, f, "to"); seen["new"] != 200 {
		t.Errorf("a synced rename: %v", seen)
	}
	if seen := tally(t, f, "to.new"); seen["-"] != 200 {
		t.Errorf("the name before a synced rename: %v", seen)
	}
	create(t, to+".new", "torn")
	must(t, os.Rename(to+".new", to))
	syncFolder(t, f.Dir)
	if seen := tally(t, f, "to"); seen[""] == 0 || seen["old"]+seen["new"]+seen["-"] != 0 {
		t.Errorf("a synced rename of a file that was not: %v", seen)
	}
}

func TestRestoreIsWhatAMachineFinds(t *testing.T) {
	f := disk.Mount(t)
	must(t, os.Mkdir(filepath.Join(f.Dir, "folder"), 0o700))
	path := filepath.Join(f.Dir, "folder", "file")
	file := create(t, path, "kept")
	f.Durable()
	image := f.Image(rand.New(rand.NewPCG(1, 2)))
	_, err := file.WriteAt([]byte("lost"), 0)
	must(t, err, file.Close(), create(t, path+"2", "lost").Close())
	f.Restore(image)
	text, err := os.ReadFile(path)
	if must(t, err); string(text) != "kept" {
		t.Errorf("%q", text)
	}
	if _, err := os.Stat(path + "2"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a new file: %v", err)
	}
	if seen := tally(t, f, "folder/file"); seen["kept"] != 200 {
		t.Errorf("what was restored is not safe: %v", seen)
	}
}

func TestImageAfterSomeChanges(t *testing.T) {
	f := disk.Mount(t)
	file := create(t, filepath.Join(f.Dir, "file"), "0")
	got, noted := make(chan *disk.Image), false
	go func() {
		image, err := f.ImageAfter(ctx, 3, rand.New(rand.NewPCG(1, 2)), func() { noted = true })
		if err != nil {
			t.Error(err)
		}
		got <- image
	}()
	for {
		_, err := file.WriteAt([]byte("1"), 0)
		must(t, err)
		select {
		case image := <-got:
			if !noted || image.Moment < 4 || image.Unsafe == 0 {
				t.Errorf("%v, %d changes, %d unsafe", noted, image.Moment, image.Unsafe)
			}
			return
		case <-time.After(time.Millisecond):
		}
	}
}

func TestBboltRunsOnIt(t *testing.T) {
	f := disk.Mount(t)
	run := func(stay string) *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), bboltFile+"="+filepath.Join(f.Dir, "bolt.db"), "DISK_TEST_STAY="+stay)
		return cmd
	}
	if out, err := run("").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	first := run("yes")
	out, err := first.StdoutPipe()
	must(t, err, first.Start())
	_, err = out.Read(make([]byte, 1)) // it says that it has the lock
	must(t, err)
	if out, err := run("").CombinedOutput(); err == nil || !strings.Contains(string(out), "timeout") {
		t.Errorf("a second process was not locked out: %v: %s", err, out)
	}
	must(t, first.Process.Kill())
	if err := first.Wait(); err == nil {
		t.Error("it was not killed")
	}
	if out, err := run("").CombinedOutput(); err != nil {
		t.Fatalf("after the kill: %v: %s", err, out)
	}
	if seen := tally(t, f, "bolt.db"); seen["-"] == 0 {
		t.Error("the name of the file, whose folder was never synced, was never lost")
	}
	if err := os.Link(filepath.Join(f.Dir, "bolt.db"), filepath.Join(f.Dir, "bolt.db")); !errors.Is(err, syscall.EEXIST) {
		t.Errorf("a link to a name that is taken: %v", err)
	}
}
