package hall

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// readPlan reads a plan of testdata/plans and lets the test change it before it is checked.
func readPlan(t testing.TB, name string, change func(p *Plan)) *Plan {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "plans", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	p := new(Plan)
	if err := json.Unmarshal(text, p); err != nil {
		t.Fatalf("plan %s: %v", name, err)
	}
	if change != nil {
		change(p)
	}
	for _, f := range p.Check() {
		t.Fatalf("plan %s: %s", name, f)
	}
	return p
}

// record is one event as a journal would hold it.
type record struct {
	seq     uint64
	at      Time
	kind    string
	chained []byte
	secret  []byte
}

// drill is a hall that tests drive: a working state, a clock, and everything that was recorded.
type drill struct {
	w       *Working
	now     Time
	records []record
	issued  int
}

var system = Actor{Kind: System}

// person gives a member of staff of the county fixture with the roles of the plan.
func person(p *Plan, id string) Actor {
	member, known := p.Member(id)
	if !known {
		return Actor{Kind: Clerk, ID: id}
	}
	return Actor{Kind: Clerk, ID: id, Roles: member.Roles, Departments: member.Departments}
}

// clock gives a moment of a date as the hall's wall clock shows it.
func clock(p *Plan, date, hour string) Time {
	at, err := time.ParseInLocation("2006-01-02 15:04:05", date+" "+hour, p.Zone())
	if err != nil {
		panic(err)
	}
	return At(at)
}

// newDrill founds a hall with a plan and opens the day of 2026-11-23, a Monday, at 08:15.
func newDrill(t testing.TB, p *Plan) *drill {
	t.Helper()
	d := &drill{w: NewWorking(), now: clock(p, "2026-11-23", "08:15:00")}
	d.must(t, system, Found{Hall: p.Hall.ID, Epoch: "epoch"})
	d.must(t, system, Start{Version: "test"})
	d.must(t, system, SetPlan{Plan: p, Hash: "first", Source: FromConfig})
	d.must(t, system, OpenDay{})
	return d
}

// do decides an order and records what follows; the events are applied as they were decided.
func (d *drill) do(o Order) ([]Event, Receipt, error) {
	events, answer, err := d.w.Decide(o, d.now)
	if err != nil {
		return nil, answer, err
	}
	for i, e := range events {
		d.apply(HeaderOf(o, answer, i, len(events)), e)
	}
	return events, answer, nil
}

func (d *drill) apply(h Header, e Event) {
	chained, secret, err := Encode(h, e)
	if err != nil {
		panic(err)
	}
	seq := d.w.Seq() + 1
	d.records = append(d.records, record{seq, d.now, e.Kind(), chained, secret})
	d.w.Apply(seq, d.now, h, e)
}

// must does what is asked and fails the test on a refusal.
func (d *drill) must(t testing.TB, by Actor, c Command) Receipt {
	t.Helper()
	_, answer, err := d.do(Order{By: by, Do: c})
	if err != nil {
		t.Fatalf("%s: %T%+v: %v", by, c, c, err)
	}
	return answer
}

// ticket issues a ticket and gives its key.
func (d *drill) ticket(t testing.TB, service string) TicketKey {
	t.Helper()
	return d.issue(t, Issue{Service: service})
}

// issue fills in what every Issue needs.
func (d *drill) issue(t testing.TB, c Issue) TicketKey {
	t.Helper()
	d.issued++
	c.ID, c.Channel, c.Lang = fmt.Sprintf("secret-%d", d.issued), "kiosk", "zh"
	return d.must(t, Actor{Kind: Terminal, ID: "kiosk-1"}, c).Leg.Ticket()
}

func (d *drill) state() State { return d.w.Publish() }

// later moves the clock.
func (d *drill) later(by time.Duration) { d.now = d.now.Add(by) }

// fold applies records to the state before the first, as a start of the server does.
func fold(records []record) (*Working, error) {
	w := NewWorking()
	for _, r := range records {
		h, e, err := Decode(r.kind, r.chained)
		if err != nil {
			return nil, fmt.Errorf("record %d: %w", r.seq, err)
		}
		w.Apply(r.seq, r.at, h, e)
	}
	return w, nil
}

func hashOf(t testing.TB, s State) [32]byte {
	t.Helper()
	hash, err := s.Hash()
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

// codeOf gives the code of a refusal, "" for none.
func codeOf(err error) Code {
	if r, ok := err.(*Refusal); ok {
		return r.Code
	}
	return ""
}
