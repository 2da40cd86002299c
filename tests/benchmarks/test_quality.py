"""The results page: its numbers are those of the records, its intervals Student's, and the committed one is current."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from scipy import stats

from benchmarks.quality import __main__ as quality
from benchmarks.quality import page
from benchmarks.quality.rows import ROWS, WIDTHS
from ganzoo import plugins
from ganzoo.errors import UnknownNameError

if TYPE_CHECKING:
    from pathlib import Path


def record(row: str, seed: int, frechet: float, **changes: Any) -> dict[str, Any]:
    scores = {
        "accuracy": {"value": 0.99, "floor": 0.995, "better": "max"},
        "frechet": {"value": frechet, "floor": 0.05, "better": "min"},
        "density": {"value": 0.9, "floor": 1.0, "better": "max"},
        "coverage": {"value": 0.8, "floor": 0.9, "better": "max"},
    }
    common: dict[str, Any] = {
        "threads": 2,
        "load_average": [0.5, 1.5],
        "seconds": 300.0,
        "machine": {"cpu": "a CPU", "cores": 2},
    }
    judge = {"sha256": "0123456789abcdef", "accuracy": 0.995}
    return {"row": row, "seed": seed, "scores": scores, "evaluator": judge, "model_bytes": 900_000, **common, **changes}


def test_intervals_are_students() -> None:
    values = [0.10, 0.12, 0.17]
    mean, reach = page.interval(values)
    low, high = stats.t.interval(0.95, 2, loc=mean, scale=stats.sem(values))
    assert reach is not None
    assert (mean - reach, mean + reach) == pytest.approx((low, high))
    assert page.interval([0.1, 0.3]) == (pytest.approx(0.2), None)


def test_a_row_tells_all_seeds_beside_the_floor() -> None:
    records = [record("dcgan-cond/default", seed, frechet) for seed, frechet in enumerate((0.10, 0.12, 0.17))]
    (group,) = page.groups(records)
    row = dict(zip(page.GENERATOR, page._generator(group), strict=True))
    assert row["recipe"] == "`dcgan-cond/default`" and row["seeds"] == "3" and row["minutes"] == "5.0 ±0.0"
    assert row["Frechet"] == "0.130 ±0.090 (real 0.050)" and row["times real's"] == "2.6 ±1.8"
    assert row["accuracy"] == "99.00% ±0.00% (real 99.50%)"
    assert row["GAN-train"] == "-"  # not measured


def test_records_are_merged_and_the_younger_one_wins(tmp_path: Path) -> None:
    path = tmp_path / "quality.json"
    for row, seed, frechet in (("cnn/default", 1, 1.0), ("dcgan-cond/default", 0, 2.0), ("cnn/default", 1, 3.0)):
        quality.merge(path, record(row, seed, frechet))
    found = json.loads(path.read_text(encoding="utf-8"))["records"]
    assert [(each["row"], each["scores"]["frechet"]["value"]) for each in found] == [
        ("dcgan-cond/default", 2.0),
        ("cnn/default", 3.0),
    ]


def test_rows_are_recipes_that_there_are() -> None:
    for row in ROWS:
        assert row.preset in plugins.ARCHS.get(row.arch).presets
    assert {f"dcgan-cond/{width}" for width in WIDTHS} <= {row.name for row in ROWS}
    with pytest.raises(UnknownNameError, match="dcgan-cond/defalt"):
        quality.chosen(["dcgan-cond/defalt"])


def test_the_committed_page_is_that_of_the_committed_results() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page()
