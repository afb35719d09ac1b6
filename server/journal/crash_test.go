package journal

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"
)

// crashDir tells the test binary to be the process that is killed.
const crashDir = "JOURNAL_TEST_CRASH_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		appendUntilKilled(dir)
	}
	os.Exit(m.Run())
}

// appendUntilKilled appends for ever, saves snapshots and erases meanwhile, and says what was acknowledged.
func appendUntilKilled(dir string) {
	b, err := Open(dir, Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go func() {
		for {
			h := b.Head()
			if err := b.SaveSnapshot(Snapshot{Seq: h.Seq, Chain: h.Chain, State: make([]byte, 100_000)}); err != nil {
				os.Exit(1)
			}
			if h.Seq > 0 && b.ErasePrivate(h.Seq) != nil {
				os.Exit(1)
			}
		}
	}()
	for n := 1; ; n++ {
		r := b.Append(b.Head().Seq, some(1+n%40))
		if r.Outcome != Done {
			fmt.Fprintln(os.Stderr, r.Err)
			os.Exit(1)
		}
		fmt.Println(r.Head.Seq)
	}
}

// Nothing that was acknowledged is lost, whenever the process is killed; what was not is there whole or not at all.
func TestKilledProcess(t *testing.T) {
	dir := t.TempDir()
	rounds := 5
	if testing.Short() {
		rounds = 1
	}
	for round := range rounds {
		acknowledged := runAndKill(t, dir, time.Duration(30+rand.IntN(300))*time.Millisecond)
		b := open(t, dir, Options{})
		report, err := Verify(ctx, b, nil)
		if err != nil || report.Break != nil || report.Records < acknowledged {
			t.Fatalf("round %d: %+v, %v; %d were acknowledged", round, report, err, acknowledged)
		}
		if _, _, err := b.Snapshot(); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// runAndKill gives the last sequence that the process acknowledged before it was killed.
func runAndKill(t *testing.T, dir string, after time.Duration) (last uint64) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if last == 0 {
			time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
		if _, err := fmt.Sscan(lines.Text(), &last); err != nil {
			break // the line that the kill cut
		}
	}
	if err := cmd.Wait(); err == nil || last == 0 {
		t.Fatalf("the process was not killed, or said nothing: %v", err)
	}
	return last
}
