"""The report on a terminal."""

from __future__ import annotations

import pytest

from ganzoo.bench.reports import markdown
from tests.support.bench_documents import DOCUMENTS, document, estimate, failed, ratio, row, several, shown


@pytest.mark.parametrize("made", DOCUMENTS)
def test_the_terminal_s_lines_fit_and_obey_nobody(made):
    text = shown(made())
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize("width", [60, 40])
def test_a_narrow_terminal_has_every_figure(width):
    text = shown(several(), width)
    assert max(map(len, text.splitlines())) <= width and "…" not in text
    for words in ("0.0800 ±5%", "0.0960", "12,500", "60%", "60.0", "20.0", "5.00", "4.04", "16.2 ±5%"):
        assert words in text


def test_the_terminal_s_tables_are_complete():
    text = shown(several())
    for words in (
        "generator in Chromium 156.0.1",
        "classifier in Chromium",
        "generator in Phone",
        "0.0800 ±5%",
        "12,500",
        "60%",
    ):
        assert words in text
    assert "…" not in text
    lines = [line.split() for line in text.splitlines()]
    assert ["ganzoo", "60.0", "20.0", "5.00", "0.0800", "±5%", "0.0960", "12,500", "60%"] in lines
    assert ["tensorflow.js", "600", "200", "5.00", "1.30", "±5%", "1.56", "769", "60%"] in lines
    assert ["onnxruntime-web", "10.0", "±5%", "3.00", "±5%", "4.04", "3.75", "±5%", "3.75", "±5%"] in lines
    assert "onnxruntime-web on webgl failed: no available backend found. ERR: [webgl]" in text
    assert "Firefox ended: It ended with exit code 11." in text


def test_the_widest_figures_still_fit():
    wide = row("onnxruntime-web", ms=12345.6, load_ms=estimate(98765, 0.3), cold_ms=estimate(98765, 0.3))
    for timed in wide["batches"]:
        timed["median_ms"] = estimate(0.0123456, 0.99)
        timed["pictures_per_second"] = estimate(123456)
    text = shown(document(rows=[row(), wide], ratios=[ratio("onnxruntime-web", 0.0123456, cold=estimate(12345, 0.99))]))
    assert "…" not in text
    for words in ("98,800", "0.0123 ±99%", "123,000", "12,300 ±99%"):
        assert words in text


def test_alone_the_table_is_a_line_a_backend():
    lines = shown(document(rows=[row(), row(backend="webgl", ms=3)], ratios=[])).splitlines()
    assert sum(line.strip().startswith(("webassembly (CPU)  60.0", "webgl (software)")) for line in lines) == 2
    assert len(lines) < 16


def test_a_long_reason_is_cut_on_the_terminal_only():
    made = document(rows=[failed("ganzoo", "webgl", "why " * 1000 + "END")], ratios=[])
    assert len(shown(made)) < 1500
    assert "END" in markdown.full(made)
