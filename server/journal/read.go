package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"go.etcd.io/bbolt"
)

// A chunk is read in one transaction: bbolt cannot reuse pages while a reader is open, and each may take its time.
const (
	firstChunk = 64        // records, so that reading one record costs little
	fullChunk  = 2048      // records
	chunkBytes = 512 << 10 // of stored records and private bytes
)

// chunk is a run of records: first as they lie in the file, copied out of it, then checked.
type chunk struct {
	first, last uint64   // sequences of the run's first record and of the whole reading's last one
	chain       [32]byte // as stored with the record before the first
	stored      []stored
	arena       []byte
	entries     []entry
	err         error // what comes after the entries, if not more of them
	checked     chan struct{}
}

// stored is a key with what lies under it in both buckets, all nil where there is nothing more.
type stored struct{ key, value, private []byte }

// Read implements Journal. One goroutine copies records out of the file, several check them, and this one calls each.
func (b *Bolt) Read(ctx context.Context, from uint64, each func(Record) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &walk{b: b, next: max(from, 1), past: b.recent.look(), size: firstChunk}
	w.last = w.past.end().Seq
	if b.closed.Load() {
		return ErrClosed
	}
	if w.next > w.last {
		return nil
	}
	// The first few records are often all that is wanted: no goroutine is worth its while for them.
	c := new(chunk)
	w.fill(c)
	c.check(interned())
	if err := c.each(ctx, each); err != nil || w.next > w.last {
		return err
	}
	w.ahead = b.readAhead(w.next, w.last)
	return w.deliver(ctx, each)
}

// walk copies the records of a journal out of its file, and behind these what was recent when it began. What has been filed
// since is in both.
type walk struct {
	b          *Bolt
	past       past
	next, last uint64
	chain      [32]byte // as stored with the record before next
	started    bool
	size       int
	ahead      *ahead // nil for none
}

// deliver calls each with the records of every chunk while later ones are read and checked.
func (w *walk) deliver(ctx context.Context, each func(Record) error) error {
	ctx, stop := context.WithCancel(ctx)
	checkers := runtime.GOMAXPROCS(0)
	chunks := checkers + 2
	empty, work, full := make(chan *chunk, chunks), make(chan *chunk, chunks), make(chan *chunk, chunks)
	for range chunks {
		empty <- &chunk{checked: make(chan struct{}, 1)}
	}
	var crew sync.WaitGroup
	crew.Go(func() { w.produce(ctx, empty, work, full) })
	for range checkers {
		crew.Go(func() {
			kinds := interned()
			for c := range work {
				c.check(kinds)
				c.checked <- struct{}{}
			}
		})
	}
	defer func() { stop(); crew.Wait() }()
	for c := range full {
		<-c.checked
		if err := c.each(ctx, each); err != nil {
			return err
		}
		empty <- c
	}
	return ctx.Err()
}

// each calls f with the records of a checked chunk and gives the error that comes after them.
func (c *chunk) each(ctx context.Context, f func(Record) error) error {
	for i := range c.entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := f(c.entries[i].Record); err != nil {
			return err
		}
	}
	return c.err
}

