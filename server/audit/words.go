package audit

import (
	"strconv"
	"strings"

	"jiaohao/assets"
	"jiaohao/server/hall"
	"jiaohao/server/records"
)

// event tells what happened. An event without words of its own is told by its kind.
func (t Teller) event(e records.Entry) string {
	for _, tell := range []func(hall.Event) string{t.ofTicket, t.ofCall, t.ofHandling, t.ofEnd, t.ofWindow, t.ofHall, t.plain} {
		if words := tell(e.Event); words != "" {
			return words
		}
	}
	return e.Event.Kind()
}

func (t Teller) ofTicket(e hall.Event) string {
	switch e := e.(type) {
	case *hall.TicketIssued:
		words := t.say("ticket.issued", assets.Params{"number": e.Number, "service": t.service(e.Service), "class": t.class(e.Class),
			"n": e.Ahead, "channel": assets.Text(t.Lang, "channel."+e.Channel, nil)})
		if e.Claimed != "" {
			words += t.say("claimed", assets.Params{"class": t.class(e.Claimed)})
		}
		return words
	case *hall.TicketPrinted:
		if e.Failed {
			return t.say("ticket.unprinted", nil)
		}
	case *hall.Reclassified:
		return t.say("leg.reclassified", assets.Params{"class": t.class(e.Class)})
	case *hall.Rated:
		return t.say("leg.rated", assets.Params{"level": assets.Text(t.Lang, "rating.level."+strconv.Itoa(e.Level), nil), "leg": e.Leg.Leg})
	}
	return ""
}

func (t Teller) ofCall(e hall.Event) string {
	switch e := e.(type) {
	case *hall.LegCalled:
		return t.say("leg.called", assets.Params{"number": e.Number, "window": e.Window, "why": e.Why.Sentence(t.Plan, e.Number, t.Lang)})
	case *hall.LegRecalled:
		return t.say("leg.recalled", assets.Params{"times": e.Times, "window": e.Window})
	case *hall.LegReturned:
		return t.say("leg.returned", assets.Params{"calls": e.After})
	case *hall.LegDeferred:
		return t.say("leg.deferred", assets.Params{"n": e.People})
	case *hall.TargetLapsed:
		if e.To.Window != "" {
			return t.say("leg.retargeted", assets.Params{"window": e.To.Window})
		}
	}
	return ""
}

func (t Teller) ofHandling(e hall.Event) string {
	switch e := e.(type) {
	case *hall.LegStarted:
		return t.say("leg.started", assets.Params{"window": e.Window})
	case *hall.LegUnparked:
		return t.say("leg.unparked", assets.Params{"window": e.Window})
	case *hall.LegReopened:
		return t.say("leg.reopened", assets.Params{"window": e.Window})
	case *hall.LegAdded:
		return t.added(e)
	case *hall.LegCorrected:
		return t.say("leg.corrected", assets.Params{"items": t.items(e.Items)})
	}
	return ""
}

// added tells a further leg: at once at the same window, or waiting for a service, a window or a person.
func (t Teller) added(e *hall.LegAdded) string {
	params := assets.Params{"service": t.service(e.Service), "window": e.Target.Window, "staff": t.staff(e.Target.Staff)}
	switch {
	case e.Window != "":
		return t.say("leg.addedHere", params)
	case e.Target.Staff != "":
		return t.say("leg.addedStaff", params)
	case e.Target.Window != "":
		return t.say("leg.addedWindow", params)
	}
	return t.say("leg.added", params)
}

func (t Teller) ofEnd(e hall.Event) string {
	ended, ok := e.(*hall.LegEnded)
	if !ok {
		return ""
	}
	params := assets.Params{"items": t.items(ended.Items)}
	words := t.say("leg.ended."+ended.End.String(), params)
	if ended.End == hall.Unserved && ended.Why != "" {
		words = t.say("leg.unserved."+ended.Why, nil)
	}
	if ended.Inferred {
		words += t.say("inferred", nil)
	}
	if ended.Doubtful {
		words += t.say("doubtful", nil)
	}
	return words
}

func (t Teller) ofWindow(e hall.Event) string {
	switch e := e.(type) {
	case *hall.WindowOpened:
		return t.say("window.opened", assets.Params{"window": e.Window})
	case *hall.WindowPaused:
		return t.say("window.paused", assets.Params{"window": e.Window, "reason": t.pause(e.Pause)})
	case *hall.WindowPausePlanned:
		return t.say("window.pause_planned", assets.Params{"window": e.Window, "reason": t.pause(e.Pause)})
	case *hall.WindowResumed:
		return t.say("window.resumed", assets.Params{"window": e.Window})
	case *hall.WindowClosed:
		if e.Released {
			return t.say("window.released", assets.Params{"window": e.Window})
		}
		return t.say("window.closed", assets.Params{"window": e.Window})
	case *hall.LegHandedOver:
		return t.say("window.handed_over", assets.Params{"window": e.Window, "from": t.staff(e.From), "to": t.staff(e.To)})
	}
	return ""
}

func (t Teller) pause(p hall.Pause) string {
	for _, r := range t.Plan.Rules.PauseReasons {
		if r.ID == p.Reason {
			return r.Name.In(t.Lang)
		}
	}
	return p.Reason
}

func (t Teller) ofHall(e hall.Event) string {
	switch e := e.(type) {
	case *hall.DayOpened:
		if e.Again {
			return t.say("day.reopened", assets.Params{"date": e.Date})
		}
		return t.say("day.opened", assets.Params{"date": e.Date})
	case *hall.DayClosed:
		return t.say("day.closed", assets.Params{"date": e.Date, "issued": e.Issued, "unserved": e.Unserved})
	case *hall.PlanScheduled:
		return t.say("plan.scheduled", assets.Params{"date": e.From})
	case *hall.Started:
		return t.say("hall.started", assets.Params{"version": e.Version})
	case *hall.TerminalEnrolled:
		return t.say("terminal.enrolled", assets.Params{"name": e.Name})
	case *hall.TerminalRenamed:
		return t.say("terminal.renamed", assets.Params{"from": e.Name, "to": e.To})
	case *hall.TerminalRevoked:
		return t.say("terminal.revoked", assets.Params{"name": e.Name})
	case *hall.PrivateErased:
		return t.say("private.erased."+e.Reason, assets.Params{"count": e.Count, "days": e.Days})
	}
	return ""
}

// plainKinds are told by their kind alone.
const plainKinds = " ticket.printed ticket.voided ticket.complained leg.uncalled leg.unstarted leg.passed leg.parked leg.target_lapsed " +
	"hall.founded clock.doubted clock.confirmed plan.set "

func (t Teller) plain(e hall.Event) string {
	if !strings.Contains(plainKinds, " "+e.Kind()+" ") {
		return ""
	}
	return t.say(e.Kind(), nil)
}
