package counter

import (
	"slices"
	"sync"

	"jiaohao/server/hall"
)

// daybook keeps the median handling of each window's day, so that a view is not a walk over all tickets.
type daybook struct {
	mu sync.Mutex
	of map[string]dayPage
}

// dayPage is good for as long as its window has finished nothing more.
type dayPage struct {
	date     hall.Date
	finished int
	last     hall.LegKey
	median   hall.Time
	counted  int
}

// median gives the median handling of a window today, and of how many legs; 0 of none.
func (d *daybook) median(s hall.State, post hall.Post) (median hall.Time, of int) {
	date, _ := s.Today()
	d.mu.Lock()
	defer d.mu.Unlock()
	page, known := d.of[post.Window]
	if known && page.date == date && page.finished == post.Finished && page.last == post.LastEnded {
		return page.median, page.counted
	}
	page = dayPage{date: date, finished: post.Finished, last: post.LastEnded}
	page.median, page.counted = medianHandling(s, date, post.Window)
	if d.of == nil {
		d.of = map[string]dayPage{}
	}
	d.of[post.Window] = page
	return page.median, page.counted
}

// medianHandling is the nearest-rank median over the finished legs of a window whose times can be believed.
func medianHandling(s hall.State, date hall.Date, window string) (median hall.Time, of int) {
	var times []hall.Time
	for t := range s.Tickets(date) {
		for _, l := range t.Legs {
			if l.End == hall.Finished && l.Window == window && !l.Inferred && !l.Doubtful && !t.Voided {
				times = append(times, l.Times.Handling)
			}
		}
	}
	if len(times) == 0 {
		return 0, 0
	}
	slices.Sort(times)
	return times[(len(times)-1)/2], len(times)
}
