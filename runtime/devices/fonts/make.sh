#!/bin/sh
# Makes the two fonts of this folder from Debian's `fonts-noto-cjk`, so that what is committed can
# be made again: `apt-get install fonts-noto-cjk python3-venv`, then `fonts/make.sh`.
#
# Kept: GB 2312 (levels 1 and 2, and its signs), ASCII, Latin-1, currency signs, CJK and full-width
# punctuation. Left out: everything that a receipt of this terminal never shows (the other 60,000
# glyphs, vertical forms, hinting), so that each file stays under 3 MB.
# The same input gives the same bytes: fontTools is pinned and no time stamp is written.
set -eu

FONTTOOLS=4.60.1
SOURCE=/usr/share/fonts/opentype/noto
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet "fonttools==$FONTTOOLS"

"$work/venv/bin/python" - "$SOURCE" "$here" <<'PYTHON'
import sys

from fontTools import subset
from fontTools.ttLib import TTCollection

source, target = sys.argv[1:]
BYTES_MAX = 3_000_000


def characters():
    """Code points that receipts and screens of the terminal may show."""
    kept = set(range(0x20, 0x7F)) | set(range(0xA0, 0x100))
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                kept.update(map(ord, bytes((row, cell)).decode("gb2312")))
            except UnicodeDecodeError:
                pass  # a hole in the standard
    kept |= set(range(0x2010, 0x2028)) | set(range(0x2030, 0x203F))  # dashes, quotes, ellipsis
    kept |= set(map(ord, "¥￥€£$¢₩₹₽₿฿₫₱₦₪₺"))
    kept |= set(range(0x3000, 0x3020)) | set(range(0xFF01, 0xFF5F)) | set(range(0xFFE0, 0xFFE7))
    kept |= set(map(ord, "←↑→↓✓✗●○■□▲△▼▽★☆℃№™℗Ωµ…\ufffd"))
    return kept


for weight in ("Regular", "Bold"):
    collection = TTCollection(f"{source}/NotoSansCJK-{weight}.ttc")
    # By name, never by index: the order of faces in a collection is nobody's promise.
    faces = [f for f in collection.fonts if f["name"].getBestFamilyName() == "Noto Sans CJK SC"]
    if len(faces) != 1:
        sys.exit(f"{source}/NotoSansCJK-{weight}.ttc: {len(faces)} faces \"Noto Sans CJK SC\", want 1")
    font = faces[0]
    options = subset.Options()
    options.hinting = False
    options.desubroutinize = False
    options.layout_features = ["kern"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.name_languages = [0x409]
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "DSIG", "GSUB"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    font.recalcTimestamp = False
    path = f"{target}/NotoSansSC-{weight}.otf"
    subset.save_font(font, path, options)
    size = len(open(path, "rb").read())
    print(f"{path}: {size} bytes, {len(font.getGlyphOrder())} glyphs")
    if size > BYTES_MAX:
        sys.exit(f"{path}: over {BYTES_MAX} bytes; leave characters out")
PYTHON
