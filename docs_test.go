package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"jiaohao/counter"
	"jiaohao/display"
	"jiaohao/kiosk"
	"jiaohao/server"
	"jiaohao/server/door"
	"jiaohao/server/hall"
	"jiaohao/server/public"
	"jiaohao/server/supervisor"
)

func page(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// section is the part of a page under a heading, up to the next one of the same rank or a higher.
func section(t *testing.T, path, heading string) string {
	t.Helper()
	_, rest, found := strings.Cut(page(t, path), "\n"+heading+"\n")
	if !found {
		t.Fatalf("%s has no %q", path, heading)
	}
	for rank := len(heading) - len(strings.TrimLeft(heading, "#")); rank > 0; rank-- {
		rest, _, _ = strings.Cut(rest, "\n"+strings.Repeat("#", rank)+" ")
	}
	return rest
}

// rows gives the cells of every table row of a text, without the lines under the headings.
func rows(text string) (all [][]string) {
	for _, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(line, "| ") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		all = append(all, cells)
	}
	return all
}

var codeWord = regexp.MustCompile("`([^`]+)`")

// named gives what a cell has between its first backquotes.
func named(cell string) string {
	if m := codeWord.FindStringSubmatch(cell); m != nil {
		return m[1]
	}
	return ""
}

var whoWords = []struct {
	who  server.Who
	word string
}{{server.Anybody, "anybody"}, {server.Holder, "holder"}, {server.Kiosk, "kiosk"}, {server.Board, "board"}, {server.Pad, "pad"}, {server.CallPad, "call pad"},
	{server.Staff, "staff"}, {server.Lead, "lead"}, {server.Supervisor, "supervisor"}, {server.Administrator, "administrator"}, {server.Local, "this machine"}}

func inWords(who server.Who) string {
	var words []string
	for _, w := range whoWords {
		if who&w.who != 0 {
			words = append(words, w.word)
		}
	}
	return strings.Join(words, ", ")
}

// routeRows are the rows of the routes by their pattern.
func routeRows(t *testing.T) map[string][]string {
	routes := map[string][]string{}
	for _, cells := range rows(section(t, "docs/protocol.md", "## HTTP")) {
		if route := named(cells[0]); strings.Contains(route, " ") {
			routes[route] = cells
		}
	}
	return routes
}

func TestEveryRouteIsDocumented(t *testing.T) {
	routes := routeRows(t)
	for route, who := range server.Access {
		if cells := routes[route]; cells == nil {
			t.Errorf("docs/protocol.md does not know %s", route)
		} else if cells[1] != inWords(who) {
			t.Errorf("docs/protocol.md says that %s is for %s, but it is for %s", route, cells[1], inWords(who))
		}
	}
	for route := range routes {
		if _, known := server.Access[route]; !known {
			t.Errorf("docs/protocol.md describes %s, which is in no table of the program", route)
		}
	}
}

func TestEveryProblemIsDocumented(t *testing.T) {
	params := refusals(t)
	described := map[string]bool{}
	for _, cells := range rows(section(t, "docs/protocol.md", "### Problems"))[1:] {
		code := named(cells[1])
		described[code] = true
		if status := door.Codes()[hall.Code(code)]; cells[0] != jsonText(status) {
			t.Errorf("docs/protocol.md says %s is %s, but it is %d", code, cells[0], status)
		}
		for param := range params[code] {
			if !strings.Contains(cells[3], "`"+param+"`") {
				t.Errorf("docs/protocol.md does not know that %s has params.%s", code, param)
			}
		}
	}
	for code := range door.Codes() {
		if !described[string(code)] {
			t.Errorf("docs/protocol.md does not know the code %s", code)
		}
	}
}

func jsonText(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func TestEveryEventIsDocumented(t *testing.T) {
	events, described := recordedEvents(t), map[string][]string{}
	for _, cells := range rows(section(t, "docs/journal-format.md", "## Events")) {
		described[named(cells[0])] = cells
	}
	for _, kind := range hall.Kinds() {
		cells := described[kind]
		if len(cells) != 4 {
			t.Errorf("docs/journal-format.md does not know %s", kind)
			continue
		}
		if want := events[kind].keys; cells[1] != want {
			t.Errorf("docs/journal-format.md says that %s has the keys %s, but it has %s", kind, cells[1], want)
		}
		if private := cells[3] != ""; private != events[kind].private {
			t.Errorf("docs/journal-format.md is wrong about the private part of %s: %q", kind, cells[3])
		}
	}
	for _, name := range []string{"Item", "Why", "Runner", "Promise", "Target", "Pause", "Secret"} {
		if cells := described[name]; len(cells) != 2 || cells[1] != keysOf(t, name) {
			t.Errorf("docs/journal-format.md is wrong about the map %s: %q, it has %s", name, cells, keysOf(t, name))
		}
	}
}

// shapes are the types of every answer and every view.
var shapes = []reflect.Type{reflect.TypeFor[public.HoldersTicket](), reflect.TypeFor[public.StaffsTicket](), reflect.TypeFor[public.Window](), reflect.TypeFor[kiosk.Hall](),
	reflect.TypeFor[kiosk.TicketView](), reflect.TypeFor[display.Board](), reflect.TypeFor[counter.View](), reflect.TypeFor[counter.Places](),
	reflect.TypeFor[supervisor.Live](), reflect.TypeFor[supervisor.TicketList](), reflect.TypeFor[supervisor.SeatList](), reflect.TypeFor[supervisor.StatsAnswer](), reflect.TypeFor[supervisor.Closing](),
	reflect.TypeFor[supervisor.DayState](), reflect.TypeFor[server.SessionView](), reflect.TypeFor[server.TerminalView](), reflect.TypeFor[server.NewTerminal](),
	reflect.TypeFor[server.PairingView](), reflect.TypeFor[server.PairingState](), reflect.TypeFor[server.ClaimView](), reflect.TypeFor[server.AccountView]()}

// memberNames collects the names of all members of a type, those inside of them too.
func memberNames(of reflect.Type, into map[string]bool) {
	switch of.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		memberNames(of.Elem(), into)
	case reflect.Struct:
		for i := range of.NumField() {
			f := of.Field(i)
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
				into[name] = true
			}
			memberNames(f.Type, into)
		}
	}
}

