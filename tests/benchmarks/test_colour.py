"""Classifiers of colour pictures beside their peers: the judging counts right, the table tells what was measured."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from benchmarks.colour import __main__ as colour
from benchmarks.colour import measure, page
from benchmarks.colour.rows import ROWS
from benchmarks.quality import page as results
from ganzoo import plugins
from ganzoo.errors import ToolMissingError
from ganzoo.training.options import TrainOptions, configure

if TYPE_CHECKING:
    from pathlib import Path


def record(row: str, **changes: Any) -> dict[str, Any]:
    common = {"cpu_seconds": 60.2, "threads": 1, "steps": 7, "epochs": 0.5, "accuracy": 0.25, "classes": 9}
    data = {"shape": [3, 48, 64], "train_pictures": 300, "test_pictures": 60, "load_average": [0.5, 1.5]}
    return {"row": row, **common, **data, "machine": {"cpu": "a CPU", "cores": 2}, **changes}


def test_rows_are_recipes_and_libraries_that_there_are() -> None:
    for row in ROWS:
        assert row.preset in plugins.ARCHS.get(row.arch).presets and row.library in measure.LIBRARIES
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_accuracy_counts_every_test_picture_as_a_network_sees_it() -> None:
    _, data = configure(plugins.ARCHS.get("cnn"), TrainOptions(dataset="digits", device="cpu", limit=100))
    n = measure.BATCH + 3  # the last batch is a short one
    x = np.full((n, 1, 2, 2), 255, np.uint8)
    few = replace(data, test_x=x, test_t=np.arange(n, dtype=np.int32) % 2)
    # full brightness is 1.0, so the second class has the larger logit; 255 would be larger still
    assert measure.accuracy(lambda x: np.stack([x[:, 0, 0, 0], 0 * x[:, 0, 0, 0] + 2], 1), few) == (n // 2) / n


def test_rates_fall_and_a_step_learns() -> None:
    config, data = configure(plugins.ARCHS.get("cnn"), TrainOptions(dataset="digits", device="cpu", limit=100))
    training = plugins.ARCHS.get("cnn").train(config, data)
    step, slow, logits = measure.by_ganzoo(training)
    first, before = training.updater.get_optimizer("main").alpha, logits(np.ones((2, *config.shape), np.float32))
    slow(0.5)
    step()
    assert training.updater.get_optimizer("main").alpha == first * 0.5
    assert not np.array_equal(logits(np.ones((2, *config.shape), np.float32)), before)


def test_without_pytorch_the_command_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    config, data = configure(plugins.ARCHS.get("cnn"), TrainOptions(dataset="digits", device="cpu", limit=100))
    monkeypatch.setattr(measure, "find_spec", lambda name: None)
    with pytest.raises(ToolMissingError) as caught:
        measure.by_torch(plugins.ARCHS.get("cnn").train(config, data))
    assert "make colour-results" in caught.value.remedy


def test_records_are_merged_in_the_order_of_the_rows(tmp_path: Path) -> None:
    path, (first, *_, last) = tmp_path / "colour.json", [row.name for row in ROWS]
    for row, accuracy in ((last, 0.1), (first, 0.2), (last, 0.3)):
        colour.merge(path, record(row, accuracy=accuracy))
    found = json.loads(path.read_text(encoding="utf-8"))["records"]
    assert [(each["row"], each["accuracy"]) for each in found] == [(first, 0.2), (last, 0.3)]


def test_the_table_tells_budget_threads_and_load() -> None:
    assert page.rows([record("cnn")]) == [["`cnn`", "60", "1", "7", "0.5", "25.0%"]]
    told = page.conditions([record("cnn"), record("resnet", load_average=[3.0, 6.5])])
    assert "300 pictures of 64x48 in 9 classes, judged on 60 others" in told and "0.5 to 6.5" in told


def test_the_page_of_results_has_the_section_of_the_newest_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in results.RESULTS.glob("????-??-??-*.json"):
        if not path.stem.endswith("-colour"):
            (tmp_path / path.name).symlink_to(path)
    monkeypatch.setattr(results, "RESULTS", tmp_path)
    assert "colour pictures" not in results.page()
    colour.merge(tmp_path / "2026-01-01-colour.json", record(ROWS[0].name, accuracy=0.125))
    colour.merge(tmp_path / "2026-01-02-colour.json", record(ROWS[0].name, accuracy=0.5))
    section = results.page().split("## Classifiers of colour pictures")[1]
    assert "2026-01-02-colour.json" in section and f"`{ROWS[0].name}` | 60 | 1 | 7 | 0.5 | 50.0% |" in section
