//go:build linux

package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"jiaohao/server"
	"jiaohao/server/faulttest/disk"
	"jiaohao/server/journal"
)

// backupFile lies in a folder of its own, so that what makes it safe does not make the data folder safe as well.
const backupFile = "backups/backup.db"

// taken is a ticket that a kiosk was answered for.
type taken struct {
	key, id, number string
	body            []byte
}

// witness is what was answered before the power went.
type witness struct {
	mu      sync.Mutex
	tickets []taken
	backup  uint64 // record that the newest finished backup must have, 0 for none
}

func (w *witness) testimony() (tickets []taken, backup uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.tickets, w.backup
}

// TestPowerLoss runs the whole program on a disk of which images are taken at random changes, from its very first start on,
// while tickets are taken and backups made. Each image has what was answered, and the backup that was there is whole.
func TestPowerLoss(t *testing.T) {
	const ofOneHall = 50 // so that the halls stay small enough to be looked through so often
	images, bad, tickets, began := 12, 0, 0, time.Now()
	if n, err := strconv.Atoi(os.Getenv("JIAOHAO_POWER")); err == nil {
		images = max(images, n/4)
	}
	for left := images; left > 0; left -= ofOneHall {
		w := &witness{}
		found, first := w.losePower(t, min(left, ofOneHall))
		if bad += found; found > 0 {
			t.Errorf("%d images are bad; the first: %v", found, first)
		}
		tickets += len(w.tickets)
		if w.backup == 0 && left >= ofOneHall {
			t.Error("no backup was ever finished")
		}
	}
	t.Logf("counts: power-loss program images=%d bad=%d tickets=%d (%v an image)",
		images, bad, tickets, (time.Since(began) / time.Duration(images)).Round(time.Millisecond))
}

// TestPowerLossIsNoticed does the same on a disk that says of every sync that it was done.
func TestPowerLossIsNoticed(t *testing.T) {
	const images = 12
	bad, first := new(witness).losePower(t, images, disk.Fault{Op: disk.Sync, Lie: true})
	t.Logf("counts: power-loss program control=%d/%d (%v)", bad, images, first)
	if bad < images/2 {
		t.Errorf("only %d of %d images are bad", bad, images)
	}
}

// losePower takes images of one hall and counts those that are bad.
func (w *witness) losePower(t *testing.T, images int, faults ...disk.Fault) (bad int, first error) {
	t.Helper()
	f, r := disk.Mount(t), rand.New(rand.NewPCG(rand.Uint64(), 0))
	if err := os.Mkdir(filepath.Join(f.Dir, "backups"), 0o700); err != nil {
		t.Fatal(err)
	}
	f.Durable()
	for _, fault := range faults {
		f.Inject(fault)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute+time.Duration(images)*time.Second)
	ended := w.work(ctx, t, f)
	defer func() { cancel(); <-ended }()
	for n := range images {
		if err := w.check(ctx, t, f, r, n%20 == 10 && len(faults) == 0); err != nil {
			bad++
			first = cmp.Or(first, err)
		}
	}
	return bad, first
}

// work starts the program, takes tickets and makes backups until ctx ends.
func (w *witness) work(ctx context.Context, t *testing.T, f *disk.FS) (ended <-chan struct{}) {
	data, done := filepath.Join(f.Dir, "data"), make(chan struct{})
	go func() {
		defer close(done)
		p := startProcess(t, data, "127.0.0.1:0")
		service := services(t, p)[0]
		var all sync.WaitGroup
		for k := range 8 {
			all.Go(func() {
				for n := 0; ctx.Err() == nil && w.take(p, service, fmt.Sprintf("k%d-n%d", k, n)); n++ {
				}
			})
		}
		for ctx.Err() == nil && w.backUp(t, f.Dir, data) {
		}
		all.Wait()
		p.kill(t)
	}()
	return done
}

