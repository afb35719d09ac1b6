package journaltest

import (
	"bytes"
	"testing"

	"jiaohao/server/journal"
)

// mustHold expects a snapshot to be there.
func mustHold(t *testing.T, j journal.Journal, want journal.Snapshot) {
	t.Helper()
	got, ok, err := j.Snapshot()
	if !ok || err != nil {
		t.Fatalf("no snapshot: %v", err)
	}
	if got.Format != want.Format || got.Seq != want.Seq || got.Chain != want.Chain || !bytes.Equal(got.State, want.State) {
		t.Fatalf("another snapshot: %+v", got)
	}
}

// mustLack expects that there is no snapshot to use, and a reason.
func mustLack(t *testing.T, j journal.Journal) {
	t.Helper()
	if s, ok, err := j.Snapshot(); ok || err == nil {
		t.Fatalf("snapshot %+v used: %v, %v", s, ok, err)
	}
}

// take makes a snapshot of a journal's head and stores it.
func take(t *testing.T, j journal.Journal, state string) journal.Snapshot {
	t.Helper()
	head := j.Head()
	s := journal.Snapshot{Format: 3, Seq: head.Seq, Chain: head.Chain, State: []byte(state)}
	if err := j.SaveSnapshot(s); err != nil {
		t.Fatal(err)
	}
	return s
}

func keepsSnapshot(t *testing.T, h Harness) {
	mustHold(t, h.Journal, take(t, h.Journal, ""))
	mustAppend(t, h.Journal, drafts(10, 40))
	mustHold(t, h.Journal, take(t, h.Journal, "ten"))
	mustAppend(t, h.Journal, drafts(10, 41))
	s := take(t, h.Journal, string(make([]byte, 3<<20)))
	mustAppend(t, h.Journal, drafts(10, 42))
	mustHold(t, h.Journal, s)
	h.Journal = h.Reopen()
	mustHold(t, h.Journal, s)
}

func leavesDamagedSnapshot(t *testing.T, h Harness) {
	mustAppend(t, h.Journal, drafts(10, 43))
	take(t, h.Journal, "a state of the hall")
	h.DamageSnapshot()
	mustLack(t, h.Journal)
	h.Journal = h.Reopen()
	mustLack(t, h.Journal)
	mustHold(t, h.Journal, take(t, h.Journal, "anew"))
}

func leavesForeignSnapshot(t *testing.T, h Harness) {
	head := mustAppend(t, h.Journal, drafts(10, 44))
	for _, s := range []journal.Snapshot{
		{Seq: head.Seq - 1, Chain: head.Chain},
		{Seq: head.Seq, Chain: [32]byte{1}},
		{Seq: head.Seq + 1, Chain: head.Chain},
		{Seq: 0, Chain: [32]byte{1}},
	} {
		if err := h.Journal.SaveSnapshot(s); err != nil {
			t.Fatal(err)
		}
		mustLack(t, h.Journal)
	}
}

func eraseKeepsChain(t *testing.T, h Harness) {
	mustAppend(t, h.Journal, drafts(60, 45))
	before := all(t, h.Journal, 1)
	if err := h.Journal.ErasePrivate(1, 2, 4, 58, 4); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		report := mustVerify(t, h.Journal)
		if report.Records != 60 || report.Erased != 3 || report.Private != 17 {
			t.Fatalf("verify counted %+v", report)
		}
		for i, r := range all(t, h.Journal, 1) {
			if r.Chain != before[i].Chain || !bytes.Equal(r.Commitment, before[i].Commitment) {
				t.Fatalf("record %d has another chain value", r.Seq)
			}
		}
		h.Journal = h.Reopen()
	}
	mustAppend(t, h.Journal, drafts(3, 46))
	mustVerify(t, h.Journal)
}

func eraseIsExact(t *testing.T, h Harness) {
	mustAppend(t, h.Journal, drafts(60, 47))
	want := all(t, h.Journal, 1)
	// Record 2 has no private bytes: it is left as it is.
	for _, seq := range []uint64{2, 7, 31} {
		if err := h.Journal.ErasePrivate(seq); err != nil {
			t.Fatal(err)
		}
	}
	for _, i := range []int{6, 30} {
		want[i].Private, want[i].Erased = nil, true
	}
	mustEqual(t, all(t, h.Journal, 1), want)
	h.Journal = h.Reopen()
	mustEqual(t, all(t, h.Journal, 1), want)
}

func eraseNamesMissing(t *testing.T, h Harness) {
	mustAppend(t, h.Journal, drafts(5, 48))
	before := all(t, h.Journal, 1)
	for _, seq := range []uint64{0, 6} {
		mustSay(t, "erase", h.Journal.ErasePrivate(1, seq), journal.ErrNoRecord)
	}
	mustEqual(t, all(t, h.Journal, 1), before)
}
