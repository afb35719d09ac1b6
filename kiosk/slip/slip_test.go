package slip

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jiaohao/assets"
)

const code = "https://zw.example.cn/t/abcdefghijklmnopqrstuvwxyz0123"

func ordinary() Ticket {
	return Ticket{Hall: "云岭县政务服务中心", At: "11-23 09:43", Service: "社会保险", Second: "Social security", Number: "A017",
		Ahead: Figure{Label: "前面还有", Value: "5", After: "人"}, Wait: Figure{Label: "预计等候 Expected wait", Before: "约", Value: "12", After: "分钟 (8–18)"},
		Windows: []string{"8", "9"}, Plates: "请留意窗口 Windows", Code: code, Title: "扫码看进度",
		Hints: []Hint{{Text: "还剩 3 人时提醒您，可延后"}, {Lead: "过号了？", Text: "取号机按「过号报到」扫此码，3 人后再叫您"}},
		Foot:  "当日有效 · 办完可扫码评价 · 1 号机", IssuedAt: time.Date(2026, 11, 23, 9, 43, 0, 0, time.UTC)}
}

func reprint() Ticket {
	t := ordinary()
	t.Bars, t.Class, t.Number = []string{"演示", "补打 · 原号有效，不另排队"}, "优先 · 老年人", "B019"
	t.Service, t.Second, t.Windows = "不动产转移登记", "Property", []string{"5", "6", "7"}
	return t
}

func crowded() Ticket {
	t := ordinary()
	t.Hall, t.Number = "云岭傣族彝族自治县人民政府政务服务管理局办事大厅", "AB1234"
	t.Service, t.Second = "建设工程规划许可与建筑工程施工许可联合办理", "Joint handling of planning and building permits for construction works"
	t.Windows = strings.Fields("1 2 3 4 5 6 7 8 9 10 11 12")
	t.Wait = Figure{Label: "预计等候 Expected wait", Before: "人数较多，暂无法估计"}
	t.Ahead.Value = "999"
	return t
}

func english() Ticket {
	t := ordinary()
	t.Hall, t.Service, t.Second = "Yunling County Government Service Hall", "Social security", "社会保险"
	t.Ahead = Figure{Label: "Ahead of you", Value: "5", After: "people"}
	t.Wait = Figure{Label: "Expected wait 预计等候", Before: "About", Value: "2.5", After: "h (1.5–3.5)"}
	t.Plates, t.Title, t.Foot = "Watch these windows 窗口", "Scan to follow your turn", "Valid today · rate us by scanning · kiosk 1"
	t.Hints = []Hint{{Text: "You are told when 3 are ahead"}, {Lead: "Missed your call? ", Text: "Press “Missed my call” at a kiosk and scan this code; 3 people go first"}}
	return t
}

func samples() map[string]Ticket {
	return map[string]Ticket{"ordinary": ordinary(), "reprint": reprint(), "crowded": crowded(), "english": english()}
}

