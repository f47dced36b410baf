#!/bin/sh
# Makes .venv from the locked, hashed dependencies. Usage: scripts/bootstrap.sh run|dev
# Needs Python 3.11 or later and nothing else; no compiler, since only wheels are taken.
set -eu
cd "$(dirname "$0")/.."

kind=${1:-run}
case $kind in
run) lock=requirements.lock ;;
dev) lock=requirements-dev.lock ;;
*) echo "usage: scripts/bootstrap.sh run|dev" >&2; exit 2 ;;
esac

say() { echo "redress: $*" >&2; }
stop() { say "$@"; exit 1; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
can_make_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

# A name on the PATH proves nothing (version managers leave stand-ins there), so each candidate is run.
# One that can make an environment as it is comes before one that first needs a system package.
find_python() {
    found=
    for candidate in ${PYTHON:-python3.14 python3.13 python3.12 python3.11 python3}; do
        new_enough "$candidate" || continue
        if can_make_venv "$candidate"; then echo "$candidate"; return; fi
        found=${found:-$candidate}
    done
    echo "$found"
}

add_ensurepip() {
    version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ]; then as_root=; elif sudo -n true 2>/dev/null; then as_root="sudo -n"; else as_root=no; fi
    command -v apt-get >/dev/null 2>&1 || stop "this Python lacks ensurepip; install the venv package of Python $version"
    if [ "$as_root" = no ]; then
        stop "this Python cannot make environments yet; type: sudo apt-get install python$version-venv"
    fi
    say "installing python$version-venv"
    $as_root apt-get update -qq >&2 || true
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y "python$version-venv" >&2 \
        || $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y python3-venv >&2 || true
    can_make_venv "$1" || stop "this Python cannot make environments; type: sudo apt-get install python$version-venv"
}

# The stamp holds all that the environment was made from, the folder too: a moved environment has dead scripts.
wanted="$(pwd) $(cat "$lock" pyproject.toml | cksum)"
stamp=.venv/redress-$kind.stamp
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && new_enough .venv/bin/python; then
    exit 0
fi

moved() {
    for old in .venv/redress-*.stamp; do
        [ -f "$old" ] || continue
        case $(cat "$old") in "$(pwd) "*) ;; *) return 0 ;; esac
    done
    return 1
}
# Another checkout's, lent by a link: not ours to empty.
if [ -L .venv ]; then
    new_enough .venv/bin/python || stop ".venv leads to an environment that does not work; remove the link"
    exit 0
fi
if ! new_enough .venv/bin/python || moved; then
    python=$(find_python)
    if [ -z "$python" ]; then
        stop "Python 3.11 or later is needed; this machine has $(python3 --version 2>/dev/null || echo no Python 3)."
    fi
    can_make_venv "$python" || add_ensurepip "$python"
    say "making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv
fi
.venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip --upgrade >/dev/null

say "installing the locked dependencies ($lock)"
pip() { .venv/bin/python -m pip --quiet --disable-pip-version-check "$@"; }
pip install --require-hashes --only-binary :all: -r "$lock"
pip install --no-deps --no-build-isolation --no-index -e .
# As the servers load it, without docstrings: whoever runs them may not be allowed to write here, and would compile it at each start.
# What of the libraries is for another Python does not compile, and is never loaded.
if [ "$kind" = run ]; then .venv/bin/python -OO -m compileall -qq -j 0 .venv/lib app migrations || true; fi
echo "$wanted" >"$stamp"
