package bench

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"jiaohao/server/hall"
)

// Clients of the two sorts of turn, and the size of a yardstick's record: about that of a ticket's, in bytes.
const (
	manyClients = 64
	rawRecord   = 250
)

// ticketHall is a hall in which tickets are taken, and what is in its journal.
type ticketHall struct {
	Hall
	name    string
	records int
}

// kiosks take tickets, each time with a new secret and a new key.
type kiosks struct {
	services []string
	taken    atomic.Uint64
}

func newKiosks(plan *hall.Plan) *kiosks {
	k := &kiosks{}
	for _, s := range plan.Services {
		if len(plan.WindowsOf(s.ID)) > 0 && !s.Paused {
			k.services = append(k.services, s.ID)
		}
	}
	return k
}

// next gives the service, the secret and the key of another ticket.
func (k *kiosks) next(client int) (service, id, key string) {
	n := k.taken.Add(1)
	return k.services[(client+int(n))%len(k.services)], fmt.Sprintf("%026d", n), strconv.FormatUint(n, 10)
}

// take asks the desk.
func (k *kiosks) take(ctx context.Context, h Hall, client int) error {
	service, id, key := k.next(client)
	_, err := h.Order(ctx, hall.Order{By: hall.Actor{Kind: hall.Terminal, ID: "bench"}, Key: key, Digest: []byte("0123456789abcdef"),
		Do: hall.Issue{ID: id, Service: service, Channel: "kiosk", Lang: "zh"}})
	return err
}

// ticketRows collects what one hall's turns give.
type ticketRows struct {
	desk, http, http1, desk1, p99, ofDesk, device, file samples
	p50Many, p50HTTP, p99HTTP                           []float64
}

// tickets takes tickets in all halls, through the desk and through HTTP, from many clients and from one, in turns with the
// yardstick.
func (r *run) tickets(halls []ticketHall) (err error) {
	raw, err := newRawGroup(r.path("raw"), rawRecord)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, raw.close()) }()
	rows, k := make([]ticketRows, len(halls)), newKiosks(r.Plan)
	var decline samples
	for round := range r.Rounds {
		r.say("tickets, round %d of %d", round+1, r.Rounds)
		for i, h := range halls {
			if err := r.nextDay(h, round); err != nil {
				return err
			}
			if err := r.ticketTurns(h, k, raw, &rows[i]); err != nil {
				return fmt.Errorf("%s: %w", h.name, err)
			}
		}
		if len(halls) > 1 {
			decline.add(rows[1].desk.ratios[round], rows[0].desk.ratios[round])
		}
	}
	for i, h := range halls {
		r.ticketReport(h, rows[i])
	}
	if len(halls) > 1 {
		r.report.row("tickets, long journal over empty", "of raw", "the empty journal's", decline, &Line{AtLeast: 0.8, Aim: 0.9}, "")
	}
	return nil
}

