package counter

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"jiaohao/server/door"
	"jiaohao/server/hall"
	"jiaohao/server/public"
)

// windowAnswer is a window as everybody sees it.
type windowAnswer struct {
	Replayed string `header:"Idempotency-Replayed" doc:"true when this was answered before under the same key"`
	Body     public.Window
}

// ticketAnswer is a ticket as staff see it; 204 without one.
type ticketAnswer struct {
	Status   int
	Replayed string `header:"Idempotency-Replayed" doc:"true when this was answered before under the same key"`
	Body     *public.StaffsTicket
}

func replayed(r hall.Receipt) string {
	if r.Replayed {
		return "true"
	}
	return ""
}

func (c *Counter) window(ctx context.Context, window string, cmd hall.Command) (*windowAnswer, error) {
	receipt, err := c.Desk.Submit(ctx, cmd)
	if err != nil {
		return nil, door.Refuse(ctx, err)
	}
	s := c.Desk.State()
	w, _ := s.Plan().Window(window)
	return &windowAnswer{Replayed: replayed(receipt), Body: public.WindowOf(s, w, c.now(s))}, nil
}

// ticket submits a command and shows its ticket. Commands that change nothing name none in their receipt: then it is key.
func (c *Counter) ticket(ctx context.Context, key hall.TicketKey, cmd hall.Command, err error) (*ticketAnswer, error) {
	if err != nil {
		return nil, door.Refuse(ctx, err)
	}
	receipt, err := c.Desk.Submit(ctx, cmd)
	if err != nil {
		return nil, door.Refuse(ctx, err)
	}
	if receipt.None {
		return &ticketAnswer{Status: http.StatusNoContent, Replayed: replayed(receipt)}, nil
	}
	if !receipt.Leg.IsZero() {
		key = receipt.Leg.Ticket()
	}
	s := c.Desk.State()
	t, found := s.Ticket(key)
	if !found {
		return nil, door.Refuse(ctx, hall.Refuse(hall.NotFound))
	}
	view := c.staffs(s, t, door.Lang(ctx), c.now(s))
	view.Actions = ticketActions(s, t, door.Actor(ctx), c.now(s))
	return &ticketAnswer{Status: http.StatusOK, Replayed: replayed(receipt), Body: &view}, nil
}

// byNumber finds the ticket that staff name by its number of today.
func (c *Counter) byNumber(number string) (hall.TicketKey, error) {
	n, ok := hall.ParseNumber(number)
	if !ok {
		return hall.TicketKey{}, hall.Refuse(hall.NotFound, "number", number)
	}
	t, ok := c.Desk.State().TicketByNumber(n)
	if !ok {
		return hall.TicketKey{}, hall.Refuse(hall.NotFound, "number", number)
	}
	return t.Key, nil
}

func windowOp(verb, summary string) huma.Operation {
	return huma.Operation{OperationID: "window-" + verb, Method: http.MethodPost, Path: "/api/v1/windows/{window}/" + verb, Summary: summary,
		Tags: []string{"windows"}, DefaultStatus: http.StatusOK, Errors: []int{400, 401, 403, 404, 409, 413, 415, 422, 429, 503}}
}

func numberOp(verb, summary string) huma.Operation {
	return huma.Operation{OperationID: "ticket-" + verb, Method: http.MethodPost, Path: "/api/v1/tickets/by-number/{number}/" + verb,
		Summary: summary, Tags: []string{"staff"}, DefaultStatus: http.StatusOK, Errors: []int{400, 401, 403, 404, 409, 413, 415, 422, 429, 503}}
}

