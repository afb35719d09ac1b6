package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// auditedDay is a visit with everything that somebody may have to account for, on a running hall.
func auditedDay(t *testing.T) (data string, p *process, number, date string, ids []string) {
	t.Helper()
	data = t.TempDir()
	p = startProcess(t, data, "127.0.0.1:0")
	clerk, boss := p.signedIn(t, "1001"), p.signedIn(t, "8001")
	clerk.must(t, "POST", "/api/v1/windows/1/open", nil)
	var a, b takenTicket
	client{base: p.Base}.must(t, "POST", "/api/v1/tickets", map[string]any{"service": "household-birth",
		"person": map[string]string{"kind": "idcard", "value": herCard}}).into(t, &a)
	client{base: p.Base}.must(t, "POST", "/api/v1/tickets", map[string]any{"service": "household-birth"}).into(t, &b)
	clerk.must(t, "POST", "/api/v1/windows/1/next", nil)
	clerk.must(t, "POST", "/api/v1/windows/1/start", nil)
	clerk.must(t, "POST", "/api/v1/windows/1/finish", map[string]any{"outcome": "completed", "cases": 2})
	clerk.must(t, "POST", "/api/v1/tickets/by-number/"+a.Number+"/correct", map[string]any{"reason": "件数填错", "items": []map[string]any{{"outcome": "advised", "cases": 1}}})
	client{base: p.Base}.must(t, "POST", "/api/v1/tickets/"+a.ID+"/rating", map[string]any{"leg": 1, "level": 2, "text": "等了很久"})
	boss.must(t, "POST", "/api/v1/tickets/by-number/"+a.Number+"/void", map[string]string{"reason": "重复取号"})
	return data, p, a.Number, a.Date, []string{a.ID, b.ID}
}

// wantLines checks that the lines say these things, in this order, and never a secret.
func wantLines(t *testing.T, out string, ids []string, want ...string) {
	t.Helper()
	rest := out
	for _, text := range want {
		_, after, found := strings.Cut(rest, text)
		if !found {
			t.Errorf("no %q in order in\n%s", text, out)
		}
		rest = after
	}
	for _, secret := range append(ids, herCard, "330****") {
		if strings.Contains(out, secret) {
			t.Fatalf("%q is told in\n%s", secret, out)
		}
	}
}

// TestAuditTellsATicket: the same on a running hall, at rest and from a backup; in both languages; erased texts are said to be.
func TestAuditTellsATicket(t *testing.T) {
	data, p, number, date, ids := auditedDay(t)
	code, running, errs := commandOn(t, data, "audit", "--ticket", number)
	if code != 0 {
		t.Fatalf("%d %s", code, errs)
	}
	wantLines(t, running, ids, "取号 "+number, "出示了身份证", "1001 ", "叫号 "+number+" 到 1 号窗口。", "等了 0 分", "开始办理", "办结：", "更正结果：", "写明：件数填错", "市民",
		"评价：不满意", "写明：等了很久", "8001 ", "作废", "写明：重复取号")
	if strings.Count(running, "取号 ") != 1 || strings.Count(running, "\n") != 7 {
		t.Errorf("another ticket's lines are there:\n%s", running)
	}
	backup := filepath.Join(t.TempDir(), "copy.db")
	if code, _, errs := commandOn(t, data, "backup", backup); code != 0 {
		t.Fatal(errs)
	}
	p.stop(t)
	for _, args := range [][]string{{}, {"--file", backup}, {"--date", date}} {
		if code, out, errs := commandOn(t, data, append([]string{"audit", "--ticket", number}, args...)...); code != 0 || out != running {
			t.Errorf("%v: %d %s\n%s\nnot\n%s", args, code, errs, out, running)
		}
	}
	code, out, _ := commandOn(t, data, "audit", "--ticket", number, "--lang", "en")
	if code != 0 {
		t.Error(code)
	}
	wantLines(t, out, ids, "took "+number, "called "+number+" to window 1. ", "waited 0 min", "wrote: 重复取号")
	if code, _, errs := commandOn(t, data, "erase", "--ticket", date+"/"+number, "--by", "8001", "--yes"); code != 0 {
		t.Fatal(errs)
	}
	_, out, _ = commandOn(t, data, "audit", "--ticket", number)
	wantLines(t, out, append(ids, "等了很久", "重复取号", "件数填错"), "证件信息已清除", "叫号", "更正结果", "写的内容已清除", "作废；写的内容已清除")
	_, out, _ = commandOn(t, data, "audit", "--staff", "8001")
	wantLines(t, out, ids, "作废", "清除 4 条记录里一个人的个人信息")
}

func TestAuditFilters(t *testing.T) {
	data, p, number, _, ids := auditedDay(t)
	defer p.stop(t)
	for _, row := range []struct {
		args []string
		code int
		want []string
	}{
		{[]string{"--staff", "1001"}, 0, []string{"开放 1 号窗口", "叫号 " + number, "更正结果"}},
		{[]string{"--window", "1"}, 0, []string{"开放 1 号窗口", "叫号"}},
		{[]string{"--staff", "1001", "--ticket", number}, 0, []string{"叫号", "办结", "更正结果"}},
		{[]string{"--staff", "1005"}, 1, []string{"nothing of the kind"}},
		{[]string{"--ticket", "Z999"}, 1, []string{"no ticket"}},
		{[]string{"--ticket", number, "--date", "1999-01-01"}, 1, []string{"no such business day"}},
		{[]string{"--ticket", "17"}, 1, []string{"is not a number"}}, {[]string{"--ticket", number, "--date", "soon"}, 1, []string{"is not a date"}},
		{[]string{"--ticket", number, "--lang", "fr"}, 1, []string{"not zh or en"}}, {nil, 2, []string{"Usage"}}, {[]string{"--ticket", number, "more"}, 2, []string{"Usage"}},
	} {
		code, out, errs := commandOn(t, data, append([]string{"audit"}, row.args...)...)
		if code != row.code {
			t.Errorf("%v: %d, want %d\n%s%s", row.args, code, row.code, out, errs)
		}
		wantLines(t, out+errs, ids, row.want...)
	}
	_, out, _ := commandOn(t, data, "audit", "--staff", "1001")
	if strings.Contains(out, "作废") || strings.Contains(out, "市民") {
		t.Errorf("others' deeds are there:\n%s", out)
	}
}