// nextDay begins a business day, so that no turn meets the tickets of those before.
func (r *run) nextDay(h ticketHall, round int) error {
	h.SetClock(r.noon(round + 1))
	for _, c := range []hall.Command{hall.CloseDay{Confirm: true}, hall.OpenDay{}} {
		if _, err := h.Order(r.ctx, hall.Order{Do: c}); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) ticketTurns(h ticketHall, k *kiosks, raw *rawGroup, rows *ticketRows) error {
	dial, err := dialKiosks(h.URL(), manyClients)
	if err != nil {
		return err
	}
	defer dial.close()
	take := func(c int) error { return k.take(r.ctx, h, c) }
	overHTTP := func(c int) error { return dial.take(k, c) }
	write := func(int) error { return raw.write() }
	var turns [6]turn
	var bytes written
	for range shares {
		for i, t := range []struct {
			n int
			f func(int) error
		}{{manyClients, write}, {manyClients, take}, {manyClients, overHTTP}, {1, write}, {1, take}, {1, overHTTP}} {
			var one turn
			wrote := r.counted(func() { one, err = clients(t.n, r.Round/shares, t.f) })
			if err != nil {
				return err
			}
			turns[i] = turns[i].and(one)
			if i == 1 {
				bytes.device, bytes.file = bytes.device+wrote.device, bytes.file+wrote.file
			}
		}
	}
	rows.note(turns, bytes)
	return nil
}

// shares is in how many parts a turn is cut, so that whatever else the machine does falls on the yardstick too.
const shares = 7

// note adds a round: raw, desk and HTTP with many clients, then the same with one.
func (t *ticketRows) note(turns [6]turn, bytes written) {
	raw, desk, http, raw1, desk1, http1 := turns[0], turns[1], turns[2], turns[3], turns[4], turns[5]
	t.desk.add(desk.perSecond, raw.perSecond)
	t.p99.add(ms(desk.p99), ms(raw.p99))
	t.http.add(http.perSecond, raw.perSecond)
	t.ofDesk.add(http.perSecond, desk.perSecond)
	t.desk1.add(ms(desk1.p50), ms(raw1.p50))
	t.http1.add(ms(http1.p50), ms(raw1.p50))
	t.p50Many, t.p50HTTP, t.p99HTTP = append(t.p50Many, ms(desk.p50)), append(t.p50HTTP, ms(http.p50)), append(t.p99HTTP, ms(http.p99))
	if bytes.device > 0 {
		t.device.alone(bytes.device / float64(desk.done))
	}
	if bytes.file > 0 {
		t.file.alone(bytes.file / float64(desk.done))
	}
}

// written is how many bytes went where during a turn, 0 where that cannot be told.
type written struct{ device, file float64 }

// counted runs a turn and counts the bytes it makes the disk write.
func (r *run) counted(f func()) (w written) {
	disk, known := deviceOf(r.folder)
	before, errBefore := disk.written()
	fileBefore, counted := fileBytes()
	f()
	fileAfter, _ := fileBytes()
	if after, err := disk.written(); known && err == nil && errBefore == nil {
		w.device = float64(after - before)
	}
	if counted {
		w.file = float64(fileAfter - fileBefore)
	}
	return w
}

func (r *run) ticketReport(h ticketHall, t ticketRows) {
	at := ", " + h.name
	note := fmt.Sprintf("p50 %s ms", figure(spread(t.p50Many).Median))
	r.report.row("tickets, desk, 64 clients"+at, "/s", "raw group commit", t.desk, &Line{AtLeast: 0.4, Aim: 0.75}, note)
	r.report.row("tickets, desk, 64 clients, p99"+at, "ms", "raw p99", t.p99, &Line{AtMost: 3}, "")
	r.report.row("tickets, desk, 1 client, p50"+at, "ms", "one append and sync", t.desk1, &Line{AtMost: 3, Aim: 1.5}, "")
	note = fmt.Sprintf("p50 %s ms, p99 %s ms", figure(spread(t.p50HTTP).Median), figure(spread(t.p99HTTP).Median))
	r.report.row("tickets, HTTP, 64 clients"+at, "/s", "raw group commit", t.http, nil, note)
	r.report.row("tickets, HTTP, share of the desk's"+at, "/s", "desk", t.ofDesk, nil, "the clients share the processors")
	r.report.row("tickets, HTTP, 1 client, p50"+at, "ms", "one append and sync", t.http1, nil, "")
	if len(t.device.ours) > 0 {
		r.report.row("device bytes per ticket"+at, "bytes", "", t.device, &Line{AtMost: 2048, Aim: 1024}, "counts everybody's writes to the device")
	} else {
		r.report.leave("device bytes per ticket: the folder is on no block device that tells")
	}
	if len(t.file.ours) > 0 {
		r.report.row("bytes written to files per ticket"+at, "bytes", "", t.file, nil, "")
	}
}

// pace waits for the next of evenly spaced moments.
func pace(ctx context.Context, next time.Time) error {
	select {
	case <-time.After(time.Until(next)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
