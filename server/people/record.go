package people

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// mapping says which of the hall's services and classes stand for the record's names.
type mapping struct{ services, classes map[string]string }

// planRecord puts a recorded day on the agenda.
func (s *simulation) planRecord() error {
	zone := time.Local
	if now, err := time.Parse(time.RFC3339, s.hall.Hall.Now); err == nil {
		zone = now.Location()
	}
	begin, err := Begin(s.c.Arrivals, zone)
	if err != nil {
		return err
	}
	if s.now.IsZero() || s.c.SetClock != nil {
		s.now = begin
	}
	midnight := begin.Add(earlyStaff - s.c.Arrivals[0].At)
	if err := s.assign(); err != nil {
		return err
	}
	for _, k := range s.clerks {
		s.after(0, k.open)
	}
	for i := range s.c.Arrivals {
		a := &s.c.Arrivals[i]
		s.agenda.add(midnight.Add(a.At), func() { s.arriveRecorded(a) })
	}
	return nil
}

// turnDay opens the business day that it is. A record can reach over the night, and a clock that is set does not give the
// hall the time to do so by itself. A day begins on a full minute.
func (s *simulation) turnDay() {
	minute := s.now.Truncate(time.Minute)
	if minute.Equal(s.looked) {
		return
	}
	s.looked = minute
	stale := s.ask(s.boss, "/api/v1/day/open", nil).code == "wrong_state"
	// The hall lets go of a day when it opens another more than a day later, and it may do that by itself as soon as this one
	// is closed. So the dates before the newest are looked at before that, yet late enough for their last handling to end.
	if stale || s.now.Sub(s.turned) > lastHandling {
		if err := s.auditDates(len(s.report.Dates) - 1); err != nil {
			s.failed = err
			return
		}
	}
	if stale && s.ask(s.boss, "/api/v1/day/close", map[string]any{"confirm": true}).ok() {
		s.ask(s.boss, "/api/v1/day/open", nil)
	}
}

// lastHandling is how long after the night the last handling of the evening has surely ended.
const lastHandling = 8 * time.Hour

// auditDates compares the first so many of the record's dates, each once. They are in their order, as time does not go back.
func (s *simulation) auditDates(upTo int) error {
	for ; s.audited < upTo; s.audited++ {
		n, err := s.compareEnds(s.report.Dates[s.audited])
		if err != nil {
			return err
		}
		s.listed += n
	}
	return nil
}

func (s *simulation) arriveRecorded(a *Arrival) {
	if s.turnDay(); s.failed != nil {
		return
	}
	if c := s.arrive(s.mapping.services[a.Service], s.mapping.classes[a.Class], a); c != nil {
		s.report.count(a.Service, a.Class, a.At)
		if date := c.ticket.Date; !slices.Contains(s.report.Dates, date) {
			s.report.Dates, s.turned = append(s.report.Dates, date), s.now
		}
	} else {
		s.report.mismatch("the arrival at %s for %s got no ticket", a.At, a.Service)
	}
}

// assign lets the record's most frequent services be those of the hall with the most windows, unless they have the same names.
func (s *simulation) assign() error {
	s.mapping = mapping{services: map[string]string{}, classes: map[string]string{"": ""}}
	services, classes := map[string]int{}, map[string]int{}
	for _, a := range s.c.Arrivals {
		services[a.Service]++
		classes[a.Class]++
	}
	free := s.freeServices(services)
	for i, name := range byFrequency(services) {
		to := name
		if !s.hall.offers(name) {
			if len(free) == 0 {
				return fmt.Errorf("people: the record names every service of the hall, so that none can stand for %q", name)
			}
			to = free[i%len(free)]
		}
		s.mapping.services[name] = to
		s.report.Mapping = append(s.report.Mapping, Mapped{Kind: "service", Recorded: name, Hall: to, Arrivals: services[name]})
	}
	for _, name := range byFrequency(classes) {
		if name == "" {
			continue
		}
		to := s.classFor(name)
		s.mapping.classes[name] = to
		s.report.Mapping = append(s.report.Mapping, Mapped{Kind: "class", Recorded: name, Hall: cmp.Or(to, "ordinary"), Arrivals: classes[name]})
	}
	return nil
}

