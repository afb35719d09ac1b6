package stats

import (
	"slices"
	"strconv"

	"jiaohao/server/hall"
)

// answer gathers the facts of days into groups.
type answer struct {
	q      Query
	by     []string
	where  []int // of by: which field of [placeWords], or one of theDate and theHour
	split  bool  // handlings by person
	hourly bool
	daily  bool // no group reaches over two days
	known  map[groupKey]*group
	groups []*group
	words  map[string]string // each word of the days' dictionaries once
	free   [][times][]hall.Time
	pairs  []int32
}

// groupKey is the values of a group, in the order of the query.
type groupKey [len(dimensions)]string

// The times of a leg that are summed up.
const (
	waitTime = iota
	wayTime
	handlingTime
	stayTime
	times
)

type group struct {
	key    groupKey
	rank   [len(dimensions)]uint32 // of the key's words among all of the answer
	row    Row
	values [times][]hall.Time
}

func newAnswer(q Query) *answer {
	a := &answer{q: q, known: map[groupKey]*group{}, words: map[string]string{}}
	for _, name := range q.By {
		if slices.Contains(dimensions[:], name) && !slices.Contains(a.by, name) {
			a.by, a.where = append(a.by, name), append(a.where, fields[name])
		}
	}
	a.split = q.Staff != "" || slices.Contains(a.by, "staff")
	a.hourly, a.daily = slices.Contains(a.by, "hour"), slices.Contains(a.by, "date")
	return a
}

// add takes a day. No day may come twice.
func (a *answer) add(t table) {
	first, r := len(a.groups), t.open(a.words)
	groups, given := a.grouping(t, r), hall.Time(0)
	var l line
	for r.next(&l) {
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
			g.add(&l.figures, handling)
		}
	}
	if a.daily {
		for _, g := range a.groups[first:] {
			g.sumUp()
			a.free = append(a.free, g.empty())
		}
	}
}

// grouping tells which group a line of one day's table belongs to. Places that differ in nothing that was asked share a
// kind, and whom they count for is settled once for each kind and hour: that is most of the work of a long query.
type grouping struct {
	answer *answer
	table  *tableReader
	date   string
	kinds  []int32 // of places; none = not asked for
	groups [24][]*group
}

func (a *answer) grouping(t table, r *tableReader) *grouping {
	g := &grouping{answer: a, table: r, date: t.date.String()}
	kinds := 1
	g.kinds, kinds = a.kindsOf(r)
	for hour := range g.groups {
		if hour == 0 || a.hourly {
			g.groups[hour] = make([]*group, kinds)
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
	for i, where := range g.answer.where {
		switch where {
		case theDate:
			key[i] = g.date
		case theHour:
			key[i] = hours[hour]
		default:
			key[i] = g.table.words[g.table.places[place][where]]
		}
	}
	return key
}

var hours = func() (names [24]string) {
	for hour := range names {
		names[hour] = strconv.Itoa(100 + hour)[1:]
	}
	return names
}()

// group finds or makes a group. One that ends with its day is never looked for again.
func (a *answer) group(key groupKey) *group {
	if a.daily {
		g := &group{key: key}
		if n := len(a.free); n > 0 {
			g.values, a.free = a.free[n-1], a.free[:n-1]
		}
		a.groups = append(a.groups, g)
		return g
	}
	if g := a.known[key]; g != nil {
		return g
	}
	g := &group{key: key}
	a.known[key] = g
	a.groups = append(a.groups, g)
	return g
}

func (g *group) add(f *figures, handling hall.Time) {
	one := func(flag flags) int { return min(int(f.flags&flag), 1) }
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
	g.value(waitTime, f.flags&hasWait, f.wait)
	g.value(wayTime, f.flags&hasWay, f.way)
	g.value(handlingTime, f.flags&hasHandling, handling)
	g.value(stayTime, f.flags&hasStay, f.stay)
}

func (g *group) value(which int, has flags, t hall.Time) {
	if has != 0 {
		g.values[which] = append(g.values[which], t)
	}
}

// sumUp makes figures of the values, which are in no order afterwards.
func (g *group) sumUp() {
	r := &g.row
	r.Wait, r.Way = quantilesOf(g.values[waitTime]), quantilesOf(g.values[wayTime])
	r.Handling, r.Stay = quantilesOf(g.values[handlingTime]), quantilesOf(g.values[stayTime])
	r.Few = r.Wait.Count < FewBelow || r.Handling.Count < FewBelow
}

// empty takes the values out of a group that is summed up, for another to use their memory.
func (g *group) empty() (values [times][]hall.Time) {
	for i, v := range g.values {
		values[i] = v[:0]
	}
	g.values = [times][]hall.Time{}
	return values
}

func (a *answer) rows() []Row {
	a.rank()
	slices.SortFunc(a.groups, func(x, y *group) int { return slices.Compare(x.rank[:], y.rank[:]) })
	if !a.daily {
		shared(len(a.groups), func(from, to int) {
			for _, g := range a.groups[from:to] {
				g.sumUp()
			}
		})
	}
	rows := make([]Row, len(a.groups))
	for i, g := range a.groups {
		g.row.By = make(map[string]string, len(a.by))
		for i, name := range a.by {
			g.row.By[name] = g.key[i]
		}
		rows[i] = g.row
	}
	return rows
}

// merge takes the groups of another answer to the same question about other days, which is not used any more.
func (a *answer) merge(other *answer) {
	if len(a.groups) == 0 {
		*a = *other
		return
	}
	if a.daily {
		a.groups = append(a.groups, other.groups...)
		return
	}
	for _, g := range other.groups {
		mine := a.group(g.key)
		mine.row.plus(&g.row)
		for i, v := range g.values {
			mine.values[i] = append(mine.values[i], v...)
		}
	}
}

// plus adds what is only counted.
func (r *Row) plus(o *Row) {
	r.Issued += o.Issued
	r.Called += o.Called
	r.Finished += o.Finished
	r.Cases += o.Cases
	r.Passed += o.Passed
	r.Left += o.Left
	r.Abandoned += o.Abandoned
	r.Unserved += o.Unserved
	r.Doubtful += o.Doubtful
	r.Promised += o.Promised
	r.PromiseMet += o.PromiseMet
}

// rank orders the few words of the keys once, so that many rows need not compare text.
func (a *answer) rank() {
	for i := range a.by {
		ranks := map[string]uint32{}
		for _, g := range a.groups {
			ranks[g.key[i]] = 0
		}
		words := make([]string, 0, len(ranks))
		for word := range ranks {
			words = append(words, word)
		}
		slices.SortFunc(words, natural)
		for n, word := range words {
			ranks[word] = uint32(n)
		}
		for _, g := range a.groups {
			g.rank[i] = ranks[g.key[i]]
		}
	}
}
