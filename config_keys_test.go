package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"jiaohao/server/hall"
)

// leaves gives the value of every process setting of a configuration by key.
func leaves(c Config) map[string]any {
	found := map[string]any{}
	var walk func(at string, v reflect.Value)
	walk = func(at string, v reflect.Value) {
		for _, m := range members(v.Type()) {
			key := strings.TrimPrefix(at+"."+m.name, ".")
			switch field := v.Field(m.index); {
			case m.kind == reflect.TypeFor[hall.Plan]():
			case m.kind.Kind() == reflect.Struct:
				walk(key, field)
			default:
				found[key] = field.Interface()
			}
		}
	}
	walk("", reflect.ValueOf(c))
	return found
}

func TestEveryKeyHasADefaultAndStandsInTheShippedFile(t *testing.T) {
	c, _, err := load("shipped", shippedConfig, nil)
	if err != nil {
		t.Fatal(err)
	}
	values := leaves(c)
	if len(values) != len(settings) {
		t.Errorf("%d keys, but %d defaults", len(values), len(settings))
	}
	file := readSource("shipped", shippedConfig)
	for _, s := range settings {
		want := s.value
		if s.key == "demo" {
			want = true
		}
		if got, ok := values[s.key]; !ok || got != want {
			t.Errorf("%s is %v in the shipped file, want the default %v", s.key, got, want)
		}
		if file.lines[s.key] == 0 {
			t.Errorf("%s is not written in the shipped file", s.key)
		}
		if !strings.Contains(string(shippedConfig), s.env()) {
			t.Errorf("the shipped file does not name %s", s.env())
		}
	}
}

