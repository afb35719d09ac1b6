package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"

	"jiaohao/kiosk"
	"jiaohao/server"
	"jiaohao/server/hall"
	"jiaohao/server/journal"
	"jiaohao/server/records"
)

// personsName is the file of the keys by which persons are told apart.
const personsName = "persons.json"

// openPersons opens them before there is a desk, which records nothing of a request without their keys.
func (h *running) openPersons(context.Context) (err error) {
	h.persons, err = server.OpenPersons(h.path(personsName), func() hall.Date { d, _ := h.desk.State().Today(); return d })
	return err
}

// eraseAsk is whose records are to be erased: a document's, or a ticket's. Without Confirm they are only counted.
type eraseAsk struct {
	Kind, Value string // idcard or phone, in the form of [kiosk.Document]
	Ticket      string // 2026-11-23/A001
	By          string
	Confirm     bool
}

// eraseAnswer is what was found, or erased.
type eraseAnswer struct {
	Days    []eraseDay
	Records int
	Seq     uint64 // of the record that says so
}

type eraseDay struct {
	Date             string
	Tickets, Records int
}

// eraser erases in a journal, by way of its desk.
type eraser struct {
	desk    *server.Desk
	journal journal.Journal
	persons *server.Persons
}

func (e eraser) erase(ctx context.Context, ask eraseAsk) (answer eraseAnswer, err error) {
	state := e.desk.State()
	if state.Plan() == nil {
		return answer, errors.New("the hall has no plan yet")
	}
	by, err := supervisorOf(state.Plan(), ask.By)
	if err != nil {
		return answer, err
	}
	wanted, err := e.wanted(ask)
	if err != nil {
		return answer, err
	}
	erasure := state.Erasure()
	found, err := records.Find(ctx, e.journal, min(erasure.Reach(false), erasure.Reach(true))+1, wanted)
	if err != nil {
		return answer, err
	}
	answer = answerOf(found)
	if !ask.Confirm || len(found) == 0 {
		return answer, nil
	}
	answer.Seq, err = e.erased(ctx, by, found)
	return answer, err
}

// erased orders and carries out the erasure of what was found.
func (e eraser) erased(ctx context.Context, by hall.Actor, found []records.Found) (seq uint64, err error) {
	for len(found) > 0 {
		portion := found[:min(len(found), hall.MaxErased)]
		found = found[len(portion):]
		seqs := make([]uint64, len(portion))
		for i, f := range portion {
			seqs[i] = f.Seq
		}
		if err := e.desk.Erase(ctx, hall.Order{By: by, Do: hall.ErasePerson{Seqs: seqs}}, seqs); err != nil {
			return 0, err
		}
		seq = e.desk.State().Seq()
	}
	return seq, nil
}

// wanted turns what was asked into what the records know: a keyed digest, never the number itself. A telephone may also have
// been left with a complaint.
func (e eraser) wanted(ask eraseAsk) (w records.Wanted, err error) {
	if ask.Ticket != "" {
		date, number, _ := strings.Cut(ask.Ticket, "/")
		var ok1, ok2 bool
		w.Date, ok1 = hall.ParseDate(date)
		w.Number, ok2 = hall.ParseNumber(number)
		if !ok1 || !ok2 {
			return w, fmt.Errorf("%q is not a ticket such as 2026-11-23/A001", ask.Ticket)
		}
		return w, nil
	}
	w.Digest = e.persons.Digest(ask.Kind, ask.Value)
	if ask.Kind == "phone" {
		w.Phone = func(left string) bool { form, ok := kiosk.Document("phone", left); return ok && form == ask.Value }
	}
	return w, nil
}

func answerOf(found []records.Found) eraseAnswer {
	answer := eraseAnswer{Days: []eraseDay{}, Records: len(found)}
	tickets := map[hall.TicketKey]bool{}
	for _, f := range found {
		date := f.Ticket.Date.String()
		if n := len(answer.Days); n == 0 || answer.Days[n-1].Date != date {
			answer.Days = append(answer.Days, eraseDay{Date: date})
		}
		day := &answer.Days[len(answer.Days)-1]
		day.Records++
		if !tickets[f.Ticket] {
			tickets[f.Ticket] = true
			day.Tickets++
		}
	}
	return answer
}

// resting is a hall that does not run, opened for one command. Time does nothing in it: its day stays as it is.
type resting struct {
	eraser
	journal *journal.Bolt
}

func openResting(ctx context.Context, c Config) (*resting, error) {
	j, err := journal.Open(c.Data, journal.Options{})
	if err != nil {
		return nil, err
	}
	r, err := startResting(ctx, c, j)
	if err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return r, nil
}

func startResting(ctx context.Context, c Config, j *journal.Bolt) (*resting, error) {
	quiet := slog.New(slog.DiscardHandler)
	state, err := server.Load(ctx, j, quiet)
	if err != nil {
		return nil, err
	}
	desk := server.NewDesk(server.DeskConfig{Journal: j, Clock: server.NewClock(1), Log: quiet, Still: true,
		Publish: func(uint64, bool) {}, Fatal: func(error) {}}, state)
	persons, err := server.OpenPersons(filepath.Join(c.Data, personsName), func() hall.Date { d, _ := desk.State().Today(); return d })
	if err != nil {
		return nil, err
	}
	go desk.Run()
	return &resting{eraser{desk, j, persons}, j}, nil
}

// erase records the begin of a process life before anything else, as every process does that writes to a journal.
func (r *resting) erase(ctx context.Context, ask eraseAsk) (eraseAnswer, error) {
	if ask.Confirm {
		if _, err := r.desk.Order(ctx, hall.Order{Do: hall.Start{Version: version()}}); err != nil {
			return eraseAnswer{}, err
		}
	}
	return r.eraser.erase(ctx, ask)
}

func (r *resting) close() error {
	r.desk.Stop()
	return r.journal.Close()
}

// answers reports whether a hall runs on a data folder: somebody answers at its control socket.
func answers(data string) bool {
	c, err := net.Dial("unix", filepath.Join(data, controlName))
	if err != nil {
		return false
	}
	return c.Close() == nil
}

// privacyControl adds erasing and auditing to what commands may ask of the running hall.
func (h *running) privacyControl(next http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", next)
	mux.HandleFunc("GET /audit", h.auditControl)
	mux.HandleFunc("POST /erase", func(w http.ResponseWriter, r *http.Request) {
		var ask eraseAsk
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096)).Decode(&ask); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		answer, err := eraser{h.desk, h.journal, h.persons}.erase(r.Context(), ask)
		if err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			h.log.Warn("the answer to an erasure could not be sent", "error", err)
		}
	})
	return mux
}
