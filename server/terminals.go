package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"jiaohao/server/auth"
	"jiaohao/server/door"
	"jiaohao/server/hall"
)

// TerminalView is an enrolled kiosk, board, pad or call pad.
type TerminalView struct {
	Name     string `json:"name"`
	Role     string `json:"role" enum:"kiosk,board,pad,callpad"`
	Place    string `json:"place,omitempty"`
	Enrolled bool   `json:"enrolled"`
	SeenAt   string `json:"seenAt,omitempty"`
}

// NewTerminal is a terminal just added, with the address that enrols it once.
type NewTerminal struct {
	TerminalView
	Path       string `json:"path" doc:"Address on this server, used once"`
	ValidUntil string `json:"validUntil"`
}

type addTerminalInput struct {
	Body struct {
		Name  string `json:"name" pattern:"^[a-z0-9-]{1,32}$"`
		Role  string `json:"role" enum:"kiosk,board,pad,callpad"`
		Place string `json:"place,omitempty" maxLength:"32"`
	}
}

type terminalList struct {
	Body struct {
		Items []TerminalView `json:"items"`
	}
}

func (s *Server) registerTerminals(api huma.API) {
	huma.Register(api, huma.Operation{OperationID: "list-terminals", Method: http.MethodGet, Path: "/api/v1/terminals",
		Summary: "List terminals", Tags: []string{"administration"}}, s.listTerminals)
	huma.Register(api, huma.Operation{OperationID: "add-terminal", Method: http.MethodPost, Path: "/api/v1/terminals", DefaultStatus: 201,
		Summary: "Add a terminal and get the address that enrols it", Tags: []string{"administration"}, Errors: []int{409, 422}},
		func(ctx context.Context, in *addTerminalInput) (*struct{ Body NewTerminal }, error) {
			t, err := s.addTerminal(in.Body.Name, in.Body.Role, in.Body.Place)
			return &struct{ Body NewTerminal }{t}, door.Refuse(ctx, err)
		})
	huma.Register(api, huma.Operation{OperationID: "revoke-terminal", Method: http.MethodDelete, Path: "/api/v1/terminals/{name}",
		DefaultStatus: 204, Summary: "Revoke a terminal", Tags: []string{"administration"}, Errors: []int{404}},
		func(ctx context.Context, in *struct {
			Name string `path:"name"`
		}) (*struct{}, error) {
			err := s.auth.Revoke(in.Name)
			if errors.Is(err, auth.ErrNoTerminal) {
				err = hall.Refuse(hall.NotFound)
			}
			return nil, door.Refuse(ctx, err)
		})
}

func (s *Server) listTerminals(ctx context.Context, _ *struct{}) (*terminalList, error) {
	out := &terminalList{}
	out.Body.Items = []TerminalView{}
	for _, t := range s.auth.Terminals() {
		out.Body.Items = append(out.Body.Items, terminalView(t))
	}
	return out, nil
}

func terminalView(t auth.Terminal) TerminalView {
	v := TerminalView{Name: t.Name, Role: string(t.Role), Place: t.Place, Enrolled: !t.EnrolledAt.IsZero()}
	if !t.SeenAt.IsZero() {
		v.SeenAt = t.SeenAt.UTC().Format(time.RFC3339)
	}
	return v
}

func (s *Server) addTerminal(name, role, place string) (NewTerminal, error) {
	t, code, err := s.auth.AddTerminal(name, auth.Role(role), place)
	switch {
	case errors.Is(err, auth.ErrTerminalExists):
		return NewTerminal{}, hall.Refuse(hall.WrongState, "state", "exists")
	case errors.Is(err, auth.ErrBadTerminal):
		return NewTerminal{}, hall.Refuse(hall.Invalid, "pointer", "/name")
	case err != nil:
		return NewTerminal{}, err
	}
	return NewTerminal{TerminalView: terminalView(t), Path: "/enrol/" + code, ValidUntil: t.CodeUntil.UTC().Format(time.RFC3339)}, nil
}

// Control is what the program's own commands may ask of a running server, over a socket that only the server's user can
// reach: adding a terminal, and a backup while it writes.
func (s *Server) Control(backup func(io.Writer) error) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /terminals", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Name, Role, Place string }
		if err := json.NewDecoder(io.LimitReader(r.Body, maxBody)).Decode(&in); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		t, err := s.addTerminal(in.Name, in.Role, in.Place)
		if err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		if err := json.NewEncoder(w).Encode(t); err != nil {
			s.log.Warn("the answer to a command could not be sent", "error", err)
		}
	})
	mux.HandleFunc("POST /passwords", s.controlPassword)
	mux.HandleFunc("GET /backup", func(w http.ResponseWriter, r *http.Request) {
		if err := backup(w); err != nil {
			s.log.Error("a backup failed", "error", err)
			panic(http.ErrAbortHandler) // the reader must see a broken transfer, not a short file
		}
	})
	return mux
}

var ownPage = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{.Title}}</title><link rel="stylesheet" href="/assets/css/base.css"></head>
<body><main class="card" id="own"><h1>{{.Title}}</h1><p>{{.Text}}</p>
{{if .Action}}<form method="post"><button class="key key--action">{{.Action}}</button></form>{{end}}</main></body></html>
`))

type ownPageData struct{ Lang, Title, Text, Action string }

func (s *Server) writeOwnPage(w http.ResponseWriter, status int, d ownPageData) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if err := ownPage.Execute(w, d); err != nil {
		s.log.Debug("a page could not be sent", "error", err)
	}
}

// enrolHelp is the page of a terminal without a key: what to do, in both languages.
func (s *Server) enrolHelp(w http.ResponseWriter, r *http.Request) {
	lang := language(r)
	s.writeOwnPage(w, http.StatusForbidden, ownPageData{Lang: lang, Title: s.text(lang, "enrol.help.title"), Text: s.text(lang, "enrol.help.text")})
}

// enrolPage asks for the press of a key: a link that is only looked at (by a preview, or twice) must not use up the code.
func (s *Server) enrolPage(w http.ResponseWriter, r *http.Request) {
	lang := language(r)
	s.writeOwnPage(w, http.StatusOK, ownPageData{Lang: lang, Title: s.text(lang, "enrol.title"), Text: s.text(lang, "enrol.text"), Action: s.text(lang, "enrol.key")})
}

func (s *Server) enrol(w http.ResponseWriter, r *http.Request) {
	key, t, err := s.auth.Enrol(r.PathValue("code"))
	if err != nil {
		if !errors.Is(err, auth.ErrBadCode) {
			s.log.Error("a terminal could not be enrolled", "error", err)
		}
		lang := language(r)
		s.writeOwnPage(w, http.StatusGone, ownPageData{Lang: lang, Title: s.text(lang, "enrol.gone.title"), Text: s.text(lang, "enrol.gone.text")})
		return
	}
	http.SetCookie(w, s.cookies.Terminal(key))
	http.Redirect(w, r, terminalPage(t), http.StatusSeeOther)
}

func terminalPage(t auth.Terminal) string {
	if t.Role == auth.Kiosk {
		return "/kiosk/page/"
	}
	if t.Place != "" {
		return fmt.Sprintf("/display/page/?zone=%s", template.URLQueryEscaper(t.Place))
	}
	return "/display/page/"
}
