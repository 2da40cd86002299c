"""Noise that a network draws in its forward pass, as inputs: each call of `numpy.random` becomes one.

StyleGAN adds such noise to its feature maps (Karras et al. 2019, arXiv:1812.04948), and a variational autoencoder draws
its latent by `chainer.functions.gaussian` (Kingma and Welling 2014, arXiv:1312.6114). While the network runs, the
functions that draw give what the inputs hold; everywhere else NumPy is as it was.
"""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import chainer
import numpy as np
from chainer import functions as F
from chainer.functions.noise.gaussian import Gaussian

from ganzoo.errors import UsageError
from ganzoo.specs import TensorSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import numpy.typing as npt

    from ganzoo.specs import Distribution

    Array = npt.NDArray[Any]
    Draw = Callable[["Call"], Array]

SEED = 20181212  # of the noise that a network is tried with
MANY = 8  # random values, of which no others are a multiple by chance
CLOSE = 1e-6  # of the largest value: the rounding of float32
BATCH = "Draw noise of the shape (len(x), ...), with the batch as first axis, so that each picture has its own."
SUMS = (
    "Change what was drawn by Chainer's functions. Of NumPy's, an export follows astype, reshape, and sums with and "
    "products by single numbers."
)


@dataclass(frozen=True)
class Call:
    """A call of `function` of `numpy.random` for values of `shape`: `shift` + `scale` * what `distribution` gives.

    An even one is over `range`. `place` says where the call is.
    """

    function: str
    shape: tuple[int, ...]
    distribution: Distribution = "normal"
    range: tuple[float, float] | None = None
    shift: Any = 0.0
    scale: Any = 1.0
    place: str = ""

    @property
    def axis(self) -> int:
        """The place of the batch: the first axis, but for axes of 1."""
        return next((i for i, size in enumerate(self.shape) if size > 1), 0)

    @property
    def sample(self) -> tuple[int, ...]:
        """The shape of one picture's noise."""
        return self.shape[self.axis + 1 :] or (1,)

    def of(self, n: int) -> tuple[int, ...]:
        """The shape for a batch of `n`."""
        return (*self.shape[: self.axis], n, *self.shape[self.axis + 1 :])

    @property
    def single(self) -> bool:
        """Whether `shift` and `scale` are the same for all values."""
        return np.ndim(self.shift) == np.ndim(self.scale) == 0

    def made(self, values: Array) -> Array:
        """What the call gives where `distribution` gives `values`."""
        scaled: Array = self.shift + self.scale * values.reshape(self.shape)
        return scaled

    def __str__(self) -> str:
        return f"numpy.random.{self.function} of the shape {self.shape}{self.place}"


def _size(size: Any, *parameters: Any) -> tuple[int, ...]:
    if size is None:
        return np.broadcast_shapes(*(np.shape(each) for each in parameters))
    return tuple(int(each) for each in np.atleast_1d(size))


