#!/bin/sh
# Fetch ChainerCV's sources into .chainercv/, for `make chainer-suite`: only its Python files are used. What it would compile
# serves a GPU, so nothing is built. requirements/chainercv.in pins it by its hash.
set -eu
cd "$(dirname "$0")/.."
rm -rf .chainercv
.venv/bin/python -m pip download --quiet --no-deps --no-binary :all: --no-build-isolation --require-hashes \
    --dest .chainercv -r requirements/chainercv.in
# its package and what it says of itself; beside it there is another package called tests
tar xzf .chainercv/chainercv-*.tar.gz -C .chainercv --strip-components 1 --wildcards '*/chainercv' '*/chainercv.egg-info'
