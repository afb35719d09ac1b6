package wait

import (
	"math"
	"slices"

	"jiaohao/server/hall"
)

// Basis names the way of estimating in [hall.Promise].
const Basis = "fallback"

// load is what one state says about the windows, computed once for all estimates from it.
type load struct {
	state   hall.State
	waiting map[string]int
	posts   map[string]hall.Post
}

func (f *Fold) loadOf(s hall.State) *load {
	if l := f.load.Load(); l != nil && l.state == s {
		return l
	}
	plan := s.Plan()
	l := &load{state: s, waiting: make(map[string]int, len(plan.Services)), posts: make(map[string]hall.Post, len(plan.Windows))}
	for _, service := range plan.Services {
		l.waiting[service.ID] = s.WaitingFor(service.ID)
	}
	for _, w := range plan.Windows {
		l.posts[w.ID] = s.Post(w.ID)
	}
	f.load.Store(l)
	return l
}

// Estimate says how long somebody will wait for a service behind ahead others of its queue; ok is false when no window
// that offers it is open or has said when its pause ends. Its seconds are the mean, low and high the range that should
// hold four times out of five.
//
// The work before the citizen is the mean handling of everybody who goes first and of one visit that is in hand now; the
// windows do it together. Every waiting leg of another service counts with the share of its own windows that these are,
// and as far as it stands before: of others as many as of the own queue. A free window takes one of those who go first, or
// the citizen at once. A paused window works from the end it named; one whose pause has no end, or is over time, is left
// out. In a queue by window one window does its share of the work alone.
func (f *Fold) Estimate(s hall.State, service string, ahead int, at hall.Time) (p hall.Promise, ok bool) {
	if s.IsZero() || s.Plan() == nil {
		return hall.Promise{}, false
	}
	own, known := s.Plan().Service(service)
	if !known {
		return hall.Promise{}, false
	}
	l := f.loadOf(s)
	crew := l.crew(own, at)
	if len(crew.opens) == 0 {
		return hall.Promise{}, false
	}
	q := f.before(l, own, max(0, ahead), at)
	departures := q.people + 1 - float64(crew.free)
	if departures <= 0 {
		return spread(crew.opens[min(int(q.people), len(crew.opens)-1)], 0), true
	}
	work := (q.work + f.inHand(l, crew, own)) * departures / (q.people + 1)
	return spread(drain(crew.opens, work), q.shape/max(1, departures)), true
}

// crew is the windows that can take a service.
type crew struct {
	opens []float64 // in how many seconds each begins to work, soonest first
	free  int       // how many of them have nobody in hand when they do
	hands []string  // services in hand at the others
}

// crew finds the windows of a service. When all of them are paused, each begins free; beside an open window one that comes
// back only helps with the rest.
func (l *load) crew(s hall.Service, at hall.Time) (c crew) {
	for _, w := range l.state.Plan().WindowsOf(s.ID) {
		opening, ok := works(l.posts[w], at)
		if !ok {
			continue
		}
		c.opens = append(c.opens, opening)
		if _, leg, busy := l.state.Leg(l.posts[w].Current); busy {
			c.hands = append(c.hands, leg.Service)
		} else if opening == 0 {
			c.free++
		}
	}
	slices.Sort(c.opens)
	if len(c.opens) > 0 && c.opens[0] > 0 {
		c.free = len(c.opens)
	}
	if s.PerWindow() && len(c.opens) > 0 {
		c.opens, c.free = c.opens[:1], min(c.free, 1)
	}
	return c
}

// inHand gives the mean seconds of the handlings in hand, of one of the service itself when there are none.
func (f *Fold) inHand(l *load, c crew, own hall.Service) float64 {
	if len(c.hands) == 0 {
		mean, _ := f.Handling(own)
		return mean
	}
	plan, sum := l.state.Plan(), 0.0
	for _, id := range c.hands {
		service, _ := plan.Service(id)
		mean, _ := f.Handling(service)
		sum += mean
	}
	return sum / float64(len(c.hands))
}

// works tells in how many seconds a window calls again.
func works(p hall.Post, at hall.Time) (seconds float64, ok bool) {
	switch {
	case p.State == hall.PostOpen:
		return 0, true
	case p.State == hall.PostPaused && p.Pause.Until > at:
		return p.Pause.Until.Sub(at).Seconds(), true
	}
	return 0, false
}

// queue is who goes before: how many, the seconds their handlings take together, and the squared coefficient of variation
// of one of them.
type queue struct{ people, work, shape float64 }

func (f *Fold) before(l *load, own hall.Service, ahead int, at hall.Time) queue {
	mean, c2 := f.Handling(own)
	n := float64(ahead)
	q := queue{people: n, work: n * mean, shape: n * c2}
	fraction := min(1, (n+0.5)/(float64(l.waiting[own.ID])+0.5))
	if own.PerWindow() {
		fraction = 1
	}
	for _, other := range l.state.Plan().Services {
		if other.ID == own.ID || l.waiting[other.ID] == 0 {
			continue
		}
		k := fraction * float64(l.waiting[other.ID]) * l.share(own, other, at)
		m, c := f.Handling(other)
		q.people, q.work, q.shape = q.people+k, q.work+k*m, q.shape+k*c
	}
	if q.people == 0 {
		q.shape = c2
	} else {
		q.shape /= q.people
	}
	return q
}

// share is how much of another service's waiting falls on the windows that can take this one.
func (l *load) share(own, other hall.Service, at hall.Time) float64 {
	plan, both, all, mine := l.state.Plan(), 0, 0, 0
	for _, w := range plan.WindowsOf(own.ID) {
		if _, ok := works(l.posts[w], at); ok {
			mine++
		}
	}
	for _, id := range plan.WindowsOf(other.ID) {
		if _, ok := works(l.posts[id], at); !ok {
			continue
		}
		all++
		if w, _ := plan.Window(id); w.Offers(own.ID) {
			both++
		}
	}
	if both == 0 {
		return 0
	}
	if own.PerWindow() {
		return float64(both) / float64(all*mine)
	}
	return float64(both) / float64(all)
}

// drain gives the seconds in which windows that open one after the other have done so much work together.
func drain(opens []float64, work float64) float64 {
	sum := 0.0
	for i, opening := range opens {
		sum += opening
		end := (work + sum) / float64(i+1)
		if i+1 == len(opens) || end <= opens[i+1] {
			return end
		}
	}
	return 0
}

// tenth is how many standard deviations from the middle of a normal distribution a tenth lies beyond.
const tenth = 1.2816

// spread makes the range around a mean from its squared coefficient of variation, log-normally: below the mean there is
// less room than above, and none below zero.
func spread(mean, cv2 float64) hall.Promise {
	sigma := math.Sqrt(math.Log1p(cv2))
	middle := mean * math.Exp(-sigma*sigma/2)
	return hall.Promise{Seconds: round(mean), Low: round(middle * math.Exp(-tenth*sigma)), High: round(middle * math.Exp(tenth*sigma)), Basis: Basis}
}

func round(seconds float64) int { return int(math.Round(seconds)) }
