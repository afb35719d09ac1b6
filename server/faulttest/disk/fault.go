//go:build linux

package disk

import (
	"slices"
	"sync"
	"syscall"
	"time"
)

// Op is something that a disk does.
type Op string

// The operations that can fail.
const (
	Write  Op = "write"
	Resize Op = "resize"
	// Sync is fsync and fdatasync of a file or a folder.
	Sync Op = "sync"
	// Create is making a file or a folder.
	Create Op = "create"
	Rename Op = "rename"
)

// Fault is what happens to some operations instead of what should.
type Fault struct {
	Op Op
	// Name is the file's name without its folder; empty is any.
	Name string
	// From is which of these operations is the first to meet the fault, counted from now; 0 and 1 are the next one.
	From int
	// Times is how many meet it; 0 is all until Lift.
	Times int
	// Err is what they end with; 0 lets them through after the delay.
	Err syscall.Errno
	// Short is how many bytes of a write go through before it ends, without an error if Err is 0.
	Short int
	// Lie says that a sync was done which was not.
	Lie bool
	// Delay is waited for first.
	Delay time.Duration
}

// Injected is a fault that waits for its operation.
type Injected struct {
	Fault
	seen int
	once sync.Once
	met  chan struct{}
	at   time.Time
}

// Met is closed when an operation has met the fault.
func (i *Injected) Met() <-chan struct{} { return i.met }

// At is when the first operation met the fault; only after Met.
func (i *Injected) At() time.Time { return i.at }

// Inject adds a fault. The first one that fits an operation is the one that it meets.
func (f *FS) Inject(fault Fault) *Injected {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := &Injected{Fault: fault, met: make(chan struct{})}
	f.faults = append(f.faults, i)
	return i
}

// Lift takes all faults away.
func (f *FS) Lift() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = nil
}

// LimitSpace lets files take up so many bytes in all; less than zero is without a bound. A write that needs more ends with
// ENOSPC; a longer file takes up nothing until it is written.
func (f *FS) LimitSpace(bytes int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.space = bytes
}

// Used is how many bytes the files take up now.
func (f *FS) Used() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.used()
}

// used counts what can be reached by a name. The caller holds mu.
func (f *FS) used() int64 {
	var count func(*node) int64
	count = func(n *node) (sectors int64) {
		if n.content != nil {
			sectors = int64(len(n.content.live.sectors))
		}
		for _, child := range n.live {
			sectors += count(child)
		}
		return sectors
	}
	return count(f.root) * sectorSize
}

// meet counts an operation and waits as its fault tells. The caller must not hold mu.
func (f *FS) meet(op Op, n *node) Fault {
	f.mu.Lock()
	var met Fault
	if at := slices.IndexFunc(f.faults, func(i *Injected) bool { return i.meets(op, n.name) }); at >= 0 {
		met = f.faults[at].Fault
	}
	f.mu.Unlock()
	time.Sleep(met.Delay)
	return met
}

func (i *Injected) meets(op Op, name string) bool {
	if i.Op != op || i.Name != "" && i.Name != name {
		return false
	}
	i.seen++
	if first := max(i.From, 1); i.seen < first || i.Times > 0 && i.seen >= first+i.Times {
		return false
	}
	i.once.Do(func() { i.at = time.Now(); close(i.met) })
	return true
}
