package counter

import (
	"encoding/json"

	"jiaohao/server/hall"
	"jiaohao/server/live"
	"jiaohao/server/public"
)

// lineLength is how many of the queue the staff see, where the plan lets them.
const lineLength = 8

// View is what the staff at one window see. It depends on the window and who sits there, never on who looks.
type View struct {
	Window     string             `json:"window"`
	Staff      string             `json:"staff,omitempty"` // absent at a closed window
	StaffName  string             `json:"staffName,omitempty"`
	Hall       public.HallInfo    `json:"hall"`
	Post       Post               `json:"post"`
	Current    *Ticket            `json:"current,omitempty"`
	Parked     []Ticket           `json:"parked"`
	Passed     []Ticket           `json:"passed"`
	Waiting    int                `json:"waiting"`
	ByService  []Queue            `json:"byService"`
	Next       *Next              `json:"next,omitempty"`
	Line       []Candidate        `json:"line,omitempty"` // only where the plan shows it
	Last       *Last              `json:"last,omitempty"`
	Actions    []string           `json:"actions"`
	Refusals   map[string]Refusal `json:"refusals"`
	Rules      Rules              `json:"rules"`
	Today      Today              `json:"today"`
	Alerts     []Alert            `json:"alerts"`
	IdleSince  public.Stamp       `json:"idleSince,omitempty"` // open with nobody in hand
	NextFinish bool               `json:"nextFinish"`          // next may finish the current ticket
	NextPass   bool               `json:"nextPass"`            // next may pass it
}

// Post is the window with what only its staff need.
type Post struct {
	public.Window
	Since   public.Stamp `json:"since,omitempty"`
	Planned string       `json:"planned,omitempty"` // reason of the pause that follows the current ticket
}

// Ticket is a ticket at the window with names, so that the page needs no plan.
type Ticket struct {
	public.StaffsTicket
	ServiceName     public.Name  `json:"serviceName"`
	ClassName       public.Name  `json:"className"`
	ClaimedName     *public.Name `json:"claimedName,omitempty"`
	WhyText         *public.Name `json:"whyText,omitempty"`
	Since           public.Stamp `json:"since"` // of its state
	HandlingSeconds int          `json:"handlingSeconds"`
	WaySeconds      int          `json:"waySeconds"`
	UsualSeconds    int          `json:"usualSeconds,omitempty"`
	PromisedMinutes int          `json:"promisedMinutes,omitempty"`
	Back            bool         `json:"back,omitempty"` // came back after a pass
}

// Queue is one service of the window.
type Queue struct {
	Service        string      `json:"service"`
	Name           public.Name `json:"name"`
	Waiting        int         `json:"waiting"`
	LongestSeconds int         `json:"longestSeconds"`
}

// Next is whom the window would call now, and why.
type Next struct {
	Number  string `json:"number"`
	Service string `json:"service"`
	Class   string `json:"class"`
	Why     Why    `json:"why"`

	ClassName   public.Name `json:"className"`
	ServiceName public.Name `json:"serviceName"`
}

// Why is the reason of the order, in both languages.
type Why struct {
	Rule         string         `json:"rule"`
	ScoreSeconds int            `json:"scoreSeconds"`
	RunnerUp     *public.Runner `json:"runnerUp,omitempty"`
	Eligible     int            `json:"eligible"`
	Text         public.Name    `json:"text"`
}

// Candidate is one of the line before the window.
type Candidate struct {
	Number        string      `json:"number"`
	Service       string      `json:"service"`
	ServiceName   public.Name `json:"serviceName"`
	Class         string      `json:"class"`
	ClassName     public.Name `json:"className"`
	WaitedSeconds int         `json:"waitedSeconds"`
	CreditSeconds int         `json:"creditSeconds"`
	PreferSeconds int         `json:"preferSeconds"`
	ScoreSeconds  int         `json:"scoreSeconds"`
	Held          bool        `json:"held"`
	Back          bool        `json:"back,omitempty"`
}

// Last is the ticket finished last, while its finish can be taken back.
type Last struct {
	Number  string       `json:"number"`
	EndedAt public.Stamp `json:"endedAt"`
	Until   public.Stamp `json:"until"`
}

// Today counts the window's day.
type Today struct {
	Finished      int `json:"finished"`
	Calls         int `json:"calls"`
	Chosen        int `json:"chosen"`
	Passed        int `json:"passed"` // not yet back
	MedianSeconds int `json:"medianSeconds,omitempty"`
	MedianOf      int `json:"medianOf"`
}

// Alert is something the staff should know.
type Alert struct {
	Kind  string       `json:"kind"` // journal_full, clock_unconfirmed, day_not_open, outage, earlier_day
	Since public.Stamp `json:"since,omitempty"`
	Date  string       `json:"date,omitempty"`
}

