package supervisor

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"jiaohao/server/hall"
	"jiaohao/server/public"
)

// Seat is a member of staff and where they sit.
type Seat struct {
	Staff       string       `json:"staff"`
	Name        string       `json:"name"`
	Roles       []string     `json:"roles"`
	Departments []string     `json:"departments"`
	Windows     []string     `json:"windows" doc:"May open these; empty = any"`
	Window      string       `json:"window,omitempty" doc:"Sits here now"`
	State       string       `json:"state,omitempty" enum:"open,paused"`
	Since       public.Stamp `json:"since,omitempty" doc:"At this window since"`
}

// SeatList is the whole staff of the plan.
type SeatList struct {
	Items []Seat `json:"items"`
}

func (s *Supervisor) registerStaff(api huma.API) {
	huma.Register(api, huma.Operation{OperationID: "list-staff", Method: http.MethodGet, Path: "/api/v1/staff",
		Summary: "The staff of the plan and where they sit", Tags: []string{"supervisor"}, Errors: []int{401, 403}},
		func(ctx context.Context, _ *struct{}) (*struct{ Body SeatList }, error) {
			if err := s.supervises(ctx); err != nil {
				return nil, err
			}
			return &struct{ Body SeatList }{Seats(s.Desk.State())}, nil
		})
}

// Seats lists the staff in plan order.
func Seats(s hall.State) SeatList {
	list := SeatList{Items: []Seat{}}
	for _, member := range s.Plan().Staff {
		list.Items = append(list.Items, seatOf(s, member))
	}
	return list
}

func seatOf(s hall.State, m hall.Staff) Seat {
	seat := Seat{Staff: m.ID, Name: m.Name, Roles: []string{}, Departments: append([]string{}, m.Departments...),
		Windows: append([]string{}, m.Windows...)}
	for _, r := range m.Roles {
		seat.Roles = append(seat.Roles, string(r))
	}
	if post, sits := s.PostOf(m.ID); sits {
		seat.Window, seat.State, seat.Since = post.Window, post.State.String(), public.StampOf(post.OpenedAt, s.Plan().Zone())
	}
	return seat
}
