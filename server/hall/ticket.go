package hall

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// TicketKey names a ticket inside the state: the day it belongs to and its place in the order of issue, from 1.
type TicketKey struct {
	_    struct{} `cbor:",toarray"`
	Date Date
	N    uint32
}

// IsZero reports whether the key names no ticket.
func (k TicketKey) IsZero() bool { return k.N == 0 }

// LegKey names a leg of a ticket; legs count from 1.
type LegKey struct {
	_    struct{} `cbor:",toarray"`
	Date Date
	N    uint32
	Leg  uint8
}

// Ticket is the key of the leg's ticket.
func (k LegKey) Ticket() TicketKey { return TicketKey{Date: k.Date, N: k.N} }

// IsZero reports whether the key names no leg.
func (k LegKey) IsZero() bool { return k.N == 0 }

func (k TicketKey) leg(n int) LegKey { return LegKey{Date: k.Date, N: k.N, Leg: uint8(n)} }

// Number is a ticket number: prefix and running figure, shown as A001.
type Number struct {
	_      struct{} `cbor:",toarray"`
	Prefix string
	N      uint32
}

// String gives the number as citizens read it, at least three digits.
func (n Number) String() string {
	if n.Prefix == "" {
		return ""
	}
	return fmt.Sprintf("%s%03d", n.Prefix, n.N)
}

// MarshalText gives the form of [Number.String].
func (n Number) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// ParseNumber reads "A001"; ok is false for anything that no ticket could be called.
func ParseNumber(text string) (n Number, ok bool) {
	letters := 0
	for letters < len(text) && letters < 3 && text[letters] >= 'A' && text[letters] <= 'Z' {
		letters++
	}
	digits := text[letters:]
	if letters == 0 || letters > 2 || len(digits) < 3 || len(digits) > 7 || len(digits) > 3 && digits[0] == '0' {
		return Number{}, false
	}
	for _, d := range []byte(digits) {
		if d < '0' || d > '9' {
			return Number{}, false
		}
		n.N = n.N*10 + uint32(d-'0')
	}
	n.Prefix = text[:letters]
	return n, n.N > 0
}

func compareNumbers(a, b Number) int {
	if c := strings.Compare(a.Prefix, b.Prefix); c != 0 {
		return c
	}
	return cmp.Compare(a.N, b.N)
}

// Stage is where a leg stands.
type Stage uint8

// The stages of a leg. Ended says that its End tells how.
const (
	Waiting Stage = iota + 1
	Called
	Serving
	Parked
	Passed
	Ended
)

var stages = [...]string{Waiting: "waiting", Called: "called", Serving: "serving", Parked: "parked", Passed: "passed", Ended: "ended"}

// String gives the word of the public contract.
func (s Stage) String() string { return word(stages[:], int(s)) }

// MarshalText gives the form of [Stage.String].
func (s Stage) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// End is how a leg ended.
type End uint8

// The ends of a leg.
const (
	Finished  End = iota + 1
	Left          // went away while being served
	Moved         // goes on in another leg
	Cancelled     // by the citizen
	Abandoned     // never came back
	Unserved      // the hall's failure
	Voided        // by staff, with a reason
)

var ends = [...]string{Finished: "finished", Left: "left", Moved: "moved", Cancelled: "cancelled", Abandoned: "abandoned",
	Unserved: "unserved", Voided: "voided"}

// String gives the word of the public contract; "" for none.
func (e End) String() string { return word(ends[:], int(e)) }

// MarshalText gives the form of [End.String].
func (e End) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

func word(words []string, i int) string {
	if i >= len(words) {
		return "unknown"
	}
	return words[i]
}

// Outcomes of an item of a finished leg.
const (
	Accepted  = "accepted"
	Completed = "completed"
	Advised   = "advised"
	Returned  = "returned" // for papers
	Refused   = "refused"
)

var outcomes = []string{Accepted, Completed, Advised, Returned, Refused}

// Item is what was done in a handling.
type Item struct {
	Service string `json:"service" cbor:"1,keyasint"`
	Outcome string `json:"outcome" cbor:"2,keyasint"`
	Cases   int    `json:"cases" cbor:"3,keyasint"`
	CaseNo  string `json:"caseNo,omitempty" cbor:"4,keyasint,omitempty"`
}

