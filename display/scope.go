package display

import (
	"slices"

	"jiaohao/server/hall"
)

// Scope is the part of the hall that a board shows: all of it, a zone, or one window. Window goes before Zone.
type Scope struct {
	Zone   string
	Window string
}

func (c Scope) key() string {
	switch {
	case c.Window != "":
		return "display:window:" + c.Window
	case c.Zone != "":
		return "display:zone:" + c.Zone
	}
	return "display"
}

// rank puts the boards that speak before the screens that only show.
func (c Scope) rank() int {
	if c.Window != "" {
		return 1
	}
	return 0
}

func (c Scope) known(p *hall.Plan) bool {
	if c.Window != "" {
		_, known := p.Window(c.Window)
		return known
	}
	return c.Zone == "" || slices.ContainsFunc(p.Zones, func(z hall.Zone) bool { return z.ID == c.Zone })
}

func (c Scope) covers(w hall.Window) bool {
	if c.Window != "" {
		return w.ID == c.Window
	}
	return c.Zone == "" || w.Zone == c.Zone
}

// windows lists the windows of the scope in number order.
func (c Scope) windows(p *hall.Plan) []hall.Window {
	var list []hall.Window
	for _, w := range p.Windows {
		if c.covers(w) {
			list = append(list, w)
		}
	}
	slices.SortStableFunc(list, func(a, b hall.Window) int { return byNumber(a.ID, b.ID) })
	return list
}

// byNumber orders 2 before 10: shorter first within figures.
func byNumber(a, b string) int {
	if figures(a) && figures(b) && len(a) != len(b) {
		return len(a) - len(b)
	}
	if figures(a) != figures(b) {
		if figures(a) {
			return -1
		}
		return 1
	}
	if a < b {
		return -1
	}
	if a > b {
		return 1
	}
	return 0
}

func figures(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}
