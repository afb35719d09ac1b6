package journal

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"flag"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
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

// BenchmarkLong opens, verifies, reads and appends to a long journal. x-crc and x-sha are how many times longer a walk takes
// than a scan, by one goroutine, of a plain file with the same records that checks a CRC-32C or a SHA-256 of each; in rounds
// that take turns. The chain demands the latter.
func BenchmarkLong(b *testing.B) {
	dir := b.TempDir()
	fill(b, dir)
	plain := plainFile(b, dir)
	b.Run("open", func(b *testing.B) { benchOpen(b, dir) })
	b.Run("read", func(b *testing.B) {
		benchWalk(b, dir, plain, func(j Journal) error {
			return j.Read(ctx, 1, func(Record) error { return nil })
		})
	})
	b.Run("verify", func(b *testing.B) {
		benchWalk(b, dir, plain, func(j Journal) error {
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

// plainFile writes the stored form of every record behind its length.
func plainFile(b *testing.B, dir string) string {
	path := filepath.Join(b.TempDir(), "plain")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	j := open(b, dir, Options{ReadOnly: true})
	err = j.Read(ctx, 1, func(r Record) error {
		stored := appendRecord(nil, r)
		_, err := w.Write(append(binary.LittleEndian.AppendUint32(nil, uint32(len(stored))), stored...))
		return err
	})
	if err = errors.Join(err, w.Flush(), f.Close(), j.Close()); err != nil {
		b.Fatal(err)
	}
	return path
}

// scan reads a plain file and sums up each record.
func scan(b *testing.B, path string, sum func([]byte)) {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<20)
	for {
		head, err := r.Peek(4)
		if err == io.EOF {
			return
		}
		if err != nil {
			b.Fatal(err)
		}
		n := 4 + int(binary.LittleEndian.Uint32(head))
		stored, err := r.Peek(n)
		if err != nil {
			b.Fatal(err)
		}
		sum(stored[4:])
		if _, err := r.Discard(n); err != nil {
			b.Fatal(err)
		}
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
func benchWalk(b *testing.B, dir, plain string, walk func(Journal) error) {
	j := open(b, dir, Options{ReadOnly: true})
	var crc, sha, ours costs
	for b.Loop() {
		crc.take(func() { scan(b, plain, func(r []byte) { crc32.Checksum(r, castagnoli) }) })
		sha.take(func() { scan(b, plain, func(r []byte) { sha256.Sum256(r) }) })
		ours.take(func() {
			if err := walk(j); err != nil {
				b.Fatal(err)
			}
		})
	}
	took := median(ours.wall)
	b.ReportMetric(float64(j.Head().Seq)/took, "records/s")
	b.ReportMetric(took/median(crc.wall), "x-crc")
	b.ReportMetric(took/median(sha.wall), "x-sha")
	if cpu := median(ours.cpu); cpu > 0 {
		b.ReportMetric(cpu/median(crc.cpu), "cpu-x-crc")
		b.ReportMetric(cpu/median(sha.cpu), "cpu-x-sha")
	}
	b.ReportMetric(0, "ns/op")
}

// costs are the seconds that rounds of one kind took, by the clock and of the processors: where others use the machine too
// only the latter can be compared.
type costs struct{ wall, cpu []float64 }

func (c *costs) take(f func()) {
	began, used := time.Now(), processorTime()
	f()
	c.wall = append(c.wall, time.Since(began).Seconds())
	c.cpu = append(c.cpu, (processorTime() - used).Seconds())
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}
