package stats

import (
	"slices"

	"jiaohao/server/hall"
)

// Quantiles sums up a number of times. They are exact: nearest-rank over every value in milliseconds, then rounded to
// seconds, halves up. All are 0 when there is no value.
type Quantiles struct {
	Count       int `json:"count"`
	MeanSeconds int `json:"meanSeconds"`
	P50Seconds  int `json:"p50Seconds"`
	P90Seconds  int `json:"p90Seconds"`
	P99Seconds  int `json:"p99Seconds"`
}

// quantilesOf reorders the values.
func quantilesOf(values []hall.Time) Quantiles {
	n := len(values)
	if n == 0 {
		return Quantiles{}
	}
	var sum hall.Time
	for _, v := range values {
		sum += v
	}
	q := Quantiles{Count: n, MeanSeconds: toSeconds(sum, n)}
	from := 0
	for _, r := range []struct {
		percent int
		into    *int
	}{{50, &q.P50Seconds}, {90, &q.P90Seconds}, {99, &q.P99Seconds}} {
		at := rank(n, r.percent)
		putAt(values[from:], at-from)
		*r.into, from = toSeconds(values[at], 1), at
	}
	return q
}

// rank is where the smallest value that at least so many of a hundred do not exceed stands among n sorted ones.
func rank(n, percent int) int { return (n*percent+99)/100 - 1 }

// fewValues are sorted by insertion: quicker than anything clever.
const fewValues = 40

// putAt puts the value that belongs at k of the sorted values there, smaller ones before it and greater ones behind it. To
// sort all of them, for three ranks, would be most of the time of a long query.
func putAt(v []hall.Time, k int) {
	for rounds := 0; len(v) > fewValues; rounds++ {
		if rounds == 64 { // values in the worst of orders
			slices.Sort(v)
			return
		}
		below, above := partition(v)
		switch {
		case k < below:
			v = v[:below]
		case k >= above:
			v, k = v[above:], k-above
		default:
			return
		}
	}
	for i := 1; i < len(v); i++ {
		x, j := v[i], i
		for ; j > 0 && v[j-1] > x; j-- {
			v[j] = v[j-1]
		}
		v[j] = x
	}
}

// partition puts values around the middle one of three: smaller ones end before below, greater ones begin at above.
func partition(v []hall.Time) (below, above int) {
	a, b, c := v[0], v[len(v)/2], v[len(v)-1]
	pivot := max(min(a, b), min(max(a, b), c))
	i, j := 0, len(v)-1
	for i <= j {
		for v[i] < pivot {
			i++
		}
		for v[j] > pivot {
			j--
		}
		if i <= j {
			v[i], v[j] = v[j], v[i]
			i, j = i+1, j-1
		}
	}
	return j + 1, i
}

// toSeconds divides a sum of milliseconds by n and rounds to seconds, halves up.
func toSeconds(sum hall.Time, n int) int {
	return int((2*int64(sum) + 1000*int64(n)) / (2000 * int64(n)))
}
