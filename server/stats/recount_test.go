package stats

import (
	"maps"
	"math"
	"reflect"
	"slices"
	"sort"
	"testing"

	"jiaohao/server/hall"
	"jiaohao/server/hall/halltest"
)

// recount derives figures the slow way: it keeps the state's own tickets for ever, and for every group looks at every leg
// again. It shares nothing with the fold but the rules as the package describes them.
type recount struct {
	working *hall.Working
	tickets map[hall.TicketKey]hall.Ticket
	extra   map[hall.LegKey]*extra
}

// extra is what a state does not keep of a leg.
type extra struct {
	department string
	promise    int // minutes
	guessed    bool
	passed     bool
	offices    []string
}

func newRecount() *recount {
	return &recount{working: hall.NewWorking(), tickets: map[hall.TicketKey]hall.Ticket{}, extra: map[hall.LegKey]*extra{}}
}

func (c *recount) apply(r halltest.Record) {
	c.working.Apply(r.Seq, r.At, r.Header, r.Event)
	s := c.working.Publish()
	switch e := r.Event.(type) {
	case *hall.TicketIssued:
		c.join(s, hall.LegKey{Date: e.Key.Date, N: e.Key.N, Leg: 1}, e.Service)
	case *hall.LegAdded:
		c.join(s, hall.LegKey{Date: e.Key.Date, N: e.Key.N, Leg: uint8(e.Leg)}, e.Service)
	case *hall.LegPassed:
		c.extra[e.Leg].passed = true
	case *hall.LegEnded:
		c.extra[e.Leg].guessed = c.extra[e.Leg].guessed || e.Inferred
		c.did(s, e.Leg, e.Items)
	case *hall.LegCorrected:
		c.did(s, e.Leg, e.Items)
	}
}

func (c *recount) join(s hall.State, k hall.LegKey, service string) {
	v, _ := s.Plan().Service(service)
	c.extra[k] = &extra{department: v.Department, promise: v.PromiseMinutes}
}

func (c *recount) did(s hall.State, k hall.LegKey, items []hall.Item) {
	c.extra[k].offices = nil
	for _, item := range items {
		v, _ := s.Plan().Service(item.Service)
		c.extra[k].offices = append(c.extra[k].offices, v.Department)
	}
}

// look takes the tickets as they are now. It must be called before a day leaves the state.
func (c *recount) look() {
	s := c.working.Publish()
	for _, date := range s.Dates() {
		for t := range s.Tickets(date) {
			c.tickets[t.Key] = t
		}
	}
}

type tally struct {
	row                       Row
	wait, way, handling, stay []float64
}

// rows answers a query from the tickets.
func (c *recount) rows(q Query) []Row {
	groups, keys := map[string]*tally{}, map[string][]string{}
	at := func(t hall.Ticket, l hall.Leg, service, department, staff string) *tally {
		if q.From != 0 && t.Key.Date < q.From || q.To != 0 && t.Key.Date > q.To ||
			q.Department != "" && q.Department != department || q.Staff != "" && q.Staff != staff {
			return &tally{}
		}
		local := l.JoinedAt.In(c.working.Publish().Plan().Zone())
		all := map[string]string{"date": t.Key.Date.String(), "hour": local.Format("15"), "service": service, "window": l.Window,
			"staff": staff, "department": department, "class": l.Class}
		by, key, text := map[string]string{}, []string{}, ""
		for _, name := range q.By {
			by[name], key = all[name], append(key, all[name])
			text += all[name] + "|"
		}
		if groups[text] == nil {
			groups[text], keys[text] = &tally{row: Row{By: by}}, key
		}
		return groups[text]
	}
	bySomebody := q.Staff != "" || slices.Contains(q.By, "staff")
	for _, k := range slices.SortedFunc(maps.Keys(c.tickets), func(a, b hall.TicketKey) int {
		return (int(a.Date)-int(b.Date))*1_000_000 + int(a.N) - int(b.N)
	}) {
		t := c.tickets[k]
		for i, l := range t.Legs {
			x := c.extra[hall.LegKey{Date: k.Date, N: k.N, Leg: uint8(i + 1)}]
			own := at(t, l, l.Service, x.department, l.Staff)
			if i == 0 {
				own.row.Issued++
			}
			if t.State() == "voided" {
				continue
			}
			own.leg(l, x)
			if handling, ok := handlingOf(l, x); ok {
				if bySomebody {
					for _, share := range l.Shares {
						handling -= float64(share.Handling)
						g := at(t, l, l.Service, x.department, share.Staff)
						g.handling = append(g.handling, float64(share.Handling))
					}
				}
				own.handling = append(own.handling, handling)
			}
			if l.End == hall.Finished {
				for j, item := range l.Items {
					department := x.department
					if item.Service != l.Service {
						department = x.offices[j]
					}
					at(t, l, item.Service, department, l.Staff).row.Cases += item.Cases
				}
			}
		}
	}
	return finish(groups, keys)
}

