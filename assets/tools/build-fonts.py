#!/usr/bin/env python3
"""Builds the hall's font from Noto Sans CJK SC: one source for screens, PDF and printed pictures.

Per weight: a TrueType file of every character the hall may meet, and the same cut in two for browsers. `core` holds
what the texts, the plan and everyday Chinese need; `rest` is fetched only when a rare name turns up.

  build-fonts.py          builds everything
  build-fonts.py --web    cuts core and rest anew from the TrueType files that are there
"""
import bz2
import hashlib
import io
import json
import pathlib
import re
import sys

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

ROOT = pathlib.Path(__file__).resolve().parent.parent
FONTS = ROOT / "fonts"
NOTO = pathlib.Path("/usr/share/fonts/opentype/noto")
UNIHAN = pathlib.Path("/usr/share/unicode")
FACE_SC = 2
FAMILY = "Hall Sans SC"
VERSION = "Version 1.000"
MAX_ERROR = 1.0  # of 1000 units an em
WEIGHTS = (("regular", "Regular", 400), ("bold", "Bold", 700))
EVERYDAY = 500  # most frequent characters of Chinese that core holds beyond the texts

LATIN = set(range(0x20, 0x7F)) | set(range(0xA0, 0x180))
PUNCTUATION = set(range(0x2010, 0x2040)) | set(range(0x3000, 0x3020)) | set(range(0xFF00, 0xFF60))
SIGNS = set(range(0x2460, 0x2474)) | set(map(ord, "℃№→←↑↓↵●○★☆■□◆◇▲▼△▽✓✕×±≤≥≈€"))
CORE_ALWAYS = set(range(0x20, 0x7F)) | set(map(ord, "·×°±–—‘’“”…、。〈〉《》「」『』【】〓（），．／：；？！％＋－～￥→←↑↓●○■□▲▼✓①②③④⑤⑥⑦⑧⑨⑩"))


