package hall

import (
	"fmt"
	"slices"
	"time"
)

// Phase is where the hall stands in its day.
type Phase string

// The phases of a day.
const (
	PhaseBefore Phase = "before"
	PhaseOpen   Phase = "open"
	PhaseBreak  Phase = "break"
	PhaseCutoff Phase = "cutoff"
	PhaseClosed Phase = "closed"
)

// band is a stretch of one day in minutes since midnight, end exclusive.
type band struct{ from, to int }

type calendarIndex struct {
	boundary, hardClose int // minutes since midnight
	week                [7][]band
	holidays, workdays  map[string]Name
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func parseClock(text string) (int, bool) {
	t, err := time.Parse("15:04", text)
	if err != nil {
		return 0, text == "24:00"
	}
	return t.Hour()*60 + t.Minute(), true
}

func parseBand(text string) (band, bool) {
	if len(text) != 11 || text[5] != '-' {
		return band{}, false
	}
	from, ok1 := parseClock(text[:5])
	to, ok2 := parseClock(text[6:])
	if text[6:] == "24:00" {
		to = 24 * 60
	}
	return band{from, to}, ok1 && ok2 && from < to
}

func (c *planCheck) bands(pointer string, texts []string) []band {
	var bands []band
	for _, text := range texts {
		b, ok := parseBand(text)
		if !ok {
			c.fault(pointer, "%q is not a stretch such as 08:30-12:00", text)
			continue
		}
		if n := len(bands); n > 0 && bands[n-1].to > b.from {
			c.fault(pointer, "%q begins before the one before it ends", text)
		}
		bands = append(bands, b)
	}
	return bands
}

func (c *planCheck) clock(pointer, text string) int {
	n, ok := parseClock(text)
	if !ok {
		c.fault(pointer, "%q is not a time such as 20:00", text)
	}
	return n
}

func (c *planCheck) calendar() {
	cal, index := &c.plan.Calendar, &c.index.calendar
	index.boundary = c.clock("calendar.boundary", cal.Boundary)
	index.hardClose = c.clock("calendar.hardClose", cal.HardClose)
	for i, hours := range cal.Week {
		at := fmt.Sprintf("calendar.week[%d]", i)
		bands := c.bands(at+".bands", hours.Bands)
		for _, day := range hours.Days {
			n := slices.Index(weekdays, day)
			if n < 0 {
				c.fault(at+".days", "%q is not mon, tue, wed, thu, fri, sat or sun", day)
				continue
			}
			index.week[n] = bands
		}
	}
	index.holidays = c.dates("calendar.holidays", cal.Holidays)
	index.workdays = c.dates("calendar.workdays", cal.Workdays)
	for i, d := range cal.Workdays {
		if _, off := index.holidays[d.Date]; off {
			c.fault(fmt.Sprintf("calendar.workdays[%d].date", i), "%s is a holiday too", d.Date)
		}
	}
}

func (c *planCheck) dates(pointer string, list []DayOff) map[string]Name {
	dates := make(map[string]Name, len(list))
	for i, d := range list {
		if _, ok := ParseDate(d.Date); !ok {
			c.fault(fmt.Sprintf("%s[%d].date", pointer, i), "%q is not a date such as 2026-10-01", d.Date)
		}
		dates[d.Date] = d.Name
	}
	return dates
}

// BusinessDate is the date whose business day t belongs to: the calendar date, or the one before until the boundary.
// The wall clock decides, so that the boundary is the same on days when summer time begins or ends.
func (p *Plan) BusinessDate(t Time) Date {
	local := t.In(p.Zone())
	if minuteOf(local) < p.index.calendar.boundary {
		return DateOf(local).Next(-1)
	}
	return DateOf(local)
}

// hoursOn gives the opening hours of a date, none on a day off.
func (p *Plan) hoursOn(date Date) []band {
	c := &p.index.calendar
	if p.Calendar.AlwaysOpen {
		return []band{{0, 24 * 60}}
	}
	if _, off := c.holidays[date.String()]; off {
		return nil
	}
	day := date.Noon(p.Zone()).Weekday()
	if _, work := c.workdays[date.String()]; work && (day == time.Saturday || day == time.Sunday) {
		return c.week[time.Monday] // a whole working day, also where Saturday mornings are worked
	}
	return c.week[day]
}

// HolidayOn gives the name of the holiday a date belongs to.
func (p *Plan) HolidayOn(date Date) (Name, bool) {
	name, off := p.index.calendar.holidays[date.String()]
	return name, off
}

func (p *Plan) serviceHours(s *Service, date Date) []band {
	hours := p.hoursOn(date)
	if len(s.Hours) == 0 || len(hours) == 0 || p.Calendar.AlwaysOpen {
		return hours
	}
	own := make([]band, 0, len(s.Hours))
	for _, text := range s.Hours {
		if b, ok := parseBand(text); ok {
			own = append(own, b)
		}
	}
	return own
}

func minuteOf(t time.Time) int { return t.Hour()*60 + t.Minute() }

// Phase tells where the hall stands at t, from the calendar alone.
func (p *Plan) Phase(t Time) Phase {
	if p.Calendar.AlwaysOpen {
		return PhaseOpen
	}
	hours := p.hoursOn(p.BusinessDate(t))
	return p.phase(hours, t, p.Calendar.CutoffMinutes)
}

func (p *Plan) phase(hours []band, t Time, cutoff int) Phase {
	if len(hours) == 0 {
		return PhaseClosed
	}
	now, last := minuteOf(t.In(p.Zone())), hours[len(hours)-1]
	if DateOf(t.In(p.Zone())) != p.BusinessDate(t) {
		return PhaseClosed
	}
	switch {
	case now < hours[0].from:
		return PhaseBefore
	case now >= last.to:
		return PhaseClosed
	case now >= last.to-cutoff:
		return PhaseCutoff
	}
	for _, b := range hours {
		if now >= b.from && now < b.to {
			return PhaseOpen
		}
	}
	return PhaseBreak
}

// closedReason says why no ticket is given for a service at t, from the calendar alone; "" = open.
func (p *Plan) closedReason(s *Service, t Time) string {
	if p.Calendar.AlwaysOpen {
		return ""
	}
	date := p.BusinessDate(t)
	hours := p.serviceHours(s, date)
	if len(hours) == 0 {
		return ReasonHoliday
	}
	cutoff := p.Calendar.CutoffMinutes
	if s.CutoffMinutes > 0 {
		cutoff = s.CutoffMinutes
	}
	switch p.phase(hours, t, cutoff) {
	case PhaseBefore:
		if minuteOf(t.In(p.Zone())) >= hours[0].from-p.Calendar.IssueMinutes {
			return ""
		}
		return ReasonBeforeHours
	case PhaseBreak:
		if p.Calendar.IssueAtLunch {
			return ""
		}
		return ReasonLunch
	case PhaseCutoff, PhaseClosed:
		return ReasonCutoff
	}
	return ""
}

// moment gives the time of a minute of a date.
func (p *Plan) moment(date Date, minute int) Time {
	noon := date.Noon(p.Zone())
	return At(time.Date(noon.Year(), noon.Month(), noon.Day(), minute/60, minute%60, 0, 0, p.Zone()))
}

// endsOn is the boundary that ends a business date.
func (p *Plan) endsOn(date Date) Time { return p.moment(date.Next(1), p.index.calendar.boundary) }

// opensOn is when the day of a date is opened by itself; ok is false on a day off.
func (p *Plan) opensOn(date Date) (at Time, ok bool) {
	hours := p.hoursOn(date)
	if len(hours) == 0 {
		return 0, false
	}
	if p.Calendar.AlwaysOpen {
		return p.moment(date, p.index.calendar.boundary), true
	}
	return p.moment(date, max(hours[0].from-p.Calendar.IssueMinutes, p.index.calendar.boundary)), true
}

// closesOn is when the day of a date is closed by itself. An hour before the boundary is one of the night after.
func (p *Plan) closesOn(date Date) Time {
	c := &p.index.calendar
	if p.Calendar.AlwaysOpen {
		return p.endsOn(date)
	}
	if c.hardClose <= c.boundary {
		date = date.Next(1)
	}
	return p.moment(date, c.hardClose)
}

// Hours lists the opening hours of the business date of t, as "08:30-12:00".
func (p *Plan) Hours(t Time) []string {
	var texts []string
	for _, b := range p.hoursOn(p.BusinessDate(t)) {
		texts = append(texts, fmt.Sprintf("%02d:%02d-%02d:%02d", b.from/60, b.from%60, b.to/60, b.to%60))
	}
	return texts
}