// Times are the milliseconds a leg has spent, by what it was doing. Their sum and the running stage are the leg's stay.
type Times struct {
	Wait     Time `json:"wait" cbor:"1,keyasint,omitempty"`     // in waiting
	Away     Time `json:"away" cbor:"2,keyasint,omitempty"`     // in passed, or called without coming
	Way      Time `json:"way" cbor:"3,keyasint,omitempty"`      // from the last call to the start
	Handling Time `json:"handling" cbor:"4,keyasint,omitempty"` // in serving
	Parked   Time `json:"parked" cbor:"5,keyasint,omitempty"`   // in parked
}

// Sum is all of them together.
func (t Times) Sum() Time { return t.Wait + t.Away + t.Way + t.Handling + t.Parked }

// Target is where a waiting leg is bound to; zero = any window that offers the service.
type Target struct {
	Window string `json:"window,omitempty" cbor:"1,keyasint,omitempty"`
	Staff  string `json:"staff,omitempty" cbor:"2,keyasint,omitempty"`
}

// Share is one person's part of a handling that was handed over.
type Share struct {
	Staff    string `json:"staff" cbor:"1,keyasint"`
	Handling Time   `json:"handling" cbor:"2,keyasint"`
}

// Leg is one service of a visit.
type Leg struct {
	Service      string  `json:"service" cbor:"1,keyasint"`
	Class        string  `json:"class" cbor:"2,keyasint"`
	Claimed      string  `json:"claimed,omitempty" cbor:"3,keyasint,omitempty"` // class said but not yet proved
	Credit       Time    `json:"credit" cbor:"4,keyasint,omitempty"`
	Strict       bool    `json:"strict,omitempty" cbor:"5,keyasint,omitempty"`
	Stage        Stage   `json:"stage" cbor:"6,keyasint"`
	End          End     `json:"end,omitempty" cbor:"7,keyasint,omitempty"`
	Why          string  `json:"why,omitempty" cbor:"8,keyasint,omitempty"` // of unserved: hours, outage, window
	Target       Target  `json:"target,omitzero" cbor:"9,keyasint,omitzero"`
	Window       string  `json:"window,omitempty" cbor:"10,keyasint,omitempty"` // where it was called last
	Staff        string  `json:"staff,omitempty" cbor:"11,keyasint,omitempty"`
	JoinedAt     Time    `json:"joinedAt" cbor:"12,keyasint"`
	StandingFrom Time    `json:"standingFrom" cbor:"13,keyasint"`
	FirstCallAt  Time    `json:"firstCallAt,omitempty" cbor:"14,keyasint,omitempty"`
	CalledAt     Time    `json:"calledAt,omitempty" cbor:"15,keyasint,omitempty"` // the last call
	StartedAt    Time    `json:"startedAt,omitempty" cbor:"16,keyasint,omitempty"`
	EndedAt      Time    `json:"endedAt,omitempty" cbor:"17,keyasint,omitempty"`
	Since        Time    `json:"since" cbor:"18,keyasint"` // start of the running stage
	Times        Times   `json:"times" cbor:"19,keyasint"`
	Calls        int     `json:"calls" cbor:"20,keyasint,omitempty"`
	CallID       uint64  `json:"callId,omitempty" cbor:"21,keyasint,omitempty"` // sequence of the last call
	Returns      int     `json:"returns,omitempty" cbor:"22,keyasint,omitempty"`
	Defers       int     `json:"defers,omitempty" cbor:"23,keyasint,omitempty"`
	HeldUntil    uint64  `json:"heldUntil,omitempty" cbor:"24,keyasint,omitempty"` // not eligible until its service has had this many calls
	Items        []Item  `json:"items,omitempty" cbor:"25,keyasint,omitempty"`
	Shares       []Share `json:"shares,omitempty" cbor:"26,keyasint,omitempty"`
	Inferred     bool    `json:"startInferred,omitempty" cbor:"27,keyasint,omitempty"`
	Doubtful     bool    `json:"timeDoubtful,omitempty" cbor:"28,keyasint,omitempty"`
	Outage       bool    `json:"outage,omitempty" cbor:"29,keyasint,omitempty"` // was open across a gap in the hall's life
	SlotAt       Time    `json:"slotAt,omitempty" cbor:"30,keyasint,omitempty"`
	Reason       *Why    `json:"reason,omitempty" cbor:"31,keyasint,omitempty"`
	NoteSeq      uint64  `json:"noteSeq,omitempty" cbor:"32,keyasint,omitempty"` // record whose private part holds the note
	ParkReason   string  `json:"parkReason,omitempty" cbor:"33,keyasint,omitempty"`
	Back         bool    `json:"back,omitempty" cbor:"34,keyasint,omitempty"` // came back after a pass
	StopAt       Time    `json:"stopAt,omitempty" cbor:"35,keyasint,omitempty"`
}

