package supervisor

import (
	"fmt"
	"strconv"
	"strings"

	"jiaohao/assets"
	"jiaohao/server/hall"
	"jiaohao/server/stats"
	"jiaohao/server/supervisor/report"
)

// sheetOf puts a closing into words. The head is written as `jiaohao journal verify --head` takes it.
func sheetOf(state hall.State, c stats.Closing, lang string) report.Sheet {
	p := state.Plan()
	say := func(key string, params assets.Params) string {
		return assets.Text(lang, "supervisor.closing."+key, params)
	}
	out := closingOf(p, c)
	s := report.Sheet{Hall: p.Hall.Name.In(lang), Title: say("title", assets.Params{"date": out.Date}), Foot: say("foot", nil), At: c.Closed.At.In(p.Zone()),
		Facts: []report.Fact{{Label: say("opened", nil), Text: markText(p, c.Opened, say)}, {Label: say("closed", nil), Text: markText(p, c.Closed, say)},
			{Label: say("private", nil), Text: say("parts", assets.Params{"kept": c.Kept, "erased": c.Erased})}},
		Signs: []string{say("signed", nil), say("dated", nil)}, Total: cells(say("total", nil), out.Total)}
	if state.Founded().Demo {
		s.Demo = assets.Text(lang, "word.demo", nil)
	}
	for _, column := range closingColumns {
		s.Head = append(s.Head, say("column."+column, nil))
	}
	for _, row := range out.Services {
		s.Rows = append(s.Rows, cells(serviceName(p, row.Service, lang), row))
	}
	s.Proof = proofOf(p, out, say)
	return s
}

// serviceName is the id of a service that the plan no longer has.
func serviceName(p *hall.Plan, id, lang string) string {
	if service, known := p.Service(id); known {
		return service.Name.In(lang)
	}
	return id
}

var closingColumns = []string{"service", "issued", "called", "finished", "cases", "passed", "left", "cancelled", "abandoned", "unserved", "voided", "open", "mean", "p90"}

// cells are a row in the order of closingColumns.
func cells(name string, r ClosingRow) []string {
	out := []string{name}
	for _, n := range []int{r.Issued, r.Called, r.Finished, r.Cases, r.Passed, r.Left, r.Cancelled, r.Abandoned, r.Unserved, r.Voided, r.Open} {
		out = append(out, strconv.Itoa(n))
	}
	if r.Wait.Count == 0 {
		return append(out, "–", "–")
	}
	return append(out, tenths(r.Wait.MeanSeconds), tenths(r.Wait.P90Seconds))
}

// tenths gives seconds in minutes.
func tenths(seconds int) string { return strconv.FormatFloat(float64(seconds)/60, 'f', 1, 64) }

func markText(p *hall.Plan, m stats.Mark, say func(string, assets.Params) string) string {
	who := say("system", nil)
	if m.By.Staff() {
		member, _ := p.Member(m.By.ID)
		who = strings.TrimSpace(m.By.ID + " " + member.Name)
	}
	return m.At.In(p.Zone()).Format("2006-01-02 15:04:05") + "  " + who
}

func proofOf(p *hall.Plan, c Closing, say func(string, assets.Params) string) report.Proof {
	proof := report.Proof{Title: say("head", assets.Params{"seq": c.Head.Seq}), Notes: []string{say("check1", assets.Params{"seq": c.Head.Seq}), say("check2", nil)},
		Code: fmt.Sprintf("jiaohao:%s:%s:%d:%s", p.Hall.ID, c.Date, c.Head.Seq, c.Head.Chain)}
	for part := c.Head.Chain; part != ""; part = part[32:] {
		proof.Lines = append(proof.Lines, inFours(part[:32]))
	}
	return proof
}

// inFours sets figures apart so that they can be read out.
func inFours(figures string) string {
	var b strings.Builder
	for i := 0; i < len(figures); i += 4 {
		b.WriteString(figures[i:i+4] + " ")
	}
	return strings.TrimSpace(b.String())
}
