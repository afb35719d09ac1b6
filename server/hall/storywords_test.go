package hall

import (
	"fmt"
	"strings"
)

// words tells an event in a line or more.
func (s *story) words(e Event) []string {
	switch e := e.(type) {
	case *TicketIssued:
		return []string{s.issuedWords(e)}
	case *LegCalled:
		return s.calledWords(e)
	case *LegEnded:
		return []string{s.endedWords(e)}
	case *LegAdded:
		return []string{s.addedWords(e)}
	}
	for _, tell := range []func(e Event) string{s.legWords, s.backWords, s.windowWords, s.correctionWords, s.hallWords} {
		if line := tell(e); line != "" {
			return []string{line}
		}
	}
	return []string{"unheard of: " + e.Kind()}
}

// legName names a leg by its ticket's number, and its place if it is not the first.
func (s *story) legName(k LegKey) string {
	t, ok := s.w.b.ticket(k.Ticket())
	switch {
	case !ok:
		return "nobody"
	case k.Leg > 1:
		return fmt.Sprintf("%s leg %d", t.Number, k.Leg)
	}
	return t.Number.String()
}

// span tells milliseconds as minutes and seconds.
func span(t Time) string { return fmt.Sprintf("%d:%02d", t/60_000, t/1000%60) }

// moment tells a time of the hall's wall clock, with the date when it is another one than the story's.
func (s *story) moment(t Time) string {
	if t == 0 {
		return "no time"
	}
	at := t.In(s.w.b.plan.Zone())
	if at.Format("2006-01-02") != s.date {
		return at.Format("2006-01-02 15:04:05")
	}
	return at.Format("15:04:05")
}

// join puts the parts that are not empty in a row.
func join(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, ", ")
}

// when gives a text if something holds.
func when(holds bool, format string, args ...any) string {
	if !holds {
		return ""
	}
	return fmt.Sprintf(format, args...)
}

func (s *story) issuedWords(e *TicketIssued) string {
	return fmt.Sprintf("%s is issued for %s: %s", e.Number, e.Service, join(e.Class, when(e.Claimed != "", "claims to be %s", e.Claimed),
		when(e.Credit > 0, "credit %s", span(e.Credit)), when(e.Strict, "strict"), when(e.Window != "", "at window %s", e.Window),
		when(e.People > 0, "%d people", e.People), when(e.Cases > 0, "%d cases", e.Cases), when(e.Override, "overriding"),
		fmt.Sprintf("%d ahead", e.Ahead)))
}

func (s *story) calledWords(e *LegCalled) []string {
	w := e.Why
	line := fmt.Sprintf("%s is called to window %s: %s", s.legName(e.Leg), e.Window, join("rule "+w.Rule, fmt.Sprintf("score %s", span(w.Score)),
		fmt.Sprintf("waited %s", span(w.Waited)), when(w.Credit > 0, "credit %s", span(w.Credit)), when(w.Prefer > 0, "preference %s", span(w.Prefer)),
		fmt.Sprintf("%d eligible", w.Eligible), when(w.Capped, "strict capped")))
	if w.Runner != nil {
		line += fmt.Sprintf(", before %s (%s)", w.Runner.Number, span(w.Runner.Score))
	}
	return []string{line, "zh: " + w.Sentence(s.w.b.plan, e.Number, "zh"), "en: " + w.Sentence(s.w.b.plan, e.Number, "en")}
}

func (s *story) endedWords(e *LegEnded) string {
	return fmt.Sprintf("%s is %s", s.legName(e.Leg), join(e.End.String(), when(e.Why != "", "because of %s", e.Why),
		when(e.Window != "", "window %s", e.Window), when(e.Staff != "", "by %s", e.Staff), itemWords(e.Items),
		when(e.Inferred, "its start inferred"), when(e.Doubtful, "its time doubtful")))
}

func itemWords(items []Item) string {
	var list []string
	for _, i := range items {
		list = append(list, fmt.Sprintf("%s %s ×%d%s", i.Service, i.Outcome, i.Cases, when(i.CaseNo != "", " no. %s", i.CaseNo)))
	}
	return strings.Join(list, ", ")
}

func (s *story) addedWords(e *LegAdded) string {
	what := "waits for " + e.Service
	if e.Window != "" {
		what = fmt.Sprintf("goes on with %s at window %s", e.Service, e.Window)
	}
	return fmt.Sprintf("%s %s", s.legName(e.Key.leg(e.Leg)), join(what, targetWords(e.Target), "standing from "+s.moment(e.Standing)))
}

