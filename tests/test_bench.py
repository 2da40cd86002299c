"""`bench` in a real browser, its figures and its reports."""

from __future__ import annotations

import io
import json
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from ganzoo.bench.measure import Row, _row, bench, summarise
from ganzoo.bench.report import SCHEMA, report, table
from ganzoo.browser.verify import Model
from ganzoo.errors import VerificationError
from tiny_export import tiny_export

RESULT = {
    "loadMs": 10.5,
    "firstMs": 5,
    "times": [1.0, 2.0, 3.0],
    "clockMs": 0.005,
    "renderer": "ANGLE (Mesa, llvmpipe)",
    "userAgent": "agent",
    "crossOriginIsolated": True,
}


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=200))
def test_the_summary_is_the_text_books(times):
    median, p95 = summarise(times)
    assert median == pytest.approx(statistics.median(times))
    assert p95 == pytest.approx(statistics.quantiles(times, n=20, method="inclusive")[-1])


def test_a_result_becomes_a_row():
    row = _row("webgl", "Chromium 1", RESULT, 3)
    assert (row.load_ms, row.first_ms, row.median_ms, row.n) == (10.5, 5, 2, 3)
    assert (row.reason, row.isolated, row.user_agent, row.clock_ms) == ("", True, "agent", 0.005)


@pytest.mark.parametrize(
    ("renderer", "hardware"),
    [
        ("ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device), SwiftShader driver)", False),
        ("Mesa/X.org, llvmpipe (LLVM 15.0.6, 256 bits)", False),
        ("ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11)", False),
        ("ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11)", True),
    ],
)
def test_software_is_told_from_hardware(renderer, hardware):
    assert _row("webgl", "", {**RESULT, "renderer": renderer}, 3).hardware is hardware
    assert _row("webassembly", "", {**RESULT, "renderer": renderer}, 3).hardware is None  # it has no adapter


@pytest.mark.parametrize(
    "change",
    [{"times": None}, {"times": [1.0, 2.0]}, {"times": [1, 2, "3"]}, {"times": [1, 2, -3]}]
    + [{key: value} for key in ("loadMs", "firstMs", "clockMs") for value in (None, True, "1", -1, 10**400)],
)
def test_a_result_that_is_garbage_is_refused(change):
    with pytest.raises(VerificationError):
        _row("webgl", "", {**RESULT, **change}, 3)


ROWS = [
    Row(
        "webassembly",
        "Chromium 156.0.8078.79",
        "",
        1234.5,
        56.78,
        0.01234,
        0.5,
        1000,
        "CPU",
        None,
        0.005,
        True,
        "a",
    ),
    Row(
        "webgl",
        "Chromium 156.0.8078.79",
        "",
        99.96,
        5,
        7,
        8,
        100,
        "ANGLE (" + "long " * 30,
        False,
        0.1,
        True,
        "a",
    ),
    Row("other", "Chromium 156.0.8078.79", "It broke [red]badly[/red]."),
]


def shown(rows):
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(table(rows, "generator of [b]run[/b]"))
    return console.export_text()


def test_the_table_fits_80_columns_and_names_everything():
    text = shown(ROWS)
    assert max(map(len, text.splitlines())) <= 80
    for words in ("1234 ms", "56.8 ms", "0.0123 ms", "0.500 ms", "software", "CPU", "failed"):
        assert words in text
    assert "Chromium 156.0.8078.79" in text
    assert "generator of [b]run[/b]" in text
    assert "other failed: It broke [red]badly[/red]." in text


def test_the_report_is_strict_json_with_machine_and_versions():
    data = json.loads(json.dumps(report(ROWS), allow_nan=False))
    assert data["schema"] == SCHEMA
    assert data["machine"]["cores"] >= 1
    assert data["machine"]["cpu"]
    assert data["versions"]["webdnn"] == "1.2.11"
    assert [row["backend"] for row in data["rows"]] == ["webassembly", "webgl", "other"]
    assert data["rows"][0]["median_ms"] == 0.01234


@pytest.mark.browser
def test_an_export_is_timed_and_a_backend_without_files_has_a_reason(tmp_path):
    export = tiny_export(tmp_path)
    lines = []
    webgl = bench(
        Model(export.folder), "webgl", export.inputs, export.outputs, runs=100, seconds=0.2, progress=lines.append
    )
    absent = bench(Model(export.folder), "webassembly", export.inputs, export.outputs)
    assert "status 404" in absent.reason
    assert (absent.median_ms, absent.n) == (None, 0)
    assert webgl.reason == ""
    assert 100 <= webgl.n <= 1000
    assert 0 < webgl.median_ms <= webgl.p95_ms
    assert webgl.load_ms > 0
    assert webgl.first_ms > 0
    assert webgl.isolated
    assert 0 < webgl.clock_ms <= 0.1  # a page that is not isolated sees steps of 0.1 ms
    assert webgl.hardware is not None
    assert "Chrome" in webgl.user_agent
    assert any("first run" in line for line in lines)


@pytest.mark.browser
def test_a_wrong_answer_is_no_time(tmp_path):
    export = tiny_export(tmp_path)
    row = bench(Model(export.folder), "webgl", export.inputs, [array + 0.01 for array in export.outputs], seconds=0.1)
    assert "differs from Chainer's" in row.reason
    assert (row.median_ms, row.first_ms, row.n) == (None, None, 0)