// freeServices lists the hall's services that no name of the record means, most windows first.
func (s *simulation) freeServices(recorded map[string]int) []string {
	var free []string
	for _, v := range s.hall.Services {
		if _, named := recorded[v.ID]; !named && s.hall.windowsOf(v.ID) > 0 {
			free = append(free, v.ID)
		}
	}
	slices.SortStableFunc(free, func(a, b string) int { return cmp.Compare(s.hall.windowsOf(b), s.hall.windowsOf(a)) })
	return free
}

func (s *simulation) classFor(name string) string {
	if _, known := s.hall.class(name); known {
		return name
	}
	if name != loggedPriority {
		return ""
	}
	for _, c := range s.hall.Classes {
		if c.CreditMinutes > 0 && c.Proof != "booking" {
			return c.ID
		}
	}
	return ""
}

func byFrequency(counts map[string]int) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
}

// closeRecord ends a recorded day and compares the hall with the record.
func (s *simulation) closeRecord() error {
	if s.c.Arrivals == nil {
		return nil
	}
	if a, err := s.boss.post(s.ctx, "/api/v1/day/close", map[string]any{"confirm": true}); err != nil || !a.ok() {
		return refusedTo("close the day", a, err)
	}
	if err := s.auditDates(len(s.report.Dates)); err != nil {
		return err
	}
	if s.listed != s.report.Issued {
		s.report.mismatch("%d tickets are listed, %d were issued", s.listed, s.report.Issued)
	}
	if len(s.report.Dates) == 0 {
		return nil
	}
	return s.compareHours(s.report.Dates[0], s.report.Dates[len(s.report.Dates)-1])
}

var ends = []string{"finished", "left", "cancelled", "abandoned", "unserved", "voided"}

// compareEnds looks at every ticket of a date: each has ended, in one way. It gives how many there are.
func (s *simulation) compareEnds(date string) (int, error) {
	seen := map[string]bool{}
	for cursor := ""; ; {
		var page ticketList
		a, err := s.boss.get(s.ctx, "/api/v1/tickets?limit=200&date="+date+"&cursor="+url.QueryEscape(cursor))
		if err != nil || !a.ok() {
			return 0, refusedTo("list the tickets", a, err)
		}
		if err := a.into(&page); err != nil {
			return 0, err
		}
		for _, t := range page.Items {
			s.compareEnd(t, seen)
		}
		if cursor = page.Next; cursor == "" {
			return len(seen), nil
		}
	}
}

func (s *simulation) compareEnd(t ticketView, seen map[string]bool) {
	if seen[t.Number] {
		s.report.mismatch("%s is listed twice", t.Number)
	}
	seen[t.Number] = true
	if !slices.Contains(ends, t.State) {
		s.report.mismatch("%s has not ended: %s", t.Number, t.State)
	}
	s.report.Unserved += btoi(t.State == "unserved")
	s.report.Abandoned += btoi(t.State == "abandoned")
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// compareHours holds the hall's figures by service and hour against the record's.
func (s *simulation) compareHours(from, to string) error {
	a, err := s.boss.get(s.ctx, "/api/v1/stats?from="+from+"&to="+to+"&by=service,hour")
	if err != nil || !a.ok() {
		return refusedTo("read the figures", a, err)
	}
	var figures statsView
	if err := a.into(&figures); err != nil {
		return err
	}
	differ := map[string]int{}
	for _, c := range s.report.Counts {
		differ[fmt.Sprintf("%s at %02d", s.mapping.services[c.Service], c.Hour)] += c.Tickets
	}
	for _, r := range figures.Rows {
		hour, err := strconv.Atoi(r.By["hour"])
		if err != nil {
			return fmt.Errorf("people: the figures have an hour %q", r.By["hour"])
		}
		differ[fmt.Sprintf("%s at %02d", r.By["service"], hour)] -= r.Issued
	}
	for _, where := range slices.Sorted(maps.Keys(differ)) {
		if n := differ[where]; n != 0 {
			s.report.mismatch("%s: the record has %+d tickets against the hall's figures", where, n)
		}
	}
	return nil
}
