package hall

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// The transition table of the rules of the queue: from a stage to the stages and ends that may follow.
var transitions = map[string][]string{
	"waiting":  {"called", "cancelled", "unserved", "moved", "voided"},
	"called":   {"serving", "passed", "waiting", "cancelled", "moved", "finished", "unserved", "voided"},
	"serving":  {"finished", "parked", "left", "moved", "called", "voided"},
	"parked":   {"serving", "moved", "abandoned", "unserved", "voided"},
	"passed":   {"waiting", "called", "moved", "abandoned", "cancelled", "voided"},
	"finished": {"serving", "voided"},
	"left":     {"voided"}, "cancelled": {"voided"}, "abandoned": {"voided"}, "unserved": {"voided"},
}

// A stand is a ticket brought into one stage at window 1 of 1001, and whatever a row needs besides.
type stand struct {
	*drill
	t   testing.TB
	key TicketKey
}

func (s *stand) clerk(c Command)      { s.t.Helper(); s.must(s.t, person(s.w.b.plan, "1001"), c) }
func (s *stand) supervisor(c Command) { s.t.Helper(); s.must(s.t, person(s.w.b.plan, "8001"), c) }

// stageSteps tells how a ticket comes into each stage; set by init, as the steps build upon each other.
var stageSteps map[string]func(s *stand)

func init() {
	stageSteps = map[string]func(s *stand){
		"waiting": func(s *stand) {},
		"called":  func(s *stand) { s.clerk(Next{Window: "1"}) },
		"serving": func(s *stand) { s.into("called"); s.clerk(Begin{Window: "1"}) },
		"parked":  func(s *stand) { s.into("serving"); s.clerk(Park{Window: "1"}) },
		"passed": func(s *stand) {
			s.into("called")
			s.later(10 * time.Second)
			s.clerk(Recall{Window: "1"})
			s.later(10 * time.Second)
			s.clerk(Pass{Window: "1"})
		},
		"finished":  func(s *stand) { s.into("serving"); s.clerk(Finish{Window: "1"}) },
		"left":      func(s *stand) { s.into("serving"); s.clerk(GoneAway{Window: "1"}) },
		"cancelled": func(s *stand) { s.must(s.t, Actor{Kind: Citizen}, Cancel{Ticket: s.key}) },
		"abandoned": func(s *stand) { s.into("passed"); s.clerk(Abandon{Ticket: s.key}) },
		"unserved":  func(s *stand) { s.supervisor(CloseDay{Confirm: true}) },
		"voided":    func(s *stand) { s.supervisor(Void{Ticket: s.key, Reason: "test"}) },
	}
}

func (s *stand) into(stage string) {
	s.t.Helper()
	stageSteps[stage](s)
	s.later(15 * time.Second)
}

// newStand opens windows 1 and 2 and brings one ticket into a stage.
func newStand(t testing.TB, stage string) *stand {
	t.Helper()
	p := readPlan(t, "county", nil)
	s := &stand{drill: newDrill(t, p), t: t}
	for i, w := range []string{"1", "2"} {
		s.must(t, person(p, fmt.Sprint(1001+i)), Open{Window: w})
	}
	s.key = s.ticket(t, "household")
	s.later(time.Minute)
	s.into(stage)
	if got, _ := s.state().Ticket(s.key); got.State() != stage {
		t.Fatalf("the ticket is %s, want %s", got.State(), stage)
	}
	return s
}

// A row says what one command does to a ticket in each stage: the state after it, or the code of the refusal with "!".
type row struct {
	name string
	by   string
	do   func(key TicketKey) Command
	then map[string]string
}

var (
	everywhere = []string{"waiting", "called", "serving", "parked", "passed", "finished", "left", "cancelled", "abandoned", "unserved", "voided"}
	noCurrent  = "!nothing_current"
)

