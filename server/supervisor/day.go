package supervisor

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"jiaohao/server/door"
	"jiaohao/server/hall"
)

// DayState says which business day was opened last and whether it is open now.
type DayState struct {
	Date string `json:"date,omitempty" doc:"Business date opened last"`
	Open bool   `json:"open"`
}

type dayAnswer struct {
	Replayed string `header:"Idempotency-Replayed"`
	Body     DayState
}

// CloseDayRequest says how to close the day.
type CloseDayRequest struct {
	Confirm bool `json:"confirm,omitempty" doc:"Close although people wait: they count as unserved"`
}

type closeDayInput struct {
	Body *CloseDayRequest `required:"false"`
}

func (s *Supervisor) registerDay(api huma.API) {
	huma.Register(api, dayOperation("open-day", "/api/v1/day/open", "Open the business day that the time belongs to"),
		func(ctx context.Context, _ *struct{}) (*dayAnswer, error) { return s.day(ctx, hall.OpenDay{}) })
	huma.Register(api, dayOperation("close-day", "/api/v1/day/close", "Close the business day"),
		func(ctx context.Context, in *closeDayInput) (*dayAnswer, error) {
			return s.day(ctx, hall.CloseDay{Confirm: in.Body != nil && in.Body.Confirm})
		})
	huma.Register(api, dayOperation("confirm-clock", "/api/v1/clock/confirm", "Confirm that the machine's clock is right"),
		func(ctx context.Context, _ *struct{}) (*dayAnswer, error) { return s.day(ctx, hall.ConfirmClock{}) })
}

func dayOperation(id, path, summary string) huma.Operation {
	return huma.Operation{OperationID: id, Method: http.MethodPost, Path: path, Summary: summary, Tags: []string{"supervisor"},
		DefaultStatus: http.StatusOK, Errors: []int{401, 403, 409, 422, 503}}
}

func (s *Supervisor) day(ctx context.Context, c hall.Command) (*dayAnswer, error) {
	receipt, err := s.Desk.Submit(ctx, c)
	if err != nil {
		return nil, door.Refuse(ctx, err)
	}
	date, open := s.Desk.State().Today()
	return &dayAnswer{Replayed: replayed(receipt), Body: DayState{Date: date.String(), Open: open}}, nil
}

// replayed is the value of the header that tells a repetition from the first time.
func replayed(r hall.Receipt) string {
	if r.Replayed {
		return "true"
	}
	return ""
}
