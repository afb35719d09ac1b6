package server

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"testing"

	"jiaohao/server/hall"
	"jiaohao/server/hall/halltest"
	"jiaohao/server/journal"
	"jiaohao/server/stats"
	"jiaohao/server/wait"
)

// walked is a journal of a random hall, and the same records as events.
func walked(t testing.TB, seed uint64, records int) (*journal.Memory, []halltest.Record) {
	t.Helper()
	j, list := journal.NewMemory(), halltest.Records(seed, records)
	drafts := make([]journal.Draft, len(list))
	for i, r := range list {
		chained, private, err := hall.Encode(r.Header, r.Event)
		if err != nil {
			t.Fatal(err)
		}
		drafts[i] = journal.Draft{At: int64(r.At), Kind: r.Event.Kind(), Bytes: chained, Private: private}
	}
	if r := j.Append(0, drafts); r.Outcome != journal.Done {
		t.Fatal(r.Err)
	}
	return j, list
}

func hashes(t testing.TB, s hall.State, f *stats.Fold, w *wait.Fold) (all [3][32]byte) {
	t.Helper()
	for i, hash := range []func() ([32]byte, error){s.Hash, f.Hash, w.Hash} {
		var err error
		if all[i], err = hash(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func folded(t testing.TB, j journal.Journal, folds ...FoldState) (hall.State, error) {
	t.Helper()
	return Load(t.Context(), j, slog.New(slog.DiscardHandler), folds...)
}

// TestLoadFoldsAsOneByOne folds a walk on all cores, the folds from where they had come to before, and wants what one event
// after the other gives. The control leaves one record out of the comparison.
func TestLoadFoldsAsOneByOne(t *testing.T) {
	j, records := walked(t, 31, 6000)
	w, f, q := hall.NewWorking(), stats.New(), wait.New()
	var almost [3][32]byte
	starts := map[int]func() FoldState{}
	for i, r := range records {
		for _, at := range []int{1, 1023, 1024, 1025, 4000} {
			if i == at {
				encoded, err := f.Encode()
				if err != nil {
					t.Fatal(err)
				}
				starts[at] = func() FoldState {
					restored, err := stats.Restore(encoded)
					if err != nil {
						t.Fatal(err)
					}
					return restored
				}
			}
		}
		if i == len(records)-1 {
			almost = hashes(t, w.Publish(), f, q)
		}
		w.Apply(r.Seq, r.At, r.Header, r.Event)
		f.Apply(r.Seq, r.At, r.Header, r.Event)
		q.Apply(r.Seq, r.At, r.Header, r.Event)
	}
	want := hashes(t, w.Publish(), f, q)
	if want == almost {
		t.Error("the last record changes nothing: the comparison sees nothing")
	}
	starts[0] = func() FoldState { return stats.New() }
	for at, start := range starts {
		figures, waits := start(), wait.New()
		s, err := folded(t, j, figures, waits)
		if err != nil {
			t.Fatal(err)
		}
		if got := hashes(t, s, figures.(*stats.Fold), waits); got != want {
			t.Errorf("with figures up to record %d: other hashes than one by one", at)
		}
	}
}

// TestLoadNamesWhatItCannotRead puts an unreadable record at each end of the runs that are handed on.
func TestLoadNamesWhatItCannotRead(t *testing.T) {
	_, records := walked(t, 32, 3000)
	for _, bad := range []int{1, 2, 1023, 1024, 1025, 2048, 2999} {
		j := journal.NewMemory()
		for i, r := range records[:3000] {
			chained, _, err := hall.Encode(r.Header, r.Event)
			if err != nil {
				t.Fatal(err)
			}
			d := journal.Draft{At: int64(r.At), Kind: r.Event.Kind(), Bytes: chained}
			if i+1 >= bad {
				d.Kind = "hall.painted"
			}
			if r := j.Append(uint64(i), []journal.Draft{d}); r.Outcome != journal.Done {
				t.Fatal(r.Err)
			}
		}
		_, err := folded(t, j, stats.New(), wait.New())
		want := "record " + strconv.Itoa(bad) + " (hall.painted)"
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
		if bad > 2 && (err == nil || !strings.Contains(err.Error(), "version test")) {
			t.Errorf("%v; want the version that wrote it", err)
		}
	}
}

// failing is a journal whose reading ends in the middle.
type failing struct {
	journal.Journal
	after uint64
	err   error
}

func (f failing) Read(ctx context.Context, from uint64, each func(journal.Record) error) error {
	return f.Journal.Read(ctx, from, func(r journal.Record) error {
		if r.Seq > f.after {
			return f.err
		}
		return each(r)
	})
}

func TestLoadEndsWithItsJournal(t *testing.T) {
	j, _ := walked(t, 33, 5000)
	broken := &journal.Break{Seq: 3001, What: journal.Altered}
	for _, after := range []uint64{0, 1, 1024, 3000} {
		var b *journal.Break
		if _, err := folded(t, failing{j, after, broken}, stats.New()); !errors.As(err, &b) || b != broken {
			t.Errorf("after %d records: %v", after, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Load(ctx, j, slog.New(slog.DiscardHandler), stats.New()); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody wants it any more: %v", err)
	}
}
