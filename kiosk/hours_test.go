package kiosk

import (
	"testing"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/public"
)

func TestWhenTicketsAreGivenNext(t *testing.T) {
	plan := newDesk(t, testPlan()).State().Plan()
	at := func(day, hour, minute int) hall.Time {
		return hall.At(time.Date(2026, 11, day, hour, minute, 0, 0, shanghai()))
	}
	own, _ := plan.Service("bdc")
	cases := []struct {
		name    string
		service hall.Service
		at      hall.Time
		want    public.Stamp
	}{
		{"before the day", hall.Service{}, at(23, 7, 0), "2026-11-23T08:00:00.000+08:00"},
		{"at lunch", hall.Service{}, at(23, 12, 30), "2026-11-23T13:30:00.000+08:00"},
		{"after the day", hall.Service{}, at(23, 18, 0), "2026-11-24T08:00:00.000+08:00"},
		{"before a weekend", hall.Service{}, at(27, 18, 0), "2026-11-30T08:00:00.000+08:00"},
		{"own hours", own, at(23, 12, 0), "2026-11-23T13:30:00.000+08:00"},
		{"own hours, the next day", own, at(23, 17, 0), "2026-11-24T08:30:00.000+08:00"},
	}
	for _, c := range cases {
		if got := opensAt(plan, c.service, c.at); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if got := stopsAt(plan, own, at(23, 9, 0)); got != "16:00" {
		t.Errorf("own hours stop at %s", got)
	}
	if got := stopsAt(plan, own, at(28, 9, 0)); got != "" {
		t.Errorf("on a Saturday numbers stop at %s", got)
	}
}

func TestADemonstrationNeverCloses(t *testing.T) {
	p := testPlan()
	p.Calendar.AlwaysOpen = true
	plan := newDesk(t, p).State().Plan()
	if got := opensAt(plan, hall.Service{}, monday); got != "" {
		t.Errorf("opens at %s", got)
	}
	if got := stopsAt(plan, hall.Service{}, monday); got != "" {
		t.Errorf("stops at %s", got)
	}
}
