package counter

import (
	"errors"

	"jiaohao/server/hall"
	"jiaohao/server/public"
)

// Refusal is why something is not allowed now: the problem's code and parameters, and when it will pass by itself.
type Refusal struct {
	Code   string         `json:"code"`
	Params map[string]any `json:"params"`
	Until  public.Stamp   `json:"until,omitempty"`
}

// trial is one thing that could be done at a window.
type trial struct {
	action  string
	command hall.Command
}

// trials lists what a window could be asked, each as a command that the rules can judge. What needs a target or a ticket
// gets one that would do.
func trials(s hall.State, post hall.Post, next hall.Candidate) []trial {
	if post.State == hall.PostClosed {
		return nil
	}
	w := post.Window
	plan, _ := s.Plan().Window(w)
	list := []trial{
		{"next", hall.Next{Window: w}}, {"recall", hall.Recall{Window: w}}, {"start", hall.Begin{Window: w}},
		{"finish", hall.Finish{Window: w}}, {"pass", hall.Pass{Window: w}}, {"park", hall.Park{Window: w}},
		{"transfer", hall.Transfer{Window: w, Service: first(plan.Services)}}, {"uncall", hall.Uncall{Window: w}},
		{"left", hall.GoneAway{Window: w}}, {"leg", hall.AddLeg{Window: w, Service: first(plan.Services)}},
		{"close", hall.Close{Window: w}},
	}
	if post.State == hall.PostPaused || post.Planned != nil {
		list = append(list, trial{"resume", hall.Unpause{Window: w}})
	} else {
		list = append(list, trial{"pause", hall.Suspend{Window: w, Reason: firstReason(s)}})
	}
	if !next.Leg.IsZero() {
		list = append(list, trial{"call", hall.Call{Window: w, Ticket: next.Leg.Ticket(), Reason: "?"}})
	}
	if !post.LastEnded.IsZero() {
		list = append(list, trial{"reopen", hall.Reopen{Window: w, Ticket: post.LastEnded.Ticket()}})
	}
	return list
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func firstReason(s hall.State) string {
	if reasons := s.Plan().Rules.PauseReasons; len(reasons) > 0 {
		return reasons[0].ID
	}
	return ""
}

// sitter is the member of staff at a window as the rules see one: with the roles of the plan.
func sitter(s hall.State, post hall.Post) hall.Actor {
	member, _ := s.Plan().Member(post.Staff)
	return hall.Actor{Kind: hall.Clerk, ID: post.Staff, Roles: member.Roles, Departments: member.Departments}
}

// judge sorts what could be done into what may be done and why the rest may not. A next with nobody to call is no
// refusal of the rules, yet there is nothing to press it for.
func judge(s hall.State, post hall.Post, next hall.Candidate, at hall.Time) (actions []string, refusals map[string]Refusal) {
	actions, refusals = []string{}, map[string]Refusal{}
	by := sitter(s, post)
	for _, t := range trials(s, post, next) {
		err := s.Try(t.command, by, at)
		if err == nil && t.action == "next" && next.Leg.IsZero() {
			refusals["next"] = Refusal{Code: "nobody", Params: map[string]any{}}
			continue
		}
		if err == nil {
			actions = append(actions, t.action)
			continue
		}
		refusals[t.action] = refusalOf(s, err, at)
	}
	return actions, refusals
}

func refusalOf(s hall.State, err error, at hall.Time) Refusal {
	var r *hall.Refusal
	if !errors.As(err, &r) {
		return Refusal{Code: "internal", Params: map[string]any{}}
	}
	view := Refusal{Code: string(r.Code), Params: r.Params}
	if view.Params == nil {
		view.Params = map[string]any{}
	}
	if seconds, ok := r.Params["seconds"].(int); ok && seconds > 0 {
		view.Until = public.StampOf(at+hall.Time(seconds)*1000, s.Plan().Zone())
	}
	return view
}

// ticketActions lists what the actor may do with one ticket, wherever it is.
func ticketActions(s hall.State, t hall.Ticket, by hall.Actor, at hall.Time) []string {
	post, _ := s.PostOf(by.ID)
	w, stage := post.Window, t.Leg().Stage
	var list []trial
	switch stage {
	case hall.Parked:
		list = []trial{{"unpark", hall.Unpark{Window: w, Ticket: t.Key}}, {"abandon", hall.Abandon{Ticket: t.Key}},
			{"transfer", hall.Transfer{Window: w, Ticket: t.Key, Service: t.Leg().Service}}}
	case hall.Passed:
		list = []trial{{"call", hall.Call{Window: w, Ticket: t.Key}}, {"return", hall.Return{Ticket: t.Key}}, {"abandon", hall.Abandon{Ticket: t.Key}}}
	case hall.Waiting:
		list = []trial{{"call", hall.Call{Window: w, Ticket: t.Key, Reason: "?"}}}
	case hall.Ended:
		list = []trial{{"reopen", hall.Reopen{Window: w, Ticket: t.Key}}}
	}
	list = append(list, trial{"void", hall.Void{Ticket: t.Key, Reason: "?"}},
		trial{"reclassify", hall.Reclassify{Ticket: t.Key, Class: t.Leg().Class, Reason: "?"}})
	allowed := []string{}
	for _, one := range list {
		if s.Try(one.command, by, at) == nil {
			allowed = append(allowed, one.action)
		}
	}
	return allowed
}
