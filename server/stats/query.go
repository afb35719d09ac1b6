package stats

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"jiaohao/server/hall"
)

// Dimensions lists the names that figures can be grouped by.
func Dimensions() []string { return slices.Clone(dimensions[:]) }

var dimensions = [...]string{"date", "hour", "service", "window", "staff", "department", "class"}

// Query asks for figures.
type Query struct {
	From, To   hall.Date // business dates, both included; 0 = no bound
	By         []string  // of Dimensions, in the order of the answer; other names are ignored, none = one row for all
	Department string    // only this one's; "" = all
	Staff      string    // only this person's; "" = all
}

// Row is the figures of one group. Which leg counts where is said at the package.
type Row struct {
	By         map[string]string `json:"by"` // date as 2026-11-23, hour as 00 to 23, others by id; "" = none, for instance a leg never called
	Issued     int               `json:"issued"`
	Called     int               `json:"called"`
	Finished   int               `json:"finished"`
	Cases      int               `json:"cases"`
	Passed     int               `json:"passed"`
	Left       int               `json:"left"`
	Abandoned  int               `json:"abandoned"`
	Unserved   int               `json:"unserved"`
	Doubtful   int               `json:"doubtful"`
	Wait       Quantiles         `json:"wait"`
	Way        Quantiles         `json:"way"`
	Handling   Quantiles         `json:"handling"`
	Stay       Quantiles         `json:"stay"`
	Few        bool              `json:"few,omitempty"` // fewer than FewBelow waits or handlings: too few to judge by
	Promised   int               `json:"-"`             // waits of Wait that a service had promised a limit for
	PromiseMet int               `json:"-"`             // and that kept it
}

// FewBelow is how many waits and handlings a row needs before its quantiles say something about anybody.
const FewBelow = 20

// Rows answers a query. Groups without any figure are left out. Rows are sorted by their keys in the order of By, runs of
// digits by their value.
func (f *Fold) Rows(q Query) []Row {
	a := newAnswer(q)
	for _, t := range f.tables(q.From, q.To) {
		a.add(t)
	}
	return a.rows()
}

// answer gathers facts into groups.
type answer struct {
	q      Query
	by     []string
	split  bool // handlings by person
	hourly bool
	groups map[groupKey]*group
}

// groupKey is the values of a group, in the order of the query.
type groupKey [len(dimensions)]string

type group struct {
	key                       groupKey
	row                       Row
	wait, way, handling, stay []hall.Time
}

func newAnswer(q Query) *answer {
	a := &answer{q: q, groups: map[groupKey]*group{}}
	for _, name := range q.By {
		if slices.Contains(dimensions[:], name) && !slices.Contains(a.by, name) {
			a.by = append(a.by, name)
		}
	}
	a.split = q.Staff != "" || slices.Contains(a.by, "staff")
	a.hourly = slices.Contains(a.by, "hour")
	return a
}

// add takes a day.
func (a *answer) add(t table) {
	r := t.open()
	groups, given := a.grouping(t, r), hall.Time(0)
	for l, ok := r.next(); ok; l, ok = r.next() {
		handling := l.handling
		switch {
		case l.flags&part != 0:
			if given += handling; !a.split {
				continue
			}
		case a.split:
			handling, given = handling-given, 0
		}
		if g := groups.of(l.place, l.hour); g != nil {
			g.add(&l.fact, handling)
		}
	}
}

// fields are where the dimensions that belong to places stand in [placeWords].
var fields = map[string]int{"service": 0, "window": 1, "staff": 2, "department": 3, "class": 4}

// grouping tells which group a line of one day's table belongs to. Places that differ in nothing that was asked share a
// kind, and whom they count for is settled once for each kind and hour: that is most of the work of a long query.
type grouping struct {
	answer *answer
	table  *tableReader
	date   string
	kinds  []int32 // of places; none = not asked for
	groups [24][]*group
}

const none = -1

