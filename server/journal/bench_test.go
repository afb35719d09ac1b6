package journal

import (
	"encoding/binary"
	"flag"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// writers is how many kiosks and counters wait for a record at once.
const writers = 64

// ticket is a draft of the usual size.
var ticket = Draft{At: 1_764_000_000_000, Kind: "Issued", Bytes: make([]byte, 230)}

// group commits for its writers: whatever arrives while a commit is under way is the next batch.
type group struct {
	calls  chan chan struct{}
	commit func(n int) error
}

// run commits batches until calls is closed.
func (g *group) run() error {
	for first := range g.calls {
		waiting := []chan struct{}{first}
	gather:
		for {
			select {
			case c, ok := <-g.calls:
				if !ok {
					break gather
				}
				waiting = append(waiting, c)
			default:
				break gather
			}
		}
		if err := g.commit(len(waiting)); err != nil {
			return err
		}
		for _, c := range waiting {
			c <- struct{}{}
		}
	}
	return nil
}

// throughput gives records a second when n are written through a group by all writers.
func throughput(b *testing.B, n int, commit func(n int) error) float64 {
	b.Helper()
	g := &group{calls: make(chan chan struct{}, writers), commit: commit}
	ended := make(chan error, 1)
	go func() { ended <- g.run() }()
	start := time.Now()
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			answer := make(chan struct{})
			for i := w; i < n; i += writers {
				g.calls <- answer
				<-answer
			}
		})
	}
	wg.Wait()
	took := time.Since(start)
	close(g.calls)
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
	return float64(n) / took.Seconds()
}

// rawLog is the yardstick: a length before each record, one write and one fdatasync for a group.
func rawLog(b *testing.B) func(n int) error {
	f, err := os.Create(filepath.Join(b.TempDir(), "raw"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = f.Close() })
	var buf []byte
	return func(n int) error {
		buf = buf[:0]
		for range n {
			buf = binary.AppendUvarint(buf, uint64(len(ticket.Bytes)+20))
			buf = append(append(buf, make([]byte, 20)...), ticket.Bytes...)
		}
		if _, err := f.Write(buf); err != nil {
			return err
		}
		return dataSync(f)
	}
}

// BenchmarkAppend compares durable appends of 64 writers with a raw log in the same run, in three rounds that take
// turns. x-raw is the share of the raw log's rate, page-B/op what bbolt writes for a record.
func BenchmarkAppend(b *testing.B) {
	for _, row := range []struct {
		name    string
		private []byte
	}{{"public", nil}, {"private", []byte("1101**********4233 a digest of 32 bytes and some text")}} {
		b.Run(row.name, func(b *testing.B) { benchAppend(b, b.TempDir(), row.private) })
	}
}

func benchAppend(b *testing.B, dir string, private []byte) {
	j := open(b, dir, Options{})
	commitTicket := appendTo(j, private)
	raw := rawLog(b)
	n := max(b.N/3, writers)
	before := j.db.Stats().TxStats
	var share, rate float64
	b.ResetTimer()
	for range 3 {
		yardstick := throughput(b, n, raw)
		got := throughput(b, n, commitTicket)
		share, rate = share+got/yardstick/3, rate+got/3
	}
	after := j.db.Stats().TxStats
	written := float64(after.GetPageAlloc() - before.GetPageAlloc())
	b.ReportMetric(share, "x-raw")
	b.ReportMetric(rate, "records/s")
	b.ReportMetric(written/float64(3*n), "page-B/op")
	b.ReportMetric(0, "ns/op")
}

// appendTo makes a commit of n tickets.
func appendTo(j *Bolt, private []byte) func(n int) error {
	batch := make([]Draft, writers)
	for i := range batch {
		batch[i] = ticket
		batch[i].Private = private
	}
	return func(n int) error { return j.Append(j.Head().Seq, batch[:n]).Err }
}

// records is how long the journal of BenchmarkLong is: -records 10000000 shows that length costs nothing.
var records = flag.Int("records", 200_000, "records in the journal of BenchmarkLong")

// BenchmarkLong opens, verifies, reads and appends to a long journal.
func BenchmarkLong(b *testing.B) {
	dir := b.TempDir()
	fill(b, dir)
	b.Run("open", func(b *testing.B) { benchOpen(b, dir) })
	b.Run("read", func(b *testing.B) {
		benchWalk(b, dir, func(j Journal) error {
			return j.Read(ctx, 1, func(Record) error { return nil })
		})
	})
	b.Run("verify", func(b *testing.B) {
		benchWalk(b, dir, func(j Journal) error {
			report, err := Verify(ctx, j, nil)
			if err == nil && report.Break != nil {
				err = report.Break
			}
			return err
		})
	})
	b.Run("append", func(b *testing.B) { benchAppend(b, dir, nil) })
}

func fill(b *testing.B, dir string) {
	j := open(b, dir, Options{})
	batch := make([]Draft, 10_000)
	for i := range batch {
		batch[i] = ticket
	}
	for int(j.Head().Seq) < *records {
		add(b, j, batch)
	}
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
}

func benchOpen(b *testing.B, dir string) {
	for b.Loop() {
		j, err := Open(dir, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := j.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// benchWalk measures a walk over all records.
func benchWalk(b *testing.B, dir string, walk func(Journal) error) {
	j := open(b, dir, Options{ReadOnly: true})
	b.ResetTimer()
	for b.Loop() {
		if err := walk(j); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(j.Head().Seq)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
