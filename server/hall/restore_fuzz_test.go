package hall

import (
	"bytes"
	"testing"
)

// FuzzRestore begins at states of a small hall, so that the plan is not most of what is tried: nobody there, people waiting, one called,
// served, finished. What was read is written the same ever after.
func FuzzRestore(f *testing.F) {
	d := newDrill(f, readPlan(f, "county", smallest))
	seed := func() {
		image, err := d.state().Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(image)
	}
	seed()
	window := d.w.b.plan.Windows[0].ID
	clerk := Actor{Kind: Clerk, ID: d.w.b.plan.Staff[0].ID, Roles: []Role{RoleClerk}}
	for range 3 {
		d.ticket(f, d.w.b.plan.Services[0].ID)
	}
	d.must(f, clerk, Open{Window: window})
	for _, c := range []Command{Next{Window: window}, Begin{Window: window}, Finish{Window: window}, Next{Window: window}} {
		d.must(f, clerk, c)
		seed()
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Restore(b)
		if err != nil {
			return
		}
		once, err := s.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Restore(once)
		if err != nil {
			t.Fatalf("was read, cannot be read again: %v", err)
		}
		if twice, err := again.Encode(); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("is not written the same twice: %v\n%x\n%x", err, once, twice)
		}
	})
}

// smallest leaves one service, one window and one clerk of a plan.
func smallest(p *Plan) {
	p.Services, p.Windows = p.Services[:1], p.Windows[:1]
	p.Windows[0].Services = []string{p.Services[0].ID}
	p.Staff = p.Staff[:1]
}
