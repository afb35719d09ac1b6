package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"jiaohao/server/hall"
)

// DiffPlans lists what differs between two plans, a line each: what was added (+), taken away (-) or changed (old → new).
// Elements are named by id. Plans with the same [PlanHash] give none.
func DiffPlans(old, now *hall.Plan) []string {
	d := &planDiff{}
	d.values("", canonical(old), canonical(now))
	return d.lines
}

type planDiff struct{ lines []string }

func (d *planDiff) add(format string, args ...any) {
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

func (d *planDiff) values(at string, old, now any) {
	oldGroup, ok1 := old.(map[string]any)
	nowGroup, ok2 := now.(map[string]any)
	oldList, ok3 := old.([]any)
	nowList, ok4 := now.([]any)
	switch {
	case ok1 && ok2 || ok1 && now == nil || ok2 && old == nil:
		d.groups(at, oldGroup, nowGroup)
	case ok3 && ok4 || ok3 && now == nil || ok4 && old == nil:
		d.lists(at, oldList, nowList)
	case shown(old) != shown(now):
		d.add("%s: %s → %s", at, shown(old), shown(now))
	}
}

func (d *planDiff) groups(at string, old, now map[string]any) {
	all := maps.Clone(now)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, old)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		d.values(strings.TrimPrefix(at+"."+key, "."), old[key], now[key])
	}
}

// lists compares element by element, where an element is known by its id, or by its place when it has none.
func (d *planDiff) lists(at string, old, now []any) {
	oldKeys, nowKeys := keys(old), keys(now)
	if oldKeys == nil || nowKeys == nil {
		oldKeys, nowKeys = places(len(old)), places(len(now))
	}
	var stayed []string
	for i, key := range oldKeys {
		place := slices.Index(nowKeys, key)
		if place < 0 {
			d.add("- %s[%s]%s", at, key, title(old[i]))
			continue
		}
		stayed = append(stayed, key)
		d.values(at+"["+key+"]", old[i], now[place])
	}
	for i, key := range nowKeys {
		if !slices.Contains(oldKeys, key) {
			d.add("+ %s[%s]%s", at, key, title(now[i]))
		}
	}
	kept := slices.DeleteFunc(slices.Clone(nowKeys), func(key string) bool { return !slices.Contains(oldKeys, key) })
	if !slices.Equal(stayed, kept) {
		d.add("%s: the order changed", at)
	}
}

// keys names the elements of a list: by id, date or service, plain ones by themselves; nil if that does not tell them apart.
func keys(list []any) []string {
	names := make([]string, 0, len(list))
	for _, element := range list {
		name := key(element)
		if name == "" || slices.Contains(names, name) {
			return nil
		}
		names = append(names, name)
	}
	return names
}

func key(element any) string {
	group, ok := element.(map[string]any)
	if !ok {
		return fmt.Sprint(element)
	}
	for _, name := range []string{"id", "date", "service"} {
		if id, ok := group[name].(string); ok {
			return id
		}
	}
	return ""
}

func places(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprint(i)
	}
	return names
}

// title is what people call an element, after a blank; "" when its key says all.
func title(element any) string {
	group, ok := element.(map[string]any)
	if !ok {
		return ""
	}
	for _, field := range []string{"name", "label", "text"} {
		switch name := group[field].(type) {
		case string:
			return " " + name
		case map[string]any:
			return fmt.Sprint(" ", name["zh"])
		}
	}
	return " " + shown(element)
}

// shown is a value as people read it.
func shown(value any) string {
	if value == nil {
		return "nothing"
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return fmt.Sprint(value)
	}
	return strings.TrimSpace(b.String())
}
