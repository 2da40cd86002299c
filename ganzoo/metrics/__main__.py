"""`python -m ganzoo.metrics [MNIST_FOLDER]`: train the frozen evaluator anew and write it into this folder.

It prints what `evaluators.py` has to name, and the accuracy on the test images.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from ganzoo import datasets, plugins
from ganzoo.metrics import evaluators, recipe
from ganzoo.metrics.evaluator import look


def main(data_dir: Path | None) -> None:
    data = datasets.load(plugins.DATASETS.get("mnist"), data_dir)
    began = time.process_time()
    trained = recipe.train(data.train_x, data.train_t, len(data.classes), recipe.FROZEN)
    evaluators.write(evaluators.FROZEN, trained)
    known = evaluators.read(evaluators.FROZEN, trained)
    _, logits = look(known.evaluator, data.test_x)
    print(f"MNIST = {datasets.checksum(data)}")
    print(f"FROZEN_SHA256 = {known.sha256}")
    accuracy = float((logits.argmax(axis=1) == data.test_t).mean())
    print(f"test accuracy {accuracy:.4f}, {time.process_time() - began:.0f} CPU seconds")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
