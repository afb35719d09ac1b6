//go:build linux

package promise

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"jiaohao/server/faulttest/disk"
)

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
func mustBeCaught(t *testing.T, name string, most int, least float64, faults ...disk.Fault) {
	t.Helper()
	o := losePower(t, name, most, faults...) // no more in a long run: a disk that lies has to remember all that it never wrote
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
	mustBeCaught(t, "bbolt without sync", 40, 0.95)
	mustBeCaught(t, "journal", 40, 0.95, lying)
	mustBeCaught(t, "auth", 16, 0.5, lying)
	mustBeCaught(t, "persons", 40, 0.5, lying)
	mustBeCaught(t, "file without sync", 40, 0.2)
	mustBeCaught(t, "name without sync", 40, 0.2)
}
