package hall

import (
	"strings"
	"testing"
)

// planFaults are the things that can be wrong with a plan, each with the pointer of the fault it must give, and no other.
var planFaults = []struct {
	name    string
	pointer string
	change  func(p *Plan)
}{
	{"hall without a name", "hall.name.zh", func(p *Plan) { p.Hall.Name.Zh = "" }},
	{"hall id with capitals", "hall.id", func(p *Plan) { p.Hall.ID = "County" }},
	{"unknown time zone", "hall.timezone", func(p *Plan) { p.Hall.Timezone = "Asia/Nowhere" }},
	{"the machine's time zone", "hall.timezone", func(p *Plan) { p.Hall.Timezone = "Local" }},
	{"no time zone", "hall.timezone", func(p *Plan) { p.Hall.Timezone = "" }},
	{"department without a name", "departments[0].name.zh", func(p *Plan) { p.Departments[0].Name.Zh = "" }},
	{"zone without a name", "zones[0].name.zh", func(p *Plan) { p.Zones[0].Name.Zh = "" }},
	{"empty id", "classes[4].id", func(p *Plan) { p.Classes[4].ID = "" }},
	{"id used twice", "classes[5].id", func(p *Plan) { p.Classes[5].ID = "military" }},
	{"id too long", "classes[4].id", func(p *Plan) { p.Classes[4].ID = strings.Repeat("a", 33) }},
	{"class without a name", "classes[1].name.zh", func(p *Plan) { p.Classes[1].Name.Zh = "" }},
	{"negative credit", "classes[1].creditMinutes", func(p *Plan) { p.Classes[1].CreditMinutes = -1 }},
	{"endless credit", "classes[1].creditMinutes", func(p *Plan) { p.Classes[1].CreditMinutes = 241 }},
	{"unknown proof", "classes[1].proof", func(p *Plan) { p.Classes[1].Proof = "oath" }},
	{"no ordinary class", "classes", func(p *Plan) { p.Classes[0].ID = "plain" }},
	{"ordinary with credit", "classes", func(p *Plan) { p.Classes[0].CreditMinutes = 1 }},
	{"strict ordinary", "classes", func(p *Plan) { p.Classes[0].Strict = true }},
	{"ordinary with proof", "classes", func(p *Plan) { p.Classes[0].Proof = ProofStaff }},
	{"service without a name", "services[0].name.zh", func(p *Plan) { p.Services[0].Name.Zh = "" }},
	{"unknown department", "services[0].department", func(p *Plan) { p.Services[0].Department = "fire" }},
	{"prefix of three letters", "services[0].prefix", func(p *Plan) { p.Services[0].Prefix = "ABC" }},
	{"prefix like a digit", "services[0].prefix", func(p *Plan) { p.Services[0].Prefix = "O" }},
	{"no prefix", "services[0].prefix", func(p *Plan) { p.Services[0].Prefix = "" }},
	{"unknown queue", "services[0].queue", func(p *Plan) { p.Services[0].Queue = "line" }},
	{"numbers by window without queues by window", "services[0].numbering", func(p *Plan) { p.Services[0].Numbering = "window" }},
	{"unknown numbering", "services[0].numbering", func(p *Plan) { p.Services[0].Numbering = "random" }},
	{"no usual time", "services[0].usualMinutes", func(p *Plan) { p.Services[0].UsualMinutes = 0 }},
	{"endless usual time", "services[0].usualMinutes", func(p *Plan) { p.Services[0].UsualMinutes = 481 }},
	{"unreadable hours", "services[0].hours", func(p *Plan) { p.Services[0].Hours = []string{"8-12"} }},
	{"hours backwards", "services[0].hours", func(p *Plan) { p.Services[0].Hours = []string{"12:00-08:30"} }},
	{"overlapping hours", "services[0].hours", func(p *Plan) { p.Services[0].Hours = []string{"08:30-12:00", "11:00-17:00"} }},
	{"negative quota", "services[3].quotas[0].limit", func(p *Plan) { p.Services[3].Quotas[0].Limit = -1 }},
	{"unreadable quota band", "services[3].quotas[1].band", func(p *Plan) { p.Services[3].Quotas[1].Band = "morning" }},
	{"unknown class of a service", "services[2].classes", func(p *Plan) { p.Services[2].Classes[0] = "royal" }},
	{"window without a label", "windows[0].label.zh", func(p *Plan) { p.Windows[0].Label.Zh = "" }},
	{"unknown zone", "windows[0].zone", func(p *Plan) { p.Windows[0].Zone = "west" }},
	{"unknown department of a window", "windows[0].department", func(p *Plan) { p.Windows[0].Department = "fire" }},
	{"unknown service of a window", "windows[0].services", func(p *Plan) { p.Windows[0].Services[0] = "royal" }},
	{"service offered twice", "windows[0].services", func(p *Plan) { p.Windows[0].Services[1] = "household" }},
	{"window without its prefix", "windows[4].prefix", func(p *Plan) { p.Windows[4].Prefix = "" }},
	{"preference for a service not offered", "windows[1].prefer[0]", func(p *Plan) { p.Windows[1].Prefer[0].Service = "pension" }},
	{"preference of nothing", "windows[1].prefer[0]", func(p *Plan) { p.Windows[1].Prefer[0].Minutes = 0 }},
	{"preference too strong", "windows[1].prefer[0]", func(p *Plan) { p.Windows[1].Prefer[0].Minutes = 16 }},
	{"staff without a name", "staff[0].name", func(p *Plan) { p.Staff[0].Name = "" }},
	{"unknown role", "staff[0].roles", func(p *Plan) { p.Staff[0].Roles = []Role{"king"} }},
	{"unknown department of staff", "staff[6].departments", func(p *Plan) { p.Staff[6].Departments = []string{"fire"} }},
	{"unknown window of staff", "staff[4].windows", func(p *Plan) { p.Staff[4].Windows = []string{"99"} }},
	{"unreadable boundary", "calendar.boundary", func(p *Plan) { p.Calendar.Boundary = "four" }},
	{"no hard close", "calendar.hardClose", func(p *Plan) { p.Calendar.HardClose = "" }},
	{"unknown weekday", "calendar.week[0].days", func(p *Plan) { p.Calendar.Week[0].Days[0] = "monday" }},
	{"unreadable week", "calendar.week[0].bands", func(p *Plan) { p.Calendar.Week[0].Bands = []string{"25:00-26:00"} }},
	{"unreadable holiday", "calendar.holidays[0].date", func(p *Plan) { p.Calendar.Holidays[0].Date = "1 October" }},
	{"unreadable workday", "calendar.workdays[0].date", func(p *Plan) { p.Calendar.Workdays[0].Date = "2026-02-30" }},
	{"workday on a holiday", "calendar.workdays[0].date", func(p *Plan) { p.Calendar.Workdays[0].Date = "2026-10-01" }},
	{"recall gap", "rules.recallGapSeconds", func(p *Plan) { p.Rules.RecallGapSeconds = 601 }},
	{"calls", "rules.maxCalls", func(p *Plan) { p.Rules.MaxCalls = 51 }},
	{"more calls before a pass than there may be", "rules.passMinCalls", func(p *Plan) { p.Rules.PassMinCalls = 7 }},
	{"time before a pass", "rules.passMinSeconds", func(p *Plan) { p.Rules.PassMinSeconds = -1 }},
	{"calls after a return", "rules.returnAfterCalls", func(p *Plan) { p.Rules.ReturnAfterCalls = 51 }},
	{"returns", "rules.maxReturns", func(p *Plan) { p.Rules.MaxReturns = 21 }},
	{"defers", "rules.maxDefers", func(p *Plan) { p.Rules.MaxDefers = -2 }},
	{"reopening", "rules.reopenMinutes", func(p *Plan) { p.Rules.ReopenMinutes = 121 }},
	{"doubt", "rules.doubtfulMinutes", func(p *Plan) { p.Rules.DoubtfulMinutes = 601 }},
	{"tickets per person", "rules.openTicketsPerPerson", func(p *Plan) { p.Rules.OpenTicketsPerPerson = 21 }},
	{"unknown outcome", "rules.outcome", func(p *Plan) { p.Rules.Outcome = "splendid" }},
	{"reason of a pause without an id", "rules.pauseReasons[1].id", func(p *Plan) { p.Rules.PauseReasons[1].ID = "" }},
}

