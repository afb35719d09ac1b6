package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// How long the hall may take to come to its end: service managers and people wait five seconds. A journal that cannot be
// trusted leaves nothing to be tidied up.
const (
	stopWithin  = 4800 * time.Millisecond
	breakWithin = time.Second
)

// giveUp is called by the desk when the journal can no longer be trusted.
func (h *running) giveUp(err error) {
	h.broken.Store(true)
	h.fatal <- fmt.Errorf("stopped, the next start reads what is really there: %w", err)
}

// lifetime ends with ctx, or with the error for which the hall gave up as its cause.
func (h *running) lifetime(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case err := <-h.fatal:
			h.fatal <- err // for whoever else waits
			cancel(err)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

// untilStopped runs the hall until it has ended, or for a moment longer than ctx: whatever hangs then, a disk or a client, is
// left behind. Everything that was answered is durable, so nothing but time is lost.
func (h *running) untilStopped(ctx context.Context, run func(context.Context) error) error {
	ctx, cancel := h.lifetime(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	within := stopWithin
	if h.broken.Load() {
		within = breakWithin
	}
	select {
	case err := <-ended:
		return err
	case <-time.After(within):
	}
	if h.broken.Load() {
		return context.Cause(ctx)
	}
	return errHangs
}

var errHangs = errors.New("stopped, though a part of the hall did not come to its end in time; everything that was answered is kept")
