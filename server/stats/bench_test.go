package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"runtime"
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
// 250 000 tickets a year, and everything in it.
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
			groups := 0
			for b.Loop() {
				groups = len(f.Rows(bench.q))
			}
			b.ReportMetric(float64(groups), "groups")
		})
	}
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
	if err := s.SaveFold("stats", f); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := s.SaveFold("stats", f); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoad starts with a year.
func BenchmarkLoad(b *testing.B) {
	f := years(250, 2000)
	s := openStore(b, filepath.Join(b.TempDir(), "folds.db"))
	if err := s.SaveFold("stats", f); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, ok := s.LoadFold("stats"); !ok {
			b.Fatal("the figures are not there")
		}
	}
}
