package hall

import (
	"fmt"
	"strconv"
	"strings"
)

// args are the words after a verb.
type args struct {
	list []string
	err  error
}

// next takes the first word, quotes removed.
func (a *args) next() string {
	if len(a.list) == 0 {
		a.err = fmt.Errorf("something is missing at the end")
		return ""
	}
	word := a.list[0]
	a.list = a.list[1:]
	return strings.Trim(word, `"`)
}

// take takes a word if it comes next.
func (a *args) take(word string) bool {
	if len(a.list) == 0 || a.list[0] != word {
		return false
	}
	a.list = a.list[1:]
	return true
}

// after gives the word that follows a key word, "" without it.
func (a *args) after(word string) string {
	if a.take(word) {
		return a.next()
	}
	return ""
}

func (a *args) number() int {
	text := a.next()
	n, err := strconv.Atoi(text)
	if err != nil {
		a.err = fmt.Errorf("%q is not a number", text)
	}
	return n
}

func (a *args) numberAfter(word string) int {
	if a.take(word) {
		return a.number()
	}
	return 0
}

func (a *args) done() error {
	if a.err == nil && len(a.list) > 0 {
		return fmt.Errorf("nobody knows what %q means here", strings.Join(a.list, " "))
	}
	return a.err
}

// timePasses is the hall looking at its clock.
type timePasses struct{ OpenDay }

// ticket finds the ticket with the number that comes next; one that was never given is looked up in vain.
func (s *story) named(a *args) TicketKey {
	n, ok := ParseNumber(a.next())
	if !ok {
		a.err = fmt.Errorf("%v is not a ticket number", n)
	}
	t, _ := s.state().TicketByNumber(n)
	return t.Key
}

// verbs are what people can do in a story. The key word "key" with a name may follow any of them.
var verbs map[string]func(s *story, a *args) Command

func init() {
	verbs = map[string]func(s *story, a *args) Command{
		"takes": (*story).takes, "next": nextVerb, "finishes": finishVerb, "transfers": (*story).transfers, "sets": (*story).setsPlan,
		"opens":    func(s *story, a *args) Command { return Open{Window: a.next()} },
		"closes":   func(s *story, a *args) Command { return Close{a.next(), a.after("handing-to"), a.take("confirmed")} },
		"pauses":   func(s *story, a *args) Command { return Suspend{a.next(), a.after("for"), a.numberAfter("minutes")} },
		"resumes":  func(s *story, a *args) Command { return Unpause{a.next()} },
		"releases": func(s *story, a *args) Command { return Release{a.next()} },
		"hands":    func(s *story, a *args) Command { return HandOver{a.next(), a.after("to")} },
		"calls":    func(s *story, a *args) Command { k := s.named(a); return Call{a.after("to"), k, a.after("because")} },
		"recalls":  func(s *story, a *args) Command { return Recall{a.next()} },
		"starts":   func(s *story, a *args) Command { return Begin{a.next()} },
		"passes":   func(s *story, a *args) Command { return Pass{a.next()} },
		"uncalls":  func(s *story, a *args) Command { return Uncall{a.next()} },
		"left":     func(s *story, a *args) Command { return GoneAway{a.next()} },
		"parks":    func(s *story, a *args) Command { return Park{a.next(), a.after("because")} },
		"unparks":  func(s *story, a *args) Command { k := s.named(a); return Unpark{a.after("at"), k} },
		"adds":     func(s *story, a *args) Command { w := a.next(); return AddLeg{a.after("at"), w} },
		"reopens":  func(s *story, a *args) Command { k := s.named(a); return Reopen{a.after("at"), k} },
	}
	ticketVerbs()
	hallVerbs()
}

