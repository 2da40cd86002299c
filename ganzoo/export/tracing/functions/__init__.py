"""Chainer functions that WebDNN's converter lacks or gets wrong, in terms of WebDNN's operators where these suffice.

`FUNCTIONS` has, by the name of a function's class, what makes its output (a list where it has several) of the
function and its inputs. Whatever is not there is left to WebDNN.
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
