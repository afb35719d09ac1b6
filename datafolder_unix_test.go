//go:build unix

package main

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"jiaohao/server/servertest"
)

// openFiles lists what others on the machine could read or write in a folder.
func openFiles(t *testing.T, folder string) (open []string) {
	t.Helper()
	seen := 0
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if seen++; info.Mode().Perm()&0o077 != 0 {
			open = append(open, strings.TrimPrefix(path, folder)+" "+info.Mode().String())
		}
		return nil
	})
	if err != nil || seen < 8 {
		t.Fatalf("%d files, %v", seen, err)
	}
	return open
}

// TestDataFolderIsClosed starts the program with a mask that closes nothing: whatever it makes, while it runs and when it stops, is its
// own. What somebody opens afterwards is named and closed at the next start, and a file that leads elsewhere is refused.
func TestDataFolderIsClosed(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	t.Setenv("JIAOHAO_TLS_AUTO", "false")
	mask := syscall.Umask(0)
	p := startProcess(t, data, "127.0.0.1:0")
	syscall.Umask(mask)
	client{base: p.Base}.must(t, "POST", "/api/v1/tickets", map[string]any{"service": "household-birth",
		"person": map[string]string{"kind": "phone", "value": "13800138000"}})
	if open := openFiles(t, data); len(open) > 0 {
		t.Errorf("open while it runs: %v", open)
	}
	p.stop(t)
	if open := openFiles(t, data); len(open) > 0 {
		t.Errorf("open after the stop: %v", open)
	}
	for _, name := range []string{"", "journal.db", "auth.db", "persons.json", "metrics-token"} {
		if err := os.Chmod(filepath.Join(data, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	p = startProcess(t, data, "127.0.0.1:0")
	p.stop(t)
	for _, name := range []string{"journal.db (0777)", "auth.db (0777)", "persons.json (0777)", "metrics-token (0777)"} {
		if !strings.Contains(p.logged(), name) {
			t.Errorf("the log does not name %s:\n%s", name, p.logged())
		}
	}
	if open := openFiles(t, data); len(open) > 0 {
		t.Errorf("open after a start: %v", open)
	}
	refusesLink(t, data)
}

func refusesLink(t *testing.T, data string) {
	t.Helper()
	elsewhere := filepath.Join(t.TempDir(), "persons.json")
	if err := os.Rename(filepath.Join(data, "persons.json"), elsewhere); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, filepath.Join(data, "persons.json")); err != nil {
		t.Fatal(err)
	}
	said := &servertest.SafeBuffer{}
	if code := run(t.Context(), []string{"serve"}, []string{"JIAOHAO_DATA=" + data, "JIAOHAO_LISTEN=127.0.0.1:0"}, io.Discard, said); code != 1 {
		t.Errorf("started with a link: %d", code)
	}
	if !strings.Contains(said.String(), "persons.json is open to others") {
		t.Errorf("said\n%s", said.String())
	}
}
