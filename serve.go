package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"jiaohao/assets"
	"jiaohao/counter"
	"jiaohao/display"
	"jiaohao/kiosk"
	"jiaohao/kiosk/slip"
	"jiaohao/server"
	"jiaohao/server/auth"
	"jiaohao/server/certs"
	"jiaohao/server/disk"
	"jiaohao/server/hall"
	"jiaohao/server/journal"
	"jiaohao/server/live"
	"jiaohao/server/metrics"
	"jiaohao/server/public"
	"jiaohao/server/stats"
	"jiaohao/server/supervisor"
	"jiaohao/server/supervisor/home"
	"jiaohao/server/supervisor/report"
	"jiaohao/server/wait"
)

func serveCommand(ctx context.Context, in invocation) int {
	c, _, code, ok := in.configured("serve", func(*flag.FlagSet) {})
	if !ok {
		return code
	}
	if err := serve(ctx, c, in.stdout, in.stderr); err != nil {
		return in.fail(err)
	}
	return 0
}

// serve runs the hall on its data folder until ctx ends.
func serve(ctx context.Context, c Config, stdout, stderr io.Writer) error {
	return serveBy(ctx, c, server.NewClock(1), stdout, stderr)
}

// serveBy is serve by another clock, for those who cannot wait until a day is over.
func serveBy(ctx context.Context, c Config, clock *server.Clock, stdout, stderr io.Writer) error {
	h, err := openHall(ctx, c, clock, stderr)
	if err != nil {
		return err
	}
	server.BoundMemory()
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return errors.Join(fmt.Errorf("nobody can connect: %w", err), h.close())
	}
	h.announce(stdout, l.Addr())
	return h.untilStopped(ctx, func(ctx context.Context) error { return errors.Join(h.run(ctx, l), h.close()) })
}

// running is a hall with all its parts introduced to each other.
type running struct {
	config   Config
	log      *slog.Logger
	journal  journal.Journal
	desk     *server.Desk
	clock    *server.Clock
	hub      *live.Hub
	auth     *auth.Store
	stats    *stats.Fold
	wait     *wait.Fold
	folds    *foldStore
	server   *server.Server
	disk     *diskWatch // nil for a hall that keeps nothing
	fatal    chan error
	broken   atomic.Bool // the journal can no longer be trusted
	metrics  *metrics.Registry
	seen     *observed
	persons  *server.Persons
	planNote string
	memory   bool
	certs    *certs.Source // nil without TLS

	plainSince hall.Time // when the hall began to be reached without TLS from other machines; 0 if it is not
}

// openHall opens the data folder and builds the hall on it. The journal makes the folder, since it alone does so in a way
// that a power loss right after the first ticket leaves.
func openHall(ctx context.Context, c Config, clock *server.Clock, stderr io.Writer) (*running, error) {
	h := &running{config: c, log: logger(c, stderr), clock: clock, fatal: make(chan error, 1)}
	if err := h.closeFolder(); err != nil {
		return nil, fmt.Errorf("the data folder cannot be used: %w", err)
	}
	j, err := h.openJournal()
	if err != nil {
		return nil, err
	}
	h.journal = j
	return h, h.build(ctx)
}

// openJournal also makes room for it. A start has to write, its own record before all: on a full disk it throws the ballast
// off by itself, since after a power cut nobody may be there to do it, and a hall that does not start serves nobody.
func (h *running) openJournal() (*journal.Bolt, error) {
	j, err := journal.Open(h.config.Data, journal.Options{})
	var locked *journal.LockedError
	if errors.As(err, &locked) || disk.Room(h.config.Data) {
		return j, err
	}
	thrown, thrownErr := disk.ThrowBallast(h.config.Data)
	if thrown {
		h.log.Warn("the disk is full: the ballast was deleted so that the hall can start; make room now", "file", disk.BallastName)
	}
	if err != nil && thrown {
		return journal.Open(h.config.Data, journal.Options{})
	}
	if thrownErr != nil {
		h.log.Error("the disk is full and the ballast cannot be deleted", "error", thrownErr)
	}
	return j, err
}

