// Package audit knows how to tell in words what was recorded: who did what, when, where and why, for the one who has to
// account for it. It must never know a ticket's secret id, how a record is found or who asks.
package audit

import (
	"strings"

	"jiaohao/assets"
	"jiaohao/server/hall"
	"jiaohao/server/records"
)

// Line is one record in words.
type Line struct {
	At    string // date and time on the hall's clock
	Actor string
	What  string
}

// Teller tells records by the names of a plan, in one language.
type Teller struct {
	Plan *hall.Plan
	Lang string // zh or en
}

// Line tells one record.
func (t Teller) Line(e records.Entry) Line {
	parts := []string{t.event(e)}
	if note := t.note(e); note != "" {
		parts = append(parts, note)
	}
	return Line{At: e.At.In(t.Plan.Zone()).Format("2006-01-02 15:04:05"), Actor: t.actor(e.Header.Actor()), What: strings.Join(parts, t.say("and", nil))}
}

func (t Teller) say(key string, params assets.Params) string {
	return assets.Text(t.Lang, "audit."+key, params)
}

// actor names who gave a command.
func (t Teller) actor(a hall.Actor) string {
	switch a.Kind {
	case hall.Clerk:
		return t.staff(a.ID)
	case hall.Terminal:
		return t.say("actor.terminal", assets.Params{"name": a.ID})
	case hall.Citizen:
		return t.say("actor.citizen", nil)
	}
	return t.say("actor.system", nil)
}

func (t Teller) staff(id string) string {
	member, _ := t.Plan.Member(id)
	return strings.TrimSpace(id + " " + member.Name)
}

func (t Teller) service(id string) string {
	if s, known := t.Plan.Service(id); known {
		return s.Name.In(t.Lang)
	}
	return id
}

func (t Teller) class(id string) string {
	if c, known := t.Plan.Class(id); known {
		return c.Name.In(t.Lang)
	}
	return id
}

func (t Teller) items(items []hall.Item) string {
	var parts []string
	for _, i := range items {
		parts = append(parts, t.say("item", assets.Params{"service": t.service(i.Service), "outcome": assets.Text(t.Lang, "outcome."+i.Outcome, nil),
			"n": i.Cases}))
	}
	return strings.Join(parts, t.say("comma", nil))
}

// note tells what lies beside the chain: what somebody wrote, or that it is gone. Of a document it tells the sort alone.
func (t Teller) note(e records.Entry) string {
	_, issued := e.Event.(*hall.TicketIssued)
	switch {
	case e.Gone != "" && issued:
		return t.say("document."+e.Gone, nil)
	case e.Gone != "":
		return t.say("note."+e.Gone, nil)
	case issued && e.Secret.Kind != "":
		return t.say("document."+e.Secret.Kind, nil)
	case e.Secret.Text != "":
		return t.say("note.text", assets.Params{"text": e.Secret.Text})
	}
	return ""
}