func TestPlanFaults(t *testing.T) {
	for _, c := range planFaults {
		t.Run(c.name, func(t *testing.T) {
			p := readPlan(t, "county", nil)
			c.change(p)
			faults := p.Check()
			found := false
			for _, f := range faults {
				found = found || f.Pointer == c.pointer
				if f.Text == "" || !strings.HasPrefix(f.String(), f.Pointer+": ") {
					t.Errorf("a fault without words: %+v", f)
				}
			}
			if !found {
				t.Errorf("the faults are %v, want one at %s", faults, c.pointer)
			}
		})
	}
}

// TestFaultyPlanIsRefused tells the administrator where the fault is, and an older check does not hide a later fault.
func TestFaultyPlanIsRefused(t *testing.T) {
	d := newDrill(t, readPlan(t, "county", nil))
	bad := readPlan(t, "county", nil)
	bad.Hall.Timezone = "Mars"
	bad.Check()
	for range 2 {
		_, _, err := d.do(Order{By: person(d.w.b.plan, "9001"), Do: SetPlan{Plan: bad, Hash: "bad"}})
		r, ok := err.(*Refusal)
		if !ok || r.Code != Invalid || r.Params["pointer"] != "/plan/hall.timezone" {
			t.Fatalf("a faulty plan gives %v", err)
		}
	}
	if _, _, err := d.do(Order{By: system, Do: SetPlan{Hash: "none"}}); codeOf(err) != Invalid {
		t.Errorf("no plan at all gives %v", err)
	}
}

