"""An ONNX graph in the making: nodes, constants and their names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ganzoo.errors import ToolMissingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.bench.peers._reading import Shape
    from ganzoo.export.expressions import Expr

OPSET, IR_VERSION = 18, 8

# of ganzoo's operations that are one node each
OPERATORS = {
    "add": "Add",
    "sub": "Sub",
    "mul": "Mul",
    "div": "Div",
    "max": "Max",
    "min": "Min",
    "pow": "Pow",
    "neg": "Neg",
    "abs": "Abs",
    "exp": "Exp",
    "log": "Log",
    "sqrt": "Sqrt",
    "floor": "Floor",
    "sin": "Sin",
    "atan": "Atan",
    "erf": "Erf",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "softplus": "Softplus",
    "relu": "Relu",
    "leaky_relu": "LeakyRelu",
    "elu": "Elu",
}


@dataclass(frozen=True)
class Value:
    """What `name` holds: (N, *shape), the values of (h, w, c) with the channels first."""

    name: str
    shape: Shape
    hwc: tuple[int, int, int]


class Graph:
    """Names that `reserved` holds are nobody's but the caller's. Raises `ToolMissingError` without onnx."""

    def __init__(self, reserved: Sequence[str]) -> None:
        try:
            import onnx
        except ImportError as error:
            raise ToolMissingError(
                "The Python package onnx was not found.", "Install it with: python -m pip install onnx"
            ) from error
        self.onnx = onnx
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.scalars: dict[float, str] = {}
        self.taken = set(reserved)

    def unique(self, name: str) -> str:
        """`name`, numbered where it is taken."""
        found, n = name, 1
        while found in self.taken:
            found, n = f"{name}_{n}", n + 1
        self.taken.add(found)
        return found

    def node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """The name of the node's output. An input "" is left out."""
        output = self.unique(operator.lower())
        self.nodes.append(self.onnx.helper.make_node(operator, inputs, [output], **attributes))
        return output

    def constant(self, array: Any, dtype: str = "float32") -> str:
        import numpy as np

        name = self.unique("constant")
        self.constants.append(self.onnx.numpy_helper.from_array(np.ascontiguousarray(array, dtype), name))
        return name

    def scalar(self, value: float) -> str:
        import numpy as np

        if value not in self.scalars:
            name = self.scalars[value] = self.unique("constant")
            self.constants.append(self.onnx.numpy_helper.from_array(np.array(value, np.float32), name))
        return self.scalars[value]

    def integers(self, values: Any) -> str:
        return self.constant(values, "int64")

    def reshape(self, value: Value, shape: Shape) -> Value:
        if value.shape == shape:
            return value
        if len(shape) == 1:
            name = self.node("Flatten", value.name, axis=1)
        else:
            name = self.node("Reshape", value.name, self.integers([0, *shape]))  # 0: as many as there are
        return Value(name, shape, value.hwc)

    def expression(self, expr: Expr, args: Sequence[str]) -> str:
        """`expr` of the values named `args`; one node for what ONNX has an operator for."""
        from ganzoo.bench.peers._reading import known
        from ganzoo.export.expressions import Arg, Const

        done: dict[Expr, str] = {}

        def made(expr: Expr) -> str:
            if expr not in done:
                done[expr] = make(expr)
            return done[expr]

        def make(expr: Expr) -> str:
            if isinstance(expr, Arg):
                return args[expr.index]
            if isinstance(expr, Const):
                return self.scalar(expr.value)
            if found := known(expr):
                name, operand, parameters = found
                if name == "clip":
                    return self.node("Clip", made(operand), *map(self.scalar, parameters.values()))
                return self.node(_operator(name), made(operand), **parameters)
            operands = [made(each) for each in expr.operands]
            if expr.operation == "where_gt":
                a, b, greater, otherwise = operands
                return self.node("Where", self.node("Greater", a, b), greater, otherwise)
            return self.node(_operator(expr.operation), *operands)

        return made(expr)

    def serialize(
        self, name: str, inputs: Sequence[tuple[str, Shape]], outputs: Sequence[tuple[str, Shape]], batch: int | str
    ) -> bytes:
        """The checked model. `inputs` and `outputs` are names with shapes of one picture."""
        onnx = self.onnx
        given, made = (
            [onnx.helper.make_tensor_value_info(each, onnx.TensorProto.FLOAT, [batch, *shape]) for each, shape in side]
            for side in (inputs, outputs)
        )
        graph = onnx.helper.make_graph(self.nodes, name, given, made, self.constants)
        model = onnx.helper.make_model(
            graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="ganzoo"
        )
        onnx.checker.check_model(model, full_check=True)
        serialized: bytes = model.SerializeToString()
        return serialized


def _operator(name: str) -> str:
    from ganzoo.bench.peers._reading import CannotExpressError

    if name not in OPERATORS:
        raise CannotExpressError(f"no operator computes {name}")
    return OPERATORS[name]