var memberName = regexp.MustCompile(`"([A-Za-z0-9]+)"`)

func TestEveryMemberOfAViewIsDocumented(t *testing.T) {
	there, described := map[string]bool{}, map[string]bool{}
	for _, shape := range shapes {
		memberNames(shape, there)
	}
	for _, m := range memberName.FindAllStringSubmatch(section(t, "docs/protocol.md", "### Views and shapes"), -1) {
		described[m[1]] = true
	}
	for name := range there {
		if !described[name] {
			t.Errorf("docs/protocol.md does not know the member %s of a view or an answer", name)
		}
	}
	for name := range described {
		if !there[name] && name != "ticket" {
			t.Errorf("docs/protocol.md describes the member %s, which no view and no answer has", name)
		}
	}
}

// TestEveryBodyIsDocumented compares the bodies and the answers of the table of routes with the served description.
func TestEveryBodyIsDocumented(t *testing.T) {
	p := startProcess(t, t.TempDir(), "127.0.0.1:0")
	var api apiDoc
	client{base: p.Base}.must(t, "GET", "/api/v1/openapi.json", nil).into(t, &api)
	routes := routeRows(t)
	for path, methods := range api.Paths {
		for method, op := range methods {
			route := strings.ToUpper(method) + " " + path
			cells := routes[route]
			if len(cells) != 5 {
				t.Errorf("docs/protocol.md has no whole row for %s", route)
				continue
			}
			api.compareBody(t, route, op, cells[2])
			for status := range op.Responses {
				if status[0] == '2' && !strings.Contains(cells[3], status) {
					t.Errorf("docs/protocol.md does not say that %s answers %s", route, status)
				}
			}
		}
	}
}

func TestEveryBoundIsDocumented(t *testing.T) {
	constants, described := constantsOf(t, "server/hall", "server", "server/auth", "server/live", "server/journal", "server/supervisor", "server/gate", "kiosk"), map[string]bool{}
	for _, cells := range rows(section(t, "docs/protocol.md", "## Bounds"))[1:] {
		for _, m := range codeWord.FindAllStringSubmatch(cells[2], -1) {
			described[m[1]] = true
			value, known := constants[m[1]]
			if !known {
				t.Errorf("docs/protocol.md names the bound %s, which is not in the program", m[1])
			} else if !slices.Contains(regexp.MustCompile(`\d+`).FindAllString(cells[1], -1), value) {
				t.Errorf("docs/protocol.md says that %s is %s, but it is %s", m[1], cells[1], value)
			}
		}
	}
	for name := range constants {
		if (strings.HasPrefix(name, "hall.Max") || strings.HasPrefix(name, "journal.Max")) && !described[name] {
			t.Errorf("docs/protocol.md does not know the bound %s", name)
		}
	}
}

func TestEveryCommandIsDocumented(t *testing.T) {
	readme := section(t, "README.md", "## A real hall")
	for _, c := range commands() {
		if c.name != "help" && !strings.Contains(readme, "`jiaohao "+c.name) {
			t.Errorf("README.md does not know jiaohao %s", c.name)
		}
	}
}

// TestEveryDecisionIsIndexed: each note is listed once, under its own title.
func TestEveryDecisionIsIndexed(t *testing.T) {
	index := page(t, "docs/decisions/README.md")
	notes, err := filepath.Glob("docs/decisions/0*.md")
	if err != nil || len(notes) < 10 {
		t.Fatalf("%d notes, %v", len(notes), err)
	}
	for _, note := range notes {
		title, _, _ := strings.Cut(strings.TrimPrefix(page(t, note), "# "), "\n")
		_, title, _ = strings.Cut(title, ". ")
		if !strings.Contains(index, "["+title+"]("+filepath.Base(note)+")") {
			t.Errorf("docs/decisions/README.md does not list [%s](%s)", title, filepath.Base(note))
		}
	}
}

var pageLink = regexp.MustCompile(`\]\(([^)#:]*)(#[^)]*)?\)`)

// TestLinks follows every link between the pages, to the heading where one is named.
func TestLinks(t *testing.T) {
	var pages []string
	for _, pattern := range []string{"docs/*.md", "docs/decisions/*.md", "README*.md", "assets/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v %v", pattern, found, err)
		}
		pages = append(pages, found...)
	}
	for _, from := range pages {
		for _, link := range pageLink.FindAllStringSubmatch(page(t, from), -1) {
			follow(t, from, link[1], link[2])
		}
	}
}

func follow(t *testing.T, from, to, anchor string) {
	t.Helper()
	target := from
	if to != "" {
		target = filepath.Join(filepath.Dir(from), to)
	}
	if _, err := os.Stat(target); err != nil {
		t.Errorf("%s links to %s, which is not there", from, to)
		return
	}
	if anchor == "" {
		return
	}
	for _, line := range strings.Split(page(t, target), "\n") {
		if heading, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && line[0] == '#' && "#"+strings.ReplaceAll(strings.ToLower(heading), " ", "-") == anchor {
			return
		}
	}
	t.Errorf("%s links to %s%s, where there is no such heading", from, to, anchor)
}
