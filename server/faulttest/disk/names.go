//go:build linux

package disk

import "slices"

// node is a file, a folder, or a socket.
type node struct {
	ino     uint64
	mode    uint32 // type and permissions
	name    string // the last one it was given, without the folder
	lookups uint64 // references that the kernel holds
	*content
	live, safe map[string]*node // of a folder: what is in it
}

// edit is one name in one folder that gets another meaning; nil takes it away.
type edit struct {
	folder *node
	name   string
	to     *node
}

// step is what a create, a link, an unlink or a rename does: all of its edits or none.
type step struct {
	stamp uint64
	edits []edit
}

// waitingSteps is how many steps may be unsafe; a real system writes old ones by itself as well.
const waitingSteps = 256

// name makes a step that programs see at once.
func (f *FS) name(edits ...edit) {
	for _, e := range edits {
		set(e.folder.live, e)
		if e.to != nil {
			e.to.name = e.name
		}
	}
	f.steps = append(f.steps, step{f.stamp, edits})
	if len(f.steps) > waitingSteps {
		f.settle(f.steps[0])
		f.steps = slices.Delete(f.steps, 0, 1)
	}
}

func set(names map[string]*node, e edit) {
	if e.to == nil {
		delete(names, e.name)
		return
	}
	names[e.name] = e.to
}

func (f *FS) settle(s step) {
	for _, e := range s.edits {
		set(e.folder.safe, e)
	}
}

// syncFolder makes the names in a folder safe: every step that touches it, and those before which touch the same names.
func (f *FS) syncFolder(folder *node) {
	type place struct {
		folder *node
		name   string
	}
	needed, places := make([]bool, len(f.steps)), map[place]bool{}
	for i := len(f.steps) - 1; i >= 0; i-- {
		for _, e := range f.steps[i].edits {
			needed[i] = needed[i] || e.folder == folder || places[place{e.folder, e.name}]
		}
		for _, e := range f.steps[i].edits {
			places[place{e.folder, e.name}] = places[place{e.folder, e.name}] || needed[i]
		}
	}
	rest := f.steps[:0]
	for i, s := range f.steps {
		if needed[i] {
			f.settle(s)
		} else {
			rest = append(rest, s)
		}
	}
	clear(f.steps[len(rest):])
	f.steps = rest
}

// namesAfterLoss gives what may be left of every folder: the safe names and any of the steps since, in their order. It
// counts the steps that are lost.
func (f *FS) namesAfterLoss(d dice) (of func(folder *node) map[string]*node, lost map[*node]int) {
	left, lost := map[*node]map[string]*node{}, map[*node]int{}
	of = func(folder *node) map[string]*node {
		if left[folder] == nil {
			left[folder] = map[string]*node{}
			for name, n := range folder.safe {
				left[folder][name] = n
			}
		}
		return left[folder]
	}
	for _, s := range f.steps {
		keeps := d.keeps(s.stamp)
		for _, e := range s.edits {
			if keeps {
				set(of(e.folder), e)
			} else {
				lost[e.folder]++
			}
		}
	}
	return of, lost
}
