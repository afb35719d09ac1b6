// Package report knows how a report looks on paper: sheets of A4 with facts, one table, a code and a place to sign, as a PDF.
// It must never know what the figures mean, whose day it is or where the journal lies.
package report

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"
)

// Sheet is what stands on a report, in words ready to print.
type Sheet struct {
	Hall, Title string
	Demo        string // white on black beside the title: a demonstration
	Facts       []Fact
	Head        []string   // of the table, the first column wide
	Rows        [][]string // as many cells as Head
	Total       []string   // the last row, in bold
	Proof       Proof
	Signs       []string // places to sign
	Foot        string
	At          time.Time // the PDF's date, so that one report is always the same bytes
}

// Fact is a line above the table.
type Fact struct{ Label, Text string }

// Proof is what lets somebody check later that nothing was changed.
type Proof struct {
	Title string
	Lines []string // in figures of one width
	Notes []string
	Code  string // what the QR code holds
}

// ErrDraw says that a report could not be drawn. The cause is in the error's text, for the log.
var ErrDraw = errors.New("report: cannot draw")

// Press draws reports, as many at once as there are cores: the PDF library reads the fonts anew for each.
type Press struct{ slots chan struct{} }

// NewPress makes a press.
func NewPress() *Press { return &Press{slots: make(chan struct{}, runtime.GOMAXPROCS(0))} }

// PDF draws a report on as many pages of A4 as it needs. The same sheet gives the same bytes. It waits for a free core, as
// long as ctx lives. The runes that the font lacks are told and drawn as 〓.
func (p *Press) PDF(ctx context.Context, s Sheet) (pdf []byte, missing []rune, err error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	defer func() { <-p.slots }()
	return drawn(s)
}

// drawn keeps the library's panics, on runes and on modules, from taking the server with them.
func drawn(s Sheet) (pdf []byte, missing []rune, err error) {
	defer func() {
		if p := recover(); p != nil {
			pdf, err = nil, fmt.Errorf("%w: %v", ErrDraw, p)
		}
	}()
	d, err := newPaper(s)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrDraw, err)
	}
	if err := d.draw(); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrDraw, err)
	}
	pdf, err = d.bytes()
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrDraw, err)
	}
	return pdf, d.missing, nil
}

// SelfTest draws one report and says what is wrong. A damaged font shows only when it is used.
func SelfTest() error {
	s := Sheet{Hall: "自检", Title: "自检 ℃①", Facts: []Fact{{"字", "一，二。"}}, Head: []string{"业务", "数"}, Rows: [][]string{{"甲", "1"}},
		Total: []string{"合计", "1"}, Proof: Proof{Title: "校验", Lines: []string{"1:00"}, Code: "selftest"}, Signs: []string{"签字"}, Foot: "·"}
	_, missing, err := drawn(s)
	if err == nil && len(missing) > 0 {
		err = fmt.Errorf("%w: the font lacks %q", ErrDraw, string(missing))
	}
	return err
}
