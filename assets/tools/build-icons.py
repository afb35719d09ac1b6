#!/usr/bin/env python3
"""Writes js/icons.js from the drawings in vendor/lucide. Run after adding a drawing there."""
import json
import pathlib
import xml.etree.ElementTree as ET

ROOT = pathlib.Path(__file__).resolve().parent.parent


def shapes(path):
    """The elements of one drawing as [tag, attributes] pairs."""
    svg = ET.fromstring(path.read_text(encoding="utf-8"))
    return [[e.tag.split("}")[1], dict(e.attrib)] for e in svg]


def main():
    lines = ["// Written by tools/build-icons.py from vendor/lucide (ISC licence, see vendor/lucide/LICENSE).",
             "/** @type {Object<string, Array<[string, Object<string, string>]>>} */",
             "export const DRAWINGS = {"]
    for path in sorted((ROOT / "vendor" / "lucide").glob("*.svg")):
        lines.append(f"  {json.dumps(path.stem)}: {json.dumps(shapes(path))},")
    lines.append("};")
    (ROOT / "js" / "icons.js").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
