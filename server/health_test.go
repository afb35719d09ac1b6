package server

import (
	"log/slog"
	"testing"

	"jiaohao/server/auth"
	"jiaohao/server/hall"
	"jiaohao/server/journal"
)

// TestHealthInTheMorning: time itself is still here, so that the moment between the start and the first day lasts.
func TestHealthInTheMorning(t *testing.T) {
	j := journal.NewMemory()
	log := slog.New(slog.DiscardHandler)
	state, err := Load(t.Context(), j, log)
	if err != nil {
		t.Fatal(err)
	}
	d := &bench{Desk: NewDesk(DeskConfig{Journal: j, Clock: NewClock(1), Log: log, Publish: func(uint64, bool) {}, Still: true,
		Fatal: func(err error) { t.Error(err) }}, state)}
	go d.Run()
	t.Cleanup(d.Stop)
	s := &Server{desk: d.Desk, auth: auth.Memory(auth.Config{Demo: true, Log: log})}
	says := func(want hall.Code) {
		t.Helper()
		got := hall.Code("")
		if ill := s.illness(); ill != nil {
			got = ill.Code
		}
		if got != want {
			t.Errorf("health says %q, not %q", got, want)
		}
	}
	says("starting")
	d.must(t, hall.Actor{}, hall.Found{Hall: "test", Demo: true, Epoch: "e"})
	says("starting")
	d.must(t, hall.Actor{}, hall.SetPlan{Plan: testPlan(t), Hash: "h", Source: hall.FromConfig})
	says("starting")
	now := d.clock.Now()
	d.must(t, hall.Actor{}, hall.DoubtClock{Wall: now, Last: now + 1})
	says(hall.ClockUnconfirmed)
	boss := hall.Actor{Kind: hall.Clerk, ID: "8001", Roles: []hall.Role{hall.RoleSupervisor}}
	d.must(t, boss, hall.ConfirmClock{})
	says("starting")
	d.must(t, hall.Actor{}, hall.OpenDay{})
	says("")
	d.must(t, boss, hall.CloseDay{})
	says("") // it was closed early, as somebody wanted
}
