package display

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"jiaohao/server/door"
)

//go:embed shell.html plain.html
var templateFiles embed.FS

var templates = template.Must(template.ParseFS(templateFiles, "shell.html", "plain.html"))

// first is what the page finds in itself, so that a board shows something before its first frame.
type first struct {
	Zone   string `json:"zone,omitempty"`
	Window string `json:"window,omitempty"`
	Lang   string `json:"lang"`
	At     string `json:"at"`
	Data   Board  `json:"data"`
}

// shell gives the page with its first view inside. The voice is left to the live view: a page that only loads must not
// begin an announcement.
func (d *Display) shell(w http.ResponseWriter, r *http.Request) {
	scope, board, err := d.boardFor(r)
	if err != nil {
		refuse(w, r, err)
		return
	}
	f := first{Zone: scope.Zone, Window: scope.Window, Lang: language(r), At: string(board.Hall.Now), Data: board}
	data, err := json.Marshal(f)
	if err != nil {
		refuse(w, r, err)
		return
	}
	send(w, r, "shell.html", map[string]any{"Lang": htmlLang(f.Lang), "First": template.JS(inert(data)), "Window": scope.Window != ""})
}

// inert makes JSON safe inside a script element. json.Marshal writes <, > and & as escapes already; a test holds it to that.
func inert(data []byte) string { return strings.ReplaceAll(string(data), "</", `<\/`) }

func (d *Display) boardFor(r *http.Request) (Scope, Board, error) {
	scope, err := d.scope(r.Context(), r.URL.Query())
	if err != nil {
		return scope, Board{}, err
	}
	s := d.deps.Desk.State()
	return scope, d.silent(s, scope, d.book.of(s), d.deps.Now()), nil
}

func language(r *http.Request) string {
	if lang := r.URL.Query().Get("lang"); lang == "en" || lang == "zh" {
		return lang
	}
	return "zh"
}

func htmlLang(lang string) string {
	if lang == "en" {
		return "en"
	}
	return "zh-CN"
}

func send(w http.ResponseWriter, r *http.Request, name string, data any) {
	var page bytes.Buffer
	if err := templates.ExecuteTemplate(&page, name, data); err != nil {
		refuse(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(page.Len()))
	// The client may have gone; there is nobody left to tell.
	_, _ = page.WriteTo(w)
}

// refuse answers with a problem document.
func refuse(w http.ResponseWriter, r *http.Request, err error) {
	var problem *door.Problem
	if !errors.As(door.Refuse(r.Context(), err), &problem) {
		return // the request itself was given up
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(problem.Status)
	_ = json.NewEncoder(w).Encode(problem) // as in send
}