func handlingOf(l hall.Leg, x *extra) (float64, bool) {
	return float64(l.Times.Handling), l.End == hall.Finished && !x.guessed && !l.Doubtful && !l.Outage
}

func (g *tally) leg(l hall.Leg, x *extra) {
	r := &g.row
	count := func(n *int, yes bool) {
		if yes {
			*n++
		}
	}
	count(&r.Called, l.FirstCallAt > 0)
	count(&r.Passed, x.passed)
	count(&r.Finished, l.End == hall.Finished)
	count(&r.Left, l.End == hall.Left)
	count(&r.Abandoned, l.End == hall.Abandoned)
	count(&r.Unserved, l.End == hall.Unserved)
	count(&r.Doubtful, l.Stage == hall.Ended && l.Doubtful)
	if l.Stage != hall.Ended || l.Outage {
		return
	}
	if l.FirstCallAt > 0 {
		g.wait = append(g.wait, float64(l.Times.Wait))
		count(&r.Promised, x.promise > 0)
		count(&r.PromiseMet, x.promise > 0 && l.Times.Wait <= hall.Time(x.promise)*60_000)
		if l.StartedAt > 0 && !x.guessed {
			g.way = append(g.way, float64(l.Times.Way))
		}
	}
	if l.End == hall.Finished && !l.Doubtful {
		g.stay = append(g.stay, float64(l.EndedAt-l.JoinedAt))
	}
}

func finish(groups map[string]*tally, keys map[string][]string) []Row {
	var names []string
	for name, g := range groups {
		r := &g.row
		r.Wait, r.Way, r.Handling, r.Stay = slowQuantiles(g.wait), slowQuantiles(g.way), slowQuantiles(g.handling), slowQuantiles(g.stay)
		empty := Row{By: r.By}
		if !reflect.DeepEqual(*r, empty) {
			names = append(names, name)
		}
		r.Few = r.Wait.Count < 20 || r.Handling.Count < 20
	}
	// Every key of the walks' hall is of one length, so that comparing text is comparing values.
	sort.Slice(names, func(i, j int) bool { return slices.Compare(keys[names[i]], keys[names[j]]) < 0 })
	var rows []Row
	for _, name := range names {
		rows = append(rows, groups[name].row)
	}
	return rows
}

func slowQuantiles(ms []float64) Quantiles {
	if len(ms) == 0 {
		return Quantiles{}
	}
	sort.Float64s(ms)
	sum := 0.0
	for _, v := range ms {
		sum += v
	}
	nearest := func(p float64) int {
		i := int(math.Ceil(p*float64(len(ms))-1e-9)) - 1
		return int(math.Floor(ms[i]/1000 + 0.5))
	}
	return Quantiles{Count: len(ms), MeanSeconds: int(math.Floor(sum/float64(len(ms))/1000 + 0.5)), P50Seconds: nearest(0.5),
		P90Seconds: nearest(0.9), P99Seconds: nearest(0.99)}
}

