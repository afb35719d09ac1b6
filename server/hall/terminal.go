package hall

import "slices"

// The journal says which machine was let in, by whom, and when that ended. No state is kept of it: whether a key opens is known
// where the keys are, and no rule of the queue asks which machine a command came from.

// TerminalEnrolled says that a machine has become a terminal of the hall. Who let it in is in the header.
type TerminalEnrolled struct {
	Name  string `json:"name" cbor:"1,keyasint"`
	Role  string `json:"role" cbor:"2,keyasint"`
	Place string `json:"place" cbor:"3,keyasint,omitempty"`
	Way   string `json:"way" cbor:"4,keyasint"` // how it was let in: screen or address
}

// Kind names the event.
func (*TerminalEnrolled) Kind() string { return "terminal.enrolled" }

func (e *TerminalEnrolled) apply(b *book, s Stamp) {}

// EnrolTerminal records that a machine is let in. It is given before the machine gets its key.
type EnrolTerminal struct{ Name, Role, Place, Way string }

func (c EnrolTerminal) decide(b *book, at Time, by Actor) ([]Event, error) {
	if !by.administers() {
		return nil, Refuse(Forbidden)
	}
	return []Event{&TerminalEnrolled{Name: c.Name, Role: c.Role, Place: c.Place, Way: c.Way}}, nil
}

// TerminalRenamed says that a terminal is called otherwise from now on, also as the actor of its commands.
type TerminalRenamed struct {
	Name string `json:"name" cbor:"1,keyasint"` // until now
	To   string `json:"to" cbor:"2,keyasint"`
}

// Kind names the event.
func (*TerminalRenamed) Kind() string { return "terminal.renamed" }

func (e *TerminalRenamed) apply(b *book, s Stamp) {}

// RenameTerminal records a terminal's new name. It is given before the name holds.
type RenameTerminal struct{ Name, To string }

func (c RenameTerminal) decide(b *book, at Time, by Actor) ([]Event, error) {
	if !by.administers() {
		return nil, Refuse(Forbidden)
	}
	return []Event{&TerminalRenamed{Name: c.Name, To: c.To}}, nil
}

// TerminalRevoked says that a terminal's key opens nothing any more.
type TerminalRevoked struct {
	Name  string `json:"name" cbor:"1,keyasint"`
	Role  string `json:"role" cbor:"2,keyasint"`
	Place string `json:"place" cbor:"3,keyasint,omitempty"`
}

// Kind names the event.
func (*TerminalRevoked) Kind() string { return "terminal.revoked" }

func (e *TerminalRevoked) apply(b *book, s Stamp) {}

// RevokeTerminal records that a terminal was put out. It is given after its key has been taken away.
type RevokeTerminal struct{ Name, Role, Place string }

func (c RevokeTerminal) decide(b *book, at Time, by Actor) ([]Event, error) {
	if !by.administers() {
		return nil, Refuse(Forbidden)
	}
	return []Event{&TerminalRevoked{Name: c.Name, Role: c.Role, Place: c.Place}}, nil
}

// administers reports whether the actor may let machines in: an administrator, or whoever runs the server itself.
func (a Actor) administers() bool {
	return a.Kind == System || a.Kind == Clerk && slices.Contains(a.Roles, RoleAdministrator)
}
