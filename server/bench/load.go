package bench

import (
	"slices"
	"sync"
	"time"
)

// turn is what some clients did in one turn.
type turn struct {
	perSecond float64
	p50, p99  time.Duration
	done      int

	times []time.Duration // of each call
	took  time.Duration
}

// clients lets so many clients do f again and again for a while. The first error ends the turn.
func clients(n int, length time.Duration, f func(client int) error) (turn, error) {
	times, errs := make([][]time.Duration, n), make([]error, n)
	began := time.Now()
	var wg sync.WaitGroup
	for c := range n {
		wg.Go(func() {
			for time.Since(began) < length && errs[c] == nil {
				start := time.Now()
				errs[c] = f(c)
				times[c] = append(times[c], time.Since(start))
			}
		})
	}
	wg.Wait()
	took := time.Since(began)
	for _, err := range errs {
		if err != nil {
			return turn{}, err
		}
	}
	return turnOf(slices.Concat(times...), took), nil
}

func turnOf(times []time.Duration, took time.Duration) turn {
	slices.Sort(times)
	return turn{perSecond: float64(len(times)) / took.Seconds(), p50: quantile(times, 50), p99: quantile(times, 99), done: len(times), times: times, took: took}
}

// and is both turns as one.
func (t turn) and(u turn) turn { return turnOf(slices.Concat(t.times, u.times), t.took+u.took) }

// quantile is the nearest rank of sorted values; 0 for none.
func quantile[T any](sorted []T, percent int) (value T) {
	if len(sorted) == 0 {
		return value
	}
	return sorted[max(0, (len(sorted)*percent+99)/100-1)]
}

func ms(d time.Duration) float64 { return float64(d) / 1e6 }
