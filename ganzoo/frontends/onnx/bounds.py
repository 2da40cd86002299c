"""How large a node's outputs are, before it is computed: a file of 100 bytes may ask for more than any memory holds.

ONNX's own inference of shapes tells it for every operator, whatever input or attribute of it says how much.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ganzoo.frontends.onnx.call import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganzoo.frontends.onnx.call import Array

MOST = 1 << 28  # values of one tensor
SMALL = 1 << 12  # bytes of a constant that may say how large something is


def check(proto: Any, opset: int, arrays: Mapping[str, Array]) -> None:
    """Raise `RefusedError` where the node `proto`, an operator of `opset`, makes more of `arrays` than `MOST` values.

    Its inputs are `arrays` by name. A number that depends on their values, as of those that are not 0, is at most
    theirs. Raises whatever `onnx` does where they do not fit the operator.
    """
    from onnx import defs, helper, numpy_helper, shape_inference

    version = opset if proto.domain in ("", "ai.onnx") else defs.onnx_ml_opset_version()
    schema = defs.get_schema(proto.op_type, version, proto.domain)
    if any("seq(" in kind for value in (*schema.inputs, *schema.outputs) for kind in value.types):
        return  # lists hold what went in
    types = {
        name: helper.make_tensor_type_proto(helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
        for name, array in arrays.items()
    }
    small = {name: numpy_helper.from_array(array, name) for name, array in arrays.items() if array.nbytes <= SMALL}
    imports = [helper.make_opsetid(proto.domain, version), helper.make_opsetid("", opset)]
    made = shape_inference.infer_node_outputs(schema, proto, types, small, opset_imports=imports)
    given = sum(array.size for array in arrays.values())
    for told in made.values():
        if not _size(told.tensor_type, given) <= MOST:
            raise RefusedError(f"it makes a tensor of more than {MOST:,} values")


def _size(told: Any, given: int) -> float:
    if not told.HasField("shape"):
        return math.inf
    return math.prod(dim.dim_value if dim.HasField("dim_value") else max(given, 1) for dim in told.shape.dim)
