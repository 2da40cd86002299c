"""ONNX files that are damaged or made to do harm: refused in a sentence that names the file and what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper, save

from ganzoo.errors import UnsupportedOperatorError, UsageError
from ganzoo.frontends.onnx import load as onnx_load
from ganzoo.frontends.onnx.load import graph_of, load
from ganzoo.frontends.onnx.network import Input
from ganzoo.frontends.onnx.reference import Reference
from tests.support.onnx_models import changed, classifier, model, saved

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    whole = classifier().SerializeToString()
    for end in (0, 1, len(whole) // 3, len(whole) - 7):
        path = tmp_path / f"cut{end}.onnx"
        path.write_bytes(whole[:end])
        with pytest.raises(UsageError, match=path.name):
            load(path, {})


@pytest.mark.parametrize("content", [b"\x00" * 100, b"PK\x03\x04 a zip", b"<html></html>", bytes(range(256)) * 8])
def test_what_is_no_onnx_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "page.onnx"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"page\.onnx"):
        load(path, {})


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no file .*gone\.onnx"):
        load(tmp_path / "gone.onnx", {})


def tensor(made: Any, name: str) -> Any:
    return next(each for each in made.graph.initializer if each.name == name)


def huge(made: Any) -> None:
    del tensor(made, "fc.weight").dims[:]
    tensor(made, "fc.weight").dims.extend([1 << 31, 1 << 31])


def short(made: Any) -> None:
    tensor(made, "fc.weight").raw_data = b"1234"


def negative(made: Any) -> None:
    tensor(made, "fc.weight").dims[0] = -5


def not_a_number(made: Any) -> None:
    array = numpy_helper.to_array(tensor(made, "fc.bias")).copy()
    array[1] = np.nan
    tensor(made, "fc.bias").CopyFrom(numpy_helper.from_array(array, "fc.bias"))


def cyclic(made: Any) -> None:
    made.graph.node[1].input[0] = "d"


def twice(made: Any) -> None:
    made.graph.node[1].output[0] = "a"


def future(made: Any) -> None:
    made.opset_import[0].version = 1000


def past(made: Any) -> None:
    made.opset_import[0].version = -3


def empty(made: Any) -> None:
    del made.graph.node[:]


def unknown(made: Any) -> None:
    made.graph.node[1].op_type = "Rectify"


def undefined(made: Any) -> None:
    made.graph.node[1].input[0] = "nobody"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (huge, "fc.weight claims the shape"),
        (short, "fc.weight .* does not have its data"),
        (negative, "fc.weight claims the shape"),
        (not_a_number, "fc.bias has values that are NaN"),
        (cyclic, "is not a valid model"),
        (twice, "is not a valid model"),
        (future, "uses opset 1000"),
        (past, "uses opset -3"),
        (empty, "has no nodes"),
        (unknown, "is not a valid model"),
        (undefined, "is not a valid model"),
    ],
)
def test_a_model_that_contradicts_itself_is_refused(change: Callable[[Any], None], words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=words):
        load(saved(changed(classifier(), change), tmp_path), {})


@pytest.mark.parametrize("location", ["../secret.bin", "/etc/hostname", "folder/../../secret.bin", ""])
def test_data_outside_of_the_folder_is_not_read(location: str, tmp_path: Path) -> None:
    (tmp_path / "secret.bin").write_bytes(b"\x00" * 5 * 96 * 4)
    folder = tmp_path / "models"
    folder.mkdir()

    def outside(made: Any) -> None:
        weight = tensor(made, "fc.weight")
        weight.ClearField("raw_data")
        weight.data_location = TensorProto.EXTERNAL
        weight.external_data.add(key="location", value=location)

    path = saved(changed(classifier(), outside), folder)
    with pytest.raises(UsageError, match="outside of the model's folder"):
        load(path, {})


def test_data_beside_the_model_is_read_and_checked(tmp_path: Path) -> None:
    weight = numpy_helper.to_array(tensor(classifier(), "fc.weight"))

    def beside(made: Any) -> None:
        stored = tensor(made, "fc.weight")
        stored.ClearField("raw_data")
        stored.data_location = TensorProto.EXTERNAL
        for key, value in {"location": "data.bin", "offset": "8", "length": str(weight.nbytes)}.items():
            stored.external_data.add(key=key, value=value)

    path = saved(changed(classifier(), beside), tmp_path)
    with pytest.raises(UsageError, match=r"data\.bin"):
        load(path, {})
    (tmp_path / "data.bin").write_bytes(b"8 before" + weight.tobytes()[:-1])
    with pytest.raises(UsageError, match=r"data\.bin ends"):
        load(path, {})
    (tmp_path / "data.bin").write_bytes(b"8 before" + weight.tobytes())
    assert np.array_equal(load(path, {}).constants["fc.weight"], weight)


@pytest.mark.parametrize("kind", [TensorProto.FLOAT, TensorProto.UINT8])
def test_all_data_may_lie_beside_the_model_small_constants_too(kind: int, tmp_path: Path) -> None:
    """As onnx.save does it with size_threshold=0; a picture of bytes makes it another model than that of the file."""
    weight = np.arange(2 * 3 * 5 * 5, dtype=np.float32).reshape(2, 3, 5, 5)
    nodes = [
        helper.make_node("Cast", ["x"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("Conv", ["f", "w"], ["h"]),
        helper.make_node("Reshape", ["h", "to"], ["y"]),
    ]

    def typed(made: Any) -> None:
        made.graph.input[0].type.tensor_type.elem_type = kind

    made = changed(model(nodes, {"x": (1, 3, 5, 5)}, {"y": (1, 2)}, {"w": weight, "to": np.array([1, 2])}), typed)
    path = tmp_path / "apart.onnx"
    save(made, str(path), save_as_external_data=True, location="apart.data", size_threshold=0)
    graph = load(path, {})
    assert np.array_equal(graph.constants["w"], weight)
    x = np.random.RandomState(0).randint(0, 255, (1, 3, 5, 5)).astype(np.float32)
    (y,) = Reference(path, graph)([x])
    assert np.allclose(y, (x * weight).sum((1, 2, 3)), rtol=1e-6)


BIG = 1 << 20
PICTURE = np.ones((1, 1, 4, 4), np.float32)


@pytest.mark.parametrize(
    ("op", "constants", "attributes"),
    [
        ("ConstantOfShape", [np.array([BIG, BIG])], {}),
        ("Expand", [np.ones((1, 1), np.float32), np.array([BIG, BIG])], {}),
        ("Tile", [np.ones((4, 4), np.float32), np.array([BIG, BIG])], {}),
        ("Range", [np.array(0), np.array(1 << 40), np.array(1)], {}),
        ("OneHot", [np.array([1]), np.array(1 << 40), np.array([0, 1], np.float32)], {}),
        ("Pad", [PICTURE, np.array([0, 0, BIG, BIG, 0, 0, 0, 0])], {}),
        ("Resize", [PICTURE, np.array([], np.float32), np.array([1, 1, 1e6, 1e6], np.float32)], {}),
        ("ConvTranspose", [PICTURE, PICTURE], {"strides": [BIG, BIG]}),
        ("MaxPool", [PICTURE], {"kernel_shape": [1, 1], "pads": [BIG] * 4}),
        ("MaxUnpool", [PICTURE, np.zeros(PICTURE.shape, int), np.array([1, 1, BIG, BIG])], {"kernel_shape": [1, 1]}),
        ("Add", [np.ones((1 << 15, 1), np.float32), np.ones((1, 1 << 15), np.float32)], {}),
    ],
)
def test_a_constant_that_no_memory_holds_is_refused(
    op: str, constants: list[np.ndarray], attributes: dict[str, Any]
) -> None:
    given = {f"c{i}": array for i, array in enumerate(constants)}
    nodes = [
        helper.make_node(op, list(given), ["big"], name="grows", **attributes),
        helper.make_node("Cast", ["big"], ["floats"], to=1),
        helper.make_node("ReduceMax", ["floats"], ["top"]),
        helper.make_node("Add", ["x", "top"], ["y"]),
    ]
    made = model(nodes, {"x": (1, 4)}, {"y": (1, 4)}, given)
    with pytest.raises(UnsupportedOperatorError, match=r"\(node grows\) .* more than"):
        graph_of(made, Path("model.onnx"), {})


def test_constants_that_are_too_large_together_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each may be computed, and a file of 1 kB asks for a hundred of them."""
    monkeypatch.setattr(onnx_load, "MOST", 100)
    nodes = [helper.make_node("Tile", ["c", "times"], [f"c{i}"], name=f"tile{i}") for i in range(4)]
    nodes += [helper.make_node("Sum", ["x", *(f"c{i}" for i in range(4))], ["y"])]
    made = model(nodes, {"x": (1, 30)}, {"y": (1, 30)}, {"c": np.ones(15, np.float32), "times": np.array([2])})
    with pytest.raises(
        UnsupportedOperatorError, match=r"\(node tile3\) .* computed up to it have more than 100 values"
    ):
        graph_of(made, Path("model.onnx"), {})


