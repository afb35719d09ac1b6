package secret

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func onUnix(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps rights in another way")
	}
}

func mode(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func TestCloseNamesAndClosesWhatIsOpen(t *testing.T) {
	onUnix(t)
	folder := filepath.Join(t.TempDir(), "data")
	if opened, err := Close(folder); err != nil || len(opened) != 0 {
		t.Fatalf("no folder: %v, %v", opened, err)
	}
	for _, path := range []string{folder, filepath.Join(folder, "tls"), folder} {
		if err := Folder(path); err != nil || mode(t, path) != 0o700 {
			t.Fatalf("a new folder: %v, %v", err, mode(t, path))
		}
	}
	for name, perm := range map[string]os.FileMode{"journal.db": 0o644, "auth.db": 0o600, "persons.json": 0o660, "tls/ca.key": 0o604, "metrics-token": 0o400} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, perm); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(folder, name), perm); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	opened, err := Close(folder)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, o := range opened {
		said = append(said, strings.TrimPrefix(o.String(), folder))
	}
	if got, want := strings.Join(said, ", "), " (0755), /journal.db (0644), /persons.json (0660), /tls/ca.key (0604)"; got != want {
		t.Errorf("named %q, want %q", got, want)
	}
	for name, want := range map[string]os.FileMode{"": 0o700, "journal.db": 0o600, "auth.db": 0o600, "persons.json": 0o600, "tls/ca.key": 0o600, "metrics-token": 0o400} {
		if got := mode(t, filepath.Join(folder, name)); got != want {
			t.Errorf("%s has %v, want %v", name, got, want)
		}
	}
	if again, err := Close(folder); err != nil || len(again) != 0 {
		t.Errorf("a second time: %v, %v", again, err)
	}
}

// TestCloseRefusesWhatItCannotClose: a link leads out of the folder; a file of somebody else cannot be closed.
func TestCloseRefusesWhatItCannotClose(t *testing.T) {
	onUnix(t)
	folder, elsewhere := t.TempDir(), filepath.Join(t.TempDir(), "auth.db")
	if err := os.WriteFile(elsewhere, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, filepath.Join(folder, "auth.db")); err != nil {
		t.Fatal(err)
	}
	if _, err := Close(folder); err == nil || !strings.Contains(err.Error(), "auth.db") {
		t.Errorf("a link was taken: %v", err)
	}
	c := closing{folder: folder, chmod: func(string, os.FileMode) error { return os.ErrPermission }}
	if err := os.WriteFile(filepath.Join(folder, "journal.db"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := filepath.WalkDir(folder, c.visit); err != nil || !strings.Contains(errors.Join(c.faults...).Error(), "journal.db") {
		t.Errorf("what cannot be closed was taken: %v, %v", err, c.faults)
	}
}

func TestWriteIsClosedWhateverWasThere(t *testing.T) {
	onUnix(t)
	path := filepath.Join(t.TempDir(), "s")
	if err := os.WriteFile(path, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "new" || mode(t, path) != 0o600 {
		t.Errorf("%q, %v, %v", text, mode(t, path), err)
	}
	if err := Write(filepath.Join(path, "below"), nil); err == nil {
		t.Error("written below a file")
	}
}

func TestToken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "metrics-token")
	first, err := Token(path)
	if err != nil || len(first) != 64 {
		t.Fatalf("%q, %v", first, err)
	}
	if again, err := Token(path); err != nil || again != first {
		t.Errorf("another token after a restart: %v", err)
	}
	if other, err := Token(path + "2"); err != nil || other == first {
		t.Errorf("two halls have the same token: %v", err)
	}
	for _, wrong := range []string{"", "secret", first[:62], strings.Repeat("x", 64)} {
		if err := os.WriteFile(path, []byte(wrong), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := Token(path); err == nil || got != "" {
			t.Errorf("%q was taken as a token", wrong)
		}
	}
}
