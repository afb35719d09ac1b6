package counter

import (
	"jiaohao/server/hall"
	"jiaohao/server/public"
)

// Rules are the settings of the hall that the page needs to offer the right things.
type Rules struct {
	Choosing        bool          `json:"choosing"`
	ShowList        bool          `json:"showList"`
	Outcome         string        `json:"outcome"`  // preselected
	Outcomes        []string      `json:"outcomes"` // the preselected one first
	PauseReasons    []PauseReason `json:"pauseReasons"`
	Classes         []Class       `json:"classes"`
	MaxCalls        int           `json:"maxCalls"`
	PassMinCalls    int           `json:"passMinCalls"`
	PassMinSeconds  int           `json:"passMinSeconds"`
	DoubtfulMinutes int           `json:"doubtfulMinutes"`
	MaxCases        int           `json:"maxCases"`
	MaxItems        int           `json:"maxItems"`
	MaxText         int           `json:"maxText"` // characters
}

// PauseReason is a key of the pause sheet.
type PauseReason struct {
	ID   string      `json:"id"`
	Name public.Name `json:"name"`
	Icon string      `json:"icon,omitempty"`
}

// Class is a class that staff can confirm.
type Class struct {
	ID    string      `json:"id"`
	Name  public.Name `json:"name"`
	Proof string      `json:"proof"`
}

func rulesOf(p *hall.Plan) Rules {
	r := p.Rules
	view := Rules{Choosing: r.Choosing, ShowList: r.ShowList, Outcome: r.Outcome, Outcomes: outcomesOf(r.Outcome), PauseReasons: []PauseReason{},
		Classes: []Class{}, MaxCalls: r.MaxCalls, PassMinCalls: r.PassMinCalls, PassMinSeconds: r.PassMinSeconds,
		DoubtfulMinutes: r.DoubtfulMinutes, MaxCases: hall.MaxCases,
		MaxItems: hall.MaxItems, MaxText: hall.MaxText}
	for _, reason := range r.PauseReasons {
		view.PauseReasons = append(view.PauseReasons, PauseReason{ID: reason.ID, Name: public.NameOf(reason.Name), Icon: reason.Icon})
	}
	for _, c := range p.Classes {
		view.Classes = append(view.Classes, Class{ID: c.ID, Name: public.NameOf(c.Name), Proof: c.Proof})
	}
	return view
}

func outcomesOf(usual string) []string {
	list := []string{usual}
	for _, o := range []string{hall.Completed, hall.Accepted, hall.Advised, hall.Returned, hall.Refused} {
		if o != usual {
			list = append(list, o)
		}
	}
	return list
}
