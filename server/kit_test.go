package server

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
)

// testPlan is a small hall: two services, four windows, four clerks and a supervisor, open at any hour.
func testPlan(t testing.TB) *hall.Plan {
	t.Helper()
	name := func(s string) hall.Name { return hall.Name{Zh: s, En: s} }
	p := &hall.Plan{Hall: hall.Info{ID: "test", Name: name("测试大厅"), Timezone: "Asia/Shanghai"},
		Departments: []hall.Department{{ID: "d", Name: name("部门")}}, Zones: []hall.Zone{{ID: "a", Name: name("A区")}},
		Classes:  []hall.Class{{ID: "ordinary", Name: name("普通"), Proof: "none"}, {ID: "elderly", Name: name("老年人"), Proof: "none", CreditMinutes: 15}},
		Services: []hall.Service{{ID: "s1", Name: name("事项一"), Department: "d", Prefix: "A", UsualMinutes: 5}, {ID: "s2", Name: name("事项二"), Department: "d", Prefix: "B", UsualMinutes: 8}},
		Calendar: hall.Calendar{AlwaysOpen: true, Boundary: "04:00", HardClose: "20:00"},
		Rules:    hall.Rules{PauseReasons: []hall.Reason{{ID: "rest", Name: name("短休")}}}}
	for i := range 4 {
		p.Windows = append(p.Windows, hall.Window{ID: fmt.Sprint(i + 1), Label: name("窗口"), Zone: "a", Services: []string{"s1", "s2"}})
		p.Staff = append(p.Staff, hall.Staff{ID: fmt.Sprint(1001 + i), Name: "职员", Roles: []hall.Role{hall.RoleClerk}})
	}
	p.Staff = append(p.Staff, hall.Staff{ID: "8001", Name: "主任", Roles: []hall.Role{hall.RoleSupervisor}})
	if faults := p.Check(); len(faults) > 0 {
		t.Fatal(faults)
	}
	return p
}

// bench is a desk on a journal, founded, with the plan in force and the day open.
type bench struct {
	*Desk
	fatal chan error
}

func startDesk(t testing.TB, j journal.Journal, folds ...FoldState) *bench {
	t.Helper()
	return startDeskOn(t, j, NewClock(1), folds...)
}

func startDeskOn(t testing.TB, j journal.Journal, clock *Clock, folds ...FoldState) *bench {
	t.Helper()
	b := &bench{fatal: make(chan error, 1)}
	state, err := Load(t.Context(), j, slog.New(slog.DiscardHandler), folds...)
	if err != nil {
		t.Fatal(err)
	}
	b.Desk = NewDesk(DeskConfig{Journal: j, Clock: clock, Log: slog.New(slog.DiscardHandler), Publish: func(uint64, bool) {},
		Fatal: func(err error) { b.fatal <- err }}, state)
	go b.Run()
	if state.Founded().Format == "" {
		b.must(t, hall.Actor{}, hall.Found{Hall: "test", Demo: true, Epoch: "e"})
		b.must(t, hall.Actor{}, hall.SetPlan{Plan: testPlan(t), Hash: "h", Source: hall.FromConfig})
		b.must(t, hall.Actor{}, hall.OpenDay{})
	}
	return b
}

func (b *bench) must(t testing.TB, by hall.Actor, c hall.Command) hall.Receipt {
	t.Helper()
	r, err := b.Order(context.Background(), hall.Order{By: by, Do: c})
	if err != nil {
		t.Fatalf("%T: %v", c, err)
	}
	return r
}

var kioskActor = hall.Actor{Kind: hall.Terminal, ID: "kiosk-1"}

func clerk(n int) hall.Actor {
	return hall.Actor{Kind: hall.Clerk, ID: fmt.Sprint(1000 + n), Roles: []hall.Role{hall.RoleClerk}}
}

var issued atomic.Uint64

// issue asks for a ticket of s1, or s2 for odd n.
func issue(n int) hall.Issue {
	return hall.Issue{ID: fmt.Sprintf("secret-%d-%d", time.Now().UnixNano(), issued.Add(1)), Service: fmt.Sprintf("s%d", 1+n%2), Channel: "kiosk", Lang: "zh"}
}
