"""A Chainer function without what Chainer does for every call of one and these never need."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

import chainer
from chainer import FunctionNode, Variable

if TYPE_CHECKING:
    from collections.abc import Sequence


class Function(FunctionNode):
    """On NumPy arrays. A training step calls a hundred; Chainer's checks, devices and layouts take as long as the
    arithmetic of the smaller ones. Under hooks or in debug mode it is Chainer's own `apply` that runs.
    """

    def apply(self, inputs: Sequence[Any]) -> tuple[Any, ...]:
        if chainer.get_function_hooks() or chainer.config.debug:
            made: tuple[Any, ...] = super().apply(inputs)
            return made
        variables = [chainer.as_variable(x) for x in inputs]
        arrays = self.forward(tuple([variable.array for variable in variables]))
        requires_grad = any(variable.requires_grad for variable in variables)
        outputs = tuple([Variable._init_unchecked(y, requires_grad=requires_grad) for y in arrays])
        if chainer.config.enable_backprop:
            self._connect(variables, outputs, arrays)
        return outputs

    def _connect(self, variables: Sequence[Any], outputs: Sequence[Any], arrays: Sequence[Any]) -> None:
        """The edges of the graph and what backward will want to see, as Chainer 7.8.1 makes them."""
        self._input_layouts, self._output_layouts = (None,) * len(variables), (None,) * len(outputs)
        self._output_count = len(outputs)
        self.rank = max([variable.rank for variable in variables])
        for y in outputs:
            y.creator_node = self
        self.inputs = tuple([variable.node for variable in variables])
        self.outputs = tuple([weakref.ref(y.node) for y in outputs])  # or they would keep each other alive
        for i in self._input_indexes_to_retain or ():
            variables[i].retain_data()
        if self._output_indexes_to_retain is not None:
            for i in self._output_indexes_to_retain:
                outputs[i].retain_data()
            self._retained_output_data = tuple([arrays[i] for i in self._output_indexes_to_retain])
        self.lazy_grad_sum = chainer.config.lazy_grad_sum


def applied(function: Function, *inputs: Any) -> tuple[Any, ...]:
    """`function.apply(inputs)`; where nobody will differentiate what it gives, its values alone."""
    if chainer.config.enable_backprop:
        return function.apply(inputs)
    arrays = function.forward(tuple([variable.array for variable in inputs]))
    return tuple([Variable._init_unchecked(y, requires_grad=False) for y in arrays])
