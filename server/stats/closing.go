package stats

import "jiaohao/server/hall"

// Closing is a business day as it stood when it was closed. Whoever keeps Chain, the head of the journal at that record, can
// tell later whether anything up to it was changed.
type Closing struct {
	Date   hall.Date
	Opened Mark // the first time
	Closed Mark // the last time
	Chain  [32]byte
	Total  Counts
	// Services are those that a ticket of the day was for, in the order of [Fold.Rows].
	Services []Counts
	// Kept and Erased are the private parts of the day's records up to the close, as they are now.
	Kept, Erased int
}

// Mark is when and by whom something was done, and the sequence of its record.
type Mark struct {
	Seq uint64
	At  hall.Time
	By  hall.Actor // only Kind and ID
}

// Counts are the figures of one service, or of all when Service is "". A voided ticket counts as issued and as voided, and
// nowhere else.
type Counts struct {
	Service string
	Row
	Cancelled int // legs
	Voided    int // tickets, where they began
	Open      int // legs that were still being served
}

// CountsOf gives the figures of one business day as it stands: in all, and by service. The rows are those that [Fold.Rows]
// gives once the fold has come to the same record.
func CountsOf(d *hall.PastDay) (total Counts, services []Counts) {
	byService := map[string]*Counts{}
	for _, row := range rowsOf(d, "service") {
		services = append(services, Counts{Service: row.By["service"], Row: row})
	}
	for i := range services {
		byService[services[i].Service] = &services[i]
	}
	for _, row := range rowsOf(d) {
		total.Row = row
	}
	for i := range d.Tickets {
		count(&d.Tickets[i], func(string) *Counts { return &total })
		count(&d.Tickets[i], func(service string) *Counts { return byService[service] })
	}
	return total, services
}

func rowsOf(d *hall.PastDay, by ...string) []Row {
	a := newAnswer(Query{By: by})
	a.add(tableOf(d))
	return a.rows()
}

// count adds what the figures of a [Row] do not tell.
func count(t *hall.PastTicket, of func(service string) *Counts) {
	if t.Voided {
		of(t.Legs[0].Service).Voided++
		return
	}
	for i := range t.Legs {
		leg := &t.Legs[i]
		switch c := of(leg.Service); {
		case c == nil: // a leg that nothing else counts: moved before it was called
		case leg.Stage != hall.Ended:
			c.Open++
		case leg.End == hall.Cancelled:
			c.Cancelled++
		}
	}
}
