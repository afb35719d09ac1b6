package supervisor

import (
	"slices"

	"jiaohao/server/hall"
	"jiaohao/server/public"
)

// promiseTarget is the share of citizens, in percent, that a hall should call within the promised wait: the 85 % that
// service centres commonly pledge.
const promiseTarget = 85

// Live is the console's view: the hall at a moment.
type Live struct {
	Hall        public.HallInfo `json:"hall"`
	Business    string          `json:"businessDate"` // that the moment belongs to; another one than hall.date before opening
	DayOpen     bool            `json:"dayOpen"`
	Hours       []string        `json:"hours"`
	Target      int             `json:"targetPercent"`
	Departments []Named         `json:"departments"`
	Zones       []Named         `json:"zones"`
	Classes     []Named         `json:"classes"`
	Reasons     []Named         `json:"pauseReasons"`
	Services    []ServiceView   `json:"services"`
	Windows     []WindowView    `json:"windows"`
	Alerts      []Alert         `json:"alerts"`
	Today       Today           `json:"today"`
	Flow        []Bucket        `json:"flow"`
	Clock       *public.Stamp   `json:"clockDoubt,omitempty"` // what the machine's clock showed
}

// Named is an id with its name.
type Named struct {
	ID   string      `json:"id"`
	Name public.Name `json:"name"`
}

// Longest is who has waited longest: a running wait counts from since.
type Longest struct {
	Number  string       `json:"number"`
	Service string       `json:"service,omitempty"`
	Since   public.Stamp `json:"since"`
}

// Share is how many of a number.
type Share struct {
	Count int `json:"count"`
	Of    int `json:"of"`
}

// ServiceView is a service with what only the console shows.
type ServiceView struct {
	public.Service
	Longest *Longest `json:"longest,omitempty"`
	Within  *Share   `json:"within,omitempty"` // today's legs called within the promise, of all that were called or broke it
	Passed  int      `json:"passed"`           // legs in passed now
}

// WindowView is a window with what only the console shows. Since is when the present status began.
type WindowView struct {
	public.Window
	Status   string       `json:"status"` // free, called, serving, paused, closed
	Overdue  bool         `json:"overdue,omitempty"`
	Since    public.Stamp `json:"since,omitempty"`
	Service  string       `json:"service,omitempty"`
	Staff    string       `json:"staff,omitempty"`
	Finished int          `json:"finished"`
	Parked   int          `json:"parked"`
	Passed   int          `json:"passed"`
}

// Today counts the tickets of the day opened last.
type Today struct {
	Issued    int      `json:"issued"`
	Waiting   int      `json:"waiting"`
	Called    int      `json:"called"`
	Serving   int      `json:"serving"`
	Parked    int      `json:"parked"`
	Passed    int      `json:"passed"`
	Finished  int      `json:"finished"`
	Left      int      `json:"left"`
	Cancelled int      `json:"cancelled"`
	Abandoned int      `json:"abandoned"`
	Unserved  int      `json:"unserved"`
	Voided    int      `json:"voided"`
	Cases     int      `json:"cases"`
	Within    Share    `json:"within"`
	Longest   *Longest `json:"longest,omitempty"`
	Windows   Posts    `json:"windows"`
	Rated     Share    `json:"rated"`     // finished handlings that were rated
	Satisfied Share    `json:"satisfied"` // ratings of 3 and more
}

// Posts counts the windows by what they do.
type Posts struct {
	Open   int `json:"open"`
	Paused int `json:"paused"`
	Closed int `json:"closed"`
}

// View is the console's view for people.
func View(s hall.State, estimate public.Estimate, warnings []Warning, at hall.Time) Live {
	plan := s.Plan()
	date, open := s.Today()
	sum := sumDay(s, date, at)
	v := Live{Hall: public.HallOf(s, at), Business: plan.BusinessDate(at).String(), DayOpen: open, Hours: append([]string{}, plan.Hours(at)...),
		Target: promiseTarget, Departments: departments(plan), Zones: zones(plan), Classes: classes(plan), Reasons: reasons(plan),
		Services: services(s, sum, estimate, at), Windows: windows(s, at), Flow: sum.flow(plan, date, at)}
	v.Today = today(s, sum, v)
	v.Alerts = Alerts(s, warnings, at)
	if doubt := s.ClockDoubt(); doubt != nil {
		wall := public.StampOf(doubt.Wall, plan.Zone())
		v.Clock = &wall
	}
	return v
}

// ofNetwork are the alerts about who reaches the server and how, and about its machines, which visitors need not know.
var ofNetwork = []string{AlertPlain, AlertCertificate, AlertLimited, AlertTwice}

// Wall is the view for a screen that visitors see: no staff, no ratings, nothing about the network.
func Wall(s hall.State, estimate public.Estimate, warnings []Warning, at hall.Time) Live {
	v := View(s, estimate, warnings, at)
	for i := range v.Windows {
		v.Windows[i].Staff = ""
	}
	v.Alerts = slices.DeleteFunc(v.Alerts, func(a Alert) bool { return slices.Contains(ofNetwork, a.Kind) })
	v.Today.Rated, v.Today.Satisfied = Share{}, Share{}
	return v
}

