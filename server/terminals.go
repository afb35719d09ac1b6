package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"html/template"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"jiaohao/server/auth"
	"jiaohao/server/door"
)

// TerminalView is an enrolled kiosk, board, pad or call pad.
type TerminalView struct {
	Name       string `json:"name"`
	Role       string `json:"role" enum:"kiosk,board,pad,callpad"`
	Place      string `json:"place,omitempty"`
	Enrolled   bool   `json:"enrolled"`
	EnrolledAt string `json:"enrolledAt,omitempty"`
	SeenAt     string `json:"seenAt,omitempty"`
	Address    string `json:"address,omitempty" doc:"From where its key was last used"`
	Sockets    int    `json:"sockets" doc:"Open now"`
	TwiceAt    string `json:"twiceAt,omitempty" doc:"When its key was last found in use at two addresses at once"`
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

type renameInput struct {
	Name string `path:"name"`
	Body struct {
		Name string `json:"name" pattern:"^[a-z0-9-]{1,32}$"`
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
			t, err := s.addTerminal(in.Body.Name, in.Body.Role, in.Body.Place, door.Actor(ctx).ID)
			return &struct{ Body NewTerminal }{t}, door.Refuse(ctx, err)
		})
	huma.Register(api, huma.Operation{OperationID: "revoke-terminal", Method: http.MethodDelete, Path: "/api/v1/terminals/{name}",
		DefaultStatus: 204, Summary: "Revoke a terminal", Tags: []string{"administration"}, Errors: []int{404}},
		func(ctx context.Context, in *struct {
			Name string `path:"name"`
		}) (*struct{}, error) {
			return nil, door.Refuse(ctx, terminalRefusal(s.auth.Revoke(in.Name, door.Actor(ctx).ID)))
		})
	huma.Register(api, huma.Operation{OperationID: "rename-terminal", Method: http.MethodPost, Path: "/api/v1/terminals/{name}/rename",
		DefaultStatus: 200, Summary: "Give a terminal another name; its key stays", Tags: []string{"administration"}, Errors: []int{404, 409, 422}},
		func(ctx context.Context, in *renameInput) (*struct{ Body TerminalView }, error) {
			t, err := s.auth.Rename(in.Name, in.Body.Name, door.Actor(ctx).ID)
			return &struct{ Body TerminalView }{s.terminalView(t)}, door.Refuse(ctx, terminalRefusal(err))
		})
}

func (s *Server) listTerminals(ctx context.Context, _ *struct{}) (*terminalList, error) {
	out := &terminalList{}
	out.Body.Items = []TerminalView{}
	for _, t := range s.auth.Terminals() {
		out.Body.Items = append(out.Body.Items, s.terminalView(t))
	}
	return out, nil
}

func (s *Server) terminalView(t auth.Terminal) TerminalView {
	return TerminalView{Name: t.Name, Role: string(t.Role), Place: t.Place, Enrolled: !t.EnrolledAt.IsZero(), EnrolledAt: s.stampOf(t.EnrolledAt),
		SeenAt: s.stampOf(t.SeenAt), Address: t.Address, Sockets: s.hub.Sockets(terminalOwner + t.Name), TwiceAt: s.stampOf(t.TwiceAt)}
}

// stampOf is stamp, and nothing for what never was.
func (s *Server) stampOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return s.stamp(t)
}

func (s *Server) addTerminal(name, role, place, by string) (NewTerminal, error) {
	t, code, err := s.auth.AddTerminal(name, auth.Role(role), place, by)
	if err != nil {
		return NewTerminal{}, terminalRefusal(err)
	}
	return NewTerminal{TerminalView: s.terminalView(t), Path: "/enrol/" + code, ValidUntil: s.stamp(t.CodeUntil)}, nil
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
		t, err := s.addTerminal(in.Name, in.Role, in.Place, "")
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
	http.Redirect(w, r, cmp.Or(pageOf(t.Role), "/"), http.StatusSeeOther)
}

// pageOf is where a terminal's browser goes on; pads have no page of the server's yet. A board finds the zone where it stands by itself.
func pageOf(role auth.Role) string {
	return map[auth.Role]string{auth.Kiosk: "/kiosk/page/", auth.Board: "/display/page/"}[role]
}
