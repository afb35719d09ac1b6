//go:build linux

package promise

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"jiaohao/server/faulttest/disk"
)

// load is something that the program keeps on its disk.
type load struct {
	// run writes into an empty folder as the program does and returns after a while. What it has said is safe.
	run func(dir string, r *rand.Rand, say func(format string, args ...any)) error
	// check opens what a power loss has left of the folder, which may not be there, and holds it to what was said.
	check func(dir string, said [][]string) error
	// least is how much must have been said until a folder counts for a control.
	least int
}

var loads = map[string]load{
	"journal":            {journalLives, journalHolds, 8},
	"bbolt without sync": {unsyncedBolt, boltHolds, 8},
	"undecided journal":  {undecidedJournal, journalHolds, 8},
	"auth":               {authLives, authHolds, 3},
	"folds":              {foldsLive, foldsHold, 2},
	"persons":            {personsLive, personsHold, 2},
	"file":               {fileLives(true, true), fileHolds, 1},
	"file without sync":  {fileLives(false, true), fileHolds, 1},
	"name without sync":  {fileLives(true, false), fileHolds, 1},
	"stubborn file":      {stubbornFile, fileHolds, 1},
}

// loadName and loadDir tell the test binary to be the process that runs a load, loadOnce that it has only one life.
const loadName, loadDir, loadOnce = "PROMISE_TEST_LOAD", "PROMISE_TEST_DIR", "PROMISE_TEST_ONCE"

func TestMain(m *testing.M) {
	if name := os.Getenv(loadName); name != "" {
		if err := live(loads[name], os.Getenv(loadDir), os.Getenv(loadOnce) != ""); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// live runs a load in one new folder after the other. It waits until the test has heard what it says, since a promise that
// is still in a pipe when the power goes cannot be held against anybody.
func live(l load, dir string, once bool) error {
	out, heard := bufio.NewWriter(os.Stdout), bufio.NewReader(os.Stdin)
	var mu sync.Mutex
	say := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(out, format+"\n", args...)
		if err := out.Flush(); err != nil {
			os.Exit(1)
		}
		if _, err := heard.ReadByte(); err != nil {
			os.Exit(1)
		}
	}
	for n := 0; n == 0 || !once; n++ {
		say("life %d", n)
		if n > 0 {
			if err := os.RemoveAll(filepath.Join(dir, strconv.Itoa(n-1))); err != nil {
				return err
			}
		}
		if err := l.run(filepath.Join(dir, strconv.Itoa(n)), rand.New(rand.NewPCG(uint64(n), 11)), say); err != nil {
			return fmt.Errorf("life %d: %w", n, err)
		}
	}
	return nil
}

// witness hears what a load says.
type witness struct {
	mu    sync.Mutex
	life  string
	said  [][]string // in this life
	heard func(word string)
}

func (w *witness) listen(from io.Reader, answer io.Writer) {
	for lines := bufio.NewScanner(from); lines.Scan(); {
		words := strings.Fields(lines.Text())
		w.mu.Lock()
		if words[0] == "life" {
			w.life, w.said = words[1], nil
		} else {
			w.said = append(w.said, words)
		}
		w.mu.Unlock()
		if w.heard != nil {
			w.heard(words[0])
		}
		if _, err := io.WriteString(answer, "."); err != nil {
			return
		}
	}
}

func (w *witness) testimony() (life string, said [][]string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.life, w.said[:len(w.said):len(w.said)]
}

// start runs a load on a file system for ever and gives its witness. broken ends when the load does.
func start(t *testing.T, name string, f *disk.FS) (w *witness, broken context.Context) {
	t.Helper()
	broken, end := context.WithCancelCause(context.Background())
	w = &witness{}
	cmd, ended := w.start(t, name, f.Dir)
	go func() { end(<-ended) }()
	t.Cleanup(func() { cmd.Process.Kill(); <-broken.Done() })
	return w, broken
}

// once runs a load for one life and gives what it ended with.
func (w *witness) once(t *testing.T, name, dir string) error {
	t.Helper()
	cmd, ended := w.start(t, name, dir, loadOnce+"=yes")
	select {
	case err := <-ended:
		return err
	case <-time.After(time.Minute):
		cmd.Process.Kill()
		<-ended
		t.Fatalf("%s neither works nor fails", name)
		return nil
	}
}

// start starts the process of a load; what it ended with comes when it has.
func (w *witness) start(t *testing.T, name, dir string, environ ...string) (cmd *exec.Cmd, ended <-chan error) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), loadName+"="+name, loadDir+"="+dir), environ...)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end := make(chan error, 1)
	go func() {
		w.listen(out, in)
		if err := cmd.Wait(); err != nil {
			end <- fmt.Errorf("%w: %s", err, strings.TrimSpace(complaint.String()))
		}
		close(end)
	}()
	return cmd, end
}
