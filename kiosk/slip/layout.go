package slip

import "strings"

// layOut puts a ticket on paper, by need: hall and time small, service, the number, people ahead and wait, plates, code.
func layOut(t Ticket) (*sheet, error) {
	r, err := newRuler()
	if err != nil {
		return nil, err
	}
	s := &sheet{ruler: r, issuedAt: t.IssuedAt}
	s.head(t)
	for _, text := range t.Bars {
		s.at += 10
		s.bar(text)
	}
	s.service(t)
	s.number(t)
	s.figures(t)
	s.plates(t)
	if err := s.code(t); err != nil {
		return nil, err
	}
	s.foot(t)
	s.height = s.at
	return s, nil
}

func (s *sheet) head(t Ticket) {
	const y = 53
	at := run{s.printable(t.At), 25, regular}
	end := Width - margin - s.length([]run{at})
	hall := s.printable(t.Hall)
	size := s.fit(hall, 29, 24, end-margin-16, bold)
	for i, line := range s.wrap([]run{{hall, size, bold}}, end-margin-16) {
		s.line(margin, y+float64(i)*34, false, line...)
		s.at = y + float64(i)*34
	}
	s.line(end, y, false, at)
	s.at = max(s.at, y) + 16
	s.box(margin, s.at, inner, stroke)
	s.at += stroke
}

// service writes its name, with the other language beside it or, if that is too long, below.
func (s *sheet) service(t Ticket) {
	name, second := s.printable(t.Service), s.printable(t.Second)
	lead := run{name, s.fit(name, 36, 30, inner, bold), bold}
	lines := s.wrap([]run{lead}, inner)
	if second != "" {
		beside := []run{lead, {"  " + second, 26, regular}}
		if s.length(beside) <= inner {
			lines = [][]run{beside}
		} else {
			lines = append(lines, s.wrap([]run{{second, 24, regular}}, inner)...)
		}
	}
	s.at += 4
	for _, line := range lines {
		s.at += 44
		s.middle(s.at, false, line...)
	}
}

// capHeight is how high figures stand above the baseline, in ems.
const capHeight = .733

func (s *sheet) number(t Ticket) {
	number := s.printable(t.Number)
	r := run{number, s.fit(number, 212, 100, inner, bold), bold}
	s.at += 40 + r.size*capHeight
	s.middle(s.at, false, r)
	s.at += 15
	if t.Class != "" {
		s.at += 5
		s.bar(t.Class)
		s.at += 9
	}
}

// figures writes people ahead and the expected wait side by side.
func (s *sheet) figures(t Ticket) {
	if t.Ahead.Value == "" && t.Wait.Value == "" && t.Wait.Before == "" {
		s.at += 8
		return
	}
	left := margin + max(201, s.length(s.figure(t.Ahead, 60))+24)
	s.part(margin, left-margin-12, t.Ahead)
	s.box(left, s.at, stroke, 97)
	s.part(left+26, Width-margin-left-26, t.Wait)
	s.at += 112
}

func (s *sheet) part(x, room float64, f Figure) {
	label := s.printable(f.Label)
	s.line(x, s.at+26, false, run{label, s.fit(label, 25, 24, room, regular), regular})
	runs := s.figure(f, 60)
	for size := 56.0; s.length(runs) > room && size >= 24; size -= 4 {
		runs = s.figure(f, size)
	}
	s.line(x, s.at+91, false, runs...)
}

// figure sets a number with its words; words alone are larger.
func (s *sheet) figure(f Figure, size float64) []run {
	if f.Value == "" {
		return []run{{s.printable(f.Before), max(24, size*.55), bold}}
	}
	small := max(24, size*.5)
	runs := []run{}
	if f.Before != "" {
		runs = append(runs, run{s.printable(f.Before) + " ", small, regular})
	}
	return append(runs, run{s.printable(f.Value), size, bold}, run{" " + s.printable(f.After), small, regular})
}

// plates paints the windows to watch, beside their label or, if there are many, below it.
func (s *sheet) plates(t Ticket) {
	s.rule()
	if len(t.Windows) == 0 {
		return
	}
	const step = plateSide + 12
	label := run{s.printable(t.Plates), 28, regular}
	rows := len(t.Windows)
	perRow := int((inner + 12) / step)
	x := Width - margin - float64(rows)*step + 12
	if room := x - margin - 16; s.length([]run{label}) > room {
		s.line(margin, s.at+41, false, label)
		s.at += 48
		x = margin
	} else {
		s.line(margin, s.at+57, false, label)
	}
	for i, window := range t.Windows {
		if i > 0 && i%perRow == 0 {
			s.at += step
		}
		s.plate(x+float64(i%perRow)*step, s.at+13, s.printable(window))
	}
	s.at += 13 + plateSide + 15
	s.rule()
}

// quiet is the white around a code, 4 modules of the usual size.
const quiet = 28

// codeSide is the room for a code with its sentences beside it.
const codeSide = 206

func (s *sheet) code(t Ticket) error {
	bits, err := Modules(t.Code)
	if err != nil {
		return err
	}
	module := max(3, codeSide/len(bits))
	side := float64(module * len(bits))
	x := margin + side + 24
	text := s.beside(t, Width-margin-x)
	high := max(side, float64(len(text))*lineHigh)
	s.at += quiet
	s.modules(bits, margin, s.at+(high-side)/2, float64(module))
	y := s.at + (high-float64(len(text))*lineHigh)/2 + 24
	for i, line := range text {
		s.line(x, y+float64(i)*lineHigh, false, line...)
	}
	s.at += high + quiet
	s.rule()
	return nil
}

const lineHigh = 33

// beside gives the lines next to the code.
func (s *sheet) beside(t Ticket, room float64) [][]run {
	lines := s.wrap([]run{{s.printable(t.Title), 30, bold}}, room)
	for _, h := range t.Hints {
		lines = append(lines, s.wrap([]run{{s.printable(h.Lead), 24, bold}, {s.printable(h.Text), 24, regular}}, room)...)
	}
	return lines
}

// modules paints a code, each row's dark stretches as one box, so that no renderer leaves seams.
func (s *sheet) modules(bits [][]bool, x, y, module float64) {
	for row, line := range bits {
		for from := 0; from < len(line); from++ {
			if !line[from] {
				continue
			}
			to := from
			for to < len(line) && line[to] {
				to++
			}
			s.box(x+float64(from)*module, y+float64(row)*module, float64(to-from)*module, module)
			from = to
		}
	}
}

func (s *sheet) foot(t Ticket) {
	for _, line := range s.wrap([]run{{s.printable(strings.TrimSpace(t.Foot)), 25, regular}}, inner) {
		s.at += 36
		s.middle(s.at, false, line...)
	}
	s.at += 36
}
