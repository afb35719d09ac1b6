package slip

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// picture is a canvas of dots that are black or white.
type picture struct {
	dots  *image.Paletted
	faces map[run]font.Face
	err   error
}

const (
	white = 0
	black = 1
)

func newPicture(w, h int) *picture {
	return &picture{dots: image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.White, color.Black}), faces: map[run]font.Face{}}
}

func writePNG(s *sheet) ([]byte, error) {
	p := newPicture(Width, int(math.Ceil(s.height)))
	s.paint(p)
	return p.encode()
}

func (p *picture) encode() ([]byte, error) {
	if p.err != nil {
		return nil, p.err
	}
	var out bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, p.dots)
	return out.Bytes(), err
}

func round(x float64) int { return int(math.Round(x)) }

func (p *picture) box(x, y, w, h float64) {
	area := image.Rect(round(x), round(y), round(x)+round(w), round(y)+round(h))
	draw.Draw(p.dots, area, image.NewUniform(color.Black), image.Point{}, draw.Src)
}

// darkFrom is how much of a dot a glyph must cover to print it: below the half, as thin strokes break up otherwise.
const darkFrom = 0x68

func (p *picture) text(x, y float64, r run, onBlack bool) {
	face := p.face(r)
	if p.err != nil {
		return
	}
	ink := uint8(black)
	if onBlack {
		ink = white
	}
	dot := fixed.Point26_6{X: fixed.Int26_6(math.Round(x)) * 64, Y: fixed.Int26_6(math.Round(y)) * 64}
	for _, c := range r.text {
		area, mask, from, advance, ok := face.Glyph(dot, c)
		if ok {
			p.stamp(area, mask, from, ink)
		}
		dot.X += advance
	}
}

// stamp prints a glyph without grey.
func (p *picture) stamp(area image.Rectangle, mask image.Image, from image.Point, ink uint8) {
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			_, _, _, a := mask.At(from.X+x-area.Min.X, from.Y+y-area.Min.Y).RGBA()
			if a>>8 >= darkFrom && (image.Point{X: x, Y: y}).In(p.dots.Rect) {
				p.dots.SetColorIndex(x, y, ink)
			}
		}
	}
}

func (p *picture) face(r run) font.Face {
	key := run{size: r.size, style: r.style}
	if f, ok := p.faces[key]; ok {
		return f
	}
	w, err := weights()
	if err != nil {
		p.err = err
		return nil
	}
	f, err := opentype.NewFace(w[r.style].font, &opentype.FaceOptions{Size: r.size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		p.err = err
		return nil
	}
	p.faces[key] = f
	return f
}

// frame paints the outline of a rounded box: inside the outer edge and not inside the inner one.
func (p *picture) frame(x, y, w, h, radius, stroke float64) {
	for row := round(y); row < round(y+h); row++ {
		for col := round(x); col < round(x+w); col++ {
			cx, cy := float64(col)+.5, float64(row)+.5
			if within(cx, cy, x, y, w, h, radius) && !within(cx, cy, x+stroke, y+stroke, w-2*stroke, h-2*stroke, radius-stroke) {
				p.dots.SetColorIndex(col, row, black)
			}
		}
	}
}

// within says whether a point lies in a box with rounded corners.
func within(px, py, x, y, w, h, radius float64) bool {
	if px < x || py < y || px > x+w || py > y+h {
		return false
	}
	dx := max(x+radius-px, px-(x+w-radius), 0)
	dy := max(y+radius-py, py-(y+h-radius), 0)
	return dx*dx+dy*dy <= radius*radius
}
