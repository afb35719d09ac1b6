package main

import (
	"context"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"jiaohao/server/journal"
	"jiaohao/server/records"
)

func journalCommand(ctx context.Context, in invocation) int {
	var file, printed string
	var from uint64
	c, rest, code, ok := in.configured("journal", func(set *flag.FlagSet) {
		set.StringVar(&file, "file", "", "a journal file or folder instead of the data folder")
		set.Uint64Var(&from, "from", 1, "first sequence to print")
		set.StringVar(&printed, "head", "", "of verify: SEQ:CHAIN of a closing report, which the journal must still lead to")
	})
	if !ok {
		return code
	}
	head, err := parseHead(printed)
	if err != nil {
		return in.fail(err)
	}
	j, err := readJournal(c, file)
	if err != nil {
		return in.fail(err)
	}
	if len(rest) == 1 && rest[0] == "verify" {
		err = verifyJournal(ctx, j, head, in.stdout)
	} else {
		err = printJournal(ctx, j, from, in.stdout)
	}
	if err = errors.Join(err, j.Close()); err != nil {
		return in.fail(err)
	}
	return 0
}

// printedHead is a head as somebody has it on paper: a record and the first bytes of its chain value.
type printedHead struct {
	seq   uint64
	chain []byte
}

// leastChain is how many bytes of a printed chain value are enough: nobody can make another history that leads to them.
const leastChain = 16

// parseHead reads SEQ:CHAIN, or the whole text of a closing report's QR code. Spaces in the figures are those of the paper.
func parseHead(text string) (printedHead, error) {
	if text == "" {
		return printedHead{}, nil
	}
	parts := strings.Split(strings.Join(strings.Fields(text), ""), ":")
	if len(parts) >= 2 {
		seq, err1 := strconv.ParseUint(parts[len(parts)-2], 10, 64)
		chain, err2 := hex.DecodeString(parts[len(parts)-1])
		if err1 == nil && err2 == nil && seq > 0 && len(chain) >= leastChain && len(chain) <= 32 {
			return printedHead{seq, chain}, nil
		}
	}
	return printedHead{}, fmt.Errorf("--head %q is not SEQ:CHAIN with at least %d figures of the chain value", text, 2*leastChain)
}

// overheard is a journal whose records are seen on the way by somebody else than who reads them.
type overheard struct {
	*journal.Bolt
	see func(journal.Record) error
}

// Read is the journal's own.
func (w overheard) Read(ctx context.Context, from uint64, each func(journal.Record) error) error {
	return w.Bolt.Read(ctx, from, func(r journal.Record) error {
		if err := each(r); err != nil {
			return err
		}
		return w.see(r)
	})
}

// verifyJournal checks the file and the chain, that every erasure is recorded, and that the journal leads to a printed head.
func verifyJournal(ctx context.Context, j *journal.Bolt, head printedHead, out io.Writer) error {
	began := time.Now()
	cover, found := records.Cover{}, false
	report, err := journal.Verify(ctx, overheard{j, func(r journal.Record) error {
		if r.Seq == head.seq {
			found = hex.EncodeToString(r.Chain[:len(head.chain)]) == hex.EncodeToString(head.chain)
		}
		return cover.See(r)
	}}, nil)
	if err != nil {
		return err
	}
	if report.Break != nil {
		return fmt.Errorf("the chain is broken: %w", report.Break)
	}
	fmt.Fprintf(out, "whole: %d records, %d with private parts, %d erased by %d recorded orders, head %s, %s\n", report.Records, report.Private,
		report.Erased, cover.Orders(), hex.EncodeToString(report.Head.Chain[:8]), time.Since(began).Round(time.Millisecond))
	return errors.Join(checkErasures(cover.Unrecorded()), head.check(report.Head.Seq, found, out))
}

// checkErasures names erasures that nobody has recorded: the chain cannot show them, somebody may have destroyed a reason.
func checkErasures(seqs []uint64) error {
	if len(seqs) == 0 {
		return nil
	}
	return fmt.Errorf("erased without a record: the private parts of %d records were erased and no record orders it, the first is %d", len(seqs), seqs[0])
}

func (h printedHead) check(last uint64, found bool, out io.Writer) error {
	switch {
	case h.seq == 0:
		return nil
	case h.seq > last:
		return fmt.Errorf("the printed head is record %d, but the journal ends with %d: records are missing, or this is an older copy", h.seq, last)
	case !found:
		return fmt.Errorf("the printed head does not fit: record %d has another chain value, so something up to it was changed", h.seq)
	}
	fmt.Fprintf(out, "the printed head fits: nothing up to record %d was changed\n", h.seq)
	return nil
}
