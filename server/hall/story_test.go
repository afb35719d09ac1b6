package hall

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write the results of stories and the golden files anew")

// story is one file of testdata/stories: what people do in a hall, line by line, and under each line, indented, what
// follows from it. Everything indented is made by the rules and compared with what the file says.
type story struct {
	*drill
	t    testing.TB
	plan *Plan
	sets []string // settings before the hall is founded
	date string
}

// TestStories tells every story again. With -rewrite the results are written into the files; read what changed.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/stories/*.txt")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d stories, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { tell(t, file) })
	}
}

func tell(t *testing.T, file string) {
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := &story{t: t, date: "2026-11-23"}
	var told strings.Builder
	for i, line := range strings.Split(strings.TrimRight(string(want), "\n"), "\n") {
		if strings.HasPrefix(line, "    ") {
			continue
		}
		told.WriteString(line + "\n")
		results, err := s.line(line)
		if err != nil {
			t.Fatalf("%s:%d: %s: %v", file, i+1, line, err)
		}
		for _, r := range results {
			told.WriteString("    " + r + "\n")
		}
	}
	s.foldAgain()
	if *rewrite {
		if err := os.WriteFile(file, []byte(told.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	compareTold(t, file, string(want), told.String())
}

func compareTold(t *testing.T, file, want, got string) {
	t.Helper()
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			t.Fatalf("%s:%d\n  is told %q\n  the file says %q", file, i+1, g[i], w[i])
		}
	}
	if len(w) != len(g) {
		t.Fatalf("%s: %d lines are told, the file has %d", file, len(g), len(w))
	}
}

// foldAgain reads the story back from its records, without their private parts, and finds the same state.
func (s *story) foldAgain() {
	if s.drill == nil {
		s.t.Fatal("nothing happens in the story")
	}
	w, err := fold(s.records)
	if err != nil {
		s.t.Fatal(err)
	}
	if hashOf(s.t, w.Publish()) != hashOf(s.t, s.state()) {
		s.t.Error("the state read back from the records is another one")
	}
}

var (
	stepForm = regexp.MustCompile(`^(\d\d:\d\d(?::\d\d)?) (\S+) (\S+)(?: (.*))?$`)
	wordForm = regexp.MustCompile(`"[^"]*"|\S+`)
)

// line takes one line of a story: a comment, a setting, a date, or somebody doing something.
func (s *story) line(line string) ([]string, error) {
	words := strings.Fields(line)
	switch {
	case len(words) == 0 || words[0] == "#":
		return nil, nil
	case words[0] == "with" && s.drill == nil:
		s.sets = append(s.sets, words[1:]...)
		return nil, nil
	case words[0] == "date" && len(words) == 2:
		s.date = words[1]
		return nil, nil
	}
	m := stepForm.FindStringSubmatch(line)
	if m == nil {
		return nil, errors.New("this is no step: time, who, what")
	}
	return s.step(m[1], m[2], m[3], wordForm.FindAllString(m[4], -1))
}

func (s *story) step(hour, who, verb string, rest []string) ([]string, error) {
	if len(hour) == 5 {
		hour += ":00"
	}
	if s.drill == nil {
		if err := s.found(hour); err != nil {
			return nil, err
		}
	}
	now := clock(s.w.b.plan, s.date, hour)
	if now < s.now {
		return nil, errors.New("the story goes back in time")
	}
	s.now = now
	a := &args{list: rest}
	if show, known := shows[verb]; known && who == "show" {
		return show(s, a), a.done()
	}
	make, known := verbs[verb]
	if !known {
		return nil, fmt.Errorf("nobody knows how to %q", verb)
	}
	o := Order{By: s.actor(who), Do: make(s, a)}
	if a.take("key") {
		o.Key, o.Digest = a.next(), []byte(verb+strings.Join(rest, " "))
	}
	if err := a.done(); err != nil {
		return nil, err
	}
	return s.results(o), nil
}

// found begins the hall of the story with the county's plan and the story's settings.
func (s *story) found(hour string) error {
	var err error
	if s.plan, err = s.planWith(s.sets); err != nil {
		return err
	}
	if faults := s.plan.Check(); len(faults) > 0 {
		return fmt.Errorf("the plan: %s", faults[0])
	}
	s.drill = &drill{w: NewWorking(), now: clock(s.plan, s.date, hour)}
	for _, c := range []Command{Found{Hall: "county", Epoch: "story"}, Start{Version: "story"}, SetPlan{Plan: s.plan, Hash: "first", Source: FromConfig}} {
		s.must(s.t, system, c)
	}
	return nil
}

// planWith reads the county's plan and changes values in it: calendar.issueAtLunch=true, services.2.prefix=Z, windows.5=gone.
func (s *story) planWith(sets []string) (*Plan, error) {
	text, err := os.ReadFile("testdata/plans/county.json")
	if err != nil {
		return nil, err
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		return nil, err
	}
	for _, set := range sets {
		path, value, _ := strings.Cut(set, "=")
		tree = change(tree, strings.Split(path, "."), value)
	}
	text, err = json.Marshal(tree)
	if err != nil {
		return nil, err
	}
	p := new(Plan)
	return p, json.Unmarshal(text, p)
}

// change puts a value into decoded JSON; "gone" takes a member of a list away.
func change(tree any, path []string, value string) any {
	if len(path) == 0 {
		var v any
		if json.Unmarshal([]byte(value), &v) != nil {
			v = value
		}
		return v
	}
	if list, ok := tree.([]any); ok {
		i, _ := strconv.Atoi(path[0])
		if value == "gone" && len(path) == 1 {
			return slices.Delete(list, i, i+1)
		}
		list[i] = change(list[i], path[1:], value)
		return list
	}
	members := tree.(map[string]any)
	members[path[0]] = change(members[path[0]], path[1:], value)
	return members
}

func (s *story) actor(who string) Actor {
	switch who {
	case "kiosk":
		return Actor{Kind: Terminal, ID: "kiosk-1"}
	case "citizen":
		return Actor{Kind: Citizen}
	case "hall":
		return system
	}
	return person(s.w.b.plan, who)
}

// results does what is ordered and tells what happened.
func (s *story) results(o Order) []string {
	if _, due := o.Do.(timePasses); due {
		return s.whatTimeAsks()
	}
	events, answer, err := s.do(o)
	var r *Refusal
	if errors.As(err, &r) {
		return []string{"refused: " + r.Error()}
	}
	var lines []string
	for _, e := range events {
		lines = append(lines, s.words(e)...)
	}
	switch {
	case answer.Replayed:
		lines = append(lines, fmt.Sprintf("answered as before: record %d, %s", answer.Seq, s.legName(answer.Leg)))
	case answer.None:
		lines = append(lines, "nobody is called")
	case len(events) == 0:
		lines = append(lines, "nothing changes")
	}
	return lines
}

func (s *story) whatTimeAsks() []string {
	var lines []string
	for range 20 {
		commands, next := Due(s.state(), s.now)
		if len(commands) == 0 {
			return append(lines, "next look at "+s.moment(next))
		}
		for _, c := range commands {
			lines = append(lines, s.results(Order{By: system, Do: c})...)
		}
	}
	return append(lines, "and so on")
}
