package phone

import (
	"fmt"
	"html/template"
	"strings"
	"sync"

	"jiaohao/assets"
)

var icons sync.Map // name → template.HTML

// icon gives a vendored drawing as markup. It is silent: its word stands beside it.
func icon(name string) (template.HTML, error) {
	if known, ok := icons.Load(name); ok {
		return known.(template.HTML), nil
	}
	data, err := assets.Read("vendor/lucide/" + name + ".svg")
	if err != nil {
		return "", fmt.Errorf("no drawing %q: %w", name, err)
	}
	_, after, _ := strings.Cut(string(data), "<svg")
	_, shapes, _ := strings.Cut(after, ">")
	drawing := template.HTML(`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">` + shapes) //nolint:gosec // a file of ours
	icons.Store(name, drawing)
	return drawing, nil
}

// mouths of the five faces, all of one outline and colour.
var mouths = map[int]string{
	5: `<path d="M7.5 13.5a4.6 4.6 0 0 0 9 0z"/>`,
	4: `<path d="M8 14.2a4.6 4.6 0 0 0 8 0"/>`,
	3: `<path d="M8.3 15h7.4"/>`,
	2: `<path d="M8 16.4a4.6 4.6 0 0 1 8 0"/>`,
	1: `<path d="M8 16.8a4.6 4.6 0 0 1 8 0M7.2 8l2.6 1.3M16.8 8l-2.6 1.3"/>`,
}

// face draws how satisfied a level is.
func face(level int) template.HTML {
	return template.HTML(`<svg class="icon face" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><circle cx="12" cy="12" r="10"/>` + //nolint:gosec // constants of this file
		`<path d="M9 9.9v.2M15 9.9v.2"/>` + mouths[level] + `</svg>`)
}
