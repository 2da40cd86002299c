"""Both libraries do the same step, and one that differs is found: `make training-bench` runs this before it times."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.training import __main__ as command
from benchmarks.training import agreement, contestants, subjects
from benchmarks.training.agreement import TOLERANCES
from ganzoo.errors import VerificationError

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.training.subjects import Subject

NAMES = tuple(each.name for each in subjects.subjects())


@pytest.fixture(scope="module")
def recipes() -> dict[str, Subject]:
    """Every recipe, in batches of 8: what is proved does not depend on it."""
    return {each.name: replace(each, config=replace(each.config, batch_size=8)) for each in subjects.subjects()}


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("name", NAMES)
def test_the_steps_are_the_same(name: str, dtype: str, recipes: dict[str, Subject]) -> None:
    with subjects.as_trained():
        found = agreement.agreement(recipes[name], dtype)
    assert found.within(TOLERANCES[dtype]), found


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("dcgan-cond default", "eps of batch norm"),
        ("dcgan-cond default", "momentum of batch norm"),
        ("dcgan-cond default", "eps of Adam"),
        ("dcgan-cond default", "average"),
        ("dcgan-cond blog", "clip"),
        ("wgan-gp default", "penalty"),
        ("cnn default", "learning rate"),
        ("cnn default", "one weight"),
    ],
)
def test_a_step_that_differs_is_found_and_not_timed(
    name: str, fault: str, recipes: dict[str, Subject], monkeypatch: pytest.MonkeyPatch
) -> None:
    from benchmarks.training import steps

    make = steps.step

    def faulty(training: Any, device: str) -> Any:
        step = make(training, device)
        networks = step.networks()
        if fault == "eps of batch norm":
            networks["gen"].dc1_bn.eps = 1e-5
        elif fault == "momentum of batch norm":
            networks["gen"].dc2_bn.momentum = 0.11
        elif fault == "eps of Adam":
            step.gen_adam.eps = 1.1e-8
        elif fault == "average":
            step.t = 1
        elif fault == "clip":
            step.dis_adam.clip = step.gen_adam.clip = 0.0
        elif fault == "penalty":
            penalty = step.penalty
            step.penalty = lambda *given: 1.001 * penalty(*given)
        elif fault == "learning rate":
            step.adam.inner.param_groups[0]["lr"] *= 1.001
        else:
            networks["model"].conv1.weight.data[0, 0, 0, 0] += 1e-3
        return step

    monkeypatch.setattr(steps, "step", faulty)
    with subjects.as_trained(), pytest.raises(VerificationError, match="Chainer's"):
        contestants.contestants(recipes[name])


def test_the_command_writes_what_it_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command.bench(1, 0.0, "cnn", tmp_path / "out.json")
    written = json.loads((tmp_path / "out.json").read_text())
    assert {row["recipe"] for row in written["rows"]} == {"cnn default", "cnn exercise"}
    for row in written["rows"]:
        assert bool(row["reason"]) != ("step_ms" in row)
    assert {"ganzoo", "PyTorch", "images"} == {row["library"] for row in written["rows"] if not row["reason"]}
    assert "torch" in written["versions"]
    assert set(written["proofs"]["cnn default"]["CPU"]) == {"float32", "float64"}
