#!/bin/sh
# Sees to a Chromium, and to fonts for the scripts Redress speaks, for the browser tests.
# Where it may not install them it says so; whether the tests then skip or fail is decided by tests/harness/browser.py.
set -eu

missing=
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 \
    || command -v google-chrome >/dev/null 2>&1 || missing=chromium
# Without glyphs a page in Burmese is a page of boxes: its layout would be measured wrongly.
if command -v dpkg-query >/dev/null 2>&1; then
    dpkg-query -W -f '${Status}' fonts-noto-core 2>/dev/null | grep -q 'ok installed' || missing="$missing fonts-noto-core"
fi
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "redress: please install:$missing (browser tests need them)" >&2
    exit 0
fi
if [ "$(id -u)" = 0 ]; then as_root=; elif sudo -n true 2>/dev/null; then as_root="sudo -n"; else
    echo "redress: browser tests need more; type: sudo apt-get install $missing" >&2
    exit 0
fi
echo "redress: installing $missing" >&2
$as_root apt-get update -qq >&2 || true
# With what it recommends: on Debian that is where the sandbox for users other than root comes from.
# shellcheck disable=SC2086 # two package names are two words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y $missing >/dev/null \
    || echo "redress: could not install $missing" >&2
