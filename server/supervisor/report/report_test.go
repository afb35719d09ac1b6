package report

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestSelfTest(t *testing.T) {
	if err := SelfTest(); err != nil {
		t.Fatal(err)
	}
}

// TestRunesBeyondTheFont: what the font lacks is told and replaced; the library panics on some of them.
func TestRunesBeyondTheFont(t *testing.T) {
	pdf, missing, err := NewPress().PDF(t.Context(), Sheet{Hall: "𬭎😀", Title: "t", Rows: [][]string{{"\u2a6d6", "1"}}, Head: []string{"a", "b"}})
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) || !strings.ContainsRune(string(missing), '😀') {
		t.Errorf("%v, missing %q", err, string(missing))
	}
}

// TestEveryCharacterSurvives: a name that fits is drawn whole, one that does not is made smaller, then cut with a mark.
func TestEveryCharacterSurvives(t *testing.T) {
	d, err := newPaper(Sheet{})
	if err != nil {
		t.Fatal(err)
	}
	d.AddPage()
	d.SetFont(fontName, regular, 9)
	long := strings.Repeat("不动产转移登记", 12)
	for _, room := range []float64{10, 44, 100, 1000} {
		got := d.cut(long, room)
		if d.GetStringWidth(got) > room+.02 || room == 1000 && got != long || room < 100 && !strings.HasSuffix(got, "…") {
			t.Errorf("room %v: %q is %v wide", room, got, d.GetStringWidth(got))
		}
	}
}

func TestAFaultIsAnError(t *testing.T) {
	_, _, err := NewPress().PDF(t.Context(), Sheet{Proof: Proof{Title: "t", Code: strings.Repeat("x", 5000)}})
	if !errors.Is(err, ErrDraw) {
		t.Errorf("a code that is too long: %v", err)
	}
	full := NewPress()
	for range cap(full.slots) {
		full.slots <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, _, err := full.PDF(ctx, Sheet{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("no free core: %v", err)
	}
}
