package slip

import "time"

// Measures of the paper in dots, 8 to the millimetre.
const (
	Width  = 576 // what an 80 mm printer prints
	margin = 24
	inner  = Width - 2*margin
	stroke = 3 // the thinnest line that one-bit paper shows surely
)

// canvas is what a sheet is painted on. All measures are in dots from the top left; text stands on its baseline.
type canvas interface {
	text(x, y float64, r run, white bool)
	box(x, y, w, h float64)
	frame(x, y, w, h, radius, stroke float64)
}

// sheet is the one drawing: what is painted, in order, and how high it came out.
type sheet struct {
	*ruler
	height   float64
	at       float64 // how far down it is drawn
	issuedAt time.Time
	strokes  []func(canvas)
}

func (s *sheet) paint(c canvas) {
	for _, draw := range s.strokes {
		draw(c)
	}
}

func (s *sheet) add(draw func(canvas)) { s.strokes = append(s.strokes, draw) }

func (s *sheet) box(x, y, w, h float64) { s.add(func(c canvas) { c.box(x, y, w, h) }) }

// length gives the width of runs side by side.
func (s *sheet) length(runs []run) float64 {
	w := 0.0
	for _, r := range runs {
		w += s.width(r.text, r.size, r.style)
	}
	return w
}

// line paints runs side by side from x on one baseline.
func (s *sheet) line(x, y float64, white bool, runs ...run) {
	for _, r := range runs {
		at := x
		s.add(func(c canvas) { c.text(at, y, r, white) })
		x += s.width(r.text, r.size, r.style)
	}
}

// middle paints runs around the middle of the paper.
func (s *sheet) middle(y float64, white bool, runs ...run) {
	s.line((Width-s.length(runs))/2, y, white, runs...)
}

// Dashes of the tear rules.
const (
	dash = 6
	hole = 4
)

// rule paints a dashed line across the paper and goes on below it.
func (s *sheet) rule() {
	y := s.at
	for x := float64(margin); x < Width-margin; x += dash + hole {
		s.box(x, y, min(dash, Width-margin-x), stroke)
	}
	s.at += stroke
}

// bar paints white words on black across the paper: what staff must see from afar.
func (s *sheet) bar(text string) {
	const high, size = 52, 30
	s.box(margin, s.at, inner, high)
	text = s.printable(text)
	s.middle(s.at+37, true, run{text, s.fit(text, size, 24, inner-16, bold), bold})
	s.at += high
}

// plate paints a window's door plate: outlined, with its label lifted to the optical middle.
func (s *sheet) plate(x, y float64, label string) {
	const figure = 42
	r := run{label, s.fit(label, figure, 24, plateSide-10, bold), bold}
	s.add(func(c canvas) { c.frame(x, y, plateSide, plateSide, 12, 4) })
	s.line(x+(plateSide-s.width(label, r.size, bold))/2, y+plateSide/2+r.size*.355, false, r)
}

const plateSide = 62
