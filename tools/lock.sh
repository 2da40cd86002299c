#!/bin/sh
# Write requirements/*.txt: every dependency pinned with its hashes, for Python 3.10 to 3.13 at once, no registry
# named. Pins that still fit stay as they are; remove requirements/*.txt first to pin everything anew. Needs uv
# (python -m pip install uv).
set -eu
cd "$(dirname "$0")/.."
lock() {
    target=$1; shift
    uv pip compile --universal --python-version 3.10 --no-build-isolation --no-emit-index-url --no-header \
        --no-annotate --quiet --output-file "requirements/$target.txt" "$@"
}
# everything together first, so that the parts agree; nothing is installed from this one, so it has no hashes
lock all --all-extras pyproject.toml requirements/build.in
lock build --generate-hashes --constraint requirements/all.txt requirements/build.in
lock run --generate-hashes --constraint requirements/all.txt pyproject.toml
lock test --generate-hashes --constraint requirements/all.txt --extra test --extra bench --extra onnx --extra mpi --extra sweep --extra storage pyproject.toml
lock torch --generate-hashes --constraint requirements/all.txt --extra test --extra torch pyproject.toml
