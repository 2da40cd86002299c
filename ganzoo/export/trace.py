"""A network's forward pass as a WebDNN graph, every operator named after the layer it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganzoo.errors import UnsupportedOperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ganzoo.specs import FloatArray, Network


def reference(network: Network, inputs: Sequence[FloatArray]) -> list[FloatArray]:
    """Chainer's outputs in test mode for one array (N, *spec.shape) per input of `network`."""
    return [variable.array for variable in _forward(network, _variables(inputs))]


def trace(network: Network) -> Any:
    """The `webdnn.graph.graph.Graph` of `network` at batch 1.

    Raises `UnsupportedOperatorError` naming layer and operator when WebDNN's converter lacks one.
    """
    import numpy as np
    from webdnn.frontend.chainer.converter import ChainerConverter

    class NamingConverter(ChainerConverter):
        """WebDNN's converter; what it makes of a Chainer function is named after that function's layer."""

        def _convert_operator(self, function: Any) -> None:
            layer = layers[id(function)]
            try:
                super()._convert_operator(function)
            except Exception as error:  # handlers raise whatever the case at hand provokes
                raise UnsupportedOperatorError(
                    f"WebDNN cannot convert {function.label} (layer {layer}): {error}",
                    "Express the layer with other functions, or condition with one-hot input instead of EmbedID.",
                ) from error
            for output in function.outputs:
                _name_back(self.get_variable(output()), layer, named)

    # the registry of handlers goes by the class's name
    ChainerConverter._handler_map[NamingConverter.__name__] = ChainerConverter._handler_map[ChainerConverter.__name__]
    inputs = _variables([np.zeros((1, *spec.shape), np.float32) for spec in network.inputs])
    outputs = _forward(network, inputs)
    layers = _layers(network.link, outputs)
    named: set[int] = set()
    return NamingConverter().convert(inputs, list(outputs))


def _variables(arrays: Sequence[FloatArray]) -> list[Any]:
    import chainer

    return [chainer.Variable(array) for array in arrays]


def _forward(network: Network, inputs: Sequence[Any]) -> tuple[Any, ...]:
    """The outputs of `network` in test mode, with the graph that leads to them."""
    import chainer

    with chainer.using_config("train", False), chainer.using_config("enable_backprop", True):
        outputs = network.forward(*inputs)
    return outputs if isinstance(outputs, tuple) else (outputs,)


def _layers(link: Any, outputs: tuple[Any, ...]) -> Mapping[int, str]:
    """The layer's name for the id of each function behind `outputs`.

    A function that takes a parameter is named after the link that owns it, any other one after what
    feeds it: `l0`, `l0 > ReLU`.
    """
    owners = {id(parameter.node): path.rpartition("/")[0].strip("/") for path, parameter in link.namedparams()}
    names: dict[int, str] = {}
    for function in _functions(outputs):
        owner = next((owners[id(node)] for node in function.inputs if id(node) in owners), None)
        if owner is None:
            feeder = next((names[id(node.creator_node)] for node in function.inputs if node.creator_node), "input")
            owner = f"{feeder.partition(' > ')[0]} > {function.label}"
        names[id(function)] = owner
    return names


def _functions(outputs: tuple[Any, ...]) -> Iterator[Any]:
    """The Chainer functions behind `outputs`, feeders first."""
    found: dict[int, Any] = {}
    stack = [variable.creator_node for variable in outputs]
    while stack:
        function = stack.pop()
        if function is not None and id(function) not in found:
            found[id(function)] = function
            stack.extend(node.creator_node for node in function.inputs)
    return iter(sorted(found.values(), key=lambda function: function.rank))


def _name_back(variable: Any, layer: str, named: set[int]) -> None:
    """Name the operators that lead to `variable` and have no layer's name yet."""
    operator = variable.output_from
    if operator is None or id(operator) in named:
        return
    named.add(id(operator))
    operator.name = layer
    for source in operator.inputs.values():
        _name_back(source, layer, named)
