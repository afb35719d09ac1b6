//go:build unix

package main

import (
	"context"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestRestoreDrill follows the operator's manual word by word on an empty folder: see .ci/restore-drill, which with --controls
// also leaves steps out.
func TestRestoreDrill(t *testing.T) {
	if testing.Short() {
		t.Skip("a hall is saved and restored")
	}
	needTool(t, "curl")
	bash := needTool(t, "bash")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, bash, ".ci/restore-drill")
	cmd.Env = append(os.Environ(), "DRILL_BIN="+self, "DRILL_PORT="+port, "JIAOHAO_TEST_PROCESS=1")
	out, err := cmd.CombinedOutput()
	_, counts, found := strings.Cut(string(out), "counts: ")
	if err != nil || !found {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Log("counts: " + strings.TrimSpace(counts))
}
