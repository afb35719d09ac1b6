package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"jiaohao/server"
	"jiaohao/server/door"
	"jiaohao/server/hall"
)

func page(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestDocumentation holds the pages to the program: every route, code, event and command is there.
func TestDocumentation(t *testing.T) {
	protocol, format, readme := page(t, "docs/protocol.md"), page(t, "docs/journal-format.md"), page(t, "README.md")
	for route := range server.Access {
		if !strings.Contains(protocol, "`"+route+"`") {
			t.Errorf("docs/protocol.md does not know %s", route)
		}
	}
	for code := range door.Codes() {
		if !strings.Contains(protocol, "`"+string(code)+"`") {
			t.Errorf("docs/protocol.md does not know the code %s", code)
		}
	}
	for _, kind := range hall.Kinds() {
		if !strings.Contains(format, "| `"+kind+"` |") {
			t.Errorf("docs/journal-format.md does not know %s", kind)
		}
	}
	for _, c := range commands() {
		if !strings.Contains(readme, c.name) {
			t.Errorf("README.md does not know jiaohao %s", c.name)
		}
	}
}

var pageLink = regexp.MustCompile(`\]\(([^)#:]+)\)`)

// TestLinks follows every link between the pages.
func TestLinks(t *testing.T) {
	pages, err := filepath.Glob("docs/*.md")
	decisions, err2 := filepath.Glob("docs/decisions/*.md")
	if err != nil || err2 != nil || len(pages) < 5 || len(decisions) < 10 {
		t.Fatalf("%d pages, %d decisions", len(pages), len(decisions))
	}
	for _, from := range append(append(pages, decisions...), "README.md", "README.zh-CN.md") {
		for _, link := range pageLink.FindAllStringSubmatch(page(t, from), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(from), link[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", from, link[1])
			}
		}
	}
}
