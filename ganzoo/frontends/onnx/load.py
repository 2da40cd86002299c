"""ONNX files, which may come from anywhere, as checked graphs. Nothing in them is executed.

A file is refused in words where it is no ONNX, is cut or contradicts itself, points out of its folder, or is of an
opset that this machine's `onnx` does not know. What is left is simplified: functions are replaced by what they consist
of, nodes of constants by their values, a condition that is constant by its branch; what no output needs is dropped.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.errors import PackageMissingError, UnsupportedOperatorError, UsageError
from ganzoo.files import readable
from ganzoo.frontends.onnx import stored
from ganzoo.frontends.onnx.bounds import MOST
from ganzoo.frontends.onnx.integers import classes, floated, single
from ganzoo.frontends.onnx.network import SHAPES, Graph, Input, Node, folded, refused
from ganzoo.frontends.onnx.operators import OPERATORS
from ganzoo.frontends.onnx.stored import Constants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ganzoo.frontends.onnx.call import Array

AGAIN = "Export the model again, or check the file where it came from."
OLDEST = 7  # opset; older ones are brought to it by onnx's own converter
LARGE = 1 << 10  # bytes of a constant that checks and converters do without
STORED = 1 << 16  # bytes of a constant that stays in the file
RANDOM = ("Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike")
LOOPS = ("Loop", "Scan")  # also of constants: a file may ask for any number of turns
PACKED = {"FLOAT4E2M1": 4, "INT2": 2, "INT4": 4, "UINT2": 2, "UINT4": 4}  # bits of types that share bytes


def load(path: Path, sizes: Mapping[str, int]) -> Graph:
    """The graph in the file `path`, with `sizes` for its symbolic axes by their names.

    Raises `UsageError` for a file that is no valid model, `UnsupportedOperatorError` naming the node for what cannot be
    exported, and `PackageMissingError` without the package `onnx`.
    """
    try:
        import onnx
    except ImportError as error:
        raise PackageMissingError(
            "To read ONNX files, the packages onnx and onnxruntime are needed.",
            "Install them with: pip install onnx onnxruntime",
        ) from error
    from google.protobuf.message import DecodeError

    try:
        model = onnx.ModelProto.FromString(stored.model(readable(path), STORED))
    except FileNotFoundError as error:
        raise UsageError(f"There is no file {path}.", "Name an .onnx file.") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.", "Name an .onnx file.") from error
    except DecodeError as error:
        raise UsageError(f"{path} is not an ONNX file, or it is cut.", AGAIN) from error
    return graph_of(model, path, sizes)


def graph_of(model: Any, path: Path, sizes: Mapping[str, int]) -> Graph:
    """As `load`, for a model in memory. `path` is for messages, and where external data lies."""
    _check_opset(model, path)
    pictures = floated(model)
    _as_tensors(model)
    constants = Constants()
    for tensor in model.graph.initializer:
        _add(constants, tensor, path)
    content = model.SerializeToString()
    small = _simplified(model, constants, path)
    for tensor in small.graph.initializer:
        _add(constants, tensor, path)
    outputs = _outputs(small)
    opset = next((each.version for each in small.opset_import if each.domain in ("", "ai.onnx")), 1)
    given = set(constants)
    scales: dict[str, Array] = {}
    nodes = _folded(_nodes(small.graph.node, opset, constants), constants, scales)
    nodes = _needed(nodes, outputs)
    told = [each for each in small.graph.input if each.name not in given]
    inputs = tuple(_input(each, sizes, path, lambda name: classes(name, nodes, constants, outputs)) for each in told)
    if not inputs:
        raise UsageError(f"{path}: the model has no inputs.", AGAIN)
    inputs = tuple(replace(each, range=(0.0, 255.0)) if each.name in pictures else each for each in inputs)
    needed = constants.only({name for node in nodes for name in node.inputs})
    grids = {node.name: found for node in nodes if (found := _of_inputs(node, scales)).size}
    return Graph(tuple(nodes), needed, inputs, outputs, content, grids)


def _as_tensors(model: Any) -> None:
    """Make outputs that are lists of mappings from classes to numbers, as skl2onnx writes them, the tensors before."""
    from onnx import TensorProto, helper

    mappings = {node.output[0]: node for node in model.graph.node if node.op_type == "ZipMap"}
    changed = [i for i, each in enumerate(model.graph.output) if each.name in mappings]
    for i in changed:
        node = mappings[model.graph.output[i].name]
        model.graph.output[i].CopyFrom(helper.make_tensor_value_info(node.input[0], TensorProto.FLOAT, [None, None]))
        model.graph.node.remove(node)


def _outputs(model: Any) -> tuple[str, ...]:
    """The outputs in floating point; all of them where none is. A classifier's label follows from its scores."""
    kinds = {each.name: each.type.tensor_type.elem_type for each in model.graph.output}
    return tuple(name for name, kind in kinds.items() if kind in _floating()) or tuple(kinds)


