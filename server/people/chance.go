package people

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"
)

// Streams of chance: everybody draws from their own, so that one person's luck never changes another's.
const (
	streamArrivals uint64 = iota << 48
	streamCitizen
	streamClerk
)

// luck is one person's stream of chance.
type luck struct{ *rand.Rand }

func newLuck(seed, stream uint64) luck { return luck{rand.New(rand.NewPCG(seed, stream))} }

// happens is true with a probability.
func (l luck) happens(p float64) bool { return l.Float64() < p }

// between draws evenly from a stretch of time.
func (l luck) between(low, high time.Duration) time.Duration {
	return low + time.Duration(l.Float64()*float64(high-low))
}

// spread is the squared coefficient of variation of service times, in the middle of what halls measure.
const spread = 0.5

// effort draws how hard a case is: log-normal, 1 on average.
func (l luck) effort() float64 {
	sigma2 := math.Log1p(spread)
	return math.Exp(l.NormFloat64()*math.Sqrt(sigma2) - sigma2/2)
}

// pick draws an index with the probabilities of its weights, which are not all zero.
func (l luck) pick(weights []float64) int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	x, last := l.Float64()*sum, 0
	for i, w := range weights {
		if w <= 0 {
			continue
		}
		if last = i; x < w {
			return i
		}
		x -= w
	}
	return last
}

// usual is the mean handling of a service, 3 to 15 minutes. The public view of the hall does not tell it, so that it follows
// from the name.
func usual(seed uint64, service string) time.Duration {
	h := fnv.New64a()
	h.Write([]byte(service)) // a hash never fails to write
	return newLuck(seed, h.Sum64()).between(3*time.Minute, 15*time.Minute)
}
