package people

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// own reads a line of the documented form.
func (c columns) own(record []string) (a Arrival, err error) {
	a.Service, a.Class = c.value(record, "service"), c.value(record, "class")
	if a.Service == "" {
		return a, errors.New("service is empty")
	}
	if a.Date, a.At, err = moment(c.value(record, "date"), c.value(record, "arrival")); err != nil {
		return a, fmt.Errorf("arrival: %w", err)
	}
	if a.Handling, err = c.whole(record, "handlingSeconds"); err != nil {
		return a, err
	}
	if a.Handling < 0 || a.Handling > maxHandling {
		return a, errors.New("handlingSeconds is not between 0 and a day")
	}
	return c.patience(record, a)
}

// patience reads when a citizen gave up: after so many seconds, or at a moment.
func (c columns) patience(record []string, a Arrival) (Arrival, error) {
	seconds, left := c.value(record, "patienceSeconds"), c.value(record, "left")
	switch {
	case seconds != "" && left != "":
		return a, errors.New("patienceSeconds and left say the same, so only one may be filled")
	case seconds != "":
		var err error
		a.Leaves = true
		if a.Patience, err = c.whole(record, "patienceSeconds"); err != nil || a.Patience < 0 {
			return a, errors.Join(errors.New("patienceSeconds is not a number of seconds"), err)
		}
	case left != "":
		date, at, err := moment(a.Date, left)
		if err != nil {
			return a, fmt.Errorf("left: %w", err)
		}
		a.Leaves, a.Patience = true, at-a.At+daysBetween(a.Date, date)
		if a.Patience < 0 {
			return a, errors.New("left lies before arrival")
		}
	}
	return a, nil
}

// logged reads a line of a queue's log in seconds since midnight. Its class is what citizens came for; priority 2 went
// ahead. The start of those who never waited can lie before their arrival, so only the handling is taken from it.
func (c columns) logged(record []string) (a Arrival, err error) {
	a.Date, a.Service = c.value(record, "date"), c.value(record, "class")
	if _, err := time.Parse(time.DateOnly, a.Date); err != nil {
		return a, fmt.Errorf("date: %q is not like 2006-01-02", a.Date)
	}
	if a.Service == "" {
		return a, errors.New("class is empty")
	}
	if c.value(record, "priority") == "2" {
		a.Class = loggedPriority
	}
	var start, end time.Duration
	for _, column := range []struct {
		name string
		into *time.Duration
	}{{"arrive_s", &a.At}, {"start_s", &start}, {"end_s", &end}} {
		if *column.into, err = c.whole(record, column.name); err != nil {
			return a, err
		}
	}
	if a.At < 0 || a.At >= maxAt {
		return a, fmt.Errorf("arrive_s: %d is not within two days", a.At/time.Second)
	}
	return a.logged(c.value(record, "outcome"), start, end)
}

// loggedPriority is how a logged priority is called; the hall's first class that a citizen can prove stands for it.
const loggedPriority = "priority"

func (a Arrival) logged(outcome string, start, end time.Duration) (Arrival, error) {
	switch outcome {
	case "served":
		a.Handling = max(end-start, time.Second)
		if a.Handling > maxHandling {
			return a, errors.New("end_s is more than a day after start_s")
		}
	case "left":
		a.Leaves, a.Patience = true, max(start-a.At, 0)
	default:
		return a, fmt.Errorf("outcome: %q is neither served nor left", outcome)
	}
	return a, nil
}

// moments are the ways to write a date and time; the clock on the hall's wall is meant, whatever the offset says.
var moments = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"}

// moment reads a time, with its date or on a given one.
func moment(date, text string) (string, time.Duration, error) {
	if date != "" && !strings.Contains(text, "-") {
		text = date + " " + text
	}
	for _, form := range moments {
		t, err := time.Parse(form, text)
		if err != nil {
			continue
		}
		h, m, s := t.Clock()
		at := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
		return t.Format(time.DateOnly), at, nil
	}
	return "", 0, fmt.Errorf("%q is not like 2006-01-02T15:04:05+08:00 or 2006-01-02 15:04:05", text)
}

// daysBetween is the time from one midnight to another; both dates have been read before.
func daysBetween(from, to string) time.Duration {
	a, errA := time.Parse(time.DateOnly, from)
	b, errB := time.Parse(time.DateOnly, to)
	if errA != nil || errB != nil {
		return 0
	}
	return b.Sub(a)
}
