package hall

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestTreeAgainstMap drives the tree and a plain map through the same random changes, shares included, and compares
// everything one can ask.
func TestTreeAgainstMap(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 1))
		tree, model := newTree[int, int](cmp.Compare[int]), map[int]int{}
		type shared struct {
			tree  tree2
			model map[int]int
		}
		var published []shared
		keys := 1 + r.IntN(3000)
		for step := range 4000 {
			k := r.IntN(keys)
			if r.IntN(3) == 0 {
				_, was := model[k]
				delete(model, k)
				if tree.delete(k) != was {
					t.Fatalf("seed %d step %d: delete(%d) disagrees with the map", seed, step, k)
				}
			} else {
				model[k] = step
				tree.set(k, step)
			}
			if r.IntN(500) == 0 {
				published = append(published, shared{tree.share(), maps.Clone(model)})
			}
		}
		published = append(published, shared{tree.share(), model})
		for _, p := range published {
			sameTree(t, seed, &p.tree, p.model)
		}
	}
}

type tree2 = tree[int, int]

func sameTree(t *testing.T, seed uint64, tree *tree2, model map[int]int) {
	t.Helper()
	if tree.len() != len(model) || (tree.root != nil && tree.root.size != len(model)) {
		t.Fatalf("seed %d: %d entries, want %d", seed, tree.len(), len(model))
	}
	keys := slices.Sorted(maps.Keys(model))
	i := 0
	for k, v := range tree.all() {
		if k != keys[i] || v != model[k] {
			t.Fatalf("seed %d: entry %d is %d=%d, want %d=%d", seed, i, k, v, keys[i], model[keys[i]])
		}
		i++
	}
	for probe := -1; probe < 3001; probe += 7 {
		at, _ := slices.BinarySearch(keys, probe)
		if tree.rank(probe) != at {
			t.Fatalf("seed %d: rank(%d) = %d, want %d", seed, probe, tree.rank(probe), at)
		}
		for k := range tree.from(probe) {
			if k != keys[at] {
				t.Fatalf("seed %d: from(%d) begins with %d, want %d", seed, probe, k, keys[at])
			}
			break
		}
		if v, found := tree.get(probe); found != (at < len(keys) && keys[at] == probe) || found && v != model[probe] {
			t.Fatalf("seed %d: get(%d) = %d, %v", seed, probe, v, found)
		}
	}
}

// TestTreeThaw changes a thawed copy and finds the published one as it was.
func TestTreeThaw(t *testing.T) {
	tree := newTree[int, int](cmp.Compare[int])
	for i := range 500 {
		tree.set(i, i)
	}
	frozen := tree.share()
	thawed := frozen.thaw()
	for i := range 500 {
		thawed.set(i, -i)
		thawed.delete(i / 2)
	}
	for i := range 500 {
		if v, ok := frozen.get(i); !ok || v != i {
			t.Fatalf("the published tree changed: get(%d) = %d, %v", i, v, ok)
		}
	}
}
