"""Convert the Chainer functions that WebDNN's converter lacks or gets wrong, to WebDNN's operators where these suffice.

`FUNCTIONS` maps the name of a function's class to a converter, which takes the function and its inputs and returns the
output, or a list of several. All other functions are left to WebDNN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganzoo.export.tracing.functions import arithmetic, arrays, images, matrices, statistics

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **arithmetic.FUNCTIONS,
    **arrays.FUNCTIONS,
    **images.FUNCTIONS,
    **matrices.FUNCTIONS,
    **statistics.FUNCTIONS,
}
