package stats

import "jiaohao/server/hall"

// place is what a fact is about, besides date and hour.
type place struct{ service, window, staff, department, class string }

// flags say what a fact counts as and which times it has.
type flags uint16

const (
	issued flags = 1 << iota
	called
	finished
	passed
	left
	abandoned
	unserved
	doubtful
	hasCases
	hasWait
	hasWay
	hasHandling
	hasStay
	promised // its service promised a wait
	kept     // and it was not longer
	part     // only one person's part of the handling of the next whole fact
)

// fact is one line of a day's table.
type fact struct {
	place place
	figures
}

// figures are what a fact counts. Times are milliseconds.
type figures struct {
	hour                      int
	flags                     flags
	cases                     int
	wait, way, handling, stay hall.Time
}

// factsOf gives the facts of one ticket, in the order in which they are stored.
func factsOf(t *hall.PastTicket) []fact {
	if t.Voided {
		f := whole(&t.Legs[0])
		return []fact{{place: f.place, figures: figures{hour: f.hour, flags: issued}}}
	}
	var facts []fact
	for i := range t.Legs {
		p := &t.Legs[i]
		f := whole(p)
		if i == 0 {
			f.flags |= issued
		}
		if f.flags&hasHandling != 0 {
			facts = append(facts, parts(p, f)...)
		}
		own, others := cases(p, f)
		if own > 0 {
			f.flags, f.cases = f.flags|hasCases, own
		}
		if f.flags != 0 {
			facts = append(facts, f)
		}
		facts = append(facts, others...)
	}
	return facts
}

// whole is a leg with everything but its cases and whether a ticket begins with it.
func whole(p *hall.Past) fact {
	f := fact{place: place{service: p.Service, window: p.Window, staff: p.Staff, department: p.Department, class: p.Class},
		figures: figures{hour: p.Hour, flags: counts(p)}}
	f.time(&f.wait, hasWait, p.WaitDone)
	f.time(&f.way, hasWay, p.WayDone)
	f.time(&f.handling, hasHandling, p.HandlingDone)
	f.time(&f.stay, hasStay, p.StayDone)
	if f.flags&hasWait != 0 && p.Promised > 0 {
		f.flags |= promised
		if f.wait <= p.Promised {
			f.flags |= kept
		}
	}
	return f
}

func (f *fact) time(into *hall.Time, has flags, done func() (hall.Time, bool)) {
	if t, ok := done(); ok {
		*into, f.flags = t, f.flags|has
	}
}

var ends = map[hall.End]flags{hall.Finished: finished, hall.Left: left, hall.Abandoned: abandoned, hall.Unserved: unserved}

func counts(p *hall.Past) flags {
	f := ends[p.End]
	if p.Calls > 0 {
		f |= called
	}
	if p.Passes > 0 {
		f |= passed
	}
	if p.End != 0 && p.Doubtful {
		f |= doubtful
	}
	return f
}

// parts are what earlier persons did of a handling that was handed over.
func parts(p *hall.Past, whole fact) []fact {
	var facts []fact
	for _, s := range p.Shares {
		f := fact{place: whole.place, figures: figures{hour: whole.hour, flags: part | hasHandling, handling: s.Handling}}
		f.place.staff = s.Staff
		facts = append(facts, f)
	}
	return facts
}

// cases splits the items of a leg into those of its own service and, as facts of their own, those of others.
func cases(p *hall.Past, whole fact) (own int, others []fact) {
	if p.End != hall.Finished {
		return 0, nil
	}
	for i, item := range p.Items {
		if item.Service == p.Service {
			own += item.Cases
			continue
		}
		f := fact{place: whole.place, figures: figures{hour: whole.hour, flags: hasCases, cases: item.Cases}}
		f.place.service, f.place.department = item.Service, p.Offices[i]
		others = append(others, f)
	}
	return own, others
}
