// Package halltest knows how to make a hall do everything it can, at random and repeatably. It must never know what is
// done with the records: it is for tests of what folds them.
package halltest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"jiaohao/server/hall"
)

// Record is one event as a journal would give it back.
type Record struct {
	Seq    uint64
	At     hall.Time
	Header hall.Header
	Event  hall.Event
}

// Walk is a hall under random commands.
type Walk struct {
	Working *hall.Working
	Now     hall.Time
	Records []Record

	r       *rand.Rand
	tickets []hall.TicketKey
	plans   int
}

// Start is when every walk begins: Monday 2026-11-23, 08:00 in Shanghai.
var Start = hall.At(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))

// New founds a hall and opens its first day. The same seed gives the same walk.
func New(seed uint64) *Walk {
	w := &Walk{Working: hall.NewWorking(), Now: Start, r: rand.New(rand.NewPCG(seed, 7))}
	w.do(hall.Actor{}, hall.Found{Hall: "testhall", Epoch: "e"})
	w.do(hall.Actor{}, hall.Start{Version: "test"})
	w.setPlan()
	w.do(hall.Actor{}, hall.OpenDay{})
	return w
}

// Records walks from a seed until there are at least so many records.
func Records(seed uint64, atLeast int) []Record {
	w := New(seed)
	for len(w.Records) < atLeast {
		w.Step()
	}
	return w.Records
}

// do submits a command; a refusal has no effect.
func (w *Walk) do(by hall.Actor, c hall.Command) hall.Receipt {
	o := hall.Order{By: by, Do: c}
	events, answer, err := w.Working.Decide(o, w.Now)
	if err != nil {
		return hall.Receipt{}
	}
	for i, e := range events {
		rec := Record{Seq: w.Working.Seq() + 1, At: w.Now, Header: hall.HeaderOf(o, answer, i, len(events)), Event: e}
		w.Working.Apply(rec.Seq, rec.At, rec.Header, e)
		w.Records = append(w.Records, rec)
	}
	return answer
}

// Step lets some time go by, does what it asks for, and gives one random command.
func (w *Walk) Step() {
	w.Now = w.Now.Add(time.Duration(w.r.ExpFloat64() * 25 * float64(time.Second)))
	if w.r.IntN(120) == 0 {
		w.Now = w.Now.Add(time.Duration(w.r.IntN(70)) * time.Minute)
	}
	if w.r.IntN(700) == 0 {
		w.Now = w.Now.Add(time.Duration(1+w.r.IntN(30)) * time.Hour)
	}
	commands, _ := hall.Due(w.Working.Publish(), w.Now)
	for _, c := range commands {
		w.do(hall.Actor{}, c)
	}
	switch n := w.r.IntN(100); {
	case n < 22:
		w.issue()
	case n < 88:
		w.atWindow()
	case n < 97:
		w.atTicket()
	default:
		w.rare()
	}
}

func (w *Walk) setPlan() {
	w.do(hall.Actor{}, hall.SetPlan{Plan: Plan(w.plans), Hash: fmt.Sprint(w.plans), Source: hall.FromConfig})
	w.plans++
}

