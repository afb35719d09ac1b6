package main

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"jiaohao/server/hall"
)

func shippedPlan(t testing.TB) *hall.Plan {
	t.Helper()
	c, warnings, err := load("shipped", shippedConfig, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(warnings) > 0 {
		t.Errorf("the shipped file is warned of: %q", warnings)
	}
	return &c.Plan
}

func TestShippedHallIsWhole(t *testing.T) {
	p := shippedPlan(t)
	if len(p.Departments) < 12 || len(p.Services) < 40 || len(p.Windows) != 20 {
		t.Errorf("%d departments, %d services, %d windows", len(p.Departments), len(p.Services), len(p.Windows))
	}
	for _, d := range p.Departments {
		if !slices.ContainsFunc(p.Services, func(s hall.Service) bool { return s.Department == d.ID }) {
			t.Errorf("department %s has no service", d.ID)
		}
	}
	for _, s := range p.Services {
		if len(p.WindowsOf(s.ID)) == 0 {
			t.Errorf("no window offers %s", s.ID)
		}
		if g := s.Guide; len(g.Materials) == 0 || len(g.Law) == 0 || g.Promised.Zh == "" || g.Legal.Zh == "" || g.Fee.Zh == "" || g.URL == "" || s.PromiseMinutes == 0 {
			t.Errorf("the guide of %s is not whole: %+v", s.ID, g)
		}
	}
	for _, z := range p.Zones {
		if !slices.ContainsFunc(p.Windows, func(w hall.Window) bool { return w.Zone == z.ID }) {
			t.Errorf("zone %s has no window", z.ID)
		}
	}
}

// Each kind of setting is shown at least once, as people copy from this file.
func TestShippedHallShowsEveryKindOfSetting(t *testing.T) {
	p := shippedPlan(t)
	count := map[string]int{}
	for _, s := range p.Services {
		count["queue: window"] += number(s.PerWindow() && s.Numbering == "window")
		count["quotas with a band"] += number(slices.ContainsFunc(s.Quotas, func(q hall.Quota) bool { return q.Band != "" }))
		count["quotas of a day"] += number(slices.ContainsFunc(s.Quotas, func(q hall.Quota) bool { return q.Band == "" }))
		count["hours"] += number(len(s.Hours) > 0)
		count["cutoffMinutes"] += number(s.CutoffMinutes > 0)
		count["unsure"] += number(s.Unsure)
	}
	for _, w := range p.Windows {
		count["prefer"] += number(len(w.Prefer) > 0)
	}
	for _, c := range p.Classes {
		count["strict"] += number(c.Strict)
		count[c.Proof]++
	}
	for _, kind := range []string{"queue: window", "quotas with a band", "quotas of a day", "hours", "cutoffMinutes", "unsure", "prefer", "strict",
		hall.ProofNone, hall.ProofIDCard, hall.ProofStaff, hall.ProofBooking} {
		if count[kind] == 0 {
			t.Errorf("the shipped file shows no %s", kind)
		}
	}
}

func number(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func TestShippedStaffAreTheDemoAccounts(t *testing.T) {
	p := shippedPlan(t)
	for n := 1001; n <= 1024; n++ {
		s, ok := p.Member(strconv.Itoa(n))
		if !ok || !slices.Equal(s.Roles, []hall.Role{hall.RoleClerk}) || len(s.Windows) > 0 || len(s.Departments) == 0 {
			t.Errorf("clerk %d is %+v", n, s)
		}
	}
	for id, role := range map[string]hall.Role{"7001": hall.RoleLead, "7002": hall.RoleLead, "8001": hall.RoleSupervisor, "9001": hall.RoleAdministrator} {
		if s, ok := p.Member(id); !ok || !slices.Contains(s.Roles, role) {
			t.Errorf("%s is %+v, want a %s", id, s, role)
		}
	}
}

// texts calls see for every name of a plan.
func texts(v reflect.Value, at string, see func(at string, n hall.Name)) {
	switch v.Kind() {
	case reflect.Struct:
		if n, ok := v.Interface().(hall.Name); ok {
			see(at, n)
			return
		}
		for _, m := range members(v.Type()) {
			texts(v.Field(m.index), at+"."+m.name, see)
		}
	case reflect.Slice:
		for i := range v.Len() {
			texts(v.Index(i), at+"["+strconv.Itoa(i)+"]", see)
		}
	}
}

func TestEveryTextOfTheShippedHallIsInBothLanguages(t *testing.T) {
	seen := 0
	texts(reflect.ValueOf(*shippedPlan(t)), "plan", func(at string, n hall.Name) {
		seen++
		if n.Zh == "" || n.En == "" || n.Zh == n.En {
			t.Errorf("%s is %q in Chinese, %q in English", at, n.Zh, n.En)
		}
		if strings.ContainsFunc(n.En, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s is in Chinese in English: %q", at, n.En)
		}
		if !strings.ContainsFunc(n.Zh, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s is not Chinese: %q", at, n.Zh)
		}
	})
	if seen < 400 {
		t.Errorf("only %d texts were looked at", seen)
	}
}

func TestShippedIconsAreVendored(t *testing.T) {
	p := shippedPlan(t)
	icons := map[string]string{}
	for _, d := range p.Departments {
		icons["department "+d.ID] = d.Icon
	}
	for _, s := range p.Services {
		icons["service "+s.ID] = s.Icon
	}
	for _, c := range p.Classes {
		icons["class "+c.ID] = c.Icon
	}
	for _, r := range p.Rules.PauseReasons {
		icons["pause "+r.ID] = r.Icon
	}
	for what, icon := range icons {
		if _, err := os.Stat(filepath.Join("assets", "vendor", "lucide", icon+".svg")); icon == "" || err != nil {
			t.Errorf("the icon %q of %s: %v", icon, what, err)
		}
	}
}

// The notice of 2026: every make-up workday is on a weekend and no holiday, and the holidays are 33 days.
func TestShippedCalendarIsTheNoticeOf2026(t *testing.T) {
	c := shippedPlan(t).Calendar
	off := map[string]bool{}
	for _, d := range c.Holidays {
		off[d.Date] = true
	}
	if len(off) != 33 || len(c.Holidays) != 33 {
		t.Errorf("%d holidays on %d dates, want 33", len(c.Holidays), len(off))
	}
	var work []string
	for _, d := range c.Workdays {
		day, err := time.Parse(time.DateOnly, d.Date)
		if err != nil || off[d.Date] || day.Weekday() != time.Saturday && day.Weekday() != time.Sunday {
			t.Errorf("%s is worked, though %v or a holiday (%v)", d.Date, day.Weekday(), err)
		}
		work = append(work, d.Date)
	}
	want := []string{"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"}
	if !slices.Equal(work, want) {
		t.Errorf("worked are %v, want %v", work, want)
	}
	for _, date := range []string{"2026-01-03", "2026-02-15", "2026-02-23", "2026-04-06", "2026-05-05", "2026-06-19", "2026-09-25", "2026-10-07"} {
		if !off[date] {
			t.Errorf("%s is no holiday", date)
		}
	}
	for _, date := range []string{"2026-01-05", "2026-02-13", "2026-02-24", "2026-04-07", "2026-05-06", "2026-06-22", "2026-09-28", "2026-10-08"} {
		if off[date] {
			t.Errorf("%s is a holiday", date)
		}
	}
}
