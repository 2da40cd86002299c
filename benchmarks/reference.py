"""The two reference networks, seeded and not trained, as runs with exports: what `make bench` times.

    .venv/bin/python -m benchmarks.reference FOLDER      # FOLDER/generator, FOLDER/classifier

Every bias and batch-norm statistic is away from its initial 0 or 1, so that one that is lost shows. Time does not
depend on what the other weights are.
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads it
from typing import Any, TypeVar

import typer

from ganzoo import plugins
from ganzoo.cli import console
from ganzoo.export import exports
from ganzoo.runs import run as runs
from ganzoo.runs.run import Run
from ganzoo.runs.snapshot import save_model
from ganzoo.specs import Arch, TrainConfig

R = TypeVar("R", bound=Run)

SEED = 20171104
PRESETS = {"generator": ("dcgan-cond", "blog"), "classifier": ("cnn", "exercise")}


def config(arch: Arch, preset: str) -> TrainConfig:
    recipe = arch.presets[preset]
    return TrainConfig(
        arch=arch.name,
        preset=preset,
        dataset="digits",
        shape=(1, 28, 28),
        n_classes=10,
        epochs=1,
        batch_size=recipe.batch_size,
        seed=SEED,
        device="cpu",
        hparams=recipe.hparams,
    )


def disturb(model: Any) -> None:
    """Move every bias and batch-norm statistic of `model` from its initial value, seeded, on whatever device."""
    import chainer.links as L
    import numpy as np

    drawn = np.random.RandomState(SEED)

    def fill(array: Any, values: Any) -> None:
        array[...] = model.device.send(values.astype(array.dtype))  # CuPy takes no array of NumPy's

    for _, link in sorted(model.namedlinks(skipself=True)):
        if isinstance(link, L.BatchNormalization):
            size = link.avg_mean.size
            if link.gamma is not None:
                fill(link.gamma.array, drawn.uniform(0.5, 1.5, size))
                fill(link.beta.array, drawn.normal(0, 0.2, size))
            fill(link.avg_mean, drawn.normal(0, 0.2, size))
            fill(link.avg_var, drawn.uniform(0.5, 1.5, size))
        elif getattr(link, "b", None) is not None:
            fill(link.b.array, drawn.normal(0, 0.1, link.b.size))


def save(bare: R) -> R:
    """`bare`, whose folder is not there yet, with a disturbed network of its architecture: as if it were trained."""
    import numpy as np

    np.random.seed(SEED)  # Chainer's initialisers draw from the global state
    model = bare.arch.build(bare.config)
    disturb(model)
    runs.create(bare.path, bare.config, {"classes": [str(k) for k in range(bare.config.n_classes)]})
    save_model(bare.model_path, bare.config, model)
    return bare


def export(made: Run) -> exports.Export:
    """`made` on every backend, where `ganzoo bench` looks for it."""
    backends = [plugins.BACKENDS.get(name) for name in plugins.BACKENDS.names()]
    return exports.write(made, backends, made.path / "export").export


def main(folder: Path) -> None:
    for name, (arch, preset) in PRESETS.items():
        console.step(f"exporting the reference {name}")
        export(save(Run(folder / name, config(plugins.ARCHS.get(arch), preset), {})))


if __name__ == "__main__":
    typer.run(main)
