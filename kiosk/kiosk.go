// Package kiosk knows the citizen's side of the hall: taking a ticket, following it, giving it up or putting it off, and
// judging the service afterwards. It must never know how a fact is stored or sent, nor show anybody else's ticket.
package kiosk

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"jiaohao/kiosk/phone"
	"jiaohao/kiosk/slip"
	"jiaohao/server/door"
	"jiaohao/server/hall"
	"jiaohao/server/public"
)

// Desk takes commands and shows the hall.
type Desk interface {
	// Submit returns when the command is durable and published, or with the refusal.
	Submit(ctx context.Context, c hall.Command) (hall.Receipt, error)
	State() hall.State
}

// Persons tells persons apart without keeping who they are.
type Persons interface {
	// Ref gives the random name that one document has for the day, and what is kept of it beside the chain. Kind is
	// idcard or phone; value has been checked and brought into one form. An error means that the name could not be kept.
	Ref(kind, value string) (ref string, secret *hall.Secret, err error)
}

// Deps is what the slice needs. Persons, Gone, Estimate and FullSince may be nil.
type Deps struct {
	Desk     Desk
	Estimate public.Estimate
	Now      func() hall.Time
	NewID    func() string // a new secret name of a ticket, [a-z0-9]{26}
	Persons  Persons
	// Gone tells from an id alone whether it was given to a ticket of a day that has left the state; nil cannot tell.
	Gone func(id string) bool
	// FullSince is since when the server can record nothing for want of space, 0 while it can. It must answer at once.
	FullSince func() hall.Time
	// PublicURL is the address under which phones reach the hall, "" for none. A request's Host never takes its place.
	PublicURL string
	// TerminalName gives a kiosk its name on the slip, for instance "1"; nil takes the figure at the end of the terminal's own.
	TerminalName func(terminal string) string
	// Build names the program, so that pages notice a new one.
	Build string
}

// Kiosk is the slice. Its methods may be called from any goroutine.
type Kiosk struct {
	Deps
	slips *slip.Press
	phone *phone.Page
}

// New makes the slice.
func New(d Deps) *Kiosk {
	if d.FullSince == nil {
		d.FullSince = func() hall.Time { return 0 }
	}
	return &Kiosk{Deps: d, slips: slip.NewPress(), phone: phone.New()}
}

const (
	ticketTag = "tickets"
	jsonPNG   = "image/png"
	jsonPDF   = "application/pdf"
)

// Register puts the operations of the contract on the API.
func (k *Kiosk) Register(api huma.API) {
	huma.Register(api, huma.Operation{OperationID: "get-hall", Method: http.MethodGet, Path: "/api/v1/hall", Tags: []string{"hall"},
		Summary: "The hall: services, windows, classes, waits", Errors: []int{503}}, k.getHall)
	huma.Register(api, huma.Operation{OperationID: "issue-ticket", Method: http.MethodPost, Path: "/api/v1/tickets", Tags: []string{ticketTag},
		Summary: "Take a ticket", DefaultStatus: http.StatusCreated, Errors: []int{403, 409, 422, 503}}, k.issue)
	huma.Register(api, huma.Operation{OperationID: "get-ticket", Method: http.MethodGet, Path: "/api/v1/tickets/{id}", Tags: []string{ticketTag},
		Summary: "A ticket, by its secret id", Errors: []int{404, 410}}, k.getTicket)
	k.registerActs(api)
	k.registerPictures(api)
}

func (k *Kiosk) registerActs(api huma.API) {
	act := func(name, summary string, status int) huma.Operation {
		return huma.Operation{OperationID: name + "-ticket", Method: http.MethodPost, Path: "/api/v1/tickets/{id}/" + name, Summary: summary,
			Tags: []string{ticketTag}, DefaultStatus: status, Errors: []int{404, 409, 410, 422, 503}}
	}
	huma.Register(api, act("cancel", "Give the ticket up", 200), k.act(cancel))
	huma.Register(api, act("return", "Come back after a missed call", 200), k.act(comeBack))
	huma.Register(api, act("defer", "Let some people go first", 200), k.putOff)
	huma.Register(api, act("rating", "Judge a finished handling, once", 201), k.rate)
	huma.Register(api, act("complaint", "Say what was wrong", 201), k.complain)
	huma.Register(api, act("printed", "The slip came out", 200), k.printed(false))
	huma.Register(api, act("unprinted", "The slip did not come out", 200), k.printed(true))
}

// state gives the hall, or a refusal before there is a plan.
func (k *Kiosk) state(ctx context.Context) (hall.State, error) {
	s := k.Desk.State()
	if s.IsZero() || s.Plan() == nil {
		return s, door.NewProblem(ctx, "starting", nil)
	}
	return s, nil
}

// find gives a ticket by the citizen's secret. One that belongs to an earlier day is gone, unless it is still in hand.
func (k *Kiosk) find(ctx context.Context, id string) (hall.State, hall.Ticket, error) {
	s, err := k.state(ctx)
	if err != nil {
		return s, hall.Ticket{}, err
	}
	t, known := s.TicketByID(id)
	today, _ := s.Today()
	switch {
	case known && (t.Key.Date == today || t.Open()):
		return s, t, nil
	case known || k.Gone != nil && k.Gone(id):
		return s, t, door.NewProblem(ctx, gone, nil)
	}
	return s, t, door.NewProblem(ctx, hall.NotFound, nil)
}

const gone hall.Code = "gone"
