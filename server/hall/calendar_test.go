package hall

import (
	"testing"
	"time"
)

// A phase case asks the county's calendar about one moment.
var phases = []struct {
	date, hour string
	phase      Phase
	closed     string // of household, that keeps the hall's hours
}{
	{"2026-11-23", "03:59:59", PhaseClosed, ReasonHoliday}, // still Sunday
	{"2026-11-23", "04:00:00", PhaseBefore, ReasonBeforeHours},
	{"2026-11-23", "08:14:59", PhaseBefore, ReasonBeforeHours},
	{"2026-11-23", "08:15:00", PhaseBefore, ""},
	{"2026-11-23", "08:30:00", PhaseOpen, ""},
	{"2026-11-23", "11:59:59", PhaseOpen, ""},
	{"2026-11-23", "12:00:00", PhaseBreak, ReasonLunch},
	{"2026-11-23", "13:29:59", PhaseBreak, ReasonLunch},
	{"2026-11-23", "13:30:00", PhaseOpen, ""},
	{"2026-11-23", "16:39:59", PhaseOpen, ""},
	{"2026-11-23", "16:40:00", PhaseCutoff, ReasonCutoff},
	{"2026-11-23", "17:00:00", PhaseClosed, ReasonCutoff},
	{"2026-11-23", "23:59:59", PhaseClosed, ReasonCutoff},
	{"2026-11-24", "01:00:00", PhaseClosed, ReasonCutoff}, // still Monday
	{"2026-11-22", "10:00:00", PhaseClosed, ReasonHoliday},
	{"2026-10-01", "10:00:00", PhaseClosed, ReasonHoliday},
	{"2026-10-10", "10:00:00", PhaseOpen, ""},
	{"2026-10-11", "10:00:00", PhaseClosed, ReasonHoliday},
}

func TestPhases(t *testing.T) {
	p := readPlan(t, "county", nil)
	household, _ := p.Service("household")
	for _, c := range phases {
		at := clock(p, c.date, c.hour)
		if got := p.Phase(at); got != c.phase {
			t.Errorf("%s %s: phase %s, want %s", c.date, c.hour, got, c.phase)
		}
		if got := p.closedReason(&household, at); got != c.closed {
			t.Errorf("%s %s: closed because of %q, want %q", c.date, c.hour, got, c.closed)
		}
	}
}

// TestServiceHours: a service may keep shorter hours and another cut-off; on a day off it has none.
func TestServiceHours(t *testing.T) {
	p := readPlan(t, "county", func(p *Plan) { p.Services[3].CutoffMinutes = 60 })
	permit, _ := p.Service("permit")
	for hour, want := range map[string]string{"08:44:59": ReasonBeforeHours, "08:45:00": "", "10:29:59": "", "10:30:00": ReasonCutoff, "14:00:00": ReasonCutoff} {
		if got := p.closedReason(&permit, clock(p, "2026-11-23", hour)); got != want {
			t.Errorf("%s: closed because of %q, want %q", hour, got, want)
		}
	}
	if got := p.closedReason(&permit, clock(p, "2026-10-01", "10:00:00")); got != ReasonHoliday {
		t.Errorf("on a holiday: %q", got)
	}
	if name, off := p.HolidayOn(20261001); !off || name.Zh != "国庆节" {
		t.Errorf("the holiday is %v, %v", name, off)
	}
	if hours := p.Hours(clock(p, "2026-11-23", "10:00:00")); len(hours) != 2 || hours[1] != "13:30-17:00" {
		t.Errorf("the hours are %v", hours)
	}
}

// TestAlwaysOpen: a demonstration is open at any hour of any day, and its days end at the boundary.
func TestAlwaysOpen(t *testing.T) {
	p := readPlan(t, "county", func(p *Plan) { p.Calendar.AlwaysOpen = true })
	household, _ := p.Service("household")
	for _, hour := range []string{"00:00:00", "03:59:59", "04:00:00", "12:30:00", "23:59:59"} {
		at := clock(p, "2026-10-01", hour)
		if p.Phase(at) != PhaseOpen || p.closedReason(&household, at) != "" {
			t.Errorf("at %s the hall is %s", hour, p.Phase(at))
		}
	}
	if opens, works := p.opensOn(20261001); !works || opens != clock(p, "2026-10-01", "04:00:00") {
		t.Errorf("the day opens at %v, %v", opens, works)
	}
	if closes := p.closesOn(20261001); closes != clock(p, "2026-10-02", "04:00:00") {
		t.Errorf("the day closes at %v", closes)
	}
}

// TestHardClose: an hour before the boundary belongs to the night after the day.
func TestHardClose(t *testing.T) {
	for text, want := range map[string][2]string{"20:00": {"2026-11-23", "20:00:00"}, "24:00": {"2026-11-24", "00:00:00"},
		"02:00": {"2026-11-24", "02:00:00"}, "04:00": {"2026-11-24", "04:00:00"}, "00:00": {"2026-11-24", "00:00:00"}} {
		p := readPlan(t, "county", func(p *Plan) { p.Calendar.HardClose = text })
		if got := p.closesOn(20261123); got != clock(p, want[0], want[1]) {
			t.Errorf("hard close %s is at %v, want %v", text, got.In(p.Zone()), want)
		}
	}
}

