package kiosk

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"

	"jiaohao/assets"
	"jiaohao/kiosk/phone"
	"jiaohao/server/door"
	"jiaohao/server/hall"
)

// servePhone writes the page behind a ticket's QR code.
func (k *Kiosk) servePhone(w http.ResponseWriter, r *http.Request) {
	s, t, err := k.find(r.Context(), r.PathValue("id"))
	if err != nil {
		k.phoneProblem(w, r, err)
		return
	}
	q := r.URL.Query()
	in := k.phoneInput(r, s, t)
	in.Ask, in.Told = asked(q.Get("ask"), &in), told(in.Lang, q.Get("told"))
	in.Level, _ = strconv.Atoi(q.Get("level"))
	if in.Ask == phone.AskRate && (in.Level < 1 || in.Level > 5) {
		in.Ask = ""
	}
	k.writePhone(w, r, http.StatusOK, phone.Make(in))
}

func (k *Kiosk) phoneInput(r *http.Request, s hall.State, t hall.Ticket) phone.Input {
	at := k.Now()
	view := k.ticketView(s, t, at)
	return phone.Input{State: s, Raw: t, Ticket: view.Ticket, Windows: view.Windows, Paused: view.Paused, Lang: door.Lang(r.Context()), At: at, Key: k.NewID()}
}

// asked lets a page be asked for only while its act is open; else the state of the ticket says what has happened.
func asked(ask string, in *phone.Input) string {
	stage := in.Raw.Leg().Stage
	switch {
	case ask == phone.AskDefer && (stage == hall.Waiting || stage == hall.Called),
		ask == phone.AskCancel && (stage == hall.Waiting || stage == hall.Called || stage == hall.Passed),
		ask == phone.AskRate && len(in.Ticket.Ratable) > 0,
		ask == phone.AskComplain:
		return ask
	}
	return ""
}

// told gives the words for what an act has led to, by its short name in the address.
func told(lang, name string) string {
	switch name {
	case "rating":
		return assets.Text(lang, "phone.thanks", nil)
	case "complaint":
		return assets.Text(lang, "phone.complained", nil)
	}
	return ""
}

// formBytes bounds a form of the phone page: 500 characters of text and what goes with them.
const formBytes = 16 << 10

// takePhoneForm takes an act from a phone without script, and sends the phone back to its page.
func (k *Kiosk) takePhoneForm(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, formBytes)
	if err := r.ParseForm(); err != nil {
		k.phoneProblem(w, r, door.NewProblem(r.Context(), "bad_request", nil))
		return
	}
	id, act := r.PathValue("id"), r.PostForm.Get("act")
	command := formCommand(act, r.PostForm)
	if command == nil {
		k.phoneProblem(w, r, door.NewProblem(r.Context(), "bad_request", nil))
		return
	}
	if _, err := k.do(formContext(r), id, command); err != nil {
		k.phoneRefused(w, r, err)
		return
	}
	back := url.Values{"lang": {door.Lang(r.Context())}, "told": {act}}
	http.Redirect(w, r, "/t/"+url.PathEscape(id)+"?"+back.Encode(), http.StatusSeeOther)
}

// formContext makes the sender the ticket's holder, and the form's own key the one under which it counts once: a form
// cannot send headers.
func formContext(r *http.Request) context.Context {
	ctx := door.AsCitizen(r.Context())
	c := door.Of(ctx)
	c.Key = r.PostForm.Get("key")
	sum := sha256.Sum256([]byte(r.URL.Path + "?" + r.PostForm.Encode()))
	c.Digest = sum[:]
	return door.With(ctx, c)
}

// formCommand reads the act of a form; nil for none that there is.
func formCommand(act string, f url.Values) func(hall.TicketKey) hall.Command {
	n := func(name string) int {
		v, err := strconv.Atoi(f.Get(name))
		if err != nil {
			return -1 // refused by the rules with the place that is wrong
		}
		return v
	}
	switch act {
	case "cancel":
		return cancel
	case "return":
		return comeBack
	case "defer":
		return func(key hall.TicketKey) hall.Command { return hall.Defer{Ticket: key, People: n("people")} }
	case "rating":
		return func(key hall.TicketKey) hall.Command {
			return hall.Rate{Ticket: key, Leg: n("leg"), Level: n("level"), Reasons: f["reasons"], Text: f.Get("text")}
		}
	case "complaint":
		return func(key hall.TicketKey) hall.Command {
			return hall.Complain{Ticket: key, Text: f.Get("text"), Phone: f.Get("phone")}
		}
	}
	return nil
}

// phoneRefused shows the ticket with the sentence of the refusal above it.
func (k *Kiosk) phoneRefused(w http.ResponseWriter, r *http.Request, refusal error) {
	s, t, err := k.find(r.Context(), r.PathValue("id"))
	var p *door.Problem
	if err != nil || !errors.As(refusal, &p) {
		k.phoneProblem(w, r, refusal)
		return
	}
	in := k.phoneInput(r, s, t)
	in.Told, in.Refused = p.Title+" · "+p.Detail, true
	k.writePhone(w, r, p.Status, phone.Make(in))
}

func (k *Kiosk) phoneProblem(w http.ResponseWriter, r *http.Request, err error) {
	var p *door.Problem
	if !errors.As(err, &p) {
		k.fail(w, r, err)
		return
	}
	k.writePhone(w, r, p.Status, phone.Problem(k.Desk.State(), door.Lang(r.Context()), p.Title, p.Detail))
}

// writePhone sends the page. It is its holder's alone: no cache keeps it, and no other site learns its address.
func (k *Kiosk) writePhone(w http.ResponseWriter, r *http.Request, status int, v phone.View) {
	page, err := k.phone.Write(v)
	if err != nil {
		k.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "private, no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	if _, err := w.Write(page); err != nil {
		slog.DebugContext(r.Context(), "a page was not taken", "error", err)
	}
}
