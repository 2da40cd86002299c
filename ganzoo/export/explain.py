"""What the compiler makes of networks, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganzoo.export.plan import Plan, Step, Tensor
    from ganzoo.export.subject import Subject


@dataclass(frozen=True)
class Row:
    """One step for one image. `bytes` are those of its float32 parameters; shapes are (h, w, c), or (c) of a vector."""

    step: str
    layer: str
    inputs: tuple[tuple[int, ...], ...]
    output: tuple[int, ...]
    kernel: str
    multiply_adds: int
    bytes: int


def explain(subject: Subject) -> Mapping[str, list[Row]]:
    """The rows of each network of `subject`. Raises `UnsupportedOperatorError` where a network cannot be compiled."""
    from ganzoo.export.lowering import lower
    from ganzoo.export.tracing import trace

    networks = subject.networks()
    return {network.name: rows(lower(trace(network), network)) for network in networks}


def rows(plan: Plan) -> list[Row]:
    return [_row(step) for step in plan.steps]


def _row(step: Step) -> Row:
    kernel, stride = getattr(step, "kernel", None), getattr(step, "stride", None)
    return Row(
        step.kind,
        step.layer,
        tuple(_shape(tensor) for tensor in step.inputs),
        _shape(step.output),
        f"{kernel[0]}x{kernel[1]}/{stride[0]}" if kernel and stride else "",
        step.multiply_adds,
        sum(4 * weight.size for weight in step.weights),
    )


def _shape(tensor: Tensor) -> tuple[int, ...]:
    return tensor.shape if tensor.h * tensor.w > 1 else (tensor.c,)
