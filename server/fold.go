package server

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
)

// A run of records is what readers, decoders and folds hand on to each other.
const (
	runRecords = 1024
	runBytes   = 1 << 20
)

// run is consecutive records on their way through a folding: copied from the journal, decoded, and then folded by several at
// the same time, each in order.
type run struct {
	records []raw
	arena   []byte
	events  []recorded
	broken  error // why the event behind the last of events cannot be read
	decoded chan struct{}
	folded  sync.WaitGroup
}

// raw is a record whose bytes lie in the run's arena.
type raw struct {
	seq   uint64
	at    hall.Time
	kind  string
	bytes []byte
}

// folding reads the journal once for a state and its folds. Records are decoded on all cores ahead of them; the state and
// each fold go their own pace, so that the slowest decides how long it takes, not all of them together.
type folding struct {
	work   chan *run
	sinks  []chan *run
	free   chan *run
	crew   sync.WaitGroup
	cancel context.CancelCauseFunc
}

// newFolding starts the decoders, and a goroutine for each that folds: it is given runs in order, all with events. The first
// error of any ends the folding.
func newFolding(cancel context.CancelCauseFunc, fold ...func(*run) error) *folding {
	decoders := runtime.GOMAXPROCS(0)
	ahead := 2*decoders + 2
	f := &folding{work: make(chan *run, ahead), free: make(chan *run, ahead), cancel: cancel}
	for range ahead {
		f.free <- &run{decoded: make(chan struct{})}
	}
	for range decoders {
		f.crew.Go(f.decode)
	}
	for _, each := range fold {
		sink := make(chan *run, ahead)
		f.sinks = append(f.sinks, sink)
		f.crew.Go(func() { f.follow(sink, each) })
	}
	return f
}

func (f *folding) decode() {
	d := hall.NewDecoder()
	for r := range f.work {
		for _, rec := range r.records {
			h, e, err := d.Decode(rec.kind, rec.bytes)
			if err != nil {
				r.broken = err
				break
			}
			hall.Prepare(e)
			r.events = append(r.events, recorded{rec.at, h, e})
		}
		close(r.decoded)
	}
}

// follow hands runs to one that folds; after an error of its own it only lets them by.
func (f *folding) follow(sink <-chan *run, each func(*run) error) {
	var failed error
	for r := range sink {
		<-r.decoded
		if failed == nil {
			if failed = each(r); failed != nil {
				f.cancel(failed)
			}
		}
		r.folded.Done()
	}
}

// read takes the records from one on out of a journal, and returns when all that were read are folded.
func (f *folding) read(ctx context.Context, j journal.Journal, from uint64) error {
	r, err := f.next(ctx)
	if err == nil {
		err = j.Read(ctx, from, func(rec journal.Record) (err error) {
			r.add(rec)
			if len(r.records) == runRecords || len(r.arena) >= runBytes {
				f.send(r)
				r, err = f.next(ctx)
			}
			return err
		})
	}
	if r != nil {
		f.send(r)
	}
	close(f.work)
	for _, sink := range f.sinks {
		close(sink)
	}
	f.crew.Wait()
	return err
}

// next gives an empty run, as soon as there is one.
func (f *folding) next(ctx context.Context) (*run, error) {
	select {
	case r := <-f.free:
		r.records, r.arena, r.events, r.broken = r.records[:0], r.arena[:0], r.events[:0], nil
		r.decoded = make(chan struct{})
		return r, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (r *run) add(rec journal.Record) {
	start := len(r.arena)
	r.arena = append(r.arena, rec.Bytes...)
	r.records = append(r.records, raw{rec.Seq, hall.Time(rec.At), rec.Kind, r.arena[start:len(r.arena):len(r.arena)]})
}

// send hands a run on to the decoders and to all who fold.
func (f *folding) send(r *run) {
	r.folded.Add(len(f.sinks))
	f.work <- r
	for _, sink := range f.sinks {
		sink <- r
	}
	go func() {
		r.folded.Wait()
		f.free <- r
	}()
}

// unreadable says which record a run stops at, and who wrote it.
func (r *run) unreadable(version string) error {
	at := r.records[len(r.events)]
	return fmt.Errorf("record %d (%s): %w; it was written by version %s of the program, use that or a later one", at.seq, at.kind, r.broken, version)
}
