"""Resizing: each axis is a short weighted sum of elements at places that are known beforehand.

Source: https://onnx.ai/onnx/operators/onnx__Resize.html, whose formulas for places and weights these are.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from chainer import Variable
from chainer import functions as F

from ganzoo.frontends.onnx.call import Call, RefusedError, constant, integers
from ganzoo.frontends.onnx.operators.arithmetic import round_half_even
from ganzoo.frontends.onnx.operators.matrices import matmul
from ganzoo.functions import floor, grid_sample, resample

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganzoo.frontends.onnx.call import Array, Operator, Tensor


def _places(call: Call, n: int, n_out: int, scale: float, roi: tuple[float, float]) -> Array:
    """Where in the input each output element lies, (n_out,) in float64."""
    mode = call.text("coordinate_transformation_mode", "half_pixel")
    at = np.arange(n_out, dtype=np.float64)
    if mode == "asymmetric":
        return at / scale
    if mode == "align_corners":
        return at * (n - 1) / (n * scale - 1) if n_out > 1 else np.zeros(n_out)
    if mode == "tf_crop_and_resize":
        start, end = roi
        if n_out == 1:
            return np.full(1, 0.5 * (start + end) * (n - 1))
        return start * (n - 1) + at * (end - start) * (n - 1) / (n_out - 1)
    if mode == "pytorch_half_pixel" and n_out == 1:
        return np.zeros(1)
    if mode == "tf_half_pixel_for_nn":
        return (at + 0.5) / scale
    if mode == "half_pixel_symmetric":
        adjustment = n_out / (n * scale)
        return n / 2 * (1 - adjustment) + (at + 0.5) / scale - 0.5
    if mode not in ("half_pixel", "pytorch_half_pixel"):
        raise RefusedError(f"its coordinate mode is {mode}")
    return (at + 0.5) / scale - 0.5


def _nearest(call: Call, at: Array) -> Array:
    rounding = call.text("nearest_mode", "round_prefer_floor")
    if rounding == "floor":
        return np.floor(at)
    if rounding == "ceil":
        return np.ceil(at)
    if rounding == "round_prefer_ceil":
        return np.floor(at + 0.5)
    return np.ceil(at - 0.5)


def _taps(call: Call, at: Array, n: int, scale: float) -> tuple[Array, Array]:
    """(index, factor) of each output element, (n_out, taps) both."""
    mode = call.text("mode", "nearest")
    if mode == "nearest":
        index = _nearest(call, at)[:, np.newaxis]
        return np.clip(index, 0, n - 1).astype(int), np.ones(index.shape)
    shrink = min(scale, 1.0) if call.get("antialias", 0) else 1.0
    support = (1 if mode in ("linear", "bilinear") else 2) / shrink
    taps = 2 * math.ceil(support)
    first = np.floor(at) - math.ceil(support) + 1
    index = first[:, np.newaxis] + np.arange(taps)
    apart = np.abs(index - at[:, np.newaxis]) * shrink
    if mode in ("linear", "bilinear"):
        factor = np.maximum(1 - apart, 0)
    elif mode == "cubic":
        factor = _cubic(apart, float(call.get("cubic_coeff_a", -0.75)))
    else:
        raise RefusedError(f"its mode is {mode}")
    if call.get("exclude_outside", 0):
        factor = np.where((index >= 0) & (index < n), factor, 0.0)
    factor = factor / factor.sum(1, keepdims=True)
    return np.clip(index, 0, n - 1).astype(int), factor


def _cubic(apart: Array, a: float) -> Array:
    return np.where(apart <= 1, _near(apart, a), np.where(apart < 2, _far(apart, a), 0.0))


def _near(apart: Any, a: float) -> Any:
    """Keys 1981, equation 4, up to 1."""
    return ((a + 2) * apart - (a + 3)) * apart * apart + 1


def _far(apart: Any, a: float) -> Any:
    """Likewise from 1 to 2."""
    return ((a * apart - 5 * a) * apart + 8 * a) * apart - 4 * a


def _merged(index: Array, factor: Array) -> tuple[Array, Array]:
    """The same sums without taps that are 0 everywhere; taps at the same place are added."""
    n_out = len(index)
    rows = []
    for places, weights in zip(index, factor, strict=True):
        row: dict[int, float] = {}
        for place, weight in zip(places.tolist(), weights.tolist(), strict=True):
            row[place] = row.get(place, 0.0) + weight
        rows.append([(place, weight) for place, weight in sorted(row.items()) if weight] or [(int(places[0]), 0.0)])
    taps = max(map(len, rows))
    table, weight_table = np.zeros((n_out, taps), int), np.zeros((n_out, taps))
    for i, row_taps in enumerate(rows):
        for t in range(taps):
            table[i, t], weight_table[i, t] = row_taps[t] if t < len(row_taps) else (row_taps[0][0], 0.0)
    return table, weight_table


def resized(call: Call, x: Any, sizes: list[int], scales: list[float], rois: list[tuple[float, float]]) -> Any:
    """`x` with `sizes` elements along its axes."""
    crops = call.text("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize"
    outside = np.zeros((1,) * x.ndim, bool)
    for axis, (n_out, scale) in enumerate(zip(sizes, scales, strict=True)):
        n = x.shape[axis]
        if n_out == n and (scale == 1 or not crops) and not (crops and rois[axis] != (0.0, 1.0)):
            continue
        at = _places(call, n, n_out, scale, rois[axis])
        index, factor = _merged(*_taps(call, at, n, scale))
        x = resample(x, axis, index, factor)
        if crops:
            beyond = (at < 0) | (at > n - 1)
            outside = outside | beyond.reshape([-1 if i == axis else 1 for i in range(x.ndim)])
    if not outside.any():
        return F.identity(x)
    inside = np.broadcast_to(~outside, x.shape).astype(np.float32)
    return x * inside + (1 - inside) * float(call.get("extrapolation_value", 0.0))


def _resize(
    call: Call, x: Any, roi: Tensor | None = None, scales: Tensor | None = None, sizes: Tensor | None = None
) -> Any:
    if call.get("opset", 19) < 11:  # Resize of opset 10 is Upsample
        return _upsample(call, x, roi)
    chosen = [axis % x.ndim for axis in call.ints("axes")] or list(range(x.ndim))
    given, wanted = constant(scales, "scales"), integers(sizes, "sizes")
    factors, targets = [1.0] * x.ndim, list(x.shape)
    if wanted:
        ratios = [n / x.shape[axis] for n, axis in zip(wanted, chosen, strict=True)]
        policy = call.text("keep_aspect_ratio_policy", "stretch")
        if policy != "stretch":
            ratio = min(ratios) if policy == "not_larger" else max(ratios)
            ratios = [ratio] * len(chosen)
            wanted = [math.floor(ratio * x.shape[axis] + 0.5) for axis in chosen]
        for axis, n, ratio in zip(chosen, wanted, ratios, strict=True):
            factors[axis], targets[axis] = ratio, n
    elif given is not None and given.size:
        for axis, ratio in zip(chosen, np.asarray(given, np.float32).ravel().tolist(), strict=True):
            factors[axis], targets[axis] = ratio, math.floor(x.shape[axis] * ratio)
    else:
        raise RefusedError("it has neither scales nor sizes")
    rois = [(0.0, 1.0)] * x.ndim
    window = constant(roi, "region")
    if window is not None and np.size(window):
        values = np.asarray(window, np.float64).ravel()
        for i, axis in enumerate(chosen):
            rois[axis] = float(values[i]), float(values[len(chosen) + i])
    return resized(call, x, targets, factors, rois)


def _upsample(call: Call, x: Any, scales: Tensor | None = None) -> Any:
    """Opset 7 to 9, and Resize of opset 10: no shift of coordinates, rounded down."""
    given = call.get("scales") if scales is None else constant(scales, "scales")
    factors = [float(each) for each in np.asarray(given, np.float32).ravel()]
    plain = {
        "mode": call.text("mode", "nearest"),
        "coordinate_transformation_mode": "asymmetric",
        "nearest_mode": "floor",
    }
    sizes = [math.floor(n * factor) for n, factor in zip(x.shape, factors, strict=True)]
    return resized(Call(call.op, call.name, plain, 1), x, sizes, factors, [(0.0, 1.0)] * x.ndim)


def _grid_sample(call: Call, x: Any, grid: Tensor) -> Any:
    """Sampling at the places of a grid (N, h, w, 2)."""
    if x.ndim != 4:
        raise RefusedError("it does not work on two-dimensional pictures")
    if isinstance(grid, Variable):
        places = F.transpose(grid, (0, 3, 1, 2))
        return F.concat([_anywhere(call, x[i : i + 1], places[i : i + 1]) for i in range(len(x))], 0)
    return F.concat([_picture(call, x[i : i + 1], np.asarray(grid[i], np.float64)) for i in range(len(grid))], 0)


def _anywhere(call: Call, x: Any, places: Variable) -> Any:
    """One picture (1, C, H, W) at `places` (1, 2, h, w), which depend on the network's inputs."""
    columns, rows = (_steps(call, x.shape[axis], (places[:, i : i + 1] + 1) / 2) for i, axis in enumerate((3, 2)))
    parts = [
        (grid_sample(x, F.concat([column, row], 1)), across, down) for column, across in columns for row, down in rows
    ]
    return sum(
        part if across is None else part * F.broadcast_to(across * down, part.shape) for part, across, down in parts
    )


