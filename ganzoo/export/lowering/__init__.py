"""From WebDNN's graph to a plan: the only place that knows WebDNN's operators.

graph.py       nodes (steps to be) and values (which of a node's values a variable means)
driver.py      operator by operator; what handlers need
rearranging.py what only moves values, which costs nothing here
gathering.py   what puts several values together
matrices.py    what has weights: convolution, deconvolution, dense layers
resampling.py  sums of elements at fixed places along a dimension
windows.py     what computes a value from several: pooling, resizing, sums, softmax
elementwise.py scalar operators as expressions
fusing.py      expressions folded into weights, fused as an activation, or a step of their own
boxes.py       from rearranged values to a `Move`
buffers.py     weights packed, buffers shared, the plan
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ganzoo.export.plan import Plan
    from ganzoo.specs import Network


def lower(graph: Any, network: Network) -> Plan:
    """Return the plan of `network`, whose graph `trace` made.

    Raises `UnsupportedOperatorError` with the names of layer and operator if no step can express an operator.
    """
    from ganzoo.export.lowering.buffers import plan
    from ganzoo.export.lowering.driver import Lowering

    inputs, outputs = Lowering(graph, network.grids).run()
    return plan(network, inputs, outputs)
