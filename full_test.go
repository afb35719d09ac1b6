package main

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jiaohao/server"
	"jiaohao/server/disk"
	"jiaohao/server/journal"
	"jiaohao/server/live"
)

// fillable is a journal on a disk that is full when the test says so.
type fillable struct {
	journal.Journal
	full atomic.Bool
}

// Append refuses for want of space while the disk is full.
func (f *fillable) Append(after uint64, batch []journal.Draft) journal.Result {
	if f.full.Load() {
		return journal.Result{Outcome: journal.Full, Head: f.Head(), Err: errors.New("no space left on device")}
	}
	return f.Journal.Append(after, batch)
}

// inside is the whole program in this process, on a disk of the test.
type inside struct {
	process
	disk *fillable
	free atomic.Int64
	hall *running
}

func startInside(t *testing.T) *inside {
	t.Helper()
	c, _, err := Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	i := &inside{disk: &fillable{Journal: journal.NewMemory()}}
	i.free.Store(5000 * disk.MB)
	ctx, cancel := context.WithCancel(t.Context())
	log := writerFunc(func(b []byte) (int, error) { i.mu.Lock(); defer i.mu.Unlock(); return i.log.Write(b) })
	i.hall = &running{config: c, log: logger(c, log), journal: i.disk, clock: server.NewClock(1), fatal: make(chan error, 1), memory: true}
	if err := i.hall.build(ctx); err != nil {
		t.Fatal(err)
	}
	w := i.hall.watchDisk()
	w.free, w.room = func() (int64, error) { return i.free.Load(), nil }, func() bool { return !i.disk.full.Load() }
	w.growth = func(context.Context) (float64, bool) { return 100 * disk.MB, true }
	i.hall.disk = w
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	i.Base = "http://" + l.Addr().String()
	var ended sync.WaitGroup
	ended.Go(func() {
		if err := i.hall.run(ctx, l); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("the hall ended with %v", err)
		}
	})
	t.Cleanup(func() {
		cancel()
		ended.Wait()
		if err := i.hall.close(); err != nil {
			t.Error(err)
		}
	})
	services(t, &i.process) // the day opens just after the start
	return i
}

// follow hears a view; the newest data are what the function it gives reads.
func (i *inside) follow(t *testing.T, view, cookie string) func() string {
	t.Helper()
	var newest atomic.Value
	newest.Store("")
	header := http.Header{}
	if cookie != "" {
		header.Set("Cookie", cookie)
	}
	d := live.Dial(t.Context(), live.Options{URL: "ws" + strings.TrimPrefix(i.Base, "http") + "/api/v1/live?view=" + view, Header: header,
		Handler: func(f live.Frame) { newest.Store(string(f.Data)) }})
	t.Cleanup(func() { d.Close() })
	return func() string { return newest.Load().(string) }
}