def _steps(call: Call, n: int, at: Variable) -> list[tuple[Variable, Variable | None]]:
    """Where to read along one axis, for places in [0, 1]: pixels, and their factors where there are several."""
    at = _in_pixels(call, at, n)
    mode, border = call.text("mode", "linear"), call.text("padding_mode", "zeros")

    def inside(at: Variable) -> Variable:
        if border == "reflection":
            at = _mirrored(at, n, bool(call.get("align_corners", 0)))
        return at if border == "zeros" else F.clip(at, 0.0, n - 1.0)

    if mode == "nearest":
        return [(inside(round_half_even(at)), None)]
    if mode in ("linear", "bilinear"):  # the step itself reads between pixels
        return [(inside(at), None)]
    first = floor(at)
    beyond = at - first
    factors = [_far(beyond + 1, -0.75), _near(beyond, -0.75), _near(1 - beyond, -0.75), _far(2 - beyond, -0.75)]
    return [(inside(first + float(i - 1)), factor) for i, factor in enumerate(factors)]


def _mirrored(at: Variable, n: int, corners: bool) -> Variable:
    low, span = _borders(n, corners)
    if span == 0:
        return at * 0.0
    apart = abs(at - low)
    apart = apart - floor(apart / (2 * span)) * (2 * span)
    return low + F.minimum(apart, 2 * span - apart)


