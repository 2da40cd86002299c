"""Build a layers model of Keras: the layers and their weights, with channels last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ganzoo.bench.peers._reading import CannotExpressError, constant, known
from ganzoo.export.expressions import Arg, Call, Const
from ganzoo.export.plan import Tensor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.bench.peers._reading import Shape
    from ganzoo.export.expressions import Expr
    from ganzoo.specs import FloatArray

ACTIVATIONS = ("relu", "elu", "sigmoid", "softplus", "tanh")  # by their names there
MERGES = {"add": "Add", "mul": "Multiply", "max": "Maximum", "min": "Minimum"}


@dataclass(frozen=True)
class Value:
    """The output of the layer `name`: (N, *shape), in the order (h, w, c) except for the inputs of the model."""

    name: str
    shape: Shape


class Layers:
    """The layers of a model.

    `described` has the layers by name, `weights` their arrays in the order of the weights file.
    """

    def __init__(self) -> None:
        self.described: dict[str, dict[str, Any]] = {}
        self.weights: dict[str, FloatArray] = {}

    def add(
        self, kind: str, inputs: Sequence[str], weights: Mapping[str, FloatArray] | None = None, **config: Any
    ) -> str:
        """Add a layer of the class `kind` and return its name."""
        # tf.js counts a value that a layer reads twice as one reader's, and frees it before the next one reads it
        inputs = [
            self.add("Rescaling", [each], scale=1) if each in inputs[:i] else each for i, each in enumerate(inputs)
        ]
        name = f"{kind.lower()}_{len(self.described)}"
        self.described[name] = {
            "class_name": kind,
            "name": name,
            "config": {"name": name, **config},
            "inbound_nodes": [[[each, 0, 0, {}] for each in inputs]] if inputs else [],
        }
        self.weights |= {f"{name}/{key}": array for key, array in (weights or {}).items()}
        return name

    def reshape(self, value: Value, shape: Shape) -> Value:
        if value.shape == shape:
            return value
        if len(shape) == 1:
            return Value(self.add("Flatten", [value.name]), shape)
        return Value(self.add("Reshape", [value.name], target_shape=shape), shape)

    def transpose(self, value: Value, shape: Shape, axes: Shape) -> Value:
        """Return `value` in the shape `shape`, with its axes in the order `axes`."""
        name = self.add("Permute", [self.reshape(value, shape).name], dims=[axis + 1 for axis in axes])
        return Value(name, tuple(shape[axis] for axis in axes))

    def expression(self, expr: Expr, args: Sequence[Value | Tensor]) -> str:
        """Add the layers that compute `expr` of values and constants, and return the name of the last one.

        Raises `CannotExpressError` if no layers compute it.
        """
        inner, scale, offset = _peeled(expr, args)
        if inner is not expr:
            return self._scaled(self.expression(inner, args), scale, offset)
        if isinstance(expr, Arg):
            value = args[expr.index]
            if isinstance(value, Value):
                return value.name
        if not isinstance(expr, Call):
            raise CannotExpressError("it adds or multiplies a constant that differs between pixels")
        if (found := known(expr)) and (name := found[0]) in (*ACTIVATIONS, "leaky_relu", "clip"):
            _, operand, parameters = found
            if parameters.get("min"):
                raise CannotExpressError("no layer clips to a lower bound other than 0")
            inputs = [self.expression(operand, args)]
            if name == "leaky_relu":
                return self.add("LeakyReLU", inputs, alpha=parameters["alpha"])
            if name == "clip":
                return self.add("ReLU", inputs, max_value=parameters["max"])
            return self.add("Activation", inputs, activation=name)
        if expr.operation in MERGES:
            return self.add(MERGES[expr.operation], [self.expression(each, args) for each in expr.operands])
        if expr.operation == "sub":
            a, b = (self.expression(each, args) for each in expr.operands)
            return self.add("Add", [a, self._scaled(b, -1.0, 0.0)])
        raise CannotExpressError(f"no layer computes {expr.operation}")

    def _scaled(self, name: str, scale: Any, offset: Any) -> str:
        """Add a layer that computes scale * value + offset, with numbers or one number per channel."""
        import numpy as np

        if np.ndim(scale) == np.ndim(offset) == 0:
            if np.isclose(scale, 1, rtol=1e-7) and offset == 0:
                return name
            return self.add("Rescaling", [name], scale=float(scale), offset=float(offset))
        gamma, beta = (np.array(each, np.float32) for each in np.broadcast_arrays(scale, offset))
        rest = {"moving_mean": np.zeros_like(gamma), "moving_variance": np.ones_like(gamma)}
        return self.add("BatchNormalization", [name], {"gamma": gamma, "beta": beta, **rest}, axis=-1, epsilon=0)


def _peeled(expr: Expr, args: Sequence[Value | Tensor]) -> tuple[Expr, Any, Any]:
    """Return (inner, scale, offset) such that `expr` is scale * inner + offset.

    Both are numbers, or one number per channel.
    """

    def number(expr: Expr) -> Any:
        if isinstance(expr, Const):
            return expr.value
        if isinstance(expr, Arg):
            tensor = args[expr.index]
            if isinstance(tensor, Tensor) and tensor.h == tensor.w == 1:
                return constant(tensor).ravel() if tensor.c > 1 else float(constant(tensor).item())
        return None

    scale, offset = 1.0, 0.0
    while isinstance(expr, Call):
        operands = [(each, number(each)) for each in expr.operands]
        match expr.operation, operands:
            case ("add", [(inner, None), (_, b)]) | ("add", [(_, b), (inner, None)]) if b is not None:
                offset = offset + scale * b
            case ("sub", [(inner, None), (_, b)]) if b is not None:
                offset = offset - scale * b
            case ("sub", [(_, b), (inner, None)]) if b is not None:
                scale, offset = -scale, offset + scale * b
            case ("mul", [(inner, None), (_, a)]) | ("mul", [(_, a), (inner, None)]) if a is not None:
                scale = scale * a
            case ("div", [(inner, None), (_, a)]) if a is not None:
                scale = scale / a
            case ("neg", [(inner, None)]):
                scale = -scale
            case _:
                break
        expr = inner
    return expr, scale, offset
