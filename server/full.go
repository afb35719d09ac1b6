package server

import (
	"time"

	"jiaohao/server/hall"
)

// FullSince is the hall time since when the journal has had no space and the hall is read-only; 0 while there is space.
func (d *Desk) FullSince() hall.Time { return hall.Time(d.full.Load()) }

// RoomAgain says that there is space again, before any command has proved it: every screen is told at once. Should it not
// be so, the next command is refused as before.
func (d *Desk) RoomAgain() {
	if d.emptied() {
		d.publish(d.State().Seq(), true)
	}
}

// emptied notes that there is space, and tells whether that is news.
func (d *Desk) emptied() bool {
	since := hall.Time(d.full.Swap(0))
	if since != 0 {
		d.log.Info("the journal has space again: the hall takes commands", "without", d.clock.Now().Sub(since).Round(time.Second))
	}
	return since != 0
}

// fullUp refuses a batch for want of space. What was decided on top of it must go too, so the desk is told to begin again
// from what is durable. The next command tries the journal again, unless somebody watches for room.
func (d *Desk) fullUp(b *batch, cause error) {
	refusal := d.filled(cause)
	b.refuseAll(refusal)
	d.undone <- refusal
	d.publish(d.State().Seq(), true)
}

// filled notes that there is no space, and gives what callers are told.
func (d *Desk) filled(cause error) error {
	if d.full.CompareAndSwap(0, int64(d.clock.Now())) {
		d.log.Error("the journal is full: the hall is read-only until there is space", "error", cause)
	}
	return hall.Refuse(hall.JournalFull, "seconds", int(fullRetry.Seconds()))
}
