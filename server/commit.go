package server

import (
	"fmt"
	"net/http"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
)

// commit makes batches durable, one after the other, and only then shows and answers them.
func (d *Desk) commit() {
	defer close(d.dead)
	for {
		var b *batch
		select {
		case d.ready <- struct{}{}:
			b = <-d.batches
		case b = <-d.batches:
		case err := <-d.failed:
			d.distrust(err)
			return
		}
		if b == nil || !d.append(b) {
			return
		}
		d.lay(b)
	}
}

// append makes one batch durable. It returns false when the journal can no longer be trusted.
func (d *Desk) append(b *batch) bool {
	if len(b.drafts) == 0 {
		b.reply()
		return true
	}
	if d.watched && d.FullSince() != 0 {
		d.fullUp(b, nil)
		return true
	}
	began := time.Now()
	result := d.journal.Append(b.after, b.drafts)
	took := time.Since(began)
	d.lastLag.Store(int64(took))
	d.appends.Add(1)
	d.figures.append.Observe(took.Seconds())
	d.figures.batch.Observe(float64(len(b.drafts)))
	switch result.Outcome {
	case journal.Done:
		d.emptied() // the screens learn it with what is revealed
		d.reveal(b, result.Head)
		return true
	case journal.Full:
		d.fullUp(b, result.Err)
		return true
	}
	// Refused cannot be told from somebody else's writing, unknown may be there: only a restart that folds the journal knows.
	b.refuseAll(http.ErrAbortHandler)
	d.distrust(fmt.Errorf("%v: %w", result.Outcome, result.Err))
	return false
}

// distrust ends the process.
func (d *Desk) distrust(err error) {
	d.log.Error("the journal cannot be trusted any more", "error", err)
	d.fatal(err)
}

// keptBytes bounds what an empty batch keeps of memory: a plan in a batch is large, and seldom.
const keptBytes = 1 << 20

// lay puts by a batch that nobody needs any more: the next is filled without new memory.
func (d *Desk) lay(b *batch) {
	clear(b.drafts)
	clear(b.recorded)
	clear(b.waiting)
	clear(b.answers)
	if cap(b.bytes) > keptBytes {
		b.bytes = nil
	}
	*b = batch{drafts: b.drafts[:0], bytes: b.bytes[:0], recorded: b.recorded[:0], waiting: b.waiting[:0], answers: b.answers[:0]}
	select {
	case d.spare <- b:
	default:
	}
}

// open gives an empty batch that goes on from w.
func (d *Desk) open(w *hall.Working) *batch {
	var b *batch
	select {
	case b = <-d.spare:
	default:
		b = &batch{}
	}
	b.after = w.Seq()
	return b
}

func (d *Desk) reveal(b *batch, head journal.Head) {
	for i, r := range b.recorded {
		for _, f := range d.folds {
			f.Apply(b.after+uint64(i)+1, r.at, r.header, r.event)
		}
		d.tell(r)
	}
	d.done.Add(uint64(len(b.recorded)))
	d.state.Store(&published{b.state, head.Chain})
	b.reply()
	d.publish(b.state.Seq(), b.urgent)
}

// tell logs what an operator must hear of, once it is durable.
func (d *Desk) tell(r recorded) {
	switch e := r.event.(type) {
	case *hall.ClockDoubted:
		d.log.Warn("the machine's clock has jumped; no ticket is issued until a supervisor confirms it", "shows", e.Wall.In(time.UTC), "hall", e.Last.In(time.UTC),
			"off", e.Wall.Sub(e.Last).Round(time.Second))
	case *hall.ClockConfirmed:
		d.log.Info("the clock is confirmed", "by", r.header.ByID)
	}
}

func (b *batch) reply() {
	for i, p := range b.waiting {
		p.answer <- b.answers[i]
	}
}

func (b *batch) refuseAll(err error) {
	for _, p := range b.waiting {
		p.answer <- answer{err: err}
	}
}

// startAgain refuses what was decided on top of a batch that is not there.
func (d *Desk) startAgain(cur *batch, err error) (*hall.Working, *batch) {
	cur.refuseAll(err)
	w := hall.Resume(d.State())
	return w, d.open(w)
}
