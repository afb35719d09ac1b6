// Package public knows the JSON shapes of the public contract that more than one audience sees: the hall, a window, a
// ticket as its holder and as the staff see it. It must never know who asks; which shape an audience gets is the slice's
// business.
package public

import (
	"time"

	"jiaohao/server/hall"
)

// Name is a text in both languages.
type Name struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

// NameOf converts a plan's text.
func NameOf(n hall.Name) Name { return Name{Zh: n.Zh, En: n.En} }

// Stamp is a time of the contract: RFC 3339 with milliseconds and the hall's offset.
type Stamp string

const stampForm = "2006-01-02T15:04:05.000Z07:00"

// StampOf gives a time in the hall's zone; "" for zero.
func StampOf(t hall.Time, zone *time.Location) Stamp {
	if t == 0 {
		return ""
	}
	return Stamp(t.In(zone).Format(stampForm))
}

// Expected is how long somebody who joins now will probably wait.
type Expected struct {
	Seconds     int    `json:"seconds"`
	LowSeconds  int    `json:"lowSeconds"`
	HighSeconds int    `json:"highSeconds"`
	Basis       string `json:"basis" enum:"rollforward,learning,fallback"`
}

// Estimate says how long a wait will be; ok is false when nothing can be said. Slices pass the one of package wait.
type Estimate func(s hall.State, service string, ahead int, at hall.Time) (hall.Promise, bool)

// ExpectedOf converts a promise; nil for none.
func ExpectedOf(p *hall.Promise) *Expected {
	if p == nil {
		return nil
	}
	return &Expected{Seconds: p.Seconds, LowSeconds: p.Low, HighSeconds: p.High, Basis: p.Basis}
}

// HallInfo is the hall itself at a moment.
type HallInfo struct {
	ID    string `json:"id"`
	Name  Name   `json:"name"`
	Date  string `json:"date,omitempty" doc:"Business date"`
	Now   Stamp  `json:"now"`
	Phase string `json:"phase" enum:"before,open,break,cutoff,closed"`
	Demo  bool   `json:"demo"`
}

// HallOf gives the hall at a moment.
func HallOf(s hall.State, at hall.Time) HallInfo {
	p := s.Plan()
	date, open := s.Today()
	phase := p.Phase(at)
	if !open && phase != hall.PhaseBefore {
		phase = hall.PhaseClosed
	}
	return HallInfo{ID: p.Hall.ID, Name: NameOf(p.Hall.Name), Date: date.String(), Now: StampOf(at, p.Zone()), Phase: string(phase),
		Demo: s.Founded().Demo}
}

// Window is a window as everybody sees it.
type Window struct {
	ID          string   `json:"id"`
	Label       Name     `json:"label"`
	Department  string   `json:"department,omitempty"`
	Zone        string   `json:"zone"`
	State       string   `json:"state" enum:"open,paused,closed"`
	Reason      string   `json:"reason,omitempty"`
	Until       Stamp    `json:"until,omitempty" doc:"Expected end of a pause"`
	Services    []string `json:"services"`
	Number      string   `json:"number,omitempty"`
	NumberState string   `json:"numberState,omitempty" enum:"called,serving"`
	Waiting     int      `json:"waiting"`
}

// WindowOf gives a window of the plan.
func WindowOf(s hall.State, w hall.Window, at hall.Time) Window {
	p := s.Post(w.ID)
	view := Window{ID: w.ID, Label: NameOf(w.Label), Department: w.Department, Zone: w.Zone, State: p.State.String(),
		Services: append([]string{}, w.Services...), Waiting: s.WaitingAt(w.ID, at)}
	if p.State == hall.PostPaused {
		view.Reason, view.Until = p.Pause.Reason, StampOf(p.Pause.Until, s.Plan().Zone())
	}
	if t, l, ok := s.Leg(p.Current); ok {
		view.Number, view.NumberState = t.Number.String(), l.Stage.String()
	}
	return view
}

// Service is a service as everybody sees it.
type Service struct {
	ID              string    `json:"id"`
	Name            Name      `json:"name"`
	Department      string    `json:"department"`
	Prefix          string    `json:"prefix"`
	Open            bool      `json:"open"`
	ClosedReason    string    `json:"closedReason,omitempty"`
	Waiting         int       `json:"waiting"`
	WindowsOpen     int       `json:"windowsOpen"`
	ExpectedWait    *Expected `json:"expectedWait,omitempty"`
	QuotaLeft       *int      `json:"quotaLeft,omitempty"`
	PromisedMinutes int       `json:"promisedMinutes,omitempty" doc:"Wait promised to citizens"`
	PerWindow       bool      `json:"perWindow"`
	Guide           *Guide    `json:"guide,omitempty"`
	Icon            string    `json:"icon,omitempty"`
	Unsure          bool      `json:"unsure,omitempty" doc:"The service for people who do not know which"`
}

// Guide is what a citizen should know before taking a ticket.
type Guide struct {
	Materials []Material `json:"materials"`
	Promised  Name       `json:"promised"`
	Legal     Name       `json:"legal"`
	Fee       Name       `json:"fee"`
	Law       []string   `json:"law"`
	URL       string     `json:"url,omitempty"`
}

// Material is one paper to bring.
type Material struct {
	Name Name `json:"name"`
	Note Name `json:"note"`
}

// ServiceOf gives a service of the plan. Guide is left out: only the kiosk needs it.
func ServiceOf(s hall.State, service hall.Service, estimate Estimate, at hall.Time) Service {
	view := Service{ID: service.ID, Name: NameOf(service.Name), Department: service.Department, Prefix: service.Prefix,
		ClosedReason: s.Closed(service, at), Waiting: s.WaitingFor(service.ID), WindowsOpen: s.WorkingWindows(service.ID),
		PromisedMinutes: service.PromiseMinutes, PerWindow: service.PerWindow(), Icon: service.Icon, Unsure: service.Unsure}
	view.Open = view.ClosedReason == ""
	if left, limited := s.QuotaLeft(service, at); limited {
		left = max(0, left)
		view.QuotaLeft = &left
	}
	if view.Open && estimate != nil {
		if p, ok := estimate(s, service.ID, s.AheadOfNew(service, at), at); ok {
			view.ExpectedWait = ExpectedOf(&p)
		}
	}
	return view
}

// GuideOf converts a plan's guide.
func GuideOf(g hall.Guide) *Guide {
	view := &Guide{Materials: []Material{}, Promised: NameOf(g.Promised), Legal: NameOf(g.Legal), Fee: NameOf(g.Fee),
		Law: append([]string{}, g.Law...), URL: g.URL}
	for _, m := range g.Materials {
		view.Materials = append(view.Materials, Material{Name: NameOf(m.Name), Note: NameOf(m.Note)})
	}
	return view
}
