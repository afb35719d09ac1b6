package hall

import (
	"fmt"
	"time"
)

// action is something that somebody in a random hall may want, sensible or not.
type action struct {
	weight int
	make   func(s *sim) (Actor, Command)
}

var actions = []action{
	{30, (*sim).issue}, {30, (*sim).next}, {14, atWindow(func(w string) Command { return Begin{Window: w} })},
	{12, (*sim).finish}, {8, atWindow(func(w string) Command { return Recall{Window: w} })},
	{8, atWindow(func(w string) Command { return Pass{Window: w} })},
	{3, atWindow(func(w string) Command { return Uncall{Window: w} })},
	{2, atWindow(func(w string) Command { return GoneAway{Window: w} })},
	{6, func(s *sim) (Actor, Command) { w, by := s.window(); return by, Open{Window: w} }},
	{2, (*sim).close}, {3, (*sim).suspend}, {4, atWindow(func(w string) Command { return Unpause{Window: w} })},
	{1, (*sim).release}, {2, (*sim).handOver}, {5, (*sim).park}, {4, (*sim).unpark}, {6, (*sim).transfer}, {3, (*sim).call},
	{2, (*sim).addLeg}, {3, (*sim).reopen}, {6, (*sim).giveBack}, {4, (*sim).deferring}, {3, (*sim).cancel}, {2, (*sim).abandon},
	{1, (*sim).void}, {3, (*sim).reclassify}, {1, (*sim).correct}, {3, (*sim).rate}, {1, (*sim).complain}, {1, (*sim).print},
	{1, (*sim).rare}, {1, (*sim).erase}, {1, (*sim).terminal},
}

// terminal lets a machine in, renames one or puts it out: the queue must not notice.
func (s *sim) terminal() (Actor, Command) {
	by := oneOf(s.r, Actor{}, Actor{Kind: Clerk, ID: "9001", Roles: []Role{RoleAdministrator}}, s.staff("1001"))
	return by, oneOf[Command](s.r, EnrolTerminal{Name: "k", Role: "kiosk", Way: "screen"}, RenameTerminal{Name: "k", To: "l"}, RevokeTerminal{Name: "l", Role: "kiosk"})
}

// atWindow is a command that says no more than its window.
func atWindow(make func(window string) Command) func(s *sim) (Actor, Command) {
	return func(s *sim) (Actor, Command) {
		w, by := s.busy()
		return by, make(w)
	}
}

// busy picks a window with somebody in hand if one is found quickly.
func (s *sim) busy() (string, Actor) {
	w, by := s.window()
	for range s.r.IntN(6) {
		if post := s.live.b.post(w); !post.Current.IsZero() && post.Staff == by.ID {
			break
		}
		w, by = s.window()
	}
	return w, by
}

// open picks a window at work if one is found quickly.
func (s *sim) open() (string, Actor) {
	w, by := s.window()
	for range s.r.IntN(4) {
		if post := s.live.b.post(w); post.State == PostOpen && post.Staff == by.ID {
			break
		}
		w, by = s.window()
	}
	return w, by
}

func (s *sim) staff(id string) Actor { return person(s.live.b.plan, id) }

// window picks a window, and usually who sits there.
func (s *sim) window() (string, Actor) {
	id := oneOf(s.r, "1", "2", "3", "4")
	if s.r.IntN(20) > 0 {
		id = oneOf(s.r, s.live.b.plan.Windows...).ID
	}
	by := oneOf(s.r, s.plan.Staff...).ID
	if post := s.live.b.post(id); post.State != PostClosed && s.r.IntN(16) > 0 {
		by = post.Staff
	}
	return id, s.staff(by)
}

// ticket picks one of the latest tickets, sometimes one that never was.
func (s *sim) ticket() TicketKey {
	if len(s.tickets) == 0 || s.r.IntN(40) == 0 {
		return TicketKey{Date: 20261123, N: uint32(s.r.IntN(400))}
	}
	return s.tickets[len(s.tickets)-1-s.r.IntN(min(len(s.tickets), 40))]
}

// ticketIn picks a ticket in a stage if one is found quickly.
func (s *sim) ticketIn(stage Stage) TicketKey {
	key := s.ticket()
	for range 12 {
		if t, ok := s.live.b.ticket(key); ok && t.Leg().Stage == stage {
			break
		}
		key = s.ticket()
	}
	return key
}

func (s *sim) service() string {
	if s.r.IntN(50) == 0 {
		return "unheard-of"
	}
	return oneOf(s.r, s.plan.Services...).ID
}