func departments(p *hall.Plan) []Named {
	list := make([]Named, 0, len(p.Departments))
	for _, d := range p.Departments {
		list = append(list, Named{d.ID, public.NameOf(d.Name)})
	}
	return list
}

func zones(p *hall.Plan) []Named {
	list := make([]Named, 0, len(p.Zones))
	for _, z := range p.Zones {
		list = append(list, Named{z.ID, public.NameOf(z.Name)})
	}
	return list
}

func classes(p *hall.Plan) []Named {
	list := make([]Named, 0, len(p.Classes))
	for _, c := range p.Classes {
		list = append(list, Named{c.ID, public.NameOf(c.Name)})
	}
	return list
}

func reasons(p *hall.Plan) []Named {
	list := make([]Named, 0, len(p.Rules.PauseReasons))
	for _, r := range p.Rules.PauseReasons {
		list = append(list, Named{r.ID, public.NameOf(r.Name)})
	}
	return list
}

func services(s hall.State, sum *daySum, estimate public.Estimate, at hall.Time) []ServiceView {
	list := make([]ServiceView, 0, len(s.Plan().Services))
	for _, service := range s.Plan().Services {
		v := ServiceView{Service: public.ServiceOf(s, service, estimate, at), Passed: sum.passed[service.ID]}
		if number, waited, ok := s.LongestWait(service.ID, at); ok {
			v.Longest = &Longest{Number: number.String(), Since: public.StampOf(at-waited, s.Plan().Zone())}
		}
		if service.PromiseMinutes > 0 {
			share := sum.within[service.ID]
			v.Within = &share
		}
		list = append(list, v)
	}
	return list
}

func windows(s hall.State, at hall.Time) []WindowView {
	list := make([]WindowView, 0, len(s.Plan().Windows))
	for _, w := range s.Plan().Windows {
		list = append(list, windowOf(s, w, at))
	}
	return list
}

func windowOf(s hall.State, w hall.Window, at hall.Time) WindowView {
	post := s.Post(w.ID)
	v := WindowView{Window: public.WindowOf(s, w, at), Staff: post.Staff, Finished: post.Finished, Parked: len(post.Parked),
		Passed: len(post.Passed)}
	since := post.Since
	switch _, leg, busy := s.Leg(post.Current); {
	case busy:
		v.Status, v.Service, since = leg.Stage.String(), leg.Service, stageSince(s, leg)
		v.Overdue = at-since > limitOf(s.Plan(), leg)
	case post.State == hall.PostOpen:
		v.Status, since = "free", freeSince(s, post)
	default:
		v.Status = post.State.String()
	}
	v.Since = public.StampOf(since, s.Plan().Zone())
	return v
}

// stageSince is when the running stage of a leg began, for a judgement of how long it takes: a time when the hall was
// not running is nobody's slowness.
func stageSince(s hall.State, l hall.Leg) hall.Time {
	if l.Outage {
		return max(l.Since, s.Gap().To)
	}
	return l.Since
}

// limitOf is how long a called or served leg may stay so before somebody should look: three minutes to come, twice the
// usual handling and at least ten minutes more than it.
func limitOf(p *hall.Plan, l hall.Leg) hall.Time {
	if l.Stage == hall.Called {
		return calledLimit
	}
	usual := 0.0
	if service, ok := p.Service(l.Service); ok {
		usual = service.UsualMinutes
	}
	return hall.Time(max(2*usual, usual+10) * float64(minute))
}

// freeSince is when a window at work last had somebody in hand.
func freeSince(s hall.State, p hall.Post) hall.Time {
	since := max(p.Since, p.OpenedAt)
	if _, l, ok := s.Leg(p.LastEnded); ok {
		since = max(since, l.EndedAt)
	}
	for _, k := range append(append([]hall.LegKey{}, p.Parked...), p.Passed...) {
		if _, l, ok := s.Leg(k); ok {
			since = max(since, l.Since)
		}
	}
	return since
}

func today(s hall.State, sum *daySum, v Live) Today {
	t := s.Tally()
	day := Today{Issued: t.Issued, Waiting: t.Waiting, Called: sum.stages[hall.Called], Serving: sum.stages[hall.Serving],
		Parked: sum.stages[hall.Parked], Passed: sum.stages[hall.Passed], Finished: t.Finished, Left: t.Left, Cancelled: t.Cancelled,
		Abandoned: t.Abandoned, Unserved: t.Unserved, Voided: t.Voided, Cases: sum.cases, Rated: sum.rated, Satisfied: sum.satisfied}
	for _, service := range v.Services {
		if w := service.Within; w != nil {
			day.Within.Count, day.Within.Of = day.Within.Count+w.Count, day.Within.Of+w.Of
		}
		if l := service.Longest; l != nil && (day.Longest == nil || l.Since < day.Longest.Since) {
			day.Longest = &Longest{Number: l.Number, Service: service.ID, Since: l.Since}
		}
	}
	for _, w := range v.Windows {
		switch w.State {
		case "open":
			day.Windows.Open++
		case "paused":
			day.Windows.Paused++
		default:
			day.Windows.Closed++
		}
	}
	return day
}
