package supervisor

import (
	"testing"
	"time"

	"jiaohao/server/hall"
)

// quiet is a hall in which nothing is wrong.
func quiet(t *testing.T) *world {
	w := newWorld(t)
	w.do(clerk, hall.Open{Window: "1"})
	return w
}

func TestQuietHallHasNoAlerts(t *testing.T) {
	if found := quiet(t).alerts(); len(found) != 0 {
		t.Errorf("alerts %v", found)
	}
}

func TestAlertsComeWithTheirCauseAndGoWithIt(t *testing.T) {
	sits := hall.Actor{Kind: hall.Clerk, ID: "1005", Roles: []hall.Role{hall.RoleClerk}}
	finish := func(w *world) {
		w.do(clerk, hall.Finish{Window: "1", Items: []hall.Item{{Service: "idcard", Outcome: hall.Completed, Cases: 1}}})
	}
	cases := []struct {
		id           string
		before, then func(w *world)
		end          func(w *world)
	}{
		{"no_window:transfer", func(w *world) {}, func(w *world) { w.issue("transfer", "x") }, func(w *world) { w.do(sits, hall.Open{Window: "5"}) }},
		{"wait:idcard", func(w *world) { w.issue("idcard", "x"); w.after(20 * time.Minute) }, func(w *world) { w.after(time.Second) },
			func(w *world) { w.do(clerk, hall.Next{Window: "1"}) }},
		{"called_long:1", func(w *world) { w.issue("idcard", "x"); w.do(clerk, hall.Next{Window: "1"}); w.after(3 * time.Minute) },
			func(w *world) { w.after(time.Second) }, func(w *world) { w.do(clerk, hall.Begin{Window: "1"}) }},
		{"serving_long:1", func(w *world) {
			w.issue("idcard", "x")
			w.do(clerk, hall.Next{Window: "1"})
			w.do(clerk, hall.Begin{Window: "1"})
			w.after(18 * time.Minute)
		}, func(w *world) { w.after(time.Second) }, finish},
		{"idle:1", func(w *world) { w.issue("idcard", "x"); w.after(3 * time.Minute) }, func(w *world) { w.after(time.Second) },
			func(w *world) { w.do(clerk, hall.Next{Window: "1"}) }},
		{"pause:1", func(w *world) {
			w.do(sits, hall.Open{Window: "2"})
			w.issue("idcard", "x")
			w.do(clerk, hall.Suspend{Window: "1", Reason: "meeting", Minutes: 5})
			w.after(5 * time.Minute)
		}, func(w *world) { w.after(time.Second) }, func(w *world) { w.do(clerk, hall.Unpause{Window: "1"}) }},
		{"passed:1", func(w *world) { miss(w, 3) }, func(w *world) { miss(w, 1) }, func(w *world) { w.do(boss, hall.CloseDay{Confirm: true}) }},
		{"clock", func(w *world) {}, func(w *world) { w.do(hall.Actor{}, hall.DoubtClock{Wall: 1, Last: w.at}) }, func(w *world) { w.do(boss, hall.ConfirmClock{}) }},
		{"day_not_open:2026-11-23", func(w *world) {}, func(w *world) { w.do(boss, hall.CloseDay{Confirm: true}) }, func(w *world) { w.do(boss, hall.OpenDay{}) }},
		{"unprinted:2026-11-23", func(w *world) { w.issue("idcard", "x") }, func(w *world) {
			w.do(hall.Actor{}, hall.Print{Ticket: hall.TicketKey{Date: 20261123, N: 1}, Failed: true})
		}, func(w *world) { w.do(hall.Actor{}, hall.Print{Ticket: hall.TicketKey{Date: 20261123, N: 1}}) }},
		{"outage", func(w *world) { w.after(time.Hour) }, func(w *world) { w.do(hall.Actor{}, hall.Start{Version: "test"}) }, func(w *world) { w.after(4 * time.Hour) }},
		{"journal:full", func(w *world) {}, func(w *world) { w.warnings = []Warning{{Kind: AlertJournal, Subject: "full", Since: w.at}} }, func(w *world) { w.warnings = nil }},
	}
	for _, c := range cases {
		t.Run(c.id, func(t *testing.T) {
			w := quiet(t)
			c.before(w)
			if a, early := w.alerts()[c.id]; early {
				t.Errorf("before its cause: %+v", a)
			}
			c.then(w)
			if a, there := w.alerts()[c.id]; !there || a.Since == "" || a.Params == nil {
				t.Errorf("with its cause: %+v", w.alerts())
			}
			c.end(w)
			if a, stays := w.alerts()[c.id]; stays {
				t.Errorf("after its cause: %+v", a)
			}
		})
	}
}

