package halltest

import (
	"fmt"

	"jiaohao/server/hall"
)

// Plan gives a small hall that is always open and uses every rule: services that share windows and a series, a queue by
// window, a strict class, a preference. Variants differ in what a leg keeps of the plan it joined under: the departments
// of services and their promises.
func Plan(variant int) *hall.Plan {
	name := func(text string) hall.Name { return hall.Name{Zh: text, En: text} }
	p := &hall.Plan{
		Hall:        hall.Info{ID: "testhall", Name: name("test"), Timezone: "Asia/Shanghai", Desk: name("desk")},
		Departments: []hall.Department{{ID: "police", Name: name("police")}, {ID: "tax", Name: name("tax")}, {ID: "land", Name: name("land")}},
		Zones:       []hall.Zone{{ID: "a", Name: name("a")}},
		Classes: []hall.Class{{ID: hall.Ordinary, Name: name("o"), Proof: hall.ProofNone},
			{ID: "elderly", Name: name("e"), Proof: hall.ProofNone, CreditMinutes: 15},
			{ID: "military", Name: name("m"), Proof: hall.ProofStaff, Strict: true}},
		Calendar: hall.Calendar{AlwaysOpen: true, Boundary: "04:00", HardClose: "20:00"},
		Rules: hall.Rules{Choosing: true, PassMinCalls: 1, PassedExpireMinutes: 45, OpenTicketsPerPerson: 5,
			PauseReasons: []hall.Reason{{ID: "break", Name: name("break")}}},
	}
	services := []struct{ id, department, prefix, queue string }{{"household", "police", "A", ""}, {"passport", "police", "A", ""},
		{"invoice", "tax", "B", ""}, {"return", "tax", "C", ""}, {"deed", "land", "D", ""}, {"cashier", "tax", "F", "window"}}
	for i, s := range services {
		p.Services = append(p.Services, hall.Service{ID: s.id, Name: name(s.id), Department: s.department, Prefix: s.prefix, Queue: s.queue,
			UsualMinutes: float64(4 + 2*i), PromiseMinutes: 10 * ((i + variant) % 3)})
	}
	if variant%2 == 1 {
		p.Services[3].Department, p.Services[4].Department = "land", "tax"
	}
	for i, offers := range [][]string{{"household", "passport"}, {"household", "invoice", "return"}, {"passport", "deed"},
		{"cashier", "deed"}, {"cashier", "household", "return"}} {
		p.Windows = append(p.Windows, hall.Window{ID: fmt.Sprint(i + 1), Label: name("w"), Zone: "a", Services: offers})
		p.Staff = append(p.Staff, hall.Staff{ID: fmt.Sprint(1001 + i), Name: "clerk", Roles: []hall.Role{hall.RoleClerk}})
	}
	p.Windows[1].Prefer = []hall.Prefer{{Service: "return", Minutes: 10}}
	p.Staff = append(p.Staff, hall.Staff{ID: "1006", Name: "relief", Roles: []hall.Role{hall.RoleClerk}},
		hall.Staff{ID: "8001", Name: "supervisor", Roles: []hall.Role{hall.RoleSupervisor, hall.RoleAdministrator}})
	if faults := p.Check(); len(faults) > 0 {
		panic(fmt.Sprintf("halltest: the plan is faulty: %v", faults))
	}
	return p
}
