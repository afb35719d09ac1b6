package display

import (
	_ "embed"
	"fmt"
	"net/http"

	"jiaohao/assets"
	"jiaohao/server/hall"
	"jiaohao/server/public"
)

// Bounds of the plain board, the same as of the page.
const (
	plainRecent            = 5
	plainWindows           = 30
	plainNotice  hall.Time = 12_000
	plainYellow  hall.Time = 12_000
)

// plainPage is what the plain board's template is filled with: words and figures, ready to be set.
type plainPage struct {
	Lang, Title, Second, Date, Clock string
	Demo                             string
	Hero                             *plainCall
	Empty, EmptySecond               string
	Recent                           []plainCall
	Windows                          []plainCell
	Three                            bool
	NoticeLabel, Notice, Every       string
}

type plainCall struct {
	Number, Window, Label, Side, Go, Second, Service, Age string
	Size, PlateSize                                       int
	Calling                                               bool
}

type plainCell struct {
	Window, Number, Word, State string
	Size, PlateSize             int
	Outlined, Warn              bool
}

// plain gives the board for engines that run no modules: made by the server alone, asked for again every five seconds.
func (d *Display) plain(w http.ResponseWriter, r *http.Request) {
	_, board, err := d.boardFor(r)
	if err != nil {
		refuse(w, r, err)
		return
	}
	p := plainBoard{board: board, lang: language(r), at: d.deps.Now(), plan: d.deps.Desk.State().Plan()}
	send(w, r, "plain.html", p.page())
}

type plainBoard struct {
	board Board
	plan  *hall.Plan
	lang  string
	at    hall.Time
}

func (p plainBoard) page() plainPage {
	local := p.at.In(p.plan.Zone())
	name, second := p.names(p.board.Hall.Name)
	if p.board.Zone != nil {
		name, second = p.names(p.board.Zone.Name)
	}
	v := plainPage{Lang: htmlLang(p.lang), Title: name, Second: second, Clock: fmt.Sprintf("%d:%02d", local.Hour(), local.Minute()),
		Date: p.date(), Empty: p.word("display.standBy"), EmptySecond: assets.Text(other(p.lang), "display.standBy", nil), Every: p.word("display.plainEvery")}
	if p.board.Hall.Demo {
		v.Demo = assets.Text(p.lang, "demo.strip", nil)
	}
	p.calls(&v)
	for _, w := range p.board.Windows[:min(plainWindows, len(p.board.Windows))] {
		v.Windows = append(v.Windows, p.cell(w))
	}
	v.Three = len(v.Windows) > 20
	p.notice(&v)
	return v
}

func (p plainBoard) calls(v *plainPage) {
	for i, c := range p.board.Calls {
		switch {
		case i == 0:
			hero := p.call(c)
			v.Hero = &hero
		case i <= plainRecent:
			v.Recent = append(v.Recent, p.call(c))
		}
	}
}

func (p plainBoard) call(c Call) plainCall {
	age := p.at - stampTime(c.At)
	service, _ := p.names(c.Service)
	v := plainCall{Number: c.Number, Window: c.Window, Service: service, Age: p.ago(p.lang, age), Size: min(7, len(c.Number)),
		PlateSize: min(4, len(c.Window)), Calling: c.State == hall.Called.String() && age < plainYellow,
		Go:     assets.Text(p.lang, "window.goTo", assets.Params{"label": c.Window}),
		Second: assets.Text(other(p.lang), "window.goTo", assets.Params{"label": c.Window})}
	if v.Calling {
		v.Label = assets.Text(p.lang, "call.now", nil)
		v.Side = assets.Text(other(p.lang), "call.now", nil) + " · " + assets.Text(p.lang, "call.times", assets.Params{"n": c.Times})
		return v
	}
	v.Label, v.Side = p.word("display.lastCall"), v.Age+" · "+assets.Text(other(p.lang), "display.lastCall", nil)
	return v
}

func (p plainBoard) cell(w Window) plainCell {
	v := plainCell{Window: w.Window, Number: w.Number, State: w.State, PlateSize: min(4, len(w.Window)), Size: min(7, len(w.Number)),
		Outlined: w.Number == "" && w.State != hall.PostOpen.String(), Warn: w.Number == "" && w.State == hall.PostPaused.String()}
	switch {
	case w.Number != "":
		v.State = w.NumberState
	case w.State == hall.PostOpen.String():
		v.State = "free"
	}
	if w.Number == "" {
		v.Word = assets.Text(p.lang, "window.state."+v.State, nil)
	}
	return v
}

func (p plainBoard) notice(v *plainPage) {
	if n := p.board.Notices; len(n) > 0 {
		v.NoticeLabel = p.word("display.notice")
		v.Notice, _ = p.names(n[int(p.at/plainNotice)%len(n)].Text)
	}
}

func (p plainBoard) ago(lang string, age hall.Time) string {
	switch minutes := age / 60_000; {
	case minutes < 1:
		return assets.Text(lang, "time.ago.just", nil)
	case minutes < 120:
		return assets.Text(lang, "time.ago.minutes", assets.Params{"n": int(minutes)})
	default:
		return assets.Text(lang, "time.ago.hours", assets.Params{"n": int(minutes / 60)})
	}
}

func (p plainBoard) date() string {
	local := p.at.In(p.plan.Zone())
	month := assets.Text(p.lang, "time.month."+fmt.Sprint(int(local.Month())), nil)
	date := assets.Text(p.lang, "time.date", assets.Params{"day": local.Day(), "monthName": month})
	return assets.Text(p.lang, "time.dateWithDay", assets.Params{"date": date, "weekday": assets.Text(p.lang, "time.weekday."+fmt.Sprint(int(local.Weekday())), nil)})
}

// names gives a text in the leading language and, where it differs, in the other.
func (p plainBoard) names(n public.Name) (lead, second string) {
	both := hall.Name(n)
	if lead, second = both.In(p.lang), both.In(other(p.lang)); lead == second {
		second = ""
	}
	return lead, second
}

func (p plainBoard) word(key string) string { return assets.Text(p.lang, key, nil) }

func other(lang string) string {
	if lang == "en" {
		return "zh"
	}
	return "en"
}
