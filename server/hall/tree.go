package hall

import "iter"

// treeWidth is the greatest number of entries in a node. Small enough that copying nodes for a published state costs
// little, as a change alone in its batch copies one of each level, large enough that a day of tickets is four levels deep.
const treeWidth = 16

// treeSmall is the room of a leaf of a small tree.
const treeSmall = 6

// tree is an ordered map that can be published: [tree.share] hands out a copy that never changes, and the next change to
// the original copies only the nodes on its way. One goroutine may change it; any number may read published copies.
type tree[K, V any] struct {
	compare func(a, b K) int
	root    *node[K, V]
	size    int
	owner   *owner
}

// owner marks the nodes that may be changed in place: those made since the last share.
type owner struct{ _ byte }

type node[K, V any] struct {
	owner *owner
	items []entry[K, V]
	kids  []*node[K, V] // nil in a leaf, else len(items)+1
	size  int           // entries here and below
}

// count sets the size of an owned node whose items or children have changed.
func (n *node[K, V]) count() {
	n.size = len(n.items)
	for _, kid := range n.kids {
		n.size += kid.size
	}
}

type entry[K, V any] struct {
	key K
	val V
}

func newTree[K, V any](compare func(a, b K) int) tree[K, V] {
	return tree[K, V]{compare: compare, owner: new(owner)}
}

// share gives an unchanging copy; t itself goes on with a new owner.
func (t *tree[K, V]) share() tree[K, V] {
	frozen := *t
	frozen.owner = nil
	t.owner = new(owner)
	return frozen
}

// thaw gives a changeable tree over the same nodes, which it copies before it changes them.
func (t tree[K, V]) thaw() tree[K, V] {
	t.owner = new(owner)
	return t
}

func (t *tree[K, V]) len() int { return t.size }

