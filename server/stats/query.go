package stats

import (
	"slices"
	"sync"

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
	var mu sync.Mutex
	whole := newAnswer(q)
	days := f.tables(q.From, q.To)
	shared(len(days), func(from, to int) {
		part := newAnswer(q)
		for _, t := range days[from:to] {
			part.add(t)
		}
		mu.Lock()
		defer mu.Unlock()
		whole.merge(part)
	})
	return whole.rows()
}
