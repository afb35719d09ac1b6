package display

import (
	"strings"

	"jiaohao/assets"
	"jiaohao/server/hall"
	"jiaohao/server/public"

	"jiaohao/display/announce"
)

// Bounds of what a board shows.
const (
	recentTime = hall.Time(120_000) // calls younger than this are all there
	leastCalls = 10
	nextShown  = 3
)

// Board is the view display of the public contract. Members that the contract does not name are additions of this version.
type Board struct {
	Hall    public.HallInfo `json:"hall"`
	Paused  bool            `json:"paused,omitempty"` // addition: the hall can record nothing, so nobody is called
	Zone    *Zone           `json:"zone,omitempty"`   // addition: of a zone's board
	Calls   []Call          `json:"calls"`
	Say     *Say            `json:"say,omitempty"`
	Windows []Window        `json:"windows"`
	Queues  []Queue         `json:"queues"`
	Notices []Notice        `json:"notices"`
	Screen  *Screen         `json:"screen,omitempty"` // addition: of a window's own screen

	newest, spoken uint64
}

// Zone names the part of the hall.
type Zone struct {
	ID   string      `json:"id"`
	Name public.Name `json:"name"`
}

// Call is the newest call of a number.
type Call struct {
	ID          string       `json:"id"`
	Number      string       `json:"number"`
	Window      string       `json:"window"`
	WindowLabel public.Name  `json:"windowLabel"`
	At          public.Stamp `json:"at"`
	Times       int          `json:"times"`
	State       string       `json:"state" enum:"called,serving,parked,finished,left,moved"`
	Service     public.Name  `json:"service"` // addition
}

// Say is what is spoken now. Its id is the call's.
type Say struct {
	ID    string   `json:"id"`
	Clips []string `json:"clips"`
	Text  string   `json:"text"`
}

// Window is a window as the boards show it.
type Window struct {
	Window      string       `json:"window"`
	Label       public.Name  `json:"label"`
	State       string       `json:"state" enum:"open,paused,closed"`
	Reason      string       `json:"reason,omitempty"`
	Number      string       `json:"number,omitempty"`
	NumberState string       `json:"numberState,omitempty" enum:"called,serving"`
	Until       public.Stamp `json:"until,omitempty"` // addition: expected end of a pause
	Services    []string     `json:"services"`        // addition: ids, the window's first service first
}

// Queue is a service with those who wait for it.
type Queue struct {
	Service      string           `json:"service"`
	Name         public.Name      `json:"name"`
	Waiting      int              `json:"waiting"`
	Next         []string         `json:"next"`
	ExpectedWait *public.Expected `json:"expectedWait,omitempty"` // addition
}

// Notice is a line at the foot of the boards.
type Notice struct {
	ID   string      `json:"id"`
	Text public.Name `json:"text"`
}

// Screen is what only a window's own screen shows: who sits there, and where to go when nobody does.
type Screen struct {
	Staff     string      `json:"staff,omitempty"` // number of the member of staff
	Name      string      `json:"name,omitempty"`
	Service   public.Name `json:"service"`
	Elsewhere []string    `json:"elsewhere"` // open windows of the same service
}

// View gives the board of a scope at a moment, without its voice.
func View(s hall.State, scope Scope, estimate public.Estimate, at hall.Time) Board {
	return view(s, scope, callsOf(s), estimate, at)
}

func view(s hall.State, scope Scope, calls []called, estimate public.Estimate, at hall.Time) Board {
	b := Board{Hall: public.HallOf(s, at), Calls: []Call{}, Windows: []Window{}, Queues: []Queue{}, Notices: []Notice{}}
	windows := scope.windows(s.Plan())
	b.zone(s.Plan(), scope)
	b.recent(s.Plan(), scope, calls, at)
	for _, w := range windows {
		b.Windows = append(b.Windows, windowOf(s, w))
	}
	b.queues(s, windows, estimate, at)
	for _, n := range s.Plan().Notices {
		b.Notices = append(b.Notices, Notice{ID: n.ID, Text: public.NameOf(n.Text)})
	}
	if scope.Window != "" {
		b.Screen = screenOf(s, windows[0])
	}
	return b
}

// paused is the id of the notice that no numbers are given and nobody is called.
const paused = "paused"

