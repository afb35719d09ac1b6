//go:build linux

package power

import (
	"bufio"
	"context"
	"errors"
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
	"auth":               {authLives, authHolds, 3},
	"folds":              {foldsLive, foldsHold, 2},
	"persons":            {personsLive, personsHold, 2},
	"file":               {fileLives(true, true), fileHolds, 1},
	"file without sync":  {fileLives(false, true), fileHolds, 1},
	"name without sync":  {fileLives(true, false), fileHolds, 1},
}

// loadName and loadDir tell the test binary to be the process that runs a load.
const loadName, loadDir = "POWER_TEST_LOAD", "POWER_TEST_DIR"

func TestMain(m *testing.M) {
	if name := os.Getenv(loadName); name != "" {
		fmt.Fprintln(os.Stderr, live(loads[name], os.Getenv(loadDir)))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// live runs a load in one new folder after the other. It waits until the test has heard what it says, since a promise that
// is still in a pipe when the power goes cannot be held against anybody.
func live(l load, dir string) error {
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
	for n := 0; ; n++ {
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
}

// witness hears what a load says.
type witness struct {
	mu   sync.Mutex
	life string
	said [][]string // in this life
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

// start runs a load on a file system and gives its witness. broken ends when the load does.
func start(t *testing.T, name string, f *disk.FS) (w *witness, broken context.Context) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), loadName+"="+name, loadDir+"="+f.Dir)
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
	w = &witness{}
	broken, end := context.WithCancelCause(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.listen(out, in)
		end(errors.Join(errors.New("the load ended: "), cmd.Wait(), errors.New(complaint.String())))
	}()
	t.Cleanup(func() { cmd.Process.Kill(); <-ended })
	return w, broken
}

// outcome counts images.
type outcome struct {
	images, bad int
	// told are the images in which something was lost after enough had been said: those that a control must be caught by.
	told, caught int
	first        error
}

// losePower takes images of a load and checks each.
func losePower(t *testing.T, name string, images int, faults ...disk.Fault) (o outcome) {
	t.Helper()
	f, r := disk.Mount(t), rand.New(rand.NewPCG(rand.Uint64(), 0))
	for _, fault := range faults {
		f.Inject(fault)
	}
	w, broken := start(t, name, f)
	ctx, cancel := context.WithTimeout(broken, time.Minute+time.Duration(images)*time.Second/4)
	defer cancel()
	to := filepath.Join(scratch(t), "image")
	for o.images < images {
		var life string
		var said [][]string
		image, err := f.ImageAfter(ctx, 1+r.IntN(40), r, func() { life, said = w.testimony() })
		if err != nil {
			t.Fatalf("%s: %v (%v)", name, err, context.Cause(broken))
		}
		if life == "" {
			continue
		}
		o.count(image, image.Lost(life), loads[name], judge(image, life, said, to, loads[name]), said)
	}
	return o
}

func judge(image *disk.Image, life string, said [][]string, to string, l load) error {
	if image.Has(life) {
		if err := image.WriteTo(life, to); err != nil {
			return err
		}
	}
	return errors.Join(l.check(to, said), os.RemoveAll(to))
}

func (o *outcome) count(image *disk.Image, lost int, l load, err error, said [][]string) {
	o.images++
	told := lost > 0 && len(said) >= l.least
	if told {
		o.told++
	}
	if err == nil {
		return
	}
	o.bad++
	if told {
		o.caught++
	}
	if o.first == nil {
		o.first = fmt.Errorf("change %d, %d unsafe, %d lost, %d promises: %w", image.Moment, image.Unsafe, lost, len(said), err)
	}
}

// scratch is a folder in memory where there is one, as an image is written and opened thousands of times.
func scratch(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "power-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// images is how many a test takes: a share of JIAOHAO_POWER.
func images(share float64) int {
	n, err := strconv.Atoi(os.Getenv("JIAOHAO_POWER"))
	if err != nil {
		n = 40
	}
	return max(10, int(float64(n)*share))
}

// mustHold expects every image of a load to keep what was said.
func mustHold(t *testing.T, name string, share float64) {
	t.Helper()
	began := time.Now()
	o := losePower(t, name, images(share))
	t.Logf("counts: power-loss %s images=%d bad=%d (%v an image)", name, o.images, o.bad, (time.Since(began) / time.Duration(o.images)).Round(time.Microsecond))
	if o.bad > 0 {
		t.Errorf("%d of %d images are bad; the first: %v", o.bad, o.images, o.first)
	}
}

// mustBeCaught expects a load that breaks a rule, or a disk that lies, to be found out in a share of the images. A few are
// forgiven: what they have lost may not have been promised yet.
func mustBeCaught(t *testing.T, name string, least float64, faults ...disk.Fault) {
	t.Helper()
	o := losePower(t, name, max(40, images(0.2)), faults...)
	t.Logf("counts: power-loss control %s control=%d/%d (%v)", name, o.caught, o.told, o.first)
	if o.told == 0 || float64(o.caught) < least*float64(o.told)-3 {
		t.Errorf("only %d of %d images are bad", o.caught, o.told)
	}
}

// lying is a disk that says of every sync that it was done.
var lying = disk.Fault{Op: disk.Sync, Lie: true}

func TestJournalHolds(t *testing.T) { mustHold(t, "journal", 1) }
func TestAuthHolds(t *testing.T)    { mustHold(t, "auth", 0.3) }
func TestFoldsHold(t *testing.T)    { mustHold(t, "folds", 0.3) }
func TestPersonsHold(t *testing.T)  { mustHold(t, "persons", 0.3) }
func TestFileHolds(t *testing.T)    { mustHold(t, "file", 0.3) }

func TestControls(t *testing.T) {
	mustBeCaught(t, "bbolt without sync", 0.95)
	mustBeCaught(t, "journal", 0.95, lying)
	mustBeCaught(t, "auth", 0.5, lying)
	mustBeCaught(t, "persons", 0.5, lying)
	mustBeCaught(t, "file without sync", 0.2)
	mustBeCaught(t, "name without sync", 0.2)
}
