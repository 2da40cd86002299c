"""`python -m ganzoo.metrics [MNIST_FOLDER]`: train the frozen evaluator again and write it into this folder.

It prints what `pretrained.py` must state, and two accuracies: on the training images that were held out, by which
recipes may be chosen, and on the test images, by which they may not.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from ganzoo import datasets, plugins
from ganzoo.metrics import evaluator_training, pretrained
from ganzoo.metrics.evaluator import look


def main(data_dir: Path | None) -> None:
    data = datasets.load(plugins.DATASETS.get("mnist"), data_dir)
    began = time.process_time()
    trained = evaluator_training.train(data, evaluator_training.FROZEN)
    pretrained.write(pretrained.FROZEN, trained)
    known = pretrained.read(pretrained.FROZEN, trained)
    print(f"MNIST = {datasets.checksum(data)}")
    print(f"FROZEN_SHA256 = {known.sha256}")
    held_out = evaluator_training.held_out(len(data.train_x))
    for name, x, t in (
        ("held out", data.train_x[held_out], data.train_t[held_out]),
        ("test", data.test_x, data.test_t),
    ):
        _, logits = look(known.evaluator, x)
        print(f"{name} accuracy {(logits.argmax(axis=1) == t).mean():.4f}")
    print(f"{time.process_time() - began:.0f} CPU seconds")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
