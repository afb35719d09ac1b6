package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"jiaohao/kiosk"
	"jiaohao/server/hall"
	"jiaohao/server/journal"
)

func eraseCommand(ctx context.Context, in invocation) int {
	var idcard, phone, yes bool
	var ask eraseAsk
	c, rest, code, ok := in.configured("erase", func(set *flag.FlagSet) {
		set.BoolVar(&idcard, "idcard", false, "of the person with an identity card, whose number is read from the input")
		set.BoolVar(&phone, "phone", false, "of the person with a telephone, whose number is read from the input")
		set.StringVar(&ask.Ticket, "ticket", "", "of one ticket, for instance 2026-11-23/A001")
		set.StringVar(&ask.By, "by", "", "who erases: the number of a supervisor or administrator")
		set.BoolVar(&yes, "yes", false, "do not ask before erasing")
	})
	if !ok {
		return code
	}
	if len(rest) > 0 || ask.By == "" || btoi(idcard)+btoi(phone)+btoi(ask.Ticket != "") != 1 {
		fmt.Fprintln(in.stderr, "Usage: jiaohao erase --idcard | --phone | --ticket DATE/NUMBER --by STAFF [--yes]\n"+
			"The number of a document is typed when asked for, or piped in: an argument would stay in the shell's history.")
		return 2
	}
	typed := bufio.NewReader(in.stdin)
	if err := ask.document(idcard, phone, typed, in.stderr); err != nil {
		return in.fail(err)
	}
	if err := eraseAsked(ctx, c, ask, yes, typed, in); err != nil {
		return in.fail(err)
	}
	return 0
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// document asks for the number of a document.
func (a *eraseAsk) document(idcard, phone bool, typed *bufio.Reader, prompt io.Writer) error {
	switch {
	case idcard:
		a.Kind = "idcard"
	case phone:
		a.Kind = "phone"
	default:
		return nil
	}
	fmt.Fprintf(prompt, "Number (%s): ", a.Kind)
	line, err := typed.ReadString('\n')
	if err != nil && line == "" {
		return errors.New("no number was given")
	}
	form, ok := kiosk.Document(a.Kind, strings.TrimSpace(line))
	if !ok {
		return errors.New("that is not such a number") // which one it was must not be said, nor logged
	}
	a.Value = form
	return nil
}

// eraseAsked says what would go, asks, and lets it go.
func eraseAsked(ctx context.Context, c Config, ask eraseAsk, yes bool, typed *bufio.Reader, in invocation) (err error) {
	erase, done, err := eraserOf(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	found, err := erase(ctx, ask)
	if err != nil {
		return err
	}
	found.print(in.stdout)
	if found.Records == 0 {
		fmt.Fprintln(in.stdout, "nothing is kept, nothing was erased")
		return nil
	}
	if !yes && !confirmed(typed, in.stderr) {
		return errors.New("not confirmed, nothing was erased")
	}
	ask.Confirm = true
	if found, err = erase(ctx, ask); err != nil {
		return err
	}
	fmt.Fprintf(in.stdout, "erased: the private parts of %d records; the chain stays whole, record %d says who ordered it\n", found.Records, found.Seq)
	fmt.Fprintln(in.stdout, "not reached: backups made before now (delete them or let them expire), slips and reports on paper, and what the disk below may keep for a while")
	return nil
}

func confirmed(typed *bufio.Reader, prompt io.Writer) bool {
	fmt.Fprint(prompt, "Erase them for good? Type yes: ")
	line, err := typed.ReadString('\n')
	return (err == nil || line != "") && strings.TrimSpace(line) == "yes"
}

func (a eraseAnswer) print(out io.Writer) {
	for _, d := range a.Days {
		fmt.Fprintf(out, "%s: %d tickets, %d records with private parts\n", d.Date, d.Tickets, d.Records)
	}
}

type eraseFunc func(context.Context, eraseAsk) (eraseAnswer, error)

// eraserOf gives how to erase: through the running hall, or in the files of one that rests, which stay locked until done.
func eraserOf(ctx context.Context, c Config) (erase eraseFunc, done func() error, err error) {
	if answers(c.Data) {
		return func(ctx context.Context, ask eraseAsk) (eraseAnswer, error) { return eraseRunning(ctx, c.Data, ask) }, func() error { return nil }, nil
	}
	if _, err := os.Stat(filepath.Join(c.Data, journal.FileName)); err != nil {
		return nil, nil, fmt.Errorf("there is no journal to erase from: %w", err)
	}
	r, err := openResting(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	return r.erase, r.close, nil
}

func eraseRunning(ctx context.Context, data string, ask eraseAsk) (answer eraseAnswer, err error) {
	body, err := json.Marshal(ask)
	if err != nil {
		return answer, err
	}
	res, err := control(ctx, data, http.MethodPost, "/erase", bytes.NewReader(body))
	if err != nil {
		return answer, err
	}
	defer res.Body.Close()
	return answer, json.NewDecoder(res.Body).Decode(&answer)
}

// supervisorOf finds who orders an erasure in the plan: whoever may read the data folder may do it, and says who it was.
func supervisorOf(p *hall.Plan, id string) (hall.Actor, error) {
	member, known := p.Member(id)
	by := hall.Actor{Kind: hall.Clerk, ID: id, Roles: member.Roles, Departments: member.Departments}
	if !known || !by.Supervises() {
		return by, fmt.Errorf("%q is no supervisor or administrator of the plan", id)
	}
	return by, nil
}
