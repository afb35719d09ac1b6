package assets

import (
	"encoding/binary"
	"testing"

	"golang.org/x/image/font/sfnt"
)

// table is the bytes of one table of a TrueType file.
func table(t *testing.T, font []byte, tag string) []byte {
	t.Helper()
	for i := range int(binary.BigEndian.Uint16(font[4:])) {
		entry := font[12+16*i:]
		if string(entry[:4]) == tag {
			at, size := binary.BigEndian.Uint32(entry[8:]), binary.BigEndian.Uint32(entry[12:])
			return font[at : at+size]
		}
	}
	t.Fatalf("no table %s", tag)
	return nil
}

func TestPrintFontsMayBeEmbeddedAndArePlain(t *testing.T) {
	for _, name := range []string{"regular", "bold"} {
		data, err := Read("fonts/hall-sans-" + name + ".ttf")
		if err != nil {
			t.Fatal(err)
		}
		if kind := binary.BigEndian.Uint32(data); kind != 0x00010000 {
			t.Errorf("%s: outlines of kind %#x, PDF needs TrueType", name, kind)
		}
		if fsType := binary.BigEndian.Uint16(table(t, data, "OS/2")[8:]); fsType != 0 {
			t.Errorf("%s: fsType %d forbids embedding", name, fsType)
		}
	}
}

// A rasteriser moves a glyph by the difference of its bearing and its outline: with bearings of 0 every character
// stood too far left, which one sees only beside the right picture.
func TestPrintFontsKeepTheLeftBearing(t *testing.T) {
	for _, name := range []string{"regular", "bold"} {
		data, err := Read("fonts/hall-sans-" + name + ".ttf")
		if err != nil {
			t.Fatal(err)
		}
		font, err := sfnt.Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range "A017·今日政请到号窗口，。–①" {
			glyph, err := font.GlyphIndex(&sfnt.Buffer{}, c)
			if err != nil || glyph == 0 {
				t.Fatalf("%s: no %q (%v)", name, c, err)
			}
			if lsb, xMin := leftBearing(t, data, int(glyph)), leftEdge(t, data, int(glyph)); lsb != xMin || xMin == 0 {
				t.Errorf("%s: %q has the bearing %d and begins at %d", name, c, lsb, xMin)
			}
		}
	}
}

func leftBearing(t *testing.T, font []byte, glyph int) int {
	t.Helper()
	full := int(binary.BigEndian.Uint16(table(t, font, "hhea")[34:]))
	hmtx := table(t, font, "hmtx")
	at := 4*glyph + 2
	if glyph >= full {
		at = 4*full + 2*(glyph-full)
	}
	return int(int16(binary.BigEndian.Uint16(hmtx[at:])))
}

func leftEdge(t *testing.T, font []byte, glyph int) int {
	t.Helper()
	loca := table(t, font, "loca")
	at := 2 * int(binary.BigEndian.Uint16(loca[2*glyph:]))
	if long := binary.BigEndian.Uint16(table(t, font, "head")[50:]) == 1; long {
		at = int(binary.BigEndian.Uint32(loca[4*glyph:]))
	}
	return int(int16(binary.BigEndian.Uint16(table(t, font, "glyf")[at+2:])))
}
