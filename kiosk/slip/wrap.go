package slip

import (
	"strings"
	"unicode"
)

// run is a stretch of text in one size and weight.
type run struct {
	text  string
	size  float64
	style string
}

// Characters that must not begin a line, and those that must not end one.
const (
	notFirst = "，。、；：？！）》」』】〉…·,.;:?!)%"
	notLast  = "（《「『【〈("
)

// pieces cuts runs where a line may end: between two Han characters, or after a space.
func pieces(runs []run) []run {
	var out []run
	for _, r := range runs {
		for _, c := range r.text {
			if n := len(out); n > 0 && glued(out[n-1], c, r) {
				out[n-1].text += string(c)
				continue
			}
			out = append(out, run{string(c), r.size, r.style})
		}
	}
	return out
}

// glued says whether a character belongs to the piece before it.
func glued(last run, c rune, r run) bool {
	if last.style != r.style || last.size != r.size {
		return false
	}
	prev := []rune(last.text)[len([]rune(last.text))-1]
	if strings.ContainsRune(notFirst, c) || strings.ContainsRune(notLast, prev) || c == ' ' {
		return true
	}
	return prev != ' ' && !breakable(prev) && !breakable(c)
}

func breakable(c rune) bool {
	return unicode.Is(unicode.Han, c) || c == geta || strings.ContainsRune(notFirst+notLast, c) && c > 0x7F
}

// wrap breaks runs into lines of at most room dots. Every character is kept, only spaces at the end of a line go.
func (r *ruler) wrap(runs []run, room float64) [][]run {
	var lines [][]run
	var line []run
	used := 0.0
	for _, p := range r.split(pieces(runs), room) {
		w := r.width(strings.TrimRight(p.text, " "), p.size, p.style)
		if used+w > room && len(line) > 0 {
			lines, line, used = append(lines, trimmed(line)), nil, 0
		}
		line = joined(line, p)
		used += r.width(p.text, p.size, p.style)
	}
	if len(line) > 0 {
		lines = append(lines, trimmed(line))
	}
	return lines
}

// split cuts pieces that alone are longer than a line.
func (r *ruler) split(all []run, room float64) []run {
	var out []run
	for _, p := range all {
		if r.width(p.text, p.size, p.style) <= room {
			out = append(out, p)
			continue
		}
		part := ""
		for _, c := range p.text {
			if part != "" && r.width(part+string(c), p.size, p.style) > room {
				out, part = append(out, run{part, p.size, p.style}), ""
			}
			part += string(c)
		}
		out = append(out, run{part, p.size, p.style})
	}
	return out
}

func joined(line []run, p run) []run {
	if n := len(line); n > 0 && line[n-1].style == p.style && line[n-1].size == p.size {
		line[n-1].text += p.text
		return line
	}
	return append(line, p)
}

func trimmed(line []run) []run {
	last := &line[len(line)-1]
	last.text = strings.TrimRight(last.text, " ")
	return line
}
