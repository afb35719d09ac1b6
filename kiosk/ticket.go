package kiosk

import (
	"strings"

	"jiaohao/server/hall"
	"jiaohao/server/public"
)

// ticket gives a ticket as its citizen sees it now.
func (k *Kiosk) ticket(s hall.State, t hall.Ticket, at hall.Time) public.HoldersTicket {
	v := k.named(t)
	v.Visit = public.VisitOf(s, t, k.Estimate, at)
	v.Actions = actions(s, t.Key, at)
	v.Ratable = ratable(&t)
	return v
}

// named gives the names and addresses of a ticket.
func (k *Kiosk) named(t hall.Ticket) public.HoldersTicket {
	path := "/api/v1/tickets/" + t.ID
	return public.HoldersTicket{ID: t.ID, TrackURL: k.trackURL(t.ID), SlipURL: path + "/slip.pdf", QRURL: path + "/qr.png", Ratable: []int{}}
}

// trackURL is the address of the phone page, "" when phones cannot reach the hall.
func (k *Kiosk) trackURL(id string) string {
	if k.PublicURL == "" {
		return ""
	}
	return strings.TrimSuffix(k.PublicURL, "/") + "/t/" + id
}

// code is what a ticket's QR code holds.
func (k *Kiosk) code(id string) string {
	if url := k.trackURL(id); url != "" {
		return url
	}
	return "JH1:" + id
}

// issued gives a ticket as it was when it was issued, from what was recorded then: the same bytes however often the
// request is repeated and whatever has happened since.
func (k *Kiosk) issued(s hall.State, t hall.Ticket) public.HoldersTicket {
	p, first := s.Plan(), &t.Legs[0]
	service, _ := p.Service(first.Service)
	joined := public.StampOf(first.JoinedAt, p.Zone())
	v := k.named(t)
	v.Visit = public.Visit{Number: t.Number.String(), Date: t.Key.Date.String(), Service: first.Service, Department: service.Department,
		Class: t.Class, Claimed: t.Claimed, State: hall.Waiting.String(), Window: t.Window, Ahead: &t.Ahead,
		ExpectedWait: public.ExpectedOf(t.Promise), IssuedAt: public.StampOf(t.IssuedAt, p.Zone()), Leg: 1,
		Legs:    []public.Leg{{Leg: 1, Service: first.Service, State: hall.Waiting.String(), Window: t.Window, JoinedAt: joined}},
		Actions: []string{"cancel", "defer"}, People: t.People, Cases: t.Cases}
	if w, known := p.Window(t.Window); known {
		label := public.NameOf(w.Label)
		v.WindowLabel = &label
	}
	return v
}

var holder = hall.Actor{Kind: hall.Citizen}

// actions lists what the holder may do now, as the rules themselves would answer.
func actions(s hall.State, key hall.TicketKey, at hall.Time) []string {
	names := []string{}
	for _, a := range []struct {
		name string
		do   hall.Command
	}{{"cancel", hall.Cancel{Ticket: key}}, {"defer", hall.Defer{Ticket: key}}, {"return", hall.Return{Ticket: key}}} {
		if s.Try(a.do, holder, at) == nil {
			names = append(names, a.name)
		}
	}
	return names
}

// ratable lists the finished legs that have not been judged.
func ratable(t *hall.Ticket) []int {
	legs := []int{}
	rated := map[int]bool{}
	for _, r := range t.Ratings {
		rated[r.Leg] = true
	}
	for i := range t.Legs {
		if n := i + 1; t.Legs[i].End == hall.Finished && !rated[n] && !t.Voided {
			legs = append(legs, n)
		}
	}
	return legs
}
