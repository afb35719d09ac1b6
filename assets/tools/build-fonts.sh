#!/bin/sh
# Builds fonts/ and css/fonts.css anew. Same inputs, same bytes. Run it after adding texts or changing config.yaml.
set -eu
cd "$(dirname "$0")/.."

need() {
  [ -e "$1" ] || { echo "missing $1: apt-get install --no-install-recommends $2" >&2; exit 1; }
}
need /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc fonts-noto-cjk
need /usr/share/unicode/Unihan_OtherMappings.txt.bz2 unicode-data
need /usr/lib/python3/dist-packages/fontTools python3-fonttools
need /usr/lib/python3/dist-packages/brotli.py python3-brotli

exec /usr/bin/python3 tools/build-fonts.py "$@"