func (c *Counter) renderer(window, sitting string) func() (uint64, []byte, uint64, error) {
	return func() (uint64, []byte, uint64, error) {
		s := c.Desk.State()
		if sitting != "" && s.Post(window).Staff != sitting {
			return 0, nil, 0, live.ErrGone
		}
		if _, known := s.Plan().Window(window); !known {
			return 0, nil, 0, live.ErrGone
		}
		view := c.View(s, window, c.now(s))
		data, err := json.Marshal(view)
		return s.Seq(), data, mark(s, window), err
	}
}

// mark changes with the call or the handling at the window: its own page shows it at once.
func mark(s hall.State, window string) uint64 {
	_, l, ok := s.Leg(s.Post(window).Current)
	if !ok {
		return 1
	}
	return l.CallID<<3 | uint64(l.Stage)
}

// View gives the page of one window at a moment. Window must be in the plan.
func (c *Counter) View(s hall.State, window string, at hall.Time) View {
	w, _ := s.Plan().Window(window)
	post := s.Post(window)
	next, why, found := hall.Pick(s, window, at)
	v := View{Window: window, Staff: post.Staff, Hall: public.HallOf(s, at), Post: c.post(s, w, post, at), Current: c.current(s, post, at),
		Parked: c.tickets(s, post, post.Parked, at), Passed: c.tickets(s, post, post.Passed, at), Waiting: s.WaitingAt(window, at),
		ByService: queues(s, w, at), Rules: rulesOf(s.Plan()), Today: c.today(s, post), Alerts: alerts(s, post), Last: lastOf(s, post, at)}
	if member, known := s.Plan().Member(post.Staff); known {
		v.StaffName = member.Name
	}
	if found {
		v.Next = nextOf(s, next, why)
	}
	if s.Plan().Rules.ShowList {
		v.Line = line(s, window, at)
	}
	v.Actions, v.Refusals = judge(s, post, next, at)
	v.NextFinish = s.Try(hall.Finish{Window: window}, sitter(s, post), at) == nil
	v.NextPass = s.Try(hall.Pass{Window: window}, sitter(s, post), at) == nil
	if since := c.FullSince(); since != 0 {
		v.block(s, since)
	}
	if post.State == hall.PostOpen && post.Current.IsZero() {
		v.IdleSince = public.StampOf(idleSince(s, post), s.Plan().Zone())
	}
	return v
}

// block takes every action back while nothing can be recorded, and says so at each key and above them all.
func (v *View) block(s hall.State, since hall.Time) {
	full := Refusal{Code: string(hall.JournalFull), Params: map[string]any{}}
	for _, action := range v.Actions {
		v.Refusals[action] = full
	}
	for action := range v.Refusals {
		v.Refusals[action] = full
	}
	for _, list := range [][]Ticket{v.Parked, v.Passed} {
		for i := range list {
			list[i].Actions = []string{}
		}
	}
	if v.Current != nil {
		v.Current.Actions = []string{}
	}
	v.Actions, v.NextFinish, v.NextPass = []string{}, false, false
	v.Alerts = append([]Alert{{Kind: string(hall.JournalFull), Since: public.StampOf(since, s.Plan().Zone())}}, v.Alerts...)
}

func (c *Counter) post(s hall.State, w hall.Window, post hall.Post, at hall.Time) Post {
	view := Post{Window: public.WindowOf(s, w, at), Since: public.StampOf(post.Since, s.Plan().Zone())}
	if post.Planned != nil {
		view.Planned = post.Planned.Reason
	}
	return view
}

// idleSince is the later of the window's opening and its last finish.
func idleSince(s hall.State, post hall.Post) hall.Time {
	since := post.Since
	if _, l, ok := s.Leg(post.LastEnded); ok {
		since = max(since, l.EndedAt)
	}
	return since
}

func (c *Counter) current(s hall.State, post hall.Post, at hall.Time) *Ticket {
	t, _, ok := s.Leg(post.Current)
	if !ok {
		return nil
	}
	view := c.ticketView(s, post, t, at)
	return &view
}

func (c *Counter) tickets(s hall.State, post hall.Post, keys []hall.LegKey, at hall.Time) []Ticket {
	list := make([]Ticket, 0, len(keys))
	for _, k := range keys {
		if t, _, ok := s.Leg(k); ok {
			list = append(list, c.ticketView(s, post, t, at))
		}
	}
	return list
}

// staffs gives a ticket as staff see it, with the note that lies beside its record.
func (c *Counter) staffs(s hall.State, t hall.Ticket, lang string, at hall.Time) public.StaffsTicket {
	view := public.StaffsTicketOf(s, t, c.Estimate, lang, at)
	if seq := t.Leg().NoteSeq; seq > 0 {
		view.Note = c.Note(seq)
	}
	return view
}

