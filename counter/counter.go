// Package counter knows the staff's program at a service window: what a clerk may do there, what the page shows, why a key
// is sunken; it is no counter of metrics. It must never know a citizen's secret or person, nor how a command is made
// durable.
package counter

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"jiaohao/server/door"
	"jiaohao/server/hall"
	"jiaohao/server/live"
	"jiaohao/server/public"
)

// Desk is the single writer as the staff need it.
type Desk interface {
	// Submit decides a command; what it answers is durable and published. Actor and idempotency key come from ctx.
	Submit(ctx context.Context, c hall.Command) (hall.Receipt, error)
	// State is what was published last.
	State() hall.State
}

// Deps is what the staff's program needs from the server.
type Deps struct {
	Desk     Desk
	Now      func() hall.Time
	Estimate public.Estimate // how long a wait will be; nil says nothing
	// FullSince is since when the server can record nothing for want of space, 0 while it can. It must answer at once. May
	// be nil.
	FullSince func() hall.Time
	// Note gives the free text beside a record: a transfer's note, a reason to park; "" for none. Views call it while they
	// are rendered, so it must answer from memory. May be nil.
	Note func(seq uint64) string
}

// Counter is the slice of the staff at the windows.
type Counter struct {
	Deps
	days daybook
}

// New makes the slice.
func New(d Deps) *Counter {
	if d.Note == nil {
		d.Note = func(uint64) string { return "" }
	}
	if d.FullSince == nil {
		d.FullSince = func() hall.Time { return 0 }
	}
	return &Counter{Deps: d}
}

//go:embed page/*.html page/*.css page/*.js
var pages embed.FS

// Pages gives the page's files by the prefix of their address.
func (c *Counter) Pages() map[string]fs.FS {
	page, err := fs.Sub(pages, "page")
	if err != nil {
		panic(err) // the name is a constant of this file
	}
	return map[string]fs.FS{"/counter/page/": page}
}

// Handlers gives nothing: every page of the staff is a file.
func (c *Counter) Handlers() map[string]http.Handler { return nil }

// Register adds the staff's operations to the API.
func (c *Counter) Register(api huma.API) {
	c.registerWindow(api)
	c.registerCurrent(api)
	c.registerOthers(api)
	c.registerCorrections(api)
	c.registerPlaces(api)
}

// Views gives the live view of a window.
func (c *Counter) Views() map[string]func(ctx context.Context, q url.Values) (live.Topic, error) {
	return map[string]func(ctx context.Context, q url.Values) (live.Topic, error){"counter": c.topic}
}

// topic lets in whoever sits at the window, and supervisors. A clerk's topic ends with the sitting: who has gone home or
// handed over must not go on looking at the window.
func (c *Counter) topic(ctx context.Context, q url.Values) (live.Topic, error) {
	window, by, s := q.Get("window"), door.Actor(ctx), c.Desk.State()
	if !by.Staff() {
		return live.Topic{}, door.Refuse(ctx, hall.Refuse("signed_out"))
	}
	if _, known := s.Plan().Window(window); !known {
		return live.Topic{}, door.Refuse(ctx, hall.Refuse(hall.NotFound, "window", window))
	}
	sitting := ""
	if !by.Supervises() {
		if sitting = by.ID; s.Post(window).Staff != by.ID {
			return live.Topic{}, door.Refuse(ctx, hall.Refuse(hall.NotYourWindow, "window", window))
		}
	}
	return live.Topic{Key: "counter:" + window + ":" + sitting, View: "counter", Render: c.renderer(window, sitting)}, nil
}

// now is the time of an answer, never before what the state has already seen.
func (c *Counter) now(s hall.State) hall.Time { return max(c.Now(), s.At()) }
