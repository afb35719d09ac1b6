package report

import "github.com/skip2/go-qrcode"

// draw lays the whole report out.
func (d *paper) draw() error {
	d.newPage()
	d.title()
	d.facts()
	d.table()
	if err := d.proof(); err != nil {
		return err
	}
	d.signs()
	return nil
}

func (d *paper) title() {
	d.write(margin, d.y, inner, d.Hall, regular, 12)
	d.y += 11
	room := inner
	if d.Demo != "" {
		const wide = 34
		d.SetFillColor(0, 0, 0)
		d.Rect(pageWide-margin-wide, d.y-8, wide, 10, "F")
		d.SetTextColor(255, 255, 255)
		d.write(pageWide-margin-wide+4, d.y-1, wide-8, d.Demo, bold, 14)
		d.SetTextColor(0, 0, 0)
		room -= wide + 6
	}
	d.write(margin, d.y, room, d.Title, bold, 20)
	d.y += 5
	d.line(d.y, .6)
	d.y += 4
}

func (d *paper) facts() {
	for _, f := range d.Facts {
		d.room(8)
		d.y += 6
		d.write(margin, d.y, 38, f.Label, regular, 10)
		d.write(margin+40, d.y, inner-40, f.Text, bold, 10)
	}
	d.y += 8
}

// rowHigh is the height of a row of the table.
const rowHigh = 6.6

// table sets the rows, and the head again on each page.
func (d *paper) table() {
	if len(d.Head) == 0 {
		return
	}
	d.room(4 * rowHigh)
	d.row(d.Head, bold, 8)
	d.line(d.y+1.8, .4)
	for _, cells := range d.Rows {
		if d.room(2 * rowHigh) {
			d.row(d.Head, bold, 8)
			d.line(d.y+1.8, .4)
		}
		d.row(cells, regular, 9)
	}
	if len(d.Total) > 0 {
		d.line(d.y+1.8, .4)
		d.row(d.Total, bold, 9)
	}
	d.line(d.y+1.8, .6)
	d.y += 6
}

// row sets cells on the next baseline: the first to the left, figures to the right.
func (d *paper) row(cells []string, style string, size float64) {
	const first = 46.0
	d.y += rowHigh
	d.write(margin, d.y, first-2, cells[0], style, size)
	step := (inner - first) / float64(max(1, len(cells)-1))
	for i, cell := range cells[1:] {
		d.write(margin+first+step*float64(i+1), d.y, -(step - 1), cell, style, size)
	}
}

// codeSide is the length of a QR code's side, with four modules of white kept free around it.
const codeSide = 34.0

func (d *paper) proof() error {
	if d.Proof.Title == "" {
		return nil
	}
	code, err := qrcode.New(d.Proof.Code, qrcode.Medium)
	if err != nil {
		return err
	}
	code.DisableBorder = true
	d.room(codeSide + 14)
	top := d.y + 4
	x := margin + codeSide + 12
	d.modules(code.Bitmap(), margin+4, top)
	d.y = top + 4
	d.write(x, d.y, pageWide-margin-x, d.Proof.Title, bold, 11)
	for _, line := range d.Proof.Lines {
		d.y += 5.6
		d.write(x, d.y, pageWide-margin-x, line, bold, 10)
	}
	for _, note := range d.Proof.Notes {
		d.y += 5.4
		d.write(x, d.y, pageWide-margin-x, note, regular, 8.5)
	}
	d.y = max(d.y, top+codeSide) + 8
	return nil
}

// modules paints a code, each row's dark stretches as one box, so that no renderer leaves seams.
func (d *paper) modules(bits [][]bool, x, y float64) {
	module := codeSide / float64(len(bits))
	d.SetFillColor(0, 0, 0)
	for row, line := range bits {
		for from := 0; from < len(line); from++ {
			if !line[from] {
				continue
			}
			to := from
			for to < len(line) && line[to] {
				to++
			}
			d.Rect(x+float64(from)*module, y+float64(row)*module, float64(to-from)*module, module, "F")
			from = to
		}
	}
}

func (d *paper) signs() {
	if len(d.Signs) == 0 {
		return
	}
	d.room(22)
	d.y += 16
	step := inner / float64(len(d.Signs))
	for i, sign := range d.Signs {
		x := margin + step*float64(i)
		d.write(x, d.y, 26, sign, regular, 10)
		d.SetLineWidth(.3)
		d.Line(x+20, d.y+1.5, x+step-6, d.y+1.5)
	}
}