def _in_pixels(call: Call, at: Any, n: int) -> Any:
    return at * (n - 1.0) if call.get("align_corners", 0) else at * float(n) - 0.5


def _borders(n: int, corners: bool) -> tuple[float, float]:
    """Where the first mirror is, and how far the second one is from it."""
    return (0.0, n - 1.0) if corners else (-0.5, float(n))


def _picture(call: Call, x: Any, grid: Array) -> Any:
    """One picture (1, C, H, W) at the places of `grid` (h, w, 2)."""
    at = grid.reshape(-1, 2)[:, ::-1]  # rows first
    axes = [_sampled(call, n, (at[:, i] + 1) / 2) for i, n in enumerate(x.shape[2:])]
    (rows, row_factors), (columns, column_factors) = axes
    index = (rows[:, :, np.newaxis] * x.shape[3] + columns[:, np.newaxis]).reshape(len(at), -1)
    factor = (row_factors[:, :, np.newaxis] * column_factors[:, np.newaxis]).reshape(len(at), -1)
    flat = F.reshape(x, (*x.shape[:2], x.shape[2] * x.shape[3]))
    return F.reshape(resample(flat, 2, *_merged(index, factor)), (*x.shape[:2], *grid.shape[:2]))


def _affine_grid(call: Call, theta: Any, size: Tensor) -> Any:
    """The places (N, H, W, 2) that a matrix (N, 2, 3) sends the pixels of a picture to; (N, D, H, W, 3) of a volume."""
    sizes = (integers(size, "size") or [])[2:]
    lines = [np.linspace(-1, 1, n) if call.get("align_corners", 0) else (np.arange(n) * 2 + 1) / n - 1 for n in sizes]
    axes = np.meshgrid(*lines, indexing="ij")[::-1]  # columns first
    places = np.stack([*axes, np.ones(sizes)], -1).astype(np.float32)
    moved = matmul(places.reshape(-1, len(sizes) + 1), F.transpose(theta, (0, 2, 1)))
    return F.reshape(moved, (len(theta), *sizes, len(sizes)))


def _sampled(call: Call, n: int, at: Array) -> tuple[Array, Array]:
    """(index, factor) along one axis for places in [0, 1], (places, taps) both."""
    at = _in_pixels(call, at, n)
    mode, border = call.text("mode", "linear"), call.text("padding_mode", "zeros")
    if mode == "nearest":
        index: Array = np.round(at)[:, np.newaxis]
        factor: Array = np.ones((len(at), 1))
    else:
        if border == "border" and mode in ("linear", "bilinear"):
            at = np.clip(at, 0, n - 1)
        taps = 2 if mode in ("linear", "bilinear") else 4
        index = np.floor(at)[:, np.newaxis] + np.arange(taps) - (taps // 2 - 1)
        apart = np.abs(index - at[:, np.newaxis])
        factor = np.maximum(1 - apart, 0) if taps == 2 else _cubic(apart, -0.75)
    if border == "reflection":
        index = _reflected(index, n, bool(call.get("align_corners", 0)))
    elif border == "zeros":
        factor = np.where((index >= 0) & (index < n), factor, 0.0)
    return np.clip(index, 0, n - 1).astype(int), factor


def _reflected(index: Array, n: int, corners: bool) -> Array:
    """Places outside as their mirror images: about the centres of the outermost elements, or about their edges."""
    low, span = _borders(n, corners)
    if span == 0:
        return np.zeros_like(index)
    apart = np.abs(index - low) % (2 * span)
    return np.round(low + np.where(apart > span, 2 * span - apart, apart))


OPERATORS: Mapping[str, Operator] = {
    "AffineGrid": _affine_grid,
    "GridSample": _grid_sample,
    "Resize": _resize,
    "Upsample": _upsample,
}
