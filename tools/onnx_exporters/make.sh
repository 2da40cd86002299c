#!/bin/sh
# Write the ONNX files of the tests into the folder $1: sh tools/onnx_exporters/make.sh FOLDER
# PyTorch and TensorFlow do not go into one environment, and neither into ganzoo's.
set -eu
cd "$(dirname "$0")"
folder=$(realpath -m "$OLDPWD/$1")
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
python3 -m venv "$made/torch"
"$made/torch/bin/python" -m pip install --quiet torch onnx onnxruntime onnxscript skl2onnx scikit-learn
"$made/torch/bin/python" with_torch.py "$folder"
"$made/torch/bin/python" with_sklearn.py "$folder"
"$made/torch/bin/python" with_quantization.py "$folder"
python3 -m venv "$made/keras"
"$made/keras/bin/python" -m pip install --quiet tensorflow-cpu tf2onnx
"$made/keras/bin/python" with_keras.py "$folder"
