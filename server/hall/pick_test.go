package hall

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

// sized gives how much of something a test does: the usual, or what an environment variable says.
func sized(t testing.TB, name string, usual int) int {
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s=%q is not a number", name, text)
	}
	return n
}

// randomQueue makes a hall in the middle of a day: windows at work, each with its last calls, and up to most waiting legs
// that are bound, held, booked and credited at random.
func randomQueue(r *rand.Rand, p *Plan, most int) (State, Time) {
	b := newBook()
	now := Time(1_800_000_000_000)
	b.plan, b.today, b.open, b.seq, b.at = p, 20270115, true, 1, now
	d := newDay(b.today, now-minutes(300))
	b.days = []*day{d}
	for i, w := range p.Windows {
		if r.IntN(5) > 0 {
			b.windows.set(w.ID, &Post{Window: w.ID, State: PostOpen, Staff: fmt.Sprint(1001 + i), Strict: randomStrict(r)})
		}
	}
	for _, s := range p.Services {
		b.ownQueue(serviceQueue(s.ID)).calls = uint64(r.IntN(4))
	}
	for i := range r.IntN(most + 1) {
		l := randomLeg(r, p, now)
		t := &Ticket{Key: TicketKey{Date: b.today, N: uint32(i + 1)}, ID: strconv.Itoa(i), Number: Number{Prefix: oneOf(r, "A", "B"), N: uint32(i + 1)}, Legs: []Leg{l}}
		d.tickets.set(t.Key.N, t)
		d.count(t, +1)
		b.attach(t, t.LegKey(), t.Leg())
	}
	return State{b.share()}, now
}

func randomStrict(r *rand.Rand) []bool {
	list := make([]bool, r.IntN(strictHistory+1))
	for i := range list {
		list[i] = r.IntN(3) > 0
	}
	return list
}

// randomLeg waits since a whole number of minutes, so that equal scores are usual. Its credit is not always its class's.
func randomLeg(r *rand.Rand, p *Plan, now Time) Leg {
	class := oneOf(r, p.Classes...)
	l := Leg{Service: oneOf(r, p.Services...).ID, Class: class.ID, Credit: minutes(class.CreditMinutes), Strict: class.Strict, Stage: Waiting,
		StandingFrom: now - minutes(r.IntN(40))}
	l.JoinedAt, l.Since = l.StandingFrom, l.StandingFrom
	switch r.IntN(8) {
	case 0:
		l.Target.Window = oneOf(r, p.Windows...).ID
	case 1:
		l.Target.Staff = oneOf(r, p.Staff...).ID
	case 2:
		l.HeldUntil = uint64(r.IntN(6))
	case 3:
		l.SlotAt = now + minutes(r.IntN(30)-5)
	case 4:
		l.Credit = minutes(5 * r.IntN(4))
	case 5:
		l.HeldUntil, l.SlotAt = uint64(r.IntN(6)), now+minutes(r.IntN(30)-5)
	}
	return l
}

// TestPickAgainstSort compares Pick and everything built upon it with a naive sort of a naive list, on JIAOHAO_PICK states.
func TestPickAgainstSort(t *testing.T) {
	const perPlan = 500
	inParallel(sized(t, "JIAOHAO_PICK", 50_000)/perPlan+1, func(seed uint64) bool {
		r := rand.New(rand.NewPCG(seed, 4))
		p := randomPlan(r)
		if faults := p.Check(); len(faults) > 0 {
			t.Errorf("seed %d: %s", seed, faults[0])
		}
		for n := range perPlan {
			s, now := randomQueue(r, p, oneOf(r, 2, 3, 4, 6, 8, 8, 12, 30))
			if err := comparePick(r, s, oneOf(r, p.Windows...).ID, now); err != nil {
				t.Errorf("plan of seed %d, state %d: %v", seed, n, err)
				return false
			}
		}
		return true
	})
}

// inParallel runs seeds 0 to n−1 on every processor until one of them says stop.
func inParallel(n int, run func(seed uint64) (goOn bool)) {
	var next atomic.Uint64
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for seed := next.Add(1) - 1; seed < uint64(n); seed = next.Add(1) - 1 {
				if !run(seed) {
					next.Store(uint64(n))
				}
			}
		})
	}
	all.Wait()
}

