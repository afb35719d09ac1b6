package display

import (
	"context"
	"fmt"
	"testing"
	"time"

	"jiaohao/server/door"
	"jiaohao/server/hall"
)

// fakeDesk is the hall without a journal: it decides, applies and publishes.
type fakeDesk struct {
	t     *testing.T
	work  *hall.Working
	state hall.State
	at    hall.Time
}

func (d *fakeDesk) State() hall.State { return d.state }

func (d *fakeDesk) now() hall.Time { return d.at }

// do gives a command at the desk's time and fails the test when it is refused.
func (d *fakeDesk) do(by hall.Actor, c hall.Command) hall.Receipt {
	d.t.Helper()
	o := hall.Order{By: by, Do: c}
	events, receipt, err := d.work.Decide(o, d.at)
	if err != nil {
		d.t.Fatalf("%T %+v: %v", c, c, err)
	}
	for i, e := range events {
		d.work.Apply(d.work.Seq()+1, d.at, hall.HeaderOf(o, receipt, i, len(events)), e)
	}
	d.state = d.work.Publish()
	return receipt
}

func (d *fakeDesk) pass(seconds int) { d.at += hall.Time(seconds) * 1000 }

var (
	system   = hall.Actor{Kind: hall.System}
	kioskOne = hall.Actor{Kind: hall.Terminal, ID: "kiosk-1"}
)

func clerkOf(window string) hall.Actor {
	return hall.Actor{Kind: hall.Clerk, ID: "10" + fmt.Sprintf("%02s", window), Roles: []hall.Role{hall.RoleClerk}}
}

// opens lets the clerk of each window sit down.
func (d *fakeDesk) opens(windows ...string) {
	d.t.Helper()
	for _, w := range windows {
		d.do(clerkOf(w), hall.Open{Window: w})
	}
}

// issue gives n tickets of a service, each with a secret of its own.
func (d *fakeDesk) issue(service string, n int) {
	d.t.Helper()
	for range n {
		d.do(kioskOne, hall.Issue{ID: fmt.Sprintf("secret%d", d.work.Seq()), Service: service, Channel: "kiosk", Lang: "zh"})
	}
}

func (d *fakeDesk) next(window string) {
	d.t.Helper()
	d.do(clerkOf(window), hall.Next{Window: window})
}

func (d *fakeDesk) start(window string) {
	d.t.Helper()
	d.do(clerkOf(window), hall.Begin{Window: window})
}

// serves calls the next one to each window and starts at once.
func (d *fakeDesk) serves(windows ...string) {
	d.t.Helper()
	for _, w := range windows {
		d.next(w)
		d.start(w)
	}
}

var morning = hall.At(time.Date(2026, 11, 23, 9, 0, 0, 0, time.FixedZone("", 8*3600)))

func newDesk(t *testing.T) *fakeDesk {
	t.Helper()
	return newDeskOf(t, testPlan(20))
}

func newDeskOf(t *testing.T, p *hall.Plan) *fakeDesk {
	t.Helper()
	d := &fakeDesk{t: t, work: hall.NewWorking(), at: morning}
	d.do(system, hall.Found{Hall: "yunling", Epoch: "e1"})
	d.do(system, hall.SetPlan{Plan: p, Hash: "h1", Source: hall.FromConfig})
	d.do(system, hall.OpenDay{})
	return d
}

// testPlan is a county's hall of 12 services; windows 1 to n, of which the first twenty have services of their own.
func testPlan(n int) *hall.Plan {
	p := &hall.Plan{
		Hall:     hall.Info{ID: "yunling", Name: hall.Name{Zh: "云岭县政务服务中心", En: "Yunling Government Service Hall"}, Timezone: "Asia/Shanghai"},
		Zones:    []hall.Zone{{ID: "west", Name: hall.Name{Zh: "西区", En: "West zone"}}, {ID: "east", Name: hall.Name{Zh: "东区", En: "East zone"}}, {ID: "north", Name: hall.Name{Zh: "北区", En: "North zone"}}},
		Classes:  []hall.Class{{ID: hall.Ordinary, Name: hall.Name{Zh: "普通"}, Proof: hall.ProofNone}, {ID: "elderly", Name: hall.Name{Zh: "老年人"}, CreditMinutes: 10, Proof: hall.ProofIDCard}},
		Calendar: hall.Calendar{AlwaysOpen: true, Boundary: "04:00", HardClose: "20:00"},
		Rules:    hall.Rules{PauseReasons: []hall.Reason{{ID: "meal", Name: hall.Name{Zh: "用餐"}}, {ID: "device", Name: hall.Name{Zh: "设备故障"}}}},
		Notices: []hall.Notice{
			{ID: "n1", Text: hall.Name{Zh: "不动产登记人数较多，约等 42 分钟，可先到 19、20 号综合窗口咨询", En: "Real estate is busy, about 42 minutes. You may ask at windows 19 and 20 first"}},
			{ID: "n2", Text: hall.Name{Zh: "过号了？在取号机按「过号报到」，3 人后再叫您", En: "Missed your call? Check in at the kiosk, you will be called after 3 more"}},
			{ID: "n3", Text: hall.Name{Zh: "军人、残疾人等凭证件优先，请在取号时出示", En: "Priority with a certificate: show it when you take a ticket"}},
		},
	}
	for _, s := range testServices {
		p.Departments = append(p.Departments, hall.Department{ID: s.id, Name: hall.Name{Zh: s.zh, En: s.en}})
		p.Services = append(p.Services, hall.Service{ID: s.id, Name: hall.Name{Zh: s.zh, En: s.en}, Department: s.id, Prefix: s.prefix, UsualMinutes: 8})
	}
	for i := 1; i <= n; i++ {
		p.Windows = append(p.Windows, testWindow(i))
		id := p.Windows[i-1].ID
		p.Staff = append(p.Staff, hall.Staff{ID: clerkOf(id).ID, Name: "陈雨桐" + id, Roles: []hall.Role{hall.RoleClerk}})
	}
	return p
}

