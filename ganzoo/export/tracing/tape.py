"""Record a forward pass: the functions that were called, the arrays that each one took, and its layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import chainer

from ganzoo.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.specs import FloatArray, Network

# What to do where a value is on no tape
LEAVING = (
    "An export follows Chainer's functions only, and a value leaves them in x.array and in NumPy. Compute it from the "
    "inputs with Chainer's functions or those of ganzoo.functions, such as where(condition, x, y), or make it an "
    "input: --noise does that for noise that a network of your own draws."
)


@dataclass(frozen=True)
class Tape:
    """A recorded forward pass. `functions` has the functions that lead to `outputs`, each after those that feed it.

    `taken` has the arrays that each function took. On a tape that is not whole, those that depend on the inputs are
    gone when their last reader has read them, and None is in their place. `layers` maps the id of each function to a
    name: what `chainer.config.layer` said while it ran, if a frontend says so; else the link whose parameter it takes
    (`l1`); else the name of the function that feeds it with its own label (`l1 > ReLU`).
    """

    inputs: tuple[Any, ...]
    outputs: tuple[Any, ...]
    functions: tuple[Any, ...]
    taken: tuple[tuple[FloatArray | None, ...], ...]
    layers: Mapping[int, str]


def forward(
    network: Network, arrays: Sequence[FloatArray], graph: bool = True
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Run `network` in test mode, and return its input variables and its output variables, with the graph between them.

    Without `graph`, intermediate results are released at once.
    """
    variables = tuple(chainer.Variable(array) for array in arrays)
    return variables, _outputs(network, variables, graph)


def _outputs(network: Network, variables: Sequence[Any], graph: bool = True) -> tuple[Any, ...]:
    with (
        chainer.using_config("train", False),
        chainer.using_config("enable_backprop", graph),
        chainer.using_config("fast_layers", False),  # Chainer's own functions, which WebDNN knows
    ):
        outputs = network.forward(*variables)
    return outputs if isinstance(outputs, tuple) else (outputs,)


def record(network: Network, arrays: Sequence[FloatArray], whole: bool = False) -> Tape:
    """Record one forward pass of `network`. A `whole` tape has all intermediate results, which take much memory."""
    from threadpoolctl import threadpool_limits

    inputs = tuple(chainer.Variable(array) for array in arrays)
    # each thread of BLAS has buffers of its own, 10 MB, and they wait for each other where a processor is busy
    with threadpool_limits(1, "blas"), _Recorder() if whole else _Forgetful(network, inputs) as recorder:
        outputs = _outputs(network, inputs)
    leading = _leading_to(outputs)
    calls = [(function, taken) for function, taken in recorder.calls if id(function) in leading]
    functions = tuple(function for function, _ in calls)
    layers = _layers(network.link, functions) | recorder.layers
    return Tape(inputs, outputs, functions, tuple(taken for _, taken in calls), layers)


class _Recorder(chainer.FunctionHook):
    name = "ganzoo.export.tracing"

    def __init__(self) -> None:
        self.calls: list[tuple[Any, tuple[FloatArray | None, ...]]] = []
        self.layers: dict[int, str] = {}

    def forward_postprocess(self, function: Any, in_data: tuple[FloatArray, ...]) -> None:
        self.calls.append((function, in_data))
        if layer := getattr(chainer.config, "layer", ""):
            self.layers[id(function)] = layer


class _Forgetful(_Recorder):
    """Let go of what depends on `inputs`, once it has been read, and shelve constants that `network` does not hold."""

    def __init__(self, network: Network, inputs: Sequence[Any]) -> None:
        super().__init__()
        self.depending = {variable.node for variable in inputs}
        self.held = {id(parameter.array) for parameter in network.link.params(include_uninit=False)}
        self.shelf = Shelf()

    def forward_postprocess(self, function: Any, in_data: tuple[FloatArray, ...]) -> None:
        # what Chainer keeps for going back, which nobody will
        function._input_indexes_to_retain = function._output_indexes_to_retain = None
        self._forget()
        super().forward_postprocess(function, in_data)

    def deleted(self, function: Any) -> None:
        self._forget()

    def _forget(self) -> None:
        """Forget what the last function took, whose place in the graph Chainer tells only when it has ended."""
        if not self.calls:
            return
        function, taken = self.calls[-1]
        if self.depending.isdisjoint(function.inputs or ()):
            return
        self.depending |= {output() for output in function.outputs}
        kept = [self._kept(node, array) for node, array in zip(function.inputs, taken, strict=True)]
        self.calls[-1] = function, tuple(kept)

    def _kept(self, node: Any, array: FloatArray | None) -> FloatArray | None:
        if array is None or node in self.depending:
            return None
        return array if id(array) in self.held else self.shelf.put(array)


def _leading_to(outputs: tuple[Any, ...]) -> set[int]:
    """Return the ids of the functions that lead to `outputs`."""
    found: set[int] = set()
    stack = [variable.creator_node for variable in outputs]
    while stack:
        function = stack.pop()
        if function is not None and id(function) not in found:
            found.add(id(function))
            stack.extend(node.creator_node for node in function.inputs)
    return found


def _layers(link: Any, functions: Sequence[Any]) -> dict[int, str]:
    # owners of parameters, and of what is computed from parameters alone
    owners = {id(parameter.node): path.rpartition("/")[0].strip("/") for path, parameter in link.namedparams()}
    names: dict[int, str] = {}
    for function in functions:
        owned = [owners[id(node)] for node in function.inputs if id(node) in owners]
        if owned:
            names[id(function)] = owned[0]
        else:
            feeder = next((names[id(node.creator_node)] for node in function.inputs if node.creator_node), "input")
            names[id(function)] = f"{feeder.partition(' > ')[0]} > {function.label}"
        if len(owned) == len(function.inputs):
            owners |= {id(output()): owned[0] for output in function.outputs if output() is not None}
    return names