// within waits until a condition holds; the hall promises a few seconds.
func within(t *testing.T, what string, holds func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	for time.Since(began) < 15*time.Second {
		if holds() {
			return time.Since(began)
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
	return 0
}

// TestFullDiskIsSaidToEverybody fills the disk: every view says so with the first refusal, keys say why, calls that were made
// stay; when there is room again all of it goes away though nobody has touched anything.
func TestFullDiskIsSaidToEverybody(t *testing.T) {
	i := startInside(t)
	citizen, clerk, boss := client{base: i.Base}, i.signedIn(t, "1001"), i.signedIn(t, "8001")
	var ticket struct{ ID, Number string }
	citizen.must(t, "POST", "/api/v1/tickets", map[string]string{"service": "household-birth"}).into(t, &ticket)
	clerk.must(t, "POST", "/api/v1/windows/1/open", nil)
	clerk.must(t, "POST", "/api/v1/windows/1/next", nil)
	views := map[string]func() string{
		"kiosk": i.follow(t, "kiosk", ""), "display": i.follow(t, "display", ""), "ticket": i.follow(t, "ticket&id="+ticket.ID, ""),
		"counter": i.follow(t, "counter&window=1", clerk.cookie), "supervisor": i.follow(t, "supervisor", boss.cookie),
	}
	said := map[string]string{"kiosk": `"blocked":"journal_full","blockedAt":"2`, "display": `"paused":true`, "ticket": `"paused":true`,
		"counter": `"kind":"journal_full"`, "supervisor": `"kind":"journal","subject":"full","since":"2`}
	for name, view := range views {
		within(t, name+" begins", func() bool { return view() != "" })
		if strings.Contains(view(), said[name]) {
			t.Errorf("%s says so on an empty disk: %s", name, view())
		}
	}
	i.disk.full.Store(true)
	if r, err := citizen.do("POST", "/api/v1/tickets", "", map[string]string{"service": "household-birth"}); err != nil || r.status != 503 || !strings.Contains(string(r.body), "journal_full") {
		t.Fatalf("%v %d %s", err, r.status, r.body)
	}
	for name, view := range views {
		within(t, name+" says that the disk is full", func() bool { return strings.Contains(view(), said[name]) })
	}
	i.checkFullPages(t, ticket.ID, ticket.Number, views["display"](), views["counter"]())
	i.disk.full.Store(false)
	for name, view := range views {
		took := within(t, name+" takes it back", func() bool { return !strings.Contains(view(), said[name]) })
		t.Logf("counts: %s took it back after %v", name, took.Round(10*time.Millisecond))
	}
	clerk.must(t, "POST", "/api/v1/windows/1/start", nil)
}

// checkFullPages looks at what is shown beside the words: the call, the sunken keys, the pages made without script.
func (i *inside) checkFullPages(t *testing.T, id, number, display, counter string) {
	t.Helper()
	if !strings.Contains(display, `"number":"`+number+`"`) {
		t.Errorf("the board has lost the call of %s: %s", number, display)
	}
	var view struct {
		Actions  []string
		Refusals map[string]struct{ Code string }
		Current  struct{ Number string }
	}
	if err := json.Unmarshal([]byte(counter), &view); err != nil {
		t.Fatal(err)
	}
	if len(view.Actions) != 0 || view.Refusals["start"].Code != "journal_full" || view.Refusals["finish"].Code != "journal_full" || view.Current.Number != number {
		t.Errorf("the counter's keys: %+v", view)
	}
	for path, word := range map[string]string{"/t/" + id: "恢复后接着叫", "/display/plain": "已取的号有效", "/t/" + id + "?lang=en": "stays valid"} {
		r, err := client{base: i.Base}.do("GET", path, "", nil)
		if err != nil || r.status != 200 || !strings.Contains(string(r.body), word) || !strings.Contains(string(r.body), number) {
			t.Errorf("%s does not say so: %v %d", path, err, r.status)
		}
	}
	if r, err := (client{base: i.Base}).do("GET", "/healthz", "", nil); err != nil || r.status != 503 {
		t.Errorf("/healthz: %v %d", err, r.status)
	}
}

// TestLowDiskIsSaidEarly: the supervisor hears of it while nothing has happened yet, with what is left and for how long; a
// disk at the limit does not raise the alarm over and over.
func TestLowDiskIsSaidEarly(t *testing.T) {
	i := startInside(t)
	view := i.follow(t, "supervisor", i.signedIn(t, "8001").cookie)
	within(t, "the console begins", func() bool { return view() != "" })
	look := func(freeMB int64) { i.free.Store(freeMB * disk.MB); i.hall.disk.look(t.Context()) }
	look(1024)
	if strings.Contains(view(), "disk_low") {
		t.Fatal("exactly enough is too little")
	}
	look(1000)
	within(t, "the console says so", func() bool {
		return strings.Contains(view(), `"kind":"disk_low"`) && strings.Contains(view(), `"params":{"days":10,"free":1000,"warn":1024}`)
	})
	if r, err := (client{base: i.Base}).do("GET", "/metrics", "", nil); err != nil || !strings.Contains(string(r.body), "\njiaohao_disk_free_bytes 1.048576e+09\n") {
		t.Errorf("%v\n%s", err, r.body)
	}
	for _, free := range []int64{1024, 1023, 1050, 1000} {
		look(free)
	}
	if n := strings.Count(i.logged(), "will soon be full"); n != 1 {
		t.Errorf("warned %d times:\n%s", n, i.logged())
	}
	look(2000)
	within(t, "the console takes it back", func() bool { return !strings.Contains(view(), "disk_low") })
}

// TestFullDiskInABrowser is what people see of it, on the four pages and the board.
func TestFullDiskInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	browser := newBrowser(t)
	i := startInside(t)
	var ticket struct{ ID, Number string }
	client{base: i.Base}.must(t, "POST", "/api/v1/tickets", map[string]string{"service": "household-birth"}).into(t, &ticket)
	kiosk := openTab(t, browser, "kiosk", i.Base+"/kiosk", 1080, 1920)
	board := openTab(t, browser, "board", i.Base+"/display?sound=off", 1920, 1080)
	strip := openTab(t, browser, "strip", i.Base+"/display?window=2", 1280, 400)
	phone := openTab(t, browser, "phone", i.Base+"/t/"+ticket.ID, 390, 844)
	counter := openTab(t, browser, "counter", i.Base+"/counter", 1280, 800)
	counter.typeInto("input:not([type=password])", "1001")
	counter.typeInto("input[type=password]", "jiaohao-demo\r")
	counter.pressPlate("1")
	counter.press("下一位")
	counter.sees(ticket.Number)
	i.signedIn(t, "1002").must(t, "POST", "/api/v1/windows/2/open", nil)
	boss := openTab(t, browser, "boss", strings.Replace(i.Base, "127.0.0.1", "localhost", 1)+"/supervisor", 1440, 900) // another host, another session
	boss.typeInto("input:not([type=password])", "8001")
	boss.typeInto("input[type=password]", "jiaohao-demo\r")
	pages := map[*tab]string{kiosk: "本厅暂停取号", board: "暂停取号和叫号", strip: "暂停取号和叫号", phone: "恢复后接着叫", counter: "存储空间已满", boss: "记录写不进去"}
	boss.sees("未开放")
	for page := range pages {
		page.js("window.neverReloaded = true")
	}
	i.disk.full.Store(true)
	counter.press("开始")
	within(t, "the disk is full", func() bool { return i.hall.desk.FullSince() != 0 })
	for page, words := range pages {
		page.sees(words)
		page.shot("full")
	}
	board.sees(ticket.Number)
	counter.press("办结")
	counter.wait("said why its key is sunken", `document.querySelector('.told').innerText.includes('暂时不能取号和叫号')`)
	counter.shot("full-key")
	i.disk.full.Store(false)
	for page, words := range pages {
		page.wait("took it back", `!document.body.innerText.includes(`+quote(words)+`)`)
		page.shot("room")
		if page.js("window.neverReloaded") != "true" {
			t.Errorf("%s was reloaded", page.name)
		}
	}
	counter.press("开始")
	phone.sees("正在办理")
}
