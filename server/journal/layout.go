package journal

import (
	"bytes"
	"context"
	"fmt"
)

// checkEdges descends to the last leaf of every bucket, as opening does, and checks each page on the way.
func (p *pages) checkEdges() error {
	return p.eachBucket(func(value []byte) error {
		id, _, err := bucketRoot(value)
		if err != nil || id == 0 {
			return err
		}
		for range maxDepth {
			pg, err := p.read(id, nil)
			if err != nil || pg.flags == leafPage {
				return err
			}
			if pg.flags != branchPage || pg.count == 0 {
				return fmt.Errorf("%w: %d leads nowhere", errPage, id)
			}
			_, id = pg.child(int(pg.count) - 1)
		}
		return fmt.Errorf("%w: a tree without an end", errPage)
	})
}

// eachBucket calls f with the value of every bucket. Three small buckets always fit in one leaf.
func (p *pages) eachBucket(f func(value []byte) error) error {
	root, err := p.read(p.root, nil)
	if err != nil {
		return err
	}
	if root.flags != leafPage {
		return fmt.Errorf("%w: the buckets are not in one leaf", errPage)
	}
	for i := range int(root.count) {
		_, value, flags := root.item(i)
		if flags != bucketFlag {
			return fmt.Errorf("%w: something else among the buckets", errPage)
		}
		if err := f(value); err != nil {
			return err
		}
	}
	return nil
}

// layout checks that every page has exactly one use.
type layout struct {
	*pages
	ctx  context.Context
	used []bool
	bufs [maxDepth + 1][]byte // one for each depth: keys of the pages above are still needed below
}

// checkLayout walks all pages of a commit.
func (p *pages) checkLayout(ctx context.Context) error {
	near := *p
	near.file = &window{file: p.file}
	l := &layout{pages: &near, ctx: ctx, used: make([]bool, p.end)}
	l.used[0], l.used[1] = true, true
	steps := []func() error{
		func() error { return l.tree(p.root, maxDepth, nil, nil) },
		func() error { return l.eachBucket(l.bucket) },
		l.free,
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	for id, used := range l.used {
		if !used {
			return fmt.Errorf("%w: %d is neither in use nor free", errPage, id)
		}
	}
	return nil
}

func (l *layout) bucket(value []byte) error {
	id, inline, err := bucketRoot(value)
	if err != nil {
		return err
	}
	if id == 0 {
		return l.leaf(inline, 0, nil, nil)
	}
	return l.tree(id, maxDepth, nil, nil)
}

// tree checks the pages from id down: their keys must rise and lie in [low, high); nil means without bound.
func (l *layout) tree(id uint64, depth int, low, high []byte) error {
	if err := l.ctx.Err(); err != nil {
		return err
	}
	if depth == 0 {
		return fmt.Errorf("%w: %d is part of a tree without an end", errPage, id)
	}
	if l.bufs[depth] == nil {
		l.bufs[depth] = make([]byte, pageSize)
	}
	pg, err := l.read(id, l.bufs[depth])
	if err != nil {
		return err
	}
	if err := l.take(id, pg.overflow); err != nil {
		return err
	}
	switch pg.flags {
	case leafPage:
		return l.leaf(pg, id, low, high)
	case branchPage:
		return l.branch(pg, id, depth, low, high)
	}
	return fmt.Errorf("%w: %d is of the wrong sort", errPage, id)
}

func (l *layout) branch(pg page, id uint64, depth int, low, high []byte) error {
	for i := range int(pg.count) {
		key, child := pg.child(i)
		if i > 0 && bytes.Compare(key, low) <= 0 {
			return fmt.Errorf("%w: the keys of %d do not rise", errPage, id)
		}
		next := high
		if i+1 < int(pg.count) {
			next, _ = pg.child(i + 1)
		}
		if err := l.tree(child, depth-1, key, next); err != nil {
			return err
		}
		low = key
	}
	return nil
}

func (l *layout) leaf(pg page, id uint64, low, high []byte) error {
	for i := range int(pg.count) {
		key, _, flags := pg.item(i)
		bad := bytes.Compare(key, low)
		if flags&^bucketFlag != 0 || bad < 0 || (i > 0 && bad == 0) || (high != nil && bytes.Compare(key, high) >= 0) {
			return fmt.Errorf("%w: element %d of %d is out of place", errPage, i, id)
		}
		low = key
	}
	return nil
}

// free marks the freelist's own pages and those that it names.
func (l *layout) free() error {
	ids, overflow, err := l.freed()
	if err != nil {
		return err
	}
	if err := l.take(l.freelist, overflow); err != nil {
		return err
	}
	for _, id := range ids {
		if err := l.take(id, 0); err != nil {
			return err
		}
	}
	return nil
}

// take marks a page and its overflow as used.
func (l *layout) take(id uint64, overflow uint32) error {
	for n := range uint64(overflow) + 1 {
		if id+n >= l.end || l.used[id+n] {
			return fmt.Errorf("%w: %d has two uses", errPage, id+n)
		}
		l.used[id+n] = true
	}
	return nil
}
