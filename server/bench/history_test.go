package bench

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
	"jiaohao/server/stats"
)

// smallPlan is a hall of four windows and two services.
func smallPlan(t testing.TB) *hall.Plan {
	t.Helper()
	name := hall.Name{Zh: "名", En: "name"}
	p := &hall.Plan{Hall: hall.Info{ID: "test", Name: name, Timezone: "Asia/Shanghai"}, Zones: []hall.Zone{{ID: "a", Name: name}},
		Departments: []hall.Department{{ID: "d", Name: name}}, Classes: []hall.Class{{ID: "ordinary", Name: name, Proof: "none"}},
		Services: []hall.Service{{ID: "s1", Name: name, Department: "d", Prefix: "A", UsualMinutes: 5}, {ID: "s2", Name: name, Department: "d", Prefix: "B", UsualMinutes: 8}},
		Calendar: hall.Calendar{AlwaysOpen: true, Boundary: "04:00", HardClose: "20:00"}}
	for _, id := range []string{"1", "2", "3", "4"} {
		p.Windows = append(p.Windows, hall.Window{ID: id, Label: name, Zone: "a", Services: []string{"s1", "s2"}})
		p.Staff = append(p.Staff, hall.Staff{ID: "100" + id, Name: "职员", Roles: []hall.Role{hall.RoleClerk}})
	}
	if faults := p.Check(); len(faults) > 0 {
		t.Fatal(faults)
	}
	return p
}

// fillSmall fills a journal with so many days of so many tickets.
func fillSmall(t testing.TB, dir string, days, perDay int) (r *run, h *history) {
	t.Helper()
	r = &run{Config: Config{Plan: smallPlan(t), Records: 4 * days * perDay, PerDay: perDay}, ctx: context.Background(), folder: dir}
	h, got, err := r.fill(filepath.Join(dir, "data"))
	if err != nil || got != days {
		t.Fatalf("%d days, %v", got, err)
	}
	return r, h
}

// TestHistory writes a past that the journal, the rules and the figures all take for real: every ticket is served, the
// chain is whole, and the figures equal those of a plain sort.
func TestHistory(t *testing.T) {
	r, h := fillSmall(t, t.TempDir(), 5, 100)
	j, err := journal.Open(r.path("data"), journal.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if report, err := journal.Verify(t.Context(), j, nil); err != nil || report.Break != nil {
		t.Fatalf("%v %v", report.Break, err)
	}
	fold, work := stats.New(), hall.NewWorking()
	err = j.Read(t.Context(), 1, func(rec journal.Record) error {
		header, e, err := hall.Decode(rec.Kind, rec.Bytes)
		if err != nil {
			return err
		}
		fold.Apply(rec.Seq, hall.Time(rec.At), header, e)
		work.Apply(rec.Seq, hall.Time(rec.At), header, e)
		return nil
	})
	if err != nil || work.Seq() != h.work.Seq() || work.Seq() < 2000 {
		t.Fatalf("%d records of %d, %v", work.Seq(), h.work.Seq(), err)
	}
	total := fold.Rows(stats.Query{})[0]
	if total.Issued != 500 || total.Finished != 500 || total.Wait.Count != 500 || len(h.waits) != 500 {
		t.Errorf("%+v, %d waits", total, len(h.waits))
	}
	for _, q := range questions {
		if err := agree(fold.Rows(stats.Query{By: q.by}), plain(h.waits, 0, q.key)); err != nil {
			t.Errorf("%s: %v", q.name, err)
		}
	}
	if n, err := scanRaw(r.path("yardstick")); uint64(n) != work.Seq() || err != nil {
		t.Errorf("the yardstick has %d records, %v", n, err)
	}
}

// BenchmarkFill fills a journal.
func BenchmarkFill(b *testing.B) {
	records := 0
	began := time.Now()
	for b.Loop() {
		_, h := fillSmall(b, b.TempDir(), 10, 2000)
		records += int(h.work.Seq())
	}
	b.ReportMetric(float64(records)/time.Since(began).Seconds(), "records/s")
}
