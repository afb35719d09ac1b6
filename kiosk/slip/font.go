package slip

import (
	"fmt"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"jiaohao/assets"
)

// The two weights, as the PDF library calls them.
const (
	regular = ""
	bold    = "B"
)

var fontFiles = map[string]string{regular: "fonts/hall-sans-regular.ttf", bold: "fonts/hall-sans-bold.ttf"}

type weight struct {
	data []byte
	font *sfnt.Font
}

// weights are read once: a font is ten megabytes of tables when parsed.
var weights = sync.OnceValues(func() (map[string]weight, error) {
	all := map[string]weight{}
	for style, name := range fontFiles {
		data, err := assets.Read(name)
		if err != nil {
			return nil, err
		}
		f, err := opentype.Parse(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all[style] = weight{data: data, font: f}
	}
	return all, nil
})

// ruler measures text and replaces what cannot be printed. It serves one drawing.
type ruler struct {
	weights map[string]weight
	buf     sfnt.Buffer
	missing []rune
	seen    map[rune]bool
}

func newRuler() (*ruler, error) {
	w, err := weights()
	return &ruler{weights: w, seen: map[rune]bool{}}, err
}

// geta stands for a character that cannot be printed.
const geta = '〓'

// printable replaces what the font lacks. Runes above U+FFFF are always replaced: the PDF library's tables end there.
func (r *ruler) printable(text string) string {
	out := []rune(text)
	for i, c := range out {
		if c == ' ' || c <= 0xFFFF && r.has(c) {
			continue
		}
		out[i] = geta
		if !r.seen[c] {
			r.seen[c] = true
			r.missing = append(r.missing, c)
		}
	}
	return string(out)
}

func (r *ruler) has(c rune) bool {
	i, err := r.weights[regular].font.GlyphIndex(&r.buf, c)
	return err == nil && i != 0
}

// width gives the length of a text in dots.
func (r *ruler) width(text string, size float64, style string) float64 {
	total := fixed.Int26_6(0)
	f := r.weights[style].font
	for _, c := range text {
		i, err := f.GlyphIndex(&r.buf, c)
		if err != nil {
			continue
		}
		// Measured at 1000 dots an em, whatever the size, so that widths grow evenly.
		if advance, err := f.GlyphAdvance(&r.buf, i, fixed.I(1000), font.HintingNone); err == nil {
			total += advance
		}
	}
	return float64(total) / 64 * size / 1000
}

// fit gives the greatest size, at most size and at least least, in which the text is no longer than room.
func (r *ruler) fit(text string, size, least, room float64, style string) float64 {
	if w := r.width(text, size, style); w > room {
		size = max(least, size*room/w)
	}
	return size
}
