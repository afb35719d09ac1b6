package journaltest

import (
	"bytes"
	"testing"

	"jiaohao/server/journal"
)

func isEmpty(t *testing.T, h Harness) {
	if head := h.Journal.Head(); head != (journal.Head{}) {
		t.Fatalf("head %+v", head)
	}
	mustEqual(t, all(t, h.Journal, 0), nil)
	mustEqual(t, all(t, h.Journal, 7), nil)
	if _, ok, err := h.Journal.Snapshot(); ok || err != nil {
		t.Fatalf("snapshot: %v, %v", ok, err)
	}
	mustVerify(t, h.Journal)
}

func readsBack(t *testing.T, h Harness) {
	batch := drafts(50, 1)
	mustAppend(t, h.Journal, batch[:20])
	mustAppend(t, h.Journal, batch[20:])
	for i, r := range all(t, h.Journal, 1) {
		d := batch[i]
		if r.Seq != uint64(i+1) || r.At != d.At || r.Kind != d.Kind || !bytes.Equal(r.Bytes, d.Bytes) ||
			!bytes.Equal(r.Private, d.Private) || r.Erased || r.Suspect {
			t.Fatalf("record %+v is not draft %+v", r, d)
		}
		if (r.Commitment != nil) != (d.Private != nil) {
			t.Fatalf("record %d: a commitment of %d bytes to %d private ones", r.Seq, len(r.Commitment), len(d.Private))
		}
	}
	if report := mustVerify(t, h.Journal); report.Records != 50 || report.Private != 17 {
		t.Fatalf("verify counted %+v", report)
	}
}

func isChained(t *testing.T, h Harness) {
	mustAppend(t, h.Journal, drafts(9, 2))
	head := mustAppend(t, h.Journal, drafts(9, 3))
	var prev [32]byte
	for i, r := range all(t, h.Journal, 1) {
		if r.Seq != uint64(i+1) || r.Chain != journal.Link(prev, r) {
			t.Fatalf("record %d does not follow the one before", r.Seq)
		}
		prev = r.Chain
	}
	if head.Chain != prev {
		t.Fatal("the head is not the last record")
	}
}

func refusesWrongSequence(t *testing.T, h Harness) {
	head := mustAppend(t, h.Journal, drafts(5, 4))
	for _, after := range []uint64{0, 4, 6, 1 << 63} {
		r := h.Journal.Append(after, drafts(2, 5))
		mustBe(t, r, journal.Refused, journal.ErrMoved)
		if r.Head != head || h.Journal.Head() != head {
			t.Fatalf("after %d: the head moved", after)
		}
	}
	if n := len(all(t, h.Journal, 1)); n != 5 {
		t.Fatalf("%d records", n)
	}
	mustAppend(t, h.Journal, drafts(1, 6))
}

func isAllOrNothing(t *testing.T, h Harness) {
	for _, bad := range []journal.Draft{
		{Kind: ""},
		{Kind: string(make([]byte, journal.MaxKind+1))},
		{Kind: "k", Bytes: make([]byte, journal.MaxBytes+1)},
		{Kind: "k", Private: make([]byte, journal.MaxBytes+1)},
	} {
		mustBe(t, h.Journal.Append(0, append(drafts(3, 7), bad)), journal.Refused, journal.ErrBounds)
	}
	isEmpty(t, h)
	h.Journal = h.Reopen()
	isEmpty(t, h)
}

func takesEmptyBatch(t *testing.T, h Harness) {
	mustAppend(t, h.Journal, nil)
	head := mustAppend(t, h.Journal, drafts(3, 8))
	if again := mustAppend(t, h.Journal, []journal.Draft{}); again != head {
		t.Fatal("the head moved")
	}
}

func takesBigBatch(t *testing.T, h Harness) {
	batch := drafts(10_000, 9)
	batch[5000].Bytes = bytes.Repeat([]byte("长"), 1<<20)
	mustAppend(t, h.Journal, batch)
	records := all(t, h.Journal, 1)
	if len(records) != len(batch) || !bytes.Equal(records[5000].Bytes, batch[5000].Bytes) {
		t.Fatalf("%d records", len(records))
	}
	h.Journal = h.Reopen()
	mustEqual(t, all(t, h.Journal, 1), records)
	mustVerify(t, h.Journal)
}

func keepsNoDraft(t *testing.T, h Harness) {
	batch := []journal.Draft{{Kind: "k", Bytes: []byte("abc"), Private: []byte("def")}}
	mustAppend(t, h.Journal, batch)
	copy(batch[0].Bytes, "xyz")
	copy(batch[0].Private, "uvw")
	mustAppend(t, h.Journal, batch)
	got := all(t, h.Journal, 1)
	if string(got[0].Bytes) != "abc" || string(got[0].Private) != "def" || string(got[1].Bytes) != "xyz" {
		t.Fatalf("%+v", got)
	}
	mustVerify(t, h.Journal)
}

func outlivesRestart(t *testing.T, h Harness) {
	mustAppend(t, h.Journal, drafts(30, 10))
	head := mustAppend(t, h.Journal, drafts(31, 11))
	records := all(t, h.Journal, 1)
	for range 3 {
		h.Journal = h.Reopen()
		if h.Journal.Head() != head {
			t.Fatalf("head %+v, want %+v", h.Journal.Head(), head)
		}
		mustEqual(t, all(t, h.Journal, 1), records)
		head = mustAppend(t, h.Journal, drafts(2, 12))
		records = append(records, all(t, h.Journal, head.Seq-1)...)
	}
	mustVerify(t, h.Journal)
}

func refusesWhenClosed(t *testing.T, h Harness) {
	head := mustAppend(t, h.Journal, drafts(3, 13))
	if err := h.Journal.Close(); err != nil {
		t.Fatal(err)
	}
	mustBe(t, h.Journal.Append(head.Seq, drafts(1, 14)), journal.Refused, journal.ErrClosed)
	_, _, snapshotErr := h.Journal.Snapshot()
	_, backupErr := h.Journal.Backup(new(bytes.Buffer))
	for name, err := range map[string]error{
		"read":          h.Journal.Read(ctx, 1, func(journal.Record) error { return nil }),
		"snapshot":      snapshotErr,
		"save snapshot": h.Journal.SaveSnapshot(journal.Snapshot{}),
		"erase private": h.Journal.ErasePrivate(1),
		"backup":        backupErr,
		"close":         h.Journal.Close(),
	} {
		mustSay(t, name, err, journal.ErrClosed)
	}
}
