package slip

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// FuzzSlip lays slips out and does not paint them, which takes ten times as long and reads no text: [TestWhateverIsWrittenIsDrawn] paints.
func FuzzSlip(f *testing.F) {
	f.Add("云岭县", "A001", "社会保险", "Social security", "取号机按「过号报到」扫此码")
	f.Add("\U00020BB7", "", "", "", "")
	f.Add("，。", "AB12345", "（（（", "  ", "\xff\x00")
	f.Fuzz(func(t *testing.T, hall, number, service, second, words string) {
		if len(hall)+len(number)+len(service)+len(second)+len(words) > 400 {
			return
		}
		ticket := ordinary()
		ticket.Hall, ticket.Number, ticket.Service, ticket.Second, ticket.Foot = hall, number, service, second, words
		ticket.Hints = []Hint{{Lead: words, Text: hall}, {Text: words}}
		judge(t, ticket)
	})
}

// FuzzModules makes codes of whatever they may hold. A code has a finder in three of its corners.
func FuzzModules(f *testing.F) {
	for _, text := range []string{code, "JH1:x", "0123456789", "ABC", "号", "\x00\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" || len(text) > 120 {
			return
		}
		bits, err := Modules(text)
		if err != nil {
			t.Fatal(err)
		}
		side := len(bits)
		for _, corner := range [][2]int{{0, 0}, {0, side - 7}, {side - 7, 0}} {
			for i := range 7 {
				if edge := bits[corner[0]][corner[1]+i] && bits[corner[0]+i][corner[1]]; !edge {
					t.Fatalf("%q has no finder at %v", text, corner)
				}
			}
		}
	})
}

// judge lays a ticket out: it comes out on the paper, and every character that the font has is there as often as it was written.
func judge(t *testing.T, ticket Ticket) {
	t.Helper()
	s, err := layOut(ticket)
	if err != nil {
		t.Fatal(err)
	}
	p := &proof{t: t, height: s.height}
	s.paint(p)
	have := counted(p.words.String())
	ticket.Foot = strings.TrimSpace(ticket.Foot) // it stands in the middle of the paper
	for c, n := range counted(s.printable(words(ticket))) {
		if have[c] < n {
			t.Errorf("%q stands %d times, want %d", c, have[c], n)
		}
	}
}

// proof is a canvas that only looks at what is painted.
type proof struct {
	t      *testing.T
	height float64
	words  strings.Builder
}

func (p *proof) text(_, y float64, r run, _ bool) {
	p.words.WriteString(r.text)
	if y <= 0 || y > p.height || r.size < 24 {
		p.t.Errorf("%q stands at %v of %v, %v dots high", r.text, y, p.height, r.size)
	}
}

func (p *proof) box(x, y, w, h float64) {
	if x < margin || x+w > Width-margin || y < 0 || y+h > p.height || w <= 0 || h <= 0 {
		p.t.Errorf("a box of %v × %v at %v, %v", w, h, x, y)
	}
}

func (p *proof) frame(x, y, w, h, _, _ float64) { p.box(x, y, w, h) }

// TestWhateverIsWrittenIsDrawn paints slips of any characters, both ways.
func TestWhateverIsWrittenIsDrawn(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		var b strings.Builder
		for range rnd.IntN(30) {
			b.WriteRune([]rune{rune(rnd.IntN(0x80)), rune(0x4E00 + rnd.IntN(0x5200)), rune(rnd.IntN(0x30000)), ' ', '，', '（'}[rnd.IntN(6)])
		}
		return b.String()
	}
	press := NewPress()
	for range 20 {
		ticket := ordinary()
		ticket.Hall, ticket.Service, ticket.Second, ticket.Foot, ticket.Number, ticket.Class = text(), text(), text(), text(), text(), text()
		ticket.Bars, ticket.Windows, ticket.Hints = []string{text()}, []string{text(), text()}, []Hint{{text(), text()}}
		picture, missing, err := PNG(ticket)
		if err != nil || len(picture) == 0 {
			t.Fatalf("%+v: %v", ticket, err)
		}
		pdf, same, err := press.PDF(t.Context(), ticket)
		if err != nil || len(pdf) == 0 || string(same) != string(missing) {
			t.Fatalf("%+v: %v, missing %q and %q", ticket, err, string(missing), string(same))
		}
	}
}
