package stats

import "jiaohao/server/hall"

// RowsOf gives the figures of one business day as it stands, grouped by [Dimensions]; none = one row for all. The rows are
// those that [Fold.Rows] gives once the fold has come to the same record.
func RowsOf(d *hall.PastDay, by ...string) []Row {
	a := newAnswer(Query{By: by})
	a.add(tableOf(d))
	return a.rows()
}