var rows = []row{
	{"next", "1001", func(TicketKey) Command { return Next{Window: "1"} }, map[string]string{
		"waiting": "called", "called": "!window_busy", "serving": "!window_busy"}},
	{"next and finish", "1001", func(TicketKey) Command { return Next{Window: "1", Finish: &Finish{}} }, map[string]string{
		"called": "finished", "serving": "finished", "": noCurrent}},
	{"next and pass", "1001", func(TicketKey) Command { return Next{Window: "1", Pass: true} }, map[string]string{
		"called": "!too_few_calls", "serving": "!wrong_state", "": noCurrent}},
	{"call", "1001", func(k TicketKey) Command { return Call{Window: "1", Ticket: k, Reason: "frail"} }, map[string]string{
		"waiting": "called", "called": "!window_busy", "serving": "!window_busy", "passed": "called", "": "!wrong_state"}},
	{"call elsewhere", "1002", func(k TicketKey) Command { return Call{Window: "2", Ticket: k, Reason: "frail"} }, map[string]string{
		"waiting": "called", "": "!wrong_state"}},
	{"recall", "1001", func(TicketKey) Command { return Recall{Window: "1"} }, map[string]string{
		"called": "called", "serving": "!wrong_state", "": noCurrent}},
	{"uncall", "1001", func(TicketKey) Command { return Uncall{Window: "1"} }, map[string]string{
		"called": "waiting", "serving": "called", "": noCurrent}},
	{"start", "1001", func(TicketKey) Command { return Begin{Window: "1"} }, map[string]string{
		"called": "serving", "serving": "!wrong_state", "": noCurrent}},
	{"pass", "1001", func(TicketKey) Command { return Pass{Window: "1"} }, map[string]string{
		"called": "!too_few_calls", "serving": "!wrong_state", "": noCurrent}},
	{"return", "citizen", func(k TicketKey) Command { return Return{Ticket: k} }, map[string]string{
		"passed": "waiting", "": "!wrong_state"}},
	{"defer", "citizen", func(k TicketKey) Command { return Defer{Ticket: k, People: 2} }, map[string]string{
		"waiting": "waiting", "": "!wrong_state"}},
	{"cancel", "citizen", func(k TicketKey) Command { return Cancel{Ticket: k} }, map[string]string{
		"waiting": "cancelled", "called": "cancelled", "passed": "cancelled", "": "!wrong_state"}},
	{"abandon", "1001", func(k TicketKey) Command { return Abandon{Ticket: k} }, map[string]string{
		"parked": "abandoned", "passed": "abandoned", "": "!wrong_state"}},
	{"finish", "1001", func(TicketKey) Command { return Finish{Window: "1"} }, map[string]string{
		"called": "finished", "serving": "finished", "": noCurrent}},
	{"left", "1001", func(TicketKey) Command { return GoneAway{Window: "1"} }, map[string]string{
		"called": "!wrong_state", "serving": "left", "": noCurrent}},
	{"park", "1001", func(TicketKey) Command { return Park{Window: "1", Reason: "copy"} }, map[string]string{
		"called": "!wrong_state", "serving": "parked", "": noCurrent}},
	{"unpark", "1001", func(k TicketKey) Command { return Unpark{Window: "1", Ticket: k} }, map[string]string{
		"called": "!window_busy", "serving": "!window_busy", "parked": "serving", "": "!wrong_state"}},
	{"unpark elsewhere", "1002", func(k TicketKey) Command { return Unpark{Window: "2", Ticket: k} }, map[string]string{
		"parked": "!not_your_window", "": "!wrong_state"}},
	{"transfer current", "1001", func(TicketKey) Command { return Transfer{Window: "1", Service: "pension"} }, map[string]string{
		"called": "moved", "serving": "moved", "": noCurrent}},
	{"transfer named", "1001", func(k TicketKey) Command { return Transfer{Window: "1", Ticket: k, Service: "pension"} }, map[string]string{
		"waiting": "moved", "called": "moved", "serving": "moved", "parked": "moved", "passed": "moved", "": "!wrong_state"}},
	{"transfer elsewhere", "1002", func(k TicketKey) Command { return Transfer{Window: "2", Ticket: k, Service: "pension"} }, map[string]string{
		"waiting": "moved", "": "!wrong_state"}},
	{"further leg", "1001", func(TicketKey) Command { return AddLeg{Window: "1", Service: "idcard"} }, map[string]string{
		"called": "!wrong_state", "serving": "finished", "": noCurrent}},
	{"reopen", "1001", func(k TicketKey) Command { return Reopen{Window: "1", Ticket: k} }, map[string]string{
		"finished": "serving", "called": "!window_busy", "serving": "!window_busy", "": "!wrong_state"}},
	{"void", "8001", func(k TicketKey) Command { return Void{Ticket: k, Reason: "twice"} }, map[string]string{
		"voided": "!wrong_state", "": "voided"}},
	{"reclassify", "1002", func(k TicketKey) Command { return Reclassify{Ticket: k, Class: "elderly", Reason: "card seen"} }, map[string]string{
		"waiting": "waiting", "called": "called", "serving": "serving", "parked": "parked", "passed": "passed", "": "!wrong_state"}},
	{"correct", "8001", func(k TicketKey) Command {
		return Correct{Ticket: k, Items: []Item{{Outcome: Advised}}, Reason: "typo"}
	}, map[string]string{"finished": "finished", "": "!wrong_state"}},
	{"rate", "citizen", func(k TicketKey) Command { return Rate{Ticket: k, Leg: 1, Level: 5} }, map[string]string{
		"finished": "finished", "": "!wrong_state"}},
	{"complain", "citizen", func(k TicketKey) Command { return Complain{Ticket: k, Text: "slow"} }, map[string]string{"": "same"}},
	{"print", "citizen", func(k TicketKey) Command { return Print{Ticket: k} }, map[string]string{"": "same"}},
	{"close the window", "1001", func(TicketKey) Command { return Close{Window: "1"} }, map[string]string{
		"called": "!window_busy", "serving": "!window_busy", "parked": "moved", "": "same"}},
	{"release", "8001", func(TicketKey) Command { return Release{Window: "1"} }, map[string]string{
		"called": "waiting", "serving": "moved", "parked": "moved", "": "same"}},
	{"hand over", "1001", func(TicketKey) Command { return HandOver{Window: "1", Staff: "1003"} }, map[string]string{"": "same"}},
	{"pause", "1001", func(TicketKey) Command { return Suspend{Window: "1", Reason: "meal"} }, map[string]string{"": "same"}},
	{"close the day", "8001", func(TicketKey) Command { return CloseDay{Confirm: true} }, map[string]string{
		"waiting": "unserved", "called": "unserved", "parked": "unserved", "passed": "abandoned", "": "same"}},
}

