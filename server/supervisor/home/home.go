// Package home knows the start page of a hall's server: which page is for whom, at which address, and in a demonstration
// who may sign in. It must never know a ticket or a window.
package home

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"jiaohao/server/door"
	"jiaohao/server/hall"
)

//go:embed page
var page embed.FS

// Settings is what the start page tells besides the hall itself.
type Settings struct {
	Addresses []string                      // under which the server can be reached, without a slash at the end; the first one leads
	Password  string                        // of every account of a demonstration; empty in a real hall
	Text      func(lang, key string) string // a text of the shared messages
}

// Files are what the start page links.
func Files() fs.FS {
	inner, err := fs.Sub(page, "page")
	if err != nil {
		panic(err) // only a malformed name is an error, and this one is a constant
	}
	return inner
}

type audience struct{ Name, About, Path, Icon, Address string }

type account struct {
	Role  string
	Staff []string
}

type view struct {
	Lang, HTMLLang, Other, OtherName string
	Hall, Second                     string
	Demo                             bool
	Password                         string
	Pages                            []audience
	Accounts                         []account
	T                                func(key string) string
}

// Handler answers the start page. It needs no script: this is the page that must work on whatever machine asks first.
func Handler(s Settings, state func() hall.State) http.Handler {
	shell := template.Must(template.ParseFS(page, "page/index.html"))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var out bytes.Buffer
		if err := shell.Execute(&out, s.view(state(), door.Lang(r.Context()))); err != nil {
			slog.ErrorContext(r.Context(), "the start page cannot be made", "error", err)
			http.Error(w, "", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		if _, err := out.WriteTo(w); err != nil {
			slog.DebugContext(r.Context(), "an answer could not be sent", "error", err)
		}
	})
}

func (s Settings) view(st hall.State, lang string) view {
	other := map[string]string{"zh": "en", "en": "zh"}[lang]
	v := view{Lang: lang, HTMLLang: map[string]string{"zh": "zh-CN", "en": "en"}[lang], Other: other, OtherName: s.Text(other, "mode."+other),
		Demo: st.Founded().Demo, T: func(key string) string { return s.Text(lang, key) }, Pages: s.pages(lang)}
	if p := st.Plan(); p != nil {
		v.Hall, v.Second = p.Hall.Name.In(lang), p.Hall.Name.In(other)
		if v.Demo && s.Password != "" {
			v.Password, v.Accounts = s.Password, s.accounts(p, lang)
		}
	}
	return v
}

func (s Settings) pages(lang string) []audience {
	base := ""
	if len(s.Addresses) > 0 {
		base = s.Addresses[0]
	}
	list := make([]audience, 0, 4)
	for _, name := range []string{"kiosk", "display", "counter", "supervisor"} {
		list = append(list, audience{Name: s.Text(lang, "home."+name), About: s.Text(lang, "home.about."+name), Path: "/" + name,
			Address: base + "/" + name, Icon: name})
	}
	return list
}

// accounts lists the staff of the plan by the highest of their roles, those who may do most last.
func (s Settings) accounts(p *hall.Plan, lang string) []account {
	roles := []hall.Role{hall.RoleClerk, hall.RoleLead, hall.RoleSupervisor, hall.RoleAdministrator}
	list := make([]account, len(roles))
	for _, m := range p.Staff {
		for i := len(roles) - 1; i >= 0; i-- {
			if slices.Contains(m.Roles, roles[i]) {
				list[i].Staff = append(list[i].Staff, m.ID)
				break
			}
		}
	}
	for i, role := range roles {
		list[i].Role = s.Text(lang, "role."+string(role))
	}
	return slices.DeleteFunc(list, func(a account) bool { return len(a.Staff) == 0 })
}

// Line gives the numbers as one line.
func (a account) Line() string { return strings.Join(a.Staff, " · ") }
