package server

import (
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
)

// takeCall is the queue as clients see it: take gives the next number of one series, call the lowest one waiting.
type takeCall struct{ issued, called int }

type operation struct{ call bool }

var queueModel = porcupine.Model{
	Init: func() any { return takeCall{} },
	Step: func(state, input, output any) (bool, any) {
		s, got := state.(takeCall), output.(int)
		if !input.(operation).call {
			s.issued++
			return got == s.issued, s
		}
		if s.called == s.issued {
			return got == 0, s
		}
		s.called++
		return got == s.called, s
	},
	Equal: func(a, b any) bool { return a == b },
}

// TestLinearizable records a history of four windows and four kiosks at work at once and asks Porcupine whether some order
// of the operations explains every answer.
func TestLinearizable(t *testing.T) {
	d := startDesk(t, journal.NewMemory())
	for w := 1; w <= 4; w++ {
		d.must(t, clerk(w), hall.Open{Window: string(rune('0' + w))})
	}
	var mu sync.Mutex
	var history []porcupine.Operation
	began := time.Now()
	note := func(client int, in operation, f func() int) {
		call := time.Since(began).Nanoseconds()
		out := f()
		mu.Lock()
		defer mu.Unlock()
		history = append(history, porcupine.Operation{ClientId: client, Input: in, Call: call, Output: out, Return: time.Since(began).Nanoseconds()})
	}
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 150 {
				note(i, operation{}, func() int { return takeOne(t, d) })
			}
		})
		wg.Go(func() {
			for range 150 {
				note(4+i, operation{call: true}, func() int { return callOne(t, d, i+1) })
			}
		})
	}
	wg.Wait()
	if !porcupine.CheckOperations(queueModel, history) {
		t.Fatal("no order of the operations explains the answers")
	}
	history[0].Output = history[0].Output.(int) + 1
	if porcupine.CheckOperations(queueModel, history) {
		t.Fatal("the check accepts a history with a wrong number: it proves nothing")
	}
}

func takeOne(t *testing.T, d *bench) int {
	r, err := d.Order(t.Context(), hall.Order{By: kioskActor, Do: issue(0)})
	if err != nil {
		t.Error(err)
	}
	ticket, _, _ := d.State().Leg(r.Leg)
	return int(ticket.Number.N)
}

func callOne(t *testing.T, d *bench, window int) int {
	next := hall.Next{Window: string(rune('0' + window))}
	if post := d.State().Post(next.Window); !post.Current.IsZero() {
		next.Finish = &hall.Finish{}
	}
	r, err := d.Order(t.Context(), hall.Order{By: clerk(window), Do: next})
	if err != nil {
		t.Error(err)
	}
	if r.None {
		return 0
	}
	ticket, _, _ := d.State().Leg(r.Leg)
	return int(ticket.Number.N)
}