// produce fills chunks until the last record, an error or the end of ctx. Each goes to the checkers, and in its place to
// the one who delivers.
func (w *walk) produce(ctx context.Context, empty <-chan *chunk, work, full chan<- *chunk) {
	defer close(full)
	defer close(work)
	for w.next <= w.last {
		select {
		case c := <-empty:
			whole := w.fill(c)
			work <- c
			full <- c
			if !whole {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// fill copies the next records into a chunk; false when there is no going on behind them.
func (w *walk) fill(c *chunk) bool {
	c.first, c.last, c.stored, c.arena = w.next, w.last, c.stored[:0], c.arena[:0]
	if w.next > w.past.filed.Seq {
		c.err = w.copyRecent(c)
	} else {
		c.err = w.b.name(w.b.view(func(tx *bbolt.Tx) error {
			w.ahead.reach(w.next)
			if err := w.start(tx); err != nil {
				return err
			}
			return w.copy(tx, c)
		}), w.next)
	}
	w.size = min(w.size*4, fullChunk)
	return c.err == nil && len(c.stored) > 0
}

// copyRecent is copy for records that were not in the file when the walk began.
func (w *walk) copyRecent(c *chunk) error {
	if w.b.closed.Load() {
		return ErrClosed
	}
	if !w.started {
		chain, err := w.b.chainIn(w.past, w.next-1)
		if err != nil {
			return err
		}
		w.chain, w.started = chain, true
	}
	c.chain = w.chain
	w.past.from(w.next, func(seq uint64, value, private []byte) bool {
		c.stored = append(c.stored, stored{key: c.keep(seqKey(seq)), value: c.keep(value), private: c.keep(private)})
		w.next = seq + 1
		return len(c.stored) < w.size && len(c.arena) < chunkBytes
	})
	w.ends(c)
	return nil
}

// ends keeps the chain value of a chunk's last record for the next chunk. Where that record cannot be decoded its checker says
// so, and nothing behind it is delivered.
func (w *walk) ends(c *chunk) {
	if n := len(c.stored); n > 0 {
		r, _ := decodeRecord(c.stored[n-1].value, func([]byte) string { return "" })
		w.chain = r.Chain
	}
}

// name gives damage found by bbolt the sequence at which the reading was.
func (b *Bolt) name(err error, at uint64) error {
	var d *DamagedError
	if errors.As(err, &d) {
		return &Break{Seq: at, What: File, Detail: d.Error()}
	}
	return err
}

// start fetches the chain value that the first record follows.
func (w *walk) start(tx *bbolt.Tx) (err error) {
	if !w.started {
		w.chain, err = chainAt(tx, w.next-1)
		w.started = err == nil
	}
	return err
}

// copy takes records out of a transaction until the chunk is full. It believes that they are the right ones: that is for
// the checkers to find out.
func (w *walk) copy(tx *bbolt.Tx, c *chunk) error {
	records, private := tx.Bucket(recordsBucket).Cursor(), tx.Bucket(privateBucket).Cursor()
	key, value := records.Seek(seqKey(w.next))
	pkey, pvalue := private.Seek(seqKey(w.next))
	c.chain = w.chain
	for w.next <= w.past.filed.Seq && len(c.stored) < w.size && len(c.arena) < chunkBytes {
		for pkey != nil && bytes.Compare(pkey, key) < 0 {
			pkey, pvalue = private.Next()
		}
		s := stored{key: c.keep(key), value: c.keep(value)}
		if pkey != nil && bytes.Equal(pkey, key) {
			s.private = c.keep(pvalue)
		}
		c.stored = append(c.stored, s)
		w.next++
		if key == nil {
			break
		}
		key, value = records.Next()
	}
	w.ends(c)
	return nil
}

// keep copies bytes of the file; nil stays nil.
func (c *chunk) keep(b []byte) []byte {
	if b == nil {
		return nil
	}
	start := len(c.arena)
	c.arena = append(c.arena, b...)
	return c.arena[start:len(c.arena):len(c.arena)]
}

// chainAt reads one record's chain value; that of 0 is the empty journal's.
func chainAt(tx *bbolt.Tx, seq uint64) ([32]byte, error) {
	if seq == 0 {
		return [32]byte{}, nil
	}
	value := tx.Bucket(recordsBucket).Get(seqKey(seq))
	if value == nil {
		return [32]byte{}, &Break{Seq: seq, What: Missing, Detail: "reading was to begin after it"}
	}
	r, err := decodeRecord(value, interned())
	if err != nil {
		return [32]byte{}, &Break{Seq: seq, What: Altered, Detail: "it cannot be decoded"}
	}
	return r.Chain, nil
}

func (b *Bolt) chainAt(seq uint64) (chain [32]byte, err error) {
	p := b.recent.look()
	if head := p.end(); seq > head.Seq {
		return chain, fmt.Errorf("%w: %d, the head is %d", ErrNoRecord, seq, head.Seq)
	}
	return b.chainIn(p, seq)
}

// chainIn reads one record's chain value, out of the file or out of what was recent.
func (b *Bolt) chainIn(p past, seq uint64) (chain [32]byte, err error) {
	if seq > p.filed.Seq {
		return p.chainAt(seq)
	}
	err = b.view(func(tx *bbolt.Tx) (err error) {
		chain, err = chainAt(tx, seq)
		return err
	})
	return chain, err
}
