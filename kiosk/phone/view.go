package phone

import (
	"slices"
	"strings"
	"time"

	"jiaohao/assets"
	"jiaohao/kiosk/said"
	"jiaohao/server/hall"
	"jiaohao/server/public"
)

// Near is how many people ahead mean: come back to the hall.
const Near = 3

// What a visitor asks the page for besides its state.
const (
	AskDefer    = "defer"
	AskCancel   = "cancel"
	AskRate     = "rate"
	AskComplain = "complain"
)

// Input is all that a page is made from.
type Input struct {
	State   hall.State
	Raw     hall.Ticket
	Ticket  public.HoldersTicket
	Windows []public.Window // to watch
	Paused  bool            // the hall can record nothing
	Lang    string
	At      hall.Time
	Ask     string // one of the Ask constants, "" for the state of the ticket
	Level   int    // of AskRate, 0 = not chosen
	Told    string // what the last act led to, in words
	Refused bool   // Told is a refusal
	Key     string // names the forms of this page, so that one sent twice counts once
}

// View is a page ready to be written: words and figures, no rules.
type View struct {
	Input
	Kind    string // far, near, called, passed, serving, parked, finished, ended or problem: which page it is
	Hall    string
	Demo    bool
	Service string
	Title   string // of a problem
	Detail  string
	Zh, En  bool
	Bar     *Bar
	Wait    said.Wait
	Number  string
	Notice  string
	Held    bool
	Place   string // where the window is
	Label   string // of the window
	Path    []Step
}

// Bar is the way from joining to the end of the range, in thousandths of the whole.
type Bar struct{ Now, From, Left, Rest int }

// Step is one leg of a visit.
type Step struct {
	Label, Service string
	Done, Current  bool
}

// T gives a text in the page's language; params are name, value, name, value …
func (v View) T(key string, params ...any) string {
	p := assets.Params{}
	for i := 0; i+1 < len(params); i += 2 {
		p[params[i].(string)] = params[i+1]
	}
	return assets.Text(v.Lang, key, p)
}

// Other gives a text in the other language: the second line.
func (v View) Other(key string) string {
	if v.Lang == "en" {
		return assets.Text("zh", key, nil)
	}
	return assets.Text("en", key, nil)
}

// Problem makes the page of a ticket that cannot be shown.
func Problem(s hall.State, lang, title, detail string) View {
	v := View{Input: Input{Lang: lang}, Kind: "problem", Title: title, Detail: detail, Zh: lang != "en", En: lang == "en"}
	if !s.IsZero() && s.Plan() != nil {
		v.Hall, v.Demo = s.Plan().Hall.Name.In(lang), s.Founded().Demo
	}
	return v
}

// Make puts a ticket's page into words.
func Make(in Input) View {
	p, l := in.State.Plan(), in.Raw.Leg()
	service, _ := p.Service(l.Service)
	v := View{Input: in, Kind: kind(&in), Hall: p.Hall.Name.In(in.Lang), Demo: in.State.Founded().Demo, Service: service.Name.In(in.Lang),
		Zh: in.Lang != "en", En: in.Lang == "en", Number: in.Raw.Number.String(), Held: l.Stage == hall.Waiting && l.HeldUntil > 0}
	if w, known := p.Window(l.Window); known {
		v.Label = w.ID
		v.Place = place(p, w, in.Lang)
	}
	if in.Ticket.Ahead != nil {
		v.Wait = said.WaitOf(in.Lang, *in.Ticket.Ahead, in.Ticket.ExpectedWait)
		v.Bar = bar(l, in.Ticket, in.At)
		v.Notice = v.notice(*in.Ticket.Ahead)
	}
	v.Path = v.path(p)
	return v
}

func kind(in *Input) string {
	switch in.Ticket.State {
	case "waiting":
		if in.Ticket.Ahead != nil && *in.Ticket.Ahead <= Near {
			return "near"
		}
		return "far"
	case "called", "passed", "serving", "parked", "finished":
		return in.Ticket.State
	}
	return "ended"
}

// place says in words where a window is: its zone and its own name, unless that only repeats the number.
func place(p *hall.Plan, w hall.Window, lang string) string {
	words := []string{}
	for _, z := range p.Zones {
		if z.ID == w.Zone {
			words = append(words, z.Name.In(lang))
		}
	}
	if name := w.Label.In(lang); name != w.ID {
		words = append(words, name)
	}
	return strings.Join(words, " · ")
}

func (v View) notice(ahead int) string {
	switch {
	case ahead == 0:
		return v.T("phone.tellNext")
	case ahead <= Near:
		return v.T("phone.tellNear", "n", ahead)
	}
	return v.T("phone.tellFar", "n", Near)
}