func (w *witness) take(p *process, service, key string) bool {
	r, err := client{base: p.Base}.do("POST", "/api/v1/tickets", key, map[string]string{"service": service})
	if err != nil || r.status != 201 {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tickets = append(w.tickets, taken{key, field(r.body, `"id":"`), field(r.body, `"number":"`), r.body})
	return true
}

// backUp runs the program's own command.
func (w *witness) backUp(t *testing.T, dir, data string) bool {
	tickets, _ := w.testimony()
	if code, out, errs := commandApart(t, data, "backup", filepath.Join(dir, backupFile)); code != 0 {
		t.Errorf("a backup: %d %s%s", code, out, errs)
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.backup = uint64(len(tickets)) // there is at least a record for each
	return true
}

// check takes an image and opens it, at times with the whole program.
func (w *witness) check(ctx context.Context, t *testing.T, f *disk.FS, r *rand.Rand, whole bool) error {
	var tickets []taken
	var backup uint64
	image, err := f.ImageAfter(ctx, 1+r.IntN(120), r, func() { tickets, backup = w.testimony() })
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	defer os.RemoveAll(to)
	data := filepath.Join(to, "data")
	if len(tickets) == 0 && !image.Has("data") {
		return nil
	}
	if err := image.WriteTo("data", data); err != nil {
		return fmt.Errorf("the data folder is gone: %w", err)
	}
	if err := holds(ctx, data, tickets); err != nil {
		return fmt.Errorf("change %d, %d unsafe, %d lost: %w", image.Moment, image.Unsafe, image.Lost("data"), err)
	}
	if image.Has(backupFile) {
		if err := image.WriteTo(backupFile, filepath.Join(to, "backup.db")); err != nil {
			return err
		}
	}
	if err := wholeBackup(ctx, filepath.Join(to, "backup.db"), backup); err != nil {
		return fmt.Errorf("change %d: the backup: %w", image.Moment, err)
	}
	if whole {
		return goesOn(t, data, tickets)
	}
	return nil
}

// holds folds the journal of a data folder and looks for every ticket.
func holds(ctx context.Context, data string, tickets []taken) (err error) {
	j, err := journal.Open(data, journal.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	report, err := journal.Verify(ctx, j, nil)
	if err == nil && report.Break != nil {
		err = report.Break
	}
	if err != nil {
		return err
	}
	state, err := server.Load(ctx, j, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	for _, a := range tickets {
		if ticket, ok := state.TicketByID(a.id); !ok || ticket.Number.String() != a.number {
			return fmt.Errorf("%s of %s is gone", a.number, a.key)
		}
	}
	return nil
}

func wholeBackup(ctx context.Context, path string, least uint64) (err error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) && least == 0 {
		return nil
	}
	j, err := journal.Open(path, journal.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	report, err := journal.Verify(ctx, j, nil)
	if err == nil && report.Break != nil {
		err = report.Break
	}
	if err == nil && report.Records < least {
		err = fmt.Errorf("it has %d records, %d were in the finished one", report.Records, least)
	}
	return err
}

// goesOn starts the program on what is left: it gives old answers again, issues tickets and lets staff in.
func goesOn(t *testing.T, data string, tickets []taken) error {
	t.Helper()
	p := startProcess(t, data, "127.0.0.1:0")
	defer p.kill(t)
	service := services(t, p)[0]
	for _, a := range tickets[max(0, len(tickets)-20):] {
		r, err := client{base: p.Base}.do("POST", "/api/v1/tickets", a.key, map[string]string{"service": service})
		if err != nil || !bytes.Equal(r.body, a.body) {
			return fmt.Errorf("%s was answered\n%s\nand is now answered (%w)\n%s", a.key, a.body, err, r.body)
		}
	}
	client{base: p.Base}.must(t, "POST", "/api/v1/tickets", map[string]string{"service": service})
	p.signedIn(t, "8001")
	return nil
}
