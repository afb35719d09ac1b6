package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"time"

	"jiaohao/server/hall"
)

// settlePlan puts the plan of config.yaml in force when it is new and nobody changed the plan by other means since. What
// people depend on today is changed tomorrow.
func (h *running) settlePlan(ctx context.Context) error {
	state := h.desk.State()
	hash, source := state.PlanHash()
	mine := PlanHash(&h.config.Plan)
	switch {
	case hash == mine:
	case source == hall.FromConsole:
		h.planNote = "console"
		h.log.Warn("the plan was changed at the console; the one in config.yaml is not used, see: jiaohao plan diff")
	default:
		if err := h.setPlan(ctx, mine); err != nil {
			return err
		}
	}
	if h.config.Demo {
		return h.auth.DemoPasswords(staffIDs(h.desk.State().Plan()))
	}
	return nil
}

func (h *running) setPlan(ctx context.Context, hash string) error {
	set := hall.SetPlan{Plan: &h.config.Plan, Hash: hash, Source: hall.FromConfig}
	err := h.order(ctx, set)
	var r *hall.Refusal
	if !errors.As(err, &r) || r.Code != hall.PlanInUse {
		return err
	}
	h.planNote = "tomorrow"
	h.log.Warn("the plan takes something away that is in use; it comes into force on the next business day", "what", r.Params["what"])
	set.NextDay = true
	return h.order(ctx, set)
}

func staffIDs(p *hall.Plan) []string {
	ids := make([]string, len(p.Staff))
	for i, s := range p.Staff {
		ids[i] = s.ID
	}
	return ids
}

// A ticket's secret name is its day, in days since 2020 as four figures to the base of 36, and 22 random ones: 113 bits.
// The day lets an old link say that it is old.
const idRandom = 22

var idEpoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

func (h *running) newID() string {
	today, _ := h.desk.State().Today()
	days := int64(today.Noon(time.UTC).Sub(idEpoch) / (24 * time.Hour))
	if today == 0 {
		days = 0
	}
	id := fmt.Sprintf("%04s", strconv.FormatInt(days, 36))
	limit := new(big.Int).Exp(big.NewInt(36), big.NewInt(idRandom), nil)
	n, err := rand.Int(rand.Reader, limit)
	if err != nil {
		panic(err) // the system has no randomness: no secret can be made
	}
	return id + fmt.Sprintf("%0*s", idRandom, n.Text(36))
}

// gone tells from an id alone that its day is over.
func (h *running) gone(id string) bool {
	if len(id) != 4+idRandom {
		return false
	}
	days, err := strconv.ParseInt(id[:4], 36, 64)
	if err != nil {
		return false
	}
	today, _ := h.desk.State().Today()
	return hall.DateOf(idEpoch.AddDate(0, 0, int(days))) < today
}