def _normal(loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Call:
    return Call("normal", _size(size, loc, scale), shift=loc, scale=scale)


def _uniform(low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Call:
    shape = _size(size, low, high)
    if np.ndim(low) or np.ndim(high) or not low < high:
        return Call("uniform", shape, "uniform", (0.0, 1.0), low, np.subtract(high, low))
    return Call("uniform", shape, "uniform", (float(low), float(high)))


def _unit(name: str) -> Callable[..., Call]:
    return lambda size=None: Call(name, _size(size), "uniform", (0.0, 1.0))


# By the names of NumPy's functions: from their arguments to a call
FUNCTIONS: Mapping[str, Callable[..., Call]] = {
    "normal": _normal,
    "rand": lambda *size: Call("rand", size, "uniform", (0.0, 1.0)),
    "randn": lambda *size: Call("randn", size),
    "random": _unit("random"),
    "random_sample": _unit("random_sample"),
    "standard_normal": lambda size=None: Call("standard_normal", _size(size)),
    "uniform": _uniform,
}


def calls(forward: Callable[[], object]) -> tuple[Call, ...]:
    """The calls of `numpy.random` while `forward` runs."""
    found: list[Call] = []
    random = np.random.RandomState(SEED)

    def draw(call: Call) -> Array:
        found.append(call)
        values = random.uniform(*call.range, call.shape) if call.range else random.standard_normal(call.shape)
        return call.made(np.asarray(values))

    with _drawing(draw):
        forward()
    return tuple(found)


def specs(name: str, drawn: Sequence[Call], others: Sequence[TensorSpec], samples: int) -> tuple[TensorSpec, ...]:
    """The inputs for what was `drawn` for a batch of `samples`, beside `others`: `name`, then `name`_2 and so on.

    Raises `UsageError` for a call that does not draw for each sample, and where one of `others` has such a name.
    """
    for call in drawn:
        if not call.shape or call.of(samples) != call.shape:
            raise UsageError(f"{call} is not drawn for each of {samples} pictures.", BATCH)
    names = [f"{name}_{i + 1}" if i else name for i in range(len(drawn))]
    for other in others:
        if other.name in names:
            problem = f"Noise cannot be named '{name}': the network has an input '{other.name}'."
            raise UsageError(problem, "Give another name as --noise.")
    return tuple(
        TensorSpec(each, call.sample, "latent", call.range, distribution=call.distribution)
        for each, call in zip(names, drawn, strict=True)
    )


def given(forward: Callable[..., tuple[Any, ...]], drawn: Sequence[Call]) -> Callable[..., tuple[Any, ...]]:
    """`forward` with an input more for each call of `drawn`, whose values the call gives."""

    def computed(*variables: Any) -> tuple[Any, ...]:
        own, noises = variables[: len(variables) - len(drawn)], variables[len(variables) - len(drawn) :]
        source = _Inputs(drawn, noises)
        linking = source if chainer.config.enable_backprop else nullcontext()
        with _drawing(source.draw), linking:
            outputs = forward(*own)
        source.link()
        return outputs

    return computed


class _Inputs(chainer.FunctionHook):
    """Gives the values of inputs to calls, and lets the graph begin at the inputs where these values enter it.

    NumPy's arrays have no memory of where they come from, so the values themselves tell it.
    """

    name = "ganzoo.frontends.chainer.noise"

    def __init__(self, expected: Sequence[Call], variables: Sequence[Any]) -> None:
        self.expected, self.variables = expected, variables
        self.answered: list[tuple[Call, Array, Any]] = []  # with what it gave, of which variable
        self.links: list[tuple[Any, int, Any]] = []  # a function, the place of an argument, the variable that it is
        self.linking = False

    def draw(self, call: Call) -> Array:
        i, n = len(self.answered), len(self.variables[0])
        known = self.expected[i] if i < len(self.expected) else None
        if known is None or (known.function, known.of(n)) != (call.function, call.shape):
            raise UsageError(f"{call} is not drawn alike for every batch.", BATCH)
        values = call.made(self.variables[i].array.astype(np.float64))
        self.answered.append((call, values, self.variables[i]))
        return values

    def forward_preprocess(self, function: Any, in_data: tuple[Array, ...]) -> None:
        if self.linking:
            return
        self.linking = True
        for place, array in enumerate(in_data):
            for call, values, variable in self.answered:
                found = _line(values, array) if call.single else None
                if found:
                    a, b = found
                    scale, shift = float(a * call.scale), float(a * call.shift + b)
                    self.links.append((function, place, _expressed(variable, array.shape, scale, shift)))
        self.linking = False

    def link(self) -> None:
        for function, place, variable in self.links:
            if function.inputs and function.inputs[place].creator_node is None:
                function.inputs = (*function.inputs[:place], variable.node, *function.inputs[place + 1 :])
                variable.node.retain_data()  # for a gradient


def _line(values: Array, array: Array) -> tuple[float, float] | None:
    """(a, b) where `array` has the elements of a * `values` + b, in the same order; None where it has not."""
    if array.size != values.size or array.dtype.kind != "f":
        return None
    x, y = values.ravel(), array.ravel()
    if (x.astype(y.dtype) == y).all():
        return 1.0, 0.0
    if x.size < MANY or not np.ptp(y):
        return None
    most = CLOSE * np.abs(y).max()
    a, b = (float(f"{each:.6g}") for each in np.polyfit(x, y.astype(np.float64), 1))  # the same for every batch
    b = 0.0 if abs(b) < most else b
    return (a, b) if a and np.abs(a * x + b - y).max() <= most else None


def _expressed(x: Any, shape: tuple[int, ...], scale: float, shift: float) -> Any:
    y = x if x.shape == shape else F.reshape(x, shape)
    y = y if scale == 1 else y * scale
    return y if shift == 0 else y + shift


@contextmanager
def _drawing(draw: Draw) -> Iterator[None]:
    """Let `draw` give what the functions of `numpy.random` scale, on this thread, and `gaussian` express itself."""
    thread = threading.get_ident()

    def replaced(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def function(*arguments: Any, **options: Any) -> Any:
            if threading.get_ident() != thread:
                return original(*arguments, **options)
            return draw(replace(FUNCTIONS[name](*arguments, **options), place=_place(sys._getframe(1))))

        return function

    def gaussian(self: Any, inputs: tuple[Any, Any]) -> tuple[Any]:
        mean, ln_var = inputs
        if self.eps is None:
            self.eps = np.random.standard_normal(ln_var.shape).astype(ln_var.dtype)
        return (mean + F.exp(ln_var * 0.5) * self.eps,)

    originals = {name: getattr(np.random, name) for name in FUNCTIONS}
    try:
        for name, original in originals.items():
            setattr(np.random, name, replaced(name, original))
        Gaussian.apply = gaussian
        yield
    finally:
        for name, original in originals.items():
            setattr(np.random, name, original)
        del Gaussian.apply  # what it inherits is its own again


def _place(frame: Any) -> str:
    """Where the network has the call that `frame` makes."""
    while frame.f_back and frame.f_globals.get("__name__", "").startswith(("chainer.", "ganzoo.")):
        frame = frame.f_back
    return f" in line {frame.f_lineno} of {Path(frame.f_code.co_filename).name}"
