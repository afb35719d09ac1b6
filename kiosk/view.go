package kiosk

import (
	"context"

	"jiaohao/server/hall"
	"jiaohao/server/public"
)

// Hall is what everybody may know of the hall at a moment: the answer of GET /hall and the live view "kiosk".
type Hall struct {
	Hall        public.HallInfo `json:"hall"`
	Departments []Department    `json:"departments"`
	Services    []Service       `json:"services"`
	Windows     []public.Window `json:"windows"`
	Classes     []Class         `json:"classes"`
	Zones       []Zone          `json:"zones"`
	Desk        public.Name     `json:"desk" doc:"Where the guide desk is"`
	Hotline     string          `json:"hotline,omitempty"`
	Hours       []string        `json:"hours" doc:"Of the business day, for instance 08:30-12:00"`
	OpensAt     public.Stamp    `json:"opensAt,omitempty" doc:"When the hall opens next, while it is closed"`
	Blocked     string          `json:"blocked,omitempty" enum:"journal_full,clock_unconfirmed" doc:"Why nothing at all is issued"`
	BlockedAt   public.Stamp    `json:"blockedAt,omitempty" doc:"Since when"`
}

// Department is an office of the centre.
type Department struct {
	ID   string      `json:"id"`
	Name public.Name `json:"name"`
	Icon string      `json:"icon,omitempty"`
}

// Service is a service as everybody sees it, with its hours.
type Service struct {
	public.Service
	StopsAt string       `json:"stopsAt,omitempty" doc:"Time of day from which no ticket is given, for instance 16:30"`
	OpensAt public.Stamp `json:"opensAt,omitempty" doc:"When tickets are given next, while none is"`
	Classes []string     `json:"classes" doc:"That may be claimed here besides ordinary"`
}

// Class is a group of citizens with credit in the order of calls.
type Class struct {
	ID            string      `json:"id"`
	Name          public.Name `json:"name"`
	Hint          public.Name `json:"hint"`
	CreditMinutes int         `json:"creditMinutes"`
	Proof         string      `json:"proof" enum:"none,idcard,staff,booking"`
	Icon          string      `json:"icon,omitempty"`
}

// Zone is a part of the hall.
type Zone struct {
	ID   string      `json:"id"`
	Name public.Name `json:"name"`
}

type hallOutput struct{ Body Hall }

func (k *Kiosk) getHall(ctx context.Context, _ *struct{}) (*hallOutput, error) {
	s, err := k.state(ctx)
	if err != nil {
		return nil, err
	}
	return &hallOutput{Body: k.view(s)}, nil
}

// View gives the hall at a moment. It holds no secret and no person.
func View(s hall.State, estimate public.Estimate, at hall.Time) Hall {
	p := s.Plan()
	v := Hall{Hall: public.HallOf(s, at), Departments: []Department{}, Services: []Service{}, Windows: []public.Window{}, Classes: []Class{},
		Zones: []Zone{}, Desk: public.NameOf(p.Hall.Desk), Hotline: p.Hall.Hotline, Hours: append([]string{}, p.Hours(at)...)}
	for _, d := range p.Departments {
		v.Departments = append(v.Departments, Department{ID: d.ID, Name: public.NameOf(d.Name), Icon: d.Icon})
	}
	for _, service := range p.Services {
		v.Services = append(v.Services, serviceOf(s, service, estimate, at))
	}
	for _, w := range p.Windows {
		v.Windows = append(v.Windows, public.WindowOf(s, w, at))
	}
	for _, c := range p.Classes {
		v.Classes = append(v.Classes, Class{ID: c.ID, Name: public.NameOf(c.Name), Hint: public.NameOf(c.Hint), CreditMinutes: c.CreditMinutes,
			Proof: c.Proof, Icon: c.Icon})
	}
	for _, z := range p.Zones {
		v.Zones = append(v.Zones, Zone{ID: z.ID, Name: public.NameOf(z.Name)})
	}
	if v.Hall.Phase != string(hall.PhaseOpen) {
		v.OpensAt = opensAt(p, hall.Service{}, at)
	}
	if doubt := s.ClockDoubt(); doubt != nil {
		v.block(p, hall.ClockUnconfirmed, doubt.Last)
	}
	return v
}

// view is View now, with what only the server knows.
func (k *Kiosk) view(s hall.State) Hall {
	v := View(s, k.Estimate, k.Now())
	if since := k.FullSince(); since != 0 {
		v.block(s.Plan(), hall.JournalFull, since)
	}
	return v
}

func (v *Hall) block(p *hall.Plan, why hall.Code, since hall.Time) {
	v.Blocked, v.BlockedAt = string(why), public.StampOf(since, p.Zone())
}

func serviceOf(s hall.State, service hall.Service, estimate public.Estimate, at hall.Time) Service {
	p := s.Plan()
	v := Service{Service: public.ServiceOf(s, service, estimate, at), StopsAt: stopsAt(p, service, at), Classes: []string{}}
	v.Guide = public.GuideOf(service.Guide)
	for _, c := range p.Classes {
		if c.ID != hall.Ordinary && c.Proof != hall.ProofBooking && allowed(service, c.ID) {
			v.Classes = append(v.Classes, c.ID)
		}
	}
	switch v.ClosedReason {
	case "", hall.ReasonPaused, hall.ReasonNoWindow, hall.ReasonDayNotOpen:
	default:
		v.OpensAt = opensAt(p, service, at)
	}
	return v
}

func allowed(service hall.Service, class string) bool {
	if len(service.Classes) == 0 {
		return true
	}
	for _, c := range service.Classes {
		if c == class {
			return true
		}
	}
	return false
}
