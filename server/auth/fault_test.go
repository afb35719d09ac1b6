package auth

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// faulty is a disk that fails on demand, before or after it has written.
type faulty struct {
	disk
	fail    error
	persist bool
	writes  int
}

func (f *faulty) apply(changes []change) error {
	f.writes++
	if f.fail == nil || f.persist {
		if err := f.disk.apply(changes); err != nil {
			return err
		}
	}
	return f.fail
}

func (h *house) fault() *faulty {
	f := &faulty{disk: h.disk}
	h.disk = f
	return f
}

func TestAFullDiskRefusesAndRecovers(t *testing.T) {
	h := newFiledHouse(t)
	h.signIn("1001")
	disk := h.fault()
	disk.fail = fmt.Errorf("write auth.db: %w", syscall.ENOSPC)
	_, _, err := h.SignIn(context.Background(), "1001", good, "")
	is(t, "sign-in on a full disk", err, syscall.ENOSPC)
	if len(h.sessions) != 1 || h.Err() != nil {
		t.Errorf("%d sessions, Err %v after a refused write; want 1, nil", len(h.sessions), h.Err())
	}
	disk.fail = nil
	if _, _, err := h.SignIn(context.Background(), "1001", good, ""); err != nil {
		t.Errorf("sign-in with space again: %v", err)
	}
}

func TestAFailedSyncStopsAllWritingUntilTheRestart(t *testing.T) {
	for _, persist := range []bool{false, true} {
		h := newFiledHouse(t)
		_, token := h.signIn("1001")
		disk := h.fault()
		disk.fail, disk.persist = io.ErrUnexpectedEOF, persist
		_, lost, err := h.SignIn(context.Background(), "1001", good, "")
		is(t, "sign-in", err, ErrBroken)
		is(t, "sign-in", err, io.ErrUnexpectedEOF)
		if lost != "" {
			t.Error("a token came with an error")
		}
		disk.fail = nil
		before := disk.writes
		is(t, "next write", h.SetPassword("1002", good), ErrBroken)
		is(t, "Err", h.Err(), ErrBroken)
		if disk.writes != before {
			t.Error("wrote again to a file of unknown content")
		}
		if !h.living(token) {
			t.Error("a session did not live on in memory")
		}
		h.crash(time.Second)
		if !h.living(token) || h.Err() != nil {
			t.Errorf("persist=%v: the restart did not make it whole: %v", persist, h.Err())
		}
	}
}

// What takes a right away must hold even when it cannot be written.
func TestEndsHoldThoughTheDiskRefuses(t *testing.T) {
	h := newFiledHouse(t)
	session, token := h.signIn("1001")
	key := h.enrolled("kiosk-1")
	var ended, revoked heard
	h.OnEnd(ended.hook)
	h.OnRevoke(revoked.hook)
	h.fault().fail = syscall.EIO
	is(t, "SignOut", h.SignOut(token), ErrBroken)
	is(t, "Revoke", h.Revoke("kiosk-1", ""), ErrBroken)
	if h.living(token) || !ended.are(session.ID) {
		t.Error("the session lives")
	}
	if _, err := h.Terminal(key, "192.0.2.1"); !errors.Is(err, ErrNoTerminal) || !revoked.are("kiosk-1") {
		t.Error("the terminal lives")
	}
}

func TestNothingIsWrittenAfterClose(t *testing.T) {
	h := newFiledHouse(t)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	is(t, "SetPassword", h.SetPassword("1001", good), ErrClosed)
	if h.HasPassword("1001") {
		t.Error("shown though not written")
	}
}

