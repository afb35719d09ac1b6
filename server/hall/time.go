package hall

import "time"

// Time is milliseconds since 1970-01-01 UTC, the resolution of everything recorded.
type Time int64

// At converts a [time.Time], cutting it to milliseconds.
func At(t time.Time) Time { return Time(t.UnixMilli()) }

// In gives the time as the wall clock of loc shows it.
func (t Time) In(loc *time.Location) time.Time { return time.UnixMilli(int64(t)).In(loc) }

// Add moves t by d.
func (t Time) Add(d time.Duration) Time { return t + Time(d.Milliseconds()) }

// Sub gives the time from u to t.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t-u) * time.Millisecond }

func minutes(n int) Time { return Time(n) * 60_000 }

func seconds(n int) Time { return Time(n) * 1000 }

// Date is a business date as yyyymmdd, for instance 20261123. Zero is no date.
type Date uint32

// DateOf gives the calendar date of t in its own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date(y*10000 + int(m)*100 + d)
}

// ParseDate reads "2026-11-23"; ok is false for anything else.
func ParseDate(text string) (date Date, ok bool) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, false
	}
	return DateOf(t), true
}

// Noon is the middle of the date in loc: safe for arithmetic across changes of summer time.
func (d Date) Noon(loc *time.Location) time.Time {
	return time.Date(int(d/10000), time.Month(d/100%100), int(d%100), 12, 0, 0, 0, loc)
}

// Next is the date so many days later.
func (d Date) Next(days int) Date { return DateOf(d.Noon(time.UTC).AddDate(0, 0, days)) }

// String gives "2026-11-23", and "" for no date.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return d.Noon(time.UTC).Format(time.DateOnly)
}

// MarshalText gives the form of [Date.String].
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
