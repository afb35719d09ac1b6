package server

import (
	"bytes"
	"net/http"
	"sync/atomic"
	"time"

	"jiaohao/server/metrics"
)

// requests counts what passes the door.
type requests struct {
	byClass [6]atomic.Uint64 // by hundreds of the status
	spent   atomic.Int64
	took    *metrics.Histogram
	codes   *metrics.Counters
}

func newRequests(r *metrics.Registry) *requests {
	q := &requests{took: r.Histogram("request_seconds", "Time from a request's head to the end of its answer; upgrades to sockets too.", metrics.Seconds),
		codes: r.Counters("problems_total", "Requests answered with a problem since the start, by its code.", "code")}
	r.CounterOf("request_seconds_total", "Time spent on requests since the start.", func() float64 { return time.Duration(q.spent.Load()).Seconds() })
	r.CountersOf("requests_total", "Requests answered since the start, by hundreds of their status.", "class", func(each func(string, float64)) {
		for class := 1; class < len(q.byClass); class++ {
			each(string('0'+rune(class))+"xx", float64(q.byClass[class].Load()))
		}
	})
	return q
}

// answered counts a request; code is that of a problem, "" for none.
func (q *requests) answered(status int, code string, took time.Duration) {
	if class := status / 100; class > 0 && class < len(q.byClass) {
		q.byClass[class].Add(1)
	}
	q.spent.Add(int64(took))
	q.took.Observe(took.Seconds())
	if code != "" {
		q.codes.Add(code, 1)
	}
}

// writeMetrics answers in the text format of Prometheus.
func (s *Server) writeMetrics(w http.ResponseWriter, r *http.Request) {
	var b bytes.Buffer
	if err := s.registry.Write(&b); err != nil { // never, into memory
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", metrics.ContentType)
	write(w, b.Bytes())
}
