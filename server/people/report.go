package people

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Report is what the people of the hall did and what became of them.
type Report struct {
	Arrivals  int // citizens who wanted a ticket
	Issued    int // of them got one
	Finished  int // handlings brought to their end
	Cancelled int // tickets given up while waiting
	Deferred  int // times a citizen let others go first
	Passed    int // calls that nobody came to
	Returned  int // of them came back
	Parked    int // handlings interrupted
	Moved     int // tickets sent on to another service
	Left      int // citizens who went away in the middle of a handling
	Rated     int
	Pauses    int
	Unserved  int // tickets that the end of the recorded day found waiting
	Abandoned int // tickets that the end of the recorded day found passed

	Refused  map[string]int // refusals by the code of the problem
	Requests int
	Retries  int // of them sent again under the same key

	// The following are of a recorded day.

	Dates      []string // business dates of the hall on which its tickets lie
	Mapping    []Mapped // what the record's names became
	Counts     []Count  // tickets issued, by what was recorded
	Mismatches []string // differences between the record and the hall
}

// Mapped is a name of the record and what stands for it in the hall.
type Mapped struct {
	Kind     string // service or class
	Recorded string
	Hall     string // id of the hall
	Arrivals int
}

// Count is how many tickets were issued for one service and class of the record in an hour of the day (0 to 23).
type Count struct {
	Service, Class string
	Hour           int
	Tickets        int
}

func (r *Report) refuse(code string) {
	if r.Refused == nil {
		r.Refused = map[string]int{}
	}
	r.Refused[code]++
}

func (r *Report) mismatch(format string, args ...any) {
	const most = 50 // one fault can show in every row
	if len(r.Mismatches) < most {
		r.Mismatches = append(r.Mismatches, fmt.Sprintf(format, args...))
	}
}

// count adds a ticket to the counts, which stay sorted.
func (r *Report) count(service, class string, at time.Duration) {
	c := Count{Service: service, Class: class, Hour: int(at/time.Hour) % 24}
	i, known := slices.BinarySearchFunc(r.Counts, c, func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Class, b.Class), cmp.Compare(a.Hour, b.Hour))
	})
	if !known {
		r.Counts = slices.Insert(r.Counts, i, c)
	}
	r.Counts[i].Tickets++
}