func oneOf[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

func (w *Walk) service() string {
	return oneOf(w.r, w.Working.Publish().Plan().Services...).ID
}

func (w *Walk) window() string { return oneOf(w.r, "1", "2", "3", "4", "5") }

func (w *Walk) ticket() hall.TicketKey {
	if len(w.tickets) == 0 {
		return hall.TicketKey{}
	}
	recent := w.tickets[max(0, len(w.tickets)-40):]
	return oneOf(w.r, recent...)
}

var supervisor = hall.Actor{Kind: hall.Clerk, ID: "8001", Roles: []hall.Role{hall.RoleSupervisor, hall.RoleAdministrator}}

func (w *Walk) issue() {
	c := hall.Issue{ID: fmt.Sprintf("secret-%d", len(w.tickets)), Service: w.service(), Class: oneOf(w.r, "", "", "", "elderly", "military"),
		Proved: w.r.IntN(2) == 0, Channel: "kiosk", Lang: "zh"}
	if r := w.do(hall.Actor{Kind: hall.Terminal, ID: "kiosk-1"}, c); !r.Leg.IsZero() {
		w.tickets = append(w.tickets, r.Leg.Ticket())
	}
}

// atWindow does what the person at a random window could do next, mostly what keeps the queue moving.
func (w *Walk) atWindow() {
	id := w.window()
	s := w.Working.Publish()
	post := s.Post(id)
	by := hall.Actor{Kind: hall.Clerk, ID: post.Staff}
	switch {
	case post.State == hall.PostClosed:
		w.do(hall.Actor{Kind: hall.Clerk, ID: fmt.Sprint(1001 + w.r.IntN(6))}, hall.Open{Window: id})
	case post.State == hall.PostPaused && w.r.IntN(3) > 0:
		w.do(by, hall.Unpause{Window: id})
	case post.Current.IsZero():
		w.free(id, by, post)
	default:
		_, l, _ := s.Leg(post.Current)
		w.busy(id, by, l.Stage)
	}
}

func (w *Walk) free(id string, by hall.Actor, post hall.Post) {
	if n := len(post.Parked); n > 0 && w.r.IntN(3) == 0 {
		w.do(by, hall.Unpark{Window: id, Ticket: post.Parked[w.r.IntN(n)].Ticket()})
		return
	}
	w.do(by, oneOf[hall.Command](w.r, hall.Next{Window: id}, hall.Next{Window: id}, hall.Next{Window: id}, hall.Next{Window: id}, hall.Next{Window: id},
		hall.Call{Window: id, Ticket: w.ticket(), Reason: "asked"}, hall.Reopen{Window: id, Ticket: post.LastEnded.Ticket()},
		hall.Close{Window: id, Confirm: w.r.IntN(2) == 0, HandTo: oneOf(w.r, "", "", w.window())}))
}

func (w *Walk) busy(id string, by hall.Actor, stage hall.Stage) {
	commands := []hall.Command{hall.Begin{Window: id}, hall.Begin{Window: id}, hall.Begin{Window: id}, hall.Begin{Window: id}, hall.Pass{Window: id},
		hall.Recall{Window: id}, hall.Uncall{Window: id}, hall.Finish{Window: id}, hall.Next{Window: id, Pass: true}}
	if stage == hall.Serving {
		commands = []hall.Command{w.finish(id), w.finish(id), w.finish(id), hall.Next{Window: id, Finish: &hall.Finish{}}, hall.Park{Window: id},
			w.transfer(id), hall.AddLeg{Window: id, Service: w.service()}, hall.Uncall{Window: id}, hall.GoneAway{Window: id},
			hall.Suspend{Window: id, Reason: "break", Minutes: w.r.IntN(20)}, hall.HandOver{Window: id, Staff: fmt.Sprint(1001 + w.r.IntN(6))},
			hall.Begin{Window: id}, hall.Begin{Window: id}, hall.Begin{Window: id}}
	}
	w.do(by, oneOf(w.r, commands...))
}

func (w *Walk) finish(id string) hall.Finish {
	f := hall.Finish{Window: id, Confirm: w.r.IntN(4) == 0, Cases: w.r.IntN(4)}
	for range w.r.IntN(3) {
		f.Items = append(f.Items, hall.Item{Service: w.service(), Outcome: hall.Accepted, Cases: 1 + w.r.IntN(3)})
	}
	return f
}

func (w *Walk) transfer(id string) hall.Transfer {
	t := hall.Transfer{Window: id, Place: oneOf(w.r, hall.PlaceKeep, hall.PlaceEnd)}
	switch w.r.IntN(3) {
	case 0:
		t.Service = w.service()
	case 1:
		t.To = w.window()
	default:
		t.Staff = fmt.Sprint(1001 + w.r.IntN(6))
	}
	return t
}

func (w *Walk) atTicket() {
	k := w.ticket()
	w.do(supervisor, oneOf[hall.Command](w.r, hall.Return{Ticket: k}, hall.Return{Ticket: k}, hall.Defer{Ticket: k}, hall.Cancel{Ticket: k},
		hall.Abandon{Ticket: k}, hall.Print{Ticket: k}, hall.Rate{Ticket: k, Leg: 1, Level: 5},
		hall.Reclassify{Ticket: k, Class: oneOf(w.r, "elderly", "military"), Reason: "seen"},
		hall.Correct{Ticket: k, Leg: w.r.IntN(2), Items: []hall.Item{{Service: w.service(), Cases: 1 + w.r.IntN(5)}}, Reason: "typo"}))
}

// rare are the steps that a hall sees a few times a day.
func (w *Walk) rare() {
	switch w.r.IntN(7) {
	case 0:
		w.do(supervisor, hall.Void{Ticket: w.ticket(), Reason: "twice"})
	case 1:
		w.do(supervisor, hall.Release{Window: w.window()})
	case 2:
		w.Now = w.Now.Add(time.Duration(w.r.IntN(200)) * time.Second)
		w.do(hall.Actor{}, hall.Start{Version: "test"})
	case 3:
		w.setPlan()
	case 4:
		w.do(supervisor, hall.CloseDay{Confirm: w.r.IntN(4) == 0})
		w.do(supervisor, hall.OpenDay{})
	case 5:
		w.supervisorReopens()
	case 6:
		w.do(supervisor, hall.Close{Window: w.window(), Confirm: true})
	}
}

// supervisorReopens sits down at a window, takes back an old finish and leaves the visit there.
func (w *Walk) supervisorReopens() {
	id := w.window()
	if w.Working.Publish().Post(id).State == hall.PostClosed {
		w.do(supervisor, hall.Open{Window: id})
		w.do(supervisor, hall.Reopen{Window: id, Ticket: w.ticket()})
	}
}
