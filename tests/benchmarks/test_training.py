"""The training benchmark without PyTorch, which is 3 GB: turns, ratios, refusals, and ganzoo's own side of the step.

That both libraries do the same step is tested by `make training-bench`, in benchmarks/training/test_steps.py.
"""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.training import __main__ as command
from benchmarks.training import agreement, contestants, report, rounds, subjects
from benchmarks.training.agreement import Agreement
from benchmarks.training.rounds import Contestant
from ganzoo import plugins
from ganzoo.archs import _dcgan
from ganzoo.errors import ToolMissingError
from tests.support.registries import ARCHS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.training.subjects import Subject


@pytest.fixture(scope="module")
def recipes() -> dict[str, Subject]:
    """Every recipe, in batches of 8: what is proved does not depend on it."""
    return {each.name: replace(each, config=replace(each.config, batch_size=8)) for each in subjects.subjects()}


NAMES = ("dcgan-cond default", "dcgan-cond blog", "wgan-gp default", "wgan-gp paper", "cnn default", "cnn exercise")


@pytest.mark.slow
def test_every_recipe_of_the_zoo_takes_part_at_its_own_batch() -> None:
    found = {each.name: each.config.batch_size for each in subjects.subjects()}
    zoo = {
        f"{name} {preset}": recipe.batch_size
        for name in ARCHS
        for preset, recipe in plugins.ARCHS.get(name).presets.items()
    }
    assert set(found) >= set(NAMES) and found.items() <= zoo.items()
    # the others take the default's step, longer or at another width
    assert {name.partition(" ")[2] for name in zoo.keys() - found.keys()} == {"long", *_dcgan.WIDTHS}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_training_is_the_same_at_every_call_and_away_from_zero(name: str, recipes: dict[str, Subject]) -> None:
    first, second = (subjects.networks(recipes[name].training()) for _ in range(2))
    for network, link in first.items():
        others = dict(second[network].namedparams())
        for path, parameter in link.namedparams():
            np.testing.assert_array_equal(parameter.array, others[path].array)
            assert path.endswith("/W") or (parameter.array != 0).all()


@pytest.mark.training
@pytest.mark.parametrize("name", ("dcgan-cond default", "wgan-gp default", "cnn default"))
def test_a_step_is_the_updaters_own_with_all_that_training_reports(name: str, recipes: dict[str, Subject]) -> None:
    stepped, expected = recipes[name].training(), recipes[name].training()
    with subjects.as_trained():
        np.random.seed(1)
        observed = subjects.Step(stepped)()
        np.random.seed(1)
        expected.updater.update()
    assert set(observed) == {key for key in expected.monitors if not key.startswith("validation/")}
    for network, link in subjects.networks(expected).items():
        found = dict(subjects.networks(stepped)[network].namedparams())
        for path, parameter in link.namedparams():
            np.testing.assert_array_equal(found[path].array, parameter.array)


@pytest.mark.training
@pytest.mark.parametrize("name", ("dcgan-cond default", "wgan-gp default", "cnn default"))
def test_the_proof_in_float64_is_in_float64_throughout(name: str, recipes: dict[str, Subject]) -> None:
    step = subjects.Step(recipes[name].training(dtype="float64"))
    with subjects.as_trained(), agreement.noise_as("float64"):
        observed = step()
    kinds = {array.dtype for link in subjects.networks(step.training).values() for array in agreement.arrays(link)}
    assert kinds | {getattr(value, "array", value).dtype for value in observed.values()} == {np.dtype("float64")}
    for optimizer in step.training.updater.get_all_optimizers().values():
        assert {parameter.update_rule.state["m"].dtype for parameter in optimizer.target.params()} == {np.dtype("d")}


