package supervisor

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"jiaohao/server/door"
	"jiaohao/server/hall"
	"jiaohao/server/public"
)

// TicketFilter chooses tickets of one business date. Empty members choose all.
type TicketFilter struct {
	Date    string   `query:"date" format:"date" doc:"Business date; today's when absent"`
	State   []string `query:"state" enum:"open,waiting,called,serving,parked,passed,finished,left,cancelled,abandoned,unserved,voided" doc:"One of these, comma separated; open = all that have not ended"`
	Q       string   `query:"q" maxLength:"16" doc:"Beginning of the number; letters in either case"`
	Service []string `query:"service" doc:"A leg of one of these services"`
	Window  string   `query:"window" maxLength:"32" doc:"A leg at this window"`
	Staff   string   `query:"staff" maxLength:"32" doc:"A leg handled by this member of staff"`
	Mark    string   `query:"mark" enum:"late,doubtful,unprinted,rated,bad" doc:"late = called beyond the promise or still waiting beyond it; bad = rated 2 or 1"`
	Order   string   `query:"order" enum:"newest,oldest" default:"newest" doc:"Order of issue"`
}

type ticketsInput struct {
	TicketFilter
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" maxLength:"16" doc:"From the answer before"`
}

// TicketList is one page of tickets.
type TicketList struct {
	Items []public.StaffsTicket `json:"items"`
	Total int                   `json:"total" doc:"Tickets that the filter chooses, on all pages"`
	Next  string                `json:"next,omitempty" doc:"Cursor of the next page"`
}

func (s *Supervisor) registerTickets(api huma.API) {
	huma.Register(api, huma.Operation{OperationID: "list-tickets", Method: http.MethodGet, Path: "/api/v1/tickets",
		Summary: "Tickets of a business date that is still kept", Tags: []string{"supervisor"}, Errors: []int{401, 403, 404, 422}},
		func(ctx context.Context, in *ticketsInput) (*struct{ Body TicketList }, error) {
			if err := s.supervises(ctx); err != nil {
				return nil, err
			}
			list, err := s.tickets(ctx, in)
			return &struct{ Body TicketList }{list}, door.Refuse(ctx, err)
		})
}

func (s *Supervisor) tickets(ctx context.Context, in *ticketsInput) (TicketList, error) {
	state, at := s.Desk.State(), s.Now()
	date, err := dateIn(state, in.Date)
	if err != nil {
		return TicketList{}, err
	}
	after, err := cursor(in.Cursor)
	if err != nil {
		return TicketList{}, err
	}
	chosen := in.choose(state, date, at)
	list := TicketList{Items: []public.StaffsTicket{}, Total: len(chosen)}
	from, to := pageOf(chosen, after, in.Order == "oldest", in.Limit)
	for _, t := range chosen[from:to] {
		list.Items = append(list.Items, public.StaffsTicketOf(state, t, s.Estimate, door.Lang(ctx), at))
	}
	if to < len(chosen) {
		list.Next = strconv.FormatUint(uint64(chosen[to-1].Key.N), 10)
	}
	return list, nil
}

// dateIn finds a business date that is still kept, the one opened last when none is named.
func dateIn(s hall.State, text string) (hall.Date, error) {
	if text == "" {
		today, _ := s.Today()
		return today, nil
	}
	date, ok := hall.ParseDate(text)
	if !ok {
		return 0, hall.Refuse(hall.Invalid, "pointer", "?date")
	}
	if !slices.Contains(s.Dates(), date) {
		return 0, hall.Refuse(hall.NotFound, "date", text)
	}
	return date, nil
}

func cursor(text string) (uint32, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil || n == 0 {
		return 0, hall.Refuse(hall.Invalid, "pointer", "?cursor")
	}
	return uint32(n), nil
}

// choose lists the tickets of a date that pass the filter, in its order.
func (f TicketFilter) choose(s hall.State, date hall.Date, at hall.Time) []hall.Ticket {
	var chosen []hall.Ticket
	f.Q = strings.ToUpper(strings.TrimSpace(f.Q))
	for t := range s.Tickets(date) {
		if f.matches(s.Plan(), &t, at) {
			chosen = append(chosen, t)
		}
	}
	if f.Order != "oldest" {
		slices.Reverse(chosen)
	}
	return chosen
}

func (f TicketFilter) matches(p *hall.Plan, t *hall.Ticket, at hall.Time) bool {
	switch {
	case f.Q != "" && !strings.HasPrefix(t.Number.String(), f.Q), len(f.State) > 0 && !f.state(t), f.Mark != "" && !marked(p, t, f.Mark, at):
		return false
	case len(f.Service) == 0 && f.Window == "" && f.Staff == "":
		return true
	}
	return slices.ContainsFunc(t.Legs, func(l hall.Leg) bool {
		return (len(f.Service) == 0 || slices.Contains(f.Service, l.Service)) && (f.Window == "" || l.Window == f.Window) &&
			(f.Staff == "" || handledBy(l, f.Staff))
	})
}

func (f TicketFilter) state(t *hall.Ticket) bool {
	return slices.Contains(f.State, t.State()) || t.Open() && slices.Contains(f.State, "open")
}

func handledBy(l hall.Leg, staff string) bool {
	return l.Staff == staff || slices.ContainsFunc(l.Shares, func(s hall.Share) bool { return s.Staff == staff })
}

func marked(p *hall.Plan, t *hall.Ticket, mark string, at hall.Time) bool {
	switch mark {
	case "unprinted":
		return t.Unprinted
	case "rated":
		return len(t.Ratings) > 0
	case "bad":
		return slices.ContainsFunc(t.Ratings, func(r hall.Rating) bool { return r.Level <= 2 })
	case "doubtful":
		return slices.ContainsFunc(t.Legs, func(l hall.Leg) bool { return l.Doubtful })
	}
	return !t.Voided && slices.ContainsFunc(t.Legs, func(l hall.Leg) bool {
		counts, kept := promiseKept(p, l, at)
		return counts && !kept
	})
}

// pageOf gives the bounds of the page that follows the ticket with the number after in the order of issue.
func pageOf(list []hall.Ticket, after uint32, oldest bool, limit int) (from, to int) {
	if after > 0 {
		from = len(list)
		for i, t := range list {
			if oldest && t.Key.N > after || !oldest && t.Key.N < after {
				from = i
				break
			}
		}
	}
	return from, min(len(list), from+limit)
}
