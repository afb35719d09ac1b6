package kiosk

import (
	"context"

	"jiaohao/server/door"
	"jiaohao/server/hall"
	"jiaohao/server/public"
)

// TicketPath names a ticket in an address. It is exported only because the API library fills exported fields alone.
type TicketPath struct {
	ID string `path:"id" doc:"The ticket's secret id"`
}

type ticketOutput struct {
	Replayed string `header:"Idempotency-Replayed"`
	Body     public.HoldersTicket
}

func (k *Kiosk) getTicket(ctx context.Context, in *TicketPath) (*ticketOutput, error) {
	s, t, err := k.find(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &ticketOutput{Body: k.ticket(s, t, k.Now())}, nil
}

// do submits what the holder of a ticket wants and answers with the ticket as it is afterwards.
func (k *Kiosk) do(ctx context.Context, id string, command func(hall.TicketKey) hall.Command) (*ticketOutput, error) {
	_, t, err := k.find(ctx, id)
	if err != nil {
		return nil, err
	}
	receipt, err := k.Desk.Submit(ctx, command(t.Key))
	if err != nil {
		return nil, door.Refuse(ctx, err)
	}
	s := k.Desk.State()
	t, _ = s.Ticket(t.Key)
	return &ticketOutput{Replayed: replayed(receipt), Body: k.ticket(s, t, k.Now())}, nil
}

func replayed(r hall.Receipt) string {
	if r.Replayed {
		return "true"
	}
	return ""
}

func cancel(key hall.TicketKey) hall.Command { return hall.Cancel{Ticket: key} }

func comeBack(key hall.TicketKey) hall.Command { return hall.Return{Ticket: key} }

// act makes the handler of an act that needs no words.
func (k *Kiosk) act(command func(hall.TicketKey) hall.Command) func(context.Context, *TicketPath) (*ticketOutput, error) {
	return func(ctx context.Context, in *TicketPath) (*ticketOutput, error) {
		return k.do(door.AsCitizen(ctx), in.ID, command)
	}
}

type deferInput struct {
	TicketPath
	Body struct {
		People int `json:"people" minimum:"1" maximum:"20" doc:"How many people to let go first"`
	}
}

func (k *Kiosk) putOff(ctx context.Context, in *deferInput) (*ticketOutput, error) {
	return k.do(door.AsCitizen(ctx), in.ID, func(key hall.TicketKey) hall.Command {
		return hall.Defer{Ticket: key, People: in.Body.People}
	})
}

type rateInput struct {
	TicketPath
	Body struct {
		Leg     int      `json:"leg" minimum:"1" doc:"Which handling, see ratable"`
		Level   int      `json:"level" minimum:"1" maximum:"5" doc:"5 very satisfied to 1 very dissatisfied"`
		Reasons []string `json:"reasons,omitempty" maxItems:"6"`
		Text    string   `json:"text,omitempty" maxLength:"500"`
	}
}

func (k *Kiosk) rate(ctx context.Context, in *rateInput) (*ticketOutput, error) {
	return k.do(door.AsCitizen(ctx), in.ID, func(key hall.TicketKey) hall.Command {
		return hall.Rate{Ticket: key, Leg: in.Body.Leg, Level: in.Body.Level, Reasons: in.Body.Reasons, Text: in.Body.Text}
	})
}

type complainInput struct {
	TicketPath
	Body struct {
		Text  string `json:"text" minLength:"1" maxLength:"500"`
		Leg   int    `json:"leg,omitempty" minimum:"1" doc:"Absent: the visit as a whole"`
		Phone string `json:"phone,omitempty" maxLength:"32" doc:"Where to call back"`
	}
}

func (k *Kiosk) complain(ctx context.Context, in *complainInput) (*ticketOutput, error) {
	return k.do(door.AsCitizen(ctx), in.ID, func(key hall.TicketKey) hall.Command {
		return hall.Complain{Ticket: key, Leg: in.Body.Leg, Text: in.Body.Text, Phone: in.Body.Phone}
	})
}

// printed makes the handler of a printer's report. It stays the terminal's own act, whoever holds the slip.
func (k *Kiosk) printed(failed bool) func(context.Context, *TicketPath) (*ticketOutput, error) {
	return func(ctx context.Context, in *TicketPath) (*ticketOutput, error) {
		return k.do(ctx, in.ID, func(key hall.TicketKey) hall.Command { return hall.Print{Ticket: key, Failed: failed} })
	}
}
