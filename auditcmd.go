package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"

	"jiaohao/server"
	"jiaohao/server/audit"
	"jiaohao/server/hall"
	"jiaohao/server/journal"
	"jiaohao/server/records"
)

// auditAsk is what to tell of a business day, by the names of the command's flags.
type auditAsk struct{ ticket, date, staff, terminal, window, lang string }

func (a *auditAsk) values() map[string]*string {
	return map[string]*string{"ticket": &a.ticket, "date": &a.date, "staff": &a.staff, "terminal": &a.terminal, "window": &a.window, "lang": &a.lang}
}

func auditCommand(ctx context.Context, in invocation) int {
	var ask auditAsk
	var file string
	c, rest, code, ok := in.configured("audit", func(set *flag.FlagSet) {
		set.StringVar(&ask.ticket, "ticket", "", "everything that happened to this number, for instance A017")
		set.StringVar(&ask.date, "date", "", "the business date; the one opened last when absent")
		set.StringVar(&ask.staff, "staff", "", "what this member of staff did that day")
		set.StringVar(&ask.terminal, "terminal", "", "what was done at this terminal that day")
		set.StringVar(&ask.window, "window", "", "what happened at this window that day")
		set.StringVar(&ask.lang, "lang", "zh", "zh or en")
		set.StringVar(&file, "file", "", "a journal file or folder instead of the data folder")
	})
	if !ok {
		return code
	}
	if len(rest) > 0 || ask.ticket == "" && ask.staff == "" && ask.terminal == "" && ask.window == "" {
		fmt.Fprintln(in.stderr, "Usage: jiaohao audit --ticket NUMBER | --staff ID | --terminal NAME | --window ID  [--date DATE] [--lang zh|en] [--file FILE]")
		return 2
	}
	tell := func() error { return auditAtRest(ctx, c, file, ask, in.stdout) }
	if file == "" && answers(c.Data) {
		tell = func() error { return auditRunning(ctx, c.Data, ask, in.stdout) }
	}
	if err := tell(); err != nil {
		return in.fail(err)
	}
	return 0
}

func auditRunning(ctx context.Context, data string, ask auditAsk, out io.Writer) error {
	query := url.Values{}
	for name, value := range ask.values() {
		query.Set(name, *value)
	}
	res, err := control(ctx, data, http.MethodGet, "/audit?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(out, res.Body)
	return err
}

// auditAtRest reads a journal that nobody writes, and writes nothing itself.
func auditAtRest(ctx context.Context, c Config, file string, ask auditAsk, out io.Writer) (err error) {
	j, err := readJournal(c, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	state, err := server.Load(ctx, j, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return ask.tell(ctx, j, state, out)
}

// tell writes the lines that the filter chooses, oldest first.
func (a auditAsk) tell(ctx context.Context, j journal.Journal, state hall.State, out io.Writer) error {
	if state.Plan() == nil {
		return errors.New("the hall has no plan yet")
	}
	filter, err := a.filter(state)
	if err != nil {
		return err
	}
	teller, lines := audit.Teller{Plan: state.Plan(), Lang: a.lang}, 0
	err = records.Told(ctx, j, state.Plan(), filter, func(e records.Entry) error {
		lines++
		l := teller.Line(e)
		_, err := fmt.Fprintf(out, "%s  %s  %s\n", l.At, l.Actor, l.What)
		return err
	})
	if err == nil && lines == 0 {
		err = fmt.Errorf("nothing of the kind is recorded on %s", filter.Date)
	}
	return err
}

func (a auditAsk) filter(state hall.State) (records.Filter, error) {
	today, _ := state.Today()
	f := records.Filter{Date: today, Staff: a.staff, Terminal: a.terminal, Window: a.window}
	if a.lang != "zh" && a.lang != "en" {
		return f, fmt.Errorf("--lang %q is not zh or en", a.lang)
	}
	ok := true
	if a.date != "" {
		if f.Date, ok = hall.ParseDate(a.date); !ok {
			return f, fmt.Errorf("--date %q is not a date such as 2026-11-23", a.date)
		}
	}
	if a.ticket != "" {
		if f.Number, ok = hall.ParseNumber(a.ticket); !ok {
			return f, fmt.Errorf("--ticket %q is not a number such as A017", a.ticket)
		}
	}
	return f, nil
}

// auditControl tells the running hall's own records.
func (h *running) auditControl(w http.ResponseWriter, r *http.Request) {
	var ask auditAsk
	for name, value := range ask.values() {
		*value = r.URL.Query().Get(name)
	}
	told := &countingWriter{to: w}
	if err := ask.tell(r.Context(), h.journal, h.desk.State(), told); err != nil {
		if told.n > 0 {
			h.log.Error("an audit broke off", "error", err)
			panic(http.ErrAbortHandler) // the reader must see a broken transfer, not a short list
		}
		http.Error(w, err.Error(), http.StatusConflict)
	}
}

type countingWriter struct {
	to io.Writer
	n  int
}

// Write passes on.
func (c *countingWriter) Write(b []byte) (int, error) {
	c.n += len(b)
	return c.to.Write(b)
}
