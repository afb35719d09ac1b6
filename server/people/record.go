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
	s.assign()
	for _, k := range s.clerks {
		s.after(0, k.open)
	}
	for i := range s.c.Arrivals {
		a := &s.c.Arrivals[i]
		s.agenda.add(midnight.Add(a.At), func() { s.arriveRecorded(a) })
	}
	return nil
}

func (s *simulation) arriveRecorded(a *Arrival) {
	if c := s.arrive(s.mapping.services[a.Service], s.mapping.classes[a.Class], a); c != nil {
		s.report.count(a.Service, a.Class, a.At)
	} else {
		s.report.mismatch("the arrival at %s for %s got no ticket", a.At, a.Service)
	}
}

// assign lets the record's most frequent services be those of the hall with the most windows, unless they have the same names.
func (s *simulation) assign() {
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
}

// freeServices lists the hall's services that no name of the record means, most windows first.
func (s *simulation) freeServices(recorded map[string]int) []string {
	var free []string
	for _, v := range s.hall.Services {
		if _, named := recorded[v.ID]; !named {
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
	date := s.hall.Hall.Date
	s.report.Dates = []string{date}
	if a, err := s.boss.post(s.ctx, "/api/v1/day/close", map[string]any{"confirm": true}); err != nil || !a.ok() {
		return refusedTo("close the day", a, err)
	}
	if err := s.compareEnds(date); err != nil {
		return err
	}
	return s.compareHours(date)
}

var ends = []string{"finished", "left", "cancelled", "abandoned", "unserved", "voided"}

// compareEnds looks at every ticket of the day: each has ended, in one way.
func (s *simulation) compareEnds(date string) error {
	seen := map[string]bool{}
	for cursor := ""; ; {
		var page ticketList
		a, err := s.boss.get(s.ctx, "/api/v1/tickets?limit=200&date="+date+"&cursor="+url.QueryEscape(cursor))
		if err != nil || !a.ok() {
			return refusedTo("list the tickets", a, err)
		}
		if err := a.into(&page); err != nil {
			return err
		}
		for _, t := range page.Items {
			s.compareEnd(t, seen)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if len(seen) != s.report.Issued {
		s.report.mismatch("%d tickets are listed, %d were issued", len(seen), s.report.Issued)
	}
	return nil
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
func (s *simulation) compareHours(date string) error {
	a, err := s.boss.get(s.ctx, "/api/v1/stats?from="+date+"&to="+date+"&by=service,hour")
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
