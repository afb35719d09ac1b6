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

// SessionView is a member of staff who is signed in.
type SessionView struct {
	Staff       string   `json:"staff" doc:"Staff number"`
	Name        string   `json:"name"`
	Roles       []string `json:"roles"`
	Departments []string `json:"departments"`
	Windows     []string `json:"windows" doc:"Windows that may be opened; empty means any"`
	Window      string   `json:"window,omitempty" doc:"Where the person works now"`
	ExpiresAt   string   `json:"expiresAt"`
}

type signInInput struct {
	Body struct {
		Staff    string `json:"staff" maxLength:"32"`
		Password string `json:"password" maxLength:"256"`
	}
}

type sessionOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      SessionView
}

func (s *Server) registerSession(api huma.API) {
	huma.Register(api, huma.Operation{OperationID: "sign-in", Method: http.MethodPost, Path: "/api/v1/session", Summary: "Sign in",
		Tags: []string{"staff"}, DefaultStatus: http.StatusOK, Errors: []int{400, 401, 422, 429}}, s.signIn)
	huma.Register(api, huma.Operation{OperationID: "get-session", Method: http.MethodGet, Path: "/api/v1/session", Summary: "Who is signed in",
		Tags: []string{"staff"}, Errors: []int{401}}, s.getSession)
	huma.Register(api, huma.Operation{OperationID: "sign-out", Method: http.MethodDelete, Path: "/api/v1/session", Summary: "Sign out",
		Tags: []string{"staff"}, DefaultStatus: http.StatusNoContent, Errors: []int{401}}, s.signOut)
}

func (s *Server) signIn(ctx context.Context, in *signInInput) (*sessionOutput, error) {
	session, token, err := s.auth.SignIn(ctx, in.Body.Staff, in.Body.Password, door.Of(ctx).Address)
	if err != nil {
		// The store has logged it, and no more of what was typed than may be known.
		return nil, door.Refuse(ctx, signInRefusal(err))
	}
	return &sessionOutput{SetCookie: []http.Cookie{*s.cookies.Session(session, token)}, Body: s.sessionView(session)}, nil
}

func signInRefusal(err error) error {
	var throttled auth.ErrThrottled
	switch {
	case errors.Is(err, auth.ErrBadCredentials):
		return hall.Refuse("bad_credentials")
	case errors.As(err, &throttled):
		return hall.Refuse("rate_limited", "seconds", int(throttled.RetryAfter/time.Second)+1)
	case errors.Is(err, auth.ErrBusy):
		return hall.Refuse("rate_limited", "seconds", 1)
	case errors.Is(err, auth.ErrBroken):
		return accountsFailed()
	}
	return err
}

func (s *Server) sessionView(session auth.Session) SessionView {
	state := s.desk.State()
	v := SessionView{Staff: session.Staff.ID, Name: session.Staff.Name, Roles: []string{}, Departments: append([]string{}, session.Staff.Departments...),
		Windows: append([]string{}, session.Staff.Windows...)}
	for _, role := range session.Staff.Roles {
		v.Roles = append(v.Roles, string(role))
	}
	if post, ok := state.PostOf(v.Staff); ok {
		v.Window = post.Window
	}
	v.ExpiresAt = s.stamp(session.ExpiresAt)
	return v
}

// stamp writes a time as the contract does: with milliseconds and the hall's offset.
func (s *Server) stamp(t time.Time) string {
	zone := time.UTC
	if p := s.desk.State().Plan(); p != nil {
		zone = p.Zone()
	}
	return t.In(zone).Format("2006-01-02T15:04:05.000Z07:00")
}

func (s *Server) getSession(ctx context.Context, _ *struct{}) (*struct{ Body SessionView }, error) {
	session, err := s.auth.Session(s.sessionToken(ctx))
	if err != nil {
		return nil, door.Refuse(ctx, hall.Refuse("signed_out"))
	}
	return &struct{ Body SessionView }{s.sessionView(session)}, nil
}

type signOutOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Clear     string        `header:"Clear-Site-Data"`
}

// signOut also throws away what the browser has kept of the pages: the next person at a shared desk must not go back to it.
func (s *Server) signOut(ctx context.Context, _ *struct{}) (*signOutOutput, error) {
	if err := s.auth.SignOut(s.sessionToken(ctx)); err != nil {
		return nil, door.Refuse(ctx, err)
	}
	return &signOutOutput{[]http.Cookie{*s.cookies.EndSession()}, `"cache"`}, nil
}
