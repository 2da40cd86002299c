"""Numbers in words: three digits, units, spreads, and what a report concludes from intervals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganzoo.bench.reports import formatting, summary
from tests.support.bench_documents import document, estimate, ratio, row, several, unlucky, without_figures


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (0, "0"), (0.08031, "0.0803"), (5, "5.00"), (99.96, "100"), (12345.6, "12,300"), (1e-6, "1.00e-06")],
)
def test_numbers_have_three_digits(value, text):
    assert formatting.number(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (0, "0 bytes"), (999, "999 bytes"), (11_900, "11.9 kB"), (3_144_076, "3.14 MB")]
)
def test_sizes_have_units(value, text):
    assert formatting.size(value) == text


def test_a_spread_is_the_wider_side_and_never_too_small():
    assert formatting.spread({"median": 100, "low": 97, "high": 101, "n": 6}) == "±3%"
    assert formatting.spread({"median": 1000, "low": 999, "high": 1021, "n": 6}) == "±3%"
    assert formatting.spread(estimate(1, None)) == formatting.spread(None) == ""
    assert formatting.full(estimate(2, 0.1), 100) == "200 (180 to 220)"
    assert formatting.full(estimate(2, None)) == "2.00"


@given(st.text())
def test_plain_text_is_one_line_that_can_be_printed(text):
    made = formatting.plain(text)
    assert made.isprintable()
    made.encode()  # no half of a surrogate pair is left
    assert made.split() == "".join(char if char.isprintable() else " " for char in text).split()


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (estimate(3.75), "its run of batch 1 is 3.75 (3.56 to 3.94) times as fast (onnxruntime-web)"),
        (estimate(0.5), "its run of batch 1 is 0.500 (0.475 to 0.525) times as fast (onnxruntime-web)"),
        (estimate(1.02), "its run of batch 1 shows no measurable difference: 1.02"),
        (estimate(3.75, None), "3.75 times as fast (onnxruntime-web, too few rounds for an interval)"),
    ],
)
def test_a_finding_says_no_more_than_the_interval(times, words):
    made = document(ratios=[ratio("tensorflow.js", 16), ratio("onnxruntime-web", 0, batches={"1": times})])
    sentence = summary.finding(made, "Chromium", "generator")
    assert words in sentence
    assert "takes 0.0800 (0.0760 to 0.0840) ms for a run of batch 1" in sentence


def test_a_finding_names_what_is_faster_elsewhere_and_what_is_missing():
    made = document()
    made["rows"].append(row("onnxruntime-web", "webgpu", 0.01, adapter="hardware"))
    assert "on webgpu (hardware), onnxruntime-web is faster at batch 1 with 0.0100 ms" in summary.finding(
        made, "Chromium", "generator"
    )
    made["ratios"] = []
    assert "no peer ran on webassembly" in summary.finding(made, "Chromium", "generator")
    alone = document(rows=[row()], ratios=[])
    assert "peer" not in summary.finding(alone, "Chromium", "generator")
    sentence = summary.finding(without_figures(), "Chromium", "generator")
    assert sentence == "ganzoo did not run generator in Chromium: This browser has no WebGPU."


def test_the_best_peer_is_the_one_that_comes_closest():
    found = formatting.hardest(document()["ratios"], "batches", 64)
    assert found and (found[0], found[1]["median"]) == ("onnxruntime-web", 3.75)
    assert formatting.hardest([], "cold") is None


def test_notes_tell_what_makes_times_less_certain():
    made = unlucky()
    told = " ".join(summary.notes(made, made["browsers"][0]))
    for words in (
        "steps of 1 ms",
        "not cross-origin isolated",
        "not a secure context",
        "ganzoo on webassembly (CPU)",
        "(4 of 6)",
        "too few",
    ):
        assert words in told
    made = several()
    assert "It ended with exit code 11." in " ".join(summary.notes(made, made["browsers"][0]))
    assert summary.notes(made, made["browsers"][1]) == ["software: ANGLE (SwiftShader)"]
