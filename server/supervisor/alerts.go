package supervisor

import (
	"cmp"
	"slices"

	"jiaohao/server/hall"
	"jiaohao/server/public"
)

// What the alerts look for.
const (
	calledLimit  = 3 * minute  // a called ticket at a window that nobody starts, recalls or passes
	idleLimit    = 3 * minute  // a free window while people it could serve wait
	pauseLimit   = 30 * minute // a pause of unknown length while people wait
	passedMany   = 4           // passed tickets at one window: perhaps nobody hears the calls there
	outageRecent = 4 * 60 * minute
)

// Alert is something that somebody should look at. Kind and subject name it, params are its evidence; harm orders the
// list: roughly the minutes that people lose, and a million for what stops the whole hall.
type Alert struct {
	ID      string         `json:"id"`
	Kind    string         `json:"kind"`
	Subject string         `json:"subject"`
	Since   public.Stamp   `json:"since"`
	Harm    int            `json:"harm"`
	Params  map[string]any `json:"params"`
}

// The kinds of alert.
const (
	AlertClock       = "clock"          // the machine's clock is in doubt; no ticket is issued
	AlertDayClosed   = "day_not_open"   // opening hours, but nobody opened the day
	AlertJournal     = "journal"        // the record cannot be written, from the server
	AlertDiskLow     = "disk_low"       // the disk will soon be full, from the server
	AlertPlan        = "plan"           // the plan in force is not the file's, from the server
	AlertPlanNext    = "plan_next"      // a plan waits for the next business day
	AlertOutage      = "outage"         // the hall was not running
	AlertPlain       = "plain_http"     // other machines reach the server without TLS, from the server
	AlertCertificate = "certificate"    // the certificate ends soon, from the server
	AlertLimited     = "limited"        // somebody's requests are refused, as there are too many, from the server
	AlertNoWindow    = "no_window"      // people wait for a service and no window gives it
	AlertWait        = "wait"           // somebody waits beyond the promise
	AlertCalled      = "called_long"    // a called ticket left hanging
	AlertServing     = "serving_long"   // a handling far beyond the usual
	AlertIdle        = "idle"           // a free window while people wait
	AlertPause       = "pause"          // a pause longer than said
	AlertPassed      = "passed"         // many missed calls at one window
	AlertUnprinted   = "unprinted"      // tickets whose slip did not come out
	AlertOldTickets  = "open_yesterday" // tickets of an earlier day still open
	AlertPart        = "part_failed"    // a part that works again only after a restart, from the server
	AlertTwice       = "terminal_twice" // a terminal whose key is in use at two addresses, from the server
)

// watch collects alerts while it looks at one state.
type watch struct {
	s    hall.State
	at   hall.Time
	list []Alert
}

func (w *watch) add(kind, subject string, since hall.Time, harm hall.Time, params map[string]any) {
	id := kind
	if subject != "" {
		id += ":" + subject
	}
	if params == nil {
		params = map[string]any{}
	}
	w.list = append(w.list, Alert{ID: id, Kind: kind, Subject: subject, Since: public.StampOf(since, w.s.Plan().Zone()), Harm: int(harm), Params: params})
}

// Alerts derives what needs somebody's attention from the state alone, and adds the server's own warnings; most harm first.
func Alerts(s hall.State, warnings []Warning, at hall.Time) []Alert {
	w := &watch{s: s, at: at, list: []Alert{}}
	for _, warning := range warnings {
		w.add(warning.Kind, warning.Subject, warning.Since, harmOfWarning(warning.Kind), warning.Params)
	}
	w.hall()
	for _, service := range s.Plan().Services {
		w.service(service)
	}
	for _, window := range s.Plan().Windows {
		w.window(window)
	}
	w.tickets()
	slices.SortStableFunc(w.list, func(a, b Alert) int {
		return cmp.Or(cmp.Compare(b.Harm, a.Harm), cmp.Compare(a.Since, b.Since), cmp.Compare(a.ID, b.ID))
	})
	return w.list
}

func harmOfWarning(kind string) hall.Time {
	switch kind {
	case AlertJournal:
		return 1_000_000
	case AlertPart:
		return 850_000 // nobody can sign in any more
	case AlertDiskLow:
		return 800_000 // it harms nobody yet, and everybody soon
	case AlertTwice:
		return 100_000 // somebody else may be taking tickets or watching in its name
	}
	return 1
}