// TestRulesHaveDefaults: what a plan does not say is filled in, and only that.
func TestRulesHaveDefaults(t *testing.T) {
	p := readPlan(t, "county", func(p *Plan) { p.Rules = Rules{MaxCalls: 9} })
	r := p.Rules
	if r.MaxCalls != 9 || r.RecallGapSeconds != 10 || r.PassMinCalls != 2 || r.PassMinSeconds != 10 || r.ReturnAfterCalls != 3 || r.MaxReturns != 2 ||
		r.MaxDefers != 2 || r.ReopenMinutes != 5 || r.DoubtfulMinutes != 60 || r.OpenTicketsPerPerson != 3 || r.Outcome != Completed || r.PassedExpireMinutes != 0 {
		t.Errorf("the rules are %+v", r)
	}
}

// TestWithoutPlan: before the first plan every command that needs one is refused, and none falls over.
func TestWithoutPlan(t *testing.T) {
	w := NewWorking()
	by := Actor{Kind: Clerk, ID: "1001", Roles: []Role{RoleSupervisor, RoleAdministrator}}
	for _, c := range []Command{OpenDay{}, CloseDay{}, Issue{Service: "household"}, Open{Window: "1"}, Next{Window: "1"}, Close{Window: "1"},
		Cancel{}, Transfer{Window: "1"}, HandOver{Window: "1"}, Release{Window: "1"}, Reopen{Window: "1"}, Void{Reason: "x"}} {
		if _, _, err := w.Decide(Order{By: by, Do: c}, 1); codeOf(err) != WrongState {
			t.Errorf("%T gives %v", c, err)
		}
		if err := w.Publish().Try(c, by, 1); codeOf(err) != WrongState {
			t.Errorf("trying %T gives %v", c, err)
		}
	}
	if commands, next := Due(w.Publish(), 1); commands != nil || next != 0 {
		t.Errorf("%v is due at %d", commands, next)
	}
}
