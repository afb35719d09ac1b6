package auth

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAFileAndItsFolderAreClosedToOthers(t *testing.T) {
	h := newFiledHouse(t)
	folder := filepath.Dir(h.path)
	modes := func() string {
		f, err := os.Stat(h.path)
		d, err2 := os.Stat(folder)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%o %o", f.Mode().Perm(), d.Mode().Perm())
	}
	if got := modes(); got != "600 700" {
		t.Errorf("made with modes %s", got)
	}
	h.Close()
	if err := errors.Join(os.Chmod(h.path, 0o644), os.Chmod(folder, 0o777)); err != nil {
		t.Fatal(err)
	}
	h.open()
	if got := modes(); got != "600 700" {
		t.Errorf("left open: %s", got)
	}
	if log := h.log.String(); strings.Count(log, "open to other users") != 2 {
		t.Errorf("log: %s", log)
	}
}

func TestMakingTheFileLeavesNothingBehind(t *testing.T) {
	h := newFiledHouse(t)
	entries, err := os.ReadDir(filepath.Dir(h.path))
	if err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

// A file half made by a process that lost its power is not in the way.
func TestAHalfMadeFileIsReplaced(t *testing.T) {
	h := newHouse(t)
	h.path = filepath.Join(t.TempDir(), "auth.db")
	half := fmt.Sprintf("%s.%d.new", h.path, os.Getpid())
	if err := os.WriteFile(half, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.open()
	h.signIn("1001")
}

func TestOnlyOneProcessHasTheFile(t *testing.T) {
	h := newFiledHouse(t)
	_, err := Open(h.path, h.config)
	is(t, "second Open", err, ErrLocked)
}

func TestADemonstrationsFileStaysOne(t *testing.T) {
	h := newFiledHouse(t, demo)
	h.Close()
	inEarnest := h.config
	inEarnest.Demo = false
	_, err := Open(h.path, inEarnest)
	is(t, "a real hall on a demonstration's file", err, ErrOtherKind)
	h.open() // the refusal let go of the lock
}

func TestOpenRefusesWhatIsNoFile(t *testing.T) {
	h := newHouse(t)
	folder := t.TempDir()
	if _, err := Open(folder, h.config); err == nil {
		t.Error("opened a folder")
	}
	link := filepath.Join(folder, "link.db")
	if err := os.Symlink("/dev/null", link); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(link, h.config); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("opened a link: %v", err)
	}
	if _, err := Open(filepath.Join(link, "auth.db"), h.config); err == nil {
		t.Error("opened below a file")
	}
}

func TestDamagedFiles(t *testing.T) {
	whole := filledFile(t)
	hash := []byte("$argon2id$")
	for what, damage := range map[string]func(b []byte) []byte{
		"empty":              func(b []byte) []byte { return nil },
		"text":               func(b []byte) []byte { return []byte(strings.Repeat("not a database\n", 2000)) },
		"cut in a page":      func(b []byte) []byte { return b[:5000] },
		"cut after the meta": func(b []byte) []byte { return b[:2*os.Getpagesize()] },
		"zeros after meta":   func(b []byte) []byte { clear(b[2*os.Getpagesize():]); return b },
		"one bit of a hash": func(b []byte) []byte {
			for i := 0; i < len(b); {
				at := bytes.Index(b[i:], hash)
				if at < 0 {
					break
				}
				i += at + len(hash)
				b[i+40] ^= 1
			}
			return b
		},
	} {
		path := filepath.Join(t.TempDir(), "auth.db")
		if err := os.WriteFile(path, damage(bytes.Clone(whole)), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path, newHouse(t).config)
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want ErrDamaged naming the file", what, err)
		}
		if s != nil {
			t.Errorf("%s: a store came with the error", what)
		}
	}
}

