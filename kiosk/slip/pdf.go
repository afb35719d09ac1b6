package slip

import (
	"bytes"
	"math"
	"time"

	"github.com/jung-kurt/gofpdf"
)

// The PDF's measures in millimetres.
const (
	dotMM     = .125
	pageMM    = 80
	leftMM    = (pageMM - Width*dotMM) / 2
	leastMM   = 110
	pointsDot = dotMM * 72 / 25.4
	fontName  = "hall"
)

// document is a canvas of one PDF page.
type document struct{ *gofpdf.Fpdf }

// writePDF never uses the library's own line breaking: it loses a character at each break in text without spaces.
func writePDF(s *sheet) ([]byte, error) {
	d, err := newDocument(s)
	if err != nil {
		return nil, err
	}
	s.paint(d)
	var out bytes.Buffer
	err = d.Output(&out)
	return out.Bytes(), err
}

func newDocument(s *sheet) (*document, error) {
	all, err := weights()
	if err != nil {
		return nil, err
	}
	size := gofpdf.SizeType{Wd: pageMM, Ht: max(leastMM, math.Ceil(s.height*dotMM))}
	pdf := gofpdf.NewCustom(&gofpdf.InitType{OrientationStr: "P", UnitStr: "mm", Size: size})
	for _, style := range []string{regular, bold} {
		pdf.AddUTF8FontFromBytes(fontName, style, all[style].data)
	}
	// A wrong font is only noted here and fails much later under another name.
	if err := pdf.Error(); err != nil {
		return nil, err
	}
	at := s.issuedAt
	if at.IsZero() {
		at = time.Unix(0, 0).UTC()
	}
	pdf.SetCreationDate(at)
	pdf.SetModificationDate(at)
	pdf.SetCatalogSort(true)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetMargins(0, 0, 0)
	pdf.AddPage()
	return &document{pdf}, nil
}

func (d *document) text(x, y float64, r run, white bool) {
	level := 0
	if white {
		level = 255
	}
	d.SetTextColor(level, level, level)
	d.SetFont(fontName, r.style, r.size*pointsDot)
	d.Text(leftMM+x*dotMM, y*dotMM, r.text)
}

func (d *document) box(x, y, w, h float64) {
	d.SetFillColor(0, 0, 0)
	d.Rect(leftMM+x*dotMM, y*dotMM, w*dotMM, h*dotMM, "F")
}

func (d *document) frame(x, y, w, h, radius, stroke float64) {
	half := stroke / 2
	d.SetDrawColor(0, 0, 0)
	d.SetLineWidth(stroke * dotMM)
	d.RoundedRect(leftMM+(x+half)*dotMM, (y+half)*dotMM, (w-stroke)*dotMM, (h-stroke)*dotMM, (radius-half)*dotMM, "1234", "D")
}
