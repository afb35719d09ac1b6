package certs

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// site is a hall whose clock and addresses the test sets.
type site struct {
	folder string
	now    time.Time
	ips    []netip.Addr
	log    bytes.Buffer
}

func newSite(t *testing.T) *site {
	t.Helper()
	return &site{folder: filepath.Join(t.TempDir(), "tls"), now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), ips: []netip.Addr{netip.MustParseAddr("192.168.1.10")}}
}

func (s *site) options(names ...string) Options {
	return Options{Title: "云岭县政务服务中心", Host: "hall-server", Names: names, Machine: func() []netip.Addr { return s.ips },
		Now: func() time.Time { return s.now }, Log: slog.New(slog.NewTextHandler(&s.log, nil))}
}

func (s *site) open(t *testing.T, names ...string) *Source {
	t.Helper()
	src, err := Local(s.folder, s.options(names...))
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// trusts shakes hands as a terminal that has installed the root.
func (s *site) trusts(src *Source, root []byte, name string) error {
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	go tls.Server(far, src.Config()).Handshake()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(root)
	near.SetDeadline(time.Now().Add(10 * time.Second))
	return tls.Client(near, &tls.Config{RootCAs: pool, ServerName: name, Time: func() time.Time { return s.now }}).Handshake()
}

func TestATerminalWithTheRootTrustsTheServer(t *testing.T) {
	s := newSite(t)
	src := s.open(t, "hall.yunling.example", "10.1.2.3")
	for _, name := range []string{"192.168.1.10", "10.1.2.3", "127.0.0.1", "hall-server", "hall.yunling.example", "localhost"} {
		if err := s.trusts(src, src.Root(), name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.trusts(src, src.Root(), "bank.example"); err == nil {
		t.Error("the certificate holds for a name that it is not for")
	}
	other := newSite(t)
	if err := s.trusts(src, other.open(t).Root(), "192.168.1.10"); err == nil {
		t.Error("the root of another hall is as good")
	}
}

func TestFilesAreClosed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps rights in another way")
	}
	s := newSite(t)
	s.open(t)
	files, err := os.ReadDir(s.folder)
	if err != nil || len(files) != 4 {
		t.Fatalf("%v %v", files, err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has %v, %v", f.Name(), info.Mode(), err)
		}
	}
}

// TestTheRootStays: restarts, renewals and new addresses make new server certificates under the same root.
func TestTheRootStays(t *testing.T) {
	s := newSite(t)
	first := s.open(t)
	root, leaf := first.Root(), first.leaf()
	if days := leaf.NotAfter.Sub(leaf.NotBefore).Hours() / 24; days > 397 {
		t.Errorf("the certificate lives %v days", days)
	}
	s.now = s.now.AddDate(0, 6, 0)
	if again := s.open(t); !again.leaf().Equal(leaf) || !bytes.Equal(again.Root(), root) {
		t.Error("a restart made another certificate")
	}
	s.ips = []netip.Addr{netip.MustParseAddr("10.9.8.7")}
	first.look(s.now)
	if err := s.trusts(first, root, "10.9.8.7"); err != nil {
		t.Errorf("after the address changed: %v", err)
	}
	for range 60 {
		s.now = s.now.AddDate(0, 1, 0)
		first.look(s.now)
		if err := s.trusts(first, root, "10.9.8.7"); err != nil {
			t.Fatalf("%s: %v", s.now.Format(time.DateOnly), err)
		}
		if days, soon := first.EndsSoon(s.now); soon {
			t.Fatalf("%s: ends in %d days though it renews itself", s.now.Format(time.DateOnly), days)
		}
	}
	if !bytes.Equal(first.Root(), root) {
		t.Error("the root was made anew")
	}
}

// TestTheRootSpeaksForTheHallOnly: with the stolen key of the root nobody can be a bank.
func TestTheRootSpeaksForTheHallOnly(t *testing.T) {
	s := newSite(t)
	s.open(t, "hall.example")
	root, err := readPair(filepath.Join(s.folder, RootFile), filepath.Join(s.folder, rootKey))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bank.example", "8.8.8.8", "2001:4860::8888", "hall.example.evil"} {
		if _, err := root.issue("evil", namesOf([]string{name}, nil), s.now); err == nil {
			t.Errorf("a certificate for %s holds", name)
		}
	}
	for _, name := range []string{"192.168.77.1", "desk.hall.example"} {
		if _, err := root.issue("hall", namesOf([]string{name}, nil), s.now); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestANameTheRootIsNotForIsLeftOut: the others go on, and the log says so once.
func TestANameTheRootIsNotForIsLeftOut(t *testing.T) {
	s := newSite(t)
	s.open(t)
	src := s.open(t, "new.example")
	src.look(s.now)
	if err := s.trusts(src, src.Root(), "192.168.1.10"); err != nil {
		t.Error(err)
	}
	if said := strings.Count(s.log.String(), "new.example"); said != 1 {
		t.Errorf("said %d times:\n%s", said, s.log.String())
	}
}

func TestWhatIsWrongIsNamed(t *testing.T) {
	s := newSite(t)
	s.open(t)
	for name, spoil := range map[string]func(string) error{
		"key is gone":    func(dir string) error { return os.Remove(filepath.Join(dir, rootKey)) },
		"another's key":  func(dir string) error { return os.Rename(filepath.Join(dir, leafKey), filepath.Join(dir, rootKey)) },
		"no PEM":         func(dir string) error { return os.WriteFile(filepath.Join(dir, RootFile), []byte("x"), 0o600) },
		"clock of a toy": func(dir string) error { s.now = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC); return os.RemoveAll(dir) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func(folder string, now time.Time) { s.folder, s.now = folder, now }(s.folder, s.now)
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(s.folder)); err != nil {
				t.Fatal(err)
			}
			if err := spoil(dir); err != nil {
				t.Fatal(err)
			}
			if _, err := Local(dir, s.options()); err == nil {
				t.Error("opened")
			}
		})
	}
}