func TestDefaultsAloneAreARealHall(t *testing.T) {
	c, err := decode(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for key, got := range leaves(c) {
		i := slices.IndexFunc(settings, func(s setting) bool { return s.key == key })
		if i < 0 || settings[i].value != got {
			t.Errorf("%s without a file is %v", key, got)
		}
	}
	if c.Demo {
		t.Error("a file that says nothing about demo must not have known passwords")
	}
}

func TestEnvironmentNames(t *testing.T) {
	want := []string{"JIAOHAO_LISTEN", "JIAOHAO_DATA", "JIAOHAO_DEMO", "JIAOHAO_PUBLIC_URL", "JIAOHAO_LOG_LEVEL", "JIAOHAO_LOG_FORMAT",
		"JIAOHAO_LIMITS_SOCKETS_PER_ADDRESS", "JIAOHAO_LIMITS_SOCKETS", "JIAOHAO_LIMITS_CONNECTIONS_PER_ADDRESS", "JIAOHAO_LIMITS_CONNECTIONS",
		"JIAOHAO_LIMITS_TICKETS_PER_MINUTE", "JIAOHAO_LIMITS_TICKETS_BURST", "JIAOHAO_LIMITS_ACTIONS_PER_MINUTE", "JIAOHAO_LIMITS_ACTIONS_BURST",
		"JIAOHAO_LIMITS_UNKNOWN_PER_MINUTE", "JIAOHAO_LIMITS_UNKNOWN_BURST", "JIAOHAO_LIMITS_SIGN_INS_PER_MINUTE", "JIAOHAO_LIMITS_SIGN_INS_BURST",
		"JIAOHAO_LIMITS_REQUESTS_PER_MINUTE", "JIAOHAO_LIMITS_REQUESTS_BURST", "JIAOHAO_SESSION_IDLE_MINUTES", "JIAOHAO_SESSION_ABSOLUTE_HOURS",
		"JIAOHAO_SNAPSHOT_EVERY_RECORDS", "JIAOHAO_DISK_WARN_MB", "JIAOHAO_DISK_BALLAST_MB", "JIAOHAO_TLS_CERT", "JIAOHAO_TLS_KEY", "JIAOHAO_TLS_AUTO", "JIAOHAO_TLS_NAMES", "JIAOHAO_TLS_ROOT_LISTEN"}
	var got []string
	for _, s := range settings {
		got = append(got, s.env())
	}
	if !slices.Equal(got, want) {
		t.Errorf("the names are %v, want %v", got, want)
	}
}

// Each setting is set by its variable to something that is neither the default nor the shipped value.
func TestEnvironmentGoesBeforeTheFile(t *testing.T) {
	for _, row := range []struct {
		line, key string
		want      any
	}{
		{"JIAOHAO_LISTEN=127.0.0.1:9", "listen", "127.0.0.1:9"},
		{"JIAOHAO_DATA=/srv/hall", "data", "/srv/hall"},
		{"JIAOHAO_DATA=a=b", "data", "a=b"},
		{"JIAOHAO_DEMO=false", "demo", false},
		{"JIAOHAO_PUBLIC_URL=https://h.example", "publicURL", "https://h.example"},
		{"JIAOHAO_LOG_LEVEL=debug", "log.level", "debug"},
		{"JIAOHAO_LOG_FORMAT=json", "log.format", "json"},
		{"JIAOHAO_LIMITS_SOCKETS_PER_ADDRESS=7", "limits.socketsPerAddress", 7},
		{"JIAOHAO_LIMITS_SOCKETS=8", "limits.sockets", 8},
		{"JIAOHAO_LIMITS_CONNECTIONS=99", "limits.connections", 99},
		{"JIAOHAO_LIMITS_TICKETS_PER_MINUTE=0", "limits.tickets.perMinute", 0},
		{"JIAOHAO_LIMITS_SIGN_INS_BURST=7", "limits.signIns.burst", 7},
		{"JIAOHAO_TLS_AUTO=true", "tls.auto", true},
		{"JIAOHAO_TLS_NAMES=hall 10.0.0.1", "tls.names", "hall 10.0.0.1"},
		{"JIAOHAO_SESSION_IDLE_MINUTES=9", "session.idleMinutes", 9},
		{"JIAOHAO_SESSION_ABSOLUTE_HOURS=10", "session.absoluteHours", 10},
		{"JIAOHAO_SNAPSHOT_EVERY_RECORDS=1100", "snapshot.everyRecords", 1100},
	} {
		c, _, err := load("shipped", shippedConfig, []string{"PATH=/bin", row.line})
		if err != nil {
			t.Errorf("%s: %v", row.line, err)
			continue
		}
		for key, got := range leaves(c) {
			if want := shippedValue(key); key != row.key && got != want {
				t.Errorf("%s also made %s %v", row.line, key, got)
			} else if key == row.key && got != row.want {
				t.Errorf("%s made %s %v, want %v", row.line, key, got, row.want)
			}
		}
	}
}

func shippedValue(key string) any {
	if key == "demo" {
		return true
	}
	return settings[slices.IndexFunc(settings, func(s setting) bool { return s.key == key })].value
}

func TestEnvironmentFaults(t *testing.T) {
	for line, want := range map[string]string{
		"JIAOHAO_DEMO=yes":                      `JIAOHAO_DEMO: must be true or false, not "yes"`,
		"JIAOHAO_DEMO=":                         `JIAOHAO_DEMO: must be true or false, not ""`,
		"JIAOHAO_DEMO=1":                        `JIAOHAO_DEMO: must be true or false, not "1"`,
		"JIAOHAO_LIMITS_SOCKETS=many":           `JIAOHAO_LIMITS_SOCKETS: must be a whole number, not "many"`,
		"JIAOHAO_LIMITS_SOCKETS=1.5":            `JIAOHAO_LIMITS_SOCKETS: must be a whole number, not "1.5"`,
		"JIAOHAO_SESSION_IDLE_MINUTES=":         `JIAOHAO_SESSION_IDLE_MINUTES: must be a whole number, not ""`,
		"JIAOHAO_SESSION_ABSOLUTE_HOURS=200":    `JIAOHAO_SESSION_ABSOLUTE_HOURS: 200 is not within 1 to 168`,
		"JIAOHAO_LIMITS_REQUESTS_PER_MINUTE=-1": `JIAOHAO_LIMITS_REQUESTS_PER_MINUTE: -1 is not within 0 to 600000`,
		"JIAOHAO_LIMITS_TICKETS_BURST=0":        `JIAOHAO_LIMITS_TICKETS_BURST: 0 is not within 1 to 100000`,
		"JIAOHAO_TLS_ROOT_LISTEN=:8081":         `JIAOHAO_TLS_ROOT_LISTEN: gives the root of tls.auto, which is not on`,
		"JIAOHAO_TLS_NAMES=hall,http://x":       `JIAOHAO_TLS_NAMES: "http://x" is not a name or an address`,
		"JIAOHAO_LOG_LEVEL=":                    `JIAOHAO_LOG_LEVEL: "" is not one of debug, info, warn, error`,
		"JIAOHAO_TLS_KEY=/no/such":              "shipped:%d: tls: cert and key belong together: set both or neither\nJIAOHAO_TLS_KEY: cannot be read: open /no/such: no such file or directory",
	} {
		_, _, err := load("shipped", shippedConfig, []string{line})
		if err == nil {
			t.Errorf("%s was taken", line)
			continue
		}
		if strings.Contains(want, "%d") {
			want = fmt.Sprintf(want, readSource("shipped", shippedConfig).lines["tls"])
			lines := strings.Split(want, "\n")
			want = lines[1] + "\n" + lines[0]
		}
		if err.Error() != want {
			t.Errorf("%s: said\n%v\nwant\n%s", line, err, want)
		}
	}
}

func TestUnknownVariablesAreWarnedOf(t *testing.T) {
	_, warnings, err := load("shipped", shippedConfig, []string{"JIAOHAO_LISTN=:1", "HOME=/root", "jiaohao_data=x"})
	want := []string{"JIAOHAO_LISTN is in the environment but is no setting; do you mean JIAOHAO_LISTEN?"}
	if err != nil || !slices.Equal(warnings, want) {
		t.Errorf("warned %q, %v; want %q", warnings, err, want)
	}
	_, warnings, err = load("shipped", shippedConfig, []string{"JIAOHAO_LISTN=:1", "JIAOHAO_DEMO=no"})
	if err == nil || !slices.Equal(warnings, want) {
		t.Errorf("beside a fault warned %q, %v; want %q", warnings, err, want)
	}
}

// The plan's types carry no names for the loader, so each JSON name must be the field's but for case.
func TestPlanKeysAreTheFieldsOfThePlan(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(kind reflect.Type) {
		if kind.Kind() == reflect.Slice {
			kind = kind.Elem()
		}
		if kind.Kind() != reflect.Struct || seen[kind] {
			return
		}
		seen[kind] = true
		for _, m := range members(kind) {
			if field := kind.Field(m.index).Name; !strings.EqualFold(field, m.name) {
				t.Errorf("%v.%s is written %q", kind, field, m.name)
			}
			walk(m.kind)
		}
	}
	walk(reflect.TypeFor[hall.Plan]())
	if len(seen) < 15 {
		t.Errorf("only %d types were looked at", len(seen))
	}
}

func TestMisspelling(t *testing.T) {
	for _, row := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"listen", "", 6}, {"", "data", 4}, {"listn", "listen", 1}, {"Listen", "listen", 0}, {"kitten", "sitting", 3}, {"叫号", "叫好", 1}} {
		if got := misspelling(row.a, row.b); got != row.want {
			t.Errorf("%q and %q are %d apart, want %d", row.a, row.b, got, row.want)
		}
		if got := misspelling(row.b, row.a); got != row.want {
			t.Errorf("%q and %q are %d apart, want %d", row.b, row.a, got, row.want)
		}
	}
}