// openDemo builds a hall that keeps nothing, with a clock of its own.
func openDemo(ctx context.Context, c Config, clock *server.Clock, stderr io.Writer) (*running, error) {
	h := &running{config: c, log: logger(c, stderr), journal: journal.NewMemory(), clock: clock, fatal: make(chan error, 1), memory: true}
	return h, h.build(ctx)
}

func logger(c Config, w io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Log.Level)); err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if c.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

func (h *running) build(ctx context.Context) error {
	h.observe()
	for _, step := range []func(context.Context) error{checkParts, h.openFolds, h.openAuth, h.openPersons, h.found, h.settlePlan, h.openCerts, h.mayBePlain, h.mount} {
		if err := step(ctx); err != nil {
			return errors.Join(err, h.close())
		}
	}
	h.seen.start = time.Since(h.seen.begun)
	return nil
}

// checkParts proves that what is built in is whole: texts, and the fonts of slips.
func checkParts(context.Context) error {
	if err := assets.Check(); err != nil {
		return fmt.Errorf("the texts are damaged: %w", err)
	}
	return errors.Join(slip.SelfTest(), report.SelfTest())
}

func (h *running) path(name string) string {
	if h.memory {
		return ""
	}
	return filepath.Join(h.config.Data, name)
}

func (h *running) openAuth(context.Context) (err error) {
	config := auth.Config{Demo: h.config.Demo, Staff: h.staff, Words: h.words, Idle: time.Duration(h.config.Session.IdleMinutes) * time.Minute,
		Absolute: time.Duration(h.config.Session.AbsoluteHours) * time.Hour, Log: h.log,
		Record: server.RecordTerminals(func() *server.Desk { return h.desk })}
	if h.memory {
		h.auth = auth.Memory(config)
		return nil
	}
	h.auth, err = auth.Open(h.path(authName), config)
	return err
}

// staff finds a member of staff in the plan in force.
func (h *running) staff(id string) (auth.Staff, bool) {
	if h.desk == nil || h.desk.State().Plan() == nil {
		return auth.Staff{}, false
	}
	m, ok := h.desk.State().Plan().Member(id)
	s := auth.Staff{ID: m.ID, Name: m.Name, Departments: m.Departments, Windows: m.Windows}
	for _, r := range m.Roles {
		s.Roles = append(s.Roles, auth.Role(r))
	}
	return s, ok
}

// words are what everybody who knows this hall would try in a password.
func (h *running) words() []string {
	p := &h.config.Plan
	list := append(strings.Fields(p.Hall.Name.En), p.Hall.ID, p.Hall.Name.Zh)
	for _, d := range p.Departments {
		list = append(list, d.ID, d.Name.Zh)
	}
	return list
}

// found folds the journal and starts the desk. A new journal begins with its founding; every start is recorded.
func (h *running) found(ctx context.Context) error {
	began := time.Now()
	state, err := server.Load(ctx, h.journal, h.log, h.stats, h.wait)
	if err != nil {
		return err
	}
	h.seen.fold = time.Since(began)
	h.seen.saved.Store(state.Seq())
	if f := state.Founded(); f.Format != "" && f.Demo != h.config.Demo {
		return otherKind(h.config, f.Demo)
	}
	if last := state.At(); last > h.clock.Now() && !h.memory {
		h.log.Warn("the machine's clock is behind the last record", "last", last.In(time.UTC))
	}
	epoch := state.Founded().Epoch
	if epoch == "" {
		epoch = strings.ToLower(rand.Text()[:16])
	}
	h.hub = live.NewHub(h.hubConfig(epoch))
	h.desk = server.NewDesk(server.DeskConfig{Journal: h.journal, Clock: h.clock, Log: h.log, Watched: !h.memory, Folds: []server.Fold{h.stats, h.wait},
		Publish: h.hub.Changed, Metrics: h.metrics, Fatal: h.giveUp, Seal: h.persons.Seal}, state)
	go h.desk.Run()
	if state.Founded().Format == "" {
		if err := h.order(ctx, hall.Found{Hall: h.config.Plan.Hall.ID, Demo: h.config.Demo, Epoch: epoch}); err != nil {
			return err
		}
	}
	return h.order(ctx, hall.Start{Version: version()})
}

