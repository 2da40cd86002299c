#!/bin/sh
# Make .venv with ganzoo in it: `tools/setup.sh run` for using it, `tools/setup.sh test` for its tests too.
# PYTHON names the interpreter; without it the first suitable one is taken.
set -eu
cd "$(dirname "$0")/.."
. tools/lib.sh
kind=$1

fail() { printf '%s\n' "$*" >&2; exit 3; }

suits() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1
}

if [ ! -x .venv/bin/python ]; then
    for python in ${PYTHON:-python3.11 python3.12 python3.13 python3.10 python3}; do
        suits "$python" && break
        python=
    done
    [ -n "$python" ] || fail "No Python 3.10 to 3.13 was found. Install one, or set PYTHON to its path."
    say "Python environment in .venv ($("$python" --version))"
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        # Debian keeps this part of Python in a package of its own
        sh tools/need.sh "python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv" ||
            fail "$python cannot make environments. Install its venv package (Debian: apt-get install python3-venv)."
    fi
    "$python" -m venv .venv
fi

say "Packages, pinned and checked by hash"
# Chainer and WebDNN are published as source: they are built with the setuptools installed here, not a newer one
# Python compiles a module when it is first imported; compiling all of them here would take longer than the rest
install="quietly .venv/bin/python -m pip --disable-pip-version-check install --no-compile"
$install --require-hashes -r requirements/build.txt
$install --no-build-isolation --require-hashes -r "requirements/$kind.txt"
# an environment from before 0.2.0 has ganzoo under its former name
quietly .venv/bin/python -m pip uninstall --quiet --yes ganzoo
$install --no-build-isolation --no-deps --editable .
touch ".venv/ready-$kind"
