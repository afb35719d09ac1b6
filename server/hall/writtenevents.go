package hall

func (h *Header) write(w *writer) {
	m := w.open()
	w.uint(1, uint64(h.By))
	w.textIf(2, h.ByID)
	w.textIf(3, h.Key)
	w.bytesIf(4, h.Digest)
	w.leg(5, h.Leg) // as the library does, although it is told to leave it out when it is zero
	w.textIf(6, h.Window)
	w.trueIf(7, h.None)
	w.intIf(8, h.More)
	w.close(m)
}

func (e *TicketIssued) write(w *writer) {
	m := w.open()
	w.ticket(1, e.Key)
	w.text(2, e.ID)
	w.number(3, e.Number)
	w.text(4, e.Service)
	w.text(5, e.Class)
	w.textIf(6, e.Claimed)
	w.intIf(7, int(e.Credit))
	w.trueIf(8, e.Strict)
	w.textIf(9, e.Window)
	w.textsIf(10, e.Bands)
	w.textIf(11, e.PersonRef)
	w.intIf(12, e.People)
	w.intIf(13, e.Cases)
	w.text(14, e.Channel)
	w.text(15, e.Lang)
	w.int(16, e.Ahead)
	if e.Promise != nil {
		w.key(17)
		e.Promise.write(w)
	}
	w.trueIf(18, e.Override)
	w.close(m)
}

func (p *Promise) write(w *writer) {
	m := w.open()
	w.int(1, p.Seconds)
	w.int(2, p.Low)
	w.int(3, p.High)
	w.text(4, p.Basis)
	w.close(m)
}

func (e *LegCalled) write(w *writer) {
	m := w.open()
	w.leg(1, e.Leg)
	w.number(2, e.Number)
	w.text(3, e.Window)
	w.text(4, e.Staff)
	w.text(5, e.Service)
	w.key(6)
	e.Why.write(w)
	w.trueIf(7, e.Strict)
	w.close(m)
}

func (y *Why) write(w *writer) {
	m := w.open()
	w.text(1, y.Rule)
	w.int(2, int(y.Score))
	w.int(3, int(y.Waited))
	w.intIf(4, int(y.Credit))
	w.intIf(5, int(y.Prefer))
	w.text(6, y.Class)
	if y.Runner != nil {
		w.key(7)
		y.Runner.write(w)
	}
	w.int(8, y.Eligible)
	w.trueIf(9, y.Capped)
	w.close(m)
}

func (r *Runner) write(w *writer) {
	m := w.open()
	w.number(1, r.Number)
	w.int(2, int(r.Score))
	w.int(3, int(r.Waited))
	w.intIf(4, int(r.Credit))
	w.intIf(5, int(r.Prefer))
	w.text(6, r.Class)
	w.close(m)
}

func (e *LegStarted) write(w *writer) {
	m := w.open()
	w.leg(1, e.Leg)
	w.text(2, e.Window)
	w.text(3, e.Staff)
	w.close(m)
}

func (e *LegEnded) write(w *writer) {
	m := w.open()
	w.leg(1, e.Leg)
	w.uint(2, uint64(e.End))
	w.textIf(3, e.Window)
	w.textIf(4, e.Staff)
	if len(e.Items) > 0 {
		w.key(5)
		w.head(cborArray, uint64(len(e.Items)))
		for i := range e.Items {
			e.Items[i].write(w)
		}
	}
	w.trueIf(6, e.Inferred)
	w.trueIf(7, e.Doubtful)
	w.textIf(8, e.Why)
	w.close(m)
}

func (i *Item) write(w *writer) {
	m := w.open()
	w.text(1, i.Service)
	w.text(2, i.Outcome)
	w.int(3, i.Cases)
	w.textIf(4, i.CaseNo)
	w.close(m)
}
