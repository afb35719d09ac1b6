package server

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
)

// FoldState is a fold that says how far it has come, so that a start hands it only what it has not seen.
type FoldState interface {
	Fold
	Seq() uint64
}

// Load makes the state and brings the folds up to the journal's head: from the snapshot where there is a good one, else
// from the first record. Errors name the record that could not be read and the version that wrote it.
func Load(ctx context.Context, j journal.Journal, log *slog.Logger, folds ...FoldState) (hall.State, error) {
	began := time.Now()
	w := fromSnapshot(j, log)
	from := w.Seq()
	start := from
	for _, f := range folds {
		from = min(from, f.Seq())
	}
	last, err := foldAll(ctx, j, from, w, folds)
	if err != nil {
		return hall.State{}, fmt.Errorf("folding the journal: %w", err)
	}
	log.Info("the journal is folded", "seq", w.Seq(), "snapshot", start, "read", last-from, "took", time.Since(began).Round(time.Millisecond))
	return w.Publish(), nil
}

// foldAll applies the records after one to the state and to each fold that has not seen them yet, and gives the last.
func foldAll(ctx context.Context, j journal.Journal, after uint64, w *hall.Working, folds []FoldState) (last uint64, err error) {
	// Nearly all that is made on the way is garbage at once: to collect it less often takes a few hundred MB for that time.
	defer debug.SetGCPercent(debug.SetGCPercent(foldGC))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	sinks := []func(*run) error{func(r *run) error { return applyState(w, r) }}
	for _, f := range folds {
		sinks = append(sinks, func(r *run) error { return applyFold(f, r) })
	}
	err = newFolding(cancel, sinks...).read(ctx, j, after+1)
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return max(after, w.Seq()), err
}

// foldGC is the percentage of the heap that may be garbage while a journal is folded.
const foldGC = 400

func applyState(w *hall.Working, r *run) error {
	for i, e := range r.events {
		if seq := r.records[i].seq; seq > w.Seq() {
			w.Apply(seq, e.at, e.header, e.event)
		}
	}
	if r.broken != nil {
		return r.unreadable(w.Version())
	}
	return nil
}

func applyFold(f FoldState, r *run) error {
	seen := f.Seq()
	for i, e := range r.events {
		if seq := r.records[i].seq; seq > seen {
			f.Apply(seq, e.at, e.header, e.event)
		}
	}
	return nil
}

// begin goes on from the state that the journal was folded to.
func (d *Desk) begin() (*hall.Working, *batch) {
	w := hall.Resume(d.State())
	d.clock.resume(w.At())
	return w, d.open(w)
}

// fromSnapshot begins with the stored snapshot; whatever is wrong with it only costs time.
func fromSnapshot(j journal.Journal, log *slog.Logger) *hall.Working {
	stored, ok, err := j.Snapshot()
	if err != nil {
		log.Warn("the snapshot cannot be used, the journal is folded from its beginning", "error", err)
	}
	if !ok || stored.Format != hall.SnapshotFormat || stored.Seq > j.Head().Seq {
		return hall.NewWorking()
	}
	state, err := hall.Restore(stored.State)
	if err != nil || state.Seq() != stored.Seq {
		log.Warn("the snapshot cannot be used, the journal is folded from its beginning", "error", err)
		return hall.NewWorking()
	}
	return hall.Resume(state)
}

// SaveSnapshot stores the newest durable state. The desk goes on meanwhile.
func (d *Desk) SaveSnapshot() error {
	p := d.state.Load()
	bytes, err := p.Encode()
	if err != nil {
		return err
	}
	return d.journal.SaveSnapshot(journal.Snapshot{Format: hall.SnapshotFormat, Seq: p.Seq(), Chain: p.chain, State: bytes})
}

// Secret reads the private part of a record, for instance the note of a transfer; zero when it was erased or never was.
func (d *Desk) Secret(ctx context.Context, seq uint64) (hall.Secret, error) {
	var secret hall.Secret
	if seq == 0 || seq > d.State().Seq() {
		return secret, nil
	}
	err := d.journal.Read(ctx, seq, func(r journal.Record) error {
		if len(r.Private) > 0 {
			s, err := hall.DecodeSecret(r.Private)
			secret = s
			if err != nil {
				return err
			}
		}
		return errEnough
	})
	if err == errEnough {
		err = nil
	}
	return secret, err
}

var errEnough = fmt.Errorf("server: enough was read")

// Counts is how the desk is doing, for metrics.
type Counts struct {
	Seq, Done, Refused, Appends uint64
	Full                        bool
	LastAppend                  time.Duration
	Waiting                     int // commands not yet decided
}

// Counts gives the desk's figures at a moment.
func (d *Desk) Counts() Counts {
	return Counts{Seq: d.State().Seq(), Done: d.done.Load(), Refused: d.refused.Load(), Appends: d.appends.Load(), Full: d.FullSince() != 0,
		LastAppend: time.Duration(d.lastLag.Load()), Waiting: len(d.orders)}
}

// notes keeps the free texts that pages show beside tickets, read once each from beside the chain.
type notes struct {
	mu   sync.Mutex
	text map[uint64]string
}

// maxNotes bounds the memory of notes; beyond it they are read again.
const maxNotes = 4096

// Note gives the free text beside a record; "" for none. It is quick enough for rendering a view.
func (d *Desk) Note(seq uint64) string {
	d.notes.mu.Lock()
	defer d.notes.mu.Unlock()
	if text, known := d.notes.text[seq]; known {
		return text
	}
	secret, err := d.Secret(context.Background(), seq)
	if err != nil {
		d.log.Warn("a note cannot be read", "seq", seq, "error", err)
		return ""
	}
	if d.notes.text == nil || len(d.notes.text) >= maxNotes {
		d.notes.text = map[uint64]string{}
	}
	d.notes.text[seq] = secret.Text
	return secret.Text
}
