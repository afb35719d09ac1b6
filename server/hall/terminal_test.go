package hall

import (
	"errors"
	"reflect"
	"testing"
)

// TestTerminalsAreRecordedForAdministratorsAlone gives each command as everybody: the journal takes it from an administrator
// and from the server itself, and the state stays what it was.
func TestTerminalsAreRecordedForAdministratorsAlone(t *testing.T) {
	d := newDrill(t, readPlan(t, "county", nil))
	admin := Actor{Kind: Clerk, ID: "9001", Roles: []Role{RoleAdministrator}}
	for _, c := range []struct {
		do   Command
		want Event
	}{
		{EnrolTerminal{Name: "kiosk-1", Role: "kiosk", Place: "门口", Way: "screen"}, &TerminalEnrolled{Name: "kiosk-1", Role: "kiosk", Place: "门口", Way: "screen"}},
		{RenameTerminal{Name: "kiosk-1", To: "kiosk-2"}, &TerminalRenamed{Name: "kiosk-1", To: "kiosk-2"}},
		{RevokeTerminal{Name: "kiosk-2", Role: "kiosk", Place: "门口"}, &TerminalRevoked{Name: "kiosk-2", Role: "kiosk", Place: "门口"}},
	} {
		for _, by := range []Actor{admin, {Kind: System}} {
			events, _, err := d.w.Decide(Order{By: by, Do: c.do}, d.w.At())
			if err != nil || len(events) != 1 || !reflect.DeepEqual(events[0], c.want) {
				t.Errorf("%T by %s: %v, %v", c.do, by, events, err)
			}
		}
		for _, by := range []Actor{{Kind: Citizen}, {Kind: Terminal, ID: "kiosk-1"}, {Kind: Clerk, ID: "1001", Roles: []Role{RoleClerk, RoleLead, RoleSupervisor}},
			{Kind: Terminal, ID: "x", Roles: []Role{RoleAdministrator}}} {
			var refused *Refusal
			if _, _, err := d.w.Decide(Order{By: by, Do: c.do}, d.w.At()); !errors.As(err, &refused) || refused.Code != Forbidden {
				t.Errorf("%T by %s: %v, want a refusal", c.do, by, err)
			}
		}
		before, err := d.state().Encode()
		if err != nil {
			t.Fatal(err)
		}
		c.want.apply(d.w.b, Stamp{})
		if after, err := d.state().Encode(); err != nil || !reflect.DeepEqual(before, after) {
			t.Errorf("%s changes the state (%v)", c.want.Kind(), err)
		}
	}
}
