package main

import (
	"context"
	"errors"
	"time"

	"jiaohao/server/stats"
	"jiaohao/server/wait"
)

// foldStore keeps the folds between starts. It is a cache: without it, or with a damaged one, they are folded again.
type foldStore struct {
	store *stats.Store // nil for a hall that keeps nothing
}

// openFolds brings back what the folds knew at the last snapshot.
func (h *running) openFolds(context.Context) error {
	h.stats, h.wait, h.folds = stats.New(), wait.New(), &foldStore{}
	if h.memory {
		return nil
	}
	store, err := stats.Open(h.path("folds.db"))
	if err != nil {
		return err
	}
	h.folds.store = store
	head := h.journal.Head().Seq
	if f, ok := store.LoadFold("stats"); ok && f.Seq() <= head {
		h.stats = f
	} else if head > 0 {
		h.log.Warn("there are no usable statistics, they are derived again")
	}
	if seq, bytes, ok := store.Load("wait"); ok && seq <= head {
		if f, err := wait.Restore(bytes); err == nil && f.Seq() == seq {
			h.wait = f
		} else {
			h.log.Warn("the waits are learned again", "reason", err)
		}
	}
	return nil
}

// save stores both folds. It is called when nothing is applied any more, or between batches: each fold stores one moment.
func (s *foldStore) save(h *running) error {
	if s == nil || s.store == nil {
		return nil
	}
	bytes, err := h.wait.Encode()
	if err != nil {
		return err
	}
	return errors.Join(s.store.SaveFold("stats", h.stats), s.store.Save("wait", h.wait.Seq(), bytes))
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
		if err := errors.Join(h.desk.SaveSnapshot(), h.folds.save(h)); err != nil {
			h.log.Error("a snapshot could not be stored; the next start takes longer", "error", err)
		}
	}
}
