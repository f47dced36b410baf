#!/bin/sh
# Chooses exact versions with hashes, for all platforms and Pythons at once. The files name no download address,
# so that whoever installs decides where from. With `--upgrade` it takes the newest, else only what must change.
set -eu
cd "$(dirname "$0")/.."
command -v uv >/dev/null 2>&1 || { echo "redress: make lock needs uv on the PATH" >&2; exit 1; }

compile() {
    out=$1
    shift
    uv pip compile --no-config --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --no-annotate -o "$out" "$@" >/dev/null
}
compile requirements.lock --extra build "$@" pyproject.toml
compile requirements-dev.lock --extra build --extra dev --constraint requirements.lock "$@" pyproject.toml
! grep -nE 'https?://|file:' requirements.lock requirements-dev.lock
