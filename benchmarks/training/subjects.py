"""What is timed: each architecture with each of its recipes, stepped by ganzoo's own updater."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from benchmarks.reference import disturb
from ganzoo import plugins
from ganzoo.training.options import TrainOptions, configure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ganzoo.specs import Arch, Data, TrainConfig, Training

SEED = 20171104
TOO_LARGE = {("sngan", "paper")}  # a step takes a minute on two cores


@dataclass(frozen=True)
class Subject:
    """One recipe on the embedded digits."""

    arch: Arch
    config: TrainConfig
    data: Data

    @property
    def name(self) -> str:
        return f"{self.config.arch} {self.config.preset}"

    def training(self, device: str = "cpu", dtype: str = "float32") -> Training:
        """A fresh training, the same at every call.

        Biases are away from their initial 0: the black background of an image would lie in the kink of every leaky
        ReLU, where rounding decides.
        """
        import chainer
        import numpy as np

        np.random.seed(SEED)
        data = replace(self.data, train_x=self.data.train_x.astype(dtype))
        with chainer.using_config("dtype", np.dtype(dtype)):
            training = self.arch.train(replace(self.config, device=device), data)
        for link in networks(training).values():
            disturb(link)
        return training


def subjects(arch: str | None = None, batch_size: int | None = None) -> list[Subject]:
    """Every preset with a step of its own, of every architecture or of one, with its own batch size or with this.

    Left out are those that take an earlier one's step, longer, at another width, with other weights of its terms or on
    augmented pictures, which each library would get from NumPy; and those that are `TOO_LARGE`.
    """
    found: dict[Any, Subject] = {}
    for name in [arch] if arch else plugins.ARCHS.names():
        for preset in plugins.ARCHS.get(name).presets:
            if (name, preset) in TOO_LARGE:
                continue
            options = TrainOptions(preset=preset, device="cpu", seed=SEED, batch_size=batch_size)
            config, data = configure(plugins.ARCHS.get(name), options)
            terms = {key: value if isinstance(value, str) else bool(value) for key, value in config.hparams.items()}
            terms["width"] = terms["augment"] = ""
            step = (name, config.batch_size, *terms.items())
            found.setdefault(step, Subject(plugins.ARCHS.get(name), config, data))
    return list(found.values())


def networks(training: Training) -> dict[str, Any]:
    """The links that a step changes; `model` is what is kept of the training."""
    trained = {name: getattr(training.updater, name) for name in ("gen", "dis") if hasattr(training.updater, name)}
    return {**trained, "model": training.model}


class Step:
    """One step of `training` by its own updater, as Chainer's Trainer makes it; returns what it reports."""

    def __init__(self, training: Training) -> None:
        from chainer.training import Trainer

        self.training = training
        self._reporter = Trainer(training.updater).reporter  # which knows the networks' names

    def __call__(self) -> Mapping[str, Any]:
        observation: dict[str, Any] = {}
        with self._reporter.scope(observation):
            self.training.updater.update()
        return observation


@contextmanager
def as_trained() -> Iterator[None]:
    """What `ganzoo train` sets, and NumPy's random state as it was."""
    import chainer
    import numpy as np
    from threadpoolctl import threadpool_limits

    former = np.random.get_state()
    try:
        with (
            threadpool_limits(1, "blas"),
            chainer.using_config("type_check", False),
            chainer.using_config("cudnn_deterministic", True),
        ):
            yield
    finally:
        np.random.set_state(former)
