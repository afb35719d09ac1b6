package supervisor

import (
	"context"
	"encoding/hex"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"jiaohao/server/door"
	"jiaohao/server/hall"
	"jiaohao/server/public"
	"jiaohao/server/stats"
)

// ClosingMark is when a day was opened or closed, and by whom: staff, or the hall itself at its hours.
type ClosingMark struct {
	At    public.Stamp `json:"at"`
	By    string       `json:"by" enum:"system,staff"`
	Staff string       `json:"staff,omitempty"`
	Name  string       `json:"name,omitempty" doc:"As in the plan in force now"`
}

// ClosingHead is the journal's head at the record that closed the day.
type ClosingHead struct {
	Seq   uint64 `json:"seq" doc:"Number of the record"`
	Chain string `json:"chain" doc:"Its chain value, 64 hexadecimal figures"`
}

// ClosingRow is the figures of one service, or of the day.
type ClosingRow struct {
	Service   string       `json:"service,omitempty"`
	Name      *public.Name `json:"name,omitempty"`
	Issued    int          `json:"issued"`
	Called    int          `json:"called"`
	Finished  int          `json:"finished"`
	Cases     int          `json:"cases"`
	Passed    int          `json:"passed"`
	Left      int          `json:"left"`
	Cancelled int          `json:"cancelled"`
	Abandoned int          `json:"abandoned"`
	Unserved  int          `json:"unserved"`
	Voided    int          `json:"voided"`
	Open      int          `json:"open" doc:"Still being served at the close"`
	Wait      Durations    `json:"wait"`
}

// ClosingParts are the private parts of the day's records, as they are now.
type ClosingParts struct {
	Kept   int `json:"kept"`
	Erased int `json:"erased"`
}

// Closing is the report of a closed business day, as it stood at that moment.
type Closing struct {
	Date     string       `json:"date"`
	Opened   ClosingMark  `json:"opened"`
	Closed   ClosingMark  `json:"closed"`
	Head     ClosingHead  `json:"head"`
	Total    ClosingRow   `json:"total"`
	Services []ClosingRow `json:"services"`
	Private  ClosingParts `json:"private" doc:"What is known of people in the day's records"`
}

type closingInput struct {
	Date string `path:"date" format:"date" doc:"Business date"`
}

// file is an answer that is not JSON.
type file struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// media is an operation that answers a file.
func media(op huma.Operation, kind string) huma.Operation {
	op.Responses = map[string]*huma.Response{"200": {Description: op.Summary,
		Content: map[string]*huma.MediaType{kind: {Schema: &huma.Schema{Type: "string", Format: "binary"}}}}}
	return op
}

func (s *Supervisor) registerClosing(api huma.API) {
	op := huma.Operation{OperationID: "day-closing", Method: http.MethodGet, Path: "/api/v1/day/{date}/closing",
		Summary: "Closing report of a business day", Tags: []string{"supervisor"}, Errors: []int{401, 403, 404, 409, 422}}
	huma.Register(api, op, func(ctx context.Context, in *closingInput) (*struct{ Body Closing }, error) {
		c, err := s.closing(ctx, in.Date)
		return &struct{ Body Closing }{closingOf(s.Desk.State().Plan(), c)}, door.Refuse(ctx, err)
	})
	op.OperationID, op.Path, op.Summary = "day-closing-pdf", op.Path+".pdf", "Closing report of a business day, as a PDF of A4"
	huma.Register(api, media(op, "application/pdf"), s.closingPDF)
}

// closing finds a day's close, for supervisors.
func (s *Supervisor) closing(ctx context.Context, text string) (stats.Closing, error) {
	if !door.Actor(ctx).Supervises() {
		return stats.Closing{}, hall.Refuse(hall.Forbidden)
	}
	date, ok := hall.ParseDate(text)
	if !ok {
		return stats.Closing{}, hall.Refuse(hall.Invalid, "pointer", "date")
	}
	if s.Closing == nil || s.Desk.State().Plan() == nil {
		return stats.Closing{}, hall.Refuse(hall.NotFound, "date", text)
	}
	return s.Closing(ctx, date)
}

func (s *Supervisor) closingPDF(ctx context.Context, in *closingInput) (*file, error) {
	c, err := s.closing(ctx, in.Date)
	if err != nil {
		return nil, door.Refuse(ctx, err)
	}
	state := s.Desk.State()
	pdf, missing, err := s.press.PDF(ctx, sheetOf(state, c, door.Lang(ctx)))
	if err != nil {
		return nil, door.Refuse(ctx, err)
	}
	if len(missing) > 0 {
		slog.WarnContext(ctx, "the report's font lacks characters", "date", in.Date, "characters", string(missing))
	}
	return &file{ContentType: "application/pdf", Disposition: `inline; filename="closing-` + c.Date.String() + `.pdf"`, Body: pdf}, nil
}

func closingOf(p *hall.Plan, c stats.Closing) Closing {
	if c.Date == 0 {
		return Closing{}
	}
	out := Closing{Date: c.Date.String(), Opened: markOf(p, c.Opened), Closed: markOf(p, c.Closed), Total: closingRow(p, c.Total),
		Head: ClosingHead{Seq: c.Closed.Seq, Chain: hex.EncodeToString(c.Chain[:])}, Services: []ClosingRow{},
		Private: ClosingParts{Kept: c.Kept, Erased: c.Erased}}
	for _, service := range c.Services {
		out.Services = append(out.Services, closingRow(p, service))
	}
	return out
}

func markOf(p *hall.Plan, m stats.Mark) ClosingMark {
	out := ClosingMark{At: public.StampOf(m.At, p.Zone()), By: "system"}
	if m.By.Staff() {
		member, _ := p.Member(m.By.ID)
		out.By, out.Staff, out.Name = "staff", m.By.ID, member.Name
	}
	return out
}

func closingRow(p *hall.Plan, c stats.Counts) ClosingRow {
	row := ClosingRow{Service: c.Service, Issued: c.Issued, Called: c.Called, Finished: c.Finished, Cases: c.Cases, Passed: c.Passed,
		Left: c.Left, Cancelled: c.Cancelled, Abandoned: c.Abandoned, Unserved: c.Unserved, Voided: c.Voided, Open: c.Open, Wait: Durations(c.Wait)}
	if service, known := p.Service(c.Service); known {
		name := public.NameOf(service.Name)
		row.Name = &name
	}
	return row
}