// pause leaves only the notice that concerns everybody now.
func (b *Board) pause() {
	b.Paused = true
	b.Notices = []Notice{{ID: paused, Text: public.Name{Zh: assets.Text("zh", "display.paused", nil), En: assets.Text("en", "display.paused", nil)}}}
}

func (b *Board) zone(p *hall.Plan, scope Scope) {
	for _, z := range p.Zones {
		if z.ID == scope.Zone && scope.Window == "" {
			b.Zone = &Zone{ID: z.ID, Name: public.NameOf(z.Name)}
		}
	}
}

// recent takes the calls of the last two minutes, and older ones up to ten.
func (b *Board) recent(p *hall.Plan, scope Scope, calls []called, at hall.Time) {
	for _, c := range calls {
		if len(b.Calls) >= leastCalls && at-c.At > recentTime {
			break
		}
		w, known := p.Window(c.Window)
		if !known || !scope.covers(w) {
			continue
		}
		service, _ := p.Service(c.Service)
		b.newest = max(b.newest, c.ID)
		b.Calls = append(b.Calls, Call{ID: announce.NameOf(c.ID), Number: c.Number, Window: sign(c.Window), WindowLabel: public.NameOf(w.Label),
			At: public.StampOf(c.At, p.Zone()), Times: c.Times, State: c.State, Service: public.NameOf(service.Name)})
	}
}

// sign is a window's number as its plate shows it. Ids have small letters, plates have not.
func sign(window string) string { return strings.ToUpper(window) }

func windowOf(s hall.State, w hall.Window) Window {
	post := s.Post(w.ID)
	v := Window{Window: sign(w.ID), Label: public.NameOf(w.Label), State: post.State.String(), Services: append([]string{}, w.Services...)}
	if post.State == hall.PostPaused {
		v.Reason, v.Until = post.Pause.Reason, public.StampOf(post.Pause.Until, s.Plan().Zone())
	}
	if t, l, ok := s.Leg(post.Current); ok {
		v.Number, v.NumberState = t.Number.String(), l.Stage.String()
	}
	return v
}

// queues lists the services that the windows offer, in plan order.
func (b *Board) queues(s hall.State, windows []hall.Window, estimate public.Estimate, at hall.Time) {
	offered := map[string]bool{}
	for _, w := range windows {
		for _, id := range w.Services {
			offered[id] = true
		}
	}
	for _, service := range s.Plan().Services {
		if offered[service.ID] {
			b.Queues = append(b.Queues, queueOf(s, service, estimate, at))
		}
	}
}

func queueOf(s hall.State, service hall.Service, estimate public.Estimate, at hall.Time) Queue {
	q := Queue{Service: service.ID, Name: public.NameOf(service.Name), Waiting: s.WaitingFor(service.ID), Next: []string{}}
	for _, c := range s.NextOf(service.ID, at, nextShown) {
		q.Next = append(q.Next, c.Number.String())
	}
	if estimate != nil && q.Waiting > 0 {
		if p, ok := estimate(s, service.ID, s.AheadOfNew(service, at), at); ok {
			q.ExpectedWait = public.ExpectedOf(&p)
		}
	}
	return q
}

func screenOf(s hall.State, w hall.Window) *Screen {
	post, p := s.Post(w.ID), s.Plan()
	v := &Screen{Staff: post.Staff, Elsewhere: []string{}}
	if member, known := p.Member(post.Staff); known {
		v.Name = member.Name
	}
	id := mainService(s, w)
	service, _ := p.Service(id)
	v.Service = public.NameOf(service.Name)
	for _, other := range (Scope{}).windows(p) {
		if other.ID != w.ID && other.Offers(id) && s.Post(other.ID).State == hall.PostOpen && len(v.Elsewhere) < nextShown {
			v.Elsewhere = append(v.Elsewhere, sign(other.ID))
		}
	}
	return v
}

// mainService is the service of the ticket at the window, else the first that the window offers.
func mainService(s hall.State, w hall.Window) string {
	if _, l, ok := s.Leg(s.Post(w.ID).Current); ok {
		return l.Service
	}
	if len(w.Services) == 0 {
		return ""
	}
	return w.Services[0]
}
