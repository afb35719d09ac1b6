// Package said knows how waits and times are said to citizens: the same words that assets/js/format.js finds, for what the
// server writes itself. It must never know a page or where the figures come from.
package said

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"jiaohao/assets"
	"jiaohao/server/hall"
	"jiaohao/server/public"
)

// Wait is a wait as it may be said. Value is empty unless a point can be claimed, Range is empty when nothing can be
// said; then Text says so.
type Wait struct {
	Value, Range, Unit string
	Text               string
}

const (
	hoursFrom = 120 * 60 // seconds from which hours are said
	vague     = 1.2      // a range wider than this share of its point stands alone
)

// WaitOf gives the words for a wait behind so many people.
func WaitOf(lang string, ahead int, e *public.Expected) Wait {
	if ahead == 0 {
		return Wait{Text: assets.Text(lang, "wait.none", nil)}
	}
	if e == nil || e.HighSeconds <= 0 {
		return Wait{Text: assets.Text(lang, "wait.unknown", nil)}
	}
	hours := e.Seconds > hoursFrom
	w := Wait{Unit: unit(lang, hours), Range: spread(e.LowSeconds, e.HighSeconds, hours)}
	if float64(e.HighSeconds-e.LowSeconds) > vague*float64(e.Seconds) {
		w.Text = assets.Text(lang, "wait.range", assets.Params{"range": w.Range, "unit": w.Unit})
		return w
	}
	w.Value = figure(e.Seconds, hours, math.Round)
	w.Text = assets.Text(lang, "wait.about", assets.Params{"value": w.Value, "unit": w.Unit})
	return w
}

func unit(lang string, hours bool) string {
	if hours {
		return assets.Text(lang, "unit.hours", nil)
	}
	return assets.Text(lang, "unit.minutes", nil)
}

func spread(low, high int, hours bool) string {
	a, b := figure(low, hours, math.Floor), figure(high, hours, math.Ceil)
	if a == b {
		return a
	}
	return a + "–" + b
}

// figure gives whole minutes from 1, or half hours.
func figure(seconds int, hours bool, cut func(float64) float64) string {
	if hours {
		return strconv.FormatFloat(max(.5, cut(float64(seconds)/1800)/2), 'f', -1, 64)
	}
	return strconv.Itoa(int(max(1, cut(float64(seconds)/60))))
}

// Clock gives the time of day in the hall: 9:42. "–" for none.
func Clock(t hall.Time, zone *time.Location) string {
	if t == 0 {
		return "–"
	}
	return t.In(zone).Format("15:04")[trim(t, zone):]
}

func trim(t hall.Time, zone *time.Location) int {
	if t.In(zone).Hour() < 10 {
		return 1
	}
	return 0
}

// Date gives a date with its weekday: 11月23日 星期一.
func Date(lang string, t hall.Time, zone *time.Location) string {
	at := t.In(zone)
	month := assets.Text(lang, "time.month."+strconv.Itoa(int(at.Month())), nil)
	short := assets.Text(lang, "time.date", assets.Params{"day": at.Day(), "monthName": month})
	weekday := assets.Text(lang, fmt.Sprint("time.weekday.", int(at.Weekday())), nil)
	return assets.Text(lang, "time.dateWithDay", assets.Params{"date": short, "weekday": weekday})
}

// Minutes gives whole minutes, rounded down.
func Minutes(t hall.Time) int { return int(t / 60_000) }
