package hall

// Founded is the first record of a journal: whose it is.
type Founded struct {
	Hall   string `json:"hall" cbor:"1,keyasint"`
	Demo   bool   `json:"demo" cbor:"2,keyasint"`
	Format string `json:"format" cbor:"3,keyasint"`
	Epoch  string `json:"epoch" cbor:"4,keyasint"` // names this journal's life to clients
}

// Kind names the event.
func (*Founded) Kind() string { return "hall.founded" }

func (e *Founded) apply(b *book, s Stamp) { b.founded = *e }

// Found begins a journal. Epoch comes from outside, as the core has no randomness.
type Found struct {
	Hall  string
	Demo  bool
	Epoch string
}

func (c Found) decide(b *book, at Time, by Actor) ([]Event, error) {
	if b.founded.Format != "" {
		return nil, Refuse(WrongState, "state", "founded")
	}
	return []Event{&Founded{Hall: c.Hall, Demo: c.Demo, Format: Version, Epoch: c.Epoch}}, nil
}

// Started is the first record of a process life. Legs that were open across the gap are marked: their times say nothing
// about the staff and teach nothing about waits.
type Started struct {
	Previous Time   `json:"previous" cbor:"1,keyasint,omitempty"` // last record before; 0 = none
	Version  string `json:"version" cbor:"2,keyasint"`
	Outage   bool   `json:"outage" cbor:"3,keyasint,omitempty"` // the gap was long enough to matter
}

// Kind names the event.
func (*Started) Kind() string { return "hall.started" }

// outageSeconds is how long the hall may be silent before legs open across the silence are marked.
const outageSeconds = 60

// Start begins a process life.
type Start struct{ Version string }

func (c Start) decide(b *book, at Time, by Actor) ([]Event, error) {
	e := &Started{Previous: b.at, Version: c.Version}
	e.Outage = b.at > 0 && at-b.at > seconds(outageSeconds)
	return []Event{e}, nil
}

func (e *Started) apply(b *book, s Stamp) {
	b.version = e.Version
	if !e.Outage {
		return
	}
	b.gap = Gap{From: e.Previous, To: s.At}
	for _, k := range b.openLegs() {
		b.change(k, func(t *Ticket, l *Leg) { l.Outage = true })
	}
}

// openLegs lists every leg that has not ended, oldest first.
func (b *book) openLegs() []LegKey {
	var keys []LegKey
	for _, d := range b.days {
		if d.tally.Open == 0 {
			continue
		}
		for _, t := range d.tickets.all() {
			if t.Open() {
				keys = append(keys, t.LegKey())
			}
		}
	}
	return keys
}

// ClockDoubted says that the machine's clock cannot be believed: it stands before the last record, or ran far ahead.
type ClockDoubted struct {
	Wall Time `json:"wall" cbor:"1,keyasint"` // what it showed
	Last Time `json:"last" cbor:"2,keyasint"` // what was expected
}

// Kind names the event.
func (*ClockDoubted) Kind() string { return "clock.doubted" }

func (e *ClockDoubted) apply(b *book, s Stamp) { b.doubt = e }

// DoubtClock records that the machine's clock is implausible. Until a supervisor confirms it no day opens and no ticket is
// issued; everything else goes on.
type DoubtClock struct{ Wall, Last Time }

func (c DoubtClock) decide(b *book, at Time, by Actor) ([]Event, error) {
	if b.doubt != nil {
		return nil, nil
	}
	return []Event{&ClockDoubted{Wall: c.Wall, Last: c.Last}}, nil
}

// ClockConfirmed says that a supervisor has looked at the clock and it is right.
type ClockConfirmed struct{}

// Kind names the event.
func (*ClockConfirmed) Kind() string { return "clock.confirmed" }

func (e *ClockConfirmed) apply(b *book, s Stamp) { b.doubt = nil }

// ConfirmClock ends the doubt about the clock.
type ConfirmClock struct{}

func (c ConfirmClock) decide(b *book, at Time, by Actor) ([]Event, error) {
	if !by.Supervises() {
		return nil, Refuse(Forbidden)
	}
	if b.doubt == nil {
		return nil, nil
	}
	return []Event{&ClockConfirmed{}}, nil
}
