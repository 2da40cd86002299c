"""ONNX's operators as expressions of Chainer's functions.

Each module has an `OPERATORS` table: the operator's name, and a function of a `Call` and the node's inputs. An operator
that has no row but that ONNX defines by others is replaced by these when a file is read (`load.py`).
Source: https://onnx.ai/onnx/operators/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.frontends.onnx.operators import (
    activations,
    arithmetic,
    arrays,
    convolutions,
    matrices,
    normalizations,
    pools,
    quantized,
    reductions,
    resizing,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganzoo.frontends.onnx.call import Operator

OPERATORS: Mapping[str, Operator] = {
    **activations.OPERATORS,
    **arithmetic.OPERATORS,
    **arrays.OPERATORS,
    **convolutions.OPERATORS,
    **matrices.OPERATORS,
    **normalizations.OPERATORS,
    **pools.OPERATORS,
    **quantized.OPERATORS,
    **reductions.OPERATORS,
    **resizing.OPERATORS,
}
