"""From WebDNN's graph to a plan: the only place that knows WebDNN's operators.

operators.py   each operator in terms of values and nodes; what only rearranges values costs nothing here
elementwise.py scalar operators gathered into expressions, folded into weights, or fused as an activation
graph.py       nodes (steps to be) and values (which of a node's values a variable means)
boxes.py       from rearranged values to a `Move`
buffers.py     weights packed, buffers shared, the plan
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ganzoo.export.plan import Plan
    from ganzoo.specs import Network


def lower(graph: Any, network: Network) -> Plan:
    """The plan of `network`, whose graph `trace` made.

    Raises `UnsupportedOperatorError` naming layer and operator when a step cannot express it.
    """
    from ganzoo.export.lowering.buffers import plan
    from ganzoo.export.lowering.operators import Lowering

    inputs, outputs = Lowering(graph).run()
    return plan(network, inputs, outputs)
