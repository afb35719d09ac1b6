package journal

import (
	"bytes"
	"errors"
	"os"
	"testing"
)

// copyOf is a journal's file that a test may damage page by page.
type copyOf struct {
	t     *testing.T
	path  string
	bytes []byte
	pages *pages
}

func damagedCopy(t *testing.T) *copyOf {
	t.Helper()
	dir := t.TempDir()
	b := open(t, dir, Options{plain: true})
	for range 30 {
		add(t, b, some(30))
	}
	if err := errors.Join(b.ErasePrivate(1), b.Close()); err != nil {
		t.Fatal(err)
	}
	path, whole := compact(t, dir)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	p, err := readPages(f)
	if err != nil {
		t.Fatal(err)
	}
	return &copyOf{t: t, path: path, bytes: whole, pages: p}
}

// first gives the first page of a sort.
func (c *copyOf) first(flags uint16) uint64 {
	c.t.Helper()
	for id := uint64(2); id < c.pages.end; id++ {
		if pg, err := c.pages.read(id, nil); err == nil && pg.flags == flags && c.inUse(id) && id != c.pages.root {
			return id
		}
	}
	c.t.Fatalf("no page of sort %#x", flags)
	return 0
}

func (c *copyOf) inUse(id uint64) bool {
	ids, _, err := c.pages.freed()
	if err != nil {
		c.t.Fatal(err)
	}
	for _, free := range ids {
		if free == id {
			return false
		}
	}
	return true
}

// at gives the bytes of a page from an offset on, to be changed.
func (c *copyOf) at(id uint64, offset int) []byte { return c.bytes[int(id)*pageSize+offset:] }

// pageDamages are ways to damage a page; each must be named, and none may bring the process down.
var pageDamages = map[string]func(c *copyOf){
	"a branch that leads to itself": func(c *copyOf) {
		id := c.first(branchPage)
		order.PutUint64(c.at(id, pageHeaderSize+8), id)
	},
	"a branch whose last child is itself": func(c *copyOf) {
		id := c.first(branchPage)
		last := int(order.Uint16(c.at(id, 10))) - 1
		order.PutUint64(c.at(id, pageHeaderSize+last*elementSize+8), id)
	},
	"a branch that leads out of the file": func(c *copyOf) {
		order.PutUint64(c.at(c.first(branchPage), pageHeaderSize+8), 1<<40)
	},
	"a branch that leads to the same leaf twice": func(c *copyOf) {
		id := c.first(branchPage)
		copy(c.at(id, pageHeaderSize+elementSize+8)[:8], c.at(id, pageHeaderSize+8)[:8])
	},
	"a branch that leads to the freelist": func(c *copyOf) {
		order.PutUint64(c.at(c.first(branchPage), pageHeaderSize+8), c.pages.freelist)
	},
	"a branch without children": func(c *copyOf) { order.PutUint16(c.at(c.first(branchPage), 10), 0) },
	"a leaf of another number":  func(c *copyOf) { order.PutUint64(c.at(c.first(leafPage), 0), 3) },
	"a leaf of no sort":         func(c *copyOf) { order.PutUint16(c.at(c.first(leafPage), 8), 0x40) },
	"a leaf with too many records": func(c *copyOf) {
		order.PutUint16(c.at(c.first(leafPage), 10), 0xFFF0)
	},
	"a leaf as long as the file": func(c *copyOf) { order.PutUint32(c.at(c.first(leafPage), 12), 1<<20) },
	"a record beyond its page": func(c *copyOf) {
		order.PutUint32(c.at(c.first(leafPage), pageHeaderSize+12), 1<<30)
	},
	"a record that is a bucket": func(c *copyOf) { order.PutUint32(c.at(c.first(leafPage), pageHeaderSize), 1) },
	"buckets elsewhere":         func(c *copyOf) { order.PutUint16(c.at(c.pages.root, 8), branchPage) },
	"a bucket that is none":     func(c *copyOf) { order.PutUint32(c.at(c.pages.root, pageHeaderSize), 0) },
	"a freelist of no sort":     func(c *copyOf) { order.PutUint16(c.at(c.pages.freelist, 8), leafPage) },
	"a freelist longer than its page": func(c *copyOf) {
		order.PutUint16(c.at(c.pages.freelist, 10), 0xFFFE)
	},
	"a freelist with a page in use": func(c *copyOf) {
		order.PutUint64(c.at(c.pages.freelist, pageHeaderSize), c.first(leafPage))
	},
	"a freelist that forgot a page": func(c *copyOf) {
		p := c.at(c.pages.freelist, 10)
		order.PutUint16(p, order.Uint16(p)-1)
	},
	"a page full of zeros": func(c *copyOf) { copy(c.at(c.first(leafPage), 0)[:pageSize], make([]byte, pageSize)) },
	"the first header gone": func(c *copyOf) {
		copy(c.bytes[:pageSize], make([]byte, pageSize))
	},
	"the second header gone": func(c *copyOf) {
		copy(c.bytes[pageSize:2*pageSize], make([]byte, pageSize))
	},
}

func TestDamagedPagesAreNamed(t *testing.T) {
	for name, damage := range pageDamages {
		t.Run(name, func(t *testing.T) {
			c := damagedCopy(t)
			whole := bytes.Clone(c.bytes)
			if _, err := contents(c.path); err != nil {
				t.Fatalf("before the damage: %v", err)
			}
			damage(c)
			if bytes.Equal(whole, c.bytes) {
				t.Fatal("nothing was damaged")
			}
			if err := os.WriteFile(c.path, c.bytes, 0o600); err != nil {
				t.Fatal(err)
			}
			soon(t, "looking at it", func() {
				if _, err := contents(c.path); err == nil {
					t.Error("nothing was said")
				} else {
					t.Log(err)
				}
			})
		})
	}
}
