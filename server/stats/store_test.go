package stats

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"jiaohao/server/hall/halltest"
)

func openStore(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func reopen(t testing.TB, s *Store) *Store {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return openStore(t, s.path)
}

func TestStoreGivesBackWhatWasSavedLast(t *testing.T) {
	s := openStore(t, filepath.Join(t.TempDir(), "folds.db"))
	if _, _, ok := s.Load("wait"); ok {
		t.Error("something was there before anything was saved")
	}
	for i, text := range []string{"", "one", "two"} {
		if err := s.Save("wait", uint64(i), []byte(text)); err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			s = reopen(t, s)
		}
		if seq, b, ok := s.Load("wait"); !ok || seq != uint64(i) || string(b) != text {
			t.Errorf("got %d %q %v, want %d %q", seq, b, ok, i, text)
		}
	}
	if _, _, ok := s.Load("other"); ok {
		t.Error("another name gives it too")
	}
}

func TestStoredValueOfAnotherNameIsDamage(t *testing.T) {
	s := openStore(t, filepath.Join(t.TempDir(), "folds.db"))
	if err := s.db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket(headsBucket).Put([]byte("b"), wrap("a", 1, []byte("x")))
	}); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := s.Load("b"); ok {
		t.Error("a value moved to another name was believed")
	}
}

// TestFoldIsSavedByAndBy saves along a walk, in and out of restarts, and wants the figures of a fold that never stopped.
func TestFoldIsSavedByAndBy(t *testing.T) {
	records := halltest.Records(20, 6000)
	s := openStore(t, filepath.Join(t.TempDir(), "folds.db"))
	f := New()
	for from := 0; from < len(records); from += 400 {
		apply(f, records[from:min(from+400, len(records))])
		if err := s.SaveFold("stats", f, nil); err != nil {
			t.Fatal(err)
		}
		if from%1200 == 0 {
			s = reopen(t, s)
		}
		got, ok := s.LoadFold("stats")
		if !ok || !bytes.Equal(encode(t, got), encode(t, f)) {
			t.Fatalf("after record %d: ok %v, or other figures than were saved", f.Seq(), ok)
		}
		f = got
	}
	if !bytes.Equal(encode(t, f), encode(t, apply(New(), records))) {
		t.Error("saving and loading changed the figures")
	}
}

