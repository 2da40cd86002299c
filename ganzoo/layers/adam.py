"""Adam and moving averages in one pass over each array."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer
from chainer.backends import cuda
from chainer.optimizers.adam import AdamRule

from ganzoo.layers.functions import fast
from ganzoo.layers.native import library

if TYPE_CHECKING:
    from collections.abc import Sequence


class Adam(chainer.optimizers.Adam):
    """Chainer's Adam, in its order of operations: the same numbers to the last bit."""

    def create_update_rule(self) -> Any:
        return _Rule(self.hyperparam)


class _Rule(AdamRule):
    def update(self, param: Any) -> None:
        hooks = self._hookable
        plain = self.enabled and self._state is not None and param._loss_scale is None
        if plain and not hooks._pre_update_hooks and not hooks._post_update_hooks and fast(param):
            self.t += 1
            self.update_core_cpu(param)
        else:  # with what Chainer asks of every parameter at every step, which takes as long as a small one's update
            super().update(param)

    def update_core_cpu(self, param: Any) -> None:
        values, arrays = self.hyperparam, (param.array, param.grad, self.state["m"], self.state["v"])
        whole = all(array is not None and array.flags.c_contiguous for array in arrays)
        if values.amsgrad or values.adabound or not whole or not fast(*arrays):
            super().update_core_cpu(param)
            return
        array, gradient, m, v = arrays
        new_m, new_v = 1 - values.beta1, 1 - values.beta2
        kept = 1 - values.eta * values.weight_decay_rate
        adam = library(array.dtype).adam
        adam(array, m, v, gradient, array.size, new_m, new_v, self.alpha_t, values.eps, kept, values.eta)


def move_average(averages: Sequence[Any], currents: Sequence[Any], rate: float) -> None:
    """average += rate * (current - average) for each pair of arrays, on any device."""
    for average, current in zip(averages, currents, strict=True):
        if average.flags.c_contiguous and current.flags.c_contiguous and fast(average, current):
            library(average.dtype).average(average, current, average.size, rate)
        elif isinstance(average, cuda.ndarray):  # one kernel in place of three
            kernel = cuda.elementwise(
                "T current, T rate", "T average", "average += rate * (current - average)", "average"
            )
            kernel(current, rate, average)
        else:
            average += rate * (current - average)
