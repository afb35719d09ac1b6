package kiosk

import (
	"fmt"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/public"
)

// band is a stretch of opening hours in minutes of the day.
type band struct{ from, to int }

// bandsOn gives the hours of a service on the business day of at, none on a day off. An empty service has the hall's.
func bandsOn(p *hall.Plan, service hall.Service, at hall.Time) []band {
	texts := p.Hours(at)
	if len(texts) > 0 && len(service.Hours) > 0 {
		texts = service.Hours
	}
	bands := make([]band, 0, len(texts))
	for _, text := range texts {
		var a, b, c, d int
		if n, err := fmt.Sscanf(text, "%d:%d-%d:%d", &a, &b, &c, &d); n == 4 && err == nil {
			bands = append(bands, band{a*60 + b, c*60 + d})
		}
	}
	return bands
}

// stopsAt is the time of day from which no ticket of a service is given; "" where there is none.
func stopsAt(p *hall.Plan, service hall.Service, at hall.Time) string {
	bands := bandsOn(p, service, at)
	if p.Calendar.AlwaysOpen || len(bands) == 0 {
		return ""
	}
	cutoff := p.Calendar.CutoffMinutes
	if service.CutoffMinutes > 0 {
		cutoff = service.CutoffMinutes
	}
	minute := bands[len(bands)-1].to - cutoff
	return fmt.Sprintf("%02d:%02d", minute/60, minute%60)
}

// lookAhead is how many days are looked through for the next opening; no public holiday is longer.
const lookAhead = 15

// opensAt is when tickets of a service are given next; "" if that cannot be said.
func opensAt(p *hall.Plan, service hall.Service, at hall.Time) public.Stamp {
	if p.Calendar.AlwaysOpen {
		return ""
	}
	noon := p.BusinessDate(at).Noon(p.Zone())
	for i := range lookAhead {
		day := noon.AddDate(0, 0, i)
		for n, b := range bandsOn(p, service, hall.At(day)) {
			minute := b.from
			if n == 0 {
				minute -= p.Calendar.IssueMinutes
			}
			open := hall.At(time.Date(day.Year(), day.Month(), day.Day(), minute/60, minute%60, 0, 0, p.Zone()))
			if open > at {
				return public.StampOf(open, p.Zone())
			}
		}
	}
	return ""
}
