package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// realProcess is the program running a hall that is no demonstration, so that keys are needed and limits hold.
type realProcess struct {
	*process
	env  []string // for commands about this hall
	file string
}

// startReal starts the shipped hall as a real one.
func startReal(t testing.TB) *realProcess {
	t.Helper()
	r := &realProcess{file: filepath.Join(t.TempDir(), "config.yaml")}
	data := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(r.file, bytes.Replace(shippedConfig, []byte("\ndemo: true"), []byte("\ndemo: false"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	r.process, r.env = startProcess(t, data, "127.0.0.1:0", "serve", "--config", r.file), []string{"JIAOHAO_DATA=" + data}
	return r
}

// command gives what a command about the running hall prints.
func (r *realProcess) command(t testing.TB, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if code := run(t.Context(), append(args, "--config", r.file), r.env, &out, os.Stderr); code != 0 {
		t.Fatalf("%v: %d", args, code)
	}
	return out.String()
}

var enrolPath = regexp.MustCompile(`/enrol/\S+`)

// addKiosk gives the address that makes a machine a kiosk, once.
func (r *realProcess) addKiosk(t testing.TB, name string) string {
	t.Helper()
	return r.Base + enrolPath.FindString(r.command(t, "terminal", "add", name))
}

// enrol makes a machine a kiosk and gives its key.
func (r *realProcess) enrol(t testing.TB, name string) string {
	t.Helper()
	res, err := r.staying().Post(r.addKiosk(t, name), "application/x-www-form-urlencoded", nil)
	if err != nil || len(res.Cookies()) == 0 {
		t.Fatalf("enrolling: %v %v", err, res)
	}
	res.Body.Close()
	return res.Cookies()[0].Value
}
