"""What can follow a layer and be computed with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import chainer.functions as F

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Activation:
    """`code` is what the kernels know it by (kernels/real.h): its slope below 0, or 2 for the sigmoid.

    `function` is Chainer's own, which the export knows. The derivative at 0 is that below 0.
    """

    code: float
    function: Callable[[Any], Any]


IDENTITY = Activation(1.0, lambda x: x)
RELU = Activation(0.0, F.relu)
LEAKY_RELU = Activation(0.2, lambda x: F.leaky_relu(x, slope=0.2))
SIGMOID = Activation(2.0, F.sigmoid)
