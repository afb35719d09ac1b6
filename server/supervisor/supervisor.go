// Package supervisor knows the server's own console: the live hall at a glance, the list of tickets, the figures of a
// range of days, and the opening and closing of a day. It must never know how a fact is recorded or who may sign in; it
// sees states and hands in commands.
package supervisor

import (
	"context"
	"embed"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"jiaohao/server/door"
	"jiaohao/server/hall"
	"jiaohao/server/live"
	"jiaohao/server/public"
	"jiaohao/server/stats"
	"jiaohao/server/supervisor/home"
	"jiaohao/server/supervisor/report"
)

//go:embed page
var page embed.FS

// Desk is the single writer of the hall.
type Desk interface {
	// Submit decides a command. What it has done is durable and published when it returns.
	Submit(ctx context.Context, c hall.Command) (hall.Receipt, error)
	// State is the hall as published last.
	State() hall.State
}

// Stats gives the figures of ended legs.
type Stats interface {
	// Rows sums up what a query asks for, in the order of its grouping.
	Rows(q stats.Query) []stats.Row
}

// Deps is what the console needs from outside. Warnings may be nil.
type Deps struct {
	Desk     Desk
	Stats    Stats
	Estimate public.Estimate
	Now      func() hall.Time
	// Warnings tells what is wrong with the server itself, which no state of the hall shows: a full disk, a plan that
	// differs from the file, limits that were reached. Kind is one of the kinds of alert; subject and params go to the page as they are.
	Warnings func() []Warning
	Home     home.Settings
	// Closing finds the close of a business day, nil for a hall that keeps no journal. It refuses a day that never was, or that
	// is not closed.
	Closing func(ctx context.Context, date hall.Date) (stats.Closing, error)
}

// Warning is something wrong with the server itself.
type Warning struct {
	Kind    string
	Subject string
	Since   hall.Time
	Params  map[string]any // the evidence; may be nil
}

// Supervisor is the console.
type Supervisor struct {
	Deps
	press *report.Press
}

// New makes the console.
func New(d Deps) *Supervisor { return &Supervisor{Deps: d, press: report.NewPress()} }

// Register puts the console's operations on the API.
func (s *Supervisor) Register(api huma.API) {
	s.registerDay(api)
	s.registerTickets(api)
	s.registerStats(api)
	s.registerCSV(api)
	s.registerClosing(api)
	s.registerStaff(api)
}

// Handlers gives the pages that the server makes itself: the start page.
func (s *Supervisor) Handlers() map[string]http.Handler {
	return map[string]http.Handler{"GET /{$}": home.Handler(s.Home, s.Desk.State)}
}

// Pages gives the files of the console and of the start page by their URL prefix.
func (s *Supervisor) Pages() map[string]fs.FS {
	return map[string]fs.FS{"/supervisor/page/": sub(page, "page"), "/home/page/": home.Files()}
}

func sub(files fs.FS, dir string) fs.FS {
	inner, err := fs.Sub(files, dir)
	if err != nil {
		panic(err) // only a malformed name is an error, and this one is a constant
	}
	return inner
}

// Views gives the console's live view. With wall=1 it is the one for a screen that visitors see too, which an enrolled
// board may show as well.
func (s *Supervisor) Views() map[string]func(ctx context.Context, q url.Values) (live.Topic, error) {
	return map[string]func(ctx context.Context, q url.Values) (live.Topic, error){"supervisor": s.live}
}

func (s *Supervisor) live(ctx context.Context, q url.Values) (live.Topic, error) {
	if q.Get("wall") == "" {
		return s.topic("supervisor", View), s.supervises(ctx)
	}
	if door.Of(ctx).Terminal != "" {
		return s.topic("supervisor:wall", Wall), nil
	}
	return s.topic("supervisor:wall", Wall), s.supervises(ctx)
}

type viewFunc func(st hall.State, estimate public.Estimate, warnings []Warning, at hall.Time) Live

func (s *Supervisor) topic(key string, view viewFunc) live.Topic {
	return live.Topic{Key: key, View: "supervisor", Render: func() (uint64, []byte, uint64, error) {
		state := s.Desk.State()
		data, err := json.Marshal(view(state, s.Estimate, s.warnings(), s.Now()))
		return state.Seq(), data, 0, err
	}}
}

func (s *Supervisor) warnings() []Warning {
	if s.Warnings == nil {
		return nil
	}
	return s.Warnings()
}

// supervises refuses everybody but supervisors and administrators.
func (s *Supervisor) supervises(ctx context.Context) error {
	if door.Actor(ctx).Supervises() {
		return nil
	}
	return door.Refuse(ctx, hall.Refuse(hall.Forbidden))
}