// registerWindow adds what changes a window itself.
func (c *Counter) registerWindow(api huma.API) {
	for _, o := range []struct {
		verb, summary string
		command       func(window string) hall.Command
	}{
		{"open", "Begin work at a window", func(w string) hall.Command { return hall.Open{Window: w} }},
		{"resume", "End the pause of a window", func(w string) hall.Command { return hall.Unpause{Window: w} }},
		{"release", "Free a window whose staff has gone (supervisor)", func(w string) hall.Command { return hall.Release{Window: w} }},
	} {
		huma.Register(api, windowOp(o.verb, o.summary), func(ctx context.Context, in *atWindow) (*windowAnswer, error) {
			return c.window(ctx, in.Window, o.command(in.Window))
		})
	}
	huma.Register(api, windowOp("pause", "Pause a window, at once or after the current ticket"), func(ctx context.Context, in *told[PauseBody]) (*windowAnswer, error) {
		return c.window(ctx, in.Window, hall.Suspend{Window: in.Window, Reason: in.Body.Reason, Minutes: in.Body.Minutes})
	})
	huma.Register(api, windowOp("close", "End work at a window"), func(ctx context.Context, in *may[CloseBody]) (*windowAnswer, error) {
		said := value(in.Body)
		return c.window(ctx, in.Window, hall.Close{Window: in.Window, HandTo: said.HandTo, Confirm: said.Confirm})
	})
	huma.Register(api, windowOp("handover", "Put another member of staff at a window"), func(ctx context.Context, in *told[HandOverBody]) (*windowAnswer, error) {
		return c.window(ctx, in.Window, hall.HandOver{Window: in.Window, Staff: in.Body.Staff})
	})
}

func value[B any](p *B) (b B) {
	if p != nil {
		b = *p
	}
	return b
}

// registerCurrent adds what is done with the ticket at the window.
func (c *Counter) registerCurrent(api huma.API) {
	for _, o := range []struct {
		verb, summary string
		command       func(window string) hall.Command
	}{
		{"recall", "Call the current ticket again", func(w string) hall.Command { return hall.Recall{Window: w} }},
		{"start", "Start handling the current ticket", func(w string) hall.Command { return hall.Begin{Window: w} }},
		{"pass", "Give up calling the current ticket for now", func(w string) hall.Command { return hall.Pass{Window: w} }},
		{"uncall", "Take the last call, or a start by mistake, back", func(w string) hall.Command { return hall.Uncall{Window: w} }},
		{"left", "The citizen went away in the middle of the handling", func(w string) hall.Command { return hall.GoneAway{Window: w} }},
	} {
		huma.Register(api, windowOp(o.verb, o.summary), func(ctx context.Context, in *atWindow) (*ticketAnswer, error) {
			return c.ticket(ctx, hall.TicketKey{}, o.command(in.Window), nil)
		})
	}
	huma.Register(api, withNone(windowOp("next", "Call whoever is next")), func(ctx context.Context, in *may[NextBody]) (*ticketAnswer, error) {
		cmd, err := in.Body.command(in.Window)
		return c.ticket(ctx, hall.TicketKey{}, cmd, err)
	})
	huma.Register(api, windowOp("park", "Interrupt the handling until the citizen is back"), func(ctx context.Context, in *may[ParkBody]) (*ticketAnswer, error) {
		return c.ticket(ctx, hall.TicketKey{}, hall.Park{Window: in.Window, Reason: value(in.Body).Reason}, nil)
	})
	huma.Register(api, windowOp("finish", "End the handling of the current ticket"), func(ctx context.Context, in *may[FinishBody]) (*ticketAnswer, error) {
		cmd, err := value(in.Body).command(in.Window)
		return c.ticket(ctx, hall.TicketKey{}, cmd, err)
	})
	huma.Register(api, windowOp("leg", "Finish, and start a further service for the same citizen"), func(ctx context.Context, in *told[LegBody]) (*ticketAnswer, error) {
		return c.ticket(ctx, hall.TicketKey{}, hall.AddLeg{Window: in.Window, Service: in.Body.Service}, nil)
	})
}

// withNone documents the answer of a window for which nobody is eligible.
func withNone(op huma.Operation) huma.Operation {
	op.Responses = map[string]*huma.Response{strconv.Itoa(http.StatusNoContent): {Description: "Nobody can be called"}}
	return op
}

