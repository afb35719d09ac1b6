package public

import (
	"jiaohao/server/hall"
)

// Leg is one service of a visit as holder and staff see it.
type Leg struct {
	Leg       int    `json:"leg"`
	Service   string `json:"service"`
	State     string `json:"state,omitempty" doc:"Of the running leg"`
	End       string `json:"end,omitempty" doc:"Of an ended leg"`
	Outcome   string `json:"outcome,omitempty"`
	Window    string `json:"window,omitempty"`
	JoinedAt  Stamp  `json:"joinedAt"`
	CalledAt  Stamp  `json:"calledAt,omitempty"`
	StartedAt Stamp  `json:"startedAt,omitempty"`
	EndedAt   Stamp  `json:"endedAt,omitempty"`
}

// Visit is what holder and staff both see of a ticket.
type Visit struct {
	Number       string    `json:"number"`
	Date         string    `json:"date"`
	Service      string    `json:"service"`
	Department   string    `json:"department"`
	Class        string    `json:"class"`
	Claimed      string    `json:"claimed,omitempty"`
	State        string    `json:"state" enum:"waiting,called,serving,parked,passed,finished,left,cancelled,abandoned,unserved,voided"`
	Window       string    `json:"window,omitempty"`
	WindowLabel  *Name     `json:"windowLabel,omitempty"`
	Ahead        *int      `json:"ahead,omitempty" doc:"Waiting legs of the same queue that would be called first; only while waiting"`
	ExpectedWait *Expected `json:"expectedWait,omitempty"`
	IssuedAt     Stamp     `json:"issuedAt"`
	CalledAt     Stamp     `json:"calledAt,omitempty"`
	StartedAt    Stamp     `json:"startedAt,omitempty"`
	EndedAt      Stamp     `json:"endedAt,omitempty"`
	Calls        int       `json:"calls"`
	Leg          int       `json:"leg"`
	Legs         []Leg     `json:"legs"`
	Actions      []string  `json:"actions"`
	People       int       `json:"people,omitempty"`
	Cases        int       `json:"cases,omitempty"`
}

// HoldersTicket is a ticket as its citizen sees it, the only shape with the secret id.
type HoldersTicket struct {
	ID string `json:"id"`
	Visit
	Ratable  []int  `json:"ratable" doc:"Legs that can be rated"`
	TrackURL string `json:"trackURL,omitempty"`
	SlipURL  string `json:"slipURL"`
	QRURL    string `json:"qrURL"`
}

// Why says how a call was decided.
type Why struct {
	Rule         string  `json:"rule"`
	ScoreSeconds int     `json:"scoreSeconds"`
	RunnerUp     *Runner `json:"runnerUp,omitempty"`
	Eligible     int     `json:"eligible"`
	Text         string  `json:"text"`
}

// Runner is who would have been called otherwise.
type Runner struct {
	Number       string `json:"number"`
	ScoreSeconds int    `json:"scoreSeconds"`
}

// StaffsTicket is a ticket as staff see it: named by number and ref, never by the citizen's secret.
type StaffsTicket struct {
	Visit
	Ref          string `json:"ref"`
	Channel      string `json:"channel"`
	WaitSeconds  int    `json:"waitSeconds"`
	StandingFrom Stamp  `json:"standingFrom"`
	Why          *Why   `json:"why,omitempty"`
	Note         string `json:"note,omitempty"`
	Printed      int    `json:"printed,omitempty"`
	Unprinted    bool   `json:"unprinted,omitempty"`
}

// Seconds converts milliseconds.
func Seconds(t hall.Time) int { return int(t / 1000) }

// VisitOf gives what both sides see of a ticket at a moment, without actions.
func VisitOf(s hall.State, t hall.Ticket, estimate Estimate, at hall.Time) Visit {
	p, l := s.Plan(), t.Leg()
	zone := p.Zone()
	v := Visit{Number: t.Number.String(), Date: t.Key.Date.String(), Service: l.Service, Class: l.Class, Claimed: l.Claimed,
		State: t.State(), IssuedAt: StampOf(t.IssuedAt, zone), CalledAt: StampOf(l.CalledAt, zone), StartedAt: StampOf(l.StartedAt, zone),
		EndedAt: StampOf(l.EndedAt, zone), Calls: l.Calls, Leg: len(t.Legs), Legs: []Leg{}, Actions: []string{}, People: t.People, Cases: t.Cases}
	service, _ := p.Service(l.Service)
	v.Department = service.Department
	v.window(p, l)
	for i := range t.Legs {
		v.Legs = append(v.Legs, legOf(s, &t, i))
	}
	if ahead, waiting := s.Ahead(t, at); waiting {
		v.Ahead = &ahead
		if estimate != nil {
			if promise, ok := estimate(s, l.Service, ahead, at); ok {
				v.ExpectedWait = ExpectedOf(&promise)
			}
		}
	}
	return v
}

func (v *Visit) window(p *hall.Plan, l *hall.Leg) {
	v.Window = l.Window
	if l.Stage == hall.Waiting {
		v.Window = l.Target.Window
	}
	if w, ok := p.Window(v.Window); ok {
		label := NameOf(w.Label)
		v.WindowLabel = &label
	}
}

func legOf(s hall.State, t *hall.Ticket, i int) Leg {
	l, zone := &t.Legs[i], s.Plan().Zone()
	view := Leg{Leg: i + 1, Service: l.Service, Window: l.Window, JoinedAt: StampOf(l.JoinedAt, zone), CalledAt: StampOf(l.CalledAt, zone),
		StartedAt: StampOf(l.StartedAt, zone), EndedAt: StampOf(l.EndedAt, zone)}
	if l.Stage != hall.Ended {
		view.State = l.Stage.String()
		return view
	}
	view.End = l.End.String()
	if len(l.Items) > 0 {
		view.Outcome = l.Items[0].Outcome
	}
	return view
}

// WhyOf converts the record of a call, with its sentence in a language; nil for none.
func WhyOf(s hall.State, w *hall.Why, number hall.Number, lang string) *Why {
	if w == nil {
		return nil
	}
	view := &Why{Rule: w.Rule, ScoreSeconds: Seconds(w.Score), Eligible: w.Eligible, Text: w.Sentence(s.Plan(), number, lang)}
	if w.Runner != nil {
		view.RunnerUp = &Runner{Number: w.Runner.Number.String(), ScoreSeconds: Seconds(w.Runner.Score)}
	}
	return view
}

// StaffsTicketOf gives a ticket as staff see it. Note is left empty: it lies beside the chain, see the desk's Note.
func StaffsTicketOf(s hall.State, t hall.Ticket, estimate Estimate, lang string, at hall.Time) StaffsTicket {
	l := t.Leg()
	return StaffsTicket{Visit: VisitOf(s, t, estimate, at), Ref: t.Ref(), Channel: t.Channel, WaitSeconds: Seconds(l.Waited(at)),
		StandingFrom: StampOf(l.StandingFrom, s.Plan().Zone()), Why: WhyOf(s, l.Reason, t.Number, lang), Printed: t.Printed, Unprinted: t.Unprinted}
}
