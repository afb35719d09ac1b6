package main

import (
	"context"
	"os"
	"sort"
	"time"

	"jiaohao/server/journal"
)

// How far back the growth of the journal is looked at, and the least time that tells anything.
const (
	growthSpan  = 7 * 24 * time.Hour
	growthLeast = 24 * time.Hour
)

// growth tells by how many bytes a day the journal has grown of late: its records of the last week, each as large as all are
// on average. It cannot be told from less than a day.
func growth(ctx context.Context, j journal.Journal, file string) (bytesPerDay float64, ok bool) {
	head := j.Head()
	info, err := os.Stat(file)
	if err != nil || head.Seq < 2 {
		return 0, false
	}
	since := head.At - growthSpan.Milliseconds()
	first := uint64(sort.Search(int(head.Seq-1), func(i int) bool { return timeOf(ctx, j, uint64(i)+1) >= since })) + 1
	span := time.Duration(head.At-timeOf(ctx, j, first)) * time.Millisecond
	if span < growthLeast {
		return 0, false
	}
	perRecord := float64(info.Size()) / float64(head.Seq)
	return float64(head.Seq-first) * perRecord / span.Hours() * 24, true
}

// timeOf is a record's time; one that cannot be read counts as new, which makes the estimate fail rather than lie.
func timeOf(ctx context.Context, j journal.Journal, seq uint64) int64 {
	at := j.Head().At
	err := j.Read(ctx, seq, func(r journal.Record) error {
		at = r.At
		return errFound
	})
	if err != nil && err != errFound {
		return j.Head().At
	}
	return at
}