// otherKind says why a journal does not open: demonstration and reality never share one.
func otherKind(c Config, demo bool) error {
	kind, want := "a real hall", "demo: true"
	if demo {
		kind, want = "a demonstration", "demo: false"
	}
	return fmt.Errorf("%s holds the journal of %s, but the configuration says %s; move that folder away or set another one with data", c.Data, kind, want)
}

func (h *running) hubConfig(epoch string) live.Config {
	return live.Config{Epoch: epoch, Build: assets.Build(), MaxPerAddress: h.config.Limits.SocketsPerAddress, MaxSockets: h.config.Limits.Sockets,
		Now: func() time.Time { return h.clock.Now().In(h.zone()) }, Log: h.log, Metrics: h.metrics, OnGone: func(owner string) { h.server.SocketsGone(owner) }}
}

// zone is the hall's, UTC until there is a plan.
func (h *running) zone() *time.Location {
	if h.desk == nil || h.desk.State().Plan() == nil {
		return time.UTC
	}
	return h.desk.State().Plan().Zone()
}

func (h *running) order(ctx context.Context, c hall.Command) error {
	_, err := h.desk.Order(ctx, hall.Order{Do: c})
	return err
}

func (h *running) now() hall.Time { return h.clock.Now() }

// mount introduces the slices to the parts they have asked for.
func (h *running) mount(context.Context) error {
	token, err := h.metricsToken()
	if err != nil {
		return err
	}
	var estimate public.Estimate = h.wait.Estimate
	console := supervisor.New(supervisor.Deps{Desk: h.desk, Stats: timedStats{h.stats, h.seen.query}, Estimate: estimate, Now: h.now, Warnings: h.warnings, Home: h.home(), Closing: h.closing})
	h.server = server.New(server.Config{Desk: h.desk, Hub: h.hub, Auth: h.auth, Say: assets.ProblemText, Text: message, Demo: h.config.Demo,
		TLS: h.certs != nil, Network: h.network(), MetricsToken: token, Build: assets.Build(), PublicURL: h.config.PublicURL, Log: h.log, Metrics: h.metrics,
		Assets: server.Files{FS: assets.FS(), MIME: assets.MIME, Immutable: assets.Immutable},
		Slices: []server.Slice{
			kiosk.New(kiosk.Deps{Desk: h.desk, Estimate: estimate, Now: h.now, NewID: h.newID, Persons: h.persons, Gone: h.gone, FullSince: h.desk.FullSince,
				PublicURL: h.config.PublicURL, Build: assets.Build()}),
			display.New(display.Deps{Desk: h.desk, Now: h.now, Estimate: estimate, FullSince: h.desk.FullSince, Changed: h.refresh}),
			counter.New(counter.Deps{Desk: h.desk, Now: h.now, Estimate: estimate, Note: h.desk.Note, FullSince: h.desk.FullSince}),
			console,
		}})
	if !h.memory {
		h.disk = h.watchDisk()
	}
	h.auth.OnEnd(h.server.SessionEnded)
	h.auth.OnRevoke(h.server.TerminalRevoked)
	h.auth.OnRename(h.server.TerminalRenamed)
	h.auth.OnTwice(func(string) { h.hub.Changed(h.desk.State().Seq(), false) })
	return nil
}

func message(lang, key string) string { return assets.Text(lang, key, nil) }

func (h *running) home() home.Settings {
	s := home.Settings{Addresses: []string{baseURL(h.config)}, Text: message}
	if h.config.Demo {
		s.Password = auth.DemoPassword
	}
	return s
}

// warnings tells the supervisor what is wrong with the server itself.
func (h *running) warnings() []supervisor.Warning {
	var list []supervisor.Warning
	if since := h.desk.FullSince(); since != 0 {
		list = append(list, supervisor.Warning{Kind: supervisor.AlertJournal, Subject: "full", Since: since})
	}
	if since := h.auth.BrokenSince(); !since.IsZero() {
		list = append(list, supervisor.Warning{Kind: supervisor.AlertPart, Subject: authName, Since: hall.At(since)})
	}
	list = append(list, h.disk.warnings()...)
	if h.planNote != "" {
		list = append(list, supervisor.Warning{Kind: "plan", Subject: h.planNote})
	}
	for _, t := range h.auth.Twice() {
		list = append(list, supervisor.Warning{Kind: supervisor.AlertTwice, Subject: t.Name, Since: hall.At(t.TwiceAt)})
	}
	return append(list, h.networkWarnings()...)
}