// Whatever writes refuses on a full disk, changes nothing, and works when there is space again.
func TestEverythingThatWritesMeetsAFullDisk(t *testing.T) {
	for what, write := range map[string]func(h *house, setup, code string) error{
		"SetPassword": func(h *house, _, _ string) error { return h.SetPassword("1002", good) },
		"SetupCode":   func(h *house, _, _ string) error { _, err := h.SetupCode(); return err },
		"SetUp":       func(h *house, setup, _ string) error { return h.SetUp(t.Context(), setup, "9001", good, "") },
		"AddTerminal": func(h *house, _, _ string) error { _, _, err := h.AddTerminal("b", Board, "", ""); return err },
		"Enrol":       func(h *house, _, code string) error { _, _, err := h.Enrol(code); return err },
	} {
		h := newFiledHouse(t)
		setup, err := h.SetupCode()
		_, code, err2 := h.AddTerminal("a", Kiosk, "", "")
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		disk := h.fault()
		before := fmt.Sprint(h.Terminals(), h.passwords, *h.setup, len(h.keys))
		disk.fail = syscall.ENOSPC
		is(t, what, write(h, setup, code), syscall.ENOSPC)
		if after := fmt.Sprint(h.Terminals(), h.passwords, *h.setup, len(h.keys)); after != before {
			t.Errorf("%s was refused and changed\n%s\nto\n%s", what, before, after)
		}
		disk.fail = nil
		is(t, what+" with space again", write(h, setup, code), nil)
	}
}

func TestASweepThatCannotBeWrittenIsTriedAgain(t *testing.T) {
	h := newFiledHouse(t)
	_, token := h.signIn("1001")
	disk := h.fault()
	disk.fail = syscall.ENOSPC
	h.clock.pass(20 * time.Minute)
	if !h.living(token) {
		t.Fatal("ended early")
	}
	is(t, "Sweep", h.Sweep(), syscall.ENOSPC)
	disk.fail = nil
	if err := h.Sweep(); err != nil {
		t.Fatal(err)
	}
	h.clock.pass(20 * time.Minute)
	h.crash(0)
	if !h.living(token) {
		t.Error("the use was never written")
	}
}

func TestFailuresBehindAnAnswerAreLogged(t *testing.T) {
	h := newFiledHouse(t)
	_, token := h.signIn("1001")
	h.clock.pass(time.Hour)
	h.fault().fail = syscall.ENOSPC
	_, err := h.Session(token)
	is(t, "Session", err, ErrSignedOut)
	if log := h.log.String(); !strings.Contains(log, "no space left") {
		t.Errorf("log: %s", log)
	}
}

const crashFile = "AUTH_TEST_CRASH_FILE"

// TestMain lets the test binary be the process that TestWhatWasAnsweredSurvivesAKill kills.
func TestMain(m *testing.M) {
	if path := os.Getenv(crashFile); path != "" {
		signInUntilKilled(path)
	}
	os.Exit(m.Run())
}

// signInUntilKilled prints a token for every session that SignIn answered.
func signInUntilKilled(path string) {
	s, err := Open(path, Config{Staff: newRoster().look})
	if err != nil {
		panic(err)
	}
	s.hash = cheap
	if err := s.SetPassword("1001", good); err != nil {
		panic(err)
	}
	for {
		_, token, err := s.SignIn(context.Background(), "1001", good, "")
		if err != nil {
			panic(err)
		}
		fmt.Println(token)
	}
}

func TestWhatWasAnsweredSurvivesAKill(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.Now = time.Now })
	for round := range 5 {
		h.path = t.TempDir() + "/auth.db"
		tokens := h.killAfter(5 + 3*round)
		h.open()
		if len(h.sessions) > sessionsOfStaff+1 {
			t.Errorf("%d sessions of one person", len(h.sessions))
		}
		// The sessions before the last few were ended to make room; the one answered last cannot have been.
		if last := tokens[len(tokens)-1]; !h.living(last) {
			t.Errorf("round %d: the last of %d sessions is lost", round, len(tokens))
		}
		h.signIn("1001")
	}
}

// killAfter runs the program that signs in, kills it after so many answers and returns them all.
func (h *house) killAfter(answers int) (tokens []string) {
	h.t.Helper()
	program := exec.Command(os.Args[0])
	program.Env = append(os.Environ(), crashFile+"="+h.path)
	out, err := program.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		h.t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if tokens = append(tokens, lines.Text()); len(tokens) == answers {
			program.Process.Kill()
		}
	}
	program.Wait()
	if len(tokens) < answers {
		h.t.Fatalf("%d answers, want %d", len(tokens), answers)
	}
	return tokens
}
