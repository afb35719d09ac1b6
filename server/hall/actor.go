package hall

import "slices"

// ActorKind says what sort of person or machine gives a command.
type ActorKind uint8

// The kinds of actor.
const (
	System   ActorKind = iota // the hall itself: what time does
	Citizen                   // whoever holds a ticket's id
	Terminal                  // an enrolled kiosk, board, pad or call pad
	Clerk                     // a member of staff, whatever the roles
)

// Role is what a member of staff may do beyond the own window.
type Role string

// The roles, weakest first.
const (
	RoleClerk         Role = "clerk"
	RoleLead          Role = "lead"
	RoleSupervisor    Role = "supervisor"
	RoleAdministrator Role = "administrator"
)

// Actor is who gives a command. Only Kind and ID are recorded; roles are checked when the command is decided.
type Actor struct {
	Kind        ActorKind
	ID          string // staff number, terminal name, or empty
	Roles       []Role
	Departments []string // of a lead: where the role holds
}

// Supervises reports whether the actor may act at any window.
func (a Actor) Supervises() bool {
	return slices.Contains(a.Roles, RoleSupervisor) || slices.Contains(a.Roles, RoleAdministrator)
}

// Staff reports whether the actor is a member of staff.
func (a Actor) Staff() bool { return a.Kind == Clerk }

var actorKinds = [...]string{System: "system", Citizen: "citizen", Terminal: "terminal", Clerk: "staff"}

// String gives the actor as logs and the journal's listing name it, for instance "staff 1003".
func (a Actor) String() string {
	if int(a.Kind) >= len(actorKinds) {
		return "unknown"
	}
	if a.ID == "" {
		return actorKinds[a.Kind]
	}
	return actorKinds[a.Kind] + " " + a.ID
}
