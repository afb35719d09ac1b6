package slip

import (
	"fmt"

	"github.com/skip2/go-qrcode"
)

// Modules makes the modules of a QR code, without the quiet border: rows of true for dark.
func Modules(text string) ([][]bool, error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil, fmt.Errorf("making a code of %d bytes: %w", len(text), err)
	}
	code.DisableBorder = true
	return code.Bitmap(), nil
}

// Code draws a QR code as a picture of one bit a dot: module dots a module and four modules of white around it. The
// library's own pictures are scaled to a size and their modules blur.
func Code(text string, module int) ([]byte, error) {
	bits, err := Modules(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDraw, err)
	}
	side := (len(bits) + 8) * module
	p := newPicture(side, side)
	s := &sheet{}
	s.modules(bits, float64(4*module), float64(4*module), float64(module))
	s.paint(p)
	return p.encode()
}
