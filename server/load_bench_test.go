package server

import (
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	past "jiaohao/server/bench"
	"jiaohao/server/journal"
	"jiaohao/server/stats"
	"jiaohao/server/wait"
)

// BenchmarkRefold folds a journal of JIAOHAO_BENCH_RECORDS records (200,000 without) from its first one, with the statistics
// and the waits, as a start without a snapshot does. x-crc is how many times longer that takes than a scan of a plain file
// with the same bytes that checks a CRC-32C of each record, in rounds that take turns; cpu-x-crc compares processor time,
// which others on the machine disturb less.
func BenchmarkRefold(b *testing.B) {
	records, err := strconv.Atoi(os.Getenv("JIAOHAO_BENCH_RECORDS"))
	if err != nil {
		records = 200_000
	}
	raw := filepath.Join(b.TempDir(), "raw")
	j, err := journal.Open(b.TempDir(), journal.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	if err := past.Past(b.Context(), testPlan(b), j, raw, records, 2000); err != nil {
		b.Fatal(err)
	}
	var fold, scan costs
	for b.Loop() {
		scan.take(func() {
			if n, err := past.Scan(raw); err != nil || n != int(j.Head().Seq) {
				b.Fatal(n, err)
			}
		})
		fold.take(func() {
			s, err := Load(b.Context(), j, slog.New(slog.DiscardHandler), stats.New(), wait.New())
			if err != nil || s.Seq() != j.Head().Seq {
				b.Fatal(err)
			}
		})
	}
	b.ReportMetric(float64(j.Head().Seq)/median(fold.wall), "records/s")
	b.ReportMetric(median(fold.wall)/median(scan.wall), "x-crc")
	b.ReportMetric(median(fold.cpu)/median(scan.cpu), "cpu-x-crc")
	b.ReportMetric(median(fold.cpu)/float64(j.Head().Seq)*1e6, "cpu-µs/record")
	b.ReportMetric(0, "ns/op")
}

// costs are the seconds that rounds of one kind took, by the clock and of the processors.
type costs struct{ wall, cpu []float64 }

func (c *costs) take(f func()) {
	began, used := time.Now(), processorTime()
	f()
	c.wall = append(c.wall, time.Since(began).Seconds())
	c.cpu = append(c.cpu, (processorTime() - used).Seconds())
}
