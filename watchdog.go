package main

import (
	"context"
	"fmt"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// manager is the service manager that has started the process.
type manager struct {
	notify func(state string) error
	every  time.Duration // how often it wants a sign of life, 0 for never
}

// daemonNotify is the manager that the environment names: systemd, or none.
func daemonNotify() manager {
	every, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		every = 0 // an unreadable wish is none
	}
	return manager{every: every, notify: func(state string) error {
		_, err := daemon.SdNotify(false, state)
		return err
	}}
}

// statusEvery is how often the status line is renewed for a manager that wants no sign of life.
const statusEvery = 30 * time.Second

// tellManager says when the hall is ready and when it ends, and meanwhile that it lives: only after the desk has answered
// through the journal and the hub through its pump. A part that hangs starves the watchdog, and the manager starts anew.
func (h *running) tellManager(ctx context.Context, find func() manager) {
	m := find()
	h.say(m, daemon.SdNotifyReady+"\n"+h.status())
	context.AfterFunc(ctx, func() { h.say(m, daemon.SdNotifyStopping) })
	every := m.every / 3
	if m.every == 0 {
		every = statusEvery
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := h.alive(ctx, every); err != nil && ctx.Err() == nil {
			h.log.Error("a part of the hall hangs; the service manager is not told that it lives", "error", err)
			continue
		}
		h.say(m, daemon.SdNotifyWatchdog+"\n"+h.status())
	}
}

func (h *running) say(m manager, state string) {
	if err := m.notify(state); err != nil {
		h.log.Warn("the service manager does not listen", "error", err)
	}
}

// status is the line that systemctl status shows.
func (h *running) status() string {
	t := h.desk.State().Tally()
	status := fmt.Sprintf("STATUS=%d tickets today, %d waiting", t.Issued, t.Waiting)
	if h.desk.FullSince() != 0 {
		status += "; the disk is full, the hall is read-only"
	}
	return status
}

// alive asks the parts for a sign of life and names the first that gives none.
func (h *running) alive(ctx context.Context, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	if err := h.desk.Probe(ctx); err != nil {
		return fmt.Errorf("the desk or its journal gives no sign of life: %w", err)
	}
	if err := h.hub.Probe(ctx); err != nil {
		return fmt.Errorf("the screens' hub gives no sign of life: %w", err)
	}
	return nil
}