func comparePick(r *rand.Rand, s State, window string, now Time) error {
	line, capped := naiveLine(s, window, now)
	got, why, ok := Pick(s, window, now)
	if ok != (len(line) > 0) {
		return fmt.Errorf("window %s: Pick finds somebody: %v; %d can be called", window, ok, len(line))
	}
	if s.WaitingAt(window, now) != len(line) {
		return fmt.Errorf("window %s: WaitingAt gives %d, want %d", window, s.WaitingAt(window, now), len(line))
	}
	if !ok {
		return nil
	}
	if err := compareWhy(s.Plan(), got, why, line, capped); err != nil {
		return fmt.Errorf("window %s: %w", window, err)
	}
	if err := compareLine(s, window, now, line); err != nil {
		return fmt.Errorf("window %s: %w", window, err)
	}
	return compareAhead(s, oneOf(r, line...), now)
}

// compareWhy holds a pick and what it says of itself against the naive line.
func compareWhy(p *Plan, got Candidate, why Why, line []naive, capped bool) error {
	first := line[0]
	if got.Leg != first.key || got.Score != first.score || why.Score != first.score || why.Eligible != len(line) || why.Capped != naiveCapped(line, capped) {
		return fmt.Errorf("Pick gives %s %+v, want %s of %d with score %d, capped %v", got.Number, why, first.number, len(line), first.score, capped)
	}
	if why.Waited+why.Credit+why.Prefer != why.Score || why.Credit != first.leg.Credit || why.Prefer != first.prefer {
		return fmt.Errorf("the parts of the score of %s do not add up: %+v", got.Number, why)
	}
	if (why.Runner == nil) != (len(line) == 1) {
		return fmt.Errorf("a runner-up is named: %v, out of %d", why.Runner != nil, len(line))
	}
	if len(line) > 1 && (why.Runner.Number != line[1].number || why.Runner.Score != line[1].score) {
		return fmt.Errorf("the runner-up is %+v, want %s with %d", why.Runner, line[1].number, line[1].score)
	}
	if rule := naiveRule(p, first); why.Rule != rule {
		return fmt.Errorf("the rule is %s, want %s", why.Rule, rule)
	}
	return nil
}

// naiveCapped reports whether the cap holds somebody of a strict class back.
func naiveCapped(line []naive, capped bool) bool {
	strict := slices.ContainsFunc(line, func(n naive) bool { return n.leg.Strict })
	return capped && strict && !line[0].held
}

func naiveRule(p *Plan, n naive) string {
	service, _ := p.Service(n.leg.Service)
	switch {
	case n.held:
		return RuleHeld
	case n.leg.Strict:
		return RuleStrict
	case n.leg.Target.Staff != "", n.leg.Target.Window != "" && !service.PerWindow():
		return RuleTarget
	}
	return RuleCredit
}

// compareLine calls the line one by one, in the mind, and finds [State.Line] in that order; held legs follow.
func compareLine(s State, window string, now Time, line []naive) error {
	got := s.Line(window, now, 1000)
	strict := append([]bool(nil), s.Post(window).Strict...)
	rest := append([]naive(nil), line...)
	for i := range line {
		n := takeNext(&rest, strict)
		if got[i].Leg != n.key {
			return fmt.Errorf("place %d of the line is %s, want %s", i+1, got[i].Number, n.number)
		}
		strict = append(strict, n.leg.Strict)
	}
	for _, c := range got[len(line):] {
		if !c.Held {
			return fmt.Errorf("%s stands behind the line although it is not held", c.Number)
		}
	}
	if short := s.Line(window, now, 1); len(short) != 1 || short[0].Leg != line[0].key {
		return fmt.Errorf("a line of one is %v, want %s", short, line[0].number)
	}
	return nil
}

// takeNext removes whom a window with these last calls would call out of the rest.
func takeNext(rest *[]naive, strict []bool) naive {
	n := len(strict)
	ordinary := false
	for _, c := range *rest {
		ordinary = ordinary || !c.leg.Strict && !c.held
	}
	capped := ordinary && n >= 2 && strict[n-1] && strict[n-2]
	best := 0
	for i, c := range *rest {
		if compareNaive(c, (*rest)[best], capped) < 0 {
			best = i
		}
	}
	taken := (*rest)[best]
	*rest = append((*rest)[:best:best], (*rest)[best+1:]...)
	return taken
}

func compareAhead(s State, n naive, now Time) error {
	t, _ := s.Ticket(n.key.Ticket())
	want := naiveAhead(s, t, now)
	if got, ok := s.Ahead(t, now); !ok || got != want {
		return fmt.Errorf("%d are ahead of %s, want %d", got, n.number, want)
	}
	next := s.NextOf(n.leg.Service, now, 1000)
	for i, c := range next {
		other, _ := s.Ticket(c.Leg.Ticket())
		if ahead, _ := s.Ahead(other, now); ahead != i {
			return fmt.Errorf("%s is number %d of the next of %s, but %d are ahead of it", c.Number, i, n.leg.Service, ahead)
		}
	}
	return nil
}
