"""Proof that the steps of both libraries are the same, before any is timed.

Both begin at the same weights and draw the same numbers. In float64 everything agrees to rounding, which proves
network, loss, optimiser and order. In float32, which is what is timed, Adam makes whole steps of rounding: where a
gradient is zero but for rounding, as that of a bias before a batch norm is, its sign is chance. So what a step changed
is compared as a whole, and in float32 the tolerances are wide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.training.subjects import Subject

STEPS = 3
SAMPLES = 16


@dataclass(frozen=True)
class Agreement:
    """How far PyTorch is from Chainer over the first `STEPS` steps.

    `output`: of the network that is kept, in test mode, before and after: largest absolute difference of pixels in
    [0, 1], or of logits. `losses`: largest difference over the largest loss of the step, all steps. `update`: over all
    weights and statistics as one vector, length of the difference over length of what the steps changed.
    """

    output: float
    losses: float
    update: float

    def within(self, limits: Agreement) -> bool:
        pairs = zip(vars(self).values(), vars(limits).values(), strict=True)
        return all(value <= limit for value, limit in pairs)  # NaN is not


TOLERANCES: Mapping[str, Agreement] = {
    "float64": Agreement(output=1e-7, losses=1e-9, update=1e-7),  # PyTorch's clipping adds 1e-6 to the norm
    "float32": Agreement(output=1e-2, losses=1e-3, update=1e-2),
}


def agreement(subject: Subject, dtype: str, chainer_device: str = "cpu", torch_device: str = "cpu") -> Agreement:
    """Step `subject` by both libraries."""
    import numpy as np

    from benchmarks.training import steps
    from benchmarks.training.subjects import SEED, Step

    ours = Step(subject.training(chainer_device, dtype))
    theirs = steps.step(subject.training("cpu", dtype), torch_device)
    before = state(ours)
    outputs = [_output_difference(subject, ours, theirs, dtype)]
    losses = []
    for i in range(STEPS):
        observed = []
        for step in (ours, theirs):
            np.random.seed(SEED + i)
            with noise_as(dtype):
                observed.append({key: float(getattr(value, "array", value)) for key, value in step().items()})
        assert observed[0].keys() == observed[1].keys()
        scale = max(1e-3, *map(abs, observed[0].values()))  # a Wasserstein distance is what two large means leave
        losses += [abs(observed[1][key] - value) / scale for key, value in observed[0].items()]
    outputs.append(_output_difference(subject, ours, theirs, dtype))
    change = np.linalg.norm(state(ours) - before)
    return Agreement(
        output=max(outputs),
        losses=max(losses),
        update=float(np.linalg.norm(_their_state(theirs) - state(ours)) / change),
    )


def noise_as(dtype: str) -> Any:
    """A context in which a generator's input is `dtype`: Chainer's layers compute in their input's."""
    from unittest.mock import patch

    from ganzoo.archs import _gan

    draw = _gan.draw_input
    return patch.object(_gan, "draw_input", lambda t, config: draw(t, config).astype(dtype))


def state(step: Any) -> Any:
    """All weights and statistics, float64 (n,)."""
    import numpy as np

    from benchmarks.training.subjects import networks

    return np.concatenate([_flat(array) for link in networks(step.training).values() for array in arrays(link)])


def arrays(link: Any) -> list[Any]:
    import chainer.links as L

    found = {name: parameter.array for name, parameter in link.namedparams()}
    for name, child in link.namedlinks():
        if isinstance(child, L.BatchNormalization):
            found |= {f"{name}/avg_mean": child.avg_mean, f"{name}/avg_var": child.avg_var}
    return [found[name] for name in sorted(found)]


def _flat(array: Any) -> Any:
    import chainer
    import numpy as np

    return chainer.get_device("@numpy").send(array).astype(np.float64).ravel()


def _their_state(step: Any) -> Any:
    import numpy as np

    from benchmarks.training.networks import state

    found = [state(module) for module in step.networks().values()]
    arrays = [each[name].detach().cpu().numpy().astype(np.float64) for each in found for name in sorted(each)]
    return np.concatenate([array.ravel() for array in arrays])


def _output_difference(subject: Subject, ours: Any, theirs: Any, dtype: str) -> float:
    import chainer
    import numpy as np
    import torch

    from benchmarks.training.subjects import SEED
    from ganzoo import inputs

    model, twin = ours.training.model, theirs.networks()["model"]
    (network,) = subject.arch.export(subject.config, model)
    (x,) = (array.astype(dtype) for array in inputs.seeded(network.inputs, SAMPLES, SEED))
    with chainer.using_config("train", False), chainer.no_backprop_mode():
        expected = chainer.get_device("@numpy").send(model(model.device.send(x)).array)
    twin.eval()
    with torch.no_grad():
        found = twin(torch.from_numpy(x).to(theirs.device)).cpu().numpy()
    twin.train()
    assert found.dtype == expected.dtype == dtype
    return float(np.abs(found - expected).max())
