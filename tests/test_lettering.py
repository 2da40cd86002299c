"""Names in pictures: whatever their letters and however many, each is readable, and Matplotlib has nothing to say."""

from __future__ import annotations

import math
import warnings
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import font_manager, rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from rich.console import Console

from ganzoo import image_grid, lettering
from ganzoo.charts.style import STYLE
from ganzoo.charts.svg import inline
from ganzoo.metrics import plots
from ganzoo.metrics.report import SHOWN, tables
from ganzoo.sweep import report
from ganzoo.sweep.space import Choice, Range, Space
from ganzoo.sweep.study import Goal, Sweep, Trial

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEART = "ハート"
LONG = "pneumonoultramicroscopicsilicovolcanoconios"  # 43 letters


@pytest.fixture(autouse=True)
def no_warning() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.fixture(autouse=True)
def fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The fonts of this machine besides Matplotlib's: none, until a test adds some."""
    found: list[str] = []
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda *_: found)
    lettering._others.cache_clear()
    yield found
    lettering._others.cache_clear()


def font_of(letters: str, path: Path) -> str:
    """A font file that has these letters, each a square."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for place in ((0, 900), (900, 900), (900, 0)):
        pen.lineTo(place)
    pen.closePath()
    names = [".notdef", *(f"u{ord(letter):X}" for letter in letters)]
    builder = FontBuilder(1000)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(dict(zip(map(ord, letters), names[1:], strict=True)))
    builder.setupGlyf(dict.fromkeys(names, pen.glyph()))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 0)))
    builder.setupHorizontalHeader(ascent=900, descent=0)
    builder.setupNameTable({"familyName": path.stem, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    return str(path)


def test_a_name_that_no_font_can_draw_is_shown_by_its_number() -> None:
    found = lettering.lettering(["Ankle boot", HEART, "cafe\u0301"])
    assert found.texts == ("Ankle boot", "class 1", "café") and found.undrawn == (HEART,)
    told = lettering.note(["a", HEART])
    assert f"class 1 for {HEART}" in told and "Install a font" in told
    assert lettering.note(["a", "triangle röd"]) == lettering.note(["a", HEART], among=["a"]) == ""


def test_a_font_of_this_machine_draws_what_matplotlib_s_own_lacks(fonts: list[str], tmp_path: Path) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    fonts += [
        str(tmp_path / "broken.ttf"),
        font_of("ハー", tmp_path / "Half.ttf"),
        font_of("ト", tmp_path / "Rest.ttf"),
    ]
    found = lettering.lettering(["a", HEART])
    assert found.texts == ("a", HEART) and not found.undrawn and lettering.note([HEART]) == ""
    assert [path.stem for path in found.fonts] == ["DejaVuSans", "Half", "Rest"]
    assert found.font(HEART).stem == "Half" and found.font("a").stem == "DejaVuSans"
    assert lettering.families(found.fonts) == ["DejaVu Sans", "Half", "Rest"]
    with rc_context({"font.family": lettering.families(found.fonts)}):
        figure = Figure()
        figure.text(0.5, 0.5, HEART)
        FigureCanvasAgg(figure).draw()  # without a warning of a missing letter


def test_what_is_too_long_keeps_its_beginning_and_its_end() -> None:
    assert lettering.in_cells("Ankle boot", 10) == "Ankle boot"
    assert lettering.in_cells("hiragana number 17", 12) == "hiraga…er 17"
    assert lettering.in_cells("ハートハート", 7) == "ハー…ト"  # a Japanese letter is two wide
    assert lettering.in_cells("ab", 1) == "…"


# Sheets of pictures


def ink(heading: np.ndarray) -> tuple[int, int]:
    """The first and the last column of pixels that have ink."""
    columns = np.flatnonzero((heading < 200).any(axis=(0, 2)))
    return int(columns[0]), int(columns[-1])


def test_every_heading_stays_above_its_own_column() -> None:
    names = ["7", "Ankle boot", "triangle röd", HEART, LONG]
    picture = np.asarray(image_grid.sheet(np.zeros((1, len(names), 1, 28, 28), np.float32), names))
    wide = 28 * image_grid.SCALE + image_grid.GAP
    for i in range(len(names)):
        left = image_grid.GAP // 2 + i * wide
        first, last = ink(picture[: image_grid.HEADING - 1, left : left + wide])
        assert first >= 1 and last <= wide - 2
        assert abs((first + last) / 2 - wide / 2) < 3


def test_many_classes_go_on_below() -> None:
    names = [f"c{i}" for i in range(45)]
    images = np.linspace(0, 1, 2 * 45, dtype=np.float32).reshape(2, 45, 1, 1, 1) * np.ones((4, 4), np.float32)
    picture = np.asarray(image_grid.sheet(images, names))
    cell, gap = 4 * image_grid.SCALE + image_grid.GAP, image_grid.GAP
    band = image_grid.HEADING + 2 * cell
    assert picture.shape == (3 * band + gap, image_grid.COLUMNS * cell + gap, 3)
    for row, column in ((0, 0), (1, 19), (0, 20), (1, 44)):
        top = column // image_grid.COLUMNS * band + image_grid.HEADING + row * cell
        shown = picture[top, gap + column % image_grid.COLUMNS * cell, 0]
        assert abs(shown / 255 - images[row, column, 0, 0, 0]) < 1 / 255


# Plots


def document(names: list[str], kind: str = "conditional generator") -> dict[str, Any]:
    """What metrics.json has of a run with these classes."""
    n, rng = len(names), np.random.default_rng(0)
    score = {"value": 0.9, "floor": 0.99, "better": "max"}
    line = {"quantiles": [0.1, 0.5, 0.9], "drawn": [1, 2, 3], "test": [2, 3, 4], "closer": 0.01, "space": "pixels"}
    return {
        "run": f"runs/{HEART}",
        "kind": kind,
        "data": "folder",
        "scores": dict.fromkeys(("gan_train", "accuracy", "frechet", "kid", "density", "coverage"), score),
        "per_class": {
            "classes": names,
            "accuracy": [None, *(1 - rng.random(n - 1) / 2)],
            "floor": [None, *[0.98] * (n - 1)],
        },
        "confusion": (np.eye(n, dtype=int) * 4900 + rng.integers(0, 90, (n, n))).tolist(),
        "neighbours": line,
    }


def within(axis: Any) -> list[Text]:
    """The labels of an axis that are drawn; Matplotlib makes some beyond its limits as well."""
    low, high = sorted(axis.get_view_interval())
    near = 1e-9 * (high - low)
    places = zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=True)
    return [label for place, label in places if low - near <= place <= high + near]


def faults(figure: Any) -> list[str]:
    """Texts of a figure that leave it or lie on one another."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    ticks = [axis for axes in figure.findobj(Axes) for axis in (axes.xaxis, axes.yaxis)]
    drawn = {id(label) for axis in ticks for label in within(axis)}
    beyond = {id(label) for axis in ticks for label in axis.get_majorticklabels()} - drawn
    shown = [each for each in figure.findobj(Text) if each.get_text().strip() and each.get_visible()]
    texts = [each for each in shown if id(each) not in beyond]
    boxes = [(each.get_text(), each.get_window_extent(renderer)) for each in texts]
    edge = figure.bbox.padded(1)
    cut = [text for text, box in boxes if not (edge.contains(*box.min) and edge.contains(*box.max))]
    shrunk = [(text, box.padded(-0.5)) for text, box in boxes]
    smeared = [
        f"{text} on {other}" for i, (text, box) in enumerate(shrunk) for other, its in shrunk[:i] if box.overlaps(its)
    ]
    return [*cut, *smeared]


