package main

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode"
)

// setting is one key of the process with its default, whose type is the key's.
type setting struct {
	key   string
	value any
}

// settings are all keys outside the plan. The shipped file says the same but for demo: whoever writes a file of their own
// and forgets that key must not run a hall with known passwords.
var settings = []setting{
	{"listen", "127.0.0.1:8080"},
	{"data", "./data"},
	{"demo", false},
	{"publicURL", ""},
	{"log.level", "info"},
	{"log.format", "text"},
	{"limits.socketsPerAddress", 512},
	{"limits.sockets", 12000},
	{"limits.connectionsPerAddress", 256},
	{"limits.connections", 4000},
	{"limits.tickets.perMinute", 60},
	{"limits.tickets.burst", 3},
	{"limits.actions.perMinute", 30},
	{"limits.actions.burst", 10},
	{"limits.unknown.perMinute", 30},
	{"limits.unknown.burst", 30},
	{"limits.signIns.perMinute", 60},
	{"limits.signIns.burst", 60},
	{"limits.requests.perMinute", 3000},
	{"limits.requests.burst", 200},
	{"session.idleMinutes", 30},
	{"session.absoluteHours", 12},
	{"snapshot.everyRecords", 20000},
	{"disk.warnMB", 1024},
	{"disk.ballastMB", 64},
	{"tls.cert", ""},
	{"tls.key", ""},
	{"tls.auto", false},
	{"tls.names", ""},
	{"tls.rootListen", ""},
}

const envPrefix = "JIAOHAO_"

// env is the environment name of a setting: log.level is JIAOHAO_LOG_LEVEL, publicURL JIAOHAO_PUBLIC_URL.
func (s setting) env() string {
	var b strings.Builder
	b.WriteString(envPrefix)
	last := ' '
	for _, r := range s.key {
		if unicode.IsUpper(r) && unicode.IsLower(last) {
			b.WriteByte('_')
		}
		if last = r; r == '.' {
			r = '_'
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

// parse reads the text of an environment variable as the setting's type.
func (s setting) parse(text string) (any, error) {
	switch s.value.(type) {
	case bool:
		if text != "true" && text != "false" {
			return nil, fmt.Errorf("must be true or false, not %q", text)
		}
		return text == "true", nil
	case int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("must be a whole number, not %q", text)
		}
		return n, nil
	}
	return text, nil
}

// environment is what the environment says.
type environment struct {
	values   map[string]any    // by key
	names    map[string]string // by key, of the variable that set it
	faults   Faults
	warnings []string
}

func readEnvironment(environ []string) environment {
	e := environment{values: map[string]any{}, names: map[string]string{}}
	known := map[string]setting{}
	for _, s := range settings {
		known[s.env()] = s
	}
	for _, line := range environ {
		name, text, _ := strings.Cut(line, "=")
		if s, ok := known[name]; ok {
			e.take(name, s, text)
		} else if strings.HasPrefix(name, envPrefix) {
			e.warnings = append(e.warnings, name+" is in the environment but is no setting; "+nearest(name, known))
		}
	}
	return e
}

func (e *environment) take(name string, s setting, text string) {
	value, err := s.parse(text)
	if err != nil {
		e.faults = append(e.faults, Fault{Source: name, Text: err.Error()})
		return
	}
	e.values[s.key], e.names[s.key] = value, name
}

// member is one key of a group: the type of its value, and its place in the struct.
type member struct {
	name  string
	index int
	kind  reflect.Type
}

// members lists the keys of a struct as the file writes them, in the order of the struct.
func members(t reflect.Type) []member {
	var list []member
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if own := f.Tag.Get("mapstructure"); own != "" {
			name = own
		}
		if f.IsExported() {
			list = append(list, member{name, i, f.Type})
		}
	}
	return list
}
