//go:build linux

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"jiaohao/server/faulttest/disk"
	"jiaohao/server/journal"
)

// breaking is a run of many disk errors.
type breaking struct {
	errors, starting, unmet int
	ends                    []time.Duration // from an error to the end of the process
	ledger
}

// errorsPerFolder is how many errors one data folder lives through before all of it is compared and a new one begun.
const errorsPerFolder = 25

// mostFiled is up to which n the operations on journal.db fail: it is written behind the answers, every two seconds.
const mostFiled = 8

// TestBrokenDisk lets the n-th write and the n-th sync of the journal's files fail, once for each n, under a crowd and at the start.
// The process ends and says why; when the disk is well again all that was answered is there, also when what was not yet safe
// is lost. JIAOHAO_EIO sets up to which n.
func TestBrokenDisk(t *testing.T) {
	most := 3
	if n, err := strconv.Atoi(os.Getenv("JIAOHAO_EIO")); err == nil {
		most = n
	}
	var b breaking
	for _, op := range []disk.Op{disk.Write, disk.Sync} {
		for n := 1; n <= most; n += errorsPerFolder {
			b.folder(t, disk.Fault{Op: op, Name: journal.WALName}, n, min(most, n+errorsPerFolder-1))
		}
		b.folder(t, disk.Fault{Op: op, Name: journal.FileName}, 1, min(most, mostFiled))
	}
	slices.Sort(b.ends)
	t.Logf("counts: eio errors=%d starting=%d unmet=%d answers=%d repeated=%d unanswered=%d tickets=%d lost=0 doubled=0 gaps=0 controls=%d/3 end_median_ms=%d end_max_ms=%d",
		b.errors, b.starting, b.unmet, b.answers, b.repeated, b.unsure, b.issued, b.controls(t), b.ends[len(b.ends)/2].Milliseconds(), b.ends[len(b.ends)-1].Milliseconds())
}

// folder lives through the errors from the first to the last operation on one data folder.
func (b *breaking) folder(t *testing.T, fault disk.Fault, first, last int) {
	f, r := disk.Mount(t), rand.New(rand.NewPCG(rand.Uint64(), 0))
	data := filepath.Join(f.Dir, "data")
	p := startProcess(t, data, "127.0.0.1:0")
	b.ledger.begin(services(t, p))
	c := newCrowd(t, p, &b.ledger)
	for n := first; n <= last; n++ {
		fault.From, fault.Times, fault.Err = n, 1, syscall.EIO
		c.work(p, n, func() {
			within(t, "the crowd is at work", func() bool { c.mu.Lock(); defer c.mu.Unlock(); return len(c.answered) > 60 })
			b.end(t, p, f.Inject(fault))
		})
		answered := c.answered
		b.whileStarting(t, f, data, fault)
		if n%2 == 0 {
			f.Restore(f.Image(r))
		}
		p = startProcess(t, data, "127.0.0.1:0")
		c.settle(t, p)
		c.each(len(answered), func(i int) {
			if r := answered[i]; r.was.status < 300 && r.was.status != 204 {
				c.repeat(p.Base, r)
			}
		})
	}
	b.compareAll(t, p)
	p.stop(t)
	if code, out, errs := commandApart(t, data, "journal", "verify"); code != 0 {
		t.Errorf("the chain is not whole after all the errors: %s%s", out, errs)
	}
}

// end waits for the error and then for the end of the process, which must say why.
func (b *breaking) end(t *testing.T, p *process, met *disk.Injected) {
	t.Helper()
	select {
	case <-met.Met():
	case <-time.After(30 * time.Second):
		t.Errorf("%+v is never met", met.Fault)
		p.kill(t)
		return
	}
	b.errors++
	b.ends = append(b.ends, b.ended(t, p, met.At()))
	if log := p.logged(); !strings.Contains(log, "cannot be trusted any more") || !strings.Contains(log, "the next start reads what is really there") {
		t.Errorf("%+v: it does not say why:\n%s", met.Fault, log)
	}
}

// ended waits for the end of a process that cannot go on. A second is the promise, but not on a machine that is busy.
func (b *breaking) ended(t *testing.T, p *process, since time.Time) time.Duration {
	t.Helper()
	hung := time.AfterFunc(10*time.Second, func() { p.Process.Kill() })
	err := p.Wait()
	took := time.Since(since)
	if !hung.Stop() || err == nil {
		t.Errorf("the process went on for %v and ended with %v:\n%s", took, err, p.logged())
	}
	return took
}

// whileStarting starts the process on the broken disk: it ends, or starts if it never gets as far as the error.
func (b *breaking) whileStarting(t *testing.T, f *disk.FS, data string, fault disk.Fault) {
	t.Helper()
	f.Lift()
	if fault.From > 12 {
		return // a start does not write as often
	}
	met := f.Inject(fault)
	p, _ := launch(t, data, "127.0.0.1:0")
	select {
	case <-met.Met():
		b.starting++
		b.ended(t, p, met.At())
		if log := p.logged(); !strings.Contains(log, "input/output error") {
			t.Errorf("%+v at the start: it does not say why:\n%s", fault, log)
		}
	case <-time.After(500 * time.Millisecond):
		b.unmet++
		p.kill(t)
	}
	f.Lift()
}

