"""Convert Chainer functions with WebDNN's converter, which gets names, functions of our own and typed refusals here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from webdnn.frontend.chainer.converter import ChainerConverter
from webdnn.graph import traverse
from webdnn.graph.graph import Graph
from webdnn.graph.order import Order
from webdnn.graph.variable import Variable
from webdnn.graph.variables.attributes.input import Input
from webdnn.graph.variables.attributes.output import Output
from webdnn.graph.variables.constant_variable import ConstantVariable

from ganzoo.errors import UnsupportedOperatorError
from ganzoo.export.tracing.functions import FUNCTIONS
from ganzoo.export.tracing.functions.images import unpooled
from ganzoo.export.tracing.tape import LEAVING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganzoo.export.tracing.tape import Tape

NOISE = 'Declare its noise as an input: --noise NAME, or noise = "NAME" in Python or in the card.'
# By a function's class: what to do in its place
REMEDIES: Mapping[str, str] = {
    "EmbedIDFunction": (
        "Take the class as one-hot input instead of a number: embed(ganzoo.functions.label(onehot)) looks it up."
    ),
    "Gaussian": NOISE,
}
ONE_HOT = "Label"  # its numbers stay the one-hot vectors that they were made of


class NamingConverter(ChainerConverter):
    """Make the graph of a tape. Operators get the name of the layer whose Chainer function they were made from."""

    def __init__(self, tape: Tape) -> None:
        super().__init__()
        self.tape = tape
        self.named: set[Any] = set()
        # WebDNN's registry of handlers goes by the class's name
        self._handler_map[type(self).__name__] = self._handler_map[ChainerConverter.__name__]

    def graph(self) -> Graph:
        """Return the graph. Raises `UnsupportedOperatorError` with the names of layer and operator."""
        tape = self.tape
        for variable in tape.inputs:
            self.set_variable(variable.node, Variable(variable.shape, Order([None] * variable.ndim)))
        for function, taken in zip(tape.functions, tape.taken, strict=True):
            if not any(self.has_variable(node) for node in function.inputs):
                continue  # of parameters alone: its outputs are constants, as Chainer computed them
            for node, array in zip(function.inputs, taken, strict=True):
                if not self.has_variable(node):
                    assert array is not None, "only what depends on the inputs is forgotten, and that has a variable"
                    self.set_variable(node, ConstantVariable(np.asarray(array), Order([None] * array.ndim)))
            self._convert_operator(function)
        for variable in tape.outputs:
            if not self.has_variable(variable.node):
                raise UnsupportedOperatorError("An output of the network cannot be traced back to its inputs.", LEAVING)
        graph = Graph(*([self.get_variable(v.node) for v in side] for side in (tape.inputs, tape.outputs)))
        for variables, attribute in ((graph.inputs, Input), (graph.outputs, Output)):
            for variable in variables:
                variable.attributes.add(attribute())
        for variable in traverse.listup_variables(graph):
            axes = variable.order.axes
            assert all(a != b for i, a in enumerate(axes) for b in axes[:i]), "WebDNN unified two axes of a variable"
        return graph

    def _convert_operator(self, function: Any) -> None:
        layer = self.tape.layers[id(function)]
        try:
            made = self._convert(function)
        except Exception as error:  # handlers raise whatever the case at hand provokes
            lines = [line.strip() for line in str(error).splitlines() if line.strip()]
            reason = lines[0].removeprefix("[ChainerConverter] ").rstrip(".:") if lines else type(error).__name__
            raise UnsupportedOperatorError(
                f"{function.label} (layer {layer}) cannot be converted: {reason}.",
                REMEDIES.get(type(function).__name__, "Express the layer with other functions."),
            ) from error
        for variable in made:
            self._name_back(variable, layer)

    def _convert(self, function: Any) -> list[Variable]:
        """Convert the function, and return the variables that stand for its outputs now."""
        own = getattr(function, "function", function)  # in an adapter, if it is of Chainer's older kind
        name = type(own).__name__
        alive = [(i, output()) for i, output in enumerate(function.outputs) if output() is not None]
        if not type(own).__module__.startswith(("chainer.", "ganzoo.functions")):
            raise NotImplementedError("it is not one of Chainer's own functions.")
        if name == "Upsampling2D":
            (y,) = (self.get_variable(node) for node in function.inputs)
            self.set_variable(function.outputs[0](), unpooled(function, y, *self._pooling(function)))
        elif name in FUNCTIONS:
            made = FUNCTIONS[name](own, *(self.get_variable(node) for node in function.inputs))
            for i, node in alive:  # Chainer forgets outputs that nobody reads
                self.set_variable(node, made[i] if isinstance(made, list) else made)
        else:
            super()._convert_operator(function)
        for _, node in alive:
            shape = tuple(self.get_variable(node).shape)
            assert shape == node.shape or name == ONE_HOT, f"it would give shape {shape} instead of {node.shape}"
        return [self.get_variable(node) for _, node in alive]

    def _pooling(self, function: Any) -> tuple[Variable, Variable]:
        """Input and output of the max pooling whose indices `function` takes."""
        for pool in self.tape.functions:
            if getattr(pool, "indexes", None) is function.indexes and pool is not function:
                return self.get_variable(pool.inputs[0]), self.get_variable(pool.outputs[0]())
        raise NotImplementedError("its indices must come from a max pooling whose values the network uses too.")

    def _name_back(self, variable: Any, layer: str) -> None:
        """Name the operators that lead to `variable` and have no layer's name yet."""
        operator = variable.output_from
        if operator is None or operator in self.named:
            return
        self.named.add(operator)
        operator.name = layer
        for source in operator.inputs.values():
            self._name_back(source, layer)
