"""Networks and plans that peers are handed in tests, with inputs and the right outputs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ganzoo import inputs, plugins
from ganzoo.export.expressions import Arg, call
from ganzoo.export.lowering import lower
from ganzoo.export.plan import Box, Plan
from ganzoo.export.tracing import reference, trace
from ganzoo.specs import Network, TrainConfig
from tests.support import plans
from tests.support.operators import OPERATORS, network

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.specs import FloatArray

BATCH = 3


@dataclass(frozen=True)
class Case:
    """A plan with inputs and the right outputs, Chainer's or the NumPy executor's."""

    plan: Plan
    inputs: Sequence[FloatArray]
    outputs: Sequence[FloatArray]


def of_plan(plan: Plan) -> Case:
    drawn = plans.inputs_for(plan, BATCH)
    return Case(plan, drawn, plans.execute(plan, drawn))


def of_network(made: Network) -> Case:
    drawn = inputs.seeded(made.inputs, BATCH, seed=3)
    return Case(lower(trace(made), made), drawn, reference(made, drawn))


@cache
def built_in() -> Mapping[str, Network]:
    """What the built-in architectures export, no bias and no statistic at its initial value."""
    found = {}
    random = np.random.RandomState(2)
    for name in plugins.ARCHS.names():
        arch = plugins.ARCHS.get(name)
        preset, values = next(iter(arch.presets.items()))
        config = TrainConfig(name, preset, "digits", (1, 28, 28), 10, 1, 32, 1, "cpu", values.hparams)
        np.random.seed(1)  # Chainer's initialisers draw from the global state
        model = arch.build(config)
        for link in model.links():
            for key in ("b", "beta", "gamma", "avg_mean", "avg_var"):
                array = getattr(getattr(link, key, None), "array", getattr(link, key, None))
                if isinstance(array, np.ndarray):  # a table of them is a layer, which has its own turn
                    array += random.uniform(0.1, 0.5, array.shape).astype(np.float32)
        found |= {f"{name}/{made.name}": made for made in arch.export(config, model)}
    return found


@cache
def cases() -> Mapping[str, Case]:
    """Every kind of step, random plans, every operator, the built-in networks."""
    made = {
        f"plan {name}": of_plan(plan) for name, plan in {**plans.cases(), **more(), **plans.random_plans(60, 7)}.items()
    }
    made |= {name: of_network(network(case, name)) for name, case in OPERATORS.items()}
    return made | {name: of_network(each) for name, each in built_in().items()}


def more() -> dict[str, Plan]:
    """What neither list has."""
    b = plans.Builder
    return {
        "vector-repeated": b((1, 1, 1)).move((1, 1, 5), Box(((5, 0, 1),))).dense(3).plan(),
        "vector-padded": b((1, 1, 3)).move((1, 1, 6), Box(((3, 1, 1),), out_offset=2), fill=0.5).dense(3).plan(),
        "read-in-another-shape": b((3, 4, 8)).conv(8, 1).view(6, 2, 8).conv(4, 2).plan(),
        "vector-read-as-image": b((1, 1, 9)).dense(24).view(2, 3, 4).conv(4, 2).plan(),
        "image-read-as-vector": b((2, 3, 4)).conv(4, 1).view(1, 1, 24).softmax().plan(),
        "larger-than-the-stride": b((2, 3, 4)).deconv(5, 2, 2, more=(2, 3), activation=plans.TANH).plan(),
        "larger-by-an-unused-input": b((1, 3, 1))
        .elementwise(call("exp", Arg(0)), b((1, 1, 1)).constant(4, 1, 5))
        .plan(),
    }
