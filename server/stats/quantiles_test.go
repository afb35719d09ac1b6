package stats

import (
	"math/rand/v2"
	"slices"
	"testing"

	"jiaohao/server/hall"
)

// sorted is quantilesOf the slow way: everything in order, then three look-ups.
func sorted(values []hall.Time) Quantiles {
	v := slices.Sorted(slices.Values(values))
	q := Quantiles{Count: len(v)}
	if len(v) == 0 {
		return q
	}
	var sum hall.Time
	for _, x := range v {
		sum += x
	}
	at := func(percent int) int { return toSeconds(v[(len(v)*percent+99)/100-1], 1) }
	q.MeanSeconds, q.P50Seconds, q.P90Seconds, q.P99Seconds = toSeconds(sum, len(v)), at(50), at(90), at(99)
	return q
}

// shapes are orders that selections trip over: few values, all equal, rising, falling, an organ pipe, two values only.
var shapes = map[string]func(r *rand.Rand, i, n int) hall.Time{
	"random":  func(r *rand.Rand, i, n int) hall.Time { return hall.Time(r.IntN(4_000_000)) },
	"equal":   func(*rand.Rand, int, int) hall.Time { return 7000 },
	"rising":  func(_ *rand.Rand, i, n int) hall.Time { return hall.Time(i * 1000) },
	"falling": func(_ *rand.Rand, i, n int) hall.Time { return hall.Time((n - i) * 1000) },
	"pipe":    func(_ *rand.Rand, i, n int) hall.Time { return hall.Time(min(i, n-i) * 1000) },
	"two":     func(r *rand.Rand, i, n int) hall.Time { return hall.Time(r.IntN(2) * 90_000) },
	"below":   func(r *rand.Rand, i, n int) hall.Time { return hall.Time(r.IntN(2000) - 1000) },
}

func TestQuantilesEqualSorting(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for name, value := range shapes {
		for n := range 400 {
			values := make([]hall.Time, n)
			for i := range values {
				values[i] = value(r, i, n)
			}
			want := sorted(values)
			if got := quantilesOf(values); got != want {
				t.Fatalf("%s, %d values: %+v, sorting gives %+v", name, n, got, want)
			}
		}
	}
}

// TestSelectionPutsInPlace looks at what putAt promises, and at a control that must break the promise.
func TestSelectionPutsInPlace(t *testing.T) {
	holds := func(v []hall.Time, k int) bool {
		return slices.Max(v[:k+1]) == v[k] && slices.Min(v[k:]) == v[k]
	}
	r := rand.New(rand.NewPCG(5, 6))
	for n := 1; n < 3000; n += 37 {
		values := make([]hall.Time, n)
		for i := range values {
			values[i] = hall.Time(r.IntN(n))
		}
		untouched := slices.Clone(values)
		k := r.IntN(n)
		putAt(values, k)
		if !holds(values, k) {
			t.Fatalf("%d values: another than the right one is at %d", n, k)
		}
		if n > 1000 && holds(untouched, k) {
			t.Error("the control, values as they came, is in order too: the test sees nothing")
		}
	}
}
