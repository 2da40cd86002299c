"""ONNX Runtime's `quantize_static` of a committed file, in the form that it writes by default: QDQ, int8 per channel.

    .venv/bin/python tools/onnx_exporters/with_quantization.py tests/data/onnx

Activations are int8 with a zero point, weights int8 with a scale for each output channel.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_static

SOURCE = "torch-classifier"
SAMPLES = 16


class Samples(CalibrationDataReader):  # type: ignore[misc]
    """Seeded pictures in [0, 1], by which the ranges of activations are measured."""

    def __init__(self, name: str, shape: tuple[int, ...]) -> None:
        random = np.random.RandomState(0)
        self.left = iter([{name: random.uniform(size=shape).astype(np.float32)} for _ in range(SAMPLES)])

    def get_next(self) -> dict[str, Any] | None:
        return next(self.left, None)


def main(folder: Path) -> None:
    source = folder / f"{SOURCE}.onnx"
    first = onnx.load(str(source)).graph.input[0]
    shape = tuple(dim.dim_value or 1 for dim in first.type.tensor_type.shape.dim)
    with TemporaryDirectory() as made:
        target = Path(made) / "quantised.onnx"
        reader = Samples(first.name, shape)
        quantize_static(str(source), str(target), reader, quant_format=QuantFormat.QDQ, per_channel=True)
        (folder / "quantised-classifier.onnx").write_bytes(target.read_bytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