// miss lets n tickets pass at window 1.
func miss(w *world, n int) {
	for range n {
		w.issue("idcard", time.Duration(w.state.Seq()).String())
		w.do(clerk, hall.Next{Window: "1"})
		w.after(11 * time.Second)
		w.do(clerk, hall.Pass{Window: "1"})
	}
}

func TestTicketsOfAnEarlierDayAreToldUntilTheyEnd(t *testing.T) {
	w := quiet(t)
	w.issue("idcard", "x")
	w.do(clerk, hall.Next{Window: "1"})
	w.do(clerk, hall.Begin{Window: "1"})
	w.do(boss, hall.CloseDay{Confirm: true})
	w.after(24 * time.Hour)
	w.do(boss, hall.OpenDay{})
	if a, there := w.alerts()["open_yesterday:2026-11-23"]; !there || a.Params["number"] != "C001" {
		t.Errorf("alerts %v", w.alerts())
	}
	w.do(clerk, hall.Finish{Window: "1", Items: []hall.Item{{Service: "idcard", Outcome: hall.Completed, Cases: 1}}})
	if a, stays := w.alerts()["open_yesterday:2026-11-23"]; stays {
		t.Errorf("after its end: %+v", a)
	}
}

func TestScheduledPlanIsTold(t *testing.T) {
	w := quiet(t)
	next := testPlan()
	if faults := next.Check(); len(faults) > 0 {
		t.Fatal(faults)
	}
	w.do(hall.Actor{}, hall.SetPlan{Plan: next, Hash: "2", Source: hall.FromConfig, NextDay: true})
	if _, there := w.alerts()["plan_next:2026-11-24"]; !there {
		t.Errorf("alerts %v", w.alerts())
	}
}

func TestNoWindowNamesThoseThatCouldOpen(t *testing.T) {
	w := quiet(t)
	w.issue("transfer", "x")
	spare := w.alerts()["no_window:transfer"].Params["spare"].([]string)
	if len(spare) != 2 || spare[0] != "5" || spare[1] != "6" {
		t.Errorf("spare windows %v", spare)
	}
}

// TestTheNetworkIsForStaffOnly: addresses and terminals that were refused are on the console, not on a wall.
func TestTheNetworkIsForStaffOnly(t *testing.T) {
	w := quiet(t)
	w.warnings = []Warning{{Kind: AlertPlain, Subject: ":8080", Since: w.at}, {Kind: AlertCertificate, Subject: "2026-12-01", Since: w.at},
		{Kind: AlertLimited, Subject: "192.0.2.7", Since: w.at, Params: map[string]any{"n": 3, "limit": "requests"}}}
	if got := w.alerts()["limited:192.0.2.7"]; got.Params["n"] != 3 || got.Params["limit"] != "requests" || len(w.view().Alerts) != 3 {
		t.Errorf("on the console: %+v", w.view().Alerts)
	}
	if wall := Wall(w.state, nil, w.warnings, w.at); len(wall.Alerts) != 0 {
		t.Errorf("on the wall: %+v", wall.Alerts)
	}
}

func TestAlertsAreSortedByHarm(t *testing.T) {
	w := quiet(t)
	w.issue("idcard", "a")
	w.issue("transfer", "b")
	w.issue("transfer", "c")
	w.after(30 * time.Minute)
	w.do(hall.Actor{}, hall.DoubtClock{Wall: 1, Last: w.at})
	w.warnings = []Warning{{Kind: AlertPlan, Subject: "other", Since: w.at}}
	list := w.view().Alerts
	if list[0].Kind != AlertClock || list[1].Kind != AlertNoWindow || list[len(list)-1].Kind != AlertPlan {
		t.Errorf("order %+v", list)
	}
	for i := 1; i < len(list); i++ {
		if list[i-1].Harm < list[i].Harm {
			t.Errorf("%s (%d) stands before %s (%d)", list[i-1].ID, list[i-1].Harm, list[i].ID, list[i].Harm)
		}
	}
}