def test_what_ganzoo_sets_while_training_holds_for_the_step_and_ends_with_it() -> None:
    import chainer
    from threadpoolctl import threadpool_info

    np.random.seed(3)
    state = np.random.get_state()[1].copy()
    with subjects.as_trained():
        assert not chainer.config.type_check
        assert {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"} == {1}
        np.random.rand()
    assert chainer.config.type_check
    np.testing.assert_array_equal(np.random.get_state()[1], state)


@pytest.mark.training
@pytest.mark.parametrize(
    ("name", "batches"), [("dcgan-cond default", 1), ("wgan-gp default", 1), ("wgan-gp paper", 5), ("cnn default", 1)]
)
def test_images_alone_are_as_many_batches_as_a_step_takes(
    name: str, batches: int, recipes: dict[str, Subject], monkeypatch: pytest.MonkeyPatch
) -> None:
    from chainer.iterators import SerialIterator

    draw = contestants.images(recipes[name])
    drawn = []
    following = SerialIterator.next
    monkeypatch.setattr(SerialIterator, "next", lambda self: drawn.append(following(self)) or drawn[-1])
    draw()
    assert [len(batch) for batch in drawn] == [8] * batches


def test_an_agreement_holds_up_to_its_limits_and_not_with_nan() -> None:
    limits = Agreement(output=1, losses=2, update=3)
    assert limits.within(limits)
    for key in vars(limits):
        assert not replace(limits, **{key: 3.1}).within(limits)
        assert not replace(limits, **{key: float("nan")}).within(limits)


class Clock:
    """A clock that only steps move: `cost` seconds each, ten times that the first time after another's turn."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.turn = 0.0, ""
        self.log: list[str] = []
        monkeypatch.setattr(rounds.time, "perf_counter", lambda: self.now)

    def contestant(self, name: str, cost: float) -> Contestant:
        def step() -> None:
            self.now += cost if self.turn == name else 10 * cost
            self.turn = name
            self.log.append(name)

        def note(what: str) -> Callable[[], None]:
            return lambda: self.log.append(f"{what} {name}")

        return Contestant("subject", name, "cpu", step=step, prepare=note("prepare"), synchronize=note("wait"))


def test_values_are_of_warm_steps_one_a_round(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    everyone = [clock.contestant("a", 2.0), clock.contestant("b", 0.5)]
    assert rounds.timed(everyone, 5, 3.0, random.Random(1)) == [[2.0] * 5, [0.5] * 5]


def test_each_block_is_prepared_and_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    rounds.timed([clock.contestant("a", 1.0)], 1, 2.0, random.Random(1))
    assert clock.log[-6:] == ["prepare a", "a", "wait a", "a", "a", "wait a"]


def test_turns_are_in_random_order_and_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    names = "abcd"
    rounds.timed([clock.contestant(name, 1.0) for name in names], 20, 1.0, random.Random(1))
    turns = [each.split()[1] for each in clock.log if each.startswith("prepare")][len(names) :]
    orders = [tuple(turns[i : i + len(names)]) for i in range(0, len(turns), len(names))]
    assert len(orders) == 20
    assert all(sorted(order) == list(names) for order in orders)
    assert len(set(orders)) > 8


def test_ratios_are_taken_within_rounds_on_one_device() -> None:
    ours, theirs = Contestant("net", "ganzoo", "cpu"), Contestant("net", "PyTorch", "cpu", 2)
    other = Contestant("other", "ganzoo", "cpu")
    gpu = Contestant("net", "PyTorch", "cuda:0")
    # the machine slows down tenfold along the way: only within a round is ganzoo twice as slow
    times = {ours: [2.0**i for i in range(8)], theirs: [2.0**i / 2 for i in range(8)], other: [9.0] * 8, gpu: [1.0] * 8}
    row = report.row(theirs, 32, times)
    assert row["ganzoo_is_times"] == {"median": 2.0, "low": 2.0, "high": 2.0, "n": 8}
    assert row["step_ms"]["median"] == pytest.approx(1000 * (2**3 + 2**4) / 4)
    assert "ganzoo_is_times" not in report.row(ours, 32, times)
    assert "ganzoo_is_times" not in report.row(gpu, 32, times)


def test_who_cannot_run_has_a_reason_and_no_times() -> None:
    ours = Contestant("net", "ganzoo", "cpu")
    absent = [Contestant(name, "PyTorch", "cuda:0", reason="no such device.") for name in ("net", "other")]
    rows = [report.row(each, 32, {ours: [0.1234] * 8}) for each in (ours, *absent)]
    assert rows[1]["reason"] == "no such device."
    assert not {"step_ms", "seconds"} & set(rows[1])
    assert len(report.table(rows).rows) == 1
    assert report.notes(rows) == ["PyTorch on cuda:0: no such device. (net, other)"]
    json.dumps(rows)


def test_the_table_shows_all_in_80_columns() -> None:
    from rich.console import Console

    ours, theirs = (Contestant("dcgan-cond default", *who) for who in (("ganzoo", "cpu", 1), ("PyTorch", "cpu", 16)))
    times = {ours: [1.234 + i / 1e4 for i in range(8)], theirs: [0.1012 + i / 1e3 for i in range(8)]}
    console = Console(width=80, record=True)
    console.print(report.table([report.row(each, 32, times) for each in times]))
    shown = console.export_text()
    assert "PyTorch, 16 " in shown and "ganzoo, 1 " in shown
    assert "1234-1235" in shown and "105" in shown and "11.8" in shown


def test_without_pytorch_the_command_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    with pytest.raises(ToolMissingError) as caught:
        command.bench(1, 0.0, None, tmp_path / "out.json")
    assert "make training-bench" in caught.value.remedy
    assert not list(tmp_path.iterdir())
