package hall

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// Fault is one thing wrong with a plan.
type Fault struct {
	Pointer string // where, for instance "services[3].prefix"
	Text    string // what, in English, for the operator
}

// String gives "where: what".
func (f Fault) String() string { return f.Pointer + ": " + f.Text }

var (
	idForm     = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)
	prefixForm = regexp.MustCompile(`^[A-HJ-NPRT-Z]{1,2}$`)
)

// Check fills in defaults, builds the index and lists everything that is wrong. A plan with faults must not be used.
func (p *Plan) Check() []Fault {
	p.Rules.fill()
	c := &planCheck{plan: p, index: &planIndex{}}
	c.hall()
	c.index.classes = c.ids("classes", len(p.Classes), func(i int) string { return p.Classes[i].ID })
	c.index.services = c.ids("services", len(p.Services), func(i int) string { return p.Services[i].ID })
	c.index.windows = c.ids("windows", len(p.Windows), func(i int) string { return p.Windows[i].ID })
	c.index.staff = c.ids("staff", len(p.Staff), func(i int) string { return p.Staff[i].ID })
	c.departments = c.ids("departments", len(p.Departments), func(i int) string { return p.Departments[i].ID })
	c.zones = c.ids("zones", len(p.Zones), func(i int) string { return p.Zones[i].ID })
	c.classes()
	c.services()
	c.windows()
	c.staff()
	c.calendar()
	c.rules()
	c.index.sound = len(c.faults) == 0
	p.index = c.index
	return c.faults
}

type planCheck struct {
	plan               *Plan
	index              *planIndex
	departments, zones map[string]int
	faults             []Fault
}

func (c *planCheck) fault(pointer, format string, args ...any) {
	c.faults = append(c.faults, Fault{pointer, fmt.Sprintf(format, args...)})
}

func (c *planCheck) ids(list string, n int, id func(int) string) map[string]int {
	index := make(map[string]int, n)
	for i := range n {
		at := fmt.Sprintf("%s[%d].id", list, i)
		if !idForm.MatchString(id(i)) {
			c.fault(at, "%q must be 1 to 32 of a-z, 0-9 and -", id(i))
		}
		if first, twice := index[id(i)]; twice {
			c.fault(at, "%q is already %s[%d]", id(i), list, first)
			continue
		}
		index[id(i)] = i
	}
	return index
}

func (c *planCheck) known(pointer string, index map[string]int, id, what string) {
	if _, ok := index[id]; !ok {
		c.fault(pointer, "there is no %s %q", what, id)
	}
}

func (c *planCheck) name(pointer string, n Name) {
	if n.Zh == "" {
		c.fault(pointer+".zh", "is missing")
	}
}

func (c *planCheck) hall() {
	p := c.plan
	c.name("hall.name", p.Hall.Name)
	if !idForm.MatchString(p.Hall.ID) {
		c.fault("hall.id", "%q must be 1 to 32 of a-z, 0-9 and -", p.Hall.ID)
	}
	zone, err := time.LoadLocation(p.Hall.Timezone)
	if err != nil || p.Hall.Timezone == "" || p.Hall.Timezone == "Local" {
		c.fault("hall.timezone", "%q is not a time zone such as Asia/Shanghai", p.Hall.Timezone)
		zone = time.UTC
	}
	c.index.zone = zone
	for i, d := range p.Departments {
		c.name(fmt.Sprintf("departments[%d].name", i), d.Name)
	}
	for i, z := range p.Zones {
		c.name(fmt.Sprintf("zones[%d].name", i), z.Name)
	}
}

func (c *planCheck) classes() {
	for i, class := range c.plan.Classes {
		at := fmt.Sprintf("classes[%d]", i)
		c.name(at+".name", class.Name)
		if class.CreditMinutes < 0 || class.CreditMinutes > 240 {
			c.fault(at+".creditMinutes", "%d is not within 0 to 240", class.CreditMinutes)
		}
		if !slices.Contains([]string{ProofNone, ProofIDCard, ProofStaff, ProofBooking}, class.Proof) {
			c.fault(at+".proof", "%q is not none, idcard, staff or booking", class.Proof)
		}
	}
	ordinary, found := pick(c.plan.Classes, c.index.classes, Ordinary)
	if !found || ordinary.CreditMinutes != 0 || ordinary.Strict || ordinary.Proof != ProofNone {
		c.fault("classes", "there must be a class %q without credit, not strict, with proof none", Ordinary)
	}
}

func (c *planCheck) services() {
	c.index.offers = make(map[string][]string)
	for i, s := range c.plan.Services {
		at := fmt.Sprintf("services[%d]", i)
		c.name(at+".name", s.Name)
		c.known(at+".department", c.departments, s.Department, "department")
		c.service(at, s)
		for _, class := range s.Classes {
			c.known(at+".classes", c.index.classes, class, "class")
		}
	}
}

func (c *planCheck) service(at string, s Service) {
	if !prefixForm.MatchString(s.Prefix) && s.Numbering != "window" {
		c.fault(at+".prefix", "%q must be one or two letters A to Z without I, O, Q, S", s.Prefix)
	}
	if s.Queue != "" && s.Queue != "service" && s.Queue != "window" {
		c.fault(at+".queue", "%q is not service or window", s.Queue)
	}
	if s.Numbering != "" && s.Numbering != "service" && (s.Numbering != "window" || !s.PerWindow()) {
		c.fault(at+".numbering", "%q is not service, nor window with queue: window", s.Numbering)
	}
	if s.UsualMinutes <= 0 || s.UsualMinutes > 480 {
		c.fault(at+".usualMinutes", "%v is not above 0 and at most 480", s.UsualMinutes)
	}
	c.bands(at+".hours", s.Hours)
	for j, q := range s.Quotas {
		if q.Limit < 0 {
			c.fault(fmt.Sprintf("%s.quotas[%d].limit", at, j), "%d is below 0", q.Limit)
		}
		if q.Band != "" {
			c.bands(fmt.Sprintf("%s.quotas[%d].band", at, j), []string{q.Band})
		}
	}
}

