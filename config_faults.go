package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Fault is one thing wrong with a configuration.
type Fault struct {
	Source  string // the file, or the environment variable
	Line    int    // of the file, from 1; 0 when it has no place there
	Pointer string // the key, for instance plan.services[3].prefix
	Text    string // what is wrong, in English, for the operator
}

// String gives "config.yaml:123: plan.services[3].prefix: what is wrong".
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.Source)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
	}
	if f.Pointer != "" {
		b.WriteString(": " + f.Pointer)
	}
	return b.String() + ": " + f.Text
}

// Faults is everything wrong with a configuration.
type Faults []Fault

// Error gives one line for each fault.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}

// nearest names the known key that a misspelt one probably means, or all of them when none is near.
func nearest[V any](wrong string, known map[string]V) string {
	names := slices.Sorted(maps.Keys(known))
	if len(names) == 0 {
		return "no keys are known here"
	}
	best := slices.MinFunc(names, func(a, b string) int { return misspelling(wrong, a) - misspelling(wrong, b) })
	if misspelling(wrong, best) > max(2, len(best)/2) {
		return "known are " + strings.Join(names, ", ")
	}
	return "do you mean " + best + "?"
}

// misspelling is the Levenshtein distance of two names without regard to case.
func misspelling(a, b string) int {
	from, to := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		corner := row[0]
		row[0] = i + 1
		for j, s := range to {
			change := corner
			if r != s {
				change++
			}
			corner = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(to)]
}
