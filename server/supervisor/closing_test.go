package supervisor

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jiaohao/server/door"
	"jiaohao/server/hall"
	"jiaohao/server/stats"
	"jiaohao/server/supervisor/report"
)

// someClosing is a day whose figures say which they are.
func someClosing(t *testing.T) stats.Closing {
	t.Helper()
	c := stats.Closing{Date: 20261123, Opened: stats.Mark{Seq: 4, At: moment(t, "2026-11-23T08:00:00+08:00")},
		Closed: stats.Mark{Seq: 5021, At: moment(t, "2026-11-23T17:41:08+08:00"), By: hall.Actor{Kind: hall.Clerk, ID: "8001"}}, Kept: 31, Erased: 2}
	for i := range c.Chain {
		c.Chain[i] = byte(i * 7)
	}
	row := func(service string, n int) stats.Counts {
		return stats.Counts{Service: service, Cancelled: n + 6, Voided: n + 7, Open: 1, Row: stats.Row{Issued: n, Called: n + 1, Finished: n + 2, Cases: n + 3,
			Passed: n + 4, Left: 1, Abandoned: n + 5, Unserved: 2, Wait: stats.Quantiles{Count: 9, MeanSeconds: 60 * n, P90Seconds: 90 * n}}}
	}
	c.Services = []stats.Counts{row("idcard", 10), row("transfer", 20), row("gone-since", 30)}
	c.Services[2].Wait = stats.Quantiles{}
	c.Total = row("", 60)
	return c
}