// TestSummerTime walks through the nights of both changes of summer time: the business date changes at the boundary of the
// wall clock and nowhere else, and what time asks for always lies ahead.
func TestSummerTime(t *testing.T) {
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "America/Sao_Paulo"} {
		p := readPlan(t, "county", func(p *Plan) { p.Hall.Timezone = zone })
		for _, first := range []string{"2026-03-07", "2026-03-28", "2026-04-04", "2026-10-03", "2026-10-24", "2026-10-31"} {
			from := clock(p, first, "12:00:00")
			for at := from; at < from.Add(48*time.Hour); at += minutes(15) {
				checkBusinessDate(t, p, at)
			}
		}
	}
}

func checkBusinessDate(t *testing.T, p *Plan, at Time) {
	t.Helper()
	local := at.In(p.Zone())
	want := DateOf(local)
	if local.Hour() < 4 {
		want = DateOf(local.AddDate(0, 0, -1))
	}
	date := p.BusinessDate(at)
	if date != want {
		t.Fatalf("%s belongs to %s, want %s", local, date, want)
	}
	if ends := p.endsOn(date); ends <= at || p.BusinessDate(ends) != date.Next(1) || p.BusinessDate(ends-1) != date {
		t.Fatalf("%s ends at %s", date, ends.In(p.Zone()))
	}
}

// TestDue: whatever the moment, nothing is due or the next look lies ahead.
func TestDue(t *testing.T) {
	p := readPlan(t, "county", func(p *Plan) { p.Hall.Timezone = "Europe/Berlin" })
	w := NewWorking()
	d := &drill{w: w, now: clock(p, "2026-03-27", "00:00:00")}
	d.must(t, system, SetPlan{Plan: p, Hash: "one"})
	days := 0
	for d.now < clock(p, "2026-04-04", "12:00:00") {
		commands, next := Due(d.state(), d.now)
		for _, c := range commands {
			if _, opens := c.(OpenDay); opens {
				days++
			}
			d.must(t, system, c)
		}
		if len(commands) == 0 && next <= d.now {
			t.Fatalf("at %s the next look is at %s", d.now.In(p.Zone()), next.In(p.Zone()))
		}
		d.now = max(d.now, next)
	}
	if days != 6 {
		t.Errorf("%d days were opened, want 6", days)
	}
}

// TestAwaited: a hall at night, on a holiday or after an early end waits for no day; one in its hours that has not begun does.
func TestAwaited(t *testing.T) {
	p := readPlan(t, "county", nil)
	d := newDrill(t, p) // of Monday, 2026-11-23
	for _, tt := range []struct {
		date, hour string
		awaited    bool
	}{
		{"2026-11-23", "10:00:00", false}, // it has begun
		{"2026-11-24", "01:00:00", false},
		{"2026-11-24", "05:00:00", false},
		{"2026-11-24", "09:30:00", true},
		{"2026-11-24", "23:00:00", false},
		{"2026-11-29", "10:00:00", false}, // Sunday
	} {
		if got := d.state().Awaited(clock(p, tt.date, tt.hour)); got != tt.awaited {
			t.Errorf("%s %s: awaited %v", tt.date, tt.hour, got)
		}
	}
	d.must(t, system, CloseDay{})
	if d.state().Awaited(d.now) {
		t.Error("a day that was closed early is awaited")
	}
	if NewWorking().Publish().Awaited(d.now) {
		t.Error("a hall without a plan awaits a day")
	}
}

func TestDates(t *testing.T) {
	for text, want := range map[string]Date{"2026-11-23": 20261123, "2024-02-29": 20240229, "2026-02-29": 0, "2026-1-2": 0, "": 0, "23.11.2026": 0} {
		got, ok := ParseDate(text)
		if got != want || ok != (want != 0) || ok && got.String() != text {
			t.Errorf("%q is %v, %v", text, got, ok)
		}
	}
	for _, c := range []struct {
		from Date
		days int
		to   Date
	}{{20261231, 1, 20270101}, {20240228, 1, 20240229}, {20270301, -1, 20270228}, {20261123, 0, 20261123}} {
		if got := c.from.Next(c.days); got != c.to {
			t.Errorf("%d days after %s is %s, want %s", c.days, c.from, got, c.to)
		}
	}
	if Date(0).String() != "" {
		t.Error("no date has a name")
	}
}

func TestParseNumber(t *testing.T) {
	for text, want := range map[string]Number{"A001": {Prefix: "A", N: 1}, "AB012": {Prefix: "AB", N: 12}, "A999": {Prefix: "A", N: 999},
		"A1000": {Prefix: "A", N: 1000}, "Z99999": {Prefix: "Z", N: 99999}} {
		if got, ok := ParseNumber(text); !ok || got != want || got.String() != text {
			t.Errorf("%q is %v, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "A", "001", "a001", "A01", "A000", "A0001", "ABC001", "A001 ", "A-01", "Ａ001", "A00１", "A12345678", "AB"} {
		if n, ok := ParseNumber(text); ok {
			t.Errorf("%q passes for %s", text, n)
		}
	}
	if (Number{}).String() != "" {
		t.Error("no number has a name")
	}
}
