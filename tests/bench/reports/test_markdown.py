"""The report as Markdown, and README's table."""

from __future__ import annotations

import re

import pytest

from ganzoo.bench.reports import formatting, markdown, tables
from tests.support.bench_documents import (
    DOCUMENTS,
    document,
    estimate,
    failed,
    nothing,
    ratio,
    row,
    several,
    without_figures,
)


def cells(text):
    """The tables' lines as cells."""
    return [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line.startswith("|")]


def test_the_summary_has_the_best_of_each_library():
    made = document()
    made["rows"].append(failed("webdnn", "webgl", "broken"))
    text = markdown.summary(made)
    table = [[cell.strip() for cell in line] for line in cells(text)]
    assert table[2] == [
        *(
            "generator",
            "ganzoo",
            "webassembly (CPU)",
            "60.0 ms ±5%",
            "420 ms ±5%",
            "777 kB",
            "0.0800 ms ±5%",
            "12,500",
            "-",
        )
    ]
    assert table[3][1:] == [
        *("onnxruntime-web", "webassembly (CPU)", "600 ms ±5%", "4,200 ms ±5%", "3.14 MB", "0.300 ms ±5%", "3,330"),
        "3.75 (3.56 to 3.94)",
    ]
    assert [line[1:3] for line in table[4:]] == [["tensorflow.js", "webassembly (CPU)"], ["webdnn", "did not run"]]
    last = text.splitlines()[-1]
    for words in ("AMD EPYC 9V74", "Chromium 156.0.1", "software: ANGLE", "2026-11-21", "ganzoo 0.1.0"):
        assert words in last


def test_a_ratio_across_backends_is_not_in_the_summary():
    made = document()
    made["rows"].append(row("onnxruntime-web", "webgpu", 0.01))
    made["ratios"].append(ratio("onnxruntime-web", 99, "webgpu"))
    line = next(line for line in cells(markdown.summary(made)) if "onnxruntime-web" in line[1])
    assert (line[2].strip(), line[-1].strip()) == ("webgpu (software)", "-")


def test_the_summary_is_of_the_first_browser_that_gave_figures():
    assert "Chromium 156.0.1 on this machine" in markdown.summary(several())
    assert markdown.summary(nothing()) == markdown.summary(without_figures()) == "Nothing ran.\n"


@pytest.mark.parametrize("made", DOCUMENTS)
def test_markdown_s_tables_are_whole_and_its_texts_plain(made):
    for text in (markdown.summary(made()), markdown.full(made())):
        blocks = re.findall(r"(?m)(?:^\|.*\n)+", text)
        assert all(len({len(line) for line in cells(block)}) == 1 for block in blocks)
        assert "<" not in text
        assert not re.search(r"(?<!\\)`", text)
        assert text.encode()
        assert text.endswith("\n")


def told(each):
    """The texts of all figures of a row that ran."""
    for name, value in each.items():
        if isinstance(value, dict) and "median" in value:
            yield formatting.full(value, {"memory_bytes": 1e-6, "share_of_peak": 100}.get(name, 1))
        elif name in ("p95_ms", "p99_ms"):
            yield formatting.number(value)
        elif name == "cold_parts_ms":
            yield from (formatting.number(value[part]) for part in ("page", "script"))
        elif name == "bytes":
            yield from (formatting.size(value[part]) for part in ("code", "weights", "total"))
        elif name == "batches":
            yield from (text for timed in value for text in told(timed))


def test_the_sheets_have_every_figure():
    made = document()
    for i, each in enumerate(made["rows"][:4]):
        for j, timed in enumerate(each["batches"]):
            timed.update(p95_ms=1001 + 4 * i + 2 * j, p99_ms=2001 + 4 * i + 2 * j)  # that no other figure is
        each.update(blocked_ms=estimate(310 + i), memory_bytes=estimate(4.1e8 + i * 1e6), load_ms=estimate(510 + i))
        each.update(cold_blocked_ms=estimate(610 + i), cold_longest_block_ms=estimate(710 + i))
        each["cold_parts_ms"].update(page=810 + i, script=910 + i)
    cells = {cell for sheet in tables.sheets(made, "Chromium", "generator") for line in sheet.rows for cell in line}
    for each in made["rows"][:4]:
        assert set(told(each)) <= cells
    for each in made["ratios"]:
        assert {formatting.full(each[name]) for name in ("cold", "cold_throttled", "load", "first")} <= cells
        assert {formatting.full(value) for value in each["batches"].values()} <= cells


def test_everything_in_markdown_has_every_row():
    text = markdown.full(several()).replace("\\", "")
    for each in several()["rows"]:
        assert each["library"] in text
        assert not each["reason"] or each["reason"] in text
    for words in ("0.0800 (0.0760 to 0.0840)", "classifier: Steady state", "## Phone 156.0.1", "seed 12345"):
        assert words in text
