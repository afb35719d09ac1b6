package records

import (
	"context"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"

	"jiaohao/server/hall"
	"jiaohao/server/hall/halltest"
	"jiaohao/server/journal"
	"jiaohao/server/stats"
)

// recorded puts records into a journal in memory.
func recorded(t testing.TB, list []halltest.Record) *journal.Memory {
	t.Helper()
	j := journal.NewMemory()
	for _, r := range list {
		chained, secret, err := hall.Encode(r.Header, r.Event)
		if err != nil {
			t.Fatal(err)
		}
		if res := j.Append(r.Seq-1, []journal.Draft{{At: int64(r.At), Kind: r.Event.Kind(), Bytes: chained, Private: secret}}); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	return j
}

// counting tells how many records were read.
type counting struct {
	*journal.Memory
	read int
}

func (c *counting) Read(ctx context.Context, from uint64, each func(journal.Record) error) error {
	return c.Memory.Read(ctx, from, func(r journal.Record) error {
		c.read++
		return each(r)
	})
}

// TestSince finds the same record as a search from the first one, also where many have one time, and reads few.
func TestSince(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	j := &counting{Memory: journal.NewMemory()}
	var times []int64
	for at := int64(1000); len(times) < 3000; at += r.Int64N(3) * r.Int64N(50) {
		times = append(times, at)
		if res := j.Append(uint64(len(times)-1), []journal.Draft{{At: at, Kind: "k"}}); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	for at := int64(900); at < times[len(times)-1]+100; at += 7 {
		want := uint64(1)
		for int(want) <= len(times) && times[want-1] < at {
			want++
		}
		j.read = 0
		got, err := Since(t.Context(), j, hall.Time(at))
		if err != nil || got != want || j.read > 13 {
			t.Fatalf("since %d: %d, want %d, %d records read, %v", at, got, want, j.read, err)
		}
	}
	if got, err := Since(t.Context(), journal.NewMemory(), 5); got != 1 || err != nil {
		t.Errorf("an empty journal: %d %v", got, err)
	}
}

// closed is where a fold stood at the last close of a date.
type closed struct {
	seq      uint64
	services []stats.Row
	total    []stats.Row
}

// TestClosings: the figures of a close are those of the statistics once they have come to that record, on random halls.
func TestClosings(t *testing.T) {
	days, reopened := 0, 0
	for seed := range uint64(12) {
		list := halltest.Records(seed, 2500)
		j := &counting{Memory: recorded(t, list)}
		want, plan := map[hall.Date]closed{}, (*hall.Plan)(nil)
		fold := stats.New()
		for _, r := range list {
			fold.Apply(r.Seq, r.At, r.Header, r.Event)
			switch e := r.Event.(type) {
			case *hall.PlanSet:
				plan = e.Plan
			case *hall.DayOpened:
				if want[e.Date].seq != 0 {
					reopened++
				}
				delete(want, e.Date)
			case *hall.DayClosed:
				day := stats.Query{From: e.Date, To: e.Date}
				total := fold.Rows(day)
				day.By = []string{"service"}
				want[e.Date] = closed{r.Seq, fold.Rows(day), total}
			}
		}
		for date, w := range want {
			days++
			j.read = 0
			c, err := ClosingOf(t.Context(), j, plan, date)
			if err != nil || c.Closed.Seq != w.seq {
				t.Fatalf("seed %d, %s: closed at %d, want %d: %v", seed, date, c.Closed.Seq, w.seq, err)
			}
			compare(t, c, w)
			checkHead(t, j, c)
		}
	}
	if days < 20 {
		t.Errorf("only %d days were closed, %d of them twice: the test has gone blind", days, reopened)
	}
}

func compare(t *testing.T, c stats.Closing, w closed) {
	t.Helper()
	var rows []stats.Row
	sum := stats.Counts{}
	for _, s := range c.Services {
		rows = append(rows, s.Row)
		sum.Cancelled, sum.Voided, sum.Open = sum.Cancelled+s.Cancelled, sum.Voided+s.Voided, sum.Open+s.Open
	}
	if !sameRows(rows, w.services) || len(w.total) > 0 && !sameRows([]stats.Row{c.Total.Row}, w.total) {
		t.Fatalf("%s:\n%+v\n%+v\nthe statistics say\n%+v\n%+v", c.Date, rows, c.Total.Row, w.services, w.total)
	}
	if sum.Voided != c.Total.Voided || sum.Cancelled > c.Total.Cancelled || sum.Open > c.Total.Open {
		t.Errorf("%s: by service %+v, in all %+v", c.Date, sum, c.Total)
	}
}

// sameRows leaves out what hangs on the plan in force: which promise a service made.
func sameRows(a, b []stats.Row) bool {
	clean := func(rows []stats.Row) (out []stats.Row) {
		for _, r := range rows {
			r.Promised, r.PromiseMet = 0, 0
			out = append(out, r)
		}
		return out
	}
	return reflect.DeepEqual(clean(a), clean(b))
}

func checkHead(t *testing.T, j journal.Journal, c stats.Closing) {
	t.Helper()
	err := read(t.Context(), j, c.Closed.Seq, func(r journal.Record) error {
		if r.Kind != "day.closed" || r.Chain != c.Chain || hall.Time(r.At) != c.Closed.At {
			t.Errorf("%s: record %d is a %s with chain %x, not %x", c.Date, r.Seq, r.Kind, r.Chain, c.Chain)
		}
		return errEnough
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDaysThatHaveNoClose(t *testing.T) {
	list := halltest.Records(3, 2500)
	first, open := hall.Date(0), hall.Date(0)
	for _, r := range list {
		switch e := r.Event.(type) {
		case *hall.DayOpened:
			if open = e.Date; first == 0 {
				first = e.Date
			}
		case *hall.DayClosed:
			open = 0
		}
	}
	j := recorded(t, list)
	plan := halltest.Plan(0)
	for _, date := range []hall.Date{first.Next(-1), first.Next(-400), first.Next(4000)} {
		if _, err := ClosingOf(t.Context(), j, plan, date); !errors.Is(err, ErrNoDay) {
			t.Errorf("%s: %v", date, err)
		}
	}
	if open != 0 {
		if _, err := ClosingOf(t.Context(), j, plan, open); !errors.Is(err, ErrNotClosed) {
			t.Errorf("the open day %s: %v", open, err)
		}
	}
}

// TestAClosingReadsItsDayAlone: on many days of records a close is found without reading the others.
func TestAClosingReadsItsDayAlone(t *testing.T) {
	list := halltest.Records(2, 20000)
	j := &counting{Memory: recorded(t, list)}
	days := 0
	for _, r := range list {
		closed, ok := r.Event.(*hall.DayClosed)
		if !ok {
			continue
		}
		days++
		j.read = 0
		_, err := ClosingOf(t.Context(), j, halltest.Plan(0), closed.Date)
		if err != nil && !errors.Is(err, ErrNotClosed) || j.read > len(list)/4 {
			t.Errorf("%s: %d of %d records read, %v", closed.Date, j.read, len(list), err)
		}
	}
	if days < 20 {
		t.Errorf("only %d closes", days)
	}
}
