package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jiaohao/server/hall"
)

func TestDiffPlans(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(p *hall.Plan)
		want   []string
	}{
		{"nothing", func(*hall.Plan) {}, nil},
		{"an empty list for none", func(p *hall.Plan) { p.Notices = []hall.Notice{} }, nil},
		{"a value", func(p *hall.Plan) { p.Services[0].UsualMinutes = 9 }, []string{"services[id-card].usualMinutes: 7.5 → 9"}},
		{"a text", func(p *hall.Plan) { p.Services[0].Name.Zh = "居民身份证 <新>" }, []string{`services[id-card].name.zh: "身份证" → "居民身份证 <新>"`}},
		{"a value that was not said", func(p *hall.Plan) { p.Services[0].PromiseMinutes = 20 }, []string{"services[id-card].promiseMinutes: nothing → 20"}},
		{"a value no longer said", func(p *hall.Plan) { p.Rules.Choosing = false }, []string{"rules.choosing: true → nothing"}},
		{"a text no longer said", func(p *hall.Plan) { p.Classes[0].Hint = hall.Name{} },
			[]string{`classes[ordinary].hint.en: "first come" → nothing`, `classes[ordinary].hint.zh: "先来先办" → nothing`}},
		{"a default", func(p *hall.Plan) { p.Rules.MaxCalls = 4 }, []string{"rules.maxCalls: 6 → 4"}},
		{"added", func(p *hall.Plan) {
			p.Windows = append(p.Windows, hall.Window{ID: "2", Label: hall.Name{Zh: "身份证"}, Zone: "a", Services: []string{"id-card"}})
			p.Staff = append(p.Staff, hall.Staff{ID: "1002", Name: "李建国"})
			p.Notices = []hall.Notice{{ID: "hours", Text: hall.Name{Zh: "周六开放"}}}
		}, []string{"+ notices[hours] 周六开放", "+ staff[1002] 李建国", "+ windows[2] 身份证"}},
		{"taken away", func(p *hall.Plan) { p.Staff, p.Calendar.Holidays = nil, nil }, []string{"- calendar.holidays[2999-01-01] 元旦", "- staff[1001] 王秀英"}},
		{"plain elements", func(p *hall.Plan) { p.Windows[0].Services = []string{"passport"} },
			[]string{"- windows[1].services[id-card]", "+ windows[1].services[passport]"}},
		{"hours", func(p *hall.Plan) { p.Calendar.Week[0].Bands[0] = "08:30-12:00" },
			[]string{"- calendar.week[0].bands[09:00-12:00]", "+ calendar.week[0].bands[08:30-12:00]"}},
		{"elements without ids", func(p *hall.Plan) {
			p.Services[0].Guide.Materials = []hall.Material{{Name: hall.Name{Zh: "户口簿"}}}
		},
			[]string{"+ services[id-card].guide.materials[0] 户口簿"}},
		{"elements without a name", func(p *hall.Plan) { p.Services[0].Quotas = []hall.Quota{{Limit: 5}} }, []string{`+ services[id-card].quotas[0] {"limit":5}`}},
		{"the order", func(p *hall.Plan) { slices.Reverse(p.Calendar.Week[0].Days) }, []string{"calendar.week[0].days: the order changed"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			file := filepath.Join("testdata", "config", "small.yaml")
			old, now := planOf(t, file), planOf(t, file)
			row.change(now)
			got := DiffPlans(old, now)
			slices.Sort(got)
			slices.Sort(row.want)
			if !slices.Equal(got, row.want) {
				t.Errorf("differs by\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(row.want, "\n"))
			}
			if (PlanHash(old) == PlanHash(now)) != (len(got) == 0) {
				t.Error("hash and difference do not agree")
			}
			if back := DiffPlans(now, old); len(back) != len(got) {
				t.Errorf("the other way round %d lines, not %d: %q", len(back), len(got), back)
			}
		})
	}
}

func TestDiffPlansLeavesThePlansAlone(t *testing.T) {
	p := shippedPlan(t)
	hash, zone := PlanHash(p), p.Zone()
	DiffPlans(p, planOf(t, filepath.Join("testdata", "config", "small.yaml")))
	if PlanHash(p) != hash || p.Zone() != zone {
		t.Error("comparing changed a plan")
	}
}

// Elements whose ids repeat are told apart by place, in both plans alike.
func TestDiffOfListsWithRepeatedKeys(t *testing.T) {
	old := []any{map[string]any{"service": "a", "minutes": 1}}
	now := []any{map[string]any{"service": "a", "minutes": 1}, map[string]any{"service": "a", "minutes": 2}}
	d := &planDiff{}
	d.lists("prefer", old, now)
	if want := []string{`+ prefer[1] {"minutes":2,"service":"a"}`}; !slices.Equal(d.lines, want) {
		t.Errorf("differs by %q, want %q", d.lines, want)
	}
}
