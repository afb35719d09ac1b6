package lineartest

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"
)

// Round is some clients at work at once: kiosks, the clerk of each window, holders of passed tickets.
type Round struct {
	Seed    uint64
	Issued  int // numbers given before
	Kiosks  int
	Holders int
	Each    int // operations of a client
	// Ask asks once under a key that is the same whenever the operation is asked for again; ok is false when no answer came.
	// It is called by many goroutines.
	Ask func(o Op, key string) (out Out, ok bool)
	// Settle sees to it that nothing that was sent is under way any more; nil = nothing ever is when all clients are done. It is
	// called when some operations have no answer.
	Settle func()
	// Think is what a client does between two operations; nil = nothing.
	Think func(random *rand.Rand)

	mu      sync.Mutex
	history []porcupine.Operation
	passed  []int
	open    []porcupine.Operation // without an answer; Output is the key
	asked   int                   // attempts
	silent  int                   // operations that never had an answer
	began   time.Time
}

// Run lets everybody work and gives the history, with the number of attempts and of operations that were given up.
func (r *Round) Run() (history []porcupine.Operation, attempts, silent int) {
	r.began = time.Now()
	var all sync.WaitGroup
	clients := r.Kiosks + Windows + r.Holders
	for c := range clients {
		all.Go(func() { r.client(c) })
	}
	all.Wait()
	r.silent = len(r.open)
	if r.Settle != nil && r.silent > 0 {
		r.Settle()
	}
	for i, o := range r.open {
		r.resolve(o, i < leftOpen)
	}
	return r.history, r.asked, r.silent
}

// leftOpen is how many operations of a round stay without an answer for good. With each the orders to be tried grow, so the
// others are asked for once more at the end.
const leftOpen = 2

// resolve puts an operation without an answer into the history. What is refused when nothing is under way any more has never
// happened, and is an operation of that moment.
func (r *Round) resolve(o porcupine.Operation, leave bool) {
	key := o.Output.(string)
	o.Output, o.Return = Out{Unknown: true}, never
	asked := time.Since(r.began).Nanoseconds()
	for range 100 {
		if leave {
			break
		}
		r.asked++
		if out, ok := r.Ask(o.Input.(Op), key); ok {
			o.Output, o.Return = out, time.Since(r.began).Nanoseconds()
			if out.Refused || out.Number == 0 {
				o.Call = asked
			}
			break
		}
	}
	r.history = append(r.history, o)
}

func (r *Round) client(c int) {
	random := rand.New(rand.NewPCG(r.Seed, uint64(c)))
	hand := gone // what the clerk believes to be in hand
	for i := range r.Each {
		o, ok := Op{Kind: Take, Service: random.IntN(Services)}, true
		switch {
		case c < Windows:
			o = Op{Kind: atWindow(random, hand), Window: c}
		case c < Windows+r.Holders:
			o, ok = r.holder(random)
		}
		if r.Think != nil {
			r.Think(random)
		}
		if !ok {
			continue
		}
		out := r.operate(random, c, o, fmt.Sprintf("%d-%d-%d", r.Seed, c, i))
		hand = after(hand, o.Kind, out)
	}
}

// atWindow is a key that the clerk may press, now and then one that makes no sense.
func atWindow(random *rand.Rand, hand stage) Kind {
	n := random.IntN(20)
	switch {
	case n == 0:
		return Kind(1 + random.IntN(6))
	case hand == called:
		return [...]Kind{Recall, Recall, Pass, Pass, Pass, Start, Start, Start, Transfer, Finish}[n/2]
	case hand == serving:
		return [...]Kind{Finish, Finish, Transfer}[n%3]
	}
	return Call
}

// after is what the clerk believes to be in hand after an answer.
func after(hand stage, k Kind, out Out) stage {
	switch {
	case out.Unknown || out.Soon:
		return hand
	case out.Refused && k == Call:
		return serving
	case out.Refused, k == Finish, k == Pass, k == Transfer, k == Call && out.Number == 0:
		return gone
	case k == Start:
		return serving
	}
	return called
}

// holder brings a passed ticket back, if there is one; without one it takes a ticket.
func (r *Round) holder(random *rand.Rand) (Op, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.passed) == 0 {
		return Op{Kind: Take, Service: random.IntN(Services)}, random.IntN(2) == 0
	}
	return Op{Kind: Return, Number: r.passed[random.IntN(len(r.passed))]}, true
}

// operate asks until there is an answer, under one key, or gives up: then nobody knows whether it happened. Nor does anybody
// when a repetition is refused by the same process: a no binds nothing, and what was sent first may arrive last.
func (r *Round) operate(random *rand.Rand, c int, o Op, key string) Out {
	call := time.Since(r.began).Nanoseconds()
	var out Out
	answered, attempts, unheard := false, 0, -1 // the last life that was asked in vain
	for !answered && attempts < 40 {
		attempts++
		if out, answered = r.Ask(o, key); answered {
			break
		}
		if unheard = out.Life; random.IntN(25) == 0 {
			break
		}
	}
	end := time.Since(r.began).Nanoseconds()
	if answered && unheard == out.Life && (out.Refused || out.Number == 0) {
		answered = false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked += attempts
	if !answered {
		r.open = append(r.open, porcupine.Operation{ClientId: c, Input: o, Call: call, Output: key})
		return Out{Unknown: true}
	}
	if o.Kind == Pass && !out.Refused {
		r.passed = append(r.passed, out.Number)
	}
	r.history = append(r.history, porcupine.Operation{ClientId: c, Input: o, Call: call, Output: out, Return: end})
	return out
}