// want gives what a row says of a stage; windows with nobody in hand accept next without effect.
func (r row) want(stage string) string {
	if then, said := r.then[stage]; said {
		return then
	}
	if then, said := r.then[""]; said && then != "same" {
		return then
	}
	return stage
}

// TestTransitions tries every command on a ticket in every stage and in every end.
func TestTransitions(t *testing.T) {
	for _, r := range rows {
		for _, stage := range everywhere {
			t.Run(r.name+"/"+stage, func(t *testing.T) { r.try(t, stage) })
		}
	}
}

func (r row) try(t *testing.T, stage string) {
	s := newStand(t, stage)
	by := person(s.w.b.plan, r.by)
	if r.by == "citizen" {
		by = Actor{Kind: Citizen}
	}
	before := hashOf(t, s.state())
	_, _, err := s.do(Order{By: by, Do: r.do(s.key)})
	got := "!" + string(codeOf(err))
	if err == nil {
		after, _ := s.state().Ticket(s.key)
		got = after.State()
		if first := after.Legs[0]; len(after.Legs) > 1 {
			got = first.State()
		}
	} else if hashOf(t, s.state()) != before {
		t.Error("the refused command had an effect")
	}
	if want := r.want(stage); got != want {
		t.Errorf("%s on a %s ticket gives %s, want %s", r.name, stage, got, want)
	}
	if got != stage && got[0] != '!' && !slices.Contains(transitions[stage], got) {
		t.Errorf("%s → %s is not in the table", stage, got)
	}
}

// TestTransitionsReachable finds a row for every transition of the table: none of them is only on paper.
func TestTransitionsReachable(t *testing.T) {
	reached := map[string]bool{"called passed": true}
	for _, r := range rows {
		for _, stage := range everywhere {
			reached[stage+" "+r.want(stage)] = true
		}
	}
	for from, list := range transitions {
		for _, to := range list {
			if !reached[from+" "+to] {
				t.Errorf("no command leads from %s to %s", from, to)
			}
		}
	}
}
