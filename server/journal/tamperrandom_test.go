package journal

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"go.etcd.io/bbolt"
)

const tampered = 120 // records of the journal that is tampered with

// tamperer makes one random change that somebody with the file could make, and says what it was.
type tamperer struct {
	name   string
	change func(r *rand.Rand) func(*bbolt.Tx) error
}

func anySeq(r *rand.Rand) uint64 { return 1 + r.Uint64N(tampered) }

// private gives the sequence of a record that has private bytes: some gives them to the first of each three in ten.
func private(r *rand.Rand) uint64 { return 10*r.Uint64N(tampered/10) + 1 + 3*r.Uint64N(4) }

var tamperers = []tamperer{
	{"a byte of a record changed", func(r *rand.Rand) func(*bbolt.Tx) error { return changeByte(r, recordsBucket, anySeq(r)) }},
	{"a byte of a private part changed", func(r *rand.Rand) func(*bbolt.Tx) error { return changeByte(r, privateBucket, private(r)) }},
	{"a record deleted", func(r *rand.Rand) func(*bbolt.Tx) error { return drop(recordsBucket, anySeq(r)) }},
	{"a private part deleted", func(r *rand.Rand) func(*bbolt.Tx) error { return drop(privateBucket, private(r)) }},
	{"two records swapped", func(r *rand.Rand) func(*bbolt.Tx) error { return swapOther(r, recordsBucket, anySeq) }},
	{"two private parts swapped", func(r *rand.Rand) func(*bbolt.Tx) error { return swapOther(r, privateBucket, private) }},
	{"the end cut off", func(r *rand.Rand) func(*bbolt.Tx) error {
		from := anySeq(r)
		return drop(recordsBucket, upTo(tampered)[from-1:]...)
	}},
	{"a record forged with its chain", func(r *rand.Rand) func(*bbolt.Tx) error { return forge(anySeq(r)) }},
	{"a byte of the head changed", func(r *rand.Rand) func(*bbolt.Tx) error { return flip(metaBucket, headKey, r.IntN(48)) }},
	{"a record cut short", func(r *rand.Rand) func(*bbolt.Tx) error { return shorten(r, anySeq(r)) }},
}

func changeByte(r *rand.Rand, bucket []byte, seq uint64) func(*bbolt.Tx) error {
	return func(tx *bbolt.Tx) error {
		value := bytes.Clone(tx.Bucket(bucket).Get(seqKey(seq)))
		value[r.IntN(len(value))] ^= byte(1 + r.IntN(255))
		return tx.Bucket(bucket).Put(seqKey(seq), value)
	}
}

func swapOther(r *rand.Rand, bucket []byte, pick func(*rand.Rand) uint64) func(*bbolt.Tx) error {
	a, b := pick(r), pick(r)
	for a == b {
		b = pick(r)
	}
	return swap(bucket, a, b)
}

func shorten(r *rand.Rand, seq uint64) func(*bbolt.Tx) error {
	return func(tx *bbolt.Tx) error {
		value := bytes.Clone(tx.Bucket(recordsBucket).Get(seqKey(seq)))
		return tx.Bucket(recordsBucket).Put(seqKey(seq), value[:r.IntN(len(value))])
	}
}

// TestRandomTampering changes a journal JIAOHAO_TAMPER times (100), each time anew, and expects every change to be found.
func TestRandomTampering(t *testing.T) {
	rounds := 100
	if n, err := strconv.Atoi(os.Getenv("JIAOHAO_TAMPER")); err == nil {
		rounds = n
	}
	_, whole := compact(t, filled(t, tampered))
	dir := t.TempDir()
	found := map[string]int{}
	for seed := range rounds {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		how := tamperers[seed%len(tamperers)]
		if err := os.WriteFile(filepath.Join(dir, FileName), whole, 0o600); err != nil {
			t.Fatal(err)
		}
		edit(t, dir, how.change(r))
		if _, err := contents(filepath.Join(dir, FileName)); err == nil {
			t.Errorf("seed %d: %s, and nobody noticed", seed, how.name)
			continue
		}
		found[how.name]++
	}
	if _, err := contents(untouched(t, dir, whole)); err != nil {
		t.Errorf("the journal as it was: %v", err)
	}
	total := 0
	for _, n := range found {
		total += n
	}
	t.Logf("counts: tamper changes=%d found=%d classes=%d", rounds, total, len(found))
}

// untouched goes through the same hands without a change: what is found must be the change, not the handling.
func untouched(t *testing.T, dir string, whole []byte) string {
	t.Helper()
	path := filepath.Join(dir, FileName)
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	edit(t, dir, func(tx *bbolt.Tx) error {
		return tx.Bucket(recordsBucket).Put(seqKey(7), bytes.Clone(tx.Bucket(recordsBucket).Get(seqKey(7))))
	})
	return path
}
