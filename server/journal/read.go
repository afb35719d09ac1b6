package journal

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
)

// A chunk is read in one transaction: bbolt cannot reuse pages while a reader is open, and each may take its time.
const (
	firstChunk = 64       // records, so that reading one record costs little
	fullChunk  = 4096     // records
	chunkBytes = 1 << 20  // of stored records and private bytes
	coldStart  = 50 << 10 // records to read from which on the file is read ahead
)

// chunk is a run of records with their bytes, copied out of the file.
type chunk struct {
	entries []entry
	arena   []byte
	err     error // what comes after the entries, if not more of them
}

// Read implements Journal. One goroutine reads and checks while another calls each.
func (b *Bolt) Read(ctx context.Context, from uint64, each func(Record) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := &reader{b: b, next: max(from, 1), last: b.Head().Seq, size: firstChunk, kinds: interned()}
	if b.closed.Load() {
		return ErrClosed
	}
	if r.next > r.last {
		return nil
	}
	ctx, stop := context.WithCancel(ctx)
	warmed := b.warm(ctx, r.next, r.last)
	err := r.deliver(ctx, each)
	stop()
	<-warmed
	return err
}

// reader walks the records of a journal.
type reader struct {
	b          *Bolt
	next, last uint64
	chain      [32]byte // of the record before next
	started    bool
	size       int
	kinds      func([]byte) string
}

// deliver calls each with the records of every chunk while the next chunk is read.
func (r *reader) deliver(ctx context.Context, each func(Record) error) error {
	ctx, stop := context.WithCancel(ctx)
	full, empty := make(chan *chunk), make(chan *chunk, 2)
	empty <- new(chunk)
	empty <- new(chunk)
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.produce(ctx, empty, full)
	}()
	defer func() { stop(); <-done }()
	for c := range full {
		if err := c.each(ctx, each); err != nil {
			return err
		}
		if c.err != nil {
			return c.err
		}
		empty <- c
	}
	return ctx.Err()
}

func (c *chunk) each(ctx context.Context, each func(Record) error) error {
	for i := range c.entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := each(c.entries[i].Record); err != nil {
			return err
		}
	}
	return nil
}

// produce fills chunks until the last record, an error or the end of ctx.
func (r *reader) produce(ctx context.Context, empty <-chan *chunk, full chan<- *chunk) {
	defer close(full)
	for r.next <= r.last {
		select {
		case c := <-empty:
			c.err = r.fill(c)
			select {
			case full <- c:
			case <-ctx.Done():
				return
			}
			if c.err != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// fill reads and checks the next chunk.
func (r *reader) fill(c *chunk) error {
	c.entries, c.arena = c.entries[:0], c.arena[:0]
	err := r.b.view(func(tx *bbolt.Tx) error {
		if err := r.start(tx); err != nil {
			return err
		}
		return r.copy(tx, c)
	})
	r.size = min(r.size*4, fullChunk)
	return r.b.name(err, r.next)
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
func (r *reader) start(tx *bbolt.Tx) (err error) {
	if !r.started {
		r.chain, err = chainAt(tx, r.next-1)
		r.started = err == nil
	}
	return err
}

// copy takes records out of a transaction until the chunk is full.
func (r *reader) copy(tx *bbolt.Tx, c *chunk) error {
	records, private := tx.Bucket(recordsBucket).Cursor(), tx.Bucket(privateBucket).Cursor()
	key, value := records.Seek(seqKey(r.next))
	pkey, pvalue := private.Seek(seqKey(r.next))
	for r.next <= r.last && len(c.entries) < r.size && len(c.arena) < chunkBytes {
		for pkey != nil && bytes.Compare(pkey, key) < 0 {
			pkey, pvalue = private.Next()
		}
		var stored []byte
		if pkey != nil && bytes.Equal(pkey, key) {
			stored = pvalue
		}
		if err := r.take(c, key, value, stored); err != nil {
			return err
		}
		key, value = records.Next()
	}
	return nil
}

// take checks a stored record and adds a copy of it to the chunk.
func (r *reader) take(c *chunk, key, value, stored []byte) error {
	if b := r.misplaced(key, value); b != nil {
		return b
	}
	start := len(c.arena)
	c.arena = append(append(c.arena, value...), stored...)
	split := start + len(value)
	record, err := decodeRecord(c.arena[start:split:split], r.kinds)
	if err != nil {
		return &Break{Seq: r.next, What: Altered, Detail: "it cannot be decoded"}
	}
	if record.Seq != r.next {
		return &Break{Seq: r.next, What: Order, Detail: fmt.Sprintf("record %d stands in its place", record.Seq)}
	}
	if Link(r.chain, record) != record.Chain {
		return &Break{Seq: r.next, What: Altered, Detail: "its chain value does not follow from its content"}
	}
	e := entry{Record: record}
	if stored != nil {
		stored = c.arena[split:len(c.arena):len(c.arena)]
	}
	e.attach(stored)
	c.entries = append(c.entries, e)
	r.chain = record.Chain
	r.next++
	return nil
}

// misplaced tells whether something else stands where the next record should be.
func (r *reader) misplaced(key, value []byte) error {
	switch {
	case key == nil:
		return &Break{Seq: r.next, What: Cut, Detail: fmt.Sprintf("the head is record %d", r.last)}
	case len(key) != 8 || value == nil:
		return &Break{Seq: r.next, What: Order, Detail: "something that is no record stands in its place"}
	}
	if seq := binary.BigEndian.Uint64(key); seq != r.next {
		return &Break{Seq: r.next, What: Missing, Detail: fmt.Sprintf("record %d comes next", seq)}
	}
	return nil
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
	if head := b.Head(); seq > head.Seq {
		return chain, fmt.Errorf("%w: %d, the head is %d", ErrNoRecord, seq, head.Seq)
	}
	err = b.view(func(tx *bbolt.Tx) (err error) {
		chain, err = chainAt(tx, seq)
		return err
	})
	return chain, err
}

// warm reads the file in order, ahead of the reading of records, when much of it will be needed: bbolt maps its file
// with the advice that reads are random, so a cold one costs one small read a page, ten times as long as this.
// The channel it returns is closed when it has ended.
func (b *Bolt) warm(ctx context.Context, from, last uint64) <-chan struct{} {
	ended := make(chan struct{})
	if last-from < coldStart {
		close(ended)
		return ended
	}
	go func() {
		defer close(ended)
		b.readThrough(ctx, float64(from)/float64(last))
	}()
	return ended
}

// readThrough reads the file from a share of its length on, a bit before since records differ in length. An error
// ends it unsaid: the reading of records will meet and name it.
func (b *Bolt) readThrough(ctx context.Context, share float64) {
	info, err := b.file.Stat()
	if err != nil {
		return
	}
	buf := make([]byte, 1<<20)
	for at := int64(float64(info.Size()) * share * 0.8); ctx.Err() == nil; at += int64(len(buf)) {
		if _, err := b.file.ReadAt(buf, at); err != nil {
			return
		}
	}
}
