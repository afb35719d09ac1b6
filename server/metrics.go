package server

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

// metrics counts what passes the door. Everything else is asked of its owner when somebody looks.
type metrics struct {
	requests [6]atomic.Uint64 // by hundreds of the status
	spent    atomic.Int64
	started  time.Time
}

func newMetrics() *metrics { return &metrics{started: time.Now()} }

func (m *metrics) request(status int, took time.Duration) {
	if class := status / 100; class > 0 && class < len(m.requests) {
		m.requests[class].Add(1)
	}
	m.spent.Add(int64(took))
}

// writeMetrics answers in the text format of Prometheus.
func (s *Server) writeMetrics(w http.ResponseWriter, r *http.Request) {
	var b strings.Builder
	family := func(kind, name, help string) {
		fmt.Fprintf(&b, "# HELP jiaohao_%s %s\n# TYPE jiaohao_%s %s\n", name, help, name, kind)
	}
	one := func(kind, name, help string, value any) {
		family(kind, name, help)
		fmt.Fprintf(&b, "jiaohao_%s %v\n", name, value)
	}
	c, sockets, tally := s.desk.Counts(), s.hub.Stats(), s.desk.State().Tally()
	one("gauge", "up_seconds", "Time since the start.", int(time.Since(s.metrics.started).Seconds()))
	one("gauge", "journal_sequence", "Sequence of the last durable event.", c.Seq)
	one("gauge", "journal_full", "1 while there is no space and the hall is read-only.", boolInt(c.Full))
	one("gauge", "journal_last_append_seconds", "Time the last append took.", c.LastAppend.Seconds())
	one("counter", "desk_events_total", "Events recorded since the start.", c.Done)
	one("counter", "desk_refusals_total", "Commands refused since the start.", c.Refused)
	one("counter", "desk_appends_total", "Appends since the start.", c.Appends)
	one("gauge", "desk_waiting", "Commands not yet decided.", c.Waiting)
	one("gauge", "sockets", "Open sockets.", sockets.Sockets)
	one("gauge", "tickets_issued", "Tickets of the day.", tally.Issued)
	one("gauge", "tickets_waiting", "Tickets waiting now.", tally.Waiting)
	one("gauge", "goroutines", "Goroutines.", runtime.NumGoroutine())
	one("counter", "request_seconds_total", "Time spent on requests since the start.", time.Duration(s.metrics.spent.Load()).Seconds())
	family("counter", "requests_total", "Requests answered since the start, by hundreds of their status.")
	for class := 1; class < len(s.metrics.requests); class++ {
		fmt.Fprintf(&b, "jiaohao_requests_total{class=\"%dxx\"} %d\n", class, s.metrics.requests[class].Load())
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	write(w, []byte(b.String()))
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