func ticketVerbs() {
	verbs["returns"] = func(s *story, a *args) Command { return Return{s.named(a)} }
	verbs["defers"] = func(s *story, a *args) Command { return Defer{s.named(a), a.numberAfter("by")} }
	verbs["cancels"] = func(s *story, a *args) Command { return Cancel{s.named(a)} }
	verbs["abandons"] = func(s *story, a *args) Command { return Abandon{s.named(a)} }
	verbs["voids"] = func(s *story, a *args) Command { return Void{s.named(a), a.after("because")} }
	verbs["prints"] = func(s *story, a *args) Command { return Print{s.named(a), a.take("in-vain")} }
	verbs["reclassifies"] = func(s *story, a *args) Command {
		return Reclassify{s.named(a), a.after("as"), a.after("because")}
	}
	verbs["corrects"] = func(s *story, a *args) Command {
		return Correct{s.named(a), a.numberAfter("leg"), items(a), a.after("because")}
	}
	verbs["rates"] = func(s *story, a *args) Command {
		return Rate{s.named(a), a.numberAfter("leg"), a.numberAfter("level"), words(a.after("reasons")), a.after("saying")}
	}
	verbs["complains"] = func(s *story, a *args) Command {
		return Complain{s.named(a), a.numberAfter("leg"), a.after("saying"), a.after("phone")}
	}
}

func hallVerbs() {
	verbs["opens-day"] = func(s *story, a *args) Command { return OpenDay{} }
	verbs["closes-day"] = func(s *story, a *args) Command { return CloseDay{a.take("confirmed")} }
	verbs["starts-up"] = func(s *story, a *args) Command { return Start{"story"} }
	verbs["doubts-clock"] = func(s *story, a *args) Command { return DoubtClock{Wall: s.now - minutes(60), Last: s.now} }
	verbs["confirms-clock"] = func(s *story, a *args) Command { return ConfirmClock{} }
	verbs["looks-at-clock"] = func(s *story, a *args) Command { return timePasses{} }
}

func words(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

func (s *story) takes(a *args) Command {
	s.issued++
	c := Issue{ID: fmt.Sprintf("secret-%d", s.issued), Service: a.next(), Class: a.after("as"), Proved: a.take("proved"), Window: a.after("at"),
		People: a.numberAfter("people"), Cases: a.numberAfter("cases"), PersonRef: a.after("person"), Override: a.take("overriding"),
		Channel: "kiosk", Lang: "zh"}
	if c.PersonRef != "" {
		c.Secret = &Secret{Kind: "idcard", Digest: []byte(c.PersonRef), Masked: "3301**********12"}
	}
	return c
}

func nextVerb(s *story, a *args) Command {
	c := Next{Window: a.next(), Pass: a.take("passing")}
	if a.take("finishing") {
		f := finishRest(a)
		c.Finish = &f
	}
	return c
}

func finishVerb(s *story, a *args) Command {
	w := a.next()
	f := finishRest(a)
	f.Window = w
	return f
}

func finishRest(a *args) Finish {
	return Finish{Outcome: a.after("as"), Cases: a.numberAfter("cases"), Items: items(a), Confirm: a.take("confirmed")}
}

// items reads "items household:completed:2,idcard:advised".
func items(a *args) []Item {
	var list []Item
	for _, text := range words(a.after("items")) {
		part := append(strings.Split(text, ":"), "", "", "")
		cases, _ := strconv.Atoi(part[2])
		list = append(list, Item{Service: part[0], Outcome: part[1], Cases: cases, CaseNo: part[3]})
	}
	return list
}

func (s *story) transfers(a *args) Command {
	c := Transfer{}
	if a.take("ticket") {
		c.Ticket = s.named(a)
	}
	c.Window = a.after("from")
	c.Service, c.To, c.Staff = a.after("to-service"), a.after("to-window"), a.after("to-staff")
	c.Place, c.Note = a.after("place"), a.after("note")
	return c
}

// setsPlan sets the plan of the story with further settings: sets plan services.0.prefix=Z tomorrow.
func (s *story) setsPlan(a *args) Command {
	a.take("plan")
	sets := append([]string(nil), s.sets...)
	for len(a.list) > 0 && a.list[0] != "tomorrow" {
		sets = append(sets, a.next())
	}
	p, err := s.planWith(sets)
	if err != nil {
		a.err = err
	}
	return SetPlan{Plan: p, Hash: strings.Join(sets, " "), Source: FromConsole, NextDay: a.take("tomorrow")}
}
