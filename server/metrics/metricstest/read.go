// Package metricstest knows the text format of Prometheus, as strictly as it can be read. It must never know which families
// there should be.
package metricstest

import (
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Family is one family as read.
type Family struct {
	Kind, Help string
	// Values are by their label pairs as written, for instance `class="2xx"`; "" for none. A histogram's have the
	// suffix before them: `_bucket le="0.1"`, `_sum`, `_count`.
	Values map[string]float64
}

var (
	name     = `[a-zA-Z_:][a-zA-Z0-9_:]*`
	pair     = `[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\n"])*"`
	helpLine = regexp.MustCompile(`^# HELP (` + name + `) ((?:[^\\\n]|\\[\\n"])+)$`)
	typeLine = regexp.MustCompile(`^# TYPE (` + name + `) (counter|gauge|histogram)$`)
	value    = regexp.MustCompile(`^(` + name + `)(?:\{((?:` + pair + `)(?:,` + pair + `)*)\})? (\S+)$`)
)

// Read reads a whole answer. Errors name the line: a family without help or type, in pieces or twice, a value twice, a
// counter whose name does not end in _total or that is below zero, a histogram whose buckets fall or disagree with their count.
func Read(r io.Reader) (map[string]Family, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	body, whole := strings.CutSuffix(string(text), "\n")
	if !whole {
		return nil, fmt.Errorf("the last line has no end")
	}
	p := parser{families: map[string]Family{}}
	for i, line := range strings.Split(body, "\n") {
		if err := p.line(line); err != nil {
			return nil, fmt.Errorf("line %d, %q: %w", i+1, line, err)
		}
	}
	for n, f := range p.families {
		if err := f.check(n); err != nil {
			return nil, fmt.Errorf("%s: %w", n, err)
		}
	}
	return p.families, nil
}

type parser struct {
	families map[string]Family
	helped   string
	current  string
	help     string
}

func (p *parser) line(line string) error {
	if m := helpLine.FindStringSubmatch(line); m != nil {
		p.helped, p.help, p.current = m[1], m[2], ""
		return nil
	}
	if m := typeLine.FindStringSubmatch(line); m != nil {
		return p.begin(m[1], m[2])
	}
	m := value.FindStringSubmatch(line)
	if m == nil {
		return fmt.Errorf("is neither a comment nor a value")
	}
	v, err := strconv.ParseFloat(m[3], 64)
	if err != nil {
		return err
	}
	return p.value(m[1], m[2], v)
}

func (p *parser) begin(name, kind string) error {
	if _, twice := p.families[name]; twice || p.helped != name {
		return fmt.Errorf("the family is there twice, or has no help before it")
	}
	p.current = name
	p.families[name] = Family{Kind: kind, Help: p.help, Values: map[string]float64{}}
	return nil
}

func (p *parser) value(name, labels string, v float64) error {
	f, key := p.families[p.current], labels
	suffix, of := strings.CutPrefix(name, p.current)
	switch {
	case p.current == "" || !of:
		return fmt.Errorf("the value is outside of its family")
	case f.Kind == "histogram" && slices.Contains([]string{"_bucket", "_sum", "_count"}, suffix):
		key = strings.TrimSpace(suffix + " " + labels)
	case suffix != "":
		return fmt.Errorf("the value is outside of its family")
	}
	if _, twice := f.Values[key]; twice {
		return fmt.Errorf("the value is there twice")
	}
	f.Values[key] = v
	return nil
}

func (f Family) check(name string) error {
	if (f.Kind == "counter") != strings.HasSuffix(name, "_total") {
		return fmt.Errorf("a %s of this name", f.Kind)
	}
	for key, v := range f.Values {
		if f.Kind != "gauge" && (v < 0 || math.IsNaN(v)) {
			return fmt.Errorf("%s counts %v", key, v)
		}
	}
	if f.Kind == "histogram" {
		return f.checkBuckets()
	}
	return nil
}

var bucket = regexp.MustCompile(`^_bucket (?:(.*),)?le="([^"]+)"$`)

// checkBuckets holds every series to rising buckets that end with its count.
func (f Family) checkBuckets() error {
	series := map[string][][2]float64{}
	for key, n := range f.Values {
		if m := bucket.FindStringSubmatch(key); m != nil {
			le, err := strconv.ParseFloat(m[2], 64)
			if err != nil {
				return err
			}
			series[m[1]] = append(series[m[1]], [2]float64{le, n})
		} else if strings.HasPrefix(key, "_bucket") {
			return fmt.Errorf("%s has no bound", key)
		}
	}
	for labels, buckets := range series {
		slices.SortFunc(buckets, func(a, b [2]float64) int { return slices.Compare(a[:], b[:]) })
		rising := slices.IsSortedFunc(buckets, func(a, b [2]float64) int { return int(a[1] - b[1]) })
		last := buckets[len(buckets)-1]
		count, counted := f.Values[strings.TrimSpace("_count "+labels)]
		_, summed := f.Values[strings.TrimSpace("_sum "+labels)]
		if !rising || !math.IsInf(last[0], 1) || !counted || !summed || last[1] != count {
			return fmt.Errorf("the buckets of %q do not rise to their count", labels)
		}
	}
	return nil
}