def _floating() -> tuple[int, ...]:
    from onnx import TensorProto

    return (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16)


def _check_opset(model: Any, path: Path) -> None:
    from onnx.defs import onnx_opset_version

    newest = onnx_opset_version()
    if not model.opset_import or not model.graph.node:
        raise UsageError(f"{path} is not an ONNX model, or it has no nodes.", AGAIN)
    for each in model.opset_import:
        if each.domain in ("", "ai.onnx") and not 1 <= each.version <= newest:
            raise UsageError(
                f"{path} uses opset {each.version}, but the installed onnx knows opsets up to {newest}.",
                f"Update onnx with pip, or export the model with opset {newest} or lower.",
            )


def _add(constants: Constants, tensor: Any, path: Path) -> None:
    """Add the constant, or how to read it where its data is not in the tensor. A small one gets its data.

    Raises `UsageError` as `_array` does.
    """
    from onnx import TensorProto

    array = _array(tensor, path)
    external = tensor.data_location == TensorProto.EXTERNAL
    if external and array.nbytes <= LARGE:  # checks look for its file in the current folder, and shapes are wanted
        tensor.raw_data = _external(tensor, _length(tensor), path)
        tensor.ClearField("data_location")
        del tensor.external_data[:]
    constants[tensor.name] = partial(_read, tensor, path) if external and array.nbytes > LARGE else array


def _array(tensor: Any, path: Path) -> Array:
    """As `_read`. Raises `UsageError` for NaN too."""
    array = _read(tensor, path)
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise UsageError(f"{path}: the constant {_name(tensor)} has values that are NaN.", "Train the network again.")
    return array


def _name(tensor: Any) -> str:
    return tensor.name or "without a name"


def _read(tensor: Any, path: Path) -> Array:
    """A constant. Half precision is widened. Raises `UsageError` where the tensor contradicts itself."""
    from onnx import TensorProto, helper, numpy_helper

    name = _name(tensor)
    count = math.prod(tensor.dims)
    if any(n < 0 for n in tensor.dims) or count > MOST:
        raise UsageError(f"{path}: the constant {name} claims the shape {list(tensor.dims)}.", AGAIN)
    try:
        kind = np.dtype(helper.tensor_dtype_to_np_dtype(tensor.data_type))
        length = _length(tensor)
        if tensor.data_location == TensorProto.EXTERNAL:
            data = _external(tensor, length, path)
            if TensorProto.DataType.Name(tensor.data_type) in PACKED:
                array = numpy_helper.to_array(TensorProto(data_type=tensor.data_type, dims=tensor.dims, raw_data=data))
            else:
                array = np.frombuffer(data, kind).reshape(tuple(tensor.dims))
        else:
            if tensor.HasField("raw_data") and len(tensor.raw_data) != length:
                raise ValueError(f"{len(tensor.raw_data)} bytes")
            array = numpy_helper.to_array(tensor)
    except (ArithmeticError, KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"{path}: the constant {name} of shape {list(tensor.dims)} does not have its data: {error}.", AGAIN
        ) from error
    if array.dtype.kind == "f" or array.dtype.name in ("bfloat16",):
        array = np.asarray(array, np.float32)
    return np.asarray(array)