func (n *node[K, V]) find(compare func(a, b K) int, key K) (int, bool) {
	low, high := 0, len(n.items)
	for low < high {
		mid := int(uint(low+high) >> 1)
		if compare(n.items[mid].key, key) < 0 {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low, low < len(n.items) && compare(n.items[low].key, key) == 0
}

// place is find for a key that is probably greater than all: numbers and sequences rise.
func (n *node[K, V]) place(compare func(a, b K) int, key K) (int, bool) {
	if last := len(n.items) - 1; last >= 0 && compare(n.items[last].key, key) < 0 {
		return last + 1, false
	}
	return n.find(compare, key)
}

// get returns the value under key.
func (t *tree[K, V]) get(key K) (V, bool) {
	n := t.root
	for n != nil {
		i, found := n.find(t.compare, key)
		if found {
			return n.items[i].val, true
		}
		if n.kids == nil {
			break
		}
		n = n.kids[i]
	}
	var none V
	return none, false
}

func (t *tree[K, V]) has(key K) bool {
	_, found := t.get(key)
	return found
}

// own returns a node that may be changed in place: n itself, or a copy of it.
func (t *tree[K, V]) own(n *node[K, V]) *node[K, V] {
	if n.owner == t.owner {
		return n
	}
	c := t.like(n)
	c.size, c.items, c.kids = n.size, append(c.items, n.items...), append(c.kids, n.kids...)
	return c
}

// like makes an empty node of the same sort as n.
func (t *tree[K, V]) like(n *node[K, V]) *node[K, V] {
	switch {
	case n.kids != nil:
		return t.branch()
	case len(n.items) < treeSmall:
		return t.small()
	}
	return t.leaf()
}

// small makes an empty leaf with little room: many trees have a handful of entries, of services or of windows.
func (t *tree[K, V]) small() *node[K, V] {
	l := &struct {
		node[K, V]
		items [treeSmall]entry[K, V]
	}{}
	l.owner, l.node.items = t.owner, l.items[:0]
	return &l.node
}

// leaf makes an empty leaf with its entries in one piece of memory: a ticket makes so many that the number of pieces counts.
func (t *tree[K, V]) leaf() *node[K, V] {
	l := &struct {
		node[K, V]
		items [treeWidth + 1]entry[K, V]
	}{}
	l.owner, l.node.items = t.owner, l.items[:0]
	return &l.node
}

// branch makes an empty node that is to have children, likewise.
func (t *tree[K, V]) branch() *node[K, V] {
	b := &struct {
		node[K, V]
		items [treeWidth + 1]entry[K, V]
		kids  [treeWidth + 2]*node[K, V]
	}{}
	b.owner, b.node.items, b.node.kids = t.owner, b.items[:0], b.kids[:0]
	return &b.node
}

// set puts val under key, replacing what was there.
func (t *tree[K, V]) set(key K, val V) {
	if t.root == nil {
		t.root = t.small()
	}
	t.root = t.own(t.root)
	if t.insert(t.root, entry[K, V]{key, val}) {
		t.size++
	}
	if len(t.root.items) <= treeWidth {
		return
	}
	middle, right := t.split(t.root)
	root := t.branch()
	root.items, root.kids = append(root.items, middle), append(root.kids, t.root, right)
	root.count()
	t.root = root
}

// insert adds e below n, which must be owned, and tells whether the key is new.
func (t *tree[K, V]) insert(n *node[K, V], e entry[K, V]) bool {
	i, found := n.place(t.compare, e.key)
	if found {
		n.items[i].val = e.val
		return false
	}
	if n.kids == nil {
		n.items = append(n.items, e)
		copy(n.items[i+1:], n.items[i:])
		n.items[i] = e
		n.size++
		return true
	}
	kid := t.own(n.kids[i])
	n.kids[i] = kid
	added := t.insert(kid, e)
	if added {
		n.size++
	}
	if len(kid.items) > treeWidth {
		t.adopt(n, i)
	}
	return added
}

// adopt splits the overfull child i of n and takes its middle entry.
func (t *tree[K, V]) adopt(n *node[K, V], i int) {
	middle, right := t.split(n.kids[i])
	n.items = append(n.items, middle)
	copy(n.items[i+1:], n.items[i:])
	n.items[i] = middle
	n.kids = append(n.kids, right)
	copy(n.kids[i+2:], n.kids[i+1:])
	n.kids[i+1] = right
}

// split cuts an owned node. Rising keys are the usual case (numbers, sequences), so the cut is late: full nodes stay behind.
func (t *tree[K, V]) split(n *node[K, V]) (entry[K, V], *node[K, V]) {
	cut := len(n.items) * 3 / 4
	middle := n.items[cut]
	right := t.like(n)
	right.items = append(right.items, n.items[cut+1:]...)
	clear(n.items[cut:])
	n.items = n.items[:cut]
	if n.kids != nil {
		right.kids = append(right.kids, n.kids[cut+1:]...)
		clear(n.kids[cut+1:])
		n.kids = n.kids[:cut+1]
	}
	n.count()
	right.count()
	return middle, right
}

// delete removes key and tells whether it was there.
func (t *tree[K, V]) delete(key K) bool {
	if !t.has(key) {
		return false
	}
	t.root = t.own(t.root)
	t.remove(t.root, key)
	t.size--
	switch {
	case len(t.root.items) > 0:
	case t.root.kids == nil:
		t.root = nil
	default:
		t.root = t.root.kids[0]
	}
	return true
}

// remove takes key, which is there, out of the owned node n.
func (t *tree[K, V]) remove(n *node[K, V], key K) {
	i, found := n.find(t.compare, key)
	n.size--
	if n.kids == nil {
		n.items = append(n.items[:i], n.items[i+1:]...)
		return
	}
	kid := t.own(n.kids[i])
	n.kids[i] = kid
	if found {
		n.items[i] = t.takeLast(kid)
	} else {
		t.remove(kid, key)
	}
	t.mend(n, i)
}

// takeLast removes and returns the greatest entry below the owned node n.
func (t *tree[K, V]) takeLast(n *node[K, V]) entry[K, V] {
	last := len(n.items) - 1
	n.size--
	if n.kids == nil {
		e := n.items[last]
		n.items = n.items[:last]
		return e
	}
	kid := t.own(n.kids[last+1])
	n.kids[last+1] = kid
	e := t.takeLast(kid)
	t.mend(n, last+1)
	return e
}

// mend merges child i of the owned node n with a neighbour when both fit one node. Nodes may run low but never empty:
// a queue is eaten from its front, and balancing to half would copy two nodes at every call.
func (t *tree[K, V]) mend(n *node[K, V], i int) {
	kid := n.kids[i]
	if len(kid.items) > treeWidth/4 {
		return
	}
	if i > 0 && len(n.kids[i-1].items)+len(kid.items) < treeWidth {
		t.merge(n, i-1)
	} else if i+1 < len(n.kids) && len(n.kids[i+1].items)+len(kid.items) < treeWidth {
		t.merge(n, i)
	} else if len(kid.items) == 0 {
		t.borrow(n, i)
	}
}

// merge joins children i and i+1 of the owned node n around the entry between them.
func (t *tree[K, V]) merge(n *node[K, V], i int) {
	left, right := t.own(n.kids[i]), n.kids[i+1]
	left.items = append(append(left.items, n.items[i]), right.items...)
	if right.kids != nil {
		left.kids = append(left.kids, right.kids...)
	}
	n.kids[i] = left
	n.items = append(n.items[:i], n.items[i+1:]...)
	n.kids = append(n.kids[:i+1], n.kids[i+2:]...)
	left.count()
}

// borrow gives the empty child i of n one entry from a full neighbour.
func (t *tree[K, V]) borrow(n *node[K, V], i int) {
	kid := n.kids[i]
	if i > 0 {
		left := t.own(n.kids[i-1])
		n.kids[i-1] = left
		last := len(left.items) - 1
		kid.items = append(kid.items, n.items[i-1])
		n.items[i-1] = left.items[last]
		left.items = left.items[:last]
		if left.kids != nil {
			kid.kids = []*node[K, V]{left.kids[last+1], kid.kids[0]}
			left.kids = left.kids[:last+1]
		}
		kid.count()
		left.count()
		return
	}
	right := t.own(n.kids[1])
	n.kids[1] = right
	kid.items = append(kid.items, n.items[0])
	n.items[0] = right.items[0]
	right.items = append(right.items[:0], right.items[1:]...)
	if right.kids != nil {
		kid.kids = []*node[K, V]{kid.kids[0], right.kids[0]}
		right.kids = append(right.kids[:0], right.kids[1:]...)
	}
	kid.count()
	right.count()
}

// rank counts the keys below key.
func (t *tree[K, V]) rank(key K) int {
	below, n := 0, t.root
	for n != nil {
		i, found := n.find(t.compare, key)
		below += i
		if n.kids == nil {
			return below
		}
		for _, kid := range n.kids[:i] {
			below += kid.size
		}
		if found {
			return below + n.kids[i].size
		}
		n = n.kids[i]
	}
	return below
}

// from yields the entries whose keys are not below start, in rising order.
func (t *tree[K, V]) from(start K) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		if t.root != nil {
			t.root.from(t.compare, start, yield)
		}
	}
}

func (n *node[K, V]) from(compare func(a, b K) int, start K, yield func(K, V) bool) bool {
	i, found := n.find(compare, start)
	if !found && n.kids != nil && !n.kids[i].from(compare, start, yield) {
		return false
	}
	for ; i < len(n.items); i++ {
		if !yield(n.items[i].key, n.items[i].val) {
			return false
		}
		if n.kids != nil && !n.kids[i+1].each(yield) {
			return false
		}
	}
	return true
}

// all yields every entry in rising order of its key.
func (t *tree[K, V]) all() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		if t.root != nil {
			t.root.each(yield)
		}
	}
}

func (n *node[K, V]) each(yield func(K, V) bool) bool {
	for i := range n.items {
		if n.kids != nil && !n.kids[i].each(yield) {
			return false
		}
		if !yield(n.items[i].key, n.items[i].val) {
			return false
		}
	}
	return n.kids == nil || n.kids[len(n.items)].each(yield)
}