// walked folds a random walk both ways, comparing the whole as it goes.
func walked(t testing.TB, seed uint64, records int) (*Fold, *recount, []halltest.Record) {
	t.Helper()
	f, c := New(), newRecount()
	list := halltest.Records(seed, records)
	for i, r := range list {
		if _, ok := r.Event.(*hall.DayOpened); ok || i%700 == 0 {
			c.look()
		}
		f.Apply(r.Seq, r.At, r.Header, r.Event)
		c.apply(r)
		if i%1500 == 1499 {
			c.look()
			compare(t, f, c, Query{By: []string{"service"}})
		}
	}
	c.look()
	return f, c, list
}

func compare(t testing.TB, f *Fold, c *recount, q Query) {
	t.Helper()
	got, want := f.Rows(q), c.rows(q)
	if len(got) != len(want) {
		t.Fatalf("%+v: %d rows, the recount has %d", q, len(got), len(want))
	}
	for i := range got {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Fatalf("%+v: row %d\n   is %+v\nnaive %+v", q, i, got[i], want[i])
		}
	}
}

// TestRowsEqualNaiveRecount compares every grouping there is, with and without the filters and bounds.
func TestRowsEqualNaiveRecount(t *testing.T) {
	for seed := range uint64(3) {
		f, c, records := walked(t, seed+20, 6000)
		first, last := span(records)
		for set := range 1 << len(dimensions) {
			var by []string
			for i, name := range dimensions {
				if set&(1<<i) != 0 {
					by = append(by, name)
				}
			}
			q := Query{By: by}
			switch set % 4 {
			case 1:
				q.Department = "tax"
			case 2:
				q.Staff = "1003"
			case 3:
				q.From, q.To = first+1, last-1
			}
			compare(t, f, c, q)
		}
		for _, q := range []Query{{}, {Department: "land", Staff: "1005", By: []string{"hour"}}, {From: last, By: []string{"class", "window"}},
			{By: []string{"department", "hour", "date"}}, {Staff: "nobody"}} {
			compare(t, f, c, q)
		}
	}
}

func span(records []halltest.Record) (first, last hall.Date) {
	for _, r := range records {
		if e, ok := r.Event.(*hall.DayOpened); ok {
			if first == 0 {
				first = e.Date
			}
			last = e.Date
		}
	}
	return first, last
}

// TestWalksSayEnough guards the tests above: what they compare must not be empty.
func TestWalksSayEnough(t *testing.T) {
	f, _, records := walked(t, 20, 6000)
	if first, last := span(records); first == last || len(f.sealed) == 0 {
		t.Errorf("the walk from %s to %s sealed %d days", first, last, len(f.sealed))
	}
	r := f.Rows(Query{})[0]
	for name, n := range map[string]int{"issued": r.Issued, "called": r.Called, "finished": r.Finished, "cases": r.Cases, "passed": r.Passed,
		"left": r.Left, "abandoned": r.Abandoned, "unserved": r.Unserved, "doubtful": r.Doubtful, "wait": r.Wait.Count, "way": r.Way.Count,
		"handling": r.Handling.Count, "stay": r.Stay.Count, "promised": r.Promised, "kept": r.PromiseMet} {
		if n < 5 {
			t.Errorf("%s is only %d", name, n)
		}
	}
	whole, split := f.Rows(Query{})[0].Handling.Count, 0
	for _, r := range f.Rows(Query{By: []string{"staff"}}) {
		split += r.Handling.Count
	}
	if split <= whole {
		t.Errorf("%d handlings, %d by person: none was handed over", whole, split)
	}
	if n := len(f.Rows(Query{By: []string{"window"}})); n != 6 {
		t.Errorf("%d windows, where 5 and none were expected", n)
	}
}
