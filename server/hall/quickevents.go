package hall

import "math"

// swift is an event that is read without the library: those that make up nearly all of a journal. Each has a quick method
// that reads one field; whatever it does not know is bad and left to the library.
type swift interface {
	Event
	quick(q *quick, key uint64)
}

func (h *Header) quick(q *quick, key uint64) {
	switch key {
	case 1:
		h.By = ActorKind(q.uint(math.MaxUint8))
	case 2:
		h.ByID = q.word()
	case 3:
		h.Key = q.text()
	case 4:
		h.Digest = q.bytes()
	case 5:
		h.Leg = q.leg()
	case 6:
		h.Window = q.word()
	case 7:
		h.None = q.bool()
	case 8:
		h.More = q.int()
	default:
		q.fail()
	}
}

func (e *TicketIssued) quick(q *quick, key uint64) {
	switch key {
	case 1:
		e.Key = q.ticket()
	case 2:
		e.ID = q.text()
	case 3:
		e.Number = q.number()
	case 4:
		e.Service = q.word()
	case 5:
		e.Class = q.word()
	case 6:
		e.Claimed = q.word()
	case 7:
		e.Credit = q.time()
	case 8:
		e.Strict = q.bool()
	case 9:
		e.Window = q.word()
	default:
		e.quickRest(q, key)
	}
}

func (e *TicketIssued) quickRest(q *quick, key uint64) {
	switch key {
	case 10:
		e.Bands = q.texts()
	case 11:
		e.PersonRef = q.text()
	case 12:
		e.People = q.int()
	case 13:
		e.Cases = q.int()
	case 14:
		e.Channel = q.word()
	case 15:
		e.Lang = q.word()
	case 16:
		e.Ahead = q.int()
	case 17:
		e.Promise = new(Promise)
		q.fields(e.Promise.quick)
	case 18:
		e.Override = q.bool()
	default:
		q.fail()
	}
}

func (p *Promise) quick(q *quick, key uint64) {
	switch key {
	case 1:
		p.Seconds = q.int()
	case 2:
		p.Low = q.int()
	case 3:
		p.High = q.int()
	case 4:
		p.Basis = q.word()
	default:
		q.fail()
	}
}

func (e *TicketPrinted) quick(q *quick, key uint64) {
	switch key {
	case 1:
		e.Key = q.ticket()
	case 2:
		e.Failed = q.bool()
	default:
		q.fail()
	}
}

func (e *LegCalled) quick(q *quick, key uint64) {
	switch key {
	case 1:
		e.Leg = q.leg()
	case 2:
		e.Number = q.number()
	case 3:
		e.Window = q.word()
	case 4:
		e.Staff = q.word()
	case 5:
		e.Service = q.word()
	case 6:
		q.fields(e.Why.quick)
	case 7:
		e.Strict = q.bool()
	default:
		q.fail()
	}
}

func (w *Why) quick(q *quick, key uint64) {
	switch key {
	case 1:
		w.Rule = q.word()
	case 2:
		w.Score = q.time()
	case 3:
		w.Waited = q.time()
	case 4:
		w.Credit = q.time()
	case 5:
		w.Prefer = q.time()
	case 6:
		w.Class = q.word()
	case 7:
		w.Runner = new(Runner)
		q.fields(w.Runner.quick)
	case 8:
		w.Eligible = q.int()
	case 9:
		w.Capped = q.bool()
	default:
		q.fail()
	}
}

func (r *Runner) quick(q *quick, key uint64) {
	switch key {
	case 1:
		r.Number = q.number()
	case 2:
		r.Score = q.time()
	case 3:
		r.Waited = q.time()
	case 4:
		r.Credit = q.time()
	case 5:
		r.Prefer = q.time()
	case 6:
		r.Class = q.word()
	default:
		q.fail()
	}
}

func (e *LegStarted) quick(q *quick, key uint64) {
	switch key {
	case 1:
		e.Leg = q.leg()
	case 2:
		e.Window = q.word()
	case 3:
		e.Staff = q.word()
	default:
		q.fail()
	}
}

func (e *LegPassed) quick(q *quick, key uint64) {
	switch key {
	case 1:
		e.Leg = q.leg()
	case 2:
		e.Window = q.word()
	default:
		q.fail()
	}
}

func (e *LegRecalled) quick(q *quick, key uint64) {
	switch key {
	case 1:
		e.Leg = q.leg()
	case 2:
		e.Window = q.word()
	case 3:
		e.Times = q.int()
	default:
		q.fail()
	}
}

func (e *LegEnded) quick(q *quick, key uint64) {
	switch key {
	case 1:
		e.Leg = q.leg()
	case 2:
		e.End = End(q.uint(math.MaxUint8))
	case 3:
		e.Window = q.word()
	case 4:
		e.Staff = q.word()
	case 5:
		e.Items = make([]Item, q.list())
		for i := range e.Items {
			q.fields(e.Items[i].quick)
		}
	case 6:
		e.Inferred = q.bool()
	case 7:
		e.Doubtful = q.bool()
	case 8:
		e.Why = q.word()
	default:
		q.fail()
	}
}

func (i *Item) quick(q *quick, key uint64) {
	switch key {
	case 1:
		i.Service = q.word()
	case 2:
		i.Outcome = q.word()
	case 3:
		i.Cases = q.int()
	case 4:
		i.CaseNo = q.text()
	default:
		q.fail()
	}
}

func (e *Rated) quick(q *quick, key uint64) {
	switch key {
	case 1:
		e.Leg = q.leg()
	case 2:
		e.Level = q.int()
	case 3:
		e.Reasons = q.texts()
	default:
		q.fail()
	}
}
