package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
	"jiaohao/server/journal/journaltest"
)

// TestNumbersUnderCrowd lets 64 kiosks take tickets at once: every answered number is there once, without gaps.
func TestNumbersUnderCrowd(t *testing.T) {
	d := startDesk(t, journal.NewMemory())
	const kiosks, each = 64, 20
	keys := make(chan hall.LegKey, kiosks*each)
	var wg sync.WaitGroup
	for k := range kiosks {
		wg.Go(func() {
			for range each {
				r, err := d.Order(t.Context(), hall.Order{By: kioskActor, Do: issue(k)})
				if err != nil {
					t.Error(err)
					return
				}
				keys <- r.Leg
			}
		})
	}
	wg.Wait()
	close(keys)
	seen := map[string]bool{}
	for k := range keys {
		ticket, _, ok := d.State().Leg(k)
		if !ok || seen[ticket.Number.String()] {
			t.Fatalf("%v: answered %v but found %v, seen before: %v", k, ok, ticket.Number, seen[ticket.Number.String()])
		}
		seen[ticket.Number.String()] = true
	}
	for _, prefix := range []string{"A", "B"} {
		for n := 1; n <= kiosks*each/2; n++ {
			if !seen[fmt.Sprintf("%s%03d", prefix, n)] {
				t.Errorf("%s%03d was skipped", prefix, n)
			}
		}
	}
}

// TestRepeatedKey gives the same order twice at once and again later: one ticket, one answer.
func TestRepeatedKey(t *testing.T) {
	d := startDesk(t, journal.NewMemory())
	order := hall.Order{By: kioskActor, Key: "tap-1", Digest: []byte("body"), Do: issue(0)}
	answers := make([]hall.Receipt, 8)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			var err error
			if answers[i], err = d.Order(t.Context(), order); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	replayed := 0
	for _, a := range answers {
		if a.Leg != answers[0].Leg {
			t.Errorf("answers differ: %v and %v", a.Leg, answers[0].Leg)
		}
		if a.Replayed {
			replayed++
		}
	}
	if replayed != len(answers)-1 || d.State().Tally().Issued != 1 {
		t.Errorf("%d replayed, %d issued", replayed, d.State().Tally().Issued)
	}
	order.Digest = []byte("another body")
	var r *hall.Refusal
	if _, err := d.Order(t.Context(), order); !errors.As(err, &r) || r.Code != hall.KeyReused {
		t.Errorf("another body under the same key: %v", err)
	}
}

// TestKeyAfterRestart repeats a key to the desk of the next process life.
func TestKeyAfterRestart(t *testing.T) {
	j := journal.NewMemory()
	d := startDesk(t, j)
	order := hall.Order{By: kioskActor, Key: "tap-1", Digest: []byte("body"), Do: issue(0)}
	first, err := d.Order(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	d.Stop()
	again, err := startDesk(t, j).Order(t.Context(), order)
	if err != nil || !again.Replayed || again.Leg != first.Leg || again.Seq != first.Seq {
		t.Errorf("after a restart: %+v, %v; want %+v", again, err, first)
	}
}

// TestFullJournal refuses what there is no space for, with what was decided on top of it, and goes on when there is.
func TestFullJournal(t *testing.T) {
	j := journaltest.NewFaulty(journal.NewMemory())
	d := startDesk(t, j)
	before := d.State()
	j.FailAppend(1, journaltest.NoSpace)
	var wg sync.WaitGroup
	var mu sync.Mutex
	accepted, full := 0, 0
	for range 200 {
		wg.Go(func() {
			_, err := d.Order(t.Context(), hall.Order{By: kioskActor, Do: issue(0)})
			var r *hall.Refusal
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				accepted++
			case errors.As(err, &r) && r.Code == hall.JournalFull:
				full++
			default:
				t.Errorf("unexpected: %v", err)
			}
		})
	}
	wg.Wait()
	if got := d.State().Tally().Issued - before.Tally().Issued; got != accepted || full == 0 || accepted+full != 200 {
		t.Errorf("%d accepted, %d refused as full, %d in the state", accepted, full, got)
	}
	r := d.must(t, kioskActor, issue(0))
	if ticket, _, _ := d.State().Leg(r.Leg); int(ticket.Number.N) != accepted+1 || d.FullSince() != 0 {
		t.Errorf("after the space came back: number %d after %d accepted, full since %v", ticket.Number.N, accepted, d.FullSince())
	}
	d.Stop()
	mustFoldAlike(t, j.Journal, d.State())
}

// mustFoldAlike proves that the journal holds exactly what the state says.
func mustFoldAlike(t *testing.T, j journal.Journal, want hall.State) {
	t.Helper()
	d := startDesk(t, j)
	defer d.Stop()
	got, err1 := d.State().Hash()
	hash, err2 := want.Hash()
	if err := errors.Join(err1, err2); err != nil || got != hash {
		t.Errorf("the journal folds to another state (%v)", err)
	}
}

// TestUndecided stops at an append of which nobody knows how it ended: no answer is given, nothing is shown, and the next
// process life has all of the batch or nothing of it.
func TestUndecided(t *testing.T) {
	for name, fault := range map[string]journaltest.Fault{"lost": journaltest.Lost, "kept": journaltest.Kept} {
		t.Run(name, func(t *testing.T) {
			memory := journal.NewMemory()
			j := journaltest.NewFaulty(memory)
			d := startDesk(t, j)
			before := d.State().Seq()
			j.FailAppend(1, fault)
			_, err := d.Order(t.Context(), hall.Order{By: kioskActor, Key: "k", Digest: []byte("b"), Do: issue(0)})
			if !errors.Is(err, http.ErrAbortHandler) {
				t.Errorf("an undecided command was answered with %v", err)
			}
			if err := <-d.fatal; err == nil || d.State().Seq() != before {
				t.Errorf("fatal %v, state went from %d to %d", err, before, d.State().Seq())
			}
			next := startDesk(t, memory)
			r, err := next.Order(t.Context(), hall.Order{By: kioskActor, Key: "k", Digest: []byte("b"), Do: issue(0)})
			if err != nil || r.Replayed != fault.Persist || next.State().Tally().Issued != 1 {
				t.Errorf("after the restart: %+v, %v, %d issued", r, err, next.State().Tally().Issued)
			}
		})
	}
}

// TestAnswerIsRead looks at the published state as soon as an answer is there.
func TestAnswerIsRead(t *testing.T) {
	d := startDesk(t, journal.NewMemory())
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 50 {
				r, err := d.Order(t.Context(), hall.Order{By: kioskActor, Do: issue(0)})
				if _, _, ok := d.State().Leg(r.Leg); err != nil || !ok {
					t.Errorf("answered %v (%v) but not to be read", r.Leg, err)
				}
			}
		})
	}
	wg.Wait()
}

// TestStopped refuses to say anything once the desk has ended.
func TestStopped(t *testing.T) {
	d := startDesk(t, journal.NewMemory())
	d.Stop()
	if _, err := d.Order(context.Background(), hall.Order{By: kioskActor, Do: issue(0)}); !errors.Is(err, http.ErrAbortHandler) {
		t.Errorf("a stopped desk answered %v", err)
	}
}
