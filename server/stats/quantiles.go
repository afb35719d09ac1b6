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

// quantilesOf sorts the values in place.
func quantilesOf(values []hall.Time) Quantiles {
	n := len(values)
	if n == 0 {
		return Quantiles{}
	}
	slices.Sort(values)
	var sum hall.Time
	for _, v := range values {
		sum += v
	}
	return Quantiles{Count: n, MeanSeconds: toSeconds(sum, n), P50Seconds: rank(values, 50), P90Seconds: rank(values, 90),
		P99Seconds: rank(values, 99)}
}

// rank gives the smallest value that at least so many of a hundred do not exceed.
func rank(sorted []hall.Time, percent int) int {
	return toSeconds(sorted[(len(sorted)*percent+99)/100-1], 1)
}

// toSeconds divides a sum of milliseconds by n and rounds to seconds, halves up.
func toSeconds(sum hall.Time, n int) int {
	return int((2*int64(sum) + 1000*int64(n)) / (2000 * int64(n)))
}
