package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// series is one figure of a process over time.
type series struct {
	at    []time.Duration
	value []float64
}

func (s *series) add(at time.Duration, value float64) {
	s.at, s.value = append(s.at, at), append(s.value, value)
}

// after leaves out the time in which a process fills its caches.
func (s series) after(warm time.Duration) series {
	i, _ := slices.BinarySearch(s.at, warm)
	return series{s.at[i:], s.value[i:]}
}

// lows gives the least value of every stretch of so many samples: what is left of a heap when the garbage is gone.
func (s series) lows(of int) (low series) {
	for i := 0; i+of <= len(s.at); i += of {
		low.add(s.at[i], slices.Min(s.value[i:i+of]))
	}
	return low
}

// slope is what a figure grows by in an hour: the median of the slopes between all pairs of samples, so that neither single
// peaks nor the saw of a heap move it.
func (s series) slope() float64 {
	var slopes []float64
	for i := range s.at {
		for k := i + 1; k < len(s.at); k++ {
			slopes = append(slopes, (s.value[k]-s.value[i])/(s.at[k]-s.at[i]).Hours())
		}
	}
	return middle(slopes)
}

func (s series) median() float64 { return middle(s.value) }

func middle(list []float64) float64 {
	if len(list) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

// grows tells whether a figure grows by more than a share of itself in an hour and, over the time that was watched, by more
// than an amount that can be chance.
func (s series) grows(share, chance float64) bool {
	slope := s.slope()
	watched := (s.at[len(s.at)-1] - s.at[0]).Hours()
	return slope > share*s.median() && slope*watched > chance
}

// TestTrend finds a leak of one percent an hour behind noise ten times as large, and none where there is none.
func TestTrend(t *testing.T) {
	for _, row := range []struct {
		name   string
		hourly float64 // of 100 MB
		grows  bool
	}{{"flat", 0, false}, {"shrinks", -20e6, false}, {"within chance", 2e6, false}, {"leaks", 40e6, true}, {"leaks badly", 400e6, true}} {
		var s series
		r := rand.New(rand.NewPCG(1, 2))
		for i := range 120 {
			at := time.Duration(i) * 10 * time.Second
			s.add(at, 100e6+row.hourly*at.Hours()+10e6*r.Float64()+float64(i%7)*1e6)
		}
		if got := s.lows(6).grows(0.01, 4e6); got != row.grows {
			t.Errorf("%s: %v, %.0f an hour", row.name, got, s.slope())
		}
	}
}
