package main

import (
	"net/http"
	"net/http/pprof"
	"os"
	"sync/atomic"
	"time"

	"jiaohao/server/journal"
	"jiaohao/server/metrics"
	"jiaohao/server/stats"
)

// observed are the figures of the composition root: what no part can know of itself.
type observed struct {
	query    *metrics.Histogram
	snapshot *metrics.Histogram
	begun    time.Time
	fold     time.Duration
	start    time.Duration
	saved    atomic.Uint64 // sequence of the newest snapshot that this process has made or started from
}

// observe makes the registry of a hall and declares the root's own families in it.
func (h *running) observe() {
	r := metrics.New()
	h.metrics = r
	h.seen = &observed{begun: time.Now(),
		query:    r.Histogram("stats_query_seconds", "Time a question for figures took.", metrics.Seconds),
		snapshot: r.Histogram("snapshot_save_seconds", "Time to store the state and the folds.", metrics.Seconds)}
	r.Process()
	r.GaugeOf("start_seconds", "Time from the opening of the data folder to the first command that could be taken.", func() float64 { return h.seen.start.Seconds() })
	r.GaugeOf("start_fold_seconds", "Part of the start that was reading and folding the journal.", func() float64 { return h.seen.fold.Seconds() })
	r.GaugeOf("snapshot_age_records", "Records that the next start would have to fold; after a start without a save, those of this process.", func() float64 {
		return float64(h.desk.State().Seq() - h.seen.saved.Load())
	})
	r.GaugeOf("disk_free_bytes", "Bytes free where the journal is, when last looked.", func() float64 { return h.disk.freeBytes() })
	r.GaugesOf("file_bytes", "Size of the files in the data folder.", "file", h.fileSizes)
}

// dataFiles are the files that grow.
var dataFiles = []string{journal.FileName, journal.WALName, "snapshot", "folds.db", authName}

func (h *running) fileSizes(each func(name string, bytes float64)) {
	if h.memory {
		return
	}
	for _, name := range dataFiles {
		if info, err := os.Stat(h.path(name)); err == nil {
			each(name, float64(info.Size()))
		}
	}
}

// timedStats measures the questions for figures.
type timedStats struct {
	*stats.Fold
	took *metrics.Histogram
}

// Rows answers a query.
func (s timedStats) Rows(q stats.Query) []stats.Row {
	defer s.took.Since(time.Now())
	return s.Fold.Rows(q)
}

// profiled adds the profiles of the Go runtime to the control socket, the only place where they are: they show the memory of
// the process, and a profile of half a minute is work that no stranger may order.
func profiled(next http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	mux.Handle("/", next)
	return mux
}
