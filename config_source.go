package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"jiaohao/server/hall"
)

// source is a configuration file as its lines stand: where every key is, and what has not the shape of a [Config]. viper
// knows no lines, takes keys in any case and drops what it does not know, so the shape is checked here first.
type source struct {
	name   string
	lines  map[string]int // by pointer
	faults Faults
}

func readSource(name string, text []byte) *source {
	s := &source{name: name, lines: map[string]int{}}
	if at := invalidUTF8(text); at > 0 {
		s.fault(at, "", "is not UTF-8 text; save the file again as UTF-8 (the editor may have used GBK)")
		return s
	}
	var document, second yaml.Node
	reader := yaml.NewDecoder(bytes.NewReader(text))
	switch err := reader.Decode(&document); {
	case errors.Is(err, io.EOF):
		return s
	case err != nil:
		s.unreadable(err)
		return s
	}
	s.value("", document.Content[0], reflect.TypeFor[Config]())
	if err := reader.Decode(&second); err == nil {
		s.fault(second.Line, "", "a second document begins here, after ---; it would be ignored")
	} else if !errors.Is(err, io.EOF) {
		s.unreadable(err)
	}
	return s
}

// invalidUTF8 gives the first line that is not UTF-8, 0 if all is.
func invalidUTF8(text []byte) int {
	for i, line := range bytes.Split(text, []byte("\n")) {
		if !utf8.Valid(line) {
			return i + 1
		}
	}
	return 0
}

func (s *source) fault(line int, pointer, format string, args ...any) {
	s.faults = append(s.faults, Fault{s.name, line, pointer, fmt.Sprintf(format, args...)})
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

func (s *source) unreadable(err error) {
	line, text := 0, err.Error()
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		text = m[2]
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = n
		}
	}
	s.fault(line, "", "is not YAML: %s", text)
}

// value checks one value against the type that it is to have.
func (s *source) value(at string, n *yaml.Node, t reflect.Type) {
	if n.Kind == yaml.AliasNode {
		s.fault(n.Line, at, "aliases are not understood here; write the value out")
		return
	}
	switch empty := n.ShortTag() == "!!null"; t.Kind() {
	case reflect.Struct:
		if n.Kind == yaml.MappingNode {
			s.group(at, n, t)
		} else if !empty {
			s.fault(n.Line, at, "must be a group of keys")
		}
	case reflect.Slice:
		if n.Kind == yaml.SequenceNode {
			s.list(at, n, t.Elem())
		} else if !empty {
			s.fault(n.Line, at, "must be a list")
		}
	default:
		if text := scalarFault(n, t.Kind()); text != "" {
			s.fault(n.Line, at, "%s", text)
		} else if value, is := defaultRules[at]; is && isZero(n) {
			s.fault(n.Line, at, "0 cannot be said, the least is 1; leave the key out for the usual %d", value)
		}
	}
}

func (s *source) list(at string, n *yaml.Node, t reflect.Type) {
	for i, element := range n.Content {
		place := fmt.Sprintf("%s[%d]", at, i)
		s.lines[place] = element.Line
		s.value(place, element, t)
	}
}

func (s *source) group(at string, n *yaml.Node, t reflect.Type) {
	known, first := map[string]reflect.Type{}, map[string]int{}
	for _, m := range members(t) {
		known[m.name] = m.kind
	}
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i]
		place := strings.TrimPrefix(at+"."+key.Value, ".")
		kind, ok := known[key.Value]
		switch line, twice := first[key.Value]; {
		case !ok:
			s.fault(key.Line, place, "there is no such key; %s", nearest(key.Value, known))
		case twice:
			s.fault(key.Line, place, "is said twice, first on line %d", line)
		default:
			first[key.Value], s.lines[place] = key.Line, key.Line
			s.value(place, n.Content[i+1], kind)
		}
	}
}

// defaultRules are the rules for which a plan knows no 0: only the file still shows whether one was written.
var defaultRules = func() map[string]int {
	rules := map[string]int{}
	for key, value := range hall.DefaultRules() {
		rules["plan.rules."+key] = value
	}
	return rules
}()

func isZero(n *yaml.Node) bool {
	var value int
	return n.Decode(&value) == nil && value == 0
}

// scalarFault says why a value is not of the kind; "" = it is.
func scalarFault(n *yaml.Node, kind reflect.Kind) string {
	tag := n.ShortTag()
	switch {
	case tag == "!!null":
		return "has no value"
	case kind == reflect.String && n.Kind != yaml.ScalarNode:
		return "must be a text"
	case kind == reflect.String && tag != "!!str":
		return fmt.Sprintf("must be a text: write it in quotes, %q", n.Value)
	case kind == reflect.Bool && tag != "!!bool":
		return fmt.Sprintf("must be true or false, not %q", n.Value)
	case kind == reflect.Int && (tag != "!!int" || n.Decode(new(int)) != nil):
		return fmt.Sprintf("must be a whole number, not %q", n.Value)
	case kind == reflect.Float64 && !finite(n):
		return fmt.Sprintf("must be a number, not %q", n.Value)
	}
	return ""
}

// finite also refuses YAML's .nan and .inf, which no comparison with a bound would catch.
func finite(n *yaml.Node) bool {
	var f float64
	tag := n.ShortTag()
	return (tag == "!!int" || tag == "!!float") && n.Decode(&f) == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
}

// place says where the faults of the values stand: in a variable of the environment, or on a line of the file. A key that is
// not written is placed at the group it belongs to. Faults come in the order of the lines, so that one pass of the file mends them.
func (s *source) place(faults []hall.Fault, env environment) Faults {
	placed := make(Faults, len(faults))
	for i, f := range faults {
		if name, ok := env.names[f.Pointer]; ok {
			placed[i] = Fault{Source: name, Text: f.Text}
			continue
		}
		placed[i] = Fault{Source: s.name, Line: s.line(f.Pointer), Pointer: f.Pointer, Text: f.Text}
	}
	slices.SortStableFunc(placed, func(a, b Fault) int { return a.Line - b.Line })
	return placed
}

func (s *source) line(pointer string) int {
	for pointer != "" {
		if line, ok := s.lines[pointer]; ok {
			return line
		}
		pointer = pointer[:max(0, strings.LastIndexAny(pointer, ".["))]
	}
	return 0
}
