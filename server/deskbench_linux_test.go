package server

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
)

// forgetful is a journal that keeps nothing and takes a given time for it: what is left is the desk's own cost.
type forgetful struct {
	*journal.Memory
	head journal.Head // owned by the one appender
	wait time.Duration
}

func (f *forgetful) Append(after uint64, batch []journal.Draft) journal.Result {
	if f.wait > 0 { // in a system call, as a sync is: a timer of the runtime would be a millisecond late
		t := syscall.NsecToTimespec(f.wait.Nanoseconds())
		if err := syscall.Nanosleep(&t, nil); err != nil && err != syscall.EINTR {
			return journal.Result{Outcome: journal.Unknown, Err: err}
		}
	}
	f.head.Seq = after + uint64(len(batch))
	return journal.Result{Outcome: journal.Done, Head: f.head}
}

// BenchmarkDesk is one ticket through the desk, taken by one of 64 clients who each come back at once: over a journal that
// takes no time, so that only processors are in the way, and over one that takes as long as a quick disk. A desk sees no
// more than a very busy day. cpu-ns/op, the clients' part included, is disturbed least by what else the machine does.
func BenchmarkDesk(b *testing.B) {
	b.Run("instant", func(b *testing.B) { benchmarkDesk(b, 64, 0) })
	b.Run("quick disk", func(b *testing.B) { benchmarkDesk(b, 64, 150*time.Microsecond) })
	b.Run("quick disk, one client", func(b *testing.B) { benchmarkDesk(b, 1, 150*time.Microsecond) })
}

func benchmarkDesk(b *testing.B, clients int, wait time.Duration) {
	const aDay = 20_000
	BoundMemory()
	b.ReportAllocs()
	appends, used := uint64(0), time.Duration(0)
	for done := 0; done < b.N; done += aDay {
		b.StopTimer()
		d := startDesk(b, &forgetful{Memory: journal.NewMemory(), wait: wait})
		orders := make([]hall.Order, min(aDay, b.N-done))
		for i := range orders {
			orders[i] = hall.Order{By: kioskActor, Key: strconv.FormatUint(uint64(i+1)*0x9e3779b97f4a7c15, 36), Digest: []byte("0123456789abcdef"), Do: issue(i)}
		}
		before := processorTime()
		b.StartTimer()
		takeAll(b, d, orders, clients)
		used += processorTime() - before
		appends += d.Counts().Appends
		b.StopTimer()
		d.Stop()
	}
	b.ReportMetric(float64(b.N)/float64(appends), "tickets/append")
	b.ReportMetric(float64(used)/float64(b.N), "cpu-ns/op")
}

// takeAll has clients take orders one after the other until none is left.
func takeAll(b *testing.B, d *bench, orders []hall.Order, clients int) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(orders) {
					return
				}
				if _, err := d.Order(context.Background(), orders[i]); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}