var testServices = []struct{ id, prefix, zh, en string }{
	{"household", "C", "户籍", "Household registration"}, {"estate", "B", "不动产登记", "Real estate"}, {"social", "A", "社会保险", "Social security"},
	{"medical", "D", "医疗保障", "Medical insurance"}, {"fund", "E", "住房公积金", "Housing fund"}, {"tax", "F", "税务", "Tax"},
	{"business", "G", "企业开办", "Business registration"}, {"vehicle", "J", "车驾管", "Vehicles and licences"}, {"general", "Z", "综合窗口", "General window"},
}

func testWindow(i int) hall.Window {
	services := map[int]string{1: "household", 2: "household", 3: "household", 4: "household", 5: "estate", 6: "estate", 7: "estate", 8: "social", 9: "social",
		10: "medical", 11: "fund", 12: "tax", 13: "tax", 14: "business", 15: "business", 16: "vehicle", 17: "vehicle", 18: "vehicle", 19: "general", 20: "general"}
	id := fmt.Sprint(i)
	w := hall.Window{ID: id, Label: hall.Name{Zh: id + " 号窗口", En: "Window " + id}, Zone: "north", Services: []string{services[min(i, 20)]}}
	switch {
	case i < 5:
		w.Zone = "west"
	case i < 12:
		w.Zone = "east"
	case i == 20:
		w.Services = append(w.Services, "social")
	}
	return w
}

// aMorning is the hall of the pictures: B018, F023 and others called in the last minutes, A017 just now at window 8.
func aMorning(t *testing.T) *fakeDesk {
	t.Helper()
	d := newDesk(t)
	d.opens("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "14", "16", "17", "18", "19", "20")
	for _, s := range []struct {
		id string
		n  int
	}{{"household", 70}, {"estate", 30}, {"social", 24}, {"fund", 14}, {"tax", 25}, {"business", 9}, {"vehicle", 18}, {"general", 42}} {
		d.issue(s.id, s.n)
	}
	d.pass(60)
	d.runOff("1", 60)
	d.runOff("5", 15)
	d.runOff("8", 15)
	d.runOff("11", 12)
	d.runOff("12", 22)
	d.runOff("14", 7)
	d.runOff("16", 12)
	d.runOff("19", 40)
	d.at = morning.Add(36 * time.Minute)
	d.do(clerkOf("3"), hall.Suspend{Window: "3", Reason: "meal"})
	d.do(clerkOf("11"), hall.Suspend{Window: "11", Reason: "device", Minutes: 34})
	d.serves("2", "4", "7", "5", "9", "14", "18", "17", "19")
	for _, w := range []string{"16", "1", "12", "6"} {
		d.pass(65)
		d.serves(w)
	}
	d.pass(80)
	d.next("8")
	d.pass(2)
	return d
}

// runOff serves the first n of a service at a window, ten seconds each.
func (d *fakeDesk) runOff(window string, n int) {
	d.t.Helper()
	for range n {
		d.next(window)
		d.pass(5)
		d.start(window)
		d.pass(5)
		d.do(clerkOf(window), hall.Finish{Window: window})
	}
}

func boardOf(d *fakeDesk, scope Scope) Board { return View(d.state, scope, nil, d.at) }

func asBoard(place string) context.Context {
	return door.With(context.Background(), door.Caller{Actor: hall.Actor{Kind: hall.Terminal, ID: "board-1"}, Terminal: "board-1", Place: place, Lang: "zh"})
}
