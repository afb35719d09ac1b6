package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"jiaohao/server/hall"
)

// years makes a fold of business days of one hall with 20 windows, 40 services and 24 staff, as sealed days. It goes
// through the same tables as events would.
func years(days, tickets int) *Fold {
	f, r := New(), rand.New(rand.NewPCG(1, 2))
	date := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for range days {
		f.seal(tableOf(randomDay(r, hall.DateOf(date), tickets)))
		date = date.AddDate(0, 0, 1)
	}
	return f
}

func randomDay(r *rand.Rand, date hall.Date, tickets int) *hall.PastDay {
	d := &hall.PastDay{Date: date}
	took := func(mean float64) hall.Time { return hall.Time(mean * 60_000 * math.Exp(0.7*r.NormFloat64()-0.25)) }
	for range tickets {
		service, window := r.IntN(40), 1+r.IntN(20)
		p := hall.Past{Hour: 8 + r.IntN(9), Department: fmt.Sprintf("department-%d", service/4), Promised: 20 * 60_000}
		p.Service, p.Window, p.Staff, p.Class = fmt.Sprintf("service-%d", service), fmt.Sprint(window), fmt.Sprint(1000+window), hall.Ordinary
		p.Stage, p.End, p.Calls, p.StartedAt = hall.Ended, hall.Finished, 1, 1
		p.Times = hall.Times{Wait: took(15), Way: took(0.5), Handling: took(8)}
		p.EndedAt = p.Times.Sum()
		p.Items, p.Offices = []hall.Item{{Service: p.Service, Cases: 1}}, []string{p.Department}
		d.Tickets = append(d.Tickets, hall.PastTicket{Legs: []hall.Past{p}})
	}
	return d
}

// BenchmarkQueries asks what dashboards ask: A is each hour of a month, B each window and day of a year, of one hall with
// 250 000 tickets a year, and everything in it. x-plain is how many times longer that takes than the yardstick of
// research/performance.md §4, in rounds that take turns: waits alone, grouped and sorted in plain Go on one core. DuckDB
// took 6.1 (A) and 1.6 (B) times as long as it.
func BenchmarkQueries(b *testing.B) {
	f := years(2*366, 683)
	from := func(t table) hall.Date { return t.date }
	for _, bench := range []struct {
		name string
		q    Query
	}{
		{"A", Query{From: from(f.sealed[366]), To: from(f.sealed[396]), By: []string{"date", "hour"}}},
		{"B", Query{From: from(f.sealed[366]), By: []string{"date", "window"}}},
		{"YearByStaffAndService", Query{From: from(f.sealed[366]), By: []string{"staff", "service"}}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			plain := columnsOf(f, bench.q)
			var ours, yardstick []float64
			groups := 0
			for b.Loop() {
				began := time.Now()
				groups = len(f.Rows(bench.q))
				between := time.Now()
				if n := plain.percentiles(); n != groups {
					b.Fatalf("%d groups, the yardstick has %d", groups, n)
				}
				ours = append(ours, between.Sub(began).Seconds())
				yardstick = append(yardstick, time.Since(between).Seconds())
			}
			b.ReportMetric(float64(groups), "groups")
			b.ReportMetric(median(ours)*1000, "ms")
			b.ReportMetric(median(ours)/median(yardstick), "x-plain")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

// columns are the waits of a query with the group that each belongs to, as a reader made for nothing else would hold them.
type columns struct {
	group []uint64
	wait  []uint32
}

func columnsOf(f *Fold, q Query) (c columns) {
	words, numbers := map[string]string{}, map[string]uint64{"": 0}
	for _, t := range f.tables(q.From, q.To) {
		r := t.open(words)
		for l := (line{}); r.next(&l); {
			var key uint64
			for _, name := range q.By {
				key <<= 16
				switch where := fields[name]; where {
				case theDate:
					key |= uint64(t.date) & 0xffff // one year
				case theHour:
					key |= uint64(l.hour)
				default:
					word := r.words[r.places[l.place][where]]
					if numbers[word] == 0 {
						numbers[word] = uint64(len(numbers))
					}
					key |= numbers[word]
				}
			}
			c.group, c.wait = append(c.group, key), append(c.wait, uint32(l.wait))
		}
	}
	return c
}

// percentiles sorts each group and reads three nearest-rank percentiles.
func (c columns) percentiles() int {
	groups, sum := map[uint64][]uint32{}, uint64(0)
	for i, key := range c.group {
		groups[key] = append(groups[key], c.wait[i])
	}
	for _, v := range groups {
		slices.Sort(v)
		for _, percent := range []int{50, 90, 99} {
			sum += uint64(v[(len(v)*percent+99)/100-1])
		}
	}
	if sum == 0 {
		return 0
	}
	return len(groups)
}

// BenchmarkMemory measures what a year of 250 days with 2000 tickets takes.
func BenchmarkMemory(b *testing.B) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f := years(250, 2000)
	runtime.GC()
	runtime.ReadMemStats(&after)
	for b.Loop() {
		runtime.KeepAlive(f)
	}
	held := float64(after.HeapAlloc) - float64(before.HeapAlloc)
	b.ReportMetric(held/(250*2000), "B/ticket")
	b.ReportMetric(held/(1<<20), "MiB/year")
}

// TestYearsFitIntoMemory holds the fold to what BenchmarkMemory reports: ten years of 2000 tickets a day below 128 MiB.
func TestYearsFitIntoMemory(t *testing.T) {
	n := 0
	for _, day := range years(20, 2000).sealed {
		n += cap(day.bytes)
	}
	if perTicket := float64(n) / (20 * 2000); perTicket*2000*3652 > 128<<20 {
		t.Errorf("%.1f bytes a ticket", perTicket)
	}
}

// BenchmarkSave saves after each day of a year that is there already: what it costs must not grow with the years.
func BenchmarkSave(b *testing.B) {
	f := years(250, 2000)
	s := openStore(b, filepath.Join(b.TempDir(), "folds.db"))
	if err := s.SaveFold("stats", f, nil); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := s.SaveFold("stats", f, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoad starts with a year.
func BenchmarkLoad(b *testing.B) {
	f := years(250, 2000)
	s := openStore(b, filepath.Join(b.TempDir(), "folds.db"))
	if err := s.SaveFold("stats", f, nil); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, ok := s.LoadFold("stats"); !ok {
			b.Fatal("the figures are not there")
		}
	}
}
