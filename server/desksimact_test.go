package server

import (
	"fmt"
	"strconv"
	"sync"

	"jiaohao/server/hall"
)

// simPlans are the plans of simulated halls: always open or with office hours, each in three forms that may follow each other.
var simPlans = sync.OnceValue(func() (list []*hall.Plan) {
	for i := range 6 {
		list = append(list, simPlan(i/2, i%2 == 1))
	}
	return list
})

var simBoss = hall.Actor{Kind: hall.Clerk, ID: "8001", Roles: []hall.Role{hall.RoleSupervisor, hall.RoleAdministrator}}

// wish is what somebody in the hall wants who sees a published state: by the time it is decided it may be out of date.
func (s *deskSim) wish(state hall.State) (hall.Actor, hall.Command) {
	if state.ClockDoubt() != nil && s.r.IntN(12) == 0 {
		return simBoss, hall.ConfirmClock{}
	}
	switch n := s.r.IntN(100); {
	case n < 28:
		return s.wishTicket(state)
	case n < 86:
		return s.wishAtWindow(state)
	case n < 97:
		return s.wishOfHolder()
	default:
		return s.wishOfBoss(state)
	}
}

func (s *deskSim) wishTicket(state hall.State) (hall.Actor, hall.Command) {
	c := hall.Issue{ID: "secret-" + strconv.Itoa(len(s.ops)), Service: s.service(state), Class: oneOf(s.r, "", "", "", "elderly", "military"),
		Proved: s.r.IntN(2) == 0, Channel: "kiosk", Lang: "zh"}
	switch s.r.IntN(12) {
	case 0:
		c.PersonRef = "person-" + strconv.Itoa(s.r.IntN(30))
	case 1:
		c.Channel = "phone"
		return hall.Actor{Kind: hall.Citizen}, c
	}
	return kioskActor, c
}

func (s *deskSim) service(state hall.State) string {
	list := state.Plan().Services
	return list[s.r.IntN(len(list))].ID
}

func (s *deskSim) window() string { return oneOf(s.r, "1", "2", "3", "4", "5") }

func (s *deskSim) staff() string { return oneOf(s.r, "1001", "1002", "1003", "1004", "1005", "1006") }

// ticket is one of the latest.
func (s *deskSim) ticket() hall.TicketKey {
	if len(s.tickets) == 0 {
		return hall.TicketKey{}
	}
	return s.tickets[len(s.tickets)-1-s.r.IntN(min(len(s.tickets), 40))]
}

// wishAtWindow is what the person at a window could do next, mostly what keeps the queue moving.
func (s *deskSim) wishAtWindow(state hall.State) (hall.Actor, hall.Command) {
	id := s.window()
	post := state.Post(id)
	by := hall.Actor{Kind: hall.Clerk, ID: post.Staff}
	switch {
	case post.State == hall.PostClosed:
		return hall.Actor{Kind: hall.Clerk, ID: s.staff()}, hall.Open{Window: id}
	case post.State == hall.PostPaused && s.r.IntN(3) > 0:
		return by, hall.Unpause{Window: id}
	case post.Current.IsZero():
		return by, s.free(id, &post)
	}
	_, l, _ := state.Leg(post.Current)
	if l.Stage == hall.Serving {
		return by, s.serving(id, state)
	}
	return by, s.called(id)
}

func (s *deskSim) free(id string, post *hall.Post) hall.Command {
	switch n := s.r.IntN(40); {
	case n < 4 && len(post.Parked) > 0:
		return hall.Unpark{Window: id, Ticket: post.Parked[0].Ticket()}
	case n < 6:
		return hall.Call{Window: id, Ticket: s.ticket(), Reason: "asked"}
	case n < 8:
		return hall.Reopen{Window: id, Ticket: post.LastEnded.Ticket()}
	case n == 8:
		return hall.Close{Window: id, Confirm: s.r.IntN(2) == 0}
	case n == 9:
		return hall.Suspend{Window: id, Reason: "break", Minutes: s.r.IntN(20)}
	}
	return hall.Next{Window: id}
}