// TestSealedDaysAreWrittenOnce looks at what a save touches.
func TestSealedDaysAreWrittenOnce(t *testing.T) {
	s := openStore(t, filepath.Join(t.TempDir(), "folds.db"))
	f := sealedFold(t)
	if err := s.SaveFold("stats", f, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.db.Update(func(tx *bbolt.Tx) error {
		days := tx.Bucket(daysBucket("stats"))
		key, _ := days.Cursor().First()
		return days.Put(key, []byte("marked"))
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveFold("stats", f, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Save("wait", 1, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.LoadFold("stats"); ok {
		t.Error("the mark on a day is gone: a save rewrote it")
	}
	if _, _, ok := s.Load("wait"); ok {
		t.Error("the rest of a damaged file was trusted")
	}
	fresh := sealedFold(t)
	if err := s.SaveFold("stats", fresh, nil); err != nil {
		t.Fatal(err)
	}
	if got, ok := s.LoadFold("stats"); !ok || !bytes.Equal(encode(t, got), encode(t, f)) {
		t.Error("a fold made anew did not replace the damaged days")
	}
}

func TestDaysOfAnotherJournalAreReplaced(t *testing.T) {
	s := openStore(t, filepath.Join(t.TempDir(), "folds.db"))
	other := apply(New(), halltest.Records(21, 6000))
	for _, f := range []*Fold{sealedFold(t), other} {
		if err := s.SaveFold("stats", f, nil); err != nil {
			t.Fatal(err)
		}
	}
	s = reopen(t, s)
	if got, ok := s.LoadFold("stats"); !ok || !bytes.Equal(encode(t, got), encode(t, other)) {
		t.Error("the days of two journals were mixed")
	}
}

func TestStoreOfAnotherProcessIsNotTouched(t *testing.T) {
	path := filepath.Join(t.TempDir(), "folds.db")
	s := openStore(t, path)
	if err := s.Save("wait", 7, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if second, err := Open(path); err == nil {
		second.Close()
		t.Error("two have the file open")
	}
	if seq, _, ok := s.Load("wait"); !ok || seq != 7 {
		t.Error("the first lost what it had")
	}
}

func TestStoreWhereNoFileCanBe(t *testing.T) {
	if _, err := Open(filepath.Join(t.TempDir(), "missing", "folds.db")); err == nil {
		t.Error("a store in a folder that is not there")
	}
}

func TestLostFileIsMadeAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "folds.db")
	for _, content := range [][]byte{nil, {}, []byte("not a database"), bytes.Repeat([]byte{7}, 1<<16)} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, ok := s.Load("wait"); ok {
			t.Error("something came out of nothing")
		}
		if err := s.Save("wait", 1, []byte("x")); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// stored is a file with figures in it.
func stored(t testing.TB) (file []byte, figures []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "folds.db")
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	f := apply(New(), halltest.Records(22, 1500))
	for range 3 {
		if err := s.SaveFold("stats", f, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if file, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	return file, encode(t, f)
}

// bear opens a file of any bytes: what comes out is right or nothing, and afterwards it can be saved to and read again.
func bear(t *testing.T, path string, file, figures []byte) (whole bool) {
	t.Helper()
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path)
	if err != nil {
		t.Fatalf("a damaged file cannot be opened: %v", err)
	}
	got, ok := s.LoadFold("stats")
	if ok && !bytes.Equal(encode(t, got), figures) {
		t.Fatal("damaged figures were believed")
	}
	f, err := Restore(figures)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SaveFold("stats", f, nil); err != nil {
		t.Fatalf("nothing can be saved any more: %v", err)
	}
	if again, ok := s.LoadFold("stats"); !ok || !bytes.Equal(encode(t, again), figures) {
		t.Fatalf("what was saved afterwards came back otherwise: %v", ok)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	return ok
}

// TestDamagedFile flips bytes and cuts the end off. The handles of hopeless files stay open, so there are not many rounds.
func TestDamagedFile(t *testing.T) {
	file, figures := stored(t)
	r, path, whole := rand.New(rand.NewPCG(4, 4)), filepath.Join(t.TempDir(), "folds.db"), 0
	if !bear(t, path, file, figures) {
		t.Fatal("the file is not whole to begin with")
	}
	for range 300 {
		bad := bytes.Clone(file)
		for range 1 + r.IntN(8) {
			bad[r.IntN(len(bad))] ^= byte(1 << r.IntN(8))
		}
		if r.IntN(4) == 0 {
			bad = bad[:r.IntN(len(bad))]
		}
		if bear(t, path, bad, figures) {
			whole++
		}
	}
	t.Logf("%d of 300 damaged files still gave the right figures", whole)
}

// TestFoldAndWhatIsBesideAreOneWrite fails what stands beside the figures, and wants the figures of before.
func TestFoldAndWhatIsBesideAreOneWrite(t *testing.T) {
	records := halltest.Records(23, 800)
	s := openStore(t, filepath.Join(t.TempDir(), "folds.db"))
	f := apply(New(), records[:400])
	beside := func(seq uint64) (Value, error) {
		return Value{Name: "stats.chain", Seq: seq, Bytes: []byte("chain")}, nil
	}
	if err := s.SaveFold("stats", f, beside); err != nil {
		t.Fatal(err)
	}
	before := encode(t, f)
	apply(f, records[400:])
	if err := s.SaveFold("stats", f, func(uint64) (Value, error) { return Value{}, os.ErrClosed }); !errors.Is(err, os.ErrClosed) {
		t.Errorf("the failure was %v", err)
	}
	seq, b, ok := s.Load("stats.chain")
	got, whole := s.LoadFold("stats")
	if !ok || seq != records[399].Seq || string(b) != "chain" || !whole || !bytes.Equal(encode(t, got), before) {
		t.Errorf("beside: %d %q %v; figures whole: %v", seq, b, ok, whole)
	}
}
