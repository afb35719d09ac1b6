package hall

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
)

// TestPublishedNeverChanges reads published states from other goroutines while the hall goes on from them with batches of any
// size, and wants each to look as it did at first: whatever may be changed in place must not be seen by anybody else.
func TestPublishedNeverChanges(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	d := newDrill(t, readPlan(t, "county", func(p *Plan) { p.Calendar.AlwaysOpen = true }))
	for i := range 4 {
		d.must(t, person(d.w.b.plan, fmt.Sprint(1001+i)), Open{Window: fmt.Sprint(1 + i)})
	}
	type seen struct {
		State
		at   Time
		want string
	}
	var kept []seen
	var readers sync.WaitGroup
	for step := range 1500 {
		d.now += 500
		randomOrder(t, r, d, step)
		if r.IntN(30) > 0 {
			continue
		}
		s := seen{State: d.w.Publish(), at: d.now}
		s.want = look(s.State, s.at)
		kept = append(kept, s)
		readers.Go(func() {
			for range 3 {
				if got := look(s.State, s.at); got != s.want {
					t.Errorf("the state at %d looks like\n%s, was\n%s", s.Seq(), got, s.want)
				}
			}
		})
		if r.IntN(10) == 0 { // a batch that could not be recorded: the desk goes on from an earlier state
			d.w = Resume(kept[len(kept)-1].State)
		}
	}
	readers.Wait()
	for _, s := range kept {
		if got := look(s.State, s.at); got != s.want {
			t.Fatalf("the state at %d looks like\n%s, was\n%s", s.Seq(), got, s.want)
		}
	}
	if tally := kept[len(kept)-1].Tally(); tally.Waiting < 100 || tally.Finished < 20 {
		t.Errorf("too little happened: %+v", tally)
	}
}

// randomOrder has somebody take a ticket, call or give one back; a refusal changes nothing.
func randomOrder(t *testing.T, r *rand.Rand, d *drill, step int) {
	window := r.IntN(4)
	o := Order{By: Actor{Kind: Clerk, ID: fmt.Sprint(1001 + window)}, Key: scattered(step), Digest: []byte{1}}
	o.Do = oneOf[Command](r, Next{Window: fmt.Sprint(1 + window)}, Next{Window: fmt.Sprint(1 + window), Finish: &Finish{}},
		Begin{Window: fmt.Sprint(1 + window)}, Pass{Window: fmt.Sprint(1 + window)},
		Cancel{Ticket: TicketKey{Date: d.w.b.today, N: uint32(1 + r.IntN(1+step/2))}})
	if r.IntN(5) > 1 {
		o.By = Actor{Kind: Terminal, ID: "kiosk-1"}
		o.Do = Issue{ID: scattered(step), Service: oneOf(r, d.w.b.plan.Services[:4]...).ID, Class: oneOf(r, "", "", "elderly", "pregnant"), Proved: true,
			Channel: "kiosk", Lang: "zh"}
	}
	var refused *Refusal
	if _, _, err := d.do(o); err != nil && !errors.As(err, &refused) {
		t.Fatal(err)
	}
}

// look says all that can be seen of who waits, and the rest by its hash.
func look(s State, at Time) string {
	hash, err := s.Hash()
	text := fmt.Sprintf("%x %v", hash, err)
	for _, service := range s.Plan().Services {
		text += fmt.Sprint(" ", s.WaitingFor(service.ID), s.AheadOfNew(service, at))
	}
	for window := range 4 {
		for _, c := range s.Line(fmt.Sprint(1+window), at, 1<<20) {
			text += " " + c.Number.String()
		}
	}
	return text
}