def test_an_input_of_integers_and_an_open_axis_are_named(tmp_path: Path) -> None:
    def integers(made: Any) -> None:
        made.graph.input[0].type.tensor_type.elem_type = TensorProto.INT64

    nodes = [helper.make_node("Relu", ["x"], ["y"])]
    made = changed(model(nodes, {"x": ("batch", 4)}, {"y": ("batch", 4)}), integers)
    with pytest.raises(UnsupportedOperatorError, match="the input x is INT64"):
        graph_of(made, Path("model.onnx"), {})
    open_ = model(nodes, {"x": ("batch", 3, "height", 8)}, {"y": ("batch", 3, "height", 8)})
    with pytest.raises(UnsupportedOperatorError, match="height") as caught:
        graph_of(open_, Path("model.onnx"), {})
    assert "--set height=64" in caught.value.remedy
    assert graph_of(open_, Path("model.onnx"), {"height": 6}).inputs == (Input("x", (1, 3, 6, 8), open=True),)


def test_random_numbers_and_loops_are_refused_by_name() -> None:
    nodes = [
        helper.make_node("RandomNormalLike", ["x"], ["noise"], name="noisy"),
        helper.make_node("Add", ["x", "noise"], ["y"]),
    ]
    with pytest.raises(UnsupportedOperatorError, match=r"RandomNormalLike \(node noisy\)"):
        graph_of(model(nodes, {"x": (1, 4)}, {"y": (1, 4)}), Path("model.onnx"), {})


def test_a_loop_is_refused_though_it_is_of_constants() -> None:
    """It would run as often as the file says: 2**60 times here."""
    turn = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["on"]), helper.make_node("Identity", ["a"], ["b"])],
        "turn",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("a", TensorProto.FLOAT, [4]),
        ],
        [
            helper.make_tensor_value_info("on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("b", TensorProto.FLOAT, [4]),
        ],
    )
    nodes = [
        helper.make_node("Loop", ["turns", "yes", "start"], ["end"], name="endless", body=turn),
        helper.make_node("Add", ["x", "end"], ["y"]),
    ]
    constants = {"turns": np.array(1 << 60), "yes": np.array(True), "start": np.ones(4, np.float32)}
    with pytest.raises(UnsupportedOperatorError, match=r"Loop \(node endless\)"):
        graph_of(model(nodes, {"x": (1, 4)}, {"y": (1, 4)}, constants), Path("model.onnx"), {})
