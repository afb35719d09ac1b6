package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var testFunction = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)

// testNames collects the names of all tests in the tree.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range testFunction.FindAllSubmatch(source, -1) {
			names[string(m[1])] = true
		}
		return err
	})
	if err != nil || len(names) < 100 {
		t.Fatalf("%d tests, %v", len(names), err)
	}
	return names
}

// TestEveryPromiseOfSecurityHasItsTest holds the table of requirements to the tests that it names.
func TestEveryPromiseOfSecurityHasItsTest(t *testing.T) {
	names, table := testNames(t), rows(section(t, "docs/security.md", "## ASVS 5.0.0, level 2"))
	if len(table) < 30 {
		t.Fatalf("the table has only %d rows", len(table))
	}
	for _, cells := range table {
		last := cells[len(cells)-1]
		held := codeWord.FindAllStringSubmatch(last, -1)
		if len(held) == 0 && last != "held by" {
			t.Errorf("%s %s: no test holds it", cells[0], cells[1])
		}
		for _, m := range held {
			if !names[m[1]] {
				t.Errorf("%s %s: there is no test %s", cells[0], cells[1], m[1])
			}
		}
	}
}
