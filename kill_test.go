package main

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"
)

// killsPerFolder is how many kills one data folder lives through before all of it is compared and a new one begun.
const killsPerFolder = 50

// killing is a run of many kills.
type killing struct {
	config                             string
	kills, starting, stopping, folders int
	restarts                           []time.Duration
	ledger
}

// TestKill kills the program at random moments under 64 clients: while it works, while it starts, while it stores its
// snapshot and while a day is opened. After every restart all that the clients were answered is compared: nothing is lost,
// nothing doubled, no number left out, and a repeated key is answered as before. JIAOHAO_KILLS sets how many.
func TestKill(t *testing.T) {
	most := 2
	if n, err := strconv.Atoi(os.Getenv("JIAOHAO_KILLS")); err == nil {
		most = n
	}
	k := killing{config: atNoon(t)}
	for k.kills < most {
		k.folder(t, min(most, k.kills+killsPerFolder))
	}
	slices.Sort(k.restarts)
	t.Logf("counts: kills kills=%d starting=%d stopping=%d folders=%d answers=%d repeated=%d unanswered=%d tickets=%d called=%d cancelled=%d "+
		"days=%d lost=0 doubled=0 gaps=0 controls=%d/3 restart_median_ms=%d restart_max_ms=%d", k.kills, k.starting, k.stopping, k.folders,
		k.answers, k.repeated, k.unsure, k.issued, k.calls, k.cancels, k.days, k.controls(t),
		k.restarts[len(k.restarts)/2].Milliseconds(), k.restarts[len(k.restarts)-1].Milliseconds())
}

// folder lives through kills on one data folder, up to so many in all.
func (k *killing) folder(t *testing.T, upTo int) {
	k.folders++
	data := t.TempDir()
	k.whileStarting(t, data, upTo-1) // also while the hall is founded and its first day opened
	p := startProcess(t, data, "127.0.0.1:0", "--config", k.config)
	k.ledger.begin(services(t, p))
	c := newCrowd(t, p, &k.ledger)
	for round := 0; k.kills < upTo; round++ {
		c.work(p, round, func() { k.end(t, p) })
		p = k.restart(t, data, upTo)
		c.settle(t, p)
	}
	k.compareAll(t, p)
	p.stop(t)
	if code := run(t.Context(), []string{"journal", "verify"}, append(os.Environ(), "JIAOHAO_DATA="+data), os.Stderr, os.Stderr); code != 0 {
		t.Error("the chain is not whole after all the kills")
	}
	if err := os.RemoveAll(data); err != nil {
		t.Error(err)
	}
}

// end lets the process work for a moment and kills it; one time in four while it is stopping, when it stores its snapshot.
func (k *killing) end(t *testing.T, p *process) {
	time.Sleep(time.Duration(30+rand.IntN(220)) * time.Millisecond)
	if rand.IntN(4) == 0 {
		k.stopping++
		if err := p.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Duration(rand.IntN(80)) * time.Millisecond)
	}
	k.kills++
	p.kill(t)
}

// restart starts the process again and measures the start that comes through.
func (k *killing) restart(t *testing.T, data string, upTo int) *process {
	k.whileStarting(t, data, upTo)
	began := time.Now()
	p := startProcess(t, data, "127.0.0.1:0", "--config", k.config)
	k.restarts = append(k.restarts, time.Since(began))
	return p
}

// whileStarting starts the process some times and kills it before it has started, or just after.
func (k *killing) whileStarting(t *testing.T, data string, upTo int) {
	for rand.IntN(3) == 0 && k.kills < upTo {
		p, _ := launch(t, data, "127.0.0.1:0", "--config", k.config)
		time.Sleep(time.Duration(rand.IntN(150)) * time.Millisecond)
		k.kills, k.starting = k.kills+1, k.starting+1
		p.kill(t)
	}
}
