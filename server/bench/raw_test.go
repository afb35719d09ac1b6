package bench

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"jiaohao/server/hall"
	"jiaohao/server/stats"
)

var errDamaged = errors.New("damaged")

// TestRawLog reads back what it wrote, and finds a flipped byte: a yardstick that checks nothing would be too fast.
func TestRawLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l, err := newRawLog(path)
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if err := l.add([]byte("kind"), make([]byte, 200), nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.close(); err != nil {
		t.Fatal(err)
	}
	if n, err := scanRaw(path); n != 100 || err != nil {
		t.Errorf("%d records, %v", n, err)
	}
	all, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all[50*212+100] ^= 1
	if err := os.WriteFile(path, all, 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err := scanRaw(path); n != 50 || err == nil || !strings.Contains(err.Error(), "record 51") {
		t.Errorf("%d records, %v", n, err)
	}
}

// TestRawGroup makes every record durable before it answers.
func TestRawGroup(t *testing.T) {
	path := filepath.Join(t.TempDir(), "raw")
	g, err := newRawGroup(path, 246)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if err := g.write(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if info, err := os.Stat(path); err != nil || info.Size() != 16*250 {
		t.Errorf("%v %v", info, err)
	}
	if err := g.close(); err != nil {
		t.Error(err)
	}
}

// TestAgree accepts the same figures in any order, and nothing else.
func TestAgree(t *testing.T) {
	row := func(count, p50 int) stats.Row { return stats.Row{Wait: stats.Quantiles{Count: count, P50Seconds: p50}} }
	waits := []waited{{date: 1, took: 1499}, {date: 1, took: 2000}, {date: 1, took: 9000}, {date: 2, took: 500}}
	groups := plain(waits, 1, func(w waited) uint64 { return uint64(w.date) })
	if err := agree([]stats.Row{row(1, 1), row(0, 0), row(3, 2)}, groups); err != nil {
		t.Error(err)
	}
	for _, wrong := range [][]stats.Row{{row(1, 1)}, {row(1, 1), row(3, 1)}, {row(2, 1), row(3, 2)}} {
		if err := agree(wrong, groups); err == nil {
			t.Errorf("%v agrees with %v", wrong, groups)
		}
	}
	if len(plain(waits, 2, func(w waited) uint64 { return uint64(w.date) })) != 1 {
		t.Error("the first date is not left out")
	}
}

// TestSeats gives every window a clerk of its own who may sit there.
func TestSeats(t *testing.T) {
	plan := &hall.Plan{Windows: []hall.Window{{ID: "1"}, {ID: "2"}, {ID: "3"}}, Staff: []hall.Staff{{ID: "a", Roles: []hall.Role{hall.RoleSupervisor}},
		{ID: "b", Roles: []hall.Role{hall.RoleClerk}, Windows: []string{"2"}}, {ID: "c", Roles: []hall.Role{hall.RoleClerk}}}}
	seats := seatsOf(plan)
	if len(seats) != 2 || seats[0].window != "1" || seats[0].clerk.ID != "c" || seats[1].window != "2" || seats[1].clerk.ID != "b" {
		t.Errorf("%v", seats)
	}
}