// bar measures the way from joining to the latest call that is likely; nil when nothing can be said.
func bar(l *hall.Leg, t public.HoldersTicket, at hall.Time) *Bar {
	if t.ExpectedWait == nil || t.ExpectedWait.HighSeconds <= 0 || *t.Ahead == 0 {
		return nil
	}
	waited := max(0, int((at-l.JoinedAt)/1000))
	whole := waited + t.ExpectedWait.HighSeconds
	b := &Bar{Now: waited * 1000 / whole, From: (waited + t.ExpectedWait.LowSeconds) * 1000 / whole}
	b.Left, b.Rest = 1000-b.Now, 1000-b.From
	return b
}

func (v View) path(p *hall.Plan) []Step {
	steps := make([]Step, 0, len(v.Raw.Legs))
	for i := range v.Raw.Legs {
		l := &v.Raw.Legs[i]
		service, _ := p.Service(l.Service)
		step := Step{Service: service.Name.In(v.Lang), Done: l.Stage == hall.Ended, Current: i == len(v.Raw.Legs)-1}
		if w, known := p.Window(l.Window); known {
			step.Label = w.ID
		}
		steps = append(steps, step)
	}
	return steps
}

// zone is the hall's time zone.
func (v View) zone() *time.Location { return v.State.Plan().Zone() }

// Clock gives a moment as the hall's clock shows it.
func (v View) Clock(t hall.Time) string { return said.Clock(t, v.zone()) }

// TakenAt is when the number was taken.
func (v View) TakenAt() string { return v.Clock(v.Raw.IssuedAt) }

// Since is when the running state began.
func (v View) Since() string { return v.Clock(v.Raw.Leg().Since) }

// Now is when the page was made.
func (v View) Now() string { return v.Clock(v.At) }

// CallFrom and CallTo are between which times the call is likely.
func (v View) CallFrom() string { return v.Clock(v.At.Add(seconds(v.Ticket.ExpectedWait.LowSeconds))) }

// CallTo is the later end of the likely time of the call.
func (v View) CallTo() string { return v.Clock(v.At.Add(seconds(v.Ticket.ExpectedWait.HighSeconds))) }

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// Waited is the minutes in waiting so far, or of the last leg in all.
func (v View) Waited() int { return said.Minutes(v.Raw.Leg().Waited(v.At)) }

// Handling is the minutes at the window.
func (v View) Handling() int { return said.Minutes(v.Raw.Leg().Times.Handling) }

// After is how many go first when a passed ticket comes back.
func (v View) After() int { return v.State.Plan().Rules.ReturnAfterCalls }

// MaxDefers is how often a citizen may let others go first.
func (v View) MaxDefers() int { return v.State.Plan().Rules.MaxDefers }

// Defers lists how many people one can let go first.
func (v View) Defers() []int { return []int{3, 5, 10} }

// May tells whether an act is open to the holder now. None is while the hall can record nothing.
func (v View) May(action string) bool { return !v.Paused && slices.Contains(v.Ticket.Actions, action) }

// Ratable is the handling that can be judged, 0 for none.
func (v View) Ratable() int {
	if len(v.Ticket.Ratable) == 0 || v.Paused {
		return 0
	}
	return v.Ticket.Ratable[len(v.Ticket.Ratable)-1]
}

// Levels are the five answers, in their order.
func (v View) Levels() []int { return []int{5, 4, 3, 2, 1} }

// Reasons lists what can be ticked for a level: the same number for each.
func (v View) Reasons() []string {
	if v.Level >= 3 {
		return []string{"quick", "one-trip", "few-papers", "clear", "polite", "skilled"}
	}
	return []string{"slow", "many-trips", "extra-papers", "unclear", "attitude", "wait"}
}

// ClaimedName is the class that still wants its proof, "" for none.
func (v View) ClaimedName() string {
	c, known := v.State.Plan().Class(v.Ticket.Claimed)
	if !known {
		return ""
	}
	return c.Name.In(v.Lang)
}

// Mode is the ground of the page.
func (v View) Mode() string {
	switch {
	case v.Ask != "" || v.Kind == "problem":
		return "paper"
	case v.Kind == "called":
		return "call"
	case v.Kind == "serving":
		return "brand"
	}
	return "paper"
}

// Here is the page's own address with its language, to which queries are added.
func (v View) Here() string { return "?lang=" + v.Lang }

// Live tells whether the page shows what may change by itself.
func (v View) Live() bool { return v.Ask == "" && v.Kind != "problem" }

// Doing says what a window does now.
func (v View) Doing(w public.Window) string {
	label := w.ID
	switch {
	case w.NumberState == "called":
		return v.T("phone.calls", "label", label)
	case w.Number != "":
		return v.T("phone.serves", "label", label)
	case w.State == "open":
		return v.T("phone.free", "label", label)
	case w.State == "paused":
		return v.T("phone.pausedAt", "label", label)
	}
	return v.T("phone.closedAt", "label", label)
}