func targetWords(t Target) string {
	return join(when(t.Window != "", "bound to window %s", t.Window), when(t.Staff != "", "bound to %s", t.Staff))
}

func (s *story) legWords(e Event) string {
	switch e := e.(type) {
	case *LegRecalled:
		return fmt.Sprintf("%s is called again, the %d. time", s.legName(e.Leg), e.Times)
	case *LegStarted:
		return fmt.Sprintf("%s is being served at window %s by %s", s.legName(e.Leg), e.Window, e.Staff)
	case *LegPassed:
		return fmt.Sprintf("%s is passed at window %s", s.legName(e.Leg), e.Window)
	case *LegParked:
		return fmt.Sprintf("%s is parked at window %s", s.legName(e.Leg), e.Window)
	case *LegUnparked:
		return fmt.Sprintf("%s goes on at window %s with %s%s", s.legName(e.Leg), e.Window, e.Staff, when(e.Share > 0, ", %s stay with who did them", span(e.Share)))
	case *LegReopened:
		return fmt.Sprintf("%s is open again at window %s with %s%s", s.legName(e.Leg), e.Window, e.Staff, when(e.Share > 0, ", %s stay with who did them", span(e.Share)))
	}
	return ""
}

func (s *story) backWords(e Event) string {
	switch e := e.(type) {
	case *LegUncalled:
		return fmt.Sprintf("%s waits again, the call is taken back", s.legName(e.Leg))
	case *LegUnstarted:
		return fmt.Sprintf("%s is only called, the start is taken back", s.legName(e.Leg))
	case *LegReturned:
		return fmt.Sprintf("%s is back, eligible after %d more calls", s.legName(e.Leg), e.After)
	case *LegDeferred:
		return fmt.Sprintf("%s lets %d go first", s.legName(e.Leg), e.People)
	case *TargetLapsed:
		return fmt.Sprintf("%s is free to go %s", s.legName(e.Leg), join(targetWords(e.To), when(e.To == Target{}, "anywhere")))
	}
	return ""
}

func (s *story) windowWords(e Event) string {
	switch e := e.(type) {
	case *WindowOpened:
		return fmt.Sprintf("window %s is open, %s sits there", e.Window, e.Staff)
	case *WindowPaused:
		return fmt.Sprintf("window %s is paused, %s", e.Window, join(e.Pause.Reason, when(e.Pause.Until > 0, "until %s", s.moment(e.Pause.Until))))
	case *WindowPausePlanned:
		return fmt.Sprintf("window %s will pause after the current ticket, %s", e.Window, join(e.Pause.Reason, when(e.Pause.Until > 0, "until %s", s.moment(e.Pause.Until))))
	case *WindowResumed:
		return fmt.Sprintf("window %s calls again", e.Window)
	case *WindowClosed:
		return fmt.Sprintf("window %s is closed%s", e.Window, when(e.Released, " by somebody else"))
	case *LegHandedOver:
		return fmt.Sprintf("window %s goes from %s to %s%s", e.Window, e.From, e.To, when(e.Share > 0, ", %s of handling stay with %s", span(e.Share), e.From))
	}
	return ""
}

func (s *story) correctionWords(e Event) string {
	switch e := e.(type) {
	case *TicketVoided:
		return fmt.Sprintf("%s is void", s.legName(e.Key.leg(1)))
	case *TicketPrinted:
		return fmt.Sprintf("%s: the slip %s", s.legName(e.Key.leg(1)), join(when(!e.Failed, "is printed"), when(e.Failed, "did not come out")))
	case *Reclassified:
		return fmt.Sprintf("%s is now %s", s.legName(e.Leg), join(e.Class, when(e.Credit > 0, "credit %s", span(e.Credit)), when(e.Strict, "strict")))
	case *LegCorrected:
		return fmt.Sprintf("%s is corrected: %s", s.legName(e.Leg), itemWords(e.Items))
	case *Rated:
		return fmt.Sprintf("%s is rated %d%s", s.legName(e.Leg), e.Level, when(len(e.Reasons) > 0, " for %s", strings.Join(e.Reasons, ", ")))
	case *Complained:
		return fmt.Sprintf("a complaint about %s", s.legName(e.Key.leg(max(1, e.Leg))))
	}
	return ""
}

