package supervisor

import (
	"slices"

	"jiaohao/server/hall"
	"jiaohao/server/public"
)

const (
	minute     hall.Time = 60_000
	halfHour             = 30 * minute
	maxBuckets           = 48 // of a business day
)

// Bucket is half an hour of the day: who took a ticket in it, who was called in it first, and how long those had waited.
type Bucket struct {
	At             public.Stamp `json:"at"`
	Issued         int          `json:"issued"`
	Called         int          `json:"called"`
	Finished       int          `json:"finished"`
	WaitP50Seconds *int         `json:"waitP50Seconds,omitempty"`
	WaitP90Seconds *int         `json:"waitP90Seconds,omitempty"`
}

// daySum is what one walk over a day's tickets finds.
type daySum struct {
	stages    map[hall.Stage]int
	within    map[string]Share
	passed    map[string]int
	cases     int
	rated     Share
	satisfied Share
	start     hall.Time // midnight of the business date
	buckets   [maxBuckets]bucketSum
	last      int // the bucket of now, or of the last thing that happened
}

type bucketSum struct {
	issued, called, finished int
	waits                    []hall.Time
}

func sumDay(s hall.State, date hall.Date, at hall.Time) *daySum {
	sum := &daySum{stages: map[hall.Stage]int{}, within: map[string]Share{}, passed: map[string]int{}, last: -1}
	if date == 0 {
		return sum
	}
	sum.start = hall.At(date.Noon(s.Plan().Zone())) - 12*60*minute
	for t := range s.Tickets(date) {
		sum.bucket(t.IssuedAt).issued++ // a voided one too: its number stays used
		if t.State() != hall.Voided.String() {
			sum.ticket(s.Plan(), &t, at)
		}
	}
	return sum
}

func (d *daySum) ticket(p *hall.Plan, t *hall.Ticket, at hall.Time) {
	d.stages[t.Leg().Stage]++
	if t.Leg().Stage == hall.Passed {
		d.passed[t.Leg().Service]++
	}
	for _, l := range t.Legs {
		d.leg(p, l, at)
	}
	for _, r := range t.Ratings {
		d.rated.Count++
		d.satisfied.Of++
		if r.Level >= 3 {
			d.satisfied.Count++
		}
	}
}

func (d *daySum) leg(p *hall.Plan, l hall.Leg, at hall.Time) {
	if l.FirstCallAt > 0 {
		b := d.bucket(l.FirstCallAt)
		b.called++
		if !l.Outage {
			b.waits = append(b.waits, l.FirstCallAt-l.JoinedAt)
		}
	}
	if l.End == hall.Finished {
		d.bucket(l.EndedAt).finished++
		d.rated.Of++
		for _, item := range l.Items {
			d.cases += item.Cases
		}
	}
	if counts, kept := promiseKept(p, l, at); counts {
		share := d.within[l.Service]
		share.Of++
		if kept {
			share.Count++
		}
		d.within[l.Service] = share
	}
}

// promiseKept judges a leg by the wait its service promises. Whoever still waits beyond it counts as well: a hall that
// calls nobody keeps no promise. Left out are legs open across an outage, and who has not waited so long yet.
func promiseKept(p *hall.Plan, l hall.Leg, at hall.Time) (counts, kept bool) {
	service, known := p.Service(l.Service)
	if !known || service.PromiseMinutes == 0 || l.Outage {
		return false, false
	}
	end := at
	switch {
	case l.FirstCallAt > 0:
		end = l.FirstCallAt
	case l.Stage == hall.Ended:
		end = l.EndedAt
	}
	kept = end-l.JoinedAt <= hall.Time(service.PromiseMinutes)*minute
	return l.FirstCallAt > 0 || !kept, kept
}

func (d *daySum) bucket(at hall.Time) *bucketSum {
	i := min(max(int((at-d.start)/halfHour), 0), maxBuckets-1)
	d.last = max(d.last, i)
	return &d.buckets[i]
}

// flow gives the half hours from the first that had something in it to the one of now, without a hole.
func (d *daySum) flow(p *hall.Plan, date hall.Date, at hall.Time) []Bucket {
	flow := []Bucket{}
	if p.BusinessDate(at) == date && d.last >= 0 {
		d.bucket(at)
	}
	for i := 0; i <= d.last; i++ {
		b := &d.buckets[i]
		if len(flow) == 0 && b.issued+b.called+b.finished == 0 {
			continue
		}
		v := Bucket{At: public.StampOf(d.start+hall.Time(i)*halfHour, p.Zone()), Issued: b.issued, Called: b.called, Finished: b.finished}
		if len(b.waits) > 0 {
			slices.Sort(b.waits)
			v.WaitP50Seconds, v.WaitP90Seconds = rank(b.waits, 50), rank(b.waits, 90)
		}
		flow = append(flow, v)
	}
	return flow
}

// rank is the nearest-rank quantile of sorted waits, in seconds.
func rank(sorted []hall.Time, percent int) *int {
	i := (len(sorted)*percent + 99) / 100
	seconds := public.Seconds(sorted[max(i, 1)-1])
	return &seconds
}
