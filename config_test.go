package main

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var rewriteFaults = flag.Bool("rewrite-faults", false, "write what Check says of the files in testdata/config beside them")

// Every bad file has the exact lines that Check prints of it in a .txt beside it.
func TestCheckNamesEveryFaultWithItsLine(t *testing.T) {
	t.Chdir(filepath.Join("testdata", "config"))
	files, err := filepath.Glob("*.yaml")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		if file == "small.yaml" {
			continue
		}
		t.Run(file, func(t *testing.T) {
			var out strings.Builder
			if code := Check(file, nil, &out); code != 1 {
				t.Errorf("exit code %d, want 1", code)
			}
			beside := strings.TrimSuffix(file, ".yaml") + ".txt"
			if *rewriteFaults {
				if err := os.WriteFile(beside, []byte(out.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(beside)
			if err != nil {
				t.Fatal(err)
			}
			if out.String() != string(want) {
				t.Errorf("said\n%s\nwant\n%s", out.String(), want)
			}
		})
	}
}

func TestCheckOfAGoodFile(t *testing.T) {
	var out strings.Builder
	if code := Check("config.yaml", nil, &out); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	want := "云岭县政务服务中心: no faults; 13 departments, 44 services, 20 windows, 28 staff\n"
	if out.String() != want {
		t.Errorf("said %q, want %q", out.String(), want)
	}
}

func TestAMissingFileIsNamed(t *testing.T) {
	_, _, err := Load("no-such.yaml", nil)
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "no-such.yaml") {
		t.Errorf("the error is %v", err)
	}
	var faults Faults
	if errors.As(err, &faults) {
		t.Errorf("a file that is not there has no faults, but: %v", faults)
	}
}

func TestWithoutAPathTheFileHereGoesBeforeTheBuiltIn(t *testing.T) {
	small, err := os.ReadFile(filepath.Join("testdata", "config", "small.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	c, _, err := Load("", nil)
	if err != nil || c.Plan.Hall.ID != "yunling" || !c.Demo {
		t.Fatalf("an empty folder gives the hall %q, demo %v, %v; want the built-in demonstration", c.Plan.Hall.ID, c.Demo, err)
	}
	if err := os.WriteFile("config.yaml", small, 0o600); err != nil {
		t.Fatal(err)
	}
	c, _, err = Load("", nil)
	if err != nil || c.Plan.Hall.ID != "small" || c.Demo {
		t.Errorf("with a file here: hall %q, demo %v, %v; want small, a real hall", c.Plan.Hall.ID, c.Demo, err)
	}
}

func TestAFaultOfTheEnvironmentNamesTheVariable(t *testing.T) {
	t.Chdir(t.TempDir())
	_, _, err := Load("", []string{"JIAOHAO_DATA="})
	if want := "JIAOHAO_DATA: must name a folder"; err == nil || err.Error() != want {
		t.Errorf("said %v, want %s", err, want)
	}
}

func TestValuesOfASmallFile(t *testing.T) {
	c, _, err := Load(filepath.Join("testdata", "config", "small.yaml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	s, ok := c.Plan.Service("id-card")
	if !ok || s.UsualMinutes != 7.5 || s.Name.Zh != "身份证" || s.Guide.Fee.En != "free" {
		t.Errorf("the service came as %+v", s)
	}
	w, ok := c.Plan.Window("1")
	if !ok || !slices.Equal(w.Services, []string{"id-card"}) {
		t.Errorf("the window came as %+v", w)
	}
	if c.Plan.Rules.MaxCalls != 6 || c.Plan.Zone().String() != "Asia/Shanghai" {
		t.Errorf("the plan was not made ready: %+v, %v", c.Plan.Rules, c.Plan.Zone())
	}
}

func TestListening(t *testing.T) {
	for _, row := range []struct {
		listen string
		demo   string
		fault  bool
		plain  bool // refused, as plain http would cross the network
	}{
		{"127.0.0.1:8080", "true", false, false},
		{"127.9.9.9:8080", "true", false, false},
		{"localhost:0", "true", false, false},
		{"[::1]:8080", "true", false, false},
		{":8080", "true", true, false},
		{"0.0.0.0:8080", "true", true, false},
		{"[::]:8080", "true", true, false},
		{"192.168.1.10:8080", "true", true, false},
		{"hall.example:8080", "true", true, false},
		{"127.0.0.1.example.com:8080", "true", true, false},
		{"127.0.0.1:8080", "false", false, false},
		{":8080", "false", true, true},
		{"192.168.1.10:443", "false", true, true},
		{"127.0.0.1:65536", "false", true, false},
		{"127.0.0.1:-1", "false", true, false},
		{"127.0.0.1:http", "false", true, false},
		{"127.0.0.1", "false", true, false},
		{"", "false", true, false},
	} {
		_, _, err := Load("config.yaml", []string{"JIAOHAO_LISTEN=" + row.listen, "JIAOHAO_DEMO=" + row.demo})
		if (err != nil) != row.fault || err != nil && !strings.HasPrefix(err.Error(), "JIAOHAO_LISTEN: ") {
			t.Errorf("%q with demo %s: %v, want a fault: %v", row.listen, row.demo, err, row.fault)
		}
		if plain := err != nil && row.demo == "false" && strings.Contains(err.Error(), "plan.hall.plainHTTP: true"); plain != row.plain {
			t.Errorf("%q with demo %s: %v, want the ways out of plain http: %v", row.listen, row.demo, err, row.plain)
		}
	}
}

// Each of the three ways out of plain http is one; the last is warned of.
func TestWaysOutOfPlainHTTP(t *testing.T) {
	small, err := os.ReadFile(filepath.Join("testdata", "config", "small.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.Replace(string(small), "{id: small,", "{id: small, plainHTTP: true,", 1)
	for _, row := range []struct {
		text, env    string
		fault, warns bool
	}{{string(small), "X=", true, false}, {string(small), "JIAOHAO_TLS_AUTO=true", false, false}, {plain, "X=", false, true}, {plain, "JIAOHAO_TLS_AUTO=true", false, false}} {
		c, warnings, err := load("small.yaml", []byte(row.text), []string{"JIAOHAO_LISTEN=:8080", row.env})
		warned := slices.ContainsFunc(warnings, func(w string) bool { return strings.Contains(w, "unencrypted") })
		if (err != nil) != row.fault || warned != row.warns {
			t.Errorf("plainHTTP %v, %s: %v, warnings %q", c.Plan.Hall.PlainHTTP, row.env, err, warnings)
		}
	}
}

func TestCertificateTakesTheWarningAway(t *testing.T) {
	folder := t.TempDir()
	cert, key := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	for _, f := range []string{cert, key} {
		if err := os.WriteFile(f, []byte("pem"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := []string{"JIAOHAO_DEMO=false", "JIAOHAO_LISTEN=:443", "JIAOHAO_TLS_CERT=" + cert, "JIAOHAO_TLS_KEY=" + key}
	c, warnings, err := Load("config.yaml", env)
	if err != nil || c.TLS.Cert != cert || c.TLS.Key != key {
		t.Fatalf("%+v, %v", c.TLS, err)
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0], "alwaysOpen") {
		t.Errorf("warned %q, want only of a real hall that is always open", warnings)
	}
}

func TestPublicURL(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "https://hall.example.gov.cn": "https://hall.example.gov.cn", "http://10.0.0.1:8080/": "http://10.0.0.1:8080",
		"hall.example": "fault", "ftp://hall.example": "fault", "https://": "fault", "https://h.example/hall": "fault",
		"https://u:p@h.example": "fault", "https://h.example?x=1": "fault", "https://h.example#x": "fault", "https://a b": "fault",
	} {
		c, _, err := Load("config.yaml", []string{"JIAOHAO_PUBLIC_URL=" + text})
		got := c.PublicURL
		if err != nil {
			got = "fault"
		}
		if got != want {
			t.Errorf("%q became %q, want %q (%v)", text, got, want, err)
		}
	}
}

func TestWarnings(t *testing.T) {
	c, _, err := Load(filepath.Join("testdata", "config", "small.yaml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	c.Plan.Windows = nil
	for _, row := range []struct{ at, want string }{
		{"2998-11-30", "plan.services[0]: no window offers id-card"},
		{"2998-12-02", "plan.services[0]: no window offers id-card"},
		{"2999-12-02", "plan.services[0]: no window offers id-card\nplan.calendar.holidays: none of 3000 is there; add those of the yearly notice"},
	} {
		at, err := time.Parse(time.DateOnly, row.at)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(slices.DeleteFunc(c.warnings(at), func(w string) bool { return strings.Contains(w, "2998") }), "\n")
		if got != row.want {
			t.Errorf("on %s: %q, want %q", row.at, got, row.want)
		}
	}
}
