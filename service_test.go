package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestServiceLife: a service ends when its manager asks, and with the hall's own code when the hall ends by itself.
func TestServiceLife(t *testing.T) {
	for _, row := range []struct {
		name string
		run  func(context.Context) int
		stop bool
		code int
		want []servicePhase
	}{
		{"asked", func(ctx context.Context) int { <-ctx.Done(); return 0 }, true, 0, []servicePhase{serviceStarting, serviceRunning, serviceStopping}},
		{"asked, and something hung", func(ctx context.Context) int { <-ctx.Done(); return 1 }, true, 1, []servicePhase{serviceStarting, serviceRunning, serviceStopping}},
		{"a broken disk", func(context.Context) int { return 1 }, false, 1, []servicePhase{serviceStarting, serviceRunning}},
	} {
		stop := make(chan struct{})
		if row.stop {
			close(stop)
		}
		var phases []servicePhase
		if code := serviceLife(row.run, stop, func(p servicePhase) { phases = append(phases, p) }); code != row.code || !slices.Equal(phases, row.want) {
			t.Errorf("%s: code %d, phases %v", row.name, code, phases)
		}
	}
}

// TestServiceLog appends, and begins anew when the log has become large.
func TestServiceLog(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "jiaohao.log")
	for range 2 {
		f, err := serviceLog(folder)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString("a line\n"); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "a line\na line\n" {
		t.Errorf("%q, %v", text, err)
	}
	if err := os.Truncate(path, maxServiceLog+1); err != nil {
		t.Fatal(err)
	}
	f, err := serviceLog(folder)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	now, err := os.Stat(path)
	if err != nil || now.Size() != 0 {
		t.Errorf("%v, %v", now, err)
	}
	if old, err := os.Stat(path + ".old"); err != nil || old.Size() != maxServiceLog+1 {
		t.Errorf("%v, %v", old, err)
	}
}

// verifyUnit gives what systemd finds wrong with a unit.
func verifyUnit(t *testing.T, tool, unit string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "jiaohao.service")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(unit, "/usr/local/bin/jiaohao", self)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, "verify", "--man=no", path).CombinedOutput()
	if err != nil {
		return string(out) + err.Error()
	}
	return string(out)
}

var exposure = regexp.MustCompile(`exposure level for \S+: ([\d.]+)`)

// TestSystemdUnit has systemd read the unit: nothing wrong, little exposed. A misspelt key is found, so that silence means something.
func TestSystemdUnit(t *testing.T) {
	tool := needTool(t, "systemd-analyze")
	if wrong := verifyUnit(t, tool, systemdUnit); wrong != "" {
		t.Errorf("systemd says:\n%s", wrong)
	}
	if wrong := verifyUnit(t, tool, strings.Replace(systemdUnit, "WatchdogSec", "WatchdogSecs", 1)); !strings.Contains(wrong, "WatchdogSecs") {
		t.Errorf("a misspelt key is not found: %q", wrong)
	}
	path := filepath.Join(t.TempDir(), "jiaohao.service")
	if err := os.WriteFile(path, []byte(systemdUnit), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, "security", "--offline=yes", "--no-pager", path).CombinedOutput()
	found := exposure.FindSubmatch(out)
	if found == nil {
		t.Skipf("this systemd does not judge a unit that is not loaded: %v", err)
	}
	if level, err := strconv.ParseFloat(string(found[1]), 64); err != nil || level > 2 {
		t.Errorf("exposure %s of 10:\n%s", found[1], out)
	}
}

// TestServiceCommand prints the very unit, and says what to do where this program changes nothing by itself.
func TestServiceCommand(t *testing.T) {
	if code, out, _ := commandOn(t, t.TempDir(), "service", "unit"); code != 0 || out != systemdUnit {
		t.Errorf("%d %q", code, out)
	}
	if code, _, errs := commandOn(t, t.TempDir(), "service", "start"); code != 2 || !strings.Contains(errs, "Usage: jiaohao service") {
		t.Errorf("%d %q", code, errs)
	}
}