func (s *sim) class() string {
	if s.r.IntN(3) > 0 {
		return ""
	}
	if s.r.IntN(20) == 0 {
		return "class-9"
	}
	return oneOf(s.r, s.plan.Classes...).ID
}

func (s *sim) issue() (Actor, Command) {
	s.secrets++
	c := Issue{ID: fmt.Sprintf("secret-%d", s.secrets), Service: s.service(), Class: s.class(), Proved: s.r.IntN(2) == 0, Channel: "kiosk", Lang: "zh"}
	if s.r.IntN(4) == 0 {
		c.PersonRef = fmt.Sprintf("person-%d", s.r.IntN(30))
		c.Secret = &Secret{Kind: "idcard", Digest: []byte{1, 2}, Masked: "3301**********1234"}
	}
	if s.r.IntN(10) == 0 {
		c.Window, c.People, c.Cases, c.Override = oneOf(s.r, "1", "2", "9"), s.r.IntN(60), s.r.IntN(60), s.r.IntN(2) == 0
	}
	if s.r.IntN(100) == 0 {
		c.ID = "secret-1"
	}
	return oneOf(s.r, Actor{Kind: Terminal, ID: "kiosk-1"}, s.staff("1001")), c
}

func (s *sim) next() (Actor, Command) {
	w, by := s.open()
	c := Next{Window: w}
	current := s.live.b.post(w).Current
	if l, ok := s.live.b.leg(current); ok && s.r.IntN(10) > 0 {
		c.Pass = l.Stage == Called && s.r.IntN(2) == 0
		if !c.Pass {
			c.Finish = &Finish{Outcome: oneOf(s.r, "", Advised, "nonsense"), Cases: s.r.IntN(3)}
		}
	}
	return by, c
}

func (s *sim) finish() (Actor, Command) {
	w, by := s.busy()
	c := Finish{Window: w, Confirm: s.r.IntN(3) == 0}
	if s.r.IntN(4) == 0 {
		c.Items = []Item{{Service: s.service(), Outcome: Accepted, Cases: s.r.IntN(5)}, {Cases: 60 * s.r.IntN(2)}}
	}
	return by, c
}

func (s *sim) close() (Actor, Command) {
	w, by := s.window()
	return by, Close{Window: w, HandTo: oneOf(s.r, "", "", "1", "2", "9"), Confirm: s.r.IntN(3) > 0}
}

func (s *sim) suspend() (Actor, Command) {
	w, by := s.window()
	return oneOf(s.r, by, by, s.staff("8001")), Suspend{Window: w, Reason: oneOf(s.r, "meal", "printer", "nonsense"), Minutes: s.r.IntN(40)}
}

func (s *sim) release() (Actor, Command) {
	w, by := s.window()
	return oneOf(s.r, by, s.staff("8001")), Release{Window: w}
}

func (s *sim) handOver() (Actor, Command) {
	w, by := s.window()
	return oneOf(s.r, by, s.staff("8001")), HandOver{Window: w, Staff: oneOf(s.r, s.plan.Staff...).ID}
}

func (s *sim) park() (Actor, Command) {
	w, by := s.busy()
	return by, Park{Window: w, Reason: oneOf(s.r, "", "复印")}
}

func (s *sim) unpark() (Actor, Command) {
	w, by := s.open()
	if list := s.live.b.post(w).Parked; len(list) > 0 && s.r.IntN(5) > 0 {
		return by, Unpark{Window: w, Ticket: oneOf(s.r, list...).Ticket()}
	}
	return by, Unpark{Window: w, Ticket: s.ticketIn(Parked)}
}

func (s *sim) transfer() (Actor, Command) {
	w, by := s.busy()
	c := Transfer{Window: w, Place: oneOf(s.r, "", PlaceKeep, PlaceEnd, "front"), Note: oneOf(s.r, "", "材料已核")}
	if s.r.IntN(2) == 0 {
		c.Ticket = s.ticketIn(oneOf(s.r, Waiting, Parked, Passed, Called))
	}
	switch s.r.IntN(7) {
	case 0, 1:
		c.To = oneOf(s.r, "1", "2", "3", "9")
	case 2, 3:
		c.Staff = oneOf(s.r, s.plan.Staff...).ID
	case 4:
		c.Staff, c.Service = "1001", s.service()
	default:
		c.Service = s.service()
	}
	return by, c
}

func (s *sim) call() (Actor, Command) {
	w, by := s.open()
	return by, Call{Window: w, Ticket: s.ticketIn(oneOf(s.r, Waiting, Passed)), Reason: oneOf(s.r, "", "行动不便")}
}

