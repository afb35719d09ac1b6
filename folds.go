package main

import (
	"bytes"
	"context"
	"errors"
	"time"

	"jiaohao/server/journal"
	"jiaohao/server/stats"
	"jiaohao/server/wait"
)

// foldStore keeps the folds between starts. It is a cache: without it, or with a damaged one, they are folded again.
type foldStore struct {
	store *stats.Store // nil for a hall that keeps nothing
}

// openFolds brings back what the folds knew at the last snapshot.
func (h *running) openFolds(ctx context.Context) error {
	h.stats, h.wait, h.folds = stats.New(), wait.New(), &foldStore{}
	if h.memory {
		return nil
	}
	store, err := stats.Open(h.path("folds.db"))
	if err != nil {
		return err
	}
	h.folds.store = store
	if f, ok := store.LoadFold("stats"); ok && h.folds.sameHistory(ctx, h.journal, "stats", f.Seq()) {
		h.stats = f
	} else if h.journal.Head().Seq > 0 {
		h.log.Warn("there are no usable statistics, they are derived again")
	}
	if seq, stored, ok := store.Load("wait"); ok && h.folds.sameHistory(ctx, h.journal, "wait", seq) {
		if f, err := wait.Restore(stored); err == nil && f.Seq() == seq {
			h.wait = f
		} else {
			h.log.Warn("the waits are learned again", "reason", err)
		}
	}
	return nil
}

// sameHistory tells whether a fold was made from this journal: the record it has come to is still the same one. After a
// backup was restored and has grown again, the sequence alone would say yes.
func (s *foldStore) sameHistory(ctx context.Context, j journal.Journal, name string, seq uint64) bool {
	at, chain, ok := s.store.Load(name + ".chain")
	if !ok || at != seq || seq > j.Head().Seq {
		return false
	}
	now, err := chainAt(ctx, j, seq)
	return err == nil && bytes.Equal(now[:], chain)
}

var errFound = errors.New("found")

// chainAt reads the chain value of one record.
func chainAt(ctx context.Context, j journal.Journal, seq uint64) (chain [32]byte, err error) {
	err = j.Read(ctx, seq, func(r journal.Record) error {
		chain = r.Chain
		return errFound
	})
	if errors.Is(err, errFound) {
		err = nil
	}
	return chain, err
}

// save stores both folds, each as of one moment.
func (s *foldStore) save(ctx context.Context, h *running) error {
	if s == nil || s.store == nil || h.stats.Seq() == 0 {
		return nil
	}
	return errors.Join(s.saveStats(ctx, h), s.saveWait(ctx, h))
}

// saveStats stores the figures themselves and not a copy, since the store remembers which days of them it has already.
func (s *foldStore) saveStats(ctx context.Context, h *running) error {
	return s.store.SaveFold("stats", h.stats, func(seq uint64) (stats.Value, error) { return chainOf(ctx, h.journal, "stats", seq) })
}

// saveWait stores a copy: the fold itself goes on while it is written.
func (s *foldStore) saveWait(ctx context.Context, h *running) error {
	encoded, err := h.wait.Encode()
	if err != nil {
		return err
	}
	frozen, err := wait.Restore(encoded)
	if err != nil {
		return err
	}
	chain, err := chainOf(ctx, h.journal, "wait", frozen.Seq())
	if err != nil {
		return err
	}
	return s.store.SaveAll(chain, stats.Value{Name: "wait", Seq: frozen.Seq(), Bytes: encoded})
}

// chainOf is the chain value of the record that a fold has come to, as it is stored beside it.
func chainOf(ctx context.Context, j journal.Journal, name string, seq uint64) (stats.Value, error) {
	chain, err := chainAt(ctx, j, seq)
	return stats.Value{Name: name + ".chain", Seq: seq, Bytes: chain[:]}, err
}

func (s *foldStore) close() error {
	if s == nil || s.store == nil {
		return nil
	}
	return s.store.Close()
}

// keepSnapshots stores the state and the folds whenever enough records have come since the last time.
func (h *running) keepSnapshots(ctx context.Context) {
	last := h.desk.State().Seq()
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		seq := h.desk.State().Seq()
		if seq-last < uint64(h.config.Snapshot.EveryRecords) {
			continue
		}
		last = seq
		began := time.Now()
		if err := errors.Join(h.desk.SaveSnapshot(), h.folds.save(ctx, h)); err != nil {
			h.log.Error("a snapshot could not be stored; the next start takes longer", "error", err)
		} else {
			h.seen.saved.Store(seq)
		}
		h.seen.snapshot.Since(began)
	}
}
