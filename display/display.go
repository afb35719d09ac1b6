// Package display knows what the hall's boards show and say: the main board, a zone's board, a window's own screen. It must
// never know a person: no name of a citizen, no class, no reason of the order, no passed number leaves it.
package display

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"jiaohao/server/door"
	"jiaohao/server/hall"
	"jiaohao/server/live"
	"jiaohao/server/public"
)

// Desk is what the boards need of the hall: its state at this moment.
type Desk interface{ State() hall.State }

// Deps is what the boards are made of. Estimate, FullSince, Changed and After may be nil.
type Deps struct {
	Desk     Desk
	Now      func() hall.Time
	Estimate public.Estimate // expected waits on zone boards; nil leaves them out
	// FullSince is since when the server can record nothing for want of space, 0 while it can. It must answer at once.
	FullSince func() hall.Time
	// Changed asks for a new rendering of every board at once, though no event has happened: the voice has come to its end.
	// It must not wait.
	Changed func()
	// After calls f once after d, time.AfterFunc by default, and returns what stops it.
	After func(d time.Duration, f func()) (stop func() bool)
}

// Display is the slice of the hall's boards.
type Display struct {
	deps  Deps
	book  callBook
	voice *voice
}

// New makes the slice.
func New(d Deps) *Display {
	if d.After == nil {
		d.After = func(wait time.Duration, f func()) func() bool { return time.AfterFunc(wait, f).Stop }
	}
	if d.FullSince == nil {
		d.FullSince = func() hall.Time { return 0 }
	}
	if d.Changed == nil {
		d.Changed = func() {}
	}
	return &Display{deps: d, voice: newVoice(d)}
}

//go:embed page
var page embed.FS

// Register adds the JSON operations: there are none, boards only listen.
func (d *Display) Register(huma.API) {}

// Handlers gives the pages made by the server, for terminals of the role board.
func (d *Display) Handlers() map[string]http.Handler {
	return map[string]http.Handler{
		"GET /display/page/{$}": http.HandlerFunc(d.shell),
		"GET /display/plain":    http.HandlerFunc(d.plain),
	}
}

// Pages gives the files of the board's page.
func (d *Display) Pages() map[string]fs.FS {
	files, err := fs.Sub(page, "page")
	if err != nil {
		panic(err) // only a malformed name is an error, and this one is not
	}
	return map[string]fs.FS{"/display/page/": files}
}

// Views gives the live view of the boards: display, display&zone=…, display&window=….
func (d *Display) Views() map[string]func(context.Context, url.Values) (live.Topic, error) {
	return map[string]func(context.Context, url.Values) (live.Topic, error){"display": d.topic}
}

func (d *Display) topic(ctx context.Context, q url.Values) (live.Topic, error) {
	scope, err := d.scope(ctx, q)
	if err != nil {
		return live.Topic{}, door.Refuse(ctx, err)
	}
	return live.Topic{Key: scope.key(), View: "display", Rank: scope.rank(), Render: func() (uint64, []byte, uint64, error) {
		return d.render(scope)
	}}, nil
}

// scope reads which part of the hall is asked for. Without a word in the query it is the place where the terminal stands.
func (d *Display) scope(ctx context.Context, q url.Values) (Scope, error) {
	p := d.deps.Desk.State().Plan()
	if p == nil {
		return Scope{}, hall.Refuse("starting")
	}
	scope := Scope{Zone: q.Get("zone"), Window: q.Get("window")}
	if scope == (Scope{}) && !q.Has("zone") && !q.Has("window") {
		scope = placed(p, door.Of(ctx).Place)
	}
	if !scope.known(p) {
		return Scope{}, hall.Refuse(hall.NotFound)
	}
	return scope, nil
}

func placed(p *hall.Plan, place string) Scope {
	if zone := (Scope{Zone: place}); place != "" && zone.known(p) {
		return zone
	}
	if window := (Scope{Window: place}); place != "" && window.known(p) {
		return window
	}
	return Scope{}
}

var errNoPlan = errors.New("display: the hall has no plan yet")

// render makes the view of a scope now. What must not wait is a new call and a change of the voice.
func (d *Display) render(scope Scope) (seq uint64, data []byte, urgent uint64, err error) {
	s, at := d.deps.Desk.State(), d.deps.Now()
	switch {
	case s.IsZero() || s.Plan() == nil:
		return 0, nil, 0, errNoPlan
	case !scope.known(s.Plan()):
		return 0, nil, 0, live.ErrGone
	}
	board := d.board(s, scope, at)
	data, err = json.Marshal(board)
	return s.Seq(), data, board.mark(), err
}

// silent is the view without its voice.
func (d *Display) silent(s hall.State, scope Scope, calls []called, at hall.Time) Board {
	b := view(s, scope, calls, d.deps.Estimate, at)
	if d.deps.FullSince() != 0 {
		b.pause()
	}
	return b
}

// board is the view with its voice. A window's own screen has none: its zone's boards speak.
func (d *Display) board(s hall.State, scope Scope, at hall.Time) Board {
	calls := d.book.of(s)
	b := d.silent(s, scope, calls, at)
	if scope.Window == "" {
		b.say(d.voice.say(scope.Zone, scope.voices(s.Plan(), calls), at))
	}
	return b
}