func (a *answer) grouping(t table, r *tableReader) *grouping {
	g := &grouping{answer: a, table: r, date: t.date.String(), kinds: make([]int32, len(r.places))}
	kinds := map[placeWords]int32{}
	for i, p := range r.places {
		if a.q.Department != "" && r.words[p[3]] != a.q.Department || a.q.Staff != "" && r.words[p[2]] != a.q.Staff {
			g.kinds[i] = none
			continue
		}
		var asked placeWords
		for _, name := range a.by {
			if field, ok := fields[name]; ok {
				asked[field] = p[field] + 1
			}
		}
		kind, known := kinds[asked]
		if !known {
			kind = int32(len(kinds))
			kinds[asked] = kind
		}
		g.kinds[i] = kind
	}
	for hour := range g.groups {
		if hour == 0 || a.hourly {
			g.groups[hour] = make([]*group, len(kinds))
		}
	}
	return g
}

// of gives the group of a line, nil when it was not asked for.
func (g *grouping) of(place, hour int) *group {
	kind := g.kinds[place]
	if kind == none {
		return nil
	}
	if !g.answer.hourly {
		hour = 0
	}
	found := &g.groups[hour][kind]
	if *found == nil {
		*found = g.answer.group(g.key(place, hour))
	}
	return *found
}

func (g *grouping) key(place, hour int) (key groupKey) {
	for i, name := range g.answer.by {
		switch name {
		case "date":
			key[i] = g.date
		case "hour":
			key[i] = strconv.Itoa(100 + hour)[1:]
		default:
			key[i] = g.table.words[g.table.places[place][fields[name]]]
		}
	}
	return key
}

func (a *answer) group(key groupKey) *group {
	g := a.groups[key]
	if g == nil {
		g = &group{key: key}
		a.groups[key] = g
	}
	return g
}

func (g *group) add(f *fact, handling hall.Time) {
	one := func(flag flags) int {
		if f.flags&flag != 0 {
			return 1
		}
		return 0
	}
	r := &g.row
	r.Issued += one(issued)
	r.Called += one(called)
	r.Finished += one(finished)
	r.Cases += f.cases
	r.Passed += one(passed)
	r.Left += one(left)
	r.Abandoned += one(abandoned)
	r.Unserved += one(unserved)
	r.Doubtful += one(doubtful)
	r.Promised += one(promised)
	r.PromiseMet += one(kept)
	g.times(f, handling)
}

func (g *group) times(f *fact, handling hall.Time) {
	if f.flags&hasWait != 0 {
		g.wait = append(g.wait, f.wait)
	}
	if f.flags&hasWay != 0 {
		g.way = append(g.way, f.way)
	}
	if f.flags&hasHandling != 0 {
		g.handling = append(g.handling, handling)
	}
	if f.flags&hasStay != 0 {
		g.stay = append(g.stay, f.stay)
	}
}

func (a *answer) rows() []Row {
	groups := make([]*group, 0, len(a.groups))
	for _, g := range a.groups {
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(x, y *group) int {
		return slices.CompareFunc(x.key[:], y.key[:], natural)
	})
	rows := make([]Row, len(groups))
	for i, g := range groups {
		rows[i] = g.finish(a.by)
	}
	return rows
}

func (g *group) finish(by []string) Row {
	r := g.row
	r.By = make(map[string]string, len(by))
	for i, name := range by {
		r.By[name] = g.key[i]
	}
	r.Wait, r.Way, r.Handling, r.Stay = quantilesOf(g.wait), quantilesOf(g.way), quantilesOf(g.handling), quantilesOf(g.stay)
	r.Few = r.Wait.Count < FewBelow || r.Handling.Count < FewBelow
	return r
}

// natural compares words with runs of digits by their value: window 3 before window 10.
func natural(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		m, n := digits(x), digits(y)
		if m == 0 || n == 0 {
			if c := cmp.Compare(x[0], y[0]); c != 0 {
				return c
			}
			x, y = x[1:], y[1:]
			continue
		}
		p, q := strings.TrimLeft(x[:m], "0"), strings.TrimLeft(y[:n], "0")
		if c := cmp.Or(cmp.Compare(len(p), len(q)), cmp.Compare(p, q)); c != 0 {
			return c
		}
		x, y = x[m:], y[n:]
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(a, b))
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
