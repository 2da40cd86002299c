"""Write the small ONNX file that skl2onnx makes of scikit-learn's MLPClassifier: tests/data/onnx/sklearn-*.onnx.

python with_sklearn.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

from skl2onnx import to_onnx
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    x, t = load_digits(return_X_y=True)
    x = (x / 16).astype("float32")
    model = MLPClassifier((24,), max_iter=60, random_state=0).fit(x, t)
    made = to_onnx(model, x[:1])
    (folder / "sklearn-digits.onnx").write_bytes(made.SerializeToString())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
