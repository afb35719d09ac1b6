package hall

import "time"

// Name is a text in the two languages of the hall.
type Name struct {
	Zh string `json:"zh" cbor:"1,keyasint"`
	En string `json:"en" cbor:"2,keyasint"`
}

// In gives the text in a language, "en" or else Chinese.
func (n Name) In(lang string) string {
	if lang == "en" && n.En != "" {
		return n.En
	}
	return n.Zh
}

// Plan is what a hall is: departments, services, windows, staff, classes, calendar and rules. A plan that is in a
// [State] is never changed; changing it means recording a new one.
type Plan struct {
	Hall        Info         `json:"hall"`
	Departments []Department `json:"departments"`
	Zones       []Zone       `json:"zones"`
	Classes     []Class      `json:"classes"`
	Services    []Service    `json:"services"`
	Windows     []Window     `json:"windows"`
	Staff       []Staff      `json:"staff"`
	Calendar    Calendar     `json:"calendar"`
	Rules       Rules        `json:"rules"`
	Notices     []Notice     `json:"notices,omitempty"`

	index *planIndex
}

// Info names the hall itself.
type Info struct {
	ID       string `json:"id"`
	Name     Name   `json:"name"`
	Timezone string `json:"timezone"` // IANA name, for instance Asia/Shanghai
	Hotline  string `json:"hotline,omitempty"`
	Desk     Name   `json:"desk"` // where the guide desk is, for citizens who need a person
	// PlainHTTP says that the hall has a network of its own, on which its pages may go unencrypted to other machines. Without
	// it the server listens without TLS on this machine only.
	PlainHTTP bool `json:"plainHTTP,omitempty"`
}

// Department is an office that has entered the centre.
type Department struct {
	ID   string `json:"id"`
	Name Name   `json:"name"`
	Icon string `json:"icon,omitempty"` // a name of the vendored icon set
}

// Zone is a part of the hall with its own boards and voice.
type Zone struct {
	ID   string `json:"id"`
	Name Name   `json:"name"`
}

// Proofs of a class: what shows that a citizen belongs to it.
const (
	ProofNone    = "none"
	ProofIDCard  = "idcard"
	ProofStaff   = "staff"
	ProofBooking = "booking"
)

// Ordinary is the id of the class everybody belongs to; every plan has it, with no credit.
const Ordinary = "ordinary"

// Class is a group of citizens with some minutes of credit in the order of calls.
type Class struct {
	ID            string `json:"id"`
	Name          Name   `json:"name"`
	Hint          Name   `json:"hint"`
	CreditMinutes int    `json:"creditMinutes"`
	Proof         string `json:"proof"`
	Strict        bool   `json:"strict,omitempty"` // before everybody else, at most 2 of a window's last 3 calls
	Icon          string `json:"icon,omitempty"`
}

// Service is what a citizen comes for.
type Service struct {
	ID             string   `json:"id"`
	Name           Name     `json:"name"`
	Department     string   `json:"department"`
	Prefix         string   `json:"prefix"`                   // [A-Z]{1,2}; two services may share one series
	Queue          string   `json:"queue,omitempty"`          // "window": each window has its own queue
	Numbering      string   `json:"numbering,omitempty"`      // "window": the window's prefix
	Hours          []string `json:"hours,omitempty"`          // "08:30-12:00"; empty = the hall's
	CutoffMinutes  int      `json:"cutoffMinutes,omitempty"`  // before the end of hours; 0 = the hall's
	Quotas         []Quota  `json:"quotas,omitempty"`         //
	UsualMinutes   float64  `json:"usualMinutes"`             // mean handling known from experience, until learned
	PromiseMinutes int      `json:"promiseMinutes,omitempty"` // the wait promised to citizens; 0 = none
	Classes        []string `json:"classes,omitempty"`        // allowed besides ordinary; empty = all
	Guide          Guide    `json:"guide"`
	Icon           string   `json:"icon,omitempty"`
	Paused         bool     `json:"paused,omitempty"` // takes no new citizens until the plan says otherwise
	Unsure         bool     `json:"unsure,omitempty"` // the service for people who do not know which
}

// PerWindow reports whether each window keeps its own queue for the service.
func (s Service) PerWindow() bool { return s.Queue == "window" }

// Quota limits the tickets of a service in a day, or in one band of it.
type Quota struct {
	Band  string `json:"band,omitempty"` // "08:30-12:00"; empty = the whole day
	Limit int    `json:"limit"`
}

// Guide is what a citizen should know before taking a ticket.
type Guide struct {
	Materials []Material `json:"materials,omitempty"`
	Promised  Name       `json:"promised"` // promised time limit of the matter
	Legal     Name       `json:"legal"`
	Fee       Name       `json:"fee"`
	Law       []string   `json:"law,omitempty"`
	URL       string     `json:"url,omitempty"`
}

// Material is one paper to bring.
type Material struct {
	Name Name `json:"name"`
	Note Name `json:"note"`
}

// Window is a numbered place at which citizens are served.
type Window struct {
	ID         string   `json:"id"` // its number, for instance "3"
	Label      Name     `json:"label"`
	Department string   `json:"department,omitempty"`
	Zone       string   `json:"zone"`
	Prefix     string   `json:"prefix,omitempty"` // only for numbering: window
	Services   []string `json:"services"`
	Prefer     []Prefer `json:"prefer,omitempty"`
}

