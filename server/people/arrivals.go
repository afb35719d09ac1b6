package people

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Arrival is one citizen of a recorded day.
type Arrival struct {
	Date     string        // 2006-01-02, of the record
	At       time.Duration // since midnight of Date; from 24 hours on it is the night or the day after
	Service  string        // id of a service of the hall, or the record's own name for one
	Class    string        // id of a class of the hall, or the record's own name for one; "" = ordinary
	Handling time.Duration // how long the handling took, 0 = unknown
	Leaves   bool          // gave up after Patience, if still waiting then
	Patience time.Duration
}

// maxArrivals bounds a file: the largest halls see some thousands of citizens a day.
const maxArrivals = 1_000_000

// maxHandling bounds a handling, and how far an arrival may lie from the midnight of its date.
const (
	maxHandling = 24 * time.Hour
	maxAt       = 48 * time.Hour
)

// ReadArrivals reads a recorded day from CSV, in either of the two forms that docs/arrivals.md describes. A file of several
// days needs the date, as 2006-01-02; without one the busiest day is taken, of several the earliest. Arrivals come back in
// their order. Errors name the line.
func ReadArrivals(r io.Reader, date string) ([]Arrival, error) {
	all, err := readAll(r)
	if err != nil {
		return nil, err
	}
	if date == "" {
		date = busiest(all)
	}
	day := slices.DeleteFunc(all, func(a Arrival) bool { return a.Date != date })
	if len(day) == 0 {
		return nil, fmt.Errorf("the file has no arrivals on %s", cmp.Or(date, "any day"))
	}
	slices.SortStableFunc(day, func(a, b Arrival) int { return cmp.Compare(a.At, b.At) })
	return day, nil
}

// Begin is what the hall's clock should show when a recorded day starts: a little before its first citizen, so that the
// windows are open by then. Zone is the hall's.
func Begin(arrivals []Arrival, zone *time.Location) (time.Time, error) {
	if len(arrivals) == 0 {
		return time.Time{}, errors.New("people: nobody arrives")
	}
	day, err := time.ParseInLocation(time.DateOnly, arrivals[0].Date, zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("people: %w", err)
	}
	return day.Add(arrivals[0].At - earlyStaff), nil
}

func readAll(r io.Reader) ([]Arrival, error) {
	in := csv.NewReader(skipMark(r))
	in.TrimLeadingSpace = true
	in.ReuseRecord = true
	head, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("the file has no line of column names: %w", err)
	}
	read, err := formOf(slices.Clone(head))
	if err != nil {
		return nil, fmt.Errorf("line 1: %w", err)
	}
	var all []Arrival
	for {
		record, err := in.Read()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return nil, err // names the line itself
		}
		line, _ := in.FieldPos(0)
		a, err := read(record)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		if all = append(all, a); len(all) > maxArrivals {
			return nil, fmt.Errorf("line %d: more than %d arrivals", line, maxArrivals)
		}
	}
}

// skipMark drops the byte order mark that spreadsheets write.
func skipMark(r io.Reader) io.Reader {
	b := bufio.NewReader(r)
	if mark, err := b.Peek(3); err == nil && string(mark) == "\ufeff" {
		b.Discard(3) // these bytes have just been seen
	}
	return b
}

func busiest(all []Arrival) string {
	counts := map[string]int{}
	for _, a := range all {
		counts[a.Date]++
	}
	best := ""
	for date, n := range counts {
		if n > counts[best] || n == counts[best] && date < best {
			best = date
		}
	}
	return best
}

// columns finds the values of a line by their names.
type columns map[string]int

func (c columns) has(names ...string) bool {
	return !slices.ContainsFunc(names, func(n string) bool { _, ok := c[n]; return !ok })
}

func (c columns) value(record []string, name string) string {
	if i, ok := c[name]; ok && i < len(record) {
		return strings.TrimSpace(record[i])
	}
	return ""
}

// The columns of the two forms.
var (
	ownColumns  = []string{"arrival", "date", "service", "class", "handlingSeconds", "patienceSeconds", "left"}
	loggedNeeds = []string{"date", "arrive_s", "class", "outcome", "start_s", "end_s"}
	loggedAll   = append([]string{"priority", "queued", "agent"}, loggedNeeds...)
)

// formOf recognises the form of a file by its column names and gives the reader of its lines.
func formOf(head []string) (func([]string) (Arrival, error), error) {
	c := columns{}
	for i, name := range head {
		name = strings.TrimSpace(name)
		if _, twice := c[name]; twice {
			return nil, fmt.Errorf("the column %q is there twice", name)
		}
		c[name] = i
	}
	known, read := ownColumns, c.own
	switch {
	case c.has("arrive_s"):
		known, read = loggedAll, c.logged
		if !c.has(loggedNeeds...) {
			return nil, fmt.Errorf("the columns %s are needed", strings.Join(loggedNeeds, ", "))
		}
	case !c.has("arrival", "service"):
		return nil, errors.New("the columns arrival and service are needed")
	}
	for _, name := range head {
		if !slices.Contains(known, strings.TrimSpace(name)) {
			return nil, fmt.Errorf("the column %q is unknown; known are %s", name, strings.Join(known, ", "))
		}
	}
	return read, nil
}

// whole reads a column of seconds, 0 when it is empty.
func (c columns) whole(record []string, name string) (time.Duration, error) {
	text := c.value(record, name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < -1 { // a start can lie a second before midnight
		return 0, fmt.Errorf("%s: %q is not a number of seconds", name, text)
	}
	return time.Duration(n) * time.Second, nil
}
