"""How good are the default recipes? Train on `digits` and let a support vector machine read the pictures.

    .venv/bin/python benchmarks/recipes.py dcgan-cond --seed 0 --seed 1

*Agreement* is how often the judge reads the digit that was asked for, of 100 pictures a class; *diversity* is the
mean distance between pictures of a class, that of real ones being 1. The judge is trained on the training images;
its accuracy on the test images is given beside. Results go to `benchmarks/results/`, dated. Minutes for each seed.
"""

from __future__ import annotations

import os
import platform
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ganzoo import datasets, inputs, plugins
from ganzoo.export.trace import reference
from ganzoo.files import write_json
from ganzoo.show import err
from ganzoo.training.options import Options
from ganzoo.training.train import train

if TYPE_CHECKING:
    from ganzoo.specs import Data, FloatArray, LabelArray

PICTURES = 100  # of each class
RESULTS = Path(__file__).parent / "results"


def judge(data: Data) -> Any:
    """A support vector machine that reads digits (RBF kernel, C = 10), trained on the training images."""
    from sklearn.svm import SVC

    return SVC(kernel="rbf", gamma="scale", C=10).fit(data.train_x.reshape(len(data.train_x), -1), data.train_t)


def spread(images: FloatArray) -> float:
    """Mean Euclidean distance between the images (N, ...)."""
    from scipy.spatial.distance import pdist

    return float(pdist(images.reshape(len(images), -1)).mean())


def diversity(images: FloatArray, t: LabelArray, data: Data) -> list[float]:
    """`spread` within each class, as a share of what real images have."""
    real = [data.train_x[data.train_t == k][:PICTURES] for k in range(len(data.classes))]
    return [spread(images[t == k]) / spread(real[k]) for k in range(len(data.classes))]


def measure(arch: str, seed: int, data: Data) -> dict[str, Any]:
    import numpy as np

    reader = judge(data)
    began = time.process_time()
    with tempfile.TemporaryDirectory() as root:
        run = train(arch, Options(seed=seed), Path(root), None, err()).run
        (network,) = run.arch.export(run.config, run.model())
    seconds = time.process_time() - began
    t = np.tile(np.arange(len(data.classes), dtype=np.int32), PICTURES)
    images = reference(network, inputs.seeded(network.inputs, len(t), seed + 1000, t.tolist()))[0]
    shares = diversity(images, t, data)
    return {
        "seed": seed,
        "cpu_seconds": round(seconds, 1),
        "agreement": round(float((reader.predict(images.reshape(len(t), -1)) == t).mean()), 4),
        "diversity": round(float(np.mean(shares)), 3),
        "diversity_of_the_worst_class": round(min(shares), 3),
        "judge_on_test_images": round(float(reader.score(data.test_x.reshape(len(data.test_x), -1), data.test_t)), 4),
    }


def main(arch: str, seed: Annotated[list[int] | None, typer.Option()] = None) -> None:
    data = datasets.load(plugins.DATASETS.get("digits"))
    rows = [measure(arch, each, data) for each in seed or [0, 1, 2]]
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}"
    path = RESULTS / f"{date.today().isoformat()}-recipe-{arch}.json"
    write_json(path, {"arch": arch, "dataset": "digits", "machine": machine, "seeds": rows})
    print(path)


if __name__ == "__main__":
    typer.run(main)
