//go:build linux

package disk

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// dice decides what of that which is not safe is left.
type dice struct {
	r     *rand.Rand
	share float64 // of the changes that are left, each for itself; below zero all up to the cut are and none after it
	cut   uint64
	lost  *int // counts what was not kept
}

// throw makes dice: nothing is left, everything is, all up to a moment, or each change by chance.
func (f *FS) throw(r *rand.Rand, since uint64) dice {
	d := dice{r: r, lost: new(int)}
	switch r.IntN(8) {
	case 0:
		d.share = 0
	case 1:
		d.share = 1
	case 2, 3:
		d.share, d.cut = -1, since+r.Uint64N(f.stamp-since+1)
	default:
		d.share = []float64{0.1, 0.5, 0.5, 0.9}[r.IntN(4)]
	}
	return d
}

// counting is the same dice that count in another place.
func (d dice) counting(lost *int) dice {
	d.lost = lost
	return d
}

func (d dice) keeps(stamp uint64) bool {
	kept := d.r.Float64() < d.share
	if d.share < 0 {
		kept = stamp <= d.cut
	}
	if !kept {
		*d.lost++
	}
	return kept
}

// Image is what a power loss has left.
type Image struct {
	// Moment counts the changes to the file system before it.
	Moment uint64
	// Unsafe counts the sectors, lengths and names that were not safe at that moment.
	Unsafe int
	root   kept
}

// kept is one file or folder of an image.
type kept struct {
	mode uint32
	body body
	in   map[string]kept
	lost int // of its content or names
}

// unsafe counts what is not safe below a folder, and finds the oldest such change.
func (f *FS) unsafe() (count int, oldest uint64) {
	oldest = f.stamp
	for _, s := range f.steps {
		count, oldest = count+1, min(oldest, s.stamp)
	}
	for _, n := range f.nodes {
		if n.content == nil {
			continue
		}
		for _, l := range n.lengths {
			count, oldest = count+1, min(oldest, l.stamp)
		}
		for _, versions := range n.fresh {
			count, oldest = count+1, min(oldest, versions[0].stamp)
		}
	}
	return count, oldest
}

// image throws the dice for names and for each file. The caller holds mu.
func (f *FS) image(r *rand.Rand) *Image {
	count, oldest := f.unsafe()
	since := oldest - min(oldest, 1)
	together := f.throw(r, since)
	names, lost := f.namesAfterLoss(together)
	linked := map[*node]kept{} // a file of two names is one file
	var keep func(n *node) kept
	keep = func(n *node) kept {
		if k, done := linked[n]; done {
			return k
		}
		k := kept{mode: n.mode, lost: lost[n]}
		switch {
		case n.content != nil && r.IntN(2) == 0:
			k.body = n.afterLoss(together.counting(&k.lost))
		case n.content != nil:
			k.body = n.afterLoss(f.throw(r, since).counting(&k.lost))
		case n.live != nil:
			k.in = map[string]kept{}
			for name, child := range names(n) {
				k.in[name] = keep(child)
			}
		}
		linked[n] = k
		return k
	}
	return &Image{Moment: f.stamp, Unsafe: count, root: keep(f.root)}
}

// Image gives what a power loss right now may leave.
func (f *FS) Image(r *rand.Rand) *Image {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.image(r)
}

// cut is somebody who waits for an image.
type cut struct {
	at    uint64
	r     *rand.Rand
	noted func()
	image chan *Image
}

// ImageAfter waits until so many changes have come (1 is the next) and gives what a power loss may leave right before the
// last of them. It calls noted at that moment, while nothing can change. It fails with ctx.
func (f *FS) ImageAfter(ctx context.Context, changes int, r *rand.Rand, noted func()) (*Image, error) {
	c := &cut{r: r, noted: noted, image: make(chan *Image, 1)}
	f.mu.Lock()
	c.at = f.stamp + uint64(changes)
	f.cuts = append(f.cuts, c)
	f.mu.Unlock()
	select {
	case image := <-c.image:
		return image, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("disk: no %d changes came: %w", changes, ctx.Err())
	}
}

// change counts a change that is about to happen, and takes the images that wait for it. The caller holds mu.
func (f *FS) change() {
	f.cuts = slices.DeleteFunc(f.cuts, func(c *cut) bool {
		if c.at > f.stamp+1 {
			return false
		}
		c.noted()
		c.image <- f.image(c.r)
		return true
	})
	f.stamp++
}

// Has tells whether there is something under a path in the image.
func (i *Image) Has(path string) bool {
	_, ok := i.find(path)
	return ok
}

// Lost counts the changes to what is under a path that the power loss has taken; 1 if there is nothing under it any more.
func (i *Image) Lost(path string) int {
	k, ok := i.find(path)
	if !ok {
		return 1
	}
	return k.allLost()
}

func (k kept) allLost() int {
	lost := k.lost
	for _, child := range k.in {
		lost += child.allLost()
	}
	return lost
}

func (i *Image) find(path string) (k kept, ok bool) {
	k, ok = i.root, true
	for _, name := range split(path) {
		if k, ok = k.in[name]; !ok {
			return kept{}, false
		}
	}
	return k, true
}

// WriteTo makes what is under a path in the image a real folder or file, which must not exist. Sockets are left out. With
// "." it is all of the image.
func (i *Image) WriteTo(path, to string) error {
	k, ok := i.find(path)
	if !ok {
		return &os.PathError{Op: "image", Path: path, Err: os.ErrNotExist}
	}
	return k.writeTo(to)
}

func (k kept) writeTo(to string) error {
	permissions := os.FileMode(k.mode & 0o777)
	switch k.mode & syscall.S_IFMT {
	case syscall.S_IFREG:
		return k.body.writeTo(to, permissions)
	case syscall.S_IFDIR:
		if err := os.Mkdir(to, permissions|0o700); err != nil {
			return err
		}
		for name, child := range k.in {
			if err := child.writeTo(filepath.Join(to, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeTo writes runs of sectors, and leaves holes where there are none.
func (b *body) writeTo(to string, permissions os.FileMode) (err error) {
	file, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, permissions)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Truncate(b.size), file.Close()) }()
	numbers := make([]int64, 0, len(b.sectors))
	for n := range b.sectors {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	var run []byte
	for i, n := range numbers {
		if bytes := b.sectors[n]; bytes != nil {
			run = append(run, bytes...)
		} else {
			run = append(run, make([]byte, sectorSize)...)
		}
		if i+1 < len(numbers) && numbers[i+1] == n+1 {
			continue
		}
		if _, err := file.WriteAt(run, (n+1)*sectorSize-int64(len(run))); err != nil {
			return err
		}
		run = run[:0]
	}
	return nil
}
