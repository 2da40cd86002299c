#!/bin/sh
# What only a real GPU can tell, in one command of about six minutes: `sh tools/gpu-check.sh FOLDER`. Its tests, a
# training step of every recipe beside PyTorch's, and a whole training; what they find goes to FOLDER. Every part runs,
# also after one that failed.
#
# PYTHON is one that has CuPy 14 and PyTorch for this machine's CUDA (python3). Nothing is fetched: what else is needed
# lies in .wheels, which `make gpu-wheels` filled elsewhere.
set -u
cd "$(dirname "$0")/.."
out=$1
python=${PYTHON:-python3}
site=$(mktemp -d)
failed=0
trap 'rm -rf "$site"' EXIT
mkdir -p "$out"

part() { echo "== $1"; shift; "$@" || { failed=1; echo "== failed"; }; }

part "Packages" "$python" -m pip install --quiet --no-index --no-deps --no-compile --target "$site" .wheels/*.whl
export PYTHONPATH="$PWD:$site" PYTHONUNBUFFERED=1 GANZOO_CACHE="$site/cache"
part "Machine" nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv
part "Tests" "$python" -m pytest -q -p no:cacheprovider tests/training/test_gpu.py
part "Steps" "$python" -m benchmarks.training --device cuda:0 --rounds 6 --out "$out/training.json"
part "Steps, 128 images" "$python" -m benchmarks.training --device cuda:0 --rounds 6 --batch-size 128 \
    --out "$out/training-128.json"
part "A training" "$python" -m ganzoo train dcgan-cond --device cuda:0 --out "$site/run"
cp "$site/run/log.jsonl" "$site/run/config.json" "$out"
exit $failed
