//go:build linux

package disk

import (
	"syscall"

	"github.com/hanwen/go-fuse/v2/fuse"
)

// Open implements fuse.RawFileSystem. The kernel keeps what it holds of the file from earlier, as it does on other disks.
func (f *FS) Open(_ <-chan struct{}, in *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	out.OpenFlags |= fuse.FOPEN_KEEP_CACHE
	if in.Flags&syscall.O_TRUNC == 0 {
		return fuse.OK
	}
	n := f.node(in.NodeId)
	if met := f.meet(Resize, n); met.Err != 0 {
		return fuse.Status(met.Err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.change()
	n.resize(f.stamp, 0)
	return fuse.OK
}

// Read implements fuse.RawFileSystem.
func (f *FS) Read(_ <-chan struct{}, in *fuse.ReadIn, p []byte) (fuse.ReadResult, fuse.Status) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.nodes[in.NodeId].content.live.fill(p, int64(in.Offset))
	return fuse.ReadResultData(p[:n]), fuse.OK
}

// Write implements fuse.RawFileSystem.
func (f *FS) Write(_ <-chan struct{}, in *fuse.WriteIn, p []byte) (uint32, fuse.Status) {
	n := f.node(in.NodeId)
	met := f.meet(Write, n)
	if met.Err != 0 || met.Short > 0 {
		p = p[:min(met.Short, len(p))]
	}
	if len(p) == 0 && met.Err != 0 {
		return 0, fuse.Status(met.Err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.space >= 0 && n.growth(len(p), int64(in.Offset))*sectorSize > f.space-f.used() {
		return 0, fuse.Status(syscall.ENOSPC)
	}
	f.change()
	n.write(f.stamp, p, int64(in.Offset))
	if met.Err != 0 {
		return 0, fuse.Status(met.Err)
	}
	return uint32(len(p)), fuse.OK
}

// Fsync implements fuse.RawFileSystem. What it makes safe does not include the file's name. One that fails makes nothing safe,
// and no later one makes safe what it was about; only the kernel still shows it.
func (f *FS) Fsync(_ <-chan struct{}, in *fuse.FsyncIn) fuse.Status { return f.sync(in.NodeId) }

// FsyncDir implements fuse.RawFileSystem.
func (f *FS) FsyncDir(_ <-chan struct{}, in *fuse.FsyncIn) fuse.Status { return f.sync(in.NodeId) }

func (f *FS) sync(ino uint64) fuse.Status {
	n := f.node(ino)
	met := f.meet(Sync, n)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.change()
	switch {
	case met.Err != 0:
		if n.content != nil {
			n.content.forget(f.throw(f.r, 0))
		}
		return fuse.Status(met.Err)
	case met.Lie:
	case n.content != nil:
		n.content.sync()
	default:
		f.syncFolder(n)
	}
	return fuse.OK
}

// Flush implements fuse.RawFileSystem: closing a file makes nothing safe.
func (f *FS) Flush(<-chan struct{}, *fuse.FlushIn) fuse.Status { return fuse.OK }
