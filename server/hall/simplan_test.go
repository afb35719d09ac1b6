package hall

import (
	"fmt"
	"math/rand/v2"
)

// randomPlan makes a small hall: overlapping services, shared series, queues and numbers by window, classes with and
// without credit, proof and strictness, quotas, preferences and rules of every kind.
func randomPlan(r *rand.Rand) *Plan {
	p := &Plan{Hall: Info{ID: "random", Name: Name{Zh: "随机大厅"}, Timezone: oneOf(r, "Asia/Shanghai", "Europe/Berlin", "UTC")},
		Departments: []Department{{ID: "one", Name: Name{Zh: "一"}}, {ID: "two", Name: Name{Zh: "二"}}},
		Zones:       []Zone{{ID: "hall", Name: Name{Zh: "大厅"}}}}
	p.Classes = randomClasses(r)
	for i := range 1 + r.IntN(5) {
		p.Services = append(p.Services, randomService(r, i))
	}
	for i := range 1 + r.IntN(4) {
		p.Windows = append(p.Windows, randomWindow(r, i, p.Services))
	}
	p.Staff = randomStaff(len(p.Windows))
	p.Calendar = Calendar{AlwaysOpen: r.IntN(4) == 0, Boundary: "04:00", HardClose: oneOf(r, "20:00", "18:30", "24:00", "02:00"),
		Week:         []Hours{{Days: weekdays[1:6], Bands: []string{"08:30-12:00", "13:30-17:00"}}, {Days: []string{"sat"}, Bands: []string{"09:00-12:00"}}},
		IssueMinutes: 15, CutoffMinutes: r.IntN(30), IssueAtLunch: r.IntN(2) == 0}
	p.Rules = Rules{RecallGapSeconds: 1 + r.IntN(10), MaxCalls: 2 + r.IntN(6), PassMinCalls: 1 + r.IntN(2), PassMinSeconds: 1 + r.IntN(10),
		ReturnAfterCalls: r.IntN(5), PassedExpireMinutes: 15 * r.IntN(3), Choosing: r.IntN(2) == 0,
		PauseReasons: []Reason{{ID: "meal"}, {ID: "printer"}}}
	return p
}

func oneOf[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

func randomClasses(r *rand.Rand) []Class {
	list := []Class{{ID: Ordinary, Name: Name{Zh: "普通"}, Proof: ProofNone}}
	for i := range r.IntN(4) {
		list = append(list, Class{ID: fmt.Sprintf("class-%d", i), Name: Name{Zh: "优先"}, CreditMinutes: 5 * r.IntN(6),
			Proof: oneOf(r, ProofNone, ProofIDCard, ProofStaff), Strict: r.IntN(3) == 0})
	}
	return list
}

func randomService(r *rand.Rand, i int) Service {
	s := Service{ID: fmt.Sprintf("service-%d", i), Name: Name{Zh: "事项"}, Department: oneOf(r, "one", "two"),
		Prefix: string("AABCD"[i]), UsualMinutes: 1 + 10*r.Float64()}
	if r.IntN(4) == 0 {
		s.Queue = "window"
		s.Numbering = oneOf(r, "", "window")
	}
	if r.IntN(8) == 0 {
		s.Quotas = []Quota{{Limit: 20 + r.IntN(40)}, {Band: "09:00-10:00", Limit: r.IntN(20)}}
	}
	return s
}

func randomWindow(r *rand.Rand, i int, services []Service) Window {
	w := Window{ID: fmt.Sprint(i + 1), Label: Name{Zh: "窗口"}, Zone: "hall", Prefix: string("WXYZ"[i])}
	for _, s := range services {
		if r.IntN(3) > 0 {
			w.Services = append(w.Services, s.ID)
			if r.IntN(4) == 0 {
				w.Prefer = append(w.Prefer, Prefer{Service: s.ID, Minutes: 1 + r.IntN(15)})
			}
		}
	}
	return w
}

// randomStaff has one more clerk than windows, a lead, a supervisor and an administrator.
func randomStaff(windows int) []Staff {
	var list []Staff
	for i := range windows + 1 {
		list = append(list, Staff{ID: fmt.Sprint(1001 + i), Name: "员工", Roles: []Role{RoleClerk}})
	}
	return append(list, Staff{ID: "7001", Name: "组长", Roles: []Role{RoleClerk, RoleLead}, Departments: []string{"one"}},
		Staff{ID: "8001", Name: "主管", Roles: []Role{RoleSupervisor}}, Staff{ID: "9001", Name: "管理员", Roles: []Role{RoleAdministrator}})
}

// changedPlan is the plan with something else about it; what it takes away may be in use.
func changedPlan(r *rand.Rand, p *Plan) *Plan {
	c := *p
	c.index = nil
	c.Classes = append([]Class(nil), p.Classes...)
	c.Services = append([]Service(nil), p.Services...)
	c.Windows = append([]Window(nil), p.Windows...)
	switch r.IntN(6) {
	case 0:
		i := r.IntN(len(c.Classes))
		if c.Classes[i].ID != Ordinary {
			c.Classes[i].CreditMinutes = 5 * r.IntN(6)
		}
	case 1:
		i := r.IntN(len(c.Windows))
		w := randomWindow(r, i, c.Services)
		w.ID, w.Prefix = c.Windows[i].ID, c.Windows[i].Prefix
		c.Windows[i] = w
	case 2:
		if len(c.Services) > 1 {
			c.dropService(r.IntN(len(c.Services)))
		}
	case 3:
		if len(c.Windows) > 1 {
			c.Windows = c.Windows[:len(c.Windows)-1]
		}
	case 4:
		c.Services[r.IntN(len(c.Services))].Prefix = oneOf(r, "A", "B", "E", "F")
	case 5:
		c.Rules.ReturnAfterCalls = r.IntN(4)
	}
	return &c
}

func (p *Plan) dropService(i int) {
	gone := p.Services[i].ID
	p.Services = append(p.Services[:i:i], p.Services[i+1:]...)
	for j, w := range p.Windows {
		w.Services, w.Prefer = nil, nil
		for _, s := range p.Windows[j].Services {
			if s != gone {
				w.Services = append(w.Services, s)
			}
		}
		p.Windows[j] = w
	}
}
