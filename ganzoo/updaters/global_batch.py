"""Values over the whole batch when processes share it: the statistics of batch norm, and reported losses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer
import chainer.links as L
import numpy as np
from chainer.functions.normalization import batch_normalization as bn
from chainer.training import Extension

from ganzoo import layers
from ganzoo.errors import UsageError
from ganzoo.updaters.distributed import team

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganzoo.updaters.distributed import Team


class AveragedObservations(Extension):
    """Replace the losses of this process by those of the whole batch, in every iteration, before others read them."""

    name = "averaged_observations"
    priority = 1000

    @staticmethod
    def trigger(trainer: Any) -> bool:
        """Fire in every iteration, without state in the snapshot, which must fit a training with one process too."""
        return True

    def __init__(self, team: Team) -> None:
        self._team = team

    def __call__(self, trainer: Any) -> None:
        keys = sorted(trainer.observation)
        values = np.array([float(getattr(trainer.observation[key], "array", trainer.observation[key])) for key in keys])
        self._team.mean(values)
        trainer.observation.update(zip(keys, values.tolist(), strict=True))


def synchronise(link: Any) -> None:
    """Make every batch norm in `link` compute its statistics over all processes, in place.

    The objects stay the same, because optimisers and serialisers hold them. Raises `UsageError` for an unknown kind of
    batch norm.
    """
    for name, child in link.namedlinks():
        if type(child) in (L.BatchNormalization, layers.BatchNormalization):
            child.__class__ = GlobalBatchNormalization
        elif isinstance(child, L.BatchNormalization):
            problem = f"--distributed does not support the batch normalization '{name}', a {type(child).__name__}."
            raise UsageError(problem, "Use ganzoo.layers.BatchNormalization or Chainer's own.")


class GlobalBatchNormalization(layers.BatchNormalization):
    """Batch norm over the rows of all processes.

    ChainerMN's own takes the variance as E[x^2] - E[x]^2, which loses digits where the mean is large, and corrects the
    running variance by one share's number of values.
    """

    def shares(self) -> tuple[Callable[[Any], None], int]:
        return team().mean, team().size

    def forward(self, x: Any, activation: layers.Activation = layers.IDENTITY) -> Any:
        if not chainer.config.train or self.kernel_takes(x, activation):
            return super().forward(x, activation)
        function = bn.BatchNormalization(
            self.eps, self.avg_mean, self.avg_var, self.decay, self.axis, lambda *_: _Global(team())
        )
        gamma = self._get_gamma()[0] if self.gamma is None else self.gamma
        beta = self._get_beta()[0] if self.beta is None else self.beta
        return activation.function(function.apply((x, gamma, beta))[0])


class _Global(bn.GeneralBatchNormalizationImpl):
    """Chainer's arithmetic with its four sums over the batch taken over all processes."""

    def __init__(self, team: Team) -> None:
        self._team = team

    def forward(self, *, gamma: Any, x: Any, decay: float, running_mean: Any, running_var: Any, **rest: Any) -> Any:
        result = super().forward(gamma=gamma, x=x, decay=decay, running_mean=None, running_var=None, **rest)
        y, layout, _, _, mean, var, inv_std, kept = result
        m = x.size // gamma.size * self._team.size
        running_mean += (1 - decay) * (mean - running_mean)
        running_var += (1 - decay) * (m / (m - 1) * var - running_var)  # unbiased
        return y, layout, running_mean, running_var, mean, var, inv_std, kept

    def get_mean_and_var(self, axis: Any, gamma: Any, x: Any, xp: Any, interm_dtype: Any) -> tuple[Any, Any]:
        mean = x.mean(axis=axis, dtype=interm_dtype)
        self._team.mean(mean)
        var = np.square(x - np.expand_dims(mean, axis)).mean(axis=axis, dtype=interm_dtype)
        self._team.mean(var)
        return mean, var

    def get_ggamma_and_gbeta(self, axis: Any, gamma: Any, gy: Any, x_hat: Any, xp: Any) -> tuple[Any, Any]:
        # means over the processes of each one's sums: a share's loss is a mean over its own pictures
        gbeta, ggamma = super().get_ggamma_and_gbeta(axis, gamma, gy, x_hat, xp)
        self._team.mean(gbeta)
        self._team.mean(ggamma)
        return gbeta, ggamma
