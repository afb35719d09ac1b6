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
		s.log.Info("a sign-in was refused", "staff", in.Body.Staff, "address", door.Of(ctx).Address, "error", err)
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
	v.ExpiresAt = session.ExpiresAt.In(state.Plan().Zone()).Format("2006-01-02T15:04:05.000Z07:00")
	return v
}

type sessionInput struct{ token string }

// Resolve takes the cookie along: what the session is was settled at the door.
func (in *sessionInput) Resolve(ctx huma.Context) []error {
	for _, name := range []string{auth.Cookies{TLS: true}.SessionName(), auth.Cookies{}.SessionName()} {
		if c, err := huma.ReadCookie(ctx, name); err == nil && in.token == "" {
			in.token = c.Value
		}
	}
	return nil
}

func (s *Server) getSession(ctx context.Context, in *sessionInput) (*struct{ Body SessionView }, error) {
	session, err := s.auth.Session(in.token)
	if err != nil {
		return nil, door.Refuse(ctx, hall.Refuse("signed_out"))
	}
	return &struct{ Body SessionView }{s.sessionView(session)}, nil
}

func (s *Server) signOut(ctx context.Context, in *sessionInput) (*struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
}, error) {
	if err := s.auth.SignOut(in.token); err != nil {
		return nil, door.Refuse(ctx, err)
	}
	return &struct {
		SetCookie []http.Cookie `header:"Set-Cookie"`
	}{[]http.Cookie{*s.cookies.EndSession()}}, nil
}