// registerOthers adds what is done with tickets that are not at the window now.
func (c *Counter) registerOthers(api huma.API) {
	named(c, api, windowOp("unpark", "Take up a parked ticket"), func(b TicketBody) string { return b.Ticket },
		func(w string, t hall.TicketKey, _ TicketBody) hall.Command { return hall.Unpark{Window: w, Ticket: t} })
	named(c, api, windowOp("call", "Call a ticket out of order"), func(b CallBody) string { return b.Ticket },
		func(w string, t hall.TicketKey, b CallBody) hall.Command {
			return hall.Call{Window: w, Ticket: t, Reason: b.Reason}
		})
	named(c, api, windowOp("reopen", "Take a finish back"), func(b TicketBody) string { return b.Ticket },
		func(w string, t hall.TicketKey, _ TicketBody) hall.Command { return hall.Reopen{Window: w, Ticket: t} })
	huma.Register(api, windowOp("abandon", "Give up a passed or parked ticket"), c.abandon)
	named(c, api, windowOp("transfer", "Send a ticket to another service, window or member of staff"), func(b TransferBody) string { return b.Ticket },
		func(w string, t hall.TicketKey, b TransferBody) hall.Command {
			return hall.Transfer{Window: w, Ticket: t, Service: b.Service, To: b.Window, Staff: b.Staff, Place: b.Place, Note: b.Note}
		})
}

// abandon gives up a ticket that the window in the path had passed or parked; another window's is none of its business.
func (c *Counter) abandon(ctx context.Context, in *told[TicketBody]) (*ticketAnswer, error) {
	key, err := c.byNumber(in.Body.Ticket)
	if err != nil {
		return nil, door.Refuse(ctx, err)
	}
	if _, known := c.Desk.State().Plan().Window(in.Window); !known {
		return nil, door.Refuse(ctx, hall.Refuse(hall.UnknownWindow, "window", in.Window))
	}
	if t, _ := c.Desk.State().Ticket(key); t.Leg().Window != in.Window && t.Leg().Stage != hall.Waiting {
		return nil, door.Refuse(ctx, hall.Refuse(hall.NotYourWindow, "window", t.Leg().Window))
	}
	return c.ticket(ctx, key, hall.Abandon{Ticket: key}, nil)
}

// named registers a command about a ticket that its body names.
func named[B any](c *Counter, api huma.API, op huma.Operation, number func(b B) string, command func(window string, t hall.TicketKey, b B) hall.Command) {
	huma.Register(api, op, func(ctx context.Context, in *told[B]) (*ticketAnswer, error) {
		var key hall.TicketKey
		if said := number(in.Body); said != "" {
			var err error
			if key, err = c.byNumber(said); err != nil {
				return nil, door.Refuse(ctx, err)
			}
		}
		return c.ticket(ctx, key, command(in.Window, key, in.Body), nil)
	})
}

// registerCorrections adds what staff do to a ticket wherever it is.
func (c *Counter) registerCorrections(api huma.API) {
	corrects(c, api, numberOp("reclassify", "Give a ticket the class that its citizen has proved"), func(t hall.TicketKey, b ReclassifyBody) hall.Command {
		return hall.Reclassify{Ticket: t, Class: b.Class, Reason: b.Reason}
	})
	corrects(c, api, numberOp("void", "Declare a ticket void"), func(t hall.TicketKey, b ReasonBody) hall.Command {
		return hall.Void{Ticket: t, Reason: b.Reason}
	})
	corrects(c, api, numberOp("correct", "Replace what was said of a finished handling"), func(t hall.TicketKey, b CorrectBody) hall.Command {
		return hall.Correct{Ticket: t, Leg: b.Leg, Items: itemsOf(b.Items), Reason: b.Reason}
	})
	corrects(c, api, numberOp("return", "Bring a passed ticket back into its queue"), func(t hall.TicketKey, _ *ReturnBody) hall.Command {
		return hall.Return{Ticket: t}
	})
}

func corrects[B any](c *Counter, api huma.API, op huma.Operation, command func(t hall.TicketKey, b B) hall.Command) {
	huma.Register(api, op, func(ctx context.Context, in *about[B]) (*ticketAnswer, error) {
		key, err := c.byNumber(in.Number)
		if err != nil {
			return nil, door.Refuse(ctx, err)
		}
		return c.ticket(ctx, key, command(key, in.Body), nil)
	})
}