// hall looks at the hall as a whole.
func (w *watch) hall() {
	date, open := w.s.Today()
	if doubt := w.s.ClockDoubt(); doubt != nil {
		w.add(AlertClock, "", doubt.Last, 1_000_000, map[string]any{"wall": public.StampOf(doubt.Wall, w.s.Plan().Zone())})
	}
	business := w.s.Plan().BusinessDate(w.at)
	if !open && w.s.Plan().Phase(w.at) == hall.PhaseOpen {
		w.add(AlertDayClosed, business.String(), w.at, 900_000, map[string]any{"again": date == business})
	}
	if gap := w.s.Gap(); gap.To > 0 && w.at-gap.To < outageRecent && w.s.Plan().BusinessDate(gap.To) == business {
		w.add(AlertOutage, "", gap.From, (gap.To-gap.From)/minute, map[string]any{"to": public.StampOf(gap.To, w.s.Plan().Zone()),
			"seconds": public.Seconds(gap.To - gap.From)})
	}
	if _, from, ok := w.s.NextPlan(); ok {
		w.add(AlertPlanNext, from.String(), w.at, 0, nil)
	}
}

// service looks at who waits for one service: for how long, and whether anybody serves them.
func (w *watch) service(service hall.Service) {
	number, waited, waits := w.s.LongestWait(service.ID, w.at)
	if !waits {
		return
	}
	waiting := w.s.WaitingFor(service.ID)
	params := map[string]any{"waiting": waiting, "number": number.String(), "waitedSeconds": public.Seconds(waited), "spare": w.spare(service.ID)}
	if w.s.WorkingWindows(service.ID) == 0 {
		w.add(AlertNoWindow, service.ID, w.at-waited, 500+hall.Time(waiting)*(waited/minute), params)
		return
	}
	if promise := hall.Time(service.PromiseMinutes) * minute; promise > 0 && waited > promise {
		params["promisedMinutes"] = service.PromiseMinutes
		w.add(AlertWait, service.ID, w.at-waited+promise, hall.Time(waiting)*((waited-promise)/minute+1), params)
	}
}

// spare lists the windows that could give a service and do not: closed or paused ones.
func (w *watch) spare(service string) []string {
	list := []string{}
	for _, id := range w.s.Plan().WindowsOf(service) {
		if w.s.Post(id).State != hall.PostOpen {
			list = append(list, id)
		}
	}
	return list
}

// window looks at one window at work.
func (w *watch) window(window hall.Window) {
	post := w.s.Post(window.ID)
	if n := len(post.Passed); n >= passedMany {
		w.add(AlertPassed, window.ID, w.s.At(), hall.Time(n), map[string]any{"n": n, "calls": post.Calls})
	}
	t, l, busy := w.s.Leg(post.Current)
	switch waiting := w.s.WaitingAt(window.ID, w.at); {
	case busy:
		w.current(window, t, l, waiting)
	case post.State == hall.PostOpen && waiting > 0:
		if since := freeSince(w.s, post); w.at-since > idleLimit {
			w.add(AlertIdle, window.ID, since, hall.Time(waiting)*((w.at-since)/minute), map[string]any{"waiting": waiting})
		}
	case post.State == hall.PostPaused:
		w.pause(window, post, waiting)
	}
}

func (w *watch) current(window hall.Window, t hall.Ticket, l hall.Leg, waiting int) {
	since, limit := stageSince(w.s, l), limitOf(w.s.Plan(), l)
	if w.at-since <= limit {
		return
	}
	kind, params := AlertServing, map[string]any{"number": t.Number.String(), "service": l.Service, "waiting": waiting, "calls": l.Calls}
	if l.Stage == hall.Called {
		kind = AlertCalled
	} else if service, ok := w.s.Plan().Service(l.Service); ok {
		params["usualMinutes"] = service.UsualMinutes
	}
	w.add(kind, window.ID, since, hall.Time(waiting+1)*((w.at-since-limit)/minute+1), params)
}

// pause speaks up when the said end has passed, or after half an hour when none was said, and only while people wait.
func (w *watch) pause(window hall.Window, post hall.Post, waiting int) {
	end := post.Pause.Until
	if end == 0 {
		end = post.Since + pauseLimit
	}
	if waiting == 0 || w.at <= end {
		return
	}
	w.add(AlertPause, window.ID, post.Since, hall.Time(waiting)*((w.at-end)/minute+1), map[string]any{"waiting": waiting, "reason": post.Pause.Reason})
}

// tickets looks at single tickets: slips that did not come out, and visits of earlier days that never ended.
func (w *watch) tickets() {
	today, _ := w.s.Today()
	for _, date := range w.s.Dates() {
		var unprinted, open []hall.Ticket
		for t := range w.s.Tickets(date) {
			if t.Open() && t.Unprinted && t.Leg().Stage == hall.Waiting {
				unprinted = append(unprinted, t)
			}
			if t.Open() && date != today {
				open = append(open, t)
			}
		}
		w.group(AlertUnprinted, date, unprinted)
		w.group(AlertOldTickets, date, open)
	}
}

func (w *watch) group(kind string, date hall.Date, list []hall.Ticket) {
	if len(list) > 0 {
		w.add(kind, date.String(), list[0].IssuedAt, hall.Time(len(list)), map[string]any{"n": len(list), "number": list[0].Number.String()})
	}
}
