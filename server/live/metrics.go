package live

import (
	"time"

	"jiaohao/server/metrics"
)

// figures are what a hub measures of itself, beside what Stats counts.
type figures struct {
	render  *metrics.Histograms
	fanout  *metrics.Histogram
	sockets *metrics.Levels
}

// declare adds the hub's families to a registry.
func (h *Hub) declare(r *metrics.Registry) {
	h.figures = figures{
		render:  r.Histograms("view_render_seconds", "Time a view took to be made, by view.", "view", metrics.Moments),
		fanout:  r.Histogram("fanout_seconds", "Time from a change to the last of a topic's frames being given to the system, waiting together included.", metrics.Seconds),
		sockets: r.Levels("sockets_by_view", "Open sockets by view.", "view"),
	}
	stat := func(of func(Stats) uint64) func() float64 { return func() float64 { return float64(of(h.Stats())) } }
	r.GaugeOf("sockets", "Open sockets.", stat(func(s Stats) uint64 { return s.Sockets }))
	r.CounterOf("sockets_refused_total", "Requests for a socket that were not upgraded.", stat(func(s Stats) uint64 { return s.Refused }))
	r.CounterOf("view_renders_total", "Views made since the start.", stat(func(s Stats) uint64 { return s.Renderings }))
	r.CounterOf("view_unchanged_total", "Views made that led to no frame.", stat(func(s Stats) uint64 { return s.Same }))
	r.CounterOf("view_failures_total", "Views that could not be made.", stat(func(s Stats) uint64 { return s.Failures }))
	r.CounterOf("frames_sent_total", "Frames handed over to sockets.", stat(func(s Stats) uint64 { return s.Frames }))
	r.CounterOf("frames_bytes_total", "Bytes of the frames handed over.", stat(func(s Stats) uint64 { return s.Bytes }))
	r.CounterOf("frames_replaced_total", "Frames that gave way to a newer one before a slow client took them.", stat(func(s Stats) uint64 { return s.Replaced }))
	r.CountersOf("sockets_cut_total", "Sockets closed by the server, by reason.", "reason", func(each func(string, float64)) {
		cut := h.Stats().Cut
		for _, reason := range reasons {
			each(reason.String(), float64(cut[reason]))
		}
	})
}

// reasons are all that have a text, in the order in which they are shown.
var reasons = []CloseReason{SessionEnded, Revoked, TooSlow, Gone, TooMany, Restarting, Chatty}

// hear notes when the first change came that a topic has not shown yet.
func (t *topic) hear(at time.Time) {
	if t.told.IsZero() {
		t.told = at
	}
}

// shown notes that the change has reached everybody, or that there was nothing to see in it.
func (t *topic) shown(f *figures, sent bool) {
	if !t.told.IsZero() && sent {
		f.fanout.Since(t.told)
	}
	t.told = time.Time{}
}
