package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"jiaohao/server"
	"jiaohao/server/hall"
	"jiaohao/server/journal"
)

func planCommand(ctx context.Context, in invocation) int {
	c, rest, code, ok := in.configured("plan", nil)
	if !ok {
		return code
	}
	what := ""
	if len(rest) == 1 {
		what = rest[0]
	}
	var err error
	switch what {
	case "export":
		err = exportPlan(ctx, c, in.stdout)
	case "diff":
		err = diffPlan(ctx, c, in.stdout)
	case "apply":
		err = applyPlan(ctx, c, in.stdout)
	default:
		fmt.Fprintln(in.stderr, "Usage: jiaohao plan export|diff|apply")
		return 2
	}
	if err != nil {
		return in.fail(err)
	}
	return 0
}

// planInForce asks the running hall, or folds the journal of one that rests.
func planInForce(ctx context.Context, c Config) (*hall.Plan, error) {
	res, err := control(ctx, c.Data, http.MethodGet, "/plan", nil)
	if err == nil {
		defer res.Body.Close()
		return ReadPlan(res.Body)
	}
	j, err := journal.Open(c.Data, journal.Options{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	state, err := server.Load(ctx, j, slog.New(slog.DiscardHandler))
	if err = errors.Join(err, j.Close()); err != nil {
		return nil, err
	}
	if state.Plan() == nil {
		return nil, errors.New("the hall has no plan yet")
	}
	return state.Plan(), nil
}

func exportPlan(ctx context.Context, c Config, out io.Writer) error {
	plan, err := planInForce(ctx, c)
	if err != nil {
		return err
	}
	text, err := ExportPlan(plan)
	if err != nil {
		return err
	}
	_, err = out.Write(text)
	return err
}

func diffPlan(ctx context.Context, c Config, out io.Writer) error {
	plan, err := planInForce(ctx, c)
	if err != nil {
		return err
	}
	lines := DiffPlans(plan, &c.Plan)
	for _, l := range lines {
		fmt.Fprintln(out, l)
	}
	if len(lines) == 0 {
		fmt.Fprintln(out, "the hall works by the plan of the configuration")
	}
	return nil
}

// applyPlan puts the configuration's plan in force in the running hall.
func applyPlan(ctx context.Context, c Config, out io.Writer) error {
	text, err := ExportPlan(&c.Plan)
	if err != nil {
		return err
	}
	res, err := control(ctx, c.Data, http.MethodPost, "/plan", bytes.NewReader(text))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(out, res.Body)
	return err
}

// planControl adds the plan to what commands may ask of the running hall.
func (h *running) planControl(next http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", next)
	mux.HandleFunc("GET /plan", func(w http.ResponseWriter, r *http.Request) {
		text, err := ExportPlan(h.desk.State().Plan())
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		if _, err := w.Write(text); err != nil {
			h.log.Warn("the plan could not be sent", "error", err)
		}
	})
	mux.HandleFunc("POST /plan", func(w http.ResponseWriter, r *http.Request) {
		answer, err := h.takePlan(r.Context(), http.MaxBytesReader(w, r.Body, 4<<20))
		if err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		fmt.Fprintln(w, answer)
	})
	return mux
}

func (h *running) takePlan(ctx context.Context, r io.Reader) (string, error) {
	plan, err := ReadPlan(r)
	if err != nil {
		return "", err
	}
	set := hall.SetPlan{Plan: plan, Hash: PlanHash(plan), Source: hall.FromConfig}
	err = h.order(ctx, set)
	var refusal *hall.Refusal
	if errors.As(err, &refusal) && refusal.Code == hall.PlanInUse {
		set.NextDay = true
		if err := h.order(ctx, set); err != nil {
			return "", err
		}
		return fmt.Sprintf("%v is in use today: the plan comes into force on the next business day", refusal.Params["what"]), nil
	}
	if err != nil {
		return "", err
	}
	h.planNote = ""
	return "the plan is in force", nil
}
