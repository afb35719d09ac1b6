package records

import (
	"context"
	"fmt"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
)

// Old finds private parts that are still there in the records from one sequence through another, at most limit: those that
// citizens wrote (words), or all but those. Last is the record that it has come to.
func Old(ctx context.Context, j journal.Journal, from, through uint64, words bool, limit int) (seqs []uint64, last uint64, err error) {
	last = from - 1
	if from > through {
		return nil, last, nil
	}
	err = read(ctx, j, from, func(r journal.Record) error {
		if r.Seq > through {
			return errEnough
		}
		last = r.Seq
		if r.Private != nil && hall.CitizensWords(r.Kind) == words {
			seqs = append(seqs, r.Seq)
		}
		if r.Seq == through || len(seqs) >= limit {
			return errEnough
		}
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("looking for old private parts: %w", err)
	}
	return seqs, last, nil
}

// Ordered lists the private parts that an order was about and that are still there: what a crash has left of it.
func Ordered(ctx context.Context, j journal.Journal, e *hall.PrivateErased) ([]uint64, error) {
	if e.Reason != hall.ErasedByAge {
		return e.Seqs, nil
	}
	seqs, _, err := Old(ctx, j, e.From, e.Through, e.Words, int(e.Through))
	return seqs, err
}
