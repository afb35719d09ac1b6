package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"jiaohao/server/auth"
	"jiaohao/server/door"
	"jiaohao/server/hall"
)

// AccountView is a member of staff and whether they can sign in.
type AccountView struct {
	Staff    string   `json:"staff"`
	Name     string   `json:"name"`
	Roles    []string `json:"roles"`
	Password bool     `json:"password" doc:"Has a password, so can sign in"`
}

type accountList struct {
	Body struct {
		Items []AccountView `json:"items"`
	}
}

type passwordInput struct {
	Staff string `path:"staff" maxLength:"32"`
	Body  struct {
		Password string `json:"password" maxLength:"256"`
		Old      string `json:"old" maxLength:"256" doc:"The present password of whoever asks"`
	}
}

func (s *Server) registerPasswords(api huma.API) {
	huma.Register(api, huma.Operation{OperationID: "list-accounts", Method: http.MethodGet, Path: "/api/v1/accounts",
		Summary: "Who can sign in", Tags: []string{"administration"}}, s.listAccounts)
	huma.Register(api, huma.Operation{OperationID: "set-password", Method: http.MethodPost, Path: "/api/v1/accounts/{staff}/password", DefaultStatus: 204,
		Summary: "Give a password: one's own, or as an administrator anybody's", Tags: []string{"staff", "administration"}, Errors: []int{401, 403, 404, 422, 429}},
		s.setPassword)
	huma.Register(api, huma.Operation{OperationID: "end-sessions", Method: http.MethodDelete, Path: "/api/v1/accounts/{staff}/sessions", DefaultStatus: 204,
		Summary: "Sign out everywhere: oneself, or as an administrator anybody", Tags: []string{"staff", "administration"}, Errors: []int{401, 403}},
		s.endSessions)
}

func (s *Server) listAccounts(context.Context, *struct{}) (*accountList, error) {
	out := &accountList{}
	out.Body.Items = []AccountView{}
	plan := s.desk.State().Plan()
	if plan == nil {
		return out, nil
	}
	for _, m := range plan.Staff {
		v := AccountView{Staff: m.ID, Name: m.Name, Roles: []string{}, Password: s.auth.HasPassword(m.ID)}
		for _, r := range m.Roles {
			v.Roles = append(v.Roles, string(r))
		}
		out.Body.Items = append(out.Body.Items, v)
	}
	return out, nil
}

// setPassword ends the person's sessions, the caller's own too. Who asks has to know their own password, also an
// administrator who gives somebody else a new one.
func (s *Server) setPassword(ctx context.Context, in *passwordInput) (*struct{}, error) {
	if !mayManage(ctx, in.Staff) {
		return nil, door.Refuse(ctx, hall.Refuse(hall.Forbidden))
	}
	err := s.auth.Prove(ctx, door.Actor(ctx).ID, in.Body.Old, door.Of(ctx).Address)
	if err == nil {
		err = s.auth.SetPassword(in.Staff, in.Body.Password)
	}
	return nil, door.Refuse(ctx, passwordRefusal(err))
}

// mayManage tells whether the caller may touch an account: their own, as an administrator anybody's.
func mayManage(ctx context.Context, staff string) bool {
	actor := door.Actor(ctx)
	return actor.ID == staff || slices.Contains(actor.Roles, hall.RoleAdministrator)
}

// endSessions signs somebody out everywhere, for instance after a lost key or on the last day of work.
func (s *Server) endSessions(ctx context.Context, in *struct {
	Staff string `path:"staff" maxLength:"32"`
}) (*struct{}, error) {
	if !mayManage(ctx, in.Staff) {
		return nil, door.Refuse(ctx, hall.Refuse(hall.Forbidden))
	}
	return nil, door.Refuse(ctx, s.auth.SignOutStaff(in.Staff))
}

func passwordRefusal(err error) error {
	var weak auth.ErrWeakPassword
	switch {
	case errors.As(err, &weak):
		return hall.Refuse(hall.Invalid, "pointer", "/password", "reason", string(weak.Reason))
	case errors.Is(err, auth.ErrUnknownStaff):
		return hall.Refuse(hall.NotFound)
	case errors.Is(err, context.DeadlineExceeded):
		return hall.Refuse("rate_limited", "seconds", 10)
	}
	return signInRefusal(err)
}

// controlPassword lets whoever owns the server's files give a password from its console.
func (s *Server) controlPassword(w http.ResponseWriter, r *http.Request) {
	var in struct{ Staff, Password string }
	if err := json.NewDecoder(io.LimitReader(r.Body, maxBody)).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := s.auth.SetPassword(in.Staff, in.Password); err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
	}
}
