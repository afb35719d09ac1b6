package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"jiaohao/server/auth"
	"jiaohao/server/door"
	"jiaohao/server/hall"
)

// pollSeconds is how often a machine that shows a code should ask.
const pollSeconds = 2

// PairingView is what a machine without a key gets: a code for its screen and a secret to ask with.
type PairingView struct {
	DeviceCode  string `json:"deviceCode" doc:"Secret of the machine: it asks with it and shows it to nobody"`
	UserCode    string `json:"userCode" doc:"For the screen; an administrator types it"`
	ExpiresAt   string `json:"expiresAt"`
	PollSeconds int    `json:"pollSeconds" doc:"Ask so often"`
}

// PairingState is how a pairing stands, as its machine hears it.
type PairingState struct {
	State     string        `json:"state" enum:"pending,checking,paired"`
	ExpiresAt string        `json:"expiresAt"`
	Check     string        `json:"check,omitempty" doc:"Four figures to show while checking"`
	Terminal  *TerminalName `json:"terminal,omitempty" doc:"What the machine will be, once chosen"`
	Page      string        `json:"page,omitempty" doc:"Where a paired browser goes on"`
	Key       string        `json:"key,omitempty" doc:"For programs that asked for it; browsers get a cookie"`
}

// TerminalName is what a terminal is called and may do.
type TerminalName struct {
	Name  string `json:"name"`
	Role  string `json:"role" enum:"kiosk,board,pad,callpad"`
	Place string `json:"place,omitempty"`
}

// ClaimView is a pairing whose code was typed: the administrator compares the number.
type ClaimView struct {
	ID        string `json:"id" doc:"Names the pairing in confirm and refuse"`
	Check     string `json:"check" doc:"Four figures; the machine shows the same"`
	ExpiresAt string `json:"expiresAt"`
	TerminalName
}

type pollInput struct {
	Body struct {
		DeviceCode string `json:"deviceCode" maxLength:"64"`
		Bearer     bool   `json:"bearer,omitempty" doc:"Answer with the key instead of a cookie"`
	}
}

type pollOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      PairingState
}

type claimInput struct {
	Body struct {
		Code  string `json:"code" maxLength:"32" doc:"As the machine shows it; case, hyphen and spaces do not matter"`
		Name  string `json:"name" pattern:"^[a-z0-9-]{1,32}$"`
		Role  string `json:"role" enum:"kiosk,board,pad,callpad"`
		Place string `json:"place,omitempty" maxLength:"32"`
	}
}

type claimPath struct {
	ID string `path:"id" maxLength:"32"`
}

func (s *Server) registerPairing(api huma.API) {
	huma.Register(api, huma.Operation{OperationID: "begin-pairing", Method: http.MethodPost, Path: "/api/v1/pairing", DefaultStatus: 201,
		Summary: "Ask to become a terminal", Tags: []string{"terminals"}, Errors: []int{429}}, s.beginPairing)
	huma.Register(api, huma.Operation{OperationID: "poll-pairing", Method: http.MethodPost, Path: "/api/v1/pairing/poll", DefaultStatus: 200,
		Summary: "Ask how the pairing stands; once confirmed, fetch the key", Tags: []string{"terminals"}, Errors: []int{422}}, s.pollPairing)
	huma.Register(api, huma.Operation{OperationID: "claim-pairing", Method: http.MethodPost, Path: "/api/v1/terminals/pair", DefaultStatus: 200,
		Summary: "Type the code of a machine and choose what it shall be", Tags: []string{"administration"}, Errors: []int{409, 422, 429}}, s.claimPairing)
	huma.Register(api, huma.Operation{OperationID: "confirm-pairing", Method: http.MethodPost, Path: "/api/v1/terminals/pair/{id}/confirm", DefaultStatus: 201,
		Summary: "The numbers are the same: let the machine in", Tags: []string{"administration"}, Errors: []int{409, 422}}, s.confirmPairing)
	huma.Register(api, huma.Operation{OperationID: "refuse-pairing", Method: http.MethodPost, Path: "/api/v1/terminals/pair/{id}/refuse", DefaultStatus: 204,
		Summary: "The numbers differ: send the machine away", Tags: []string{"administration"}, Errors: []int{422}}, s.refusePairing)
}

func (s *Server) beginPairing(ctx context.Context, _ *struct{}) (*struct{ Body PairingView }, error) {
	p, err := s.auth.BeginPairing(door.Of(ctx).Address)
	if err != nil {
		return nil, door.Refuse(ctx, terminalRefusal(err))
	}
	return &struct{ Body PairingView }{PairingView{DeviceCode: p.DeviceCode, UserCode: p.UserCode, ExpiresAt: s.stamp(p.Until), PollSeconds: pollSeconds}}, nil
}

