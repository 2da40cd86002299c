"""What a page of a benchmark posts becomes a visit, or is refused."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ganzoo.bench import peak, visit
from ganzoo.bench.visit import WrongOutputError
from ganzoo.errors import VerificationError
from ganzoo.serving.arrays import encode

if TYPE_CHECKING:
    from collections.abc import Mapping


EXPECTED = [np.arange(6, dtype=np.float32).reshape(3, 2)]


def result(**changes: Any) -> dict[str, Any]:
    """What the page posts for three samples, batches 1 and 4: the second wraps round."""
    output = encode(EXPECTED)
    return {
        "output": output[0],
        "cold": {"pageMs": 10, "scriptMs": 20, "loadMs": 30, "firstMs": 40},
        "coldBlocked": {"totalMs": 15, "longestMs": 9},
        "clockMs": 0.005,
        "isolated": True,
        "secure": True,
        "renderer": "CPU",
        "userAgent": "agent",
        "settled": True,
        "batches": [
            {"batch": 1, "block": 2, "runs": [0.5, 1.5, 2.0, 2.0, 3.0, 3.0], "outputs": output},
            {"batch": 4, "block": 1, "runs": [4.0, 5.0, 6.0], "outputs": [*output, output[0]]},
        ],
        "blockedMs": 0.5,
        "memoryBytes": 1000,
        **changes,
    }


read = partial(visit.read, sent={"lib/a.js": 5, "model/w.bin": 7, "visit.js": 9}, expected=EXPECTED, tolerance=1e-4)


def test_a_result_becomes_a_visit() -> None:
    found = read(result(), batches=(1, 4))
    assert found.cold_start == 100 and found.cold["load"] == 30
    assert [each.batch for each in found.timings] == [1, 4] and found.timings[0].times == [1.0, 2.0, 3.0]
    assert found.sent == {"lib/a.js": 5, "model/w.bin": 7}  # the harness's own files do not count
    assert (found.blocked, found.memory, found.error, found.renderer) == (0.5, 1000, 0, "CPU")


def off(batch: dict[str, Any], i: int) -> dict[str, Any]:
    """`batch` with one value of output `i` wrong."""
    outputs = [list(each) for each in batch["outputs"]]
    outputs[i] = encode([EXPECTED[0][:1] + 0.01])[0]
    return {**batch, "outputs": outputs}


@pytest.mark.parametrize("where", ["first", "alone", "together"])
def test_a_wrong_answer_is_no_time(where: str) -> None:
    alone, together = result()["batches"]
    changes: Mapping[str, Any] = {
        "first": {"output": encode([EXPECTED[0][:1] + 0.01])[0]},
        "alone": {"batches": [off(alone, 2), together]},
        "together": {"batches": [alone, off(together, 3)]},
    }[where]
    with pytest.raises(WrongOutputError, match="differs from the original"):
        read(result(**changes), batches=(1, 4))


@pytest.mark.parametrize(
    "changes",
    [
        {"cold": None},
        {"cold": {"pageMs": 1, "scriptMs": 1, "loadMs": 1}},
        {"clockMs": -1},
        {"clockMs": True},
        {"memoryBytes": "much"},
        {"blockedMs": 10**400},
        {"coldBlocked": {"totalMs": []}},
        {"batches": None},
        {"batches": [{"batch": 1}]},
        {"batches": "12"},
        {"batches": [None, None]},
    ],
)
def test_a_result_that_is_garbage_is_refused(changes: Mapping[str, Any]) -> None:
    with pytest.raises(VerificationError):
        read(result(**changes), batches=(1, 4))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("runs", [1, 2]),
        ("runs", [1, 2, 3, 4, 5]),
        ("runs", [1, 2, 3, 4, 5, "6"]),
        ("runs", [0] * 6),
        ("runs", [1e-320] * 6),
        ("block", 0),
        ("block", 1.5),
        ("block", True),
        ("batch", 1.0),
        ("batch", True),
    ],
)
def test_times_that_are_garbage_are_refused(key: str, value: Any) -> None:
    alone, together = result()["batches"]
    with pytest.raises(VerificationError):
        read(result(batches=[{**alone, key: value}, together]), batches=(1, 4))


def test_what_a_page_says_of_itself_cannot_draw_on_a_terminal() -> None:
    found = read(result(renderer="a\x1b[31m\n" + "b" * 5000, userAgent=["x"]), batches=(1, 4))
    assert "\x1b" not in found.renderer and "\n" not in found.renderer and len(found.renderer) <= 300


@pytest.mark.parametrize(
    ("renderer", "kind"),
    [
        ("ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device), SwiftShader driver)", "software"),
        ("Mesa/X.org, llvmpipe (LLVM 15.0.6, 256 bits)", "software"),
        ("ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11)", "software"),
        ("Mozilla (fallback adapter)", "software"),
        ("unknown", "unknown"),
        ("ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11)", "hardware"),
    ],
)
def test_software_is_told_from_hardware(renderer: str, kind: str) -> None:
    assert visit.adapter("webgl", renderer) == kind
    assert visit.adapter("webassembly", renderer) == "cpu"  # it has no adapter


def test_webkit_s_apple_gpu_is_one_on_apple_s_systems_only() -> None:
    assert visit.adapter("webgl", "Apple GPU", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605") == "unknown"
    assert visit.adapter("webgl", "Apple GPU", "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)") == "hardware"


def test_a_peak_that_is_garbage_is_refused() -> None:
    assert peak.read({"gflops": {"simd128": {"weights": 30.5}, "relaxed": None}}) == {"simd128": 30.5, "relaxed": None}
    assert peak.read({}) == {"simd128": None, "relaxed": None}
    for value in (0, -1, "30", True, 10**400, 1e-320):
        with pytest.raises(VerificationError):
            peak.read({"gflops": {"simd128": {"weights": value}}})
