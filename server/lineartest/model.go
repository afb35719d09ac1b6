// Package lineartest knows how the queue looks to clients who only see their own answers, and whether some order of what
// they did explains all of them. It must never know how the hall decides: the desk and the whole program are held against it.
package lineartest

import (
	"math"
	"time"

	"github.com/anishathalye/porcupine"
)

// Kind is what a client does.
type Kind uint8

// The operations. All but Take and Return are done at a window, with the ticket in hand there.
const (
	Take     Kind = iota // a ticket of a service
	Call                 // the next one
	Recall               // call again
	Start                // begin to serve
	Finish               // end serving, or a call without start
	Pass                 // give up calling for now
	Transfer             // on to the other service, standing kept
	Return               // a passed ticket waits again
)

var kindNames = [...]string{"take", "call", "recall", "start", "finish", "pass", "transfer", "return"}

// String gives the operation's word.
func (k Kind) String() string { return kindNames[k] }

// Op is one operation. Services and windows count from 0; a window serves the service that it is odd or even with.
type Op struct {
	Kind    Kind
	Service int // of Take
	Window  int
	Number  int // of Return
}

// Out is an answer.
type Out struct {
	Number  int  // the ticket it is about; 0 = nobody could be called
	Refused bool // nothing happened
	Soon    bool // refused for a reason of time or count that the model does not know
	Unknown bool // there was no answer: it may have happened or not, or will
	Life    int  // of the process that was asked, answer or not
}

// Bounds of one round.
const (
	Services   = 2
	Windows    = 4
	MaxTickets = 80
)

// OtherService is where Transfer sends a ticket of a window.
func OtherService(window int) int { return (window + 1) % Services }

type stage uint8

const (
	unborn stage = iota
	waiting
	called
	serving
	passed
	gone
)

// ticket is small, as a check compares many states.
type ticket struct {
	stage   stage
	service uint8
	until   uint8 // calls of its service that go before it, after a return
}

// hall is the state of the model. It has no pointers: states are compared as they are.
type hall struct {
	issued  int // numbers given before the round
	n       int // in it
	calls   [Services]uint8
	hands   [Windows]uint8 // ticket in hand, from 1; 0 = none
	tickets [MaxTickets + 1]ticket
}

// Model is a hall in which so many numbers were given before, nobody waits and all windows are free.
func Model(issued int) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return hall{issued: issued} },
		Step: func(state, input, output any) (bool, any) {
			h := state.(hall)
			ok := h.step(input.(Op), output.(Out))
			return ok, h
		},
		Equal: func(a, b any) bool { return a.(hall) == b.(hall) },
	}
}

// step does the operation if its answer can be explained. One without an answer is done where it can be: if it never
// happened it can stand at the end of all, where nobody sees what it did.
func (h *hall) step(o Op, out Out) bool {
	if out.Unknown {
		if n, can := h.subject(o); can {
			h.do(o, n)
		}
		return true
	}
	n, can := h.subject(o)
	if out.Refused {
		return !can || out.Soon
	}
	if !can || n != 0 && out.Number != h.issued+n || n == 0 && out.Number != 0 {
		return false
	}
	h.do(o, n)
	return true
}

// subject finds the ticket that an operation is about, and whether it is possible; 0 = a call that finds nobody.
func (h *hall) subject(o Op) (n int, can bool) {
	switch o.Kind {
	case Take:
		return h.n + 1, h.n < MaxTickets
	case Return:
		n = o.Number - h.issued
		return n, n > 0 && n <= h.n && h.tickets[n].stage == passed
	case Call:
		return h.next(uint8(o.Window % Services)), h.hands[o.Window] == 0
	}
	n = int(h.hands[o.Window])
	if n == 0 {
		return 0, false
	}
	is := h.tickets[n].stage
	return n, is == called || o.Kind == Finish || o.Kind == Transfer
}

// next is the lowest number that waits for a service; those who came back go after the calls they must let go first, unless
// nobody else waits.
func (h *hall) next(service uint8) int {
	held := 0
	for n := 1; n <= h.n; n++ {
		t := &h.tickets[n]
		if t.stage != waiting || t.service != service {
			continue
		}
		if t.until <= h.calls[service] {
			return n
		}
		if held == 0 {
			held = n
		}
	}
	return held
}

func (h *hall) do(o Op, n int) {
	t := &h.tickets[n]
	switch o.Kind {
	case Take:
		h.n = n
		t.stage, t.service = waiting, uint8(o.Service)
	case Call:
		if n > 0 {
			t.stage, t.until = called, 0
			h.hands[o.Window] = uint8(n)
			h.calls[t.service]++
		}
	case Start:
		t.stage = serving
	case Finish:
		t.stage, h.hands[o.Window] = gone, 0
	case Pass:
		t.stage, h.hands[o.Window] = passed, 0
	case Transfer:
		t.stage, t.service, h.hands[o.Window] = waiting, uint8(OtherService(o.Window)), 0
	case Return:
		t.stage, t.until = waiting, h.calls[t.service]+1
	}
}

// Verdict is what a check has found.
type Verdict uint8

// The verdicts.
const (
	Explained   Verdict = iota // some order explains all answers
	Unexplained                // none does
	Undecided                  // not found within the time
)

// Check looks for an order of the operations that explains every answer.
func Check(issued int, history []porcupine.Operation, within time.Duration) Verdict {
	switch porcupine.CheckOperationsTimeout(Model(issued), history, within) {
	case porcupine.Ok:
		return Explained
	case porcupine.Illegal:
		return Unexplained
	}
	return Undecided
}

// never is when an operation without an answer ends.
const never = math.MaxInt64
