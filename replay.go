package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"jiaohao/server"
	"jiaohao/server/hall"
	"jiaohao/server/journal"
	"jiaohao/server/stats"
	"jiaohao/server/wait"
)

// readJournal opens the journal of a hall that does not run: the data folder, or a backup file given with --file.
func readJournal(c Config, file string) (*journal.Bolt, error) {
	if file == "" {
		file = c.Data
	}
	return journal.Open(file, journal.Options{ReadOnly: true})
}

// line is a record as it is printed. Secrets of citizens are not among the fields of events that print.
type line struct {
	Seq   uint64     `json:"seq"`
	At    string     `json:"at"`
	Kind  string     `json:"kind"`
	By    string     `json:"by"`
	Event hall.Event `json:"event"`
	Note  string     `json:"private,omitempty"`
	Chain string     `json:"chain"`
}

func printJournal(ctx context.Context, j journal.Journal, from uint64, out io.Writer) error {
	encoder := json.NewEncoder(out)
	return j.Read(ctx, from, func(r journal.Record) error {
		h, e, err := hall.Decode(r.Kind, r.Bytes)
		if err != nil {
			return fmt.Errorf("record %d: %w", r.Seq, err)
		}
		l := line{Seq: r.Seq, At: time.UnixMilli(r.At).UTC().Format("2006-01-02T15:04:05.000Z"), Kind: r.Kind, By: h.Actor().String(), Event: e,
			Chain: hex.EncodeToString(r.Chain[:8])}
		switch {
		case r.Erased:
			l.Note = "erased"
		case len(r.Private) > 0:
			l.Note = "kept"
		}
		return encoder.Encode(l)
	})
}

func replayCommand(ctx context.Context, in invocation) int {
	var file string
	c, _, code, ok := in.configured("replay", func(set *flag.FlagSet) {
		set.StringVar(&file, "file", "", "a journal file or folder instead of the data folder")
	})
	if !ok {
		return code
	}
	j, err := readJournal(c, file)
	if err != nil {
		return in.fail(err)
	}
	if err = errors.Join(replay(ctx, j, in.stdout), j.Close()); err != nil {
		return in.fail(err)
	}
	return 0
}

// replay derives the state and every figure from the first record and compares them with what the hall kept.
func replay(ctx context.Context, j *journal.Bolt, out io.Writer) error {
	figures, waits := stats.New(), wait.New()
	quiet := slog.New(slog.DiscardHandler)
	fresh, err := server.Load(ctx, withoutSnapshot{j}, quiet, figures, waits)
	if err != nil {
		return err
	}
	hash, err := fresh.Hash()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "state at %d: %s\n", fresh.Seq(), hex.EncodeToString(hash[:8]))
	return errors.Join(compareSnapshot(ctx, j, hash, quiet, out), compareFigures(ctx, j, figures, out), compareTally(fresh, figures, out))
}

// withoutSnapshot hides the snapshot, so that everything is derived from the records.
type withoutSnapshot struct{ journal.Journal }

// Snapshot says that there is none.
func (withoutSnapshot) Snapshot() (journal.Snapshot, bool, error) {
	return journal.Snapshot{}, false, nil
}

func compareSnapshot(ctx context.Context, j journal.Journal, fresh [32]byte, log *slog.Logger, out io.Writer) error {
	if _, ok, err := j.Snapshot(); !ok {
		fmt.Fprintln(out, "snapshot: none to compare", errText(err))
		return nil
	}
	state, err := server.Load(ctx, j, log)
	if err != nil {
		return err
	}
	hash, err := state.Hash()
	if err != nil {
		return err
	}
	if hash != fresh {
		return fmt.Errorf("snapshot and tail give another state: %s", hex.EncodeToString(hash[:8]))
	}
	fmt.Fprintln(out, "snapshot and tail: equal")
	return nil
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// compareFigures brings the stored statistics up to the head and compares them, value by value, with the derived ones.
func compareFigures(ctx context.Context, j *journal.Bolt, fresh *stats.Fold, out io.Writer) error {
	kept, err := storedFigures(j.Dir())
	if err != nil {
		fmt.Fprintln(out, "stored statistics: none to compare:", err)
		return nil
	}
	err = j.Read(ctx, kept.Seq()+1, func(r journal.Record) error {
		h, e, err := hall.Decode(r.Kind, r.Bytes)
		if err == nil {
			kept.Apply(r.Seq, hall.Time(r.At), h, e)
		}
		return err
	})
	if err != nil {
		return err
	}
	a, err1 := fresh.Hash()
	b, err2 := kept.Hash()
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if a != b {
		return errors.New("the stored statistics differ from those derived again; delete folds.db, it is derived at the next start")
	}
	fmt.Fprintf(out, "statistics: equal, %s\n", hex.EncodeToString(a[:8]))
	return nil
}

func storedFigures(dir string) (*stats.Fold, error) {
	if dir == "" {
		return nil, errors.New("a single journal file has none beside it")
	}
	raw, err := os.ReadFile(filepath.Join(dir, "folds.db"))
	if err != nil {
		return nil, err
	}
	scratch, err := os.MkdirTemp("", "jiaohao-replay-*") // a check must not mend what it checks
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(scratch)
	if err := os.WriteFile(filepath.Join(scratch, "folds.db"), raw, 0o600); err != nil {
		return nil, err
	}
	store, err := stats.Open(filepath.Join(scratch, "folds.db"))
	if err != nil {
		return nil, err
	}
	f, ok := store.LoadFold("stats")
	if err := store.Close(); err != nil {
		return nil, err
	}
	if !ok {
		return nil, errors.New("never stored, or not readable")
	}
	return f, nil
}

// compareTally compares the state's own count of each kept day with the statistics: two ways of counting the same tickets.
func compareTally(s hall.State, figures *stats.Fold, out io.Writer) error {
	for _, date := range s.Dates() {
		issued := 0
		for range s.Tickets(date) {
			issued++
		}
		if got := figures.Day(date).Total.Issued; got != issued {
			return fmt.Errorf("%s: %d tickets in the state, %d in the statistics", date, issued, got)
		}
		fmt.Fprintf(out, "%s: %d tickets in state and statistics\n", date, issued)
	}
	return nil
}
