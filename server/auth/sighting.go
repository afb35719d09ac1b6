package auth

import "time"

// twiceWithin is how close together a key must be used here, there and here again to count as in two places at once. A machine that
// was given another address is here and then there, and does not come back.
const twiceWithin = 5 * time.Minute

// twiceShown is how long that is told after it was last found.
const twiceShown = 30 * time.Minute

// leftBehind is how long a socket may speak for an address that its machine has left: the server finds out within a minute.
const leftBehind = 2 * time.Minute

// sighting is one use of a key.
type sighting struct {
	address string
	at      time.Time
}

// sightings is where a terminal's key was used lately.
type sightings struct {
	last    sighting  // zero before the first
	since   time.Time // when the first of the uses from that address was
	before  sighting  // the last one from another address
	twiceAt time.Time
}

// see takes note of a use. It reports whether the key was found in two places at once by it, though it had not been shortly before.
func (s *sightings) see(now time.Time, address string) (twice bool) {
	moved := s.last.address != "" && addressKey(address) != addressKey(s.last.address)
	back := moved && s.before.address != "" && addressKey(address) == addressKey(s.before.address) && now.Sub(s.before.at) < twiceWithin
	if moved || s.last.address == "" {
		s.before, s.since = s.last, now
	}
	s.last = sighting{address: address, at: now}
	if !back {
		return false
	}
	twice = now.Sub(s.twiceAt) >= twiceShown
	s.twiceAt = now
	return twice
}

// seeSocket takes note that a socket lives. One that a machine has just left behind says nothing.
func (s *sightings) seeSocket(now time.Time, address string) (twice bool) {
	if addressKey(address) != addressKey(s.last.address) && now.Sub(s.since) < leftBehind {
		return false
	}
	return s.see(now, address)
}

// Twice lists the terminals whose keys were found in two places at once within the last half hour, by name. One of the places has
// stolen the key, or a program uses the same key on two machines: revoke it and enrol anew.
func (s *Store) Twice() []Terminal {
	var found []Terminal
	for _, t := range s.Terminals() {
		if !t.TwiceAt.IsZero() && s.config.Now().Sub(t.TwiceAt) < twiceShown {
			found = append(found, t)
		}
	}
	return found
}