// announce tells the person who started the hall where everything is.
func (h *running) announce(w io.Writer, at net.Addr) {
	c := h.config
	c.Listen = at.String()
	base := baseURL(c)
	fmt.Fprintf(w, "jiaohao 叫号 %s  %s\n", version(), c.Plan.Hall.Name.Zh)
	for _, page := range []struct{ path, name string }{{"/", "开始 start"}, {"/kiosk", "取号机 kiosk"}, {"/display", "大屏 board"},
		{"/counter", "窗口 counter"}, {"/supervisor", "管理 supervisor"}} {
		fmt.Fprintf(w, "  %s%-12s %s\n", base, page.path, page.name)
	}
	if h.certs != nil {
		fmt.Fprint(w, describe(h.certs.Report(), time.Now()))
	}
	switch {
	case c.Demo:
		fmt.Fprintf(w, "演示 demo: staff 1001 … %s, supervisor 8001, administrator 9001, password %s\n", lastClerk(c.Plan), auth.DemoPassword)
	case h.auth.NeedsSetUp():
		h.printSetUp(w, base)
	}
}

func (h *running) printSetUp(w io.Writer, base string) {
	code, err := h.auth.SetupCode()
	if err != nil {
		h.log.Error("the set-up code cannot be made", "error", err)
		return
	}
	fmt.Fprintf(w, "设置码 set-up code: %s  →  %s/setup\n", code, base)
}

func lastClerk(p hall.Plan) string {
	last := ""
	for _, s := range p.Staff {
		if len(s.Roles) == 1 && s.Roles[0] == hall.RoleClerk {
			last = s.ID
		}
	}
	return last
}

func baseURL(c Config) string {
	scheme := "http"
	if c.TLS.on() {
		scheme = "https"
	}
	return scheme + "://" + c.Listen
}

// run serves until ctx ends or the journal can no longer be trusted.
func (h *running) run(ctx context.Context, l net.Listener) error {
	ctx, cancel := h.lifetime(ctx)
	defer cancel()
	go h.auth.Run(ctx)
	go h.keepSnapshots(ctx)
	go h.desk.KeepPrivacy(ctx)
	if h.disk != nil {
		go h.disk.run(ctx)
	}
	if err := h.listenControl(ctx); err != nil {
		return err
	}
	go h.tellManager(ctx, daemonNotify)
	err := h.serveOn(ctx, l)
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// listenControl opens the socket through which the program's own commands reach this hall.
func (h *running) listenControl(ctx context.Context) error {
	if h.memory {
		return nil
	}
	path := h.path(controlName)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("the old control socket cannot be removed: %w", err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		h.log.Warn("backup and terminal commands cannot reach this hall while it runs", "error", err)
		return nil
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return errors.Join(fmt.Errorf("the control socket cannot be protected: %w", err), l.Close())
	}
	srv := &http.Server{Handler: profiled(h.privacyControl(h.savedAccounts(h.planControl(h.server.Control(h.backup))))), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	go func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			h.log.Error("the control socket failed", "error", err)
		}
	}()
	context.AfterFunc(ctx, func() { srv.Close() })
	return nil
}

// close ends the hall: the desk first, so that nothing is decided any more, then a snapshot, then the files.
func (h *running) close() error {
	var errs []error
	if h.desk != nil {
		h.desk.Stop()
		if !h.broken.Load() {
			errs = append(errs, h.desk.SaveSnapshot(), h.folds.save(context.Background(), h))
		}
	}
	if h.folds != nil {
		errs = append(errs, h.folds.close())
	}
	if h.auth != nil {
		errs = append(errs, h.auth.Close())
	}
	return errors.Join(append(errs, h.journal.Close())...)
}

func (h *running) backup(w io.Writer) error {
	_, err := h.journal.Backup(w)
	return err
}