NAMES = {
    "few": ["Ankle boot", "triangle röd", HEART, LONG, "$x_1$"],
    "many": [f"letter number {i}" for i in range(62)],
}


def metrics(names: list[str]) -> tuple[Any, list[str]]:
    """The figure of a run with classes of these `names`, and as what it shows these."""
    shown = [lettering.in_cells(text, plots.CELLS) for text in lettering.lettering(names).texts]
    return plots._figure(document(names), shown), shown


@pytest.mark.slow
@pytest.mark.parametrize("case", NAMES)
def test_metrics_are_readable_whatever_classes_are_called(case: str) -> None:
    with rc_context({"text.parse_math": False}):
        figure, _ = metrics(NAMES[case])
        assert faults(figure) == []


def test_every_class_has_its_bar_or_the_worst_have() -> None:
    figure, names = metrics(NAMES["few"])
    bars = figure.subfigs[1].subfigs[0].axes[0]
    assert [label.get_text() for label in bars.get_yticklabels()] == names
    assert len(bars.patches) == 5 and math.isnan(bars.patches[0].get_width())  # a class that was not judged has none
    figure, names = metrics([f"{i}" for i in range(1000)])
    bars, confusion = (figure.subfigs[i].subfigs[0].axes[0] for i in (1, 2))
    worst = np.argsort(document(names)["per_class"]["accuracy"][1:])[:SHOWN] + 1
    assert [label.get_text() for label in bars.get_yticklabels()] == [names[i] for i in worst]
    assert "the lowest 40 of 1,000 classes" in bars.get_xlabel()
    console = Console(file=StringIO(), width=80)
    console.print(*tables({**document(names), "pictures": 1, "note": ""}))
    told = console.file.getvalue()  # type: ignore[attr-defined]
    assert "The 40 of 1,000 classes with the least accuracy" in " ".join(told.split()) and len(told.splitlines()) < 80
    assert not confusion.get_xticklabels() and "1,000 classes" in confusion.get_xlabel()


def test_a_sweep_has_whole_trials_and_plain_numbers(tmp_path: Path) -> None:
    space = {
        "alpha": Range(1e-5, 1e-2, True, float),
        "latent_dim": Range(2, 4, False, int),
        "width": Choice(("tiny", HEART, "a choice that is told at great length")),
    }
    values = {"alpha": 1e-3, "latent_dim": 3, "width": HEART}
    trials = tuple(Trial(i, values, "done", 0.5 + i, "", tmp_path, 1.0) for i in range(2))
    found = Sweep(Space("cnn", 2, space), Goal("eval/frechet", "min"), tmp_path, trials, False)
    figure = report._figure(found)
    assert faults(figure) == []
    ticks = [[label.get_text() for label in within(axes.xaxis)] for axes in figure.axes]
    assert ticks[0] == ["0", "1"] and ticks[1] == ["1e-05", "0.0001", "0.001", "0.01"] and ticks[2] == ["2", "3", "4"]
    assert ticks[3][:2] == ["tiny", "choice 1"] and "…" in ticks[3][2]
    none = Sweep(Space("cnn", 2, {"alpha": space["alpha"]}), Goal("eval/frechet", "min"), tmp_path, (), False)
    figure = report._figure(none)
    assert len(figure.axes) == 2 and all(axes.texts[0].get_text() == "no trial has a score yet" for axes in figure.axes)


def test_a_chart_for_a_page_leaves_letters_to_the_browser() -> None:
    with rc_context(STYLE):
        figure = Figure()
        figure.text(0.5, 0.5, HEART)
        svg = inline(figure, "", "", "")
    assert HEART in svg