// Prefer gives a service some minutes more in the order of calls at one window.
type Prefer struct {
	Service string `json:"service"`
	Minutes int    `json:"minutes"` // 1 to 15
}

// Staff is a member of staff. Passwords are never part of a plan.
type Staff struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Roles       []Role   `json:"roles"`
	Departments []string `json:"departments,omitempty"`
	Windows     []string `json:"windows,omitempty"` // may open these; empty = any
}

// Calendar says when the hall is open.
type Calendar struct {
	AlwaysOpen    bool     `json:"alwaysOpen,omitempty"` // a demonstration: any hour of any day
	Boundary      string   `json:"boundary"`             // "04:00": when a business day ends at the latest
	Week          []Hours  `json:"week"`
	IssueMinutes  int      `json:"issueMinutes"`  // tickets are given this long before the first hours
	CutoffMinutes int      `json:"cutoffMinutes"` // and no longer this long before the last
	HardClose     string   `json:"hardClose"`     // "20:00": the day closes by itself
	IssueAtLunch  bool     `json:"issueAtLunch,omitempty"`
	Holidays      []DayOff `json:"holidays,omitempty"`
	Workdays      []DayOff `json:"workdays,omitempty"` // make-up workdays (调休)
}

// Hours are the opening hours of some days of the week.
type Hours struct {
	Days  []string `json:"days"`  // mon … sun
	Bands []string `json:"bands"` // "08:30-12:00"
}

// DayOff is one date of a holiday, or of a make-up workday.
type DayOff struct {
	Date string `json:"date"` // 2026-10-01
	Name Name   `json:"name"`
}

// Rules are the settings of the queue. Zero means the default named.
type Rules struct {
	RecallGapSeconds     int      `json:"recallGapSeconds"`     // least time between calls of one ticket; 10
	MaxCalls             int      `json:"maxCalls"`             // greatest number of calls of a leg; 6
	PassMinCalls         int      `json:"passMinCalls"`         // calls before a ticket may be passed; 2
	PassMinSeconds       int      `json:"passMinSeconds"`       // time since the last of them; 10
	ReturnAfterCalls     int      `json:"returnAfterCalls"`     // calls of the service that go first after a return; 3
	MaxReturns           int      `json:"maxReturns"`           // 2
	MaxDefers            int      `json:"maxDefers"`            // 2
	PassedExpireMinutes  int      `json:"passedExpireMinutes"`  // a passed ticket is abandoned after this; 0 = at the day's close
	ReopenMinutes        int      `json:"reopenMinutes"`        // staff may take back a finish for this long; 5
	DoubtfulMinutes      int      `json:"doubtfulMinutes"`      // a handling longer than this asks; 60
	OpenTicketsPerPerson int      `json:"openTicketsPerPerson"` // 3
	Choosing             bool     `json:"choosing"`             // staff may call a ticket out of order, with a reason
	ShowList             bool     `json:"showList"`             // staff see the list of the queue, not only counts
	Outcome              string   `json:"outcome"`              // preselected outcome of a finish; completed
	PauseReasons         []Reason `json:"pauseReasons"`
	Privacy              Privacy  `json:"privacy,omitzero"`
}

// Reason is a key with a text, for instance of a pause.
type Reason struct {
	ID   string `json:"id"`
	Name Name   `json:"name"`
	Icon string `json:"icon,omitempty"`
}

// Notice is a line on the hall's boards.
type Notice struct {
	ID   string `json:"id"`
	Text Name   `json:"text"`
}

// planIndex is derived from a plan once, when it comes into use.
type planIndex struct {
	sound    bool // nothing was wrong
	zone     *time.Location
	services map[string]int
	windows  map[string]int
	classes  map[string]int
	staff    map[string]int
	offers   map[string][]string // service → windows
	calendar calendarIndex
}

// Zone is the hall's time zone. UTC before [Plan.Check] has passed.
func (p *Plan) Zone() *time.Location {
	if p.index == nil {
		return time.UTC
	}
	return p.index.zone
}

// Service finds a service by its id.
func (p *Plan) Service(id string) (Service, bool) { return pick(p.Services, p.index.services, id) }

// Window finds a window by its id.
func (p *Plan) Window(id string) (Window, bool) { return pick(p.Windows, p.index.windows, id) }

// Class finds a class by its id.
func (p *Plan) Class(id string) (Class, bool) { return pick(p.Classes, p.index.classes, id) }

// Member finds a member of staff by number.
func (p *Plan) Member(id string) (Staff, bool) { return pick(p.Staff, p.index.staff, id) }

// WindowsOf lists the windows that offer a service, in plan order.
func (p *Plan) WindowsOf(service string) []string { return p.index.offers[service] }

func pick[T any](list []T, index map[string]int, id string) (T, bool) {
	i, found := index[id]
	if !found {
		var none T
		return none, false
	}
	return list[i], true
}

// Offers reports whether the window offers a service.
func (w Window) Offers(service string) bool {
	for _, s := range w.Services {
		if s == service {
			return true
		}
	}
	return false
}

// preference is what the window adds to the score of a service.
func (w Window) preference(service string) Time {
	for _, p := range w.Prefer {
		if p.Service == service {
			return minutes(p.Minutes)
		}
	}
	return 0
}
