package assets

import (
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/image/font/sfnt"
)

var coreRule = regexp.MustCompile(`url\("\.\./(fonts/hall-sans-core-[^"]+)"\)[^}]*unicode-range: ([^;]+);`)

func coreRanges(t *testing.T) map[string]*unicode.RangeTable {
	t.Helper()
	css, err := Read("css/fonts.css")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*unicode.RangeTable{}
	for _, m := range coreRule.FindAllStringSubmatch(string(css), -1) {
		found[m[1]] = rangeTable(t, m[2])
	}
	if len(found) != 2 {
		t.Fatalf("%d core fonts in fonts.css, want Regular and Bold", len(found))
	}
	return found
}

func rangeTable(t *testing.T, list string) *unicode.RangeTable {
	t.Helper()
	table := &unicode.RangeTable{}
	for _, span := range strings.Split(list, ",") {
		low, high, two := strings.Cut(strings.TrimPrefix(span, "U+"), "-")
		if !two {
			high = low
		}
		lo, err1 := strconv.ParseUint(low, 16, 32)
		hi, err2 := strconv.ParseUint(high, 16, 32)
		if err1 != nil || err2 != nil {
			t.Fatalf("unicode-range %q", span)
		}
		table.R32 = append(table.R32, unicode.Range32{Lo: uint32(lo), Hi: uint32(hi), Stride: 1})
	}
	return table
}

func TestCoreFontHasEveryCharacterOfTheTexts(t *testing.T) {
	for file, core := range coreRanges(t) {
		for _, lang := range Languages {
			for key, text := range Messages(lang) {
				if c := firstOutside(core, text); c != 0 {
					t.Errorf("%s: %q of %s %q is not in it; run assets/tools/build-fonts.sh --web", file, c, lang, key)
				}
			}
		}
	}
}

func TestCoreFontHasEveryCharacterOfTheDefaultPlan(t *testing.T) {
	plan, err := os.ReadFile("../config.yaml")
	if os.IsNotExist(err) {
		t.Skip("there is no default plan to compare with")
	}
	if err != nil {
		t.Fatal(err)
	}
	for file, core := range coreRanges(t) {
		if c := firstOutside(core, string(plan)); c != 0 {
			t.Errorf("%s: %q of config.yaml is not in it; run assets/tools/build-fonts.sh --web", file, c)
		}
	}
}

func firstOutside(core *unicode.RangeTable, text string) rune {
	for _, c := range text {
		if unicode.IsGraphic(c) && !unicode.Is(core, c) {
			return c
		}
	}
	return 0
}

func TestEveryFontNamedInStylesIsThere(t *testing.T) {
	css, err := Read("css/fonts.css")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`fonts/[^"]+\.woff2`).FindAllString(string(css), -1)
	for _, name := range named {
		if data, err := Read(name); err != nil || !strings.HasPrefix(string(data), "wOF2") {
			t.Errorf("%s: %v", name, err)
		}
		if !Immutable(name) {
			t.Errorf("%s may not be kept by browsers", name)
		}
	}
	there, err := fs.Glob(FS(), "fonts/*.woff2")
	if err != nil || len(there) != len(named) {
		t.Errorf("styles name %d fonts, the folder has %d (%v)", len(named), len(there), err)
	}
}

func TestCoreFontsAreThoseOfTheStyles(t *testing.T) {
	ranges := coreRanges(t)
	if len(CoreFonts()) != len(ranges) {
		t.Errorf("%v, want %d", CoreFonts(), len(ranges))
	}
	for _, name := range CoreFonts() {
		if ranges[name] == nil {
			t.Errorf("%s would be preloaded, but no style uses it", name)
		}
	}
}

func TestPrintFontsDrawTheHall(t *testing.T) {
	texts := "A017 请到 8 号窗口 约 42 分钟 35–55 政务服务中心 ①→℃№□✓〓，。 氵镕䶮喆㛃堃𬭎"
	for _, name := range []string{"regular", "bold"} {
		data, err := Read("fonts/hall-sans-" + name + ".ttf")
		if err != nil {
			t.Fatal(err)
		}
		font, err := sfnt.Parse(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		checkName(t, font)
		for _, text := range []string{texts, strings.Join(allTexts(), "")} {
			wantGlyphs(t, font, name, text)
		}
	}
}

func checkName(t *testing.T, font *sfnt.Font) {
	t.Helper()
	var buf sfnt.Buffer
	if family, err := font.Name(&buf, sfnt.NameIDFamily); err != nil || family != "Hall Sans SC" {
		t.Errorf("family %q, %v", family, err)
	}
	if licence, err := font.Name(&buf, sfnt.NameIDLicense); err != nil || !strings.Contains(licence, "SIL Open Font License") {
		t.Errorf("licence %q, %v", licence, err)
	}
}

func allTexts() []string {
	var all []string
	for _, lang := range Languages {
		for _, text := range Messages(lang) {
			all = append(all, text)
		}
	}
	return all
}

func wantGlyphs(t *testing.T, font *sfnt.Font, name, text string) {
	t.Helper()
	var buf sfnt.Buffer
	for _, c := range text {
		if g, err := font.GlyphIndex(&buf, c); err != nil || g == 0 {
			t.Errorf("%s draws no %q (%v)", name, c, err)
		}
	}
}