// filledFile returns the bytes of a file with something of everything.
func filledFile(t *testing.T) []byte {
	t.Helper()
	h := newFiledHouse(t)
	h.signIn("1001")
	h.enrolled("kiosk-1")
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(h.path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Whatever byte is flipped, Open refuses or everything that opens was what was written.
func TestAnyFlippedByte(t *testing.T) {
	whole, config := filledFile(t), newHouse(t).config
	path := filepath.Join(t.TempDir(), "auth.db")
	opened, refused := 0, 0
	for at := 0; at < len(whole); at += 97 {
		b := bytes.Clone(whole)
		b[at] ^= 0x41
		os.Remove(path) // a lock of a handle that was lost in a panic stays with the old file
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path, config)
		if err != nil {
			refused++
			continue
		}
		opened++
		s.hash = cheap
		if hash := s.passwords["1001"]; hash != "" && !s.matches(hash, good) {
			t.Errorf("byte %d: a password became another", at)
		}
		for _, terminal := range s.Terminals() {
			if terminal.Name != "kiosk-1" || terminal.Role != Kiosk || terminal.Place != "门口" {
				t.Errorf("byte %d: a terminal became %+v", at, terminal)
			}
		}
		s.disk.close()
	}
	if opened == 0 || refused == 0 {
		t.Errorf("%d opened, %d refused: nothing was tried", opened, refused)
	}
}

func TestRecordsThatCannotBe(t *testing.T) {
	for what, planted := range map[string]change{
		"a hash that is none":    put(passwordBucket, "1001", "hello"),
		"a hash that is a list":  put(passwordBucket, "1001", []int{1}),
		"a session of no digest": put(sessionBucket, "abc", sessionRecord{ID: "x"}),
		"a terminal's name":      put(terminalBucket, "a", terminalRecord{Name: "b", Role: Kiosk}),
		"a terminal's role":      put(terminalBucket, "a", terminalRecord{Name: "a", Role: Administrator}),
		"a set-up code":          put(metaBucket, setupKey, "hello"),
		"another format":         put(metaBucket, metaKey, meta{Format: format + 1}),
		"no format":              remove(metaBucket, metaKey),
	} {
		h := newFiledHouse(t)
		if err := h.disk.apply([]change{planted}); err != nil {
			t.Fatal(err)
		}
		h.Close()
		_, err := Open(h.path, h.config)
		is(t, what, err, ErrDamaged)
	}
}

func TestNoSecretIsInTheFile(t *testing.T) {
	h := newFiledHouse(t)
	setup, _ := h.SetupCode()
	_, token := h.signIn("1001")
	key := h.enrolled("kiosk-1")
	_, code, _ := h.AddTerminal("kiosk-2", Kiosk, "", "")
	h.restart(time.Second)
	b, err := os.ReadFile(h.path)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{setup, strings.ReplaceAll(setup, "-", ""), token, key, code, strings.ReplaceAll(code, "-", ""), good} {
		if bytes.Contains(b, []byte(secret)) {
			t.Errorf("the file holds %q", secret)
		}
	}
	if !bytes.Contains(b, []byte(digestOf(token).String())) {
		t.Error("the file does not hold the token's digest: the test looks at the wrong file")
	}
}

func TestPasswordsSurviveARestart(t *testing.T) {
	h := newFiledHouse(t)
	h.signIn("1001")
	h.restart(24 * time.Hour)
	h.signIn("1001")
	if h.HasPassword("1002") {
		t.Error("a password came from nowhere")
	}
}

// Another process made the file between our look and our link: theirs stays.
func TestAFileIsNeverReplaced(t *testing.T) {
	h := newFiledHouse(t)
	h.signIn("1001")
	h.Close()
	theirs, err := os.ReadFile(h.path)
	if err != nil {
		t.Fatal(err)
	}
	if err := found(h.path, h.config.withDefaults()); err != nil {
		t.Fatal(err)
	}
	if ours, err := os.ReadFile(h.path); err != nil || !bytes.Equal(ours, theirs) {
		t.Errorf("the file changed, %v", err)
	}
	if err := foundAs(h.path+".new", h.config.withDefaults()); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(h.path+".new", h.path); !errors.Is(err, os.ErrExist) {
		t.Errorf("linking over a file: %v, want refused", err)
	}
}

func TestAFolderThatCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(filepath.Join(file, "data", "auth.db"), newHouse(t).config); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("%v, want an error naming the path", err)
	}
}

// With the real hash, over a real restart, as a hall has it.
func TestAPasswordOnARealFile(t *testing.T) {
	h := newFiledHouse(t)
	h.hash = argon2id
	if err := h.SetPassword("1001", good); err != nil {
		t.Fatal(err)
	}
	h.restart(time.Hour)
	h.hash = argon2id
	_, _, err := h.SignIn(t.Context(), "1001", good+"!", "10.0.0.1")
	is(t, "wrong", err, ErrBadCredentials)
	_, token, err := h.SignIn(t.Context(), "1001", good, "10.0.0.1")
	if err != nil || !h.living(token) {
		t.Errorf("right: %v", err)
	}
}
