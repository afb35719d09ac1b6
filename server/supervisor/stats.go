package supervisor

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"jiaohao/server/door"
	"jiaohao/server/hall"
	"jiaohao/server/stats"
)

// maxStatsDays is the longest range of business dates that one question may span.
const maxStatsDays = 366

type statsInput struct {
	From       string   `query:"from" format:"date" doc:"First business date; the day opened last when absent"`
	To         string   `query:"to" format:"date" doc:"Last business date, included; as from when absent"`
	By         []string `query:"by" enum:"service,window,staff,department,class,hour,date" uniqueItems:"true" doc:"What to tell apart, comma separated; none = one row"`
	Department string   `query:"department" maxLength:"32" doc:"Only this department"`
	Staff      string   `query:"staff" maxLength:"32" doc:"Only this member of staff"`
}

// Durations sum up how long something took.
type Durations struct {
	Count       int `json:"count"`
	MeanSeconds int `json:"meanSeconds"`
	P50Seconds  int `json:"p50Seconds"`
	P90Seconds  int `json:"p90Seconds"`
	P99Seconds  int `json:"p99Seconds"`
}

// Kept is how many of a number of promises were kept.
type Kept struct {
	Kept int `json:"kept"`
	Of   int `json:"of"`
}

// StatsRow is the figures of one group of ended legs.
type StatsRow struct {
	By        map[string]string `json:"by"`
	Issued    int               `json:"issued"`
	Called    int               `json:"called"`
	Finished  int               `json:"finished"`
	Cases     int               `json:"cases"`
	Passed    int               `json:"passed"`
	Left      int               `json:"left"`
	Abandoned int               `json:"abandoned"`
	Unserved  int               `json:"unserved"`
	Doubtful  int               `json:"doubtful" doc:"Handlings left out of the times"`
	Wait      Durations         `json:"wait"`
	Way       Durations         `json:"way"`
	Handling  Durations         `json:"handling"`
	Stay      Durations         `json:"stay"`
	Promise   *Kept             `json:"promise,omitempty" doc:"Waits for which the service promises a limit"`
	Few       bool              `json:"few,omitempty" doc:"Too few to be compared"`
}

// StatsAnswer is the rows of a question.
type StatsAnswer struct {
	From string     `json:"from"`
	To   string     `json:"to"`
	Rows []StatsRow `json:"rows"`
}

func (s *Supervisor) registerStats(api huma.API) {
	huma.Register(api, huma.Operation{OperationID: "stats", Method: http.MethodGet, Path: "/api/v1/stats",
		Summary: "Figures of ended legs, by business date of the ticket", Tags: []string{"stats"}, Errors: []int{401, 403, 422}},
		func(ctx context.Context, in *statsInput) (*struct{ Body StatsAnswer }, error) {
			answer, err := s.stats(ctx, in)
			return &struct{ Body StatsAnswer }{answer}, door.Refuse(ctx, err)
		})
}

func (s *Supervisor) stats(ctx context.Context, in *statsInput) (StatsAnswer, error) {
	from, to, err := in.dates(s.Desk.State())
	if err != nil {
		return StatsAnswer{}, err
	}
	queries, err := allowed(door.Actor(ctx), stats.Query{From: from, To: to, By: in.By, Department: in.Department, Staff: in.Staff})
	if err != nil {
		return StatsAnswer{}, err
	}
	answer := StatsAnswer{From: from.String(), To: to.String(), Rows: []StatsRow{}}
	for _, q := range queries {
		for _, row := range s.Stats.Rows(q) {
			answer.Rows = append(answer.Rows, rowOf(row))
		}
	}
	return answer, nil
}

// dates reads the range, which may not be longer than a year.
func (in *statsInput) dates(st hall.State) (from, to hall.Date, err error) {
	from, _ = st.Today()
	if in.From != "" {
		if date, ok := hall.ParseDate(in.From); ok {
			from = date
		} else {
			return 0, 0, hall.Refuse(hall.Invalid, "pointer", "?from")
		}
	}
	to = from
	if in.To != "" {
		if date, ok := hall.ParseDate(in.To); ok {
			to = date
		} else {
			return 0, 0, hall.Refuse(hall.Invalid, "pointer", "?to")
		}
	}
	days := int(to.Noon(time.UTC).Sub(from.Noon(time.UTC)).Hours()/24) + 1
	if from != 0 && (days < 1 || days > maxStatsDays) {
		return 0, 0, hall.Refuse(hall.Invalid, "pointer", "?to", "max", maxStatsDays)
	}
	return from, to, nil
}

// allowed narrows a question to what the actor may see: supervisors all, leads their departments, clerks themselves. A
// lead of several departments gets them one after the other, as quantiles of two groups have no sum.
func allowed(by hall.Actor, q stats.Query) ([]stats.Query, error) {
	switch {
	case by.Supervises():
		return []stats.Query{q}, nil
	case !by.Staff():
		return nil, hall.Refuse(hall.Forbidden)
	case slices.Contains(by.Roles, hall.RoleLead):
		return departmentsOf(by, q)
	case q.Staff != "" && q.Staff != by.ID:
		return nil, hall.Refuse(hall.Forbidden)
	}
	q.Staff = by.ID
	return []stats.Query{q}, nil
}

func departmentsOf(by hall.Actor, q stats.Query) ([]stats.Query, error) {
	departments := by.Departments
	if q.Department != "" {
		if !slices.Contains(departments, q.Department) {
			return nil, hall.Refuse(hall.Forbidden)
		}
		departments = []string{q.Department}
	}
	if len(departments) > 1 && !slices.Contains(q.By, "department") {
		q.By = append([]string{"department"}, q.By...)
	}
	queries := make([]stats.Query, 0, len(departments))
	for _, d := range departments {
		q.Department = d
		queries = append(queries, q)
	}
	return queries, nil
}

func rowOf(r stats.Row) StatsRow {
	row := StatsRow{By: r.By, Issued: r.Issued, Called: r.Called, Finished: r.Finished, Cases: r.Cases, Passed: r.Passed, Left: r.Left,
		Abandoned: r.Abandoned, Unserved: r.Unserved, Doubtful: r.Doubtful, Wait: Durations(r.Wait), Way: Durations(r.Way),
		Handling: Durations(r.Handling), Stay: Durations(r.Stay), Few: r.Few}
	if r.Promised > 0 {
		row.Promise = &Kept{r.PromiseMet, r.Promised}
	}
	if row.By == nil {
		row.By = map[string]string{}
	}
	return row
}