// TestADamagedServerCertificateIsMadeAnew: it is worth nothing, only the root is.
func TestADamagedServerCertificateIsMadeAnew(t *testing.T) {
	s := newSite(t)
	root := s.open(t).Root()
	for _, file := range []string{leafFile, leafKey} {
		if err := os.WriteFile(filepath.Join(s.folder, file), []byte("torn"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := s.trusts(s.open(t), root, "192.168.1.10"); err != nil {
			t.Errorf("%s torn: %v", file, err)
		}
	}
}

// TestOwnFilesAreReadAgain: a new certificate comes into use without a restart, a broken one does not.
func TestOwnFilesAreReadAgain(t *testing.T) {
	s := newSite(t)
	s.open(t)
	cert, key := filepath.Join(s.folder, leafFile), filepath.Join(s.folder, leafKey)
	src, err := Own(cert, key, func() time.Time { return s.now }, slog.New(slog.NewTextHandler(&s.log, nil)))
	if err != nil || src.Root() != nil {
		t.Fatalf("%v, root %v", err, src.Root())
	}
	before := src.leaf()
	if src.look(s.now); src.leaf() != before {
		t.Error("read again though nothing changed")
	}
	s.ips = nil
	s.open(t) // writes another pair
	if src.look(s.now); src.leaf().Equal(before) {
		t.Error("the new certificate is not in use")
	}
	good := src.leaf()
	if err := os.WriteFile(cert, []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	src.look(s.now)
	src.look(s.now)
	if src.leaf() != good || strings.Count(s.log.String(), "level=ERROR") != 1 {
		t.Errorf("a broken file took the certificate away, or is not told once:\n%s", s.log.String())
	}
	if _, err := Own(cert, key, time.Now, slog.Default()); err == nil {
		t.Error("a start with a broken file")
	}
}

// TestTheEndIsForetold: 30 days before, once a day.
func TestTheEndIsForetold(t *testing.T) {
	s := newSite(t)
	s.open(t)
	src, err := Own(filepath.Join(s.folder, leafFile), filepath.Join(s.folder, leafKey), func() time.Time { return s.now }, slog.New(slog.NewTextHandler(&s.log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	end := src.leaf().NotAfter
	for _, row := range []struct {
		before time.Duration
		soon   bool
	}{{31 * 24 * time.Hour, false}, {30*24*time.Hour - time.Second, true}, {29 * 24 * time.Hour, true}, {-time.Hour, true}} {
		if _, soon := src.EndsSoon(end.Add(-row.before)); soon != row.soon {
			t.Errorf("%v before the end: %v", row.before, soon)
		}
	}
	s.log.Reset()
	for hour := range 72 {
		src.look(end.Add(-10*24*time.Hour + time.Duration(hour)*time.Hour))
	}
	if n := strings.Count(s.log.String(), "ends soon"); n != 3 {
		t.Errorf("warned %d times in three days", n)
	}
}

func TestReport(t *testing.T) {
	s := newSite(t)
	src := s.open(t)
	r, err := Describe(s.folder)
	if err != nil || fmt.Sprint(r) != fmt.Sprint(src.Report()) {
		t.Fatalf("%+v, running %+v, %v", r, src.Report(), err)
	}
	if !slices.Contains(r.Names, "192.168.1.10") || len(r.Fingerprint) != 95 || r.Fingerprint == r.Server || !r.RootUntil.After(r.Until) {
		t.Errorf("%+v", r)
	}
	block, _ := pem.Decode(src.Root())
	root, err := x509.ParseCertificate(block.Bytes)
	if err != nil || Fingerprint(root) != r.Fingerprint {
		t.Errorf("%v, %v", root, err)
	}
}

func TestValidNames(t *testing.T) {
	for name, want := range map[string]bool{"hall": true, "hall.example.gov.cn": true, "10.0.0.1": true, "fd00::1": true, "": false, "a b": false, "*.hall": false,
		"hall.": false, "-a": false, "大厅": false, "http://hall": false, strings.Repeat("a", 64): false} {
		if ValidName(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}
