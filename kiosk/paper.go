package kiosk

import (
	"strconv"
	"strings"

	"jiaohao/assets"
	"jiaohao/kiosk/phone"
	"jiaohao/kiosk/said"
	"jiaohao/kiosk/slip"
	"jiaohao/server/hall"
	"jiaohao/server/public"
)

// paper gives the words of a ticket's slip, in the ticket's language with the other as the second. What it says of the
// wait is what was said when the number was taken: a later print is the same slip again.
func (k *Kiosk) paper(s hall.State, t hall.Ticket) slip.Ticket {
	p, lang := s.Plan(), t.Lang
	other := otherOf(lang)
	service, _ := p.Service(t.Legs[0].Service)
	at := t.IssuedAt.In(p.Zone())
	return slip.Ticket{
		Hall: p.Hall.Name.In(lang), At: at.Format("01-02 15:04"), Bars: bars(s, t),
		Service: service.Name.In(lang), Second: different(service.Name, other, lang), Number: t.Number.String(), Class: className(p, t),
		Ahead: slip.Figure{Label: assets.Text(lang, "slip.ahead", nil), Value: strconv.Itoa(t.Ahead), After: assets.Text(lang, "unit.people", assets.Params{"n": t.Ahead})},
		Wait:  waitFigure(lang, t), Windows: watchedAtIssue(s, t),
		Plates: assets.Text(lang, "slip.plates", nil) + " " + assets.Text(other, "slip.platesShort", nil),
		Code:   k.code(t.ID), Title: k.codeTitle(lang), Hints: k.hints(p, lang), Foot: k.foot(t), IssuedAt: at,
	}
}

func otherOf(lang string) string {
	if lang == "en" {
		return "zh"
	}
	return "en"
}

// different gives a name in the other language, "" when it would repeat the first.
func different(n hall.Name, other, lang string) string {
	if second := n.In(other); second != n.In(lang) {
		return second
	}
	return ""
}

// bars lists what staff must see from afar.
func bars(s hall.State, t hall.Ticket) []string {
	list := []string{}
	if s.Founded().Demo {
		list = append(list, assets.Text(t.Lang, "demo.mark", nil))
	}
	if t.Printed > 0 {
		list = append(list, assets.Text(t.Lang, "slip.reprint", nil))
	}
	return list
}

func className(p *hall.Plan, t hall.Ticket) string {
	l := &t.Legs[0]
	if l.Claimed != "" {
		c, _ := p.Class(l.Claimed)
		return assets.Text(t.Lang, "slip.claimed", assets.Params{"name": c.Name.In(t.Lang)})
	}
	if l.Class == hall.Ordinary {
		return ""
	}
	c, _ := p.Class(l.Class)
	return assets.Text(t.Lang, "class.priority", assets.Params{"name": c.Name.In(t.Lang)})
}

func waitFigure(lang string, t hall.Ticket) slip.Figure {
	w := said.WaitOf(lang, t.Ahead, public.ExpectedOf(t.Promise))
	f := slip.Figure{Label: assets.Text(lang, "slip.wait", nil) + " " + assets.Text(otherOf(lang), "slip.wait", nil)}
	switch {
	case w.Value != "":
		f.Before, f.Value, f.After = assets.Text(lang, "wait.approx", nil), w.Value, w.Unit+" ("+w.Range+")"
	case w.Range != "":
		f.Value, f.After = w.Range, w.Unit
	default:
		f.Before = w.Text
	}
	return f
}

// mostPlates is how many plates a slip shows: more than that is a list nobody watches.
const mostPlates = 14

// watchedAtIssue lists the windows of a ticket's first service. Which of them are open changes, the paper does not.
func watchedAtIssue(s hall.State, t hall.Ticket) []string {
	windows := s.Plan().WindowsOf(t.Legs[0].Service)
	if t.Window != "" {
		windows = []string{t.Window}
	}
	return windows[:min(len(windows), mostPlates)]
}

func (k *Kiosk) codeTitle(lang string) string {
	if k.PublicURL == "" {
		return assets.Text(lang, "slip.keep", nil)
	}
	return assets.Text(lang, "slip.track", nil)
}

// hints says what the code is good for: following on the phone only where phones reach the hall.
func (k *Kiosk) hints(p *hall.Plan, lang string) []slip.Hint {
	list := []slip.Hint{}
	if k.PublicURL != "" {
		list = append(list, slip.Hint{Text: assets.Text(lang, "slip.trackHint", assets.Params{"n": phone.Near})})
	}
	after := p.Rules.ReturnAfterCalls
	return append(list, slip.Hint{Lead: assets.Text(lang, "slip.missed", nil), Text: assets.Text(lang, "slip.missedHint", assets.Params{"n": after})})
}

func (k *Kiosk) foot(t hall.Ticket) string {
	name := machine(t.By)
	if k.TerminalName != nil {
		name = k.TerminalName(t.By)
	}
	if t.Channel != channelKiosk || name == "" {
		return assets.Text(t.Lang, "slip.foot", nil)
	}
	return assets.Text(t.Lang, "slip.footMachine", assets.Params{"name": name})
}

// machine gives the figure at the end of a terminal's name, which is what stands on the machine: "1" of "kiosk-1".
func machine(terminal string) string {
	return terminal[len(strings.TrimRight(terminal, "0123456789")):]
}