def _length(tensor: Any) -> int:
    """How many bytes its data has."""
    from onnx import TensorProto, helper

    kind = np.dtype(helper.tensor_dtype_to_np_dtype(tensor.data_type))
    bits = PACKED.get(TensorProto.DataType.Name(tensor.data_type), 8 * kind.itemsize)
    count: int = math.prod(tensor.dims)
    return -(-count * bits // 8)


def _external(tensor: Any, length: int, path: Path) -> bytes:
    """Data in a file beside the model, or in the model's own. Raises `UsageError` for one that lies elsewhere."""
    told = {entry.key: entry.value for entry in tensor.external_data}
    location = told.get("location", "")
    folder = path.resolve().parent
    file = (folder / location).resolve()
    if not location or Path(location).is_absolute() or folder not in file.parents:
        raise UsageError(
            f"{path}: the constant {tensor.name} lies in '{location}', outside of the model's folder.",
            "Save the model with its data in the same folder.",
        )
    offset = int(told.get("offset", 0))
    if not offset >= 0 or int(told.get("length", length)) != length:
        raise ValueError("its place in the external file does not fit its shape")
    try:
        with readable(file).open("rb") as opened:
            opened.seek(offset)
            data = opened.read(length)
    except OSError as error:
        raise UsageError(
            f"{path}: the file {location} with the constant {tensor.name} cannot be read: {error.strerror}.",
            "Keep the model and its data files together.",
        ) from error
    if len(data) != length:
        raise ValueError(f"{location} ends before them")
    return data


def _simplified(model: Any, constants: Constants, path: Path) -> Any:
    """The model without large constants, checked, of a supported opset, its functions replaced by their nodes."""
    from onnx import TensorProto, checker, helper, inliner, shape_inference, version_converter

    large = [t for t in model.graph.initializer if constants[t.name].nbytes > LARGE]
    names = {tensor.name for tensor in large}
    declared = {each.name for each in model.graph.input}
    kept = [t for t in model.graph.initializer if t.name not in names]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    for tensor in [*large, *kept]:  # the inliner wants the type of every value
        if tensor.name not in declared:
            model.graph.input.append(helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims))
    try:
        checker.check_model(model)
    except (checker.ValidationError, ValueError) as error:
        raise UsageError(f"{path} is not a valid model: {_first_line(error)}.", AGAIN) from error
    try:
        if any(each.domain in ("", "ai.onnx") and each.version < OLDEST for each in model.opset_import):
            model = version_converter.convert_version(model, OLDEST)
        known = [("", op) for op in (*OPERATORS, "Range")]  # ONNX defines Range by a loop; a constant one is folded
        ops = {node.op_type for node in model.graph.node}
        if model.functions or ops & _composed() - set(OPERATORS):
            model = shape_inference.infer_shapes(model)
            nothing = helper.make_tensor_value_info(
                "", TensorProto.FLOAT, []
            )  # it asks for the type of what is left out
            model.graph.value_info.append(nothing)
            model = inliner.inline_selected_functions(model, known, exclude=True, inline_schema_functions=True)
    except (RuntimeError, version_converter.ConvertError) as error:
        raise UsageError(f"{path} cannot be brought to a newer opset: {_first_line(error)}.", AGAIN) from error
    return model


def _composed() -> set[str]:
    """The operators that ONNX defines by others."""
    from onnx import defs

    schemas: Any = defs.get_all_schemas()
    return {each.name for each in schemas if each.has_function or each.has_context_dependent_function}


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__).rstrip(".:")[:300]


def _input(value: Any, sizes: Mapping[str, int], path: Path, count: Callable[[str], int]) -> Input:
    """An input of the graph. `count` tells how many classes one of integers has, 0 where it is no label.

    Raises `UnsupportedOperatorError` for other integers, and for an axis whose size is open.
    """
    from onnx import TensorProto

    kind = value.type.tensor_type.elem_type
    if not value.type.tensor_type.HasField("shape"):
        raise UnsupportedOperatorError(f"{path}: the input {value.name} has no shape.", "Export the model with one.")
    dims = value.type.tensor_type.shape.dim
    shape = []
    for axis, dim in enumerate(dims):
        if dim.HasField("dim_value") and dim.dim_value > 0:
            shape.append(dim.dim_value)
        elif dim.dim_param in sizes and dim.dim_param:
            shape.append(sizes[dim.dim_param])
        elif axis == 0:
            shape.append(1)
        else:
            name = dim.dim_param or f"number {axis}"
            raise UnsupportedOperatorError(
                f"{path}: the size of the axis {name} of the input {value.name} is open.",
                f"Give it a size, for example with: --set {name}=64"
                if dim.dim_param
                else "Export the model with a size or a name for that axis.",
            )
    if math.prod(shape) > MOST:
        raise UsageError(f"{path}: the input {value.name} claims the shape {shape}.", AGAIN)
    fixed = not dims or (dims[0].HasField("dim_value") and dims[0].dim_value > 0) or dims[0].dim_param in sizes
    if kind in _floating():
        return Input(value.name, tuple(shape), not fixed)
    label = kind in (TensorProto.INT32, TensorProto.INT64) and single(shape)
    if label and (n := count(value.name)):
        return Input(value.name, tuple(shape), not fixed, classes=n)
    told = TensorProto.DataType.Name(kind) if value.type.HasField("tensor_type") else "no tensor"
    raise UnsupportedOperatorError(
        f"{path}: the input {value.name} is {told}, but inputs must be numbers in floating point, one label that is "
        "only looked up in tables, or a picture of bytes that is cast to float32 before anything else.",
        "Fix its value when you export the model, or give classes as a one-hot vector.",
    )


