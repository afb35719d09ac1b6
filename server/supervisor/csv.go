package supervisor

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"

	"jiaohao/assets"
	"jiaohao/server/door"
	"jiaohao/server/hall"
)

func (s *Supervisor) registerCSV(api huma.API) {
	op := huma.Operation{OperationID: "stats-csv", Method: http.MethodGet, Path: "/api/v1/stats.csv",
		Summary: "The figures of the same question as a table for spreadsheets", Tags: []string{"stats"}, Errors: []int{401, 403, 422}}
	huma.Register(api, media(op, "text/csv"), func(ctx context.Context, in *statsInput) (*file, error) {
		answer, err := s.stats(ctx, in)
		if err != nil {
			return nil, door.Refuse(ctx, err)
		}
		table, err := tableOf(s.Desk.State().Plan(), answer, door.Lang(ctx))
		if err != nil {
			return nil, door.Refuse(ctx, err)
		}
		return &file{ContentType: "text/csv; charset=utf-8; header=present", Body: table,
			Disposition: `attachment; filename="figures-` + answer.From + "-" + answer.To + `.csv"`}, nil
	})
}

// byteOrderMark tells spreadsheets that the table is UTF-8: without it they read Chinese as something else.
const byteOrderMark = "\ufeff"

// tableOf writes figures as RFC 4180 says, so that no cell is ever taken for a formula.
func tableOf(p *hall.Plan, a StatsAnswer, lang string) ([]byte, error) {
	by := dimensionsIn(a.Rows)
	out := bytes.NewBufferString(byteOrderMark)
	w := csv.NewWriter(out)
	w.UseCRLF = true
	rows := [][]string{headOf(by, lang)}
	for _, r := range a.Rows {
		rows = append(rows, lineOf(p, r, by, lang))
	}
	for _, cells := range rows {
		for i := range cells {
			cells[i] = harmless(cells[i])
		}
		if err := w.Write(cells); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return out.Bytes(), w.Error()
}

// harmless puts an apostrophe before what a spreadsheet would calculate instead of show: it begins with one of = + - @, also
// in full width and behind blanks, tabs and other marks that are not seen. No figure begins so, none is below zero.
func harmless(cell string) string {
	seen := strings.TrimLeftFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) })
	if strings.HasPrefix(cell, "\t") || strings.HasPrefix(cell, "\r") || seen != "" && strings.ContainsRune("=+-@＝＋－＠﹦﹢﹣﹫−", []rune(seen)[0]) {
		return "'" + cell
	}
	return cell
}

// order is how the groups of a question stand in a table, whatever the order in which they were asked for.
var order = []string{"date", "hour", "department", "service", "window", "staff", "class"}

func dimensionsIn(rows []StatsRow) []string {
	var by []string
	for _, name := range order {
		for _, r := range rows {
			if _, asked := r.By[name]; asked {
				by = append(by, name)
				break
			}
		}
	}
	return by
}

// named are the groups that have a name beside their id.
var named = map[string]func(p *hall.Plan, id, lang string) string{
	"department": func(p *hall.Plan, id, lang string) string {
		for _, d := range p.Departments {
			if d.ID == id {
				return d.Name.In(lang)
			}
		}
		return ""
	},
	"service": func(p *hall.Plan, id, lang string) string { s, _ := p.Service(id); return s.Name.In(lang) },
	"window":  func(p *hall.Plan, id, lang string) string { w, _ := p.Window(id); return w.Label.In(lang) },
	"staff":   func(p *hall.Plan, id, lang string) string { m, _ := p.Member(id); return m.Name },
	"class":   func(p *hall.Plan, id, lang string) string { c, _ := p.Class(id); return c.Name.In(lang) },
}

func headOf(by []string, lang string) []string {
	var cells []string
	for _, name := range by {
		word := assets.Text(lang, "supervisor.csv."+name, nil)
		cells = append(cells, word)
		if named[name] != nil {
			cells = append(cells, assets.Text(lang, "supervisor.csv.nameOf", assets.Params{"what": word}))
		}
	}
	for _, name := range []string{"issued", "called", "finished", "cases", "passed", "gone", "left", "unserved", "doubtful"} {
		cells = append(cells, assets.Text(lang, "supervisor.report."+name, nil))
	}
	for _, what := range []string{"wait", "way", "handling", "stay"} {
		word := assets.Text(lang, "supervisor.csv."+what, nil)
		for _, of := range []string{"count", "mean", "p50", "p90", "p99"} {
			cells = append(cells, assets.Text(lang, "supervisor.csv.of."+of, assets.Params{"what": word}))
		}
	}
	return cells
}

// lineOf is a row in the order of headOf; times in seconds.
func lineOf(p *hall.Plan, r StatsRow, by []string, lang string) []string {
	var cells []string
	for _, name := range by {
		id := r.By[name]
		cells = append(cells, id)
		if nameOf := named[name]; nameOf != nil {
			cells = append(cells, nameOf(p, id, lang))
		}
	}
	figures := []int{r.Issued, r.Called, r.Finished, r.Cases, r.Passed, r.Abandoned, r.Left, r.Unserved, r.Doubtful}
	for _, d := range []Durations{r.Wait, r.Way, r.Handling, r.Stay} {
		figures = append(figures, d.Count, d.MeanSeconds, d.P50Seconds, d.P90Seconds, d.P99Seconds)
	}
	for _, n := range figures {
		cells = append(cells, strconv.Itoa(n))
	}
	return cells
}
