package bench

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
)

// tail is how many records the restart from a snapshot finds behind it: as many as a hall writes between two, fewer behind
// a short journal.
func (r *run) tail() int { return min(20_000, r.Records/20) }

// longHall fills a journal with the past, and measures reading it in all the ways a hall does: checking it, folding it from
// its first record, and starting from snapshot and tail. It gives back the hall, open on the day after.
func (r *run) longHall() (Hall, error) {
	data := r.path("long")
	r.say("filling a journal with %s records", thousands(r.Records))
	began := time.Now()
	h, days, err := r.fill(data)
	if err != nil {
		return nil, err
	}
	r.report.row("filling the journal", "records/s", "", single(float64(r.Records)/time.Since(began).Seconds()), nil, "")
	r.fileSize(data, days)
	scan, err := r.scans()
	if err != nil {
		return nil, err
	}
	if err := r.verify(data, scan); err != nil {
		return nil, err
	}
	return r.restarts(data, h, scan)
}

func single(v float64) (s samples) { s.alone(v); return s }

// fill writes the past into a new journal, and the same bytes into the yardstick.
func (r *run) fill(data string) (h *history, days int, err error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, 0, err
	}
	j, err := journal.Open(data, journal.Options{})
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	h = newHistory(r.Plan, j, hall.NewWorking())
	if h.raw, err = newRawLog(r.path("yardstick")); err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, h.raw.close()) }()
	days = max(1, (r.Records+4*r.PerDay-1)/(4*r.PerDay))
	midnight := r.noon(-days - 3).Add(-12 * time.Hour)
	if err := h.found(midnight); err != nil {
		return nil, 0, err
	}
	for day := range days {
		if err := errors.Join(r.ctx.Err(), h.day(midnight.AddDate(0, 0, day), r.PerDay)); err != nil {
			return nil, 0, err
		}
	}
	return h, days, h.flush()
}

func (r *run) fileSize(data string, days int) {
	info, err := os.Stat(filepath.Join(data, journal.FileName))
	if err != nil {
		r.report.leave("the size of the journal: %v", err)
		return
	}
	size := float64(info.Size())
	r.report.row("journal, a record", "bytes", "", single(size/float64(r.Records)), nil, "")
	r.report.row("journal, ten years of 250 days at this rate", "GB", "", single(size/float64(days)*2500/1e9), nil, "")
}

// scans reads the yardstick, warm, in each round, and gives the median.
func (r *run) scans() (median time.Duration, err error) {
	var s samples
	for range r.Rounds + 1 {
		began := time.Now()
		if _, err := scanRaw(r.path("yardstick")); err != nil {
			return 0, err
		}
		s.alone(time.Since(began).Seconds())
	}
	s.ours, s.ratios = s.ours[1:], s.ratios[1:] // the first has warmed the cache
	r.report.row("raw checksum scan of the same bytes", "s", "", s, nil, "")
	return time.Duration(spread(s.ours).Median * float64(time.Second)), nil
}

// verify checks the whole journal as `jiaohao journal verify` does.
func (r *run) verify(data string, scan time.Duration) (err error) {
	r.say("verifying it")
	j, err := journal.Open(data, journal.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	var rate, times samples
	for range min(r.Rounds, 2) {
		began := time.Now()
		report, err := journal.Verify(r.ctx, j, nil)
		if err == nil && report.Break != nil {
			err = report.Break
		}
		if err != nil {
			return err
		}
		took := time.Since(began).Seconds()
		rate.alone(float64(j.Head().Seq) / took)
		times.add(took, scan.Seconds())
	}
	r.report.row("journal verify", "records/s", "", rate, &Line{AtLeast: 1e6}, "")
	r.report.row("journal verify, time", "s", "raw scan", times, nil, "")
	return nil
}

// restarts opens the hall without a snapshot, and again with one and a tail of records behind it.
func (r *run) restarts(data string, h *history, scan time.Duration) (Hall, error) {
	r.say("starting without a snapshot")
	began := time.Now()
	open, err := r.Open(r.ctx, data, r.noon(-1))
	if err != nil {
		return nil, err
	}
	var refold samples
	refold.add(time.Since(began).Seconds(), scan.Seconds())
	r.report.row("start, everything folded again", "s", "raw scan", refold, &Line{AtMost: 2}, "the state and both folds of figures")
	if err := r.dashboards(open, h); err != nil {
		return nil, errors.Join(err, open.Close())
	}
	if err := open.Close(); err != nil {
		return nil, err
	}
	return r.fromSnapshot(data)
}

// fromSnapshot kills a hall that has written a tail behind its snapshot, and starts it again and again.
func (r *run) fromSnapshot(data string) (Hall, error) {
	open, err := r.Open(r.ctx, data, r.noon(-1))
	if err != nil {
		return nil, err
	}
	if err := r.addTail(open); err != nil {
		return nil, errors.Join(err, open.Close())
	}
	var quick samples
	for range max(r.Rounds, 3) {
		if err := open.Kill(); err != nil {
			return nil, err
		}
		began := time.Now()
		if open, err = r.Open(r.ctx, data, r.noon(-1)); err != nil {
			return nil, err
		}
		quick.alone(time.Since(began).Seconds())
	}
	r.report.row("start from the snapshot and "+thousands(r.tail())+" records", "s", "", quick, &Line{AtMost: 1, Aim: 0.2}, "")
	r.memory("memory with that journal")
	if r.Start == nil {
		return open, nil
	}
	if err := open.Kill(); err != nil {
		return nil, err
	}
	if err := r.processStarts(data); err != nil {
		return nil, err
	}
	return r.Open(r.ctx, data, r.noon(0))
}

// processStarts measures the whole way from the start of the process to its first healthy answer, each time after it was killed.
func (r *run) processStarts(data string) error {
	r.say("starting the program on it")
	var took samples
	for range max(r.Rounds, 3) {
		one, err := r.Start(r.ctx, data)
		if err != nil {
			return err
		}
		took.alone(one.Seconds())
	}
	r.report.row("start of the process to its first healthy answer", "s", "", took, &Line{AtMost: 1, Aim: 0.2}, "after a kill -9")
	return nil
}

// addTail takes tickets from many kiosks at once.
func (r *run) addTail(h Hall) error {
	k, each := newKiosks(r.Plan), r.tail()/manyClients+1
	errs := make([]error, manyClients)
	var wg sync.WaitGroup
	for c := range manyClients {
		wg.Go(func() {
			for i := 0; i < each && errs[c] == nil; i++ {
				errs[c] = k.take(r.ctx, h, c)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// memory says what the process holds after everything that nobody needs is gone.
func (r *run) memory(name string) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	note := ""
	if bytes, ok := resident(); ok {
		note = "resident " + figure(float64(bytes)/1e6) + " MB, the bench itself included"
	}
	r.report.row(name, "MB of heap", "", single(float64(m.HeapAlloc)/1e6), nil, note)
}
