package bench

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/stats"
)

// question is what a dashboard asks, and the line it must keep. A plain program that keeps rows in memory and sorts each
// group was measured beside DuckDB on the same rows: that took 6.1 times as long for A, 1.6 times for B.
type question struct {
	name string
	days int
	by   []string
	key  func(w waited) uint64
	most float64
}

var questions = []question{
	{"dashboard A: each hour of a month", 31, []string{"date", "hour"}, func(w waited) uint64 { return uint64(w.date)<<16 | uint64(w.hour) }, 6.1},
	{"dashboard B: each window and day of a year", 366, []string{"date", "window"}, func(w waited) uint64 { return uint64(w.date)<<16 | uint64(w.window) }, 1.6},
}

// dashboards asks the hall, and a plain program on the same rows, in turns. Both must say the same.
func (r *run) dashboards(open Hall, h *history) error {
	last := h.waits[len(h.waits)-1].date
	for _, q := range questions {
		var s samples
		ask := stats.Query{From: last.Next(1 - q.days), To: last, By: q.by}
		for range 2 * r.Rounds {
			began := time.Now()
			rows := open.Rows(ask)
			ours := time.Since(began)
			began = time.Now()
			groups := plain(h.waits, ask.From, q.key)
			s.add(ms(ours), ms(time.Since(began)))
			if err := agree(rows, groups); err != nil {
				return fmt.Errorf("%s: %w", q.name, err)
			}
		}
		note := "the hall's rows hold four times and nine counts, the plain program's one time; the line is what DuckDB took of plain memory (5.7 and 24 ms)"
		r.report.row(q.name, "ms", "plain sort", s, &Line{AtMost: q.most}, note)
	}
	return nil
}

// plain groups and sorts waits from a date on, and gives count and median of each group, in the order of the keys.
func plain(waits []waited, from hall.Date, key func(waited) uint64) [][2]int64 {
	first, _ := slices.BinarySearchFunc(waits, from, func(w waited, d hall.Date) int { return cmp.Compare(w.date, d) })
	groups := map[uint64][]hall.Time{}
	for _, w := range waits[first:] {
		groups[key(w)] = append(groups[key(w)], w.took)
	}
	var out [][2]int64
	for _, times := range groups {
		slices.Sort(times)
		quantile(times, 90)
		quantile(times, 99)
		out = append(out, [2]int64{int64(len(times)), int64(quantile(times, 50))})
	}
	return out
}

// agree compares the multiset of counts and medians. The hall rounds to seconds.
func agree(rows []stats.Row, groups [][2]int64) error {
	var ours, theirs [][2]int64
	for _, row := range rows {
		if row.Wait.Count > 0 {
			ours = append(ours, [2]int64{int64(row.Wait.Count), int64(row.Wait.P50Seconds)})
		}
	}
	for _, g := range groups {
		theirs = append(theirs, [2]int64{g[0], (2*g[1] + 1000) / 2000})
	}
	order := func(a, b [2]int64) int { return slices.Compare(a[:], b[:]) }
	slices.SortFunc(ours, order)
	slices.SortFunc(theirs, order)
	if !slices.Equal(ours, theirs) {
		return fmt.Errorf("the hall gives %d groups, the plain sort %d, and they differ", len(ours), len(theirs))
	}
	return nil
}
