package live

import "time"

// The times by which both diallers go, this one and assets/js/live.js.
const (
	// staleAfter is how long a client believes in a connection that brings no frame; the hub repeats
	// each one within half of that.
	staleAfter = time.Minute
	// firstWait and longestWait bound the wait before the next try, longWait is the least one after TooMany.
	firstWait   = 250 * time.Millisecond
	longestWait = 8 * time.Second
	longWait    = 30 * time.Second
	// settled is how long a connection must have lived to count as a success.
	settled = 10 * time.Second
)

// wait is how long to wait before the next try after so many failures in a row, at least one. jitter,
// in [0, 1), spreads the clients of a server that restarts over the second half of the wait.
func wait(failures int, reason CloseReason, jitter float64) time.Duration {
	d := longestWait
	if shift := max(failures, 1) - 1; shift < 16 {
		d = min(longestWait, firstWait<<shift)
	}
	if reason == TooMany {
		d = max(d, longWait)
	}
	return d/2 + time.Duration(jitter*float64(d/2))
}

// sieve lets through what a client may show: of one connection and epoch, nothing older than what it
// has shown already. The first frame after connecting passes whatever its sequence, as the server may
// have been restored from an older copy.
type sieve struct {
	open  bool // a frame has come over this connection
	epoch string
	seq   uint64
}

func (s *sieve) connected() { s.open = false }

func (s *sieve) passes(f Frame) bool {
	if s.open && f.Epoch == s.epoch && f.Seq < s.seq {
		return false
	}
	s.open, s.epoch, s.seq = true, f.Epoch, f.Seq
	return true
}
