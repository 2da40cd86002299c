"""Options of a data set on the command line."""

from __future__ import annotations

from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from ganzoo.api import runs
from ganzoo.cli import data_options, train
from ganzoo.cli.app import app

RUNNER = CliRunner()


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What `ganzoo train` hands over instead of training."""
    found: dict[str, Any] = {}

    def stop(arch: str, **options: Any) -> None:
        found.update(arch=arch, **options)
        raise typer.Exit

    assert train.runs is runs
    monkeypatch.setattr(runs, "train", stop)
    return found


@pytest.mark.parametrize(
    "line",
    [
        "cnn --dataset folder --data-dir pics --size 64 --colour=rgb",
        "--size=64 --dataset=folder --colour rgb cnn --data-dir pics",
    ],
)
def test_options_of_the_data_set_are_taken_anywhere(line: str, given: dict[str, Any]) -> None:
    done = RUNNER.invoke(app, ["train", *line.split()])
    assert done.exit_code == 0, done.output
    assert given["arch"] == "cnn" and given["data_options"] == {"size": "64", "colour": "rgb"}


def test_a_data_set_without_them_gives_none(given: dict[str, Any]) -> None:
    assert RUNNER.invoke(app, ["train", "cnn", "--seed", "3"]).exit_code == 0
    assert given["data_options"] == {} and given["seed"] == 3


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("cnn --dataset folder --siz 64", "--size"),
        ("cnn --dataset folder --epoch 64", "--epochs"),
        ("cnn --dataset digits --size 64", "No such option"),
        ("cnn --size 64", "No such option"),
        ("cnn --dataset folder --size", "requires an argument"),
    ],
)
def test_an_unknown_option_is_refused_with_what_was_meant(line: str, told: str, given: dict[str, Any]) -> None:
    done = RUNNER.invoke(app, ["train", *line.split()])
    assert done.exit_code == 2 and told in done.output and not given


def test_help_shows_them_beside_the_data_set() -> None:
    with_folder, without = (
        RUNNER.invoke(app, ["train", *each, "--help"]).output for each in (["--dataset", "folder"], [])
    )
    assert "--background" in with_folder and "--background" not in without
    assert "'ganzoo info folder'" in " ".join(without.replace("│", " ").split())


def test_the_last_name_of_a_data_set_counts() -> None:
    assert data_options.named(["--dataset", "a", "--dataset=b"]) == "b"
    assert data_options.named(["--", "--dataset", "a"]) is None and data_options.named(["--dataset"]) is None