func (c *Counter) ticketView(s hall.State, post hall.Post, t hall.Ticket, at hall.Time) Ticket {
	p, l := s.Plan(), t.Leg()
	service, _ := p.Service(l.Service)
	v := Ticket{StaffsTicket: c.staffs(s, t, "zh", at), ServiceName: public.NameOf(service.Name), ClassName: className(p, l.Class),
		Since: public.StampOf(l.Since, p.Zone()), HandlingSeconds: public.Seconds(l.Times.Handling), WaySeconds: public.Seconds(l.Times.Way),
		UsualSeconds: int(service.UsualMinutes * 60), PromisedMinutes: service.PromiseMinutes, Back: l.Back}
	v.Actions = ticketActions(s, t, sitter(s, post), at)
	if l.Claimed != "" {
		claimed := className(p, l.Claimed)
		v.ClaimedName = &claimed
	}
	if l.Reason != nil {
		text := sentence(p, *l.Reason, t.Number)
		v.WhyText = &text
	}
	return v
}

func className(p *hall.Plan, id string) public.Name {
	if c, known := p.Class(id); known {
		return public.NameOf(c.Name)
	}
	return public.Name{Zh: id, En: id}
}

func sentence(p *hall.Plan, w hall.Why, n hall.Number) public.Name {
	return public.Name{Zh: w.Sentence(p, n, "zh"), En: w.Sentence(p, n, "en")}
}

func queues(s hall.State, w hall.Window, at hall.Time) []Queue {
	list := make([]Queue, 0, len(w.Services))
	for _, id := range w.Services {
		service, _ := s.Plan().Service(id)
		q := Queue{Service: id, Name: public.NameOf(service.Name), Waiting: s.WaitingFor(id)}
		if _, waited, any := s.LongestWait(id, at); any {
			q.LongestSeconds = public.Seconds(waited)
		}
		list = append(list, q)
	}
	return list
}

func nextOf(s hall.State, c hall.Candidate, w hall.Why) *Next {
	service, _ := s.Plan().Service(c.Service)
	view := &Next{Number: c.Number.String(), Service: c.Service, Class: c.Class, ClassName: className(s.Plan(), c.Class),
		ServiceName: public.NameOf(service.Name),
		Why:         Why{Rule: w.Rule, ScoreSeconds: public.Seconds(w.Score), Eligible: w.Eligible, Text: sentence(s.Plan(), w, c.Number)}}
	if w.Runner != nil {
		view.Why.RunnerUp = &public.Runner{Number: w.Runner.Number.String(), ScoreSeconds: public.Seconds(w.Runner.Score)}
	}
	return view
}

func line(s hall.State, window string, at hall.Time) []Candidate {
	list := make([]Candidate, 0, lineLength)
	for _, c := range s.Line(window, at, lineLength) {
		service, _ := s.Plan().Service(c.Service)
		_, l, _ := s.Leg(c.Leg)
		list = append(list, Candidate{Number: c.Number.String(), Service: c.Service, ServiceName: public.NameOf(service.Name), Class: c.Class,
			ClassName: className(s.Plan(), c.Class), WaitedSeconds: public.Seconds(at - c.From), CreditSeconds: public.Seconds(c.Credit),
			PreferSeconds: public.Seconds(c.Prefer), ScoreSeconds: public.Seconds(c.Score), Held: c.Held, Back: l.Back})
	}
	return list
}

func lastOf(s hall.State, post hall.Post, at hall.Time) *Last {
	t, l, ok := s.Leg(post.LastEnded)
	if !ok || l.Stage != hall.Ended {
		return nil
	}
	until := l.EndedAt + hall.Time(s.Plan().Rules.ReopenMinutes)*60_000
	if at > until {
		return nil
	}
	zone := s.Plan().Zone()
	return &Last{Number: t.Number.String(), EndedAt: public.StampOf(l.EndedAt, zone), Until: public.StampOf(until, zone)}
}

func (c *Counter) today(s hall.State, post hall.Post) Today {
	median, of := c.days.median(s, post)
	return Today{Finished: post.Finished, Calls: post.Calls, Chosen: post.Chosen, Passed: len(post.Passed),
		MedianSeconds: public.Seconds(median), MedianOf: of}
}

func alerts(s hall.State, post hall.Post) []Alert {
	list, zone := []Alert{}, s.Plan().Zone()
	if doubt := s.ClockDoubt(); doubt != nil {
		list = append(list, Alert{Kind: "clock_unconfirmed", Since: public.StampOf(doubt.Wall, zone)})
	}
	today, open := s.Today()
	if !open {
		list = append(list, Alert{Kind: "day_not_open"})
	}
	if t, l, ok := s.Leg(post.Current); ok {
		if l.Outage {
			list = append(list, Alert{Kind: "outage", Since: public.StampOf(s.Gap().From, zone)})
		}
		if t.Key.Date != today {
			list = append(list, Alert{Kind: "earlier_day", Date: t.Key.Date.String()})
		}
	}
	return list
}
