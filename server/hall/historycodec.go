package hall

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// historyImage is a history as it is stored.
type historyImage struct {
	Zone     string     `cbor:"1,keyasint"`
	Settings []setting  `cbor:"2,keyasint,omitempty"`
	Days     []*PastDay `cbor:"3,keyasint,omitempty"`
}

// Encode gives the history as bytes, the same for the same history.
func (h *History) Encode() ([]byte, error) {
	byService := func(a, b setting) int { return cmp.Compare(a.Service, b.Service) }
	bytes, err := encoder.Marshal(historyImage{Zone: h.zone.String(), Days: h.days,
		Settings: slices.SortedFunc(maps.Values(h.settings), byService)})
	if err != nil {
		return nil, fmt.Errorf("encoding a history: %w", err)
	}
	return bytes, nil
}

// RestoreHistory gives the history that [History.Encode] wrote. Any error means: fold the journal instead.
func RestoreHistory(bytes []byte) (*History, error) {
	var img historyImage
	if err := decoder.Unmarshal(bytes, &img); err != nil {
		return nil, fmt.Errorf("reading a history: %w", err)
	}
	h := NewHistory()
	zone, err := time.LoadLocation(img.Zone)
	if err != nil {
		return nil, fmt.Errorf("reading a history: %w", err)
	}
	h.zone, h.days = zone, img.Days
	for _, s := range img.Settings {
		h.settings[s.Service] = s
	}
	var before Date
	for _, d := range h.days {
		if d == nil || d.Date <= before {
			return nil, fmt.Errorf("reading a history: its days are out of order")
		}
		before = d.Date
		if err := d.check(); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func (d *PastDay) check() error {
	for i := range d.Tickets {
		legs := d.Tickets[i].Legs
		if len(legs) == 0 || len(legs) > MaxLegs {
			return fmt.Errorf("reading a history: ticket %d of %s has %d legs", i+1, d.Date, len(legs))
		}
		for _, l := range legs {
			if l.Hour < 0 || l.Hour > 23 || l.Stage < Waiting || l.Stage > Ended || len(l.Offices) != len(l.Items) {
				return fmt.Errorf("reading a history: ticket %d of %s has an impossible leg", i+1, d.Date)
			}
		}
	}
	return nil
}