def _nodes(protos: Iterable[Any], opset: int, constants: Mapping[str, Array]) -> Iterator[Node]:
    from onnx import AttributeProto, NodeProto, helper

    for each in protos:
        proto = NodeProto()
        proto.CopyFrom(each)  # apart from the model, whose weights go with it
        attributes: dict[str, Any] = {"opset": opset}
        for attribute in proto.attribute:
            if attribute.type not in (AttributeProto.GRAPH, AttributeProto.GRAPHS):
                attributes[attribute.name] = helper.get_attribute_value(attribute)
        yield Node(proto.op_type, _layer(proto, constants), tuple(proto.input), tuple(proto.output), attributes, proto)


def _layer(proto: Any, constants: Mapping[str, Array]) -> str:
    """What people call the layer: the node's name, else what its weights' names have in common, else its output's."""
    if proto.name.strip("/"):
        return str(proto.name).strip("/").replace("/", ".")
    for name in proto.input:
        if name in constants and "." in name:
            return str(name.rpartition(".")[0])
    return str(proto.output[0] if proto.output else proto.op_type)


def _folded(nodes: Iterable[Node], constants: Constants, scales: dict[str, Array]) -> list[Node]:
    """The nodes that depend on inputs; what the others compute joins `constants`.

    The scales of what was quantised in 8 bits join `scales`.
    """
    left: list[Node] = []
    for node in nodes:
        if node.op in RANDOM:
            raise refused(node, "it draws random numbers. Make them an input of the network")
        if node.op in LOOPS:
            raise refused(node, "loops are not supported")
        known = all(name in constants for name in node.inputs if name)
        if node.op == "If" and known:
            left += _branch(node, constants, scales)
        elif node.op == "Identity" and known:
            constants.alias(node.inputs[0], node.outputs[0])
            scales[node.outputs[0]] = _of_inputs(node, scales)
        elif known and node.op not in SHAPES:
            made = folded(node, [constants[name] if name else None for name in node.inputs])
            constants.update({name: array for name, array in zip(node.outputs, made, strict=False) if name})
            constants.computed += sum(array.size for array in made)
            if constants.computed > MOST:
                raise refused(node, f"the constants computed up to it have more than {MOST:,} values")
            quantised = node.op == "DequantizeLinear" and constants[node.inputs[0]].itemsize == 1
            scales[node.outputs[0]] = constants[node.inputs[1]].ravel() if quantised else _of_inputs(node, scales)
        else:
            left.append(node)
    return left


def _of_inputs(node: Node, scales: Mapping[str, Array]) -> Array:
    found = [scales[name].astype(np.float32) for name in node.inputs if name in scales]
    return np.concatenate(found) if found else np.empty(0, np.float32)


def _branch(node: Node, constants: Constants, scales: dict[str, Array]) -> list[Node]:
    """The nodes of the branch that a constant condition chooses, under the names of the outer graph."""
    from onnx import helper

    chosen = "then_branch" if bool(np.asarray(constants[node.inputs[0]]).ravel()[0]) else "else_branch"
    graph = next(helper.get_attribute_value(each) for each in node.proto.attribute if each.name == chosen)
    for tensor in graph.initializer:
        constants[tensor.name] = _array(tensor, Path(node.name))
    inner = list(_nodes(graph.node, node.attributes["opset"], constants))
    ends = [helper.make_node("Identity", [y.name], [name]) for y, name in zip(graph.output, node.outputs, strict=True)]
    return _folded([*inner, *_nodes(ends, node.attributes["opset"], constants)], constants, scales)


def _needed(nodes: list[Node], outputs: Iterable[str]) -> list[Node]:
    """Those of `nodes` that lead to `outputs`, in their order."""
    wanted = set(outputs)
    kept = []
    for node in reversed(nodes):
        if wanted & set(node.outputs):
            kept.append(node)
            wanted |= set(node.inputs)
    return kept[::-1]
