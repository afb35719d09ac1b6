package server

import (
	"errors"
	"html/template"
	"net/http"

	"jiaohao/server/auth"
	"jiaohao/server/hall"
)

var setupPage = template.Must(template.New("setup").Parse(`<!doctype html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{.Title}}</title><link rel="stylesheet" href="/assets/css/base.css"></head>
<body><main class="card"><h1>{{.Title}}</h1><p>{{.Text}}</p>{{if .Error}}<p role="alert" class="notice notice--bad">{{.Error}}</p>{{end}}
{{if .Form}}<form method="post">
<p class="field"><label class="field__label" for="code">{{.Code}}</label><input class="field__input" id="code" name="code" required autocomplete="off"></p>
<p class="field"><label class="field__label" for="staff">{{.Staff}}</label><input class="field__input" id="staff" name="staff" required autocomplete="username"></p>
<p class="field"><label class="field__label" for="password">{{.Password}}</label><input class="field__input" id="password" name="password" type="password" required minlength="12" autocomplete="new-password"></p>
<button class="key key--action">{{.Key}}</button></form>{{end}}</main></body></html>
`))

type setupView struct {
	Lang, Title, Text, Error, Code, Staff, Password, Key string
	Form                                                 bool
}

func (s *Server) setupView(r *http.Request) setupView {
	lang := language(r)
	t := func(key string) string { return s.text(lang, key) }
	v := setupView{Lang: lang, Title: t("setup.title"), Text: t("setup.text"), Code: t("setup.code"), Staff: t("setup.staff"),
		Password: t("setup.password"), Key: t("setup.key"), Form: true}
	if !s.auth.NeedsSetUp() {
		v.Text, v.Form = t("setup.done"), false
	}
	return v
}

func (s *Server) writeSetup(w http.ResponseWriter, status int, v setupView) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if err := setupPage.Execute(w, v); err != nil {
		s.log.Debug("a page could not be sent", "error", err)
	}
}

// showSetup is the page on which the first administrator's password is made, with the code that the first start printed.
func (s *Server) showSetup(w http.ResponseWriter, r *http.Request) {
	s.writeSetup(w, http.StatusOK, s.setupView(r))
}

func (s *Server) setUp(w http.ResponseWriter, r *http.Request) {
	v := s.setupView(r)
	if !v.Form {
		s.writeSetup(w, http.StatusGone, v)
		return
	}
	err := s.auth.SetUp(r.Context(), r.PostFormValue("code"), r.PostFormValue("staff"), r.PostFormValue("password"), address(r))
	if err == nil {
		http.Redirect(w, r, "/supervisor", http.StatusSeeOther)
		return
	}
	v.Error = s.setupError(v.Lang, err)
	s.writeSetup(w, http.StatusUnprocessableEntity, v)
}

// setupError says what to do, and leaves the cause of anything unexpected to the log.
func (s *Server) setupError(lang string, err error) string {
	var weak auth.ErrWeakPassword
	var throttled auth.ErrThrottled
	switch {
	case errors.Is(err, auth.ErrBadCode):
		return s.text(lang, "setup.error.code")
	case errors.Is(err, auth.ErrNotAdministrator), errors.Is(err, auth.ErrUnknownStaff):
		return s.text(lang, "setup.error.staff")
	case errors.As(err, &weak):
		return s.text(lang, "setup.error.password")
	case errors.As(err, &throttled), errors.Is(err, auth.ErrBusy):
		title, _ := s.say(lang, "rate_limited", map[string]any{"seconds": 60})
		return title
	}
	s.log.Error("the set-up failed", "error", err)
	title, _ := s.say(lang, string(hall.Code("internal")), nil)
	return title
}
