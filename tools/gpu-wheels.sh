#!/bin/sh
# Fill .wheels with what tools/gpu-check.sh needs and a machine with CuPy, PyTorch and the usual packages of science
# lacks: pure Python all of it, so that it fits any machine. `make gpu-wheels`.
set -eu
cd "$(dirname "$0")/.."
. tools/lib.sh
pin() { sed -n "s/^\($1==[^ ;]*\).*/\1/p" requirements/run.txt | tail -n 1; }
rm -rf .wheels
say "Wheels for a machine with a GPU, into .wheels"
quietly .venv/bin/python tools/wheels.py .wheels
quietly .venv/bin/python -m pip --disable-pip-version-check download --no-deps --dest .wheels "$(pin platformdirs)"
