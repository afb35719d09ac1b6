// Package journaltest knows the contract that every journal must keep, and the faults that a journal's user must
// outlive. It must never know what an event means.
//
// A journal's own test runs the whole contract in one line:
//
//	journaltest.Run(t, func(t *testing.T) journaltest.Harness { … })
package journaltest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"jiaohao/server/journal"
)

// Harness is one empty journal and what a test may do to it.
type Harness struct {
	// Journal is open and empty.
	Journal journal.Journal
	// Reopen closes what is open and gives the journal as a process that starts again would see it.
	Reopen func() journal.Journal
	// Restore opens a journal from what Backup wrote.
	Restore func(backup []byte) journal.Journal
	// DamageSnapshot changes a byte of the stored snapshot.
	DamageSnapshot func()
}

// Run runs the contract against journals that start makes, each of them empty. start registers its own cleaning up.
func Run(t *testing.T, start func(t *testing.T) Harness) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Helper()
			row.check(t, start(t))
		})
	}
}

// rows are the sentences of the contract.
var rows = []struct {
	name  string
	check func(*testing.T, Harness)
}{
	{"an empty journal has a zero head and no records", isEmpty},
	{"what was appended is read back, byte for byte", readsBack},
	{"sequences rise by one and the chain can be computed again", isChained},
	{"a wrong sequence is refused and changes nothing", refusesWrongSequence},
	{"a batch with one draft out of bounds is refused as a whole", isAllOrNothing},
	{"an empty batch is done and changes nothing", takesEmptyBatch},
	{"a big batch is one append", takesBigBatch},
	{"drafts may be reused after an append", keepsNoDraft},
	{"reading begins where it was told and ends at the head", readsFrom},
	{"reading ends at the first error", stopsAtError},
	{"reading ends with its context", stopsWithContext},
	{"the head and the records outlive a restart", outlivesRestart},
	{"a snapshot is given back, also after a restart", keepsSnapshot},
	{"a damaged snapshot is none, with a reason", leavesDamagedSnapshot},
	{"a snapshot of another journal is none, with a reason", leavesForeignSnapshot},
	{"erasing private bytes keeps the chain", eraseKeepsChain},
	{"erased private bytes stay away and others stay", eraseIsExact},
	{"erasing what does not exist is an error", eraseNamesMissing},
	{"a backup opens and equals the journal", backupEquals},
	{"readers and backups see whole records while appends go on", readsWhileAppending},
	{"a callback may use the journal", callbackMayAppend},
	{"a closed journal refuses everything", refusesWhenClosed},
}

// ctx is the context of every reading that is not about contexts.
var ctx = context.Background()

// drafts makes n drafts, of all shapes: with and without bytes, with and without private bytes, of odd kinds.
func drafts(n, salt int) []journal.Draft {
	batch := make([]journal.Draft, n)
	for i := range batch {
		d := journal.Draft{At: int64(1_700_000_000_000 + i - 3*salt), Kind: kinds[(i+salt)%len(kinds)]}
		if i%4 != 1 {
			d.Bytes = fmt.Appendf(nil, "record %d of %d", i, salt)
		}
		if i%3 == 0 {
			d.Private = fmt.Appendf(nil, "private %d of %d", i, salt)
		}
		batch[i] = d
	}
	return batch
}

// kinds are names that no journal can know.
var kinds = []string{"Issued", "叫号", "x", "\x00\xff", "a kind that nobody has heard of before, with spaces in"}

// mustAppend appends and expects Done.
func mustAppend(t *testing.T, j journal.Journal, batch []journal.Draft) journal.Head {
	t.Helper()
	before := j.Head()
	r := j.Append(before.Seq, batch)
	if r.Outcome != journal.Done || r.Err != nil {
		t.Fatalf("append: %v, %v", r.Outcome, r.Err)
	}
	if want := before.Seq + uint64(len(batch)); r.Head.Seq != want || j.Head() != r.Head {
		t.Fatalf("append: head %d, and %d when asked; want %d", r.Head.Seq, j.Head().Seq, want)
	}
	return r.Head
}

// all reads every record from a sequence on, with copies of the bytes.
func all(t *testing.T, j journal.Journal, from uint64) []journal.Record {
	t.Helper()
	var records []journal.Record
	err := j.Read(ctx, from, func(r journal.Record) error {
		records = append(records, kept(r))
		return nil
	})
	if err != nil {
		t.Fatalf("read from %d: %v", from, err)
	}
	return records
}

// kept copies a record's bytes, which end with the callback.
func kept(r journal.Record) journal.Record {
	r.Bytes, r.Private, r.Commitment = bytes.Clone(r.Bytes), bytes.Clone(r.Private), bytes.Clone(r.Commitment)
	return r
}

// mustEqual compares records in all that a reader can see.
func mustEqual(t *testing.T, got, want []journal.Record) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d records, want %d", len(got), len(want))
	}
	for i := range got {
		if a, b := fmt.Sprintf("%+v", got[i]), fmt.Sprintf("%+v", want[i]); a != b {
			t.Fatalf("record %d is\n%s\nwant\n%s", i+1, a, b)
		}
	}
}

// mustVerify expects the journal to be whole.
func mustVerify(t *testing.T, j journal.Journal) journal.Report {
	t.Helper()
	report, err := journal.Verify(ctx, j, nil)
	if err != nil || report.Break != nil {
		t.Fatalf("verify: %v, %v", report.Break, err)
	}
	return report
}

// mustBe expects an outcome and an error.
func mustBe(t *testing.T, r journal.Result, outcome journal.Outcome, err error) {
	t.Helper()
	if r.Outcome != outcome || !errors.Is(r.Err, err) {
		t.Fatalf("append: %v, %v; want %v, %v", r.Outcome, r.Err, outcome, err)
	}
}
