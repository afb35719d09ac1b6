package server

import (
	"context"
	"fmt"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/records"
)

// Erasure by age: when it runs, by the hall's clock, and how much at once.
const (
	eraseHour   = 3 // before the boundary of any business day
	eraseMinute = 30
	eraseAtOnce = 10_000    // private parts of one order
	eraseAgain  = time.Hour // after one that failed, and to look at the clock again
)

// KeepPrivacy erases private parts that are older than the plan keeps them: at once, and then each night, until ctx ends. It
// begins with the newest order that was recorded, which a crash may have cut short.
func (d *Desk) KeepPrivacy(ctx context.Context) {
	err := d.eraseAsOrdered(ctx)
	for {
		if err == nil {
			err = d.EraseOld(ctx)
		}
		pause := eraseAgain
		if err != nil && ctx.Err() == nil {
			d.log.Error("what is too old could not be erased", "error", err)
		} else {
			pause = d.untilNight()
		}
		if !d.sleep(ctx, pause) {
			return
		}
		err = nil
	}
}

// sleep waits by the hall's clock, looking at it now and then: a machine may have slept itself. It reports false when ctx has
// ended.
func (d *Desk) sleep(ctx context.Context, pause time.Duration) bool {
	for end := d.clock.Now().Add(pause); d.clock.Now() < end; {
		left := time.Duration(float64(end.Sub(d.clock.Now())) / d.clock.speed)
		timer := time.NewTimer(min(left+time.Millisecond, eraseAgain))
		select {
		case <-ctx.Done():
			timer.Stop()
			return false
		case <-timer.C:
		}
	}
	return ctx.Err() == nil
}

// untilNight is the time to the next run.
func (d *Desk) untilNight() time.Duration {
	zone := time.UTC
	if plan := d.State().Plan(); plan != nil {
		zone = plan.Zone()
	}
	now := d.clock.Now().In(zone)
	next := time.Date(now.Year(), now.Month(), now.Day(), eraseHour, eraseMinute, 0, 0, zone)
	if !next.After(now) {
		next = next.AddDate(0, 0, 1)
	}
	return next.Sub(now)
}

// eraseAsOrdered carries out the newest order once more.
func (d *Desk) eraseAsOrdered(ctx context.Context) error {
	last := d.State().Erasure().Last
	if last == nil {
		return nil
	}
	seqs, err := records.Ordered(ctx, d.journal, last)
	if err != nil {
		return err
	}
	return d.wipe(seqs)
}

// EraseOld erases private parts that are older than the plan keeps them, in portions: each is recorded, then carried out.
// While the clock is in doubt nothing is old.
func (d *Desk) EraseOld(ctx context.Context) error {
	for _, words := range []bool{false, true} {
		state := d.State()
		if state.Plan() == nil || state.ClockDoubt() != nil {
			return nil
		}
		if err := d.eraseOld(ctx, words, state.Plan().Rules.Privacy.Days(words)); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) eraseOld(ctx context.Context, words bool, days int) error {
	young, err := records.Since(ctx, d.journal, d.clock.Now().Add(-time.Duration(days)*24*time.Hour))
	if err != nil {
		return err
	}
	last := d.State().Erasure().Reach(words)
	for last < young-1 {
		var seqs []uint64
		if seqs, last, err = records.Old(ctx, d.journal, last+1, young-1, words, eraseAtOnce); err != nil {
			return err
		}
		if len(seqs) == 0 {
			continue
		}
		order := hall.Order{Do: hall.EraseOld{Through: last, Words: words, Count: len(seqs), Days: days}}
		if err := d.Erase(ctx, order, seqs); err != nil {
			return err
		}
		d.log.Info("old private parts are erased", "parts", len(seqs), "through", last, "citizensWords", words)
	}
	return nil
}

// Erase records an order to erase private parts, then carries it out. When it returns without error they are nowhere in the
// journal's file nor in this process's memory of notes. An error after the order was recorded leaves it to the next start to
// carry it out, or to a repetition.
func (d *Desk) Erase(ctx context.Context, o hall.Order, seqs []uint64) error {
	if _, err := d.Order(ctx, o); err != nil {
		return err
	}
	return d.wipe(seqs)
}

func (d *Desk) wipe(seqs []uint64) error {
	err := d.journal.ErasePrivate(seqs...)
	d.notes.forget()
	if err != nil {
		return fmt.Errorf("the erasure is recorded but not carried out, the next start does it: %w", err)
	}
	return nil
}

// forget drops what was read, so that nobody is shown what was erased.
func (n *notes) forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.text = nil
}
