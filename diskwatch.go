package main

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"time"

	"jiaohao/server/disk"
	"jiaohao/server/hall"
	"jiaohao/server/journal"
	"jiaohao/server/supervisor"
)

// How often the disk is looked at, and how often a full one is tried.
const (
	diskLook = 30 * time.Second
	roomLook = time.Second
)

// diskWatch looks at the file system of the data folder: it warns before it is full, keeps the ballast, and sets the desk
// going again when a full disk has room.
type diskWatch struct {
	desk interface {
		FullSince() hall.Time
		RoomAgain()
	}
	warn    int64 // bytes free below which people are told
	ballast int64 // bytes, 0 for none
	folder  string
	free    func() (int64, error)
	room    func() bool
	growth  func(context.Context) (bytesPerDay float64, ok bool)
	now     func() hall.Time
	changed func()
	log     *slog.Logger

	mu   sync.Mutex
	left int64     // bytes free when last looked, -1 while not known
	low  hall.Time // since when it is too little, 0 while it is not
	days int       // for which it will do, -1 while that cannot be told
	err  string    // of the last look, so that each is logged once
}

// watchDisk makes the watch of a hall that keeps something.
func (h *running) watchDisk() *diskWatch {
	w := &diskWatch{desk: h.desk, warn: int64(h.config.Disk.WarnMB) * disk.MB, ballast: int64(h.config.Disk.BallastMB) * disk.MB,
		folder: h.config.Data, now: h.now, changed: h.refresh, log: h.log, left: -1, days: -1,
		free:   func() (int64, error) { return disk.Free(h.config.Data) },
		room:   func() bool { return disk.Room(h.config.Data) },
		growth: func(ctx context.Context) (float64, bool) { return growth(ctx, h.journal, h.path(journal.FileName)) }}
	if h.config.Demo {
		w.ballast = 0 // nobody has to rescue a demonstration
	}
	return w
}

// refresh has every view made again though no event has happened.
func (h *running) refresh() { h.hub.Changed(h.desk.State().Seq(), true) }

// run looks until ctx ends.
func (w *diskWatch) run(ctx context.Context) {
	look, try := time.NewTicker(diskLook), time.NewTicker(roomLook)
	defer look.Stop()
	defer try.Stop()
	w.look(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
			w.look(ctx)
		case <-try.C:
			w.try(ctx)
		}
	}
}

// try sets a full hall going again when there is room.
func (w *diskWatch) try(ctx context.Context) {
	if w.desk.FullSince() != 0 && w.room() {
		w.desk.RoomAgain()
		w.look(ctx)
	}
}

// look reads how much is free, tells people when it has become too little or enough again, and keeps the ballast.
func (w *diskWatch) look(ctx context.Context) {
	free, err := w.free()
	if err != nil {
		w.failed(err)
		return
	}
	days := -1
	if free < w.warn {
		if perDay, ok := w.growth(ctx); ok && perDay >= 1 {
			days = int(min(float64(free)/perDay, 9999))
		}
	}
	if w.note(free, days) {
		w.changed()
	}
	made, err := disk.KeepBallast(w.folder, w.ballast, w.warn+w.warn/2)
	if w.failed(err); made && err == nil {
		w.log.Info("the ballast is in place: a file to delete when the disk is full", "file", disk.BallastName, "MB", w.ballast/disk.MB)
	}
}

// failed notes how the last look ended, and logs what is new.
func (w *diskWatch) failed(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := fmt.Sprint(err)
	news := text != w.err
	if w.err = text; err != nil && news {
		w.log.Warn("the disk of the data folder cannot be looked after", "error", err)
	}
}

// note keeps what was read and tells whether people must hear of it. It is enough again only with a sixteenth to spare, or a
// disk at the limit would raise the alarm over and over.
func (w *diskWatch) note(free int64, days int) (news bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before, changed := w.low, w.left/disk.MB != free/disk.MB
	w.left, w.days = free, days
	switch {
	case free < w.warn && w.low == 0:
		w.low = w.now()
		w.log.Warn("the disk will soon be full", "freeMB", free/disk.MB, "warnMB", w.warn/disk.MB, "days", days)
	case free >= w.warn+w.warn/16 && w.low != 0:
		w.low = 0
		w.log.Info("the disk has enough space again", "freeMB", free/disk.MB)
	}
	return before != w.low || w.low != 0 && changed
}

// warnings is what the supervisor is told; nothing on a nil watch, of a hall that keeps nothing.
func (w *diskWatch) warnings() []supervisor.Warning {
	if w == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.low == 0 {
		return nil
	}
	params := map[string]any{"free": w.left / disk.MB, "warn": w.warn / disk.MB}
	if w.days >= 0 {
		params["days"] = w.days
	}
	return []supervisor.Warning{{Kind: supervisor.AlertDiskLow, Since: w.low, Params: params}}
}

// freeBytes is what was free when last looked; not a number while that is not known.
func (w *diskWatch) freeBytes() float64 {
	if w == nil {
		return math.NaN()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.left < 0 {
		return math.NaN()
	}
	return float64(w.left)
}