func (s *deskSim) called(id string) hall.Command {
	switch n := s.r.IntN(20); {
	case n < 4:
		return hall.Recall{Window: id}
	case n < 6:
		return hall.Pass{Window: id}
	case n < 7:
		return hall.Next{Window: id, Pass: true}
	case n < 8:
		return hall.Uncall{Window: id}
	case n < 9:
		return hall.Finish{Window: id}
	}
	return hall.Begin{Window: id}
}

func (s *deskSim) serving(id string, state hall.State) hall.Command {
	switch n := s.r.IntN(24); {
	case n < 8:
		return hall.Next{Window: id, Finish: &hall.Finish{Cases: s.r.IntN(3)}}
	case n < 10:
		return hall.Park{Window: id}
	case n < 13:
		return s.transfer(id, state)
	case n == 13:
		return hall.AddLeg{Window: id, Service: s.service(state)}
	case n == 14:
		return hall.GoneAway{Window: id}
	case n == 15:
		return hall.Suspend{Window: id, Reason: "break"}
	case n == 16:
		return hall.HandOver{Window: id, Staff: s.staff()}
	}
	return hall.Finish{Window: id, Confirm: s.r.IntN(3) == 0}
}

func (s *deskSim) transfer(id string, state hall.State) hall.Command {
	t := hall.Transfer{Window: id, Place: oneOf(s.r, hall.PlaceKeep, hall.PlaceEnd)}
	switch s.r.IntN(3) {
	case 0:
		t.Service = s.service(state)
	case 1:
		t.To = s.window()
	default:
		t.Staff = s.staff()
	}
	return t
}

// wishOfHolder is what a citizen does with a ticket, or a kiosk's printer.
func (s *deskSim) wishOfHolder() (hall.Actor, hall.Command) {
	k, citizen := s.ticket(), hall.Actor{Kind: hall.Citizen}
	switch s.r.IntN(8) {
	case 0, 1, 2:
		return citizen, hall.Return{Ticket: k}
	case 3:
		return citizen, hall.Defer{Ticket: k, People: 1 + s.r.IntN(4)}
	case 4:
		return citizen, hall.Cancel{Ticket: k}
	case 5:
		return citizen, hall.Rate{Ticket: k, Leg: 1, Level: 1 + s.r.IntN(5)}
	case 6:
		return citizen, hall.Abandon{Ticket: k}
	}
	return kioskActor, hall.Print{Ticket: k, Failed: s.r.IntN(4) == 0}
}

// wishOfBoss are the steps that a hall sees a few times a day.
func (s *deskSim) wishOfBoss(state hall.State) (hall.Actor, hall.Command) {
	switch s.r.IntN(9) {
	case 0:
		return simBoss, hall.Void{Ticket: s.ticket(), Reason: "twice"}
	case 1:
		return simBoss, hall.Release{Window: s.window()}
	case 2:
		return simBoss, hall.CloseDay{Confirm: s.r.IntN(4) == 0}
	case 3, 4:
		return simBoss, hall.OpenDay{}
	case 5:
		return simBoss, hall.Close{Window: s.window(), Confirm: true}
	case 6:
		return simBoss, hall.Reclassify{Ticket: s.ticket(), Class: oneOf(s.r, "elderly", "military"), Reason: "seen"}
	case 7:
		return simBoss, hall.Correct{Ticket: s.ticket(), Leg: s.r.IntN(2), Items: []hall.Item{{Service: s.service(state)}}, Reason: "typo"}
	}
	s.plans++
	return simBoss, hall.SetPlan{Plan: oneOf(s.r, simPlans()...), Hash: fmt.Sprint("plan-", s.plans), Source: hall.FromConsole,
		NextDay: s.r.IntN(2) == 0}
}