// queue names the queue a waiting leg stands in.
func (l *Leg) queue() queueName {
	switch {
	case l.Target.Staff != "":
		return staffQueue(l.Target.Staff)
	case l.Target.Window != "":
		return windowQueue(l.Target.Window)
	}
	return serviceQueue(l.Service)
}

// State gives the contract's word: the stage, or how the leg ended.
func (l Leg) State() string {
	if l.Stage == Ended {
		return l.End.String()
	}
	return l.Stage.String()
}

// Stay is the time from joining to the end, or to at while the leg runs.
func (l Leg) Stay(at Time) Time {
	if l.Stage == Ended {
		at = l.EndedAt
	}
	return at - l.JoinedAt
}

// Waited is the time in waiting so far.
func (l Leg) Waited(at Time) Time {
	if l.Stage == Waiting {
		return l.Times.Wait + at - l.Since
	}
	return l.Times.Wait
}

// Promise is the wait a citizen was told when the ticket was issued.
type Promise struct {
	Seconds int    `json:"seconds" cbor:"1,keyasint"`
	Low     int    `json:"lowSeconds" cbor:"2,keyasint"`
	High    int    `json:"highSeconds" cbor:"3,keyasint"`
	Basis   string `json:"basis" cbor:"4,keyasint"`
}

// Ticket is one citizen's visit. Values that leave the package share their legs with the state: read them only.
type Ticket struct {
	Key       TicketKey `json:"key" cbor:"1,keyasint"`
	ID        string    `json:"-" cbor:"2,keyasint"` // the citizen's secret
	Number    Number    `json:"number" cbor:"3,keyasint"`
	Channel   string    `json:"channel" cbor:"4,keyasint"`
	Lang      string    `json:"lang" cbor:"5,keyasint"`
	IssuedAt  Time      `json:"issuedAt" cbor:"6,keyasint"`
	By        string    `json:"by,omitempty" cbor:"7,keyasint,omitempty"` // terminal or staff that issued it
	PersonRef string    `json:"personRef,omitempty" cbor:"8,keyasint,omitempty"`
	People    int       `json:"people,omitempty" cbor:"9,keyasint,omitempty"`
	Cases     int       `json:"cases,omitempty" cbor:"10,keyasint,omitempty"`
	Ahead     int       `json:"ahead" cbor:"11,keyasint"` // at issue, as told
	Promise   *Promise  `json:"promise,omitempty" cbor:"12,keyasint,omitempty"`
	Window    string    `json:"window,omitempty" cbor:"13,keyasint,omitempty"` // at issue, of a queue by window
	Legs      []Leg     `json:"legs" cbor:"14,keyasint"`
	Voided    bool      `json:"voided,omitempty" cbor:"15,keyasint,omitempty"`
	Printed   int       `json:"printed,omitempty" cbor:"16,keyasint,omitempty"`
	Unprinted bool      `json:"unprinted,omitempty" cbor:"17,keyasint,omitempty"`
	Ratings   []Rating  `json:"ratings,omitempty" cbor:"18,keyasint,omitempty"`
	Class     string    `json:"class" cbor:"19,keyasint"` // at issue, as told; the legs have what holds now
	Claimed   string    `json:"claimed,omitempty" cbor:"20,keyasint,omitempty"`
}

// Leg is the running leg, or the last.
func (t *Ticket) Leg() *Leg { return &t.Legs[len(t.Legs)-1] }

// LegKey names the running leg, or the last.
func (t *Ticket) LegKey() LegKey { return t.Key.leg(len(t.Legs)) }

// State gives the contract's word for the ticket.
func (t *Ticket) State() string {
	if t.Voided {
		return Voided.String()
	}
	return t.Leg().State()
}

// Open reports whether the visit goes on.
func (t *Ticket) Open() bool { return t.Leg().Stage != Ended }

// Ref names the ticket for ever, for instance "2026-11-23/A001".
func (t *Ticket) Ref() string { return t.Key.Date.String() + "/" + t.Number.String() }

// single is a ticket with its only leg in one piece of memory: most never have another.
type single struct {
	Ticket
	leg [1]Leg
}

func newSingle(t Ticket, l Leg) *Ticket {
	s := &single{Ticket: t, leg: [1]Leg{l}}
	s.Legs = s.leg[:]
	return &s.Ticket
}

func (t *Ticket) clone() *Ticket {
	if len(t.Legs) == 1 {
		return newSingle(*t, t.Legs[0])
	}
	c := *t
	c.Legs = slices.Clone(t.Legs)
	return &c
}
