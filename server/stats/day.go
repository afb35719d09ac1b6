package stats

import "jiaohao/server/hall"

// Day is a business date as dashboards show it.
type Day struct {
	Total Row   // By is empty
	Hours []Row // By has "hour"; only hours in which somebody joined
}

// Day gives the figures of one date, by the hour of joining.
func (f *Fold) Day(date hall.Date) Day {
	d := Day{Total: Row{By: map[string]string{}, Few: true}, Hours: f.Rows(Query{From: date, To: date, By: []string{"hour"}})}
	for _, r := range f.Rows(Query{From: date, To: date}) {
		d.Total = r
	}
	return d
}

// WithinPromise counts the ended waits of a date for a service that had promised a longest wait when the citizen joined,
// and those of them that kept it; "" = of all services.
func (f *Fold) WithinPromise(date hall.Date, service string) (met, of int) {
	for _, r := range f.Rows(Query{From: date, To: date, By: []string{"service"}}) {
		if service == "" || r.By["service"] == service {
			met, of = met+r.PromiseMet, of+r.Promised
		}
	}
	return met, of
}