def gb2312():
    """Every character of GB 2312."""
    found = set()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes((row, cell)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return found


def unihan(name, field):
    """(code point, value) of one field of the Unihan database."""
    with bz2.open(UNIHAN / name, "rt", encoding="utf-8") as lines:
        for line in lines:
            parts = line.rstrip("\n").split("\t")
            if len(parts) == 3 and parts[1] == field:
                yield int(parts[0][2:], 16), parts[2]


def standard_characters():
    """The 8105 characters of 通用规范汉字表."""
    return {code for code, _ in unihan("Unihan_OtherMappings.txt.bz2", "kTGH")}


def everyday_characters():
    """The most frequent characters by the counts of kHanyuPinlu, the code point deciding between equals."""
    counts = ((sum(map(int, re.findall(r"\((\d+)\)", value))), -code) for code, value in unihan("Unihan_Readings.txt.bz2", "kHanyuPinlu"))
    return {-code for _, code in sorted(counts, reverse=True)[:EVERYDAY]}


def written_characters():
    """Every character of the texts, the default plan and the pages."""
    found = set()
    for path in sorted((ROOT / "messages").glob("*.json")):
        found |= set("".join(json.loads(path.read_text(encoding="utf-8")).values()))
    others = [ROOT.parent / "config.yaml", *ROOT.parent.glob("*/page/*.html"), *ROOT.parent.glob("*/*/page/*.html")]
    for path in others:
        if path.exists():
            found |= set(path.read_text(encoding="utf-8"))
    return {ord(c) for c in found if c.isprintable()}


def cut(font, codes):
    """Drops every glyph and table that the characters do not need."""
    options = subset.Options()
    options.layout_features = []
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG", "FFTM"]
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.name_languages = ["*"]
    options.glyph_names = False
    options.recalc_timestamp = False
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(font)


def quadratic(font):
    """Turns the cubic outlines of CFF into the quadratic ones of TrueType, which PDF and old engines read."""
    order, glyphs = font.getGlyphOrder(), font.getGlyphSet()
    outlines = {}
    for name in order:
        pen = TTGlyphPen(glyphs)
        glyphs[name].draw(Cu2QuPen(pen, MAX_ERROR, reverse_direction=True))
        outlines[name] = pen.glyph()
    font["loca"], glyf = newTable("loca"), newTable("glyf")
    font["glyf"], glyf.glyphOrder, glyf.glyphs = glyf, order, outlines
    del font["CFF "]
    truetype_header(font, glyf)


def truetype_header(font, glyf):
    """What a TrueType file says of itself, instead of a CFF one."""
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    maxp.maxZones, maxp.maxSizeOfInstructions, maxp.maxComponentElements = 1, 0, 0
    maxp.maxTwilightPoints = maxp.maxStorage = maxp.maxFunctionDefs = maxp.maxInstructionDefs = maxp.maxStackElements = 0
    font["post"].formatType = 3.0
    for name, (advance, _) in list(font["hmtx"].metrics.items()):
        # Without its bounds a glyph has no left bearing, and would be drawn moved to the left by it.
        glyf[name].recalcBounds(glyf)
        font["hmtx"].metrics[name] = (advance, glyf[name].xMin if glyf[name].numberOfContours else 0)
    font.sfntVersion = "\000\001\000\000"


def rename(font, style):
    """Gives it its own name, as a changed font must have; the copyright and the licence stay."""
    name = font["name"]
    kept = {i: name.getDebugName(i) for i in (0, 13, 14)}
    postscript = "HallSansSC-" + style
    kept.update({1: FAMILY, 2: style, 3: f"{VERSION};{postscript}", 4: f"{FAMILY} {style}", 5: VERSION, 6: postscript})
    name.names = []
    for identity, text in sorted(kept.items()):
        if text:
            name.setName(text, identity, 3, 1, 0x409)
    font["OS/2"].fsType = 0


def save(font, flavor=None):
    """The bytes of a font."""
    font.flavor = flavor
    out = io.BytesIO()
    font.save(out, reorderTables=True)
    return out.getvalue()


def build_truetype(file, style):
    """Writes one weight's TrueType file."""
    font = TTFont(NOTO / f"NotoSansCJK-{style}.ttc", fontNumber=FACE_SC, recalcTimestamp=False)
    have = set(font.getBestCmap())
    codes = (gb2312() | standard_characters() | LATIN | PUNCTUATION | SIGNS | CORE_ALWAYS) & have
    cut(font, codes)
    quadratic(font)
    rename(font, style)
    (FONTS / f"hall-sans-{file}.ttf").write_bytes(save(font))


def build_web(file, part, codes):
    """Writes one browser file with the hash of its content in its name, and returns the name."""
    font = TTFont(FONTS / f"hall-sans-{file}.ttf", recalcTimestamp=False)
    cut(font, codes)
    lost = codes - set(font.getBestCmap())
    if lost:
        sys.exit(f"{file}: lost {sorted(map(chr, lost))}")
    data = save(font, "woff2")
    name = f"hall-sans-{part}-{file}.{hashlib.sha256(data).hexdigest()[:10]}.woff2"
    (FONTS / name).write_bytes(data)
    return name


def ranges(codes):
    """A unicode-range of exactly these characters."""
    spans = []
    for code in sorted(codes):
        if spans and spans[-1][1] == code - 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return ",".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in spans)


def face(name, weight, span):
    """One @font-face rule."""
    return (f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; font-style: normal; font-display: swap;\n'
            f'  src: url("../fonts/{name}") format("woff2");\n  unicode-range: {span}; }}\n')


def main():
    if "--web" not in sys.argv:
        for file, style, _ in WEIGHTS:
            build_truetype(file, style)
    have = set(TTFont(FONTS / "hall-sans-regular.ttf").getBestCmap())
    wanted = written_characters()
    if wanted - have:
        print("not in the font, left to the system:", "".join(map(chr, sorted(wanted - have))), file=sys.stderr)
    core = (wanted | everyday_characters() | CORE_ALWAYS | LATIN) & have
    for old in FONTS.glob("*.woff2"):
        old.unlink()
    # rest stands first and claims broadly: of overlapping ranges the later rule is asked first.
    broad = "U+2010-33FF,U+3400-9FFF,U+F900-FAFF,U+FF00-FFEF,U+20000-323AF"
    # It does not leave out what core has: so it stays the same file when a text changes.
    rest = [face(build_web(file, "rest", have - LATIN), weight, broad) for file, _, weight in WEIGHTS]
    near = [face(build_web(file, "core", core), weight, ranges(core)) for file, _, weight in WEIGHTS]
    (ROOT / "css" / "fonts.css").write_text("/* Written by tools/build-fonts.py. */\n" + "".join(rest + near), encoding="utf-8")
    print(f"{len(have)} characters, {len(core)} of them in core")


if __name__ == "__main__":
    main()