var phaseWords = map[auth.Phase]string{auth.Pending: "pending", auth.Checking: "checking", auth.Paired: "paired"}

func (s *Server) pollPairing(ctx context.Context, in *pollInput) (*pollOutput, error) {
	status, err := s.auth.PollPairing(in.Body.DeviceCode)
	if err != nil {
		return nil, door.Refuse(ctx, terminalRefusal(err))
	}
	out := &pollOutput{Body: PairingState{State: phaseWords[status.Phase], ExpiresAt: s.stamp(status.Until), Check: status.Check}}
	if status.Phase == auth.Pending {
		return out, nil
	}
	scope := terminalName(status.Scope)
	out.Body.Terminal = &scope
	switch {
	case status.Phase != auth.Paired:
	case in.Body.Bearer:
		out.Body.Key = status.Key
	default:
		out.Body.Page, out.SetCookie = pageOf(status.Scope.Role), []http.Cookie{*s.cookies.Terminal(status.Key)}
	}
	return out, nil
}

func terminalName(s auth.Scope) TerminalName {
	return TerminalName{Name: s.Name, Role: string(s.Role), Place: s.Place}
}

func (s *Server) claimPairing(ctx context.Context, in *claimInput) (*struct{ Body ClaimView }, error) {
	scope := auth.Scope{Name: in.Body.Name, Role: auth.Role(in.Body.Role), Place: in.Body.Place}
	claim, err := s.auth.ClaimPairing(door.Actor(ctx).ID, in.Body.Code, scope)
	if err != nil {
		return nil, door.Refuse(ctx, terminalRefusal(err))
	}
	return &struct{ Body ClaimView }{ClaimView{ID: claim.ID, Check: claim.Check, ExpiresAt: s.stamp(claim.Until), TerminalName: terminalName(claim.Scope)}}, nil
}

func (s *Server) confirmPairing(ctx context.Context, in *claimPath) (*struct{ Body TerminalView }, error) {
	t, err := s.auth.ConfirmPairing(door.Actor(ctx).ID, in.ID)
	if err != nil {
		return nil, door.Refuse(ctx, terminalRefusal(err))
	}
	return &struct{ Body TerminalView }{s.terminalView(t)}, nil
}

func (s *Server) refusePairing(ctx context.Context, in *claimPath) (*struct{}, error) {
	return nil, door.Refuse(ctx, terminalRefusal(s.auth.RefusePairing(door.Actor(ctx).ID, in.ID)))
}

// terminalRefusal turns what the store of terminals refuses into what the caller may know of it.
func terminalRefusal(err error) error {
	var throttled auth.ErrThrottled
	switch {
	case errors.As(err, &throttled):
		return hall.Refuse("rate_limited", "seconds", int(throttled.RetryAfter/time.Second)+1)
	case errors.Is(err, auth.ErrBadCode):
		return hall.Refuse("bad_code")
	case errors.Is(err, auth.ErrTerminalExists):
		return hall.Refuse(hall.WrongState, "state", "exists", "reason", "exists")
	case errors.Is(err, auth.ErrBadTerminal):
		return hall.Refuse(hall.Invalid, "pointer", "/name")
	case errors.Is(err, auth.ErrNoTerminal):
		return hall.Refuse(hall.NotFound)
	case errors.Is(err, auth.ErrBroken):
		return accountsFailed()
	}
	return err
}

// RecordTerminals tells the journal what becomes of terminals. The desk is asked for late: the store of terminals is opened before it.
func RecordTerminals(desk func() *Desk) func(auth.TerminalChange) error {
	return func(c auth.TerminalChange) error {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		order := hall.Order{Do: terminalCommand(c)}
		if c.By != "" { // whoever it was had the right when they were asked for it
			order.By = hall.Actor{Kind: hall.Clerk, ID: c.By, Roles: []hall.Role{hall.RoleAdministrator}}
		}
		_, err := desk().Order(ctx, order)
		return err
	}
}

func terminalCommand(c auth.TerminalChange) hall.Command {
	t := c.Terminal
	switch c.What {
	case auth.Renamed:
		return hall.RenameTerminal{Name: t.Name, To: c.To}
	case auth.Revoked:
		return hall.RevokeTerminal{Name: t.Name, Role: string(t.Role), Place: t.Place}
	}
	return hall.EnrolTerminal{Name: t.Name, Role: string(t.Role), Place: t.Place, Way: string(c.Way)}
}