func (s *story) hallWords(e Event) string {
	switch e := e.(type) {
	case *DayOpened:
		return fmt.Sprintf("the day of %s is open%s", e.Date, when(e.Again, " again"))
	case *DayClosed:
		return fmt.Sprintf("the day of %s is closed: %d issued, %d unserved", e.Date, e.Issued, e.Unserved)
	case *Started:
		return fmt.Sprintf("the hall is running%s", when(e.Outage, " after an outage since %s", s.moment(e.Previous)))
	case *ClockDoubted:
		return fmt.Sprintf("the clock cannot be believed: it shows %s, expected was %s", s.moment(e.Wall), s.moment(e.Last))
	case *ClockConfirmed:
		return "the clock is right"
	case *PlanSet:
		return fmt.Sprintf("the plan is set: %s", e.Hash)
	case *PlanScheduled:
		return fmt.Sprintf("the plan is kept for %s: %s", e.From, e.Hash)
	}
	return ""
}

// shows are the questions of a story: 09:30 show ticket A001.
var shows = map[string]func(s *story, a *args) []string{
	"ticket": (*story).showTicket, "line": (*story).showLine, "window": (*story).showWindow, "service": (*story).showService,
	"ahead": (*story).showAhead, "hall": (*story).showHall,
}

func (s *story) showTicket(a *args) []string {
	t, _ := s.state().Ticket(s.named(a))
	var lines []string
	for i, l := range t.Legs {
		m := l.Times
		if running := s.now - l.Since; l.Stage != Ended {
			*map[Stage]*Time{Waiting: &m.Wait, Called: &m.Away, Serving: &m.Handling, Parked: &m.Parked, Passed: &m.Away}[l.Stage] += running
		}
		line := fmt.Sprintf("leg %d of %s is %s: %s", i+1, t.Number, l.State(), join(fmt.Sprintf("wait %s", span(m.Wait)), fmt.Sprintf("away %s", span(m.Away)),
			fmt.Sprintf("way %s", span(m.Way)), fmt.Sprintf("handling %s", span(m.Handling)), fmt.Sprintf("parked %s", span(m.Parked)),
			fmt.Sprintf("stay %s", span(l.Stay(s.now))), when(l.Staff != "", "staff %s", l.Staff), targetWords(l.Target),
			when(l.Outage, "across an outage"), when(l.Doubtful, "doubtful")))
		for _, share := range l.Shares {
			line += fmt.Sprintf(", %s by %s", span(share.Handling), share.Staff)
		}
		lines = append(lines, line)
	}
	return lines
}

func (s *story) showLine(a *args) []string {
	var list []string
	for _, c := range s.state().Line(a.next(), s.now, 100) {
		list = append(list, fmt.Sprintf("%s (%s%s)", c.Number, span(c.Score), when(c.Held, ", held")))
	}
	return []string{"line: " + join(list...)}
}

func (s *story) showWindow(a *args) []string {
	p := s.state().Post(a.next())
	var parked, passed []string
	for _, k := range p.Parked {
		parked = append(parked, s.legName(k))
	}
	for _, k := range p.Passed {
		passed = append(passed, s.legName(k))
	}
	return []string{fmt.Sprintf("window %s: %s", p.Window, join(p.State.String(), p.Staff, "current "+s.legName(p.Current), when(parked != nil, "parked %s", strings.Join(parked, " ")),
		when(passed != nil, "passed %s", strings.Join(passed, " ")), when(p.Planned != nil, "a pause is planned"),
		fmt.Sprintf("%d calls, %d chosen, %d finished", p.Calls, p.Chosen, p.Finished)))}
}

func (s *story) showService(a *args) []string {
	service, _ := s.w.b.plan.Service(a.next())
	st := s.state()
	line := fmt.Sprintf("%d wait, %d ahead of a new one, %d windows at work", st.WaitingFor(service.ID), st.AheadOfNew(service, s.now), st.WorkingWindows(service.ID))
	if left, limited := st.QuotaLeft(service, s.now); limited {
		line += fmt.Sprintf(", %d left of the quota", left)
	}
	return []string{join(line, when(st.Closed(service, s.now) != "", "closed: %s", st.Closed(service, s.now)))}
}

func (s *story) showAhead(a *args) []string {
	t, _ := s.state().Ticket(s.named(a))
	n, ok := s.state().Ahead(t, s.now)
	return []string{fmt.Sprintf("%d ahead of %s%s", n, t.Number, when(!ok, ", which does not wait"))}
}

func (s *story) showHall(a *args) []string {
	st := s.state()
	date, open := st.Today()
	t := st.Tally()
	return []string{fmt.Sprintf("%s open: %v, phase %s; issued %d, open %d, waiting %d, finished %d, left %d, cancelled %d, abandoned %d, unserved %d, voided %d", date, open,
		s.w.b.plan.Phase(s.now), t.Issued, t.Open, t.Waiting, t.Finished, t.Left, t.Cancelled, t.Abandoned, t.Unserved, t.Voided)}
}
