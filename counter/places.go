package counter

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"jiaohao/server/door"
	"jiaohao/server/hall"
	"jiaohao/server/public"
)

// Places is where a ticket of a window can be sent, and who can take the window over.
type Places struct {
	Services []PlaceService `json:"services" nullable:"false"`
	Windows  []PlaceWindow  `json:"windows" nullable:"false"`
	Staff    []PlaceStaff   `json:"staff" nullable:"false"`
}

// PlaceService is a service a ticket can go on with.
type PlaceService struct {
	ID          string      `json:"id"`
	Name        public.Name `json:"name"`
	Department  string      `json:"department"`
	Waiting     int         `json:"waiting"`
	WindowsOpen int         `json:"windowsOpen"`
	Here        bool        `json:"here" doc:"Offered at this window too"`
}

// PlaceWindow is a window at work.
type PlaceWindow struct {
	ID        string      `json:"id"`
	Label     public.Name `json:"label"`
	State     string      `json:"state" enum:"open,paused"`
	Waiting   int         `json:"waiting"`
	StaffName string      `json:"staffName"`
}

// PlaceStaff is a colleague.
type PlaceStaff struct {
	Staff   string `json:"staff"`
	Name    string `json:"name"`
	Window  string `json:"window,omitempty" doc:"Where the colleague sits now"`
	MayTake bool   `json:"mayTake" doc:"May take this window over"`
}

type placesAnswer struct{ Body Places }

// registerPlaces adds what the sheets of transfer and hand-over offer.
func (c *Counter) registerPlaces(api huma.API) {
	op := huma.Operation{OperationID: "window-places", Method: http.MethodGet, Path: "/api/v1/windows/{window}/places", Tags: []string{"windows"},
		Summary: "Where a ticket of this window can be sent, and who can take it over", Errors: []int{401, 403, 422, 503}}
	huma.Register(api, op, func(ctx context.Context, in *struct {
		Window string `path:"window" maxLength:"32" doc:"Id of the window"`
	}) (*placesAnswer, error) {
		s := c.Desk.State()
		if _, known := s.Plan().Window(in.Window); !known {
			return nil, door.Refuse(ctx, hall.Refuse(hall.UnknownWindow, "window", in.Window))
		}
		return &placesAnswer{Body: PlacesOf(s, in.Window, c.now(s))}, nil
	})
}

// PlacesOf lists the places seen from a window of the plan, in plan order.
func PlacesOf(s hall.State, window string, at hall.Time) Places {
	return Places{Services: placeServices(s, window), Windows: placeWindows(s, window, at), Staff: placeStaff(s, window)}
}

func placeServices(s hall.State, window string) []PlaceService {
	here, _ := s.Plan().Window(window)
	list := []PlaceService{}
	for _, service := range s.Plan().Services {
		if len(s.Plan().WindowsOf(service.ID)) == 0 {
			continue
		}
		list = append(list, PlaceService{ID: service.ID, Name: public.NameOf(service.Name), Department: service.Department,
			Waiting: s.WaitingFor(service.ID), WindowsOpen: s.WorkingWindows(service.ID), Here: here.Offers(service.ID)})
	}
	return list
}

func placeWindows(s hall.State, window string, at hall.Time) []PlaceWindow {
	list := []PlaceWindow{}
	for _, w := range s.Plan().Windows {
		post := s.Post(w.ID)
		if w.ID == window || post.State == hall.PostClosed {
			continue
		}
		member, _ := s.Plan().Member(post.Staff)
		list = append(list, PlaceWindow{ID: w.ID, Label: public.NameOf(w.Label), State: post.State.String(),
			Waiting: s.WaitingAt(w.ID, at), StaffName: member.Name})
	}
	return list
}

func placeStaff(s hall.State, window string) []PlaceStaff {
	list, sitting := []PlaceStaff{}, s.Post(window).Staff
	for _, member := range s.Plan().Staff {
		if member.ID == sitting {
			continue
		}
		post, _ := s.PostOf(member.ID)
		list = append(list, PlaceStaff{Staff: member.ID, Name: member.Name, Window: post.Window,
			MayTake: len(member.Windows) == 0 || slices.Contains(member.Windows, window)})
	}
	return list
}