func pdfOf(t testing.TB, ticket Ticket) []byte {
	t.Helper()
	data, _, err := NewPress().PDF(context.Background(), ticket)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func pngOf(t testing.TB, ticket Ticket) image.Image {
	t.Helper()
	data, _, err := PNG(ticket)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

func TestSelfTest(t *testing.T) {
	if err := SelfTest(); err != nil {
		t.Error(err)
	}
}

func TestTheSameTicketIsTheSameBytes(t *testing.T) {
	for name, ticket := range samples() {
		if a, b := pdfOf(t, ticket), pdfOf(t, ticket); !bytes.Equal(a, b) {
			t.Errorf("%s: two PDFs differ", name)
		}
		a, _, _ := PNG(ticket)
		b, _, _ := PNG(ticket)
		if len(a) == 0 || !bytes.Equal(a, b) {
			t.Errorf("%s: two pictures differ", name)
		}
	}
}

func TestDrawingLeavesTheFontsAsTheyAre(t *testing.T) {
	sum := func(style string) [32]byte {
		w, err := weights()
		if err != nil {
			t.Fatal(err)
		}
		return sha256.Sum256(w[style].data)
	}
	before := sum(bold)
	pdfOf(t, reprint())
	if sum(bold) != before {
		t.Error("the PDF library wrote into the font")
	}
	if _, err := assets.Read(fontFiles[bold]); err != nil {
		t.Error(err)
	}
}

func TestThePictureIsBlackAndWhiteWithinItsMargins(t *testing.T) {
	for name, ticket := range samples() {
		p, ok := pngOf(t, ticket).(*image.Paletted)
		if !ok || len(p.Palette) != 2 || p.Bounds().Dx() != Width {
			t.Fatalf("%s: not a picture of one bit and %d dots", name, Width)
		}
		for y := range p.Bounds().Dy() {
			for _, x := range []int{0, margin - 5, Width - margin + 4, Width - 1} {
				if p.ColorIndexAt(x, y) != white {
					t.Fatalf("%s: ink at %d,%d, outside the margin", name, x, y)
				}
			}
		}
	}
}

func TestTheOrdinarySlipHasTheLooksMeasures(t *testing.T) {
	p := pngOf(t, ordinary()).(*image.Paletted)
	if h := p.Bounds().Dy(); h < 850 || h > 900 {
		t.Errorf("%d dots high, the look says 874", h)
	}
	black := 0
	for x := range Width {
		if p.ColorIndexAt(x, 70) == 1 {
			black++
		}
	}
	if black != inner {
		t.Errorf("the rule below the head is %d dots long, want %d", black, inner)
	}
}

func TestTheCodeIsReadBack(t *testing.T) {
	zbar, err := exec.LookPath("zbarimg")
	if err != nil {
		t.Skip("zbarimg is not installed (Debian package zbar-tools), so no code can be read back here")
	}
	read := func(name string, data []byte) string {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(zbar, "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", file).Output()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return strings.TrimSpace(string(out))
	}
	for name, ticket := range samples() {
		data, _, err := PNG(ticket)
		if err != nil {
			t.Fatal(err)
		}
		if got := read(name+".png", data); got != code {
			t.Errorf("%s: read %q", name, got)
		}
	}
	for _, text := range []string{code, "JH1:abcdefghijklmnopqrstuvwxyz0123"} {
		data, err := Code(text, 6)
		if err != nil {
			t.Fatal(err)
		}
		if got := read("code.png", data); got != text {
			t.Errorf("read %q, want %q", got, text)
		}
	}
}

func TestEveryWordIsInThePDF(t *testing.T) {
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not installed (Debian package poppler-utils), so no text can be read back here")
	}
	for name, ticket := range samples() {
		file := filepath.Join(t.TempDir(), name+".pdf")
		if err := os.WriteFile(file, pdfOf(t, ticket), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(tool, "-raw", file, "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		have := counted(string(out))
		for c, n := range counted(words(ticket)) {
			if have[c] < n {
				t.Errorf("%s: %q stands %d times, want %d", name, c, have[c], n)
			}
		}
	}
}

// words is every text of a ticket.
func words(t Ticket) string {
	all := append([]string{t.Hall, t.At, t.Service, t.Second, t.Number, t.Class, t.Plates, t.Title, t.Foot, t.Ahead.Label, t.Ahead.Value, t.Ahead.After,
		t.Wait.Label, t.Wait.Before, t.Wait.Value, t.Wait.After}, append(t.Bars, t.Windows...)...)
	for _, h := range t.Hints {
		all = append(all, h.Lead, h.Text)
	}
	return strings.Join(all, " ")
}

func counted(text string) map[rune]int {
	n := map[rune]int{}
	for _, c := range text {
		if c > ' ' {
			n[c]++
		}
	}
	return n
}

func TestCharactersBeyondTheFontBecomeGeta(t *testing.T) {
	ticket := ordinary()
	ticket.Service, ticket.Foot = "𠮷野家\U0001F600", "字\x00完"
	for name, draw := range map[string]func() ([]byte, []rune, error){
		"pdf": func() ([]byte, []rune, error) { return NewPress().PDF(context.Background(), ticket) },
		"png": func() ([]byte, []rune, error) { return PNG(ticket) },
	} {
		data, missing, err := draw()
		if err != nil || len(data) == 0 {
			t.Fatalf("%s: %v", name, err)
		}
		if string(missing) != "𠮷\U0001F600\x00" {
			t.Errorf("%s: missing %q", name, string(missing))
		}
	}
}

func TestWhatCannotBeDrawnIsAnError(t *testing.T) {
	ticket := ordinary()
	ticket.Code = strings.Repeat("x", 5000)
	if _, _, err := PNG(ticket); !errors.Is(err, ErrDraw) {
		t.Errorf("a code of 5000 bytes: %v", err)
	}
	if _, _, err := drawn(ordinary(), func(*sheet) ([]byte, error) { panic("boom") }); !errors.Is(err, ErrDraw) {
		t.Errorf("a panic: %v", err)
	}
	if _, err := Code(strings.Repeat("x", 5000), 4); !errors.Is(err, ErrDraw) {
		t.Errorf("a code alone: %v", err)
	}
}

func TestAPressWaitsNoLongerThanItsCaller(t *testing.T) {
	p := &Press{slots: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := p.PDF(ctx, ordinary()); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestWrapKeepsEveryCharacterAndThePunctuationRules(t *testing.T) {
	r, err := newRuler()
	if err != nil {
		t.Fatal(err)
	}
	text := "还剩 3 人时提醒您，可延后。过号了？取号机按「过号报到」（扫此码），3 人后再叫您 Social security 999 people 本票当日有效。"
	for room := 40.0; room < 400; room += 7 {
		got := ""
		for i, line := range r.wrap([]run{{text[:30], 24, bold}, {text[30:], 24, regular}}, room) {
			words := plain(line)
			got += words
			first, last := []rune(words)[0], []rune(words)[len([]rune(words))-1]
			if i > 0 && room > 100 && strings.ContainsRune(notFirst, first) {
				t.Errorf("room %v: a line begins with %q", room, first)
			}
			if room > 100 && strings.ContainsRune(notLast, last) {
				t.Errorf("room %v: a line ends with %q", room, last)
			}
			if w := (&sheet{ruler: r}).length(line); w > room+.5 && len([]rune(words)) > 1 {
				t.Errorf("room %v: %q is %v dots long", room, words, w)
			}
		}
		if a, b := strings.ReplaceAll(got, " ", ""), strings.ReplaceAll(text, " ", ""); a != b {
			t.Fatalf("room %v: %d characters of %d", room, len([]rune(a)), len([]rune(b)))
		}
	}
}

func plain(line []run) string {
	s := ""
	for _, r := range line {
		s += r.text
	}
	return s
}

func BenchmarkPNG(b *testing.B) {
	for b.Loop() {
		if _, _, err := PNG(ordinary()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPDF(b *testing.B) {
	p := NewPress()
	for b.Loop() {
		if _, _, err := p.PDF(context.Background(), ordinary()); err != nil {
			b.Fatal(err)
		}
	}
}
