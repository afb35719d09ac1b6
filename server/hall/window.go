package hall

import "slices"

// PostState is whether a window is at work.
type PostState uint8

// The states of a window.
const (
	PostClosed PostState = iota
	PostOpen
	PostPaused
)

var postStates = [...]string{PostClosed: "closed", PostOpen: "open", PostPaused: "paused"}

// String gives the word of the public contract.
func (s PostState) String() string { return word(postStates[:], int(s)) }

// MarshalText gives the form of [PostState.String].
func (s PostState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Pause is a pause that holds, or that takes hold when the current ticket is done.
type Pause struct {
	Reason string `json:"reason" cbor:"1,keyasint"`
	Until  Time   `json:"until,omitempty" cbor:"2,keyasint,omitempty"` // expected end, 0 = unknown
}

// Post is a window at work: who sits there and what is in hand. Values that leave the package share their lists with the
// state: read them only.
type Post struct {
	Window    string    `json:"window" cbor:"1,keyasint"`
	State     PostState `json:"state" cbor:"2,keyasint,omitempty"`
	Staff     string    `json:"staff,omitempty" cbor:"3,keyasint,omitempty"`
	Since     Time      `json:"since,omitempty" cbor:"4,keyasint,omitempty"` // of State
	OpenedAt  Time      `json:"openedAt,omitempty" cbor:"5,keyasint,omitempty"`
	Pause     Pause     `json:"pause,omitzero" cbor:"6,keyasint,omitzero"`
	Planned   *Pause    `json:"planned,omitempty" cbor:"7,keyasint,omitempty"`
	Current   LegKey    `json:"current,omitzero" cbor:"8,keyasint,omitzero"` // called or serving
	Parked    []LegKey  `json:"parked,omitempty" cbor:"9,keyasint,omitempty"`
	Passed    []LegKey  `json:"passed,omitempty" cbor:"10,keyasint,omitempty"`
	Strict    []bool    `json:"strict,omitempty" cbor:"11,keyasint,omitempty"` // of the last calls, newest last
	LastEnded LegKey    `json:"lastEnded,omitzero" cbor:"12,keyasint,omitzero"`
	Finished  int       `json:"finished,omitempty" cbor:"13,keyasint,omitempty"` // today
	Calls     int       `json:"calls,omitempty" cbor:"14,keyasint,omitempty"`    // today
	Chosen    int       `json:"chosen,omitempty" cbor:"15,keyasint,omitempty"`   // of them out of order
}

func (p *Post) strictCapped() bool {
	return len(p.Strict) == strictHistory && !slices.Contains(p.Strict, false)
}

func (p *Post) called(e *LegCalled) {
	p.Calls++
	p.Chosen += btoi(e.Why.Rule == RuleChosen)
	p.note(e.Strict)
}

// note keeps whether the last calls were of strict classes.
func (p *Post) note(strict bool) {
	p.Strict = append(slices.Clone(p.Strict), strict)
	if len(p.Strict) > strictHistory {
		p.Strict = p.Strict[1:]
	}
}

func (p *Post) newDay() {
	p.Strict, p.Finished, p.Calls, p.Chosen = nil, 0, 0, 0
}

// mine finds a window that the actor sits at.
func (b *book) mine(window string, by Actor) (*Post, error) {
	if _, known := b.plan.Window(window); !known {
		return nil, Refuse(UnknownWindow, "window", window)
	}
	post := b.post(window)
	if post.State == PostClosed {
		return nil, Refuse(WindowNotOpen, "window", window, "state", post.State.String())
	}
	if post.Staff != by.ID || !by.Staff() {
		return nil, Refuse(NotYourWindow, "window", window)
	}
	return post, nil
}

// freeWindow finds an open window that the actor sits at with nobody called or being served.
func (b *book) freeWindow(window string, by Actor) (*Post, error) {
	post, err := b.mine(window, by)
	if err != nil {
		return nil, err
	}
	if post.State != PostOpen {
		return nil, Refuse(WindowNotOpen, "window", window, "state", post.State.String())
	}
	if !post.Current.IsZero() {
		return nil, Refuse(WindowBusy, "window", window)
	}
	return post, nil
}

// currentLeg finds the leg called or being served at the actor's window.
func (b *book) currentLeg(window string, by Actor) (LegKey, *Leg, error) {
	post, err := b.mine(window, by)
	if err != nil {
		return LegKey{}, nil, err
	}
	if post.Current.IsZero() {
		return LegKey{}, nil, Refuse(NothingCurrent, "window", window)
	}
	l, _ := b.leg(post.Current)
	return post.Current, l, nil
}

// WindowOpened is a member of staff beginning work at a window.
type WindowOpened struct {
	Window string `json:"window" cbor:"1,keyasint"`
	Staff  string `json:"staff" cbor:"2,keyasint"`
}

// Kind names the event.
func (*WindowOpened) Kind() string { return "window.opened" }

func (e *WindowOpened) about() (LegKey, string) { return LegKey{}, e.Window }

func (e *WindowOpened) apply(b *book, s Stamp) {
	b.changePost(e.Window, func(p *Post) {
		p.State, p.Staff, p.Since, p.OpenedAt = PostOpen, e.Staff, s.At, s.At
		p.Pause, p.Planned = Pause{}, nil
	})
}

// Open begins work at a window.
type Open struct{ Window string }

func (c Open) decide(b *book, at Time, by Actor) ([]Event, error) {
	if _, known := b.plan.Window(c.Window); !known {
		return nil, Refuse(UnknownWindow, "window", c.Window)
	}
	member, known := b.plan.Member(by.ID)
	if !by.Staff() || !known || len(member.Windows) > 0 && !slices.Contains(member.Windows, c.Window) {
		return nil, Refuse(NotYourWindow, "window", c.Window)
	}
	post := b.post(c.Window)
	if post.State != PostClosed {
		if post.Staff == by.ID {
			return nil, nil
		}
		return nil, Refuse(WindowOccupied, "window", c.Window, "staff", post.Staff)
	}
	before, err := b.leaveOther(by, at)
	if err != nil {
		return nil, err
	}
	return append(before, &WindowOpened{Window: c.Window, Staff: by.ID}), nil
}

// leaveOther closes the window where the actor still sits, if nothing is in hand there: one person, one window. Who waits
// for the person, not for the window, goes along.
func (b *book) leaveOther(by Actor, at Time) ([]Event, error) {
	for _, p := range b.windows.all() {
		if p.State == PostClosed || p.Staff != by.ID {
			continue
		}
		if !p.Current.IsZero() || len(p.Parked) > 0 {
			return nil, Refuse(WindowBusy, "window", p.Window)
		}
		return append(b.lapses(p.Window, windowQueue(p.Window)), &WindowClosed{Window: p.Window}), nil
	}
	return nil, nil
}

// WindowPaused is a window that calls nobody for a while.
type WindowPaused struct {
	Window string `json:"window" cbor:"1,keyasint"`
	Pause  Pause  `json:"pause" cbor:"2,keyasint"`
}

// Kind names the event.
func (*WindowPaused) Kind() string { return "window.paused" }

func (e *WindowPaused) about() (LegKey, string) { return LegKey{}, e.Window }

func (e *WindowPaused) apply(b *book, s Stamp) {
	b.changePost(e.Window, func(p *Post) { p.State, p.Since, p.Pause, p.Planned = PostPaused, s.At, e.Pause, nil })
}

// WindowPausePlanned is a pause that takes hold when the current ticket is done.
type WindowPausePlanned struct {
	Window string `json:"window" cbor:"1,keyasint"`
	Pause  Pause  `json:"pause" cbor:"2,keyasint"`
}

// Kind names the event.
func (*WindowPausePlanned) Kind() string { return "window.pause_planned" }

func (e *WindowPausePlanned) about() (LegKey, string) { return LegKey{}, e.Window }

func (e *WindowPausePlanned) apply(b *book, s Stamp) {
	pause := e.Pause
	b.changePost(e.Window, func(p *Post) { p.Planned = &pause })
}

// Suspend pauses a window, now or as soon as the current ticket is done.
type Suspend struct {
	Window  string
	Reason  string
	Minutes int // expected, 0 = unknown
}

func (c Suspend) decide(b *book, at Time, by Actor) ([]Event, error) {
	post, err := b.mineOrSupervised(c.Window, by)
	if err != nil {
		return nil, err
	}
	if !b.pauseReason(c.Reason) {
		return nil, Refuse(Invalid, "pointer", "/reason")
	}
	if c.Minutes < 0 || c.Minutes > 480 {
		return nil, Refuse(Invalid, "pointer", "/minutes", "max", 480)
	}
	pause := Pause{Reason: c.Reason}
	if c.Minutes > 0 {
		pause.Until = at + minutes(c.Minutes)
	}
	switch {
	case post.State == PostPaused && post.Pause.Reason == c.Reason, post.Planned != nil && post.Planned.Reason == c.Reason:
		return nil, nil
	case !post.Current.IsZero():
		return []Event{&WindowPausePlanned{Window: c.Window, Pause: pause}}, nil
	}
	return []Event{&WindowPaused{Window: c.Window, Pause: pause}}, nil
}

func (b *book) pauseReason(id string) bool {
	return slices.ContainsFunc(b.plan.Rules.PauseReasons, func(r Reason) bool { return r.ID == id })
}

func (b *book) mineOrSupervised(window string, by Actor) (*Post, error) {
	if by.Supervises() {
		if post := b.post(window); post.State != PostClosed {
			return post, nil
		}
	}
	return b.mine(window, by)
}

// WindowResumed ends a pause, or the plan of one.
type WindowResumed struct {
	Window string `json:"window" cbor:"1,keyasint"`
}

// Kind names the event.
func (*WindowResumed) Kind() string { return "window.resumed" }

func (e *WindowResumed) about() (LegKey, string) { return LegKey{}, e.Window }

func (e *WindowResumed) apply(b *book, s Stamp) {
	b.changePost(e.Window, func(p *Post) {
		if p.State == PostPaused {
			p.State, p.Since = PostOpen, s.At
		}
		p.Pause, p.Planned = Pause{}, nil
	})
}

// Unpause ends the pause of a window.
type Unpause struct{ Window string }

func (c Unpause) decide(b *book, at Time, by Actor) ([]Event, error) {
	post, err := b.mineOrSupervised(c.Window, by)
	if err != nil {
		return nil, err
	}
	if post.State == PostOpen && post.Planned == nil {
		return nil, nil
	}
	return []Event{&WindowResumed{Window: c.Window}}, nil
}

// WindowClosed is the end of work at a window.
type WindowClosed struct {
	Window   string `json:"window" cbor:"1,keyasint"`
	Released bool   `json:"released,omitempty" cbor:"2,keyasint,omitempty"` // by a supervisor
}

// Kind names the event.
func (*WindowClosed) Kind() string { return "window.closed" }

func (e *WindowClosed) about() (LegKey, string) { return LegKey{}, e.Window }

func (e *WindowClosed) apply(b *book, s Stamp) {
	b.changePost(e.Window, func(p *Post) {
		p.State, p.Staff, p.Since, p.Pause, p.Planned = PostClosed, "", s.At, Pause{}, nil
	})
}

// Close ends work at a window. Parked tickets wait again with their standing, at a named window or for their service.
type Close struct {
	Window  string
	HandTo  string // window that takes the parked tickets, "" = any
	Confirm bool   // although it is the last window of a service with people waiting
}

func (c Close) decide(b *book, at Time, by Actor) ([]Event, error) {
	if _, known := b.plan.Window(c.Window); !known {
		return nil, Refuse(UnknownWindow, "window", c.Window)
	}
	if b.post(c.Window).State == PostClosed {
		return nil, nil
	}
	post, err := b.mineOrSupervised(c.Window, by)
	if err != nil {
		return nil, err
	}
	if !post.Current.IsZero() {
		return nil, Refuse(WindowBusy, "window", c.Window)
	}
	if service, waiting := b.leavesAlone(post); waiting > 0 && !c.Confirm {
		return nil, Refuse(WrongState, "confirm", true, "service", service, "waiting", waiting)
	}
	if c.HandTo != "" && (c.HandTo == c.Window || b.post(c.HandTo).State == PostClosed) {
		return nil, Refuse(WindowNotOpen, "window", c.HandTo)
	}
	return b.closing(post, at, c.HandTo, false), nil
}

// leavesAlone finds a service whose last window at work this is, with people waiting for it or for whoever sits here.
func (b *book) leavesAlone(post *Post) (service string, waiting int) {
	w, _ := b.plan.Window(post.Window)
	for _, s := range w.Services {
		n := b.waitingIn(serviceQueue(s), s) + b.waitingIn(windowQueue(post.Window), s) + b.waitingIn(staffQueue(post.Staff), s)
		if n > 0 && b.openWindows(s) == 1 {
			return s, n
		}
	}
	return "", 0
}

// closing ends work at a post with nobody called or being served: who was parked waits again, at the window handTo or
// where the service is done.
func (b *book) closing(post *Post, at Time, handTo string, released bool) []Event {
	var events []Event
	moved := map[string]int{}
	for _, k := range post.Parked {
		l, _ := b.leg(k)
		to := Target{Window: handTo}
		if handTo == "" {
			to = b.retarget(l.Service, post.Window, moved)
			moved[to.Window]++
		}
		events = append(events, b.move(k, l, at, "", LegAdded{Service: l.Service, Target: to, Standing: l.StandingFrom})...)
	}
	events = append(events, b.lapses(post.Window, windowQueue(post.Window), staffQueue(post.Staff))...)
	return append(events, &WindowClosed{Window: post.Window, Released: released})
}

// Release frees a window whose staff has gone without closing it, by a supervisor. Nobody loses their place: a called
// ticket waits again, one in handling goes on as a waiting leg.
type Release struct{ Window string }

func (c Release) decide(b *book, at Time, by Actor) ([]Event, error) {
	if !by.Supervises() {
		return nil, Refuse(Forbidden)
	}
	if _, known := b.plan.Window(c.Window); !known {
		return nil, Refuse(UnknownWindow, "window", c.Window)
	}
	post := b.post(c.Window)
	if post.State == PostClosed {
		return nil, nil
	}
	var before []Event
	if k := post.Current; !k.IsZero() {
		l, _ := b.leg(k)
		if l.Stage == Called {
			before = append(before, &LegUncalled{Leg: k, Window: c.Window})
		} else {
			to := b.retarget(l.Service, c.Window, nil)
			before = b.move(k, l, at, "", LegAdded{Service: l.Service, Target: to, Standing: l.StandingFrom})
		}
	}
	after := b.after(at, by, before)
	return append(before, after.closing(after.post(c.Window), at, "", true)...), nil
}

// LegHandedOver changes who sits at a window; the handling so far stays with the person before.
type LegHandedOver struct {
	Window string `json:"window" cbor:"1,keyasint"`
	From   string `json:"from" cbor:"2,keyasint"`
	To     string `json:"to" cbor:"3,keyasint"`
	Leg    LegKey `json:"leg,omitzero" cbor:"4,keyasint,omitzero"` // in handling, zero for none
	Share  Time   `json:"share,omitempty" cbor:"5,keyasint,omitempty"`
}

// Kind names the event.
func (*LegHandedOver) Kind() string { return "window.handed_over" }

func (e *LegHandedOver) about() (LegKey, string) { return LegKey{}, e.Window }

func (e *LegHandedOver) apply(b *book, s Stamp) {
	b.changePost(e.Window, func(p *Post) { p.Staff, p.OpenedAt = e.To, s.At })
	if e.Leg.IsZero() {
		return
	}
	b.change(e.Leg, func(t *Ticket, l *Leg) {
		l.share(e.From, e.Share)
		l.Staff = e.To
	})
}

// HandOver puts another member of staff at a window, with everything in hand there.
type HandOver struct {
	Window string
	Staff  string
}

func (c HandOver) decide(b *book, at Time, by Actor) ([]Event, error) {
	post, err := b.mineOrSupervised(c.Window, by)
	if err != nil {
		return nil, err
	}
	member, known := b.plan.Member(c.Staff)
	if !known || len(member.Windows) > 0 && !slices.Contains(member.Windows, c.Window) {
		return nil, Refuse(Invalid, "pointer", "/staff")
	}
	if post.Staff == c.Staff {
		return nil, nil
	}
	before, err := b.leaveOther(Actor{Kind: Clerk, ID: c.Staff}, at)
	if err != nil {
		return nil, err
	}
	e := &LegHandedOver{Window: c.Window, From: post.Staff, To: c.Staff, Leg: post.Current}
	if l, ok := b.leg(post.Current); ok && l.Stage == Serving {
		e.Share = l.own(at)
	}
	before = append(before, b.lapses("", staffQueue(post.Staff))...)
	return append(before, e), nil
}
