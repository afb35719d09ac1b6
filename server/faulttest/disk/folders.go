//go:build linux

package disk

import (
	"maps"
	"slices"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fuse"
)

// renameNoReplace is RENAME_NOREPLACE, the only flag of a rename that is known here.
const renameNoReplace = 1

// add makes a node of a name in a folder.
func (f *FS) add(folder uint64, name string, mode uint32, out *fuse.EntryOut) fuse.Status {
	if met := f.meet(Create, &node{name: name}); met.Err != 0 {
		return fuse.Status(met.Err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	in := f.nodes[folder]
	if in.live[name] != nil {
		return fuse.Status(syscall.EEXIST)
	}
	f.change()
	n := f.make(mode)
	f.name(edit{in, name, n})
	f.answer(n, out)
	return fuse.OK
}

// Create implements fuse.RawFileSystem.
func (f *FS) Create(_ <-chan struct{}, in *fuse.CreateIn, name string, out *fuse.CreateOut) fuse.Status {
	out.OpenFlags |= fuse.FOPEN_KEEP_CACHE
	return f.add(in.NodeId, name, syscall.S_IFREG|in.Mode&0o7777, &out.EntryOut)
}

// Mknod implements fuse.RawFileSystem.
func (f *FS) Mknod(_ <-chan struct{}, in *fuse.MknodIn, name string, out *fuse.EntryOut) fuse.Status {
	return f.add(in.NodeId, name, in.Mode, out)
}

// Mkdir implements fuse.RawFileSystem.
func (f *FS) Mkdir(_ <-chan struct{}, in *fuse.MkdirIn, name string, out *fuse.EntryOut) fuse.Status {
	return f.add(in.NodeId, name, syscall.S_IFDIR|in.Mode&0o7777, out)
}

// Link implements fuse.RawFileSystem.
func (f *FS) Link(_ <-chan struct{}, in *fuse.LinkIn, name string, out *fuse.EntryOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	folder, n := f.nodes[in.NodeId], f.nodes[in.Oldnodeid]
	if folder.live[name] != nil {
		return fuse.Status(syscall.EEXIST)
	}
	f.change()
	f.name(edit{folder, name, n})
	f.answer(n, out)
	return fuse.OK
}

// Unlink implements fuse.RawFileSystem.
func (f *FS) Unlink(_ <-chan struct{}, h *fuse.InHeader, name string) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	folder := f.nodes[h.NodeId]
	if folder.live[name] == nil {
		return fuse.ENOENT
	}
	f.change()
	f.name(edit{folder, name, nil})
	return fuse.OK
}

// Rmdir implements fuse.RawFileSystem.
func (f *FS) Rmdir(cancel <-chan struct{}, h *fuse.InHeader, name string) fuse.Status {
	f.mu.Lock()
	n := f.nodes[h.NodeId].live[name]
	f.mu.Unlock()
	if n != nil && len(n.live) > 0 {
		return fuse.Status(syscall.ENOTEMPTY)
	}
	return f.Unlink(cancel, h, name)
}

// Rename implements fuse.RawFileSystem.
func (f *FS) Rename(_ <-chan struct{}, in *fuse.RenameIn, from, to string) fuse.Status {
	if met := f.meet(Rename, &node{name: to}); met.Err != 0 {
		return fuse.Status(met.Err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	source, target := f.nodes[in.NodeId], f.nodes[in.Newdir]
	n, there := source.live[from], target.live[to]
	switch {
	case in.Flags&^renameNoReplace != 0:
		return fuse.EINVAL
	case n == nil:
		return fuse.ENOENT
	case there != nil && in.Flags == renameNoReplace:
		return fuse.Status(syscall.EEXIST)
	case there != nil && len(there.live) > 0:
		return fuse.Status(syscall.ENOTEMPTY)
	}
	f.change()
	f.name(edit{source, from, nil}, edit{target, to, n})
	return fuse.OK
}

// OpenDir implements fuse.RawFileSystem.
func (f *FS) OpenDir(<-chan struct{}, *fuse.OpenIn, *fuse.OpenOut) fuse.Status { return fuse.OK }

// ReadDir implements fuse.RawFileSystem. The names come in order, so that a place in the list is the count of those before.
func (f *FS) ReadDir(_ <-chan struct{}, in *fuse.ReadIn, out *fuse.DirEntryList) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	folder := f.nodes[in.NodeId]
	for i, name := range slices.Sorted(maps.Keys(folder.live)) {
		n := folder.live[name]
		if uint64(i) >= in.Offset && !out.AddDirEntry(fuse.DirEntry{Name: name, Ino: n.ino, Mode: n.mode}) {
			break
		}
	}
	return fuse.OK
}
