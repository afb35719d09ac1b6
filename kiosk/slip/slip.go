// Package slip knows how the paper ticket looks: one drawing in printer dots, given as a picture and as a PDF. It must
// never know the rules of the queue, whose ticket it is or how a printer is spoken to.
package slip

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"
)

// Ticket is what stands on a slip, in words ready to print. Empty parts are left out.
type Ticket struct {
	Hall     string
	At       string   // when the number was taken, for instance "11-23 09:43"
	Bars     []string // white on black above the service: a second copy, a demonstration
	Service  string
	Second   string // the service in the other language
	Number   string
	Class    string // white on black below the number
	Ahead    Figure
	Wait     Figure
	Windows  []string // labels of the plates
	Plates   string   // what the plates mean
	Code     string   // what the QR code holds
	Title    string   // beside the code
	Hints    []Hint   // below the title
	Foot     string
	IssuedAt time.Time // the PDF's date, so that one ticket is always the same bytes
}

// Figure is a number with what it means: label above, words before and after.
type Figure struct{ Label, Before, Value, After string }

// Hint is a sentence that may begin in bold.
type Hint struct{ Lead, Text string }

// ErrDraw says that a slip could not be drawn. The cause is in the error's text, for the log.
var ErrDraw = errors.New("slip: cannot draw")

// Press draws PDFs, as many at once as there are cores: each takes some 20 ms and 11 MB, because the PDF library reads
// the fonts anew for every document.
type Press struct{ slots chan struct{} }

// NewPress makes a press.
func NewPress() *Press { return &Press{slots: make(chan struct{}, runtime.GOMAXPROCS(0))} }

// PDF draws a slip as a PDF of one page, 80 mm wide. The same ticket gives the same bytes. It waits for a free core, as
// long as ctx lives. The runes that the font lacks are told and drawn as 〓.
func (p *Press) PDF(ctx context.Context, t Ticket) (pdf []byte, missing []rune, err error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	defer func() { <-p.slots }()
	return drawn(t, writePDF)
}

// PNG draws a slip as a picture of one bit a dot, 576 dots wide: what a thermal printer of 80 mm prints.
func PNG(t Ticket) (png []byte, missing []rune, err error) { return drawn(t, writePNG) }

// drawn lays a ticket out and writes it. The libraries below panic on some inputs; a slip that cannot be drawn must not
// take the server with it.
func drawn(t Ticket, write func(*sheet) ([]byte, error)) (out []byte, missing []rune, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, fmt.Errorf("%w: %v", ErrDraw, p)
		}
	}()
	s, err := layOut(t)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrDraw, err)
	}
	if out, err = write(s); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrDraw, err)
	}
	return out, s.missing, nil
}

// SelfTest draws one slip both ways and says what is wrong. A damaged font shows only when it is used.
func SelfTest() error {
	t := Ticket{Hall: "自检", At: "01-01 00:00", Bars: []string{"演示"}, Service: "自检 ℃①", Second: "Self-test", Number: "A001",
		Ahead: Figure{Label: "前面还有", Value: "0", After: "人"}, Wait: Figure{Label: "预计等候", Value: "8–18", After: "分钟"},
		Windows: []string{"1"}, Plates: "窗口", Code: "JH1:selftest", Title: "扫码", Hints: []Hint{{Lead: "字", Text: "，完。"}}, Foot: "·"}
	_, missing, err := NewPress().PDF(context.Background(), t)
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return fmt.Errorf("%w: the font lacks %q", ErrDraw, string(missing))
	}
	_, _, err = PNG(t)
	return err
}
