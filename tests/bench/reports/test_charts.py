"""Charts: bars and marks stand where the document says."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganzoo.bench.reports import chart_data, charts, formatting, plots
from ganzoo.charts.svg import inline
from tests.support.bench_documents import document, row, unlucky


@given(st.lists(st.floats(0, 1e6), min_size=4, max_size=4))
def test_a_stack_is_without_gaps_and_as_long_as_its_parts(widths):
    pieces = chart_data.stacked(dict(zip(plots.PARTS, widths, strict=True)), plots.PARTS)
    assert [piece.width for piece in pieces] == widths
    assert pieces[0].left == 0
    for piece, following in pairwise(pieces):
        assert piece.left + piece.width == pytest.approx(following.left)
    assert pieces[-1].left + pieces[-1].width == pytest.approx(sum(widths))


@given(st.lists(st.floats(0, 1), max_size=20), st.floats(0.01, 0.2))
def test_labels_keep_order_and_distance(values, gap):
    placed = chart_data.apart(values, gap)
    order = sorted(range(len(values)), key=values.__getitem__)
    for below, above in pairwise(order):
        assert placed[above] - placed[below] >= gap - 1e-9
    assert sum(placed) == pytest.approx(sum(values))


def test_lines_stand_under_what_they_ran_on():
    made = chart_data.lines(document()["rows"])
    assert [line.y for line in made] == list(range(len(made)))
    assert [line.label for line in made] == [
        *("webassembly (CPU)", "ganzoo", "onnxruntime-web", "tensorflow.js"),
        *("webgl (software)", "ganzoo"),
    ]


def test_scaling_and_peak_are_in_ms_a_picture():
    assert chart_data.scaling(row(ms=0.5)) == [(1, 0.5), (64, 0.5)]
    name, ms = chart_data.peak(document(), "Chromium", "generator")
    assert "relaxed" in name
    assert ms == pytest.approx(2 * 1_216_768 / 41.2e9 * 1000)
    assert chart_data.peak(unlucky(), "Chromium", "generator") is None


def test_bars_and_marks_are_where_the_document_says():
    made = document()
    rows, named = formatting.ran(made["rows"]), formatting.libraries(made["rows"])
    _, words, figure = plots.cold(made, rows, charts.WIDE)
    bars = [(bar.get_x(), bar.get_width(), round(bar.get_y() + bar.get_height() / 2)) for bar in figure.axes[0].patches]
    for line in chart_data.lines(rows):
        if line.row:
            mine = sorted((x, width) for x, width, y in bars if y == line.y)
            assert [width for _, width in mine] == pytest.approx(
                [line.row["cold_parts_ms"][name] for name in plots.PARTS]
            )
            assert sum(mine[-1]) == pytest.approx(sum(line.row["cold_parts_ms"].values()))
    assert sorted(bar.get_width() for bar in figure.axes[1].patches) == [420, 420, 4200, 4200]
    assert "ganzoo on webassembly (CPU) 60.0 ms, throttled 420 ms" in words

    _, _, figure = plots.transferred(rows, charts.WIDE)
    assert sum(bar.get_width() for bar in figure.axes[0].patches) == pytest.approx(
        sum(each["bytes"]["total"] for each in rows) / 1000
    )
    _, _, figure = plots.latency(made, rows, named, charts.WIDE)
    marks = [float(line.get_xdata()[0]) for line in figure.axes[0].lines]
    assert marks == [each["batches"][0]["quantiles_ms"][49] for each in rows]
    bars = [bar for bar in figure.axes[0].patches if round(bar.get_y() + bar.get_height() / 2) == 1]
    quantiles = rows[0]["batches"][0]["quantiles_ms"]
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in bars]
    assert ends == [
        pytest.approx((quantiles[low - 1], quantiles[high - 1])) for low, high in ((1, 99), (5, 95), (25, 75))
    ]

    contested = chart_data.contests(made, made["ratios"])
    assert [(what, peer) for what, peer, _ in contested["webassembly"]] == [
        *((what, "tensorflow.js") for what in ("first output", "slow link", "bytes")),
        *((what, "onnxruntime-web") for what in ("batch 1", "batch 64")),
    ]
    _, _, figure = plots.ratios(contested, named, charts.WIDE)
    drawn = [float(container.lines[0].get_xdata()[0]) for container in figure.axes[0].containers]
    assert drawn == [10, 3, 4.04, 3.75, 3.75]

    _, words, figure = plots.scaling(rows, named, ["webassembly", "webgl"], ("peak", 0.05), charts.WIDE)
    curves = [list(line.get_ydata()) for line in figure.axes[0].lines]
    assert curves == [*([pytest.approx(each)] * 2 for each in (0.08, 0.3, 1.3, 2.9)), [0.05, 0.05]]
    assert "0.0500 ms" in words


def test_marks_differ_in_more_than_colour():
    made = document()
    named = formatting.libraries(made["rows"])
    _, _, figure = plots.scaling(formatting.ran(made["rows"]), named, ["webassembly", "webgl"], None, charts.WIDE)
    looks = {(line.get_marker(), line.get_linestyle()) for line in figure.axes[0].lines}
    assert len(looks) == 4
    assert len({hatch for _, hatch in plots.STACK}) == len(plots.STACK)
    labels = {text.get_text() for text in figure.axes[0].texts}
    assert "ganzoo, webgl (software)" in labels


def test_ids_of_two_charts_differ_and_the_same_chart_is_the_same():
    def drawn(seed):
        return inline(plots.transferred([row()], 5)[2], seed, "title", "a < b")

    ids = [set(re.findall(r'\bid="([^"]+)"', drawn(seed))) for seed in "ab"]
    assert ids[0]
    assert not ids[0] & ids[1]
    assert "a &lt; b" in drawn("a")
