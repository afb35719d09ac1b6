package hall

// Privacy says how long what is known of a person stays beside the chain. Zero means the default named. Defaults are not
// filled in: a plan that was recorded before there were these rules must stay the plan it was.
type Privacy struct {
	KeepDays  int `json:"keepDays,omitempty"`  // documents' digests, masked forms, reasons and notes; 30
	WordsDays int `json:"wordsDays,omitempty"` // what citizens wrote in ratings and complaints, and their telephone; 180
}

// Defaults of [Privacy], and the longest that anything may be kept, in days.
const (
	defaultKeepDays  = 30
	defaultWordsDays = 180
	longestKeepDays  = 3650
)

// Days gives how many days private parts are kept: what citizens wrote, or all else. What citizens wrote is never kept for
// a shorter time than the rest of the visit.
func (p Privacy) Days(words bool) int {
	keep := p.KeepDays
	if keep == 0 {
		keep = defaultKeepDays
	}
	if !words {
		return keep
	}
	if p.WordsDays == 0 {
		return max(keep, defaultWordsDays)
	}
	return max(keep, p.WordsDays)
}
