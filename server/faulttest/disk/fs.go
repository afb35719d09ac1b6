//go:build linux

package disk

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fuse"
)

// FS is the file system. Mount makes one.
type FS struct {
	fuse.RawFileSystem
	// Dir is where it is mounted.
	Dir string

	// mu guards what follows.
	mu     sync.Mutex
	root   *node
	nodes  map[uint64]*node // those that the kernel knows
	last   uint64           // the newest node's number
	stamp  uint64           // counts changes
	steps  []step           // that are not safe
	cuts   []*cut
	faults []*Injected
	space  int64
	r      *rand.Rand // what is left of a failed sync
}

func newFS() *FS {
	f := &FS{RawFileSystem: fuse.NewDefaultRawFileSystem(), nodes: map[uint64]*node{}, space: -1,
		r: rand.New(rand.NewPCG(rand.Uint64(), 0))}
	f.root = f.make(syscall.S_IFDIR | 0o700)
	f.root.lookups = 1
	f.nodes[f.root.ino] = f.root
	return f
}

// make makes a node without a name. The first is the root, whose number the kernel knows as 1.
func (f *FS) make(mode uint32) *node {
	f.last++
	n := &node{ino: f.last, mode: mode}
	switch mode & syscall.S_IFMT {
	case syscall.S_IFDIR:
		n.live, n.safe = map[string]*node{}, map[string]*node{}
	case syscall.S_IFREG:
		n.content = newContent()
	}
	return n
}

func split(path string) []string {
	return slices.DeleteFunc(strings.Split(path, "/"), func(name string) bool { return name == "" || name == "." })
}

// Durable makes everything safe, as a system does that is shut down in order.
func (f *FS) Durable() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.steps {
		f.settle(s)
	}
	f.steps = nil
	f.each(f.root, func(n *node) {
		if n.content != nil {
			n.sync()
		}
	})
}

func (f *FS) each(n *node, do func(*node)) {
	do(n)
	for _, child := range n.live {
		f.each(child, do)
	}
}

// Restore puts an image in the place of what there is, as a machine finds its disk after the power has come back. All files
// are new ones to the kernel, which therefore holds nothing of them. No process may have a file open.
func (f *FS) Restore(i *Image) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.steps = nil
	f.fill(f.root, i.root)
}

func (f *FS) fill(folder *node, k kept) {
	clear(folder.live)
	for name, child := range k.in {
		n := f.make(child.mode)
		n.name = name
		if n.content != nil {
			n.content.live = child.body
			n.content.safe = body{size: child.body.size, sectors: maps.Clone(child.body.sectors)}
		}
		if n.live != nil {
			f.fill(n, child)
		}
		folder.live[name] = n
	}
	folder.safe = maps.Clone(folder.live)
}

// answer tells the kernel about a node. Nothing may be remembered, since Restore changes things behind its back.
func (f *FS) answer(n *node, out *fuse.EntryOut) {
	n.lookups++
	f.nodes[n.ino] = n
	out.NodeId, out.Generation = n.ino, 1
	n.attr(&out.Attr)
}

// attr describes a node. The times stand still: a changed one would make the kernel drop what it holds of a mapped file.
func (n *node) attr(out *fuse.Attr) {
	*out = fuse.Attr{Ino: n.ino, Mode: n.mode, Nlink: 1, Blksize: 4096}
	if n.content != nil {
		out.Size, out.Blocks = uint64(n.content.live.size), uint64(len(n.content.live.sectors))
	}
}

// Lookup implements fuse.RawFileSystem.
func (f *FS) Lookup(_ <-chan struct{}, h *fuse.InHeader, name string, out *fuse.EntryOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.nodes[h.NodeId].live[name]
	if n == nil {
		return fuse.ENOENT
	}
	f.answer(n, out)
	return fuse.OK
}

// Forget implements fuse.RawFileSystem.
func (f *FS) Forget(ino, lookups uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.nodes[ino]
	if n == nil || n == f.root {
		return
	}
	if n.lookups -= min(lookups, n.lookups); n.lookups == 0 {
		delete(f.nodes, ino)
	}
}

// GetAttr implements fuse.RawFileSystem.
func (f *FS) GetAttr(_ <-chan struct{}, in *fuse.GetAttrIn, out *fuse.AttrOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nodes[in.NodeId].attr(&out.Attr)
	return fuse.OK
}

// SetAttr implements fuse.RawFileSystem: permissions hold at once, times are not kept, a length is a change like a write.
func (f *FS) SetAttr(_ <-chan struct{}, in *fuse.SetAttrIn, out *fuse.AttrOut) fuse.Status {
	n := f.node(in.NodeId)
	if size, ok := in.GetSize(); ok {
		if met := f.meet(Resize, n); met.Err != 0 {
			return fuse.Status(met.Err)
		}
		f.mu.Lock()
		f.change()
		n.resize(f.stamp, int64(size))
		f.mu.Unlock()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if mode, ok := in.GetMode(); ok {
		n.mode = n.mode&syscall.S_IFMT | mode&0o7777
	}
	n.attr(&out.Attr)
	return fuse.OK
}

func (f *FS) node(ino uint64) *node {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.nodes[ino]
}

// StatFs implements fuse.RawFileSystem.
func (f *FS) StatFs(_ <-chan struct{}, _ *fuse.InHeader, out *fuse.StatfsOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	space, used := f.space, f.used()
	if space < 0 {
		space = used + 1<<40
	}
	free := uint64(max(0, space-used)) / 4096
	*out = fuse.StatfsOut{Blocks: uint64(space) / 4096, Bfree: free, Bavail: free, Files: 1 << 20, Ffree: 1 << 20, Bsize: 4096, Frsize: 4096, NameLen: 255}
	return fuse.OK
}

// Access implements fuse.RawFileSystem: there is one user.
func (f *FS) Access(<-chan struct{}, *fuse.AccessIn) fuse.Status { return fuse.OK }
