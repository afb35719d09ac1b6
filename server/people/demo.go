// Package people knows how the people of a hall behave: citizens who take numbers, wait, miss their call or give up, and staff
// who call, handle and take breaks; they use nothing but the public HTTP interface. It must never know how the hall works
// inside, nor any type of it.
package people

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// Accounts and reasons of the shipped configuration.
const (
	firstClerk    = 1001 // of the first window; the next window has the next number
	guideDesk     = "7001"
	supervisor    = "8001"
	defaultBreak  = "break"
	defaultMeal   = "meal"
	sparedWindows = 2 // left for whoever tries the demonstration
)

// Config says which hall is to be filled with people, and how.
type Config struct {
	// Base is the address of the hall, for instance http://127.0.0.1:8080.
	Base string
	// Client sends the requests, one at a time; nil takes the default one. Its cookie jar is not used.
	Client *http.Client
	// Seed makes a run repeatable: the same seed and the same answers of the hall give the same requests.
	Seed uint64
	// Now is the hall's clock. Needed unless SetClock is given.
	Now func() time.Time
	// Speed is how many seconds of the hall pass in one real second; 0 means 1.
	Speed float64
	// SetClock, when given, lets the run go as fast as possible: the hall's clock is set before whatever happens, never back.
	SetClock func(time.Time)
	// Arrivals is a recorded day; nil makes citizens up until the context ends.
	Arrivals []Arrival
	// Log gets what the people of the hall could not do; nil for nothing.
	Log *slog.Logger
	// Password is that of all accounts.
	Password string
	// BreakReason and MealReason are ids of the plan's reasons of a pause; "" means break and meal.
	BreakReason, MealReason string
}

func (c Config) withDefaults() (Config, error) {
	if c.Client == nil {
		c.Client = http.DefaultClient
	}
	if c.Speed == 0 {
		c.Speed = 1
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.BreakReason == "" {
		c.BreakReason = defaultBreak
	}
	if c.MealReason == "" {
		c.MealReason = defaultMeal
	}
	c.Base = strings.TrimSuffix(c.Base, "/")
	switch {
	case c.Speed < 0:
		return c, errors.New("people: time cannot run backwards: the speed is below zero")
	case c.SetClock == nil && c.Now == nil:
		return c, errors.New("people: the hall's clock is missing")
	case c.SetClock != nil && c.Arrivals == nil:
		return c, errors.New("people: made-up citizens never end, so they need a clock that runs by itself")
	}
	return c, nil
}

// Run fills the hall with people. Made-up ones come until ctx ends, which is no error. A recorded day ends by itself: the
// day is closed, its tickets and figures are compared with what was recorded, and every difference is in the report and in
// the error. Otherwise Run fails when the hall does not answer any more.
func Run(ctx context.Context, c Config) (Report, error) {
	c, err := c.withDefaults()
	if err != nil {
		return Report{}, err
	}
	s := newSimulation(ctx, c)
	err = s.run()
	s.report.Requests, s.report.Retries = s.traffic.requests, s.traffic.retries
	if err == nil && len(s.report.Mismatches) > 0 {
		err = fmt.Errorf("people: the hall and the record differ: %s", strings.Join(s.report.Mismatches, "; "))
	}
	return s.report, err
}