func TestClosingReport(t *testing.T) {
	w := newWorld(t)
	w.console.Closing = func(_ context.Context, date hall.Date) (stats.Closing, error) {
		if date != 20261123 {
			return stats.Closing{}, hall.Refuse(hall.NotFound, "date", date.String())
		}
		return someClosing(t), nil
	}
	const path = "/api/v1/day/2026-11-23/closing"
	code, _, answer := w.ask(boss, http.MethodGet, path, "")
	head, _ := answer["head"].(map[string]any)
	closed, _ := answer["closed"].(map[string]any)
	total, _ := answer["total"].(map[string]any)
	if code != 200 || head["seq"] != 5021.0 || len(head["chain"].(string)) != 64 || closed["staff"] != "8001" || closed["name"] != "值班主任" || total["issued"] != 60.0 {
		t.Errorf("%d %v", code, answer)
	}
	for _, by := range []hall.Actor{clerk, lead} {
		for _, path := range []string{path, path + ".pdf"} {
			if code, _, answer := w.ask(by, http.MethodGet, path, ""); code != 403 || answer["code"] != "forbidden" {
				t.Errorf("%s as %s: %d %v", path, by.ID, code, answer)
			}
		}
	}
	for path, status := range map[string]int{"/api/v1/day/2026-11-24/closing": 404, "/api/v1/day/yesterday/closing": 422, "/api/v1/day/2026-13-40/closing.pdf": 422} {
		if code, _, answer := w.ask(boss, http.MethodGet, path, ""); code != status {
			t.Errorf("%s: %d %v", path, code, answer)
		}
	}
	code, raw := w.file(boss, path+".pdf")
	if code != 200 || !bytes.HasPrefix(raw, []byte("%PDF-")) {
		t.Errorf("%d %.60q", code, raw)
	}
	if folder := os.Getenv("JIAOHAO_SHOTS"); folder != "" {
		if err := os.WriteFile(filepath.Join(folder, "closing.pdf"), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// file asks for what is not JSON.
func (w *world) file(by hall.Actor, path string) (int, []byte) {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	out := httptest.NewRecorder()
	w.api.ServeHTTP(out, r.WithContext(door.With(r.Context(), door.Caller{Actor: by, Lang: "zh"})))
	return out.Code, out.Body.Bytes()
}

// TestClosingSheet: everything that stands on the paper is in words, and the head is as the command takes it.
func TestClosingSheet(t *testing.T) {
	w := newWorld(t)
	for lang, want := range map[string][]string{"zh": {"云岭县政务服务中心", "2026-11-23 结束报告", "自动", "8001 值班主任", "保留 31 条", "身份证", "gone-since", "演示"},
		"en": {"Yunling County Service Centre", "by itself", "8001 值班主任", "31 records kept", "ID card", "gone-since"}} {
		s := sheetOf(w.state, someClosing(t), lang)
		text := strings.Join(append([]string{s.Hall, s.Title, s.Demo, s.Facts[0].Text, s.Facts[1].Text, s.Facts[2].Text}, first(s.Rows)...), "|")
		for _, word := range want {
			if !strings.Contains(text, word) {
				t.Errorf("%s: no %q in %s", lang, word, text)
			}
		}
		if strings.Contains(text, "supervisor.") || !strings.HasPrefix(s.Proof.Code, "jiaohao:yunling:2026-11-23:5021:00070e15") {
			t.Errorf("%s: %s %s", lang, text, s.Proof.Code)
		}
		if got := strings.ReplaceAll(strings.Join(s.Proof.Lines, ""), " ", ""); len(got) != 64 || !strings.HasSuffix(s.Proof.Code, got) {
			t.Errorf("the lines say %s, the code %s", got, s.Proof.Code)
		}
		for _, row := range append(s.Rows, s.Total) {
			if len(row) != len(s.Head) {
				t.Errorf("%d cells under %d heads", len(row), len(s.Head))
			}
		}
	}
}

func first(rows [][]string) (names []string) {
	for _, r := range rows {
		names = append(names, r[0])
	}
	return names
}

// TestLongClosing goes over pages and draws the same bytes twice.
func TestLongClosing(t *testing.T) {
	w := newWorld(t)
	c := someClosing(t)
	for range 80 {
		c.Services = append(c.Services, c.Services[0])
	}
	sheet := sheetOf(w.state, c, "zh")
	sheet.Rows[3][0] = "名字很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长的业务𬭎"
	one, missing, err := report.NewPress().PDF(t.Context(), sheet)
	two, _, err2 := report.NewPress().PDF(t.Context(), sheet)
	if err != nil || err2 != nil || !bytes.Equal(one, two) || string(missing) != "𬭎" || bytes.Count(one, []byte("/Type /Page\n")) < 3 {
		t.Errorf("%v %v, equal %v, missing %q, %d pages", err, err2, bytes.Equal(one, two), string(missing), bytes.Count(one, []byte("/Type /Page\n")))
	}
	if folder := os.Getenv("JIAOHAO_SHOTS"); folder != "" {
		if err := os.WriteFile(filepath.Join(folder, "closing-long.pdf"), one, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// dangerous are beginnings that some spreadsheet takes for a formula.
var dangerous = []string{"=HYPERLINK(\"http://x\",\"y\")", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1+1", "＋1", "－1", "＠SUM", "\ufeff=1", "\u200b=1", "\u00a0=1"}

// calculated reports whether a spreadsheet would take a cell for a formula: it looks through blanks, as the most generous one does.
func calculated(cell string) bool {
	cell = strings.TrimLeft(cell, " \t\r\n\u00a0\u3000\u200b\ufeff")
	return cell != "" && strings.ContainsAny(cell[:len(string([]rune(cell)[0]))], "=+-@＝＋－＠")
}

func TestTableIsHarmless(t *testing.T) {
	for _, text := range dangerous {
		if !calculated(text) {
			t.Errorf("the check itself takes %q for harmless", text)
		}
		if got := harmless(text); calculated(got) || !strings.HasSuffix(got, text) {
			t.Errorf("%q becomes %q", text, got)
		}
	}
	for _, text := range []string{"", "身份证", "3", "0", "2026-11-23", "A-1", "a=b", "'quoted"} {
		if got := harmless(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

// TestTableOfFigures reads the table back: marked as UTF-8, as many cells in each row, no cell a formula, whatever services and staff are called.
func TestTableOfFigures(t *testing.T) {
	w := newWorld(t)
	plan := *w.state.Plan()
	plan.Services = append([]hall.Service{}, plan.Services...)
	plan.Staff = append([]hall.Staff{}, plan.Staff...)
	both := func(text string) hall.Name { return hall.Name{Zh: text, En: text} }
	plan.Services[0].Name, plan.Services[1].Name, plan.Staff[0].Name = both(dangerous[0]), both("含\"引号\",逗号\n换行"), "@cmd|' /C calc'!A0"
	answer := StatsAnswer{From: "2026-11-23", To: "2026-11-23", Rows: []StatsRow{
		{By: map[string]string{"service": "idcard", "staff": "1001"}, Issued: 3, Wait: Durations{Count: 2, MeanSeconds: 61}},
		{By: map[string]string{"service": "transfer", "staff": ""}, Issued: 4}}}
	for lang, head := range map[string]string{"zh": "业务", "en": "Service"} {
		raw, err := tableOf(&plan, answer, lang)
		if err != nil || !bytes.HasPrefix(raw, []byte("\xef\xbb\xbf"+head+",")) || bytes.Count(raw, []byte("\r\n")) != 4 { // one of them inside a name
			t.Fatalf("%v\n%s", err, raw)
		}
		rows, err := csv.NewReader(bytes.NewReader(raw[3:])).ReadAll()
		if err != nil || len(rows) != 3 || len(rows[0]) != 4+9+20 || rows[1][1] != "'"+dangerous[0] {
			t.Fatalf("%v %d rows\n%q", err, len(rows), rows)
		}
		for _, row := range rows {
			for _, cell := range row {
				if calculated(cell) {
					t.Errorf("%q is a formula", cell)
				}
			}
		}
		if rows[1][3] != "'@cmd|' /C calc'!A0" || rows[1][4] != "3" || strings.Contains(strings.Join(rows[0], ""), "supervisor.") {
			t.Errorf("%q\n%q", rows[0], rows[1])
		}
	}
}

// TestTableHasTheRightsOfTheFigures: clerks get their own, as everywhere.
func TestTableHasTheRightsOfTheFigures(t *testing.T) {
	w := newWorld(t)
	if code, _, answer := w.ask(clerk, http.MethodGet, "/api/v1/stats.csv?by=staff&staff=1005", ""); code != 403 || answer["code"] != "forbidden" {
		t.Errorf("somebody else's figures: %d %v", code, answer)
	}
	w.asked = nil
	code, raw := w.file(clerk, "/api/v1/stats.csv?by=service&from=2026-11-20&to=2026-11-23")
	if code != 200 || !bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")) || len(w.asked) != 1 || w.asked[0].Staff != "1001" {
		t.Errorf("%d %q %+v", code, raw, w.asked)
	}
}