func (s *sim) addLeg() (Actor, Command) {
	w, by := s.busy()
	return by, AddLeg{Window: w, Service: s.service()}
}

func (s *sim) reopen() (Actor, Command) {
	w, by := s.open()
	key := s.ticketIn(Ended)
	if done := s.live.b.post(w).LastEnded; !done.IsZero() && s.r.IntN(3) > 0 {
		key = done.Ticket()
	}
	return oneOf(s.r, by, s.staff("8001")), Reopen{Window: w, Ticket: key}
}

func (s *sim) giveBack() (Actor, Command) {
	return Actor{Kind: Citizen}, Return{Ticket: s.ticketIn(Passed)}
}

func (s *sim) deferring() (Actor, Command) {
	return Actor{Kind: Citizen}, Defer{Ticket: s.ticketIn(Waiting), People: s.r.IntN(22)}
}

func (s *sim) cancel() (Actor, Command) { return Actor{Kind: Citizen}, Cancel{Ticket: s.ticket()} }

func (s *sim) abandon() (Actor, Command) {
	_, by := s.window()
	return oneOf(s.r, by, system, Actor{Kind: Citizen}), Abandon{Ticket: s.ticketIn(oneOf(s.r, Passed, Parked))}
}

func (s *sim) void() (Actor, Command) {
	_, by := s.window()
	return oneOf(s.r, by, s.staff("8001"), s.staff("7001")), Void{Ticket: s.ticket(), Reason: oneOf(s.r, "", "重复取号")}
}

func (s *sim) reclassify() (Actor, Command) {
	_, by := s.window()
	return by, Reclassify{Ticket: s.ticketIn(Waiting), Class: s.class(), Reason: "证件已验"}
}

func (s *sim) correct() (Actor, Command) {
	_, by := s.window()
	return oneOf(s.r, by, s.staff("8001")), Correct{Ticket: s.ticketIn(Ended), Leg: s.r.IntN(3), Items: []Item{{Outcome: Refused}}, Reason: "填错"}
}

func (s *sim) rate() (Actor, Command) {
	return Actor{Kind: Citizen}, Rate{Ticket: s.ticketIn(Ended), Leg: 1 + s.r.IntN(2), Level: s.r.IntN(7), Reasons: []string{"fast"}, Text: "好"}
}

func (s *sim) complain() (Actor, Command) {
	return Actor{Kind: Citizen}, Complain{Ticket: s.ticket(), Leg: s.r.IntN(3), Text: oneOf(s.r, "", "太慢"), Phone: "13800000000"}
}

func (s *sim) print() (Actor, Command) {
	return Actor{Kind: Terminal, ID: "kiosk-1"}, Print{Ticket: s.ticket(), Failed: s.r.IntN(3) == 0}
}

// rare is what happens to a hall as a whole: its days, its plan, its clock, its process.
func (s *sim) rare() (Actor, Command) {
	switch s.r.IntN(16) {
	case 0:
		return s.staff(oneOf(s.r, "8001", "1001")), CloseDay{Confirm: s.r.IntN(2) == 0}
	case 1, 2, 3:
		return oneOf(s.r, s.staff("8001"), system, s.staff("1001")), OpenDay{}
	case 4:
		return system, DoubtClock{Wall: s.now - 5000, Last: s.now}
	case 5, 6, 7:
		return oneOf(s.r, s.staff("8001"), s.staff("1001")), ConfirmClock{}
	case 8:
		s.now = s.now.Add(time.Duration(s.r.IntN(400)) * time.Second)
		return system, Start{Version: "sim"}
	case 9:
		return system, Found{Hall: "again"}
	default:
		s.plans++
		return oneOf(s.r, s.staff("9001"), s.staff("8001")), SetPlan{Plan: changedPlan(s.r, s.plan), Hash: fmt.Sprintf("plan-%d", s.plans),
			Source: FromConsole, NextDay: s.r.IntN(2) == 0}
	}
}

// erase is an order to erase private parts, by age or of one person.
func (s *sim) erase() (Actor, Command) {
	seq := s.live.b.seq
	if s.r.IntN(2) == 0 {
		return system, EraseOld{Through: seq - min(seq, uint64(s.r.IntN(50))), Words: s.r.IntN(2) == 0, Count: s.r.IntN(3), Days: 30}
	}
	first := s.r.Uint64N(seq + 2)
	return oneOf(s.r, s.staff("8001"), s.staff("1001")), ErasePerson{Seqs: []uint64{first, first + s.r.Uint64N(3)}}
}
