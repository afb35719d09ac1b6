package report

import (
	"bytes"
	"fmt"
	"sync"
	"time"

	"github.com/jung-kurt/gofpdf"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"

	"jiaohao/assets"
)

// Measures of the page in millimetres.
const (
	pageWide, pageHigh = 210.0, 297.0
	margin             = 18.0
	inner              = pageWide - 2*margin
	bottom             = pageHigh - 20
)

// The two weights, as the PDF library calls them.
const (
	fontName = "hall"
	regular  = ""
	bold     = "B"
)

var fontFiles = map[string]string{regular: "fonts/hall-sans-regular.ttf", bold: "fonts/hall-sans-bold.ttf"}

// glyphs is the regular font as it says which characters it has.
var glyphs = sync.OnceValues(func() (*sfnt.Font, error) {
	data, err := assets.Read(fontFiles[regular])
	if err != nil {
		return nil, err
	}
	return opentype.Parse(data)
})

// paper is a report being drawn. The library's own line breaking is never used: it loses a character at each break in text
// without spaces.
type paper struct {
	*gofpdf.Fpdf
	Sheet
	font    *sfnt.Font
	buf     sfnt.Buffer
	missing []rune
	y       float64 // how far down the page it is drawn
}

func newPaper(s Sheet) (*paper, error) {
	font, err := glyphs()
	if err != nil {
		return nil, err
	}
	d := &paper{Fpdf: gofpdf.New("P", "mm", "A4", ""), Sheet: s, font: font}
	for _, style := range []string{regular, bold} {
		data, err := assets.Read(fontFiles[style])
		if err != nil {
			return nil, err
		}
		d.AddUTF8FontFromBytes(fontName, style, data)
	}
	// A wrong font is only noted here and fails much later under another name.
	if err := d.Error(); err != nil {
		return nil, err
	}
	at := s.At
	if at.IsZero() {
		at = time.Unix(0, 0).UTC()
	}
	d.SetCreationDate(at)
	d.SetModificationDate(at)
	d.SetCatalogSort(true)
	d.SetAutoPageBreak(false, 0)
	d.SetMargins(0, 0, 0)
	d.AliasNbPages("{nb}")
	return d, nil
}

func (d *paper) bytes() ([]byte, error) {
	var out bytes.Buffer
	err := d.Output(&out)
	return out.Bytes(), err
}

// geta stands for a character that cannot be printed.
const geta = '〓'

// printable replaces what the font lacks. Runes above U+FFFF are always replaced: the PDF library's tables end there.
func (d *paper) printable(text string) string {
	out := []rune(text)
	for i, c := range out {
		if glyph, err := d.font.GlyphIndex(&d.buf, c); c == ' ' || c <= 0xFFFF && err == nil && glyph != 0 {
			continue
		}
		out[i] = geta
		d.missing = append(d.missing, c)
	}
	return string(out)
}

// write sets a text on a baseline, x from the left; with a negative size of room it ends at x. It is made smaller to fit
// room, down to a size that can be read, and then cut.
func (d *paper) write(x, y, room float64, text, style string, size float64) {
	const least = 6
	text = d.printable(text)
	right := room < 0
	if right {
		room = -room
	}
	d.SetFont(fontName, style, size)
	if wide := d.GetStringWidth(text); wide > room && wide > 0 {
		d.SetFont(fontName, style, max(least, size*room/wide))
		text = d.cut(text, room)
	}
	if right {
		x -= d.GetStringWidth(text)
	}
	d.Text(x, y, text)
}

// cut shortens a text to what fits room in the font that is set.
func (d *paper) cut(text string, room float64) string {
	const slack = .01 // the width of a text that was fitted is not exactly room
	if d.GetStringWidth(text) <= room+slack {
		return text
	}
	runes := []rune(text)
	for len(runes) > 0 && d.GetStringWidth(string(runes)+"…") > room {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}

// newPage begins a page with its number at the foot.
func (d *paper) newPage() {
	d.AddPage()
	d.y = margin + 4
	d.SetTextColor(0, 0, 0)
	d.write(pageWide-margin, pageHigh-10, -40, fmt.Sprintf("%d / {nb}", d.PageNo()), regular, 8)
	d.write(margin, pageHigh-10, inner-45, d.Foot, regular, 8)
}

// room goes to a new page when so many millimetres are not left on this one. It reports whether it did.
func (d *paper) room(high float64) bool {
	if d.y+high <= bottom {
		return false
	}
	d.newPage()
	return true
}

func (d *paper) line(y, wide float64) {
	d.SetLineWidth(wide)
	d.SetDrawColor(0, 0, 0)
	d.Line(margin, y, pageWide-margin, y)
}
