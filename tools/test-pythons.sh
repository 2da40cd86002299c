#!/bin/sh
# Run the tests that need no browser on each of Python 3.10 to 3.13 that this machine has, in .venv-3.*.
set -eu
cd "$(dirname "$0")/.."
. tools/lib.sh

# `interpreter VERSION`: a program of that version that can make environments; pyenv hides those not selected.
interpreter() {
    for python in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python; do
        if "$python" -c 'import ensurepip' >/dev/null 2>&1; then echo "$python"; return; fi
    done
}

found=
for version in 3.10 3.11 3.12 3.13; do
    python=$(interpreter "$version")
    [ -n "$python" ] || continue
    found="$found $version"
    say "Python $version"
    env="$PWD/.venv-$version"
    [ -x "$env/bin/python" ] || "$python" -m venv "$env"
    pip() { "$env/bin/python" -m pip --disable-pip-version-check --quiet "$@"; }
    pip install --no-compile --require-hashes -r requirements/build.txt
    pip install --no-compile --no-build-isolation --require-hashes -r requirements/test.txt
    pip install --no-compile --no-build-isolation --no-deps --editable .
    "$env/bin/python" -m pytest -n auto --dist worksteal -m "not browser"
done
[ -n "$found" ] || { echo "No Python 3.10 to 3.13 was found." >&2; exit 3; }
printf 'Passed on Python%s.\n' "$found"
