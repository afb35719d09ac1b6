package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	audience = "a slice knows its own audience, the rules, the shapes of the contract and how views are pushed"
	askDisk  = "after a failed sync only the disk itself knows what is in a file"
	folded   = "a fold is derived from events, which are the hall's"
)

// edges lists what each package may import of ours, with the reason. Whatever is not here is a mistake: the arrow would
// make two things change together that should not.
var edges = map[string]map[string]string{
	"":      {"*": "main introduces everything to everything; serve.go is the composition root"},
	"kiosk": slice("kiosk/phone", "kiosk/slip", "kiosk/said"),
	"kiosk/phone": {"assets": "the page's texts", "server/public": "the page shows the holder's ticket", "server/hall": "by the names of the plan",
		"kiosk/said": "in the same words as the slip"},
	"kiosk/slip":               {"assets": "fonts and texts of the paper"},
	"kiosk/said":               {"assets": "the texts", "server/hall": "of the plan's names", "server/public": "and the shapes' values"},
	"display":                  slice("display/announce"),
	"counter":                  slice(),
	"server/supervisor":        slice("server/supervisor/home", "server/supervisor/report"),
	"server/supervisor/report": {"assets": "fonts of the paper"},
	"server/supervisor/home":   {"server/door": "the language of the visitor", "server/hall": "the hall's name and demo accounts"},
	"server": {"server/hall": "the desk decides by the rules", "server/journal": "and records what was decided",
		"server/records": "and finds what is old enough to erase", "server/live": "then the screens are told", "server/door": "handlers learn who asks", "server/metrics": "what passes is counted", "server/auth": "from sessions and terminals",
		"server/gate": "nobody may take more of it than their share", "server/secret": "keys of persons are secret files"},
	"server/certs":   {"server/secret": "keys are secret files"},
	"server/secret":  {"server/disk": "a file is kept only when its name is durable"},
	"server/door":    {"server/hall": "a refusal of the rules becomes a problem document, an actor a command's"},
	"server/public":  {"server/hall": "the shapes are made from the state"},
	"server/stats":   {"server/hall": folded, "server/disk": askDisk},
	"server/journal": {"server/disk": askDisk}, "server/auth": {"server/disk": askDisk},
	"server/wait":  {"server/hall": folded},
	"server/audit": {"server/records": "it tells what they find", "server/hall": "in the words of events", "assets": "and the texts"},
	"server/records": {"server/hall": "records are its events", "server/journal": "and stand in a journal",
		"server/stats": "the figures of a day's close are those of the statistics"},
	"server/bench": {"server/hall": "years of a hall are made of its commands", "server/journal": "and written into a journal",
		"server/live": "the hub is measured by itself", "server/stats": "dashboards ask questions"},
	"server/hall": {}, "server/disk": {}, "server/live": {"server/metrics": "the hub counts what it sends"}, "server/metrics": {}, "server/metrics/metricstest": {}, "server/gate": {}, "server/people": {}, "assets": {},
	"display/announce":           {"server/hall": "what is spoken are the hall's calls"},
	"server/hall/halltest":       {"server/hall": "random halls for the tests of the folds"},
	"server/lineartest":          {},
	"server/servertest":          {"server": "a whole server for tests", "server/auth": "with its sessions", "server/hall": "rules", "server/journal": "journal", "server/live": "sockets", "server/metrics": "and figures"},
	"server/journal/journaltest": {"server/journal": "the contract is the journal's"},
	"server/faulttest/disk":      {},
	"server/faulttest/promise":   {},
}

func slice(own ...string) map[string]string {
	allowed := map[string]string{}
	for _, p := range append(own, "server/hall", "server/door", "server/live", "server/stats", "server/wait", "server/public", "assets") {
		allowed[p] = audience
	}
	return allowed
}

// faults is where the packages lie that only tests may use.
const faults = "server/faulttest"

// fixed says where each of the fixed packages, and the core's library, may be used.
var fixed = map[string][]string{
	"github.com/spf13/viper":       {""},
	"github.com/gorilla/websocket": {"server/live"},
	"go.etcd.io/bbolt":             {"server/journal", "server/auth", "server/stats"},
	"github.com/skip2/go-qrcode":   {"kiosk/slip", "kiosk", "server/supervisor/report"},
	"github.com/jung-kurt/gofpdf":  {"kiosk/slip", "server/supervisor/report"},
	"golang.org/x/sys":             {"server/disk", "server/journal", ""},
	"github.com/coreos/go-systemd": {""},
	"github.com/fxamacker/cbor/v2": {"server/hall", "server/stats", "server/wait"},

	"github.com/anishathalye/porcupine": {"server/lineartest"},
	"github.com/hanwen/go-fuse":         {"server/faulttest/disk"},
}

// forbidden are standard packages that the core must not know: with any of them the same events could give another state.
var forbidden = map[string][]string{
	"server/hall": {"os", "net", "net/http", "log", "log/slog", "math/rand", "math/rand/v2", "crypto/rand", "sync", "io", "io/fs", "os/exec", "testing"},
}

func TestImports(t *testing.T) {
	for file, imports := range sources(t) {
		from := filepath.ToSlash(filepath.Dir(file))
		if from == "." {
			from = ""
		}
		allowed, known := edges[from]
		if !known {
			t.Errorf("%s: package %q is in no row of the table of edges: say what it may import and why", file, from)
			continue
		}
		for _, path := range imports {
			check(t, file, from, path, allowed)
		}
	}
}

func check(t *testing.T, file, from, path string, allowed map[string]string) {
	t.Helper()
	if own, ok := strings.CutPrefix(path, "jiaohao/"); ok && allowed["*"] == "" && allowed[own] == "" {
		t.Errorf("%s imports %s, but %q may only import %v", file, own, from, slices.Sorted(maps.Keys(allowed)))
	}
	if strings.HasPrefix(path, "jiaohao/"+faults) && !strings.HasPrefix(from, faults) {
		t.Errorf("%s imports %s: what makes faults is for tests and never built into the program", file, path)
	}
	for library, places := range fixed {
		if (path == library || strings.HasPrefix(path, library+"/")) && !slices.Contains(places, from) {
			t.Errorf("%s imports %s, which only %q may use", file, library, places)
		}
	}
	if slices.Contains(forbidden[from], path) {
		t.Errorf("%s imports %s: the rules are a function of state, command and time", file, path)
	}
}

// sources lists the imports of every file that is built into the program, by its path.
func sources(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != "." || d.Name() == "node_modules" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		found[path] = []string{}
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			found[path] = append(found[path], name)
		}
		return nil
	})
	if err != nil || len(found) < 50 {
		t.Fatalf("found %d sources, %v", len(found), err)
	}
	return found
}

// TestPackageComments holds every package to a comment that says what it knows and what it must never know.
func TestPackageComments(t *testing.T) {
	said := map[string]bool{}
	for file := range sources(t) {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.ToSlash(filepath.Dir(file))
		said[dir] = said[dir] || parsed.Doc != nil && strings.Contains(strings.ReplaceAll(parsed.Doc.Text(), "\n", " "), "must never know")
	}
	for dir, ok := range said {
		if !ok && dir != "." {
			t.Errorf("%s: no package comment says what it must never know", dir)
		}
	}
}
