// Package records knows how to find things in a journal again: a time, a day and its close, a ticket, whoever a document
// belongs to, what has been kept long enough, which erasures nobody has recorded. It must never know who asks, what a
// page shows or how a record is written.
package records

import (
	"context"
	"errors"
	"fmt"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
)

// errEnough ends a reading that has found what it wanted.
var errEnough = errors.New("records: enough was read")

// read reads records from a sequence on until each has had enough.
func read(ctx context.Context, j journal.Journal, from uint64, each func(journal.Record) error) error {
	if err := j.Read(ctx, from, each); !errors.Is(err, errEnough) {
		return err
	}
	return nil
}

// one reads a single record.
func one(ctx context.Context, j journal.Journal, seq uint64) (at hall.Time, err error) {
	err = read(ctx, j, seq, func(r journal.Record) error {
		at = hall.Time(r.At)
		return errEnough
	})
	return at, err
}

// Since gives the first sequence whose record is of a time or later, the one behind the head when all are earlier. It reads
// some twenty records, however many there are: a hall's records never go back in time.
func Since(ctx context.Context, j journal.Journal, at hall.Time) (uint64, error) {
	low, high := uint64(1), j.Head().Seq+1
	for low < high {
		middle := low + (high-low)/2
		found, err := one(ctx, j, middle)
		if err != nil {
			return 0, fmt.Errorf("looking for a time in the journal: %w", err)
		}
		if found < at {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, nil
}
