package journaltest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing"

	"jiaohao/server/journal"
)

func mustSay(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("%s: %v, want %v", what, err, want)
	}
}

func readsFrom(t *testing.T, h Harness) {
	mustAppend(t, h.Journal, drafts(300, 20))
	records := all(t, h.Journal, 0)
	for _, from := range []uint64{1, 2, 63, 64, 65, 66, 299, 300, 301, 1 << 62} {
		want := records[min(from-1, 300):]
		mustEqual(t, all(t, h.Journal, from), want)
	}
}

func stopsAtError(t *testing.T, h Harness) {
	mustAppend(t, h.Journal, drafts(200, 21))
	enough := errors.New("enough")
	for _, stop := range []uint64{1, 64, 65, 150, 200} {
		var last uint64
		err := h.Journal.Read(ctx, 1, func(r journal.Record) error {
			if last = r.Seq; last == stop {
				return enough
			}
			return nil
		})
		if !errors.Is(err, enough) || last != stop {
			t.Fatalf("ended at %d with %v, want %d", last, err, stop)
		}
	}
}

func stopsWithContext(t *testing.T, h Harness) {
	mustAppend(t, h.Journal, drafts(200, 22))
	ended, end := context.WithCancel(ctx)
	var seen uint64
	err := h.Journal.Read(ended, 1, func(r journal.Record) error {
		if seen = r.Seq; seen == 10 {
			end()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || seen != 10 {
		t.Fatalf("ended at %d with %v", seen, err)
	}
	err = h.Journal.Read(ended, 1, func(journal.Record) error { t.Error("a record after the end"); return nil })
	mustSay(t, "read", err, context.Canceled)
}

func callbackMayAppend(t *testing.T, h Harness) {
	mustAppend(t, h.Journal, drafts(70, 23))
	seen := 0
	err := h.Journal.Read(ctx, 1, func(r journal.Record) error {
		seen++
		if r.Seq%20 == 0 {
			mustAppend(t, h.Journal, drafts(1, 24))
			return h.Journal.ErasePrivate(r.Seq)
		}
		return nil
	})
	if err != nil || seen != 70 || h.Journal.Head().Seq != 73 {
		t.Fatalf("%d records to %d: %v", seen, h.Journal.Head().Seq, err)
	}
}

func backupEquals(t *testing.T, h Harness) {
	mustAppend(t, h.Journal, drafts(500, 25))
	if err := h.Journal.ErasePrivate(4); err != nil {
		t.Fatal(err)
	}
	var copied bytes.Buffer
	n, err := h.Journal.Backup(&copied)
	if err != nil || n != int64(copied.Len()) {
		t.Fatalf("%d bytes said, %d written: %v", n, copied.Len(), err)
	}
	head, records := h.Journal.Head(), all(t, h.Journal, 1)
	mustAppend(t, h.Journal, drafts(5, 26))
	restored := h.Restore(copied.Bytes())
	if restored.Head() != head {
		t.Fatalf("head %+v, want %+v", restored.Head(), head)
	}
	mustEqual(t, all(t, restored, 1), records)
	mustVerify(t, restored)
	mustAppend(t, restored, drafts(5, 27))
	_, err = h.Journal.Backup(brokenWriter{})
	mustSay(t, "backup", err, io.ErrShortWrite)
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// readsWhileAppending is worth most under the race detector.
func readsWhileAppending(t *testing.T, h Harness) {
	const batches = 25
	mustAppend(t, h.Journal, drafts(10, 28))
	var readers sync.WaitGroup
	done := make(chan struct{})
	for _, read := range []func() error{
		func() error { return wholeRead(h.Journal) },
		func() error { return wholeRead(h.Journal) },
		func() error { _, err := h.Journal.Backup(io.Discard); return err },
		func() error {
			head := h.Journal.Head()
			return h.Journal.SaveSnapshot(journal.Snapshot{Seq: head.Seq, Chain: head.Chain})
		},
		func() error { _, _, err := h.Journal.Snapshot(); return err },
		func() error { return h.Journal.ErasePrivate(h.Journal.Head().Seq) },
	} {
		readers.Go(func() { repeat(t, done, read) })
	}
	for i := range batches {
		mustAppend(t, h.Journal, drafts(1+i%17, 29+i))
	}
	close(done)
	readers.Wait()
	mustVerify(t, h.Journal)
}

// repeat calls f until done.
func repeat(t *testing.T, done <-chan struct{}, f func() error) {
	for {
		if err := f(); err != nil {
			t.Error(err)
			return
		}
		select {
		case <-done:
			return
		default:
		}
	}
}

// wholeRead reads to the head and checks each record against the one before.
func wholeRead(j journal.Journal) error {
	want := j.Head().Seq
	var last journal.Record
	err := j.Read(ctx, 1, func(r journal.Record) error {
		if r.Seq != last.Seq+1 || journal.Link(last.Chain, r) != r.Chain || r.Suspect {
			return errors.New("a record does not follow the one before")
		}
		last = r
		return nil
	})
	if err == nil && last.Seq < want {
		err = errors.New("reading ended before the head")
	}
	return err
}