// commandApart runs a subcommand in a process of its own, as it may map files of the faulty file system into memory.
func commandApart(t *testing.T, data string, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr strings.Builder
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env, cmd.Dir = append(os.Environ(), "JIAOHAO_TEST_PROCESS=1", "JIAOHAO_DATA="+data), t.TempDir()
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

// numbers reads all tickets of the day with a session that is there already.
func numbers(t *testing.T, boss client) map[string]int {
	t.Helper()
	there, next := map[string]int{}, ""
	for {
		var page struct {
			Items []struct{ Number string }
			Next  string
		}
		boss.must(t, "GET", "/api/v1/tickets?limit=200&cursor="+next, nil).into(t, &page)
		for _, item := range page.Items {
			there[item.Number]++
		}
		if next = page.Next; next == "" {
			return there
		}
	}
}

// TestFullDisk fills the disk under a crowd: the hall refuses and can be looked at, nothing that was refused has had an
// effect, and when there is space again it goes on by itself.
func TestFullDisk(t *testing.T) {
	f := disk.Mount(t)
	data := filepath.Join(f.Dir, "data")
	p := startProcess(t, data, "127.0.0.1:0")
	var l ledger
	l.begin(services(t, p))
	c := newCrowd(t, p, &l)
	c.boss.base = p.Base
	health := func() int {
		r, err := client{base: p.Base}.do("GET", "/healthz", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		return r.status
	}
	for round := range 3 {
		f.LimitSpace(f.Used() + int64(round)*40<<10)
		c.work(p, 0, func() { within(t, "the hall is full", func() bool { return health() == 503 }) })
		if err := l.same(numbers(t, c.boss)); err != nil {
			t.Errorf("while the disk is full: %v", err)
		}
		for _, path := range []string{"/api/v1/hall", "/display/page/", "/kiosk/page/"} {
			client{base: p.Base}.must(t, "GET", path, nil)
		}
		r, err := client{base: p.Base}.do("POST", "/api/v1/tickets", "", map[string]string{"service": l.services[0]})
		if err != nil || r.status != 503 || !strings.Contains(string(r.body), "journal_full") {
			t.Errorf("a ticket on a full disk: %v %d %s", err, r.status, r.body)
		}
		f.LimitSpace(-1)
		took := within(t, "the hall goes on by itself", func() bool { return health() == 200 })
		t.Logf("counts: disk-full round=%d answers=%d refused=%d recovered_ms=%d", round, l.answers, l.unsure, took.Milliseconds())
		c.settle(t, p)
	}
	l.compareAll(t, p)
	if !strings.Contains(p.logged(), "the journal is full") {
		t.Errorf("the log does not say so:\n%s", p.logged())
	}
	p.stop(t)
}

// TestStartOnAFullDisk cuts the power of a hall whose disk is full: the start throws the ballast off by itself, everything that was
// answered is there, and the hall goes on.
func TestStartOnAFullDisk(t *testing.T) {
	f := disk.Mount(t)
	data := filepath.Join(f.Dir, "data")
	p := startProcess(t, data, "127.0.0.1:0")
	number := takeTicket(t, p)
	if err := os.WriteFile(filepath.Join(data, "ballast"), make([]byte, 24<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	f.LimitSpace(f.Used())
	p.kill(t)
	p = startProcess(t, data, "127.0.0.1:0")
	if _, err := os.Stat(filepath.Join(data, "ballast")); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(p.logged(), "the ballast was deleted") {
		t.Errorf("the ballast: %v\n%s", err, p.logged())
	}
	if next := takeTicket(t, p); next <= number {
		t.Errorf("after %s came %s", number, next)
	}
	p.stop(t)
}

// TestSlowDisk lets a sync take two seconds: who waits for it is answered afterwards, nobody is shown before what is not
// yet safe, and what only reads goes on.
func TestSlowDisk(t *testing.T) {
	f := disk.Mount(t)
	p := startProcess(t, filepath.Join(f.Dir, "data"), "127.0.0.1:0")
	service, boss := services(t, p)[0], p.signedIn(t, "8001")
	const delay = 2 * time.Second
	for n := range 2 {
		client{base: p.Base}.must(t, "POST", "/api/v1/tickets", map[string]string{"service": service})
		before := len(numbers(t, boss))
		met, answered := f.Inject(disk.Fault{Op: disk.Sync, Name: journal.WALName, From: 1, Times: 1, Delay: delay}), make(chan error, 8)
		for k := range cap(answered) {
			go func() {
				r, err := client{base: p.Base}.do("POST", "/api/v1/tickets", fmt.Sprintf("slow-%d-%d", n, k), map[string]string{"service": service})
				if err == nil && r.status != 201 {
					err = fmt.Errorf("%d %s", r.status, r.body)
				}
				answered <- err
			}()
		}
		<-met.Met()
		looks := 0
		for ; time.Since(met.At()) < delay*3/4; looks++ {
			if now := len(numbers(t, boss)); now != before && time.Since(met.At()) < delay {
				t.Fatalf("%d tickets are shown, %d of them are not safe", now, now-before)
			}
			if len(answered) > 0 && time.Since(met.At()) < delay {
				t.Fatal("answered before it was safe")
			}
		}
		for range cap(answered) {
			if err := <-answered; err != nil {
				t.Error(err)
			}
		}
		if now := len(numbers(t, boss)); now != before+cap(answered) || looks < 2 {
			t.Errorf("%d tickets, %d more are wanted; looked %d times meanwhile", now-before, cap(answered), looks)
		}
	}
	// What is filed behind the answers may take as long as it likes.
	met := f.Inject(disk.Fault{Op: disk.Sync, Name: journal.FileName, From: 1, Times: 1, Delay: 2 * delay})
	for filing := false; !filing; {
		select {
		case <-met.Met():
			filing = true
		default:
		}
		client{base: p.Base}.must(t, "POST", "/api/v1/tickets", map[string]string{"service": service})
	}
	client{base: p.Base}.must(t, "POST", "/api/v1/tickets", map[string]string{"service": service})
	if took := time.Since(met.At()); took > delay {
		t.Errorf("a ticket waited for the filing: it came %v after that had begun, which takes %v", took, 2*delay)
	}
	p.stop(t)
}

// TestOtherFilesFail: an error of any file but the journal is said aloud, and tickets are issued all the same.
func TestOtherFilesFail(t *testing.T) {
	for _, row := range []struct {
		name  string
		fault disk.Fault
		use   func(t *testing.T, p *process) // what needs the file
		says  string
	}{
		{"accounts", disk.Fault{Op: disk.Sync, Name: "auth.db", Err: syscall.EIO}, failsToSignIn, "auth: the file cannot be written"},
		{"accounts, no space", disk.Fault{Op: disk.Write, Name: "auth.db", Err: syscall.ENOSPC}, failsToSignIn, "no space left"},
		{"persons", disk.Fault{Op: disk.Rename, Name: "persons.json", Err: syscall.EIO}, failsForAPerson, "persons.json"},
		{"persons, no space", disk.Fault{Op: disk.Create, Err: syscall.ENOSPC}, failsForAPerson, "persons.json"},
		{"snapshot", disk.Fault{Op: disk.Write, Name: "snapshot.new", Err: syscall.EIO}, nil, "save snapshot"},
		{"snapshot, no space", disk.Fault{Op: disk.Sync, Name: "snapshot.new", Err: syscall.ENOSPC}, nil, "save snapshot"},
		{"folds", disk.Fault{Op: disk.Sync, Name: "folds.db", Err: syscall.EIO}, nil, "folds.db"},
		{"folds, no space", disk.Fault{Op: disk.Write, Name: "folds.db", Err: syscall.ENOSPC}, nil, "folds.db"},
	} {
		t.Run(row.name, func(t *testing.T) { failsAloud(t, row.fault, row.use, row.says) })
	}
}

func failsAloud(t *testing.T, fault disk.Fault, use func(*testing.T, *process), says string) {
	f := disk.Mount(t)
	data := filepath.Join(f.Dir, "data")
	p := startProcess(t, data, "127.0.0.1:0")
	service := services(t, p)[0]
	ticket := func() string {
		return field(client{base: p.Base}.must(t, "POST", "/api/v1/tickets", map[string]string{"service": service}).body, `"number":"`)
	}
	given := []string{ticket()}
	met := f.Inject(fault)
	if use != nil {
		use(t, p)
	}
	given = append(given, ticket())
	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	end := p.Wait()
	select {
	case <-met.Met():
	default:
		t.Errorf("nobody has met the error; it ended with %v", end)
	}
	if log := p.logged(); !strings.Contains(log, says) || use == nil && end == nil {
		t.Errorf("it ended with %v and said:\n%s", end, log)
	}
	f.Lift()
	p = startProcess(t, data, "127.0.0.1:0")
	there := numbers(t, p.signedIn(t, "8001"))
	for _, number := range given {
		if there[number] != 1 {
			t.Errorf("%s is there %d times", number, there[number])
		}
	}
	ticket()
	p.stop(t)
}

func failsToSignIn(t *testing.T, p *process) {
	t.Helper()
	r, err := client{base: p.Base}.do("POST", "/api/v1/session", "", map[string]string{"staff": "1001", "password": "jiaohao-demo"})
	if err != nil || r.status < 500 {
		t.Errorf("signing in: %v %d %s", err, r.status, r.body)
	}
}

func failsForAPerson(t *testing.T, p *process) {
	t.Helper()
	r, err := client{base: p.Base}.do("POST", "/api/v1/tickets", "", map[string]any{"service": services(t, p)[0],
		"person": map[string]string{"kind": "phone", "value": "13800138000"}})
	if err != nil || r.status < 500 {
		t.Errorf("a ticket for a person: %v %d %s", err, r.status, r.body)
	}
}