// twice faults a list that names the same thing more than once: it would be counted twice.
func (c *planCheck) twice(pointer string, list []string) {
	for i, id := range list {
		if slices.Contains(list[:i], id) {
			c.fault(pointer, "%q is there twice", id)
		}
	}
}

func (c *planCheck) windows() {
	for i, w := range c.plan.Windows {
		at := fmt.Sprintf("windows[%d]", i)
		c.name(at+".label", w.Label)
		c.twice(at+".services", w.Services)
		c.known(at+".zone", c.zones, w.Zone, "zone")
		if w.Department != "" {
			c.known(at+".department", c.departments, w.Department, "department")
		}
		for _, s := range w.Services {
			c.known(at+".services", c.index.services, s, "service")
			c.index.offers[s] = append(c.index.offers[s], w.ID)
			if service, ok := pick(c.plan.Services, c.index.services, s); ok && service.Numbering == "window" && !prefixForm.MatchString(w.Prefix) {
				c.fault(at+".prefix", "%q must be one or two letters A to Z without I, O, Q, S, as %s numbers by window", w.Prefix, s)
			}
		}
		for j, p := range w.Prefer {
			if !w.Offers(p.Service) || p.Minutes < 1 || p.Minutes > 15 {
				c.fault(fmt.Sprintf("%s.prefer[%d]", at, j), "a service offered here and 1 to 15 minutes are needed")
			}
		}
	}
}

func (c *planCheck) staff() {
	roles := []Role{RoleClerk, RoleLead, RoleSupervisor, RoleAdministrator}
	for i, s := range c.plan.Staff {
		at := fmt.Sprintf("staff[%d]", i)
		if s.Name == "" {
			c.fault(at+".name", "is missing")
		}
		for _, r := range s.Roles {
			if !slices.Contains(roles, r) {
				c.fault(at+".roles", "%q is not clerk, lead, supervisor or administrator", r)
			}
		}
		for _, d := range s.Departments {
			c.known(at+".departments", c.departments, d, "department")
		}
		for _, w := range s.Windows {
			c.known(at+".windows", c.index.windows, w, "window")
		}
	}
}

func (c *planCheck) rules() {
	r := c.plan.Rules
	for _, n := range []struct {
		name        string
		is, lo, top int
	}{{"recallGapSeconds", r.RecallGapSeconds, 1, 600}, {"maxCalls", r.MaxCalls, 1, 50}, {"passMinCalls", r.PassMinCalls, 1, r.MaxCalls},
		{"passMinSeconds", r.PassMinSeconds, 1, 600}, {"returnAfterCalls", r.ReturnAfterCalls, 1, 50}, {"maxReturns", r.MaxReturns, 1, 20},
		{"maxDefers", r.MaxDefers, 1, 20}, {"reopenMinutes", r.ReopenMinutes, 1, 120}, {"doubtfulMinutes", r.DoubtfulMinutes, 1, 600},
		{"openTicketsPerPerson", r.OpenTicketsPerPerson, 1, 20},
		{"privacy.keepDays", r.Privacy.KeepDays, 0, longestKeepDays}, {"privacy.wordsDays", r.Privacy.WordsDays, 0, longestKeepDays}} {
		if n.is < n.lo || n.is > n.top {
			c.fault("rules."+n.name, "%d is not within %d to %d", n.is, n.lo, n.top)
		}
	}
	if !slices.Contains(outcomes, r.Outcome) {
		c.fault("rules.outcome", "%q is not one of %v", r.Outcome, outcomes)
	}
	for i, reason := range r.PauseReasons {
		if !idForm.MatchString(reason.ID) {
			c.fault("rules.pauseReasons["+strconv.Itoa(i)+"].id", "%q must be 1 to 32 of a-z, 0-9 and -", reason.ID)
		}
	}
}

// defaulted is a rule that has a default, under its key in a plan.
type defaulted struct {
	key   string
	field *int
	value int
}

func (r *Rules) defaulted() []defaulted {
	return []defaulted{{"recallGapSeconds", &r.RecallGapSeconds, 10}, {"maxCalls", &r.MaxCalls, 6}, {"passMinCalls", &r.PassMinCalls, 2},
		{"passMinSeconds", &r.PassMinSeconds, 10}, {"returnAfterCalls", &r.ReturnAfterCalls, 3}, {"maxReturns", &r.MaxReturns, 2},
		{"maxDefers", &r.MaxDefers, 2}, {"reopenMinutes", &r.ReopenMinutes, 5}, {"doubtfulMinutes", &r.DoubtfulMinutes, 60},
		{"openTicketsPerPerson", &r.OpenTicketsPerPerson, 3}}
}

// DefaultRules gives the defaults by key of rules. In a recorded plan 0 stands for them and always will, so that a 0 that
// somebody has written must be refused before it comes here: it would silently become something else.
func DefaultRules() map[string]int {
	defaults := map[string]int{}
	for _, d := range new(Rules).defaulted() {
		defaults[d.key] = d.value
	}
	return defaults
}

// fill puts the defaults where nothing was said.
func (r *Rules) fill() {
	for _, d := range r.defaulted() {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	if r.Outcome == "" {
		r.Outcome = Completed
	}
}
