"""Training on a GPU: the CPU's numbers, and nothing read back in a step.

These tests need a GPU, or `make gpu-emulated`, which counts what a GPU would be asked for (tools/cuda/README.md).
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from benchmarks.training import subjects
from benchmarks.training.agreement import TOLERANCES, noise_as, state
from ganzoo import devices
from ganzoo.errors import DeviceMissingError
from ganzoo.training import loop
from ganzoo.training.options import TrainOptions
from ganzoo.training.train import resume, train
from tests.support.places import ROOT
from tests.support.registries import ARCHS

if TYPE_CHECKING:
    from pathlib import Path

    from ganzoo.training.progress import Listener

sys.path.insert(0, str(ROOT / "tools" / "cuda"))  # counts what the emulation was asked for

GPU = "cuda:0"
EMULATED = "GANZOO_EMULATED_CUDA" in os.environ


def no_gpu() -> str:
    try:
        devices.resolve(GPU)
    except DeviceMissingError as error:
        return error.message
    return ""


NO_GPU = no_gpu()
RECIPES = [] if NO_GPU else [(each.config.arch, each.config.preset) for each in subjects.subjects()]
pytestmark = pytest.mark.skipif(bool(NO_GPU), reason=NO_GPU)
counted = pytest.mark.skipif(not EMULATED, reason="only the emulation counts: make gpu-emulated")


def stepped(subject: subjects.Subject, device: str, dtype: str) -> tuple[list[float], Any]:
    """What three steps report, and what they leave: weights and running statistics in one vector."""
    step, reported = subjects.Step(subject.training(device, dtype)), []
    for i in range(3):
        np.random.seed(i)
        with noise_as(dtype):
            reported += [float(getattr(value, "array", value)) for value in step().values()]
    return reported, state(step)


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize(("arch", "preset"), RECIPES)
def test_a_step_is_the_same_as_on_the_cpu(arch: str, preset: str, dtype: str) -> None:
    (subject,) = (each for each in subjects.subjects(arch) if each.config.preset == preset)
    subject = replace(subject, config=replace(subject.config, batch_size=8))
    with subjects.as_trained():
        losses, weights = stepped(subject, "cpu", dtype)
        losses_there, weights_there = stepped(subject, GPU, dtype)
    limits = TOLERANCES[dtype]
    np.testing.assert_allclose(losses_there, losses, rtol=limits.losses, atol=1e-3 * limits.losses)
    assert np.linalg.norm(weights_there - weights) <= limits.update * np.linalg.norm(weights)


@pytest.mark.parametrize("arch", ARCHS)
def test_a_run_goes_from_one_device_to_the_other(arch: str, tmp_path: Path, quiet: Listener) -> None:
    """By way of its snapshot: begun on one, continued on the other, it logs what it would have logged."""
    begun = TrainOptions(epochs=1, limit=48, seed=1, batch_size=8)
    logs = []
    for first, then in (("cpu", GPU), (GPU, "cpu")):
        out = tmp_path / first
        assert train(arch, replace(begun, device=first), tmp_path, out, quiet).run.finished
        outcome = resume(arch, TrainOptions(epochs=2, device=then), tmp_path, out, quiet)
        assert all(np.isfinite(parameter.array).all() for parameter in outcome.run.model().params())
        logs.append([entry[key] for entry in outcome.log for key in entry if "loss" in key or key == "wasserstein"])
    np.testing.assert_allclose(logs[0], logs[1], rtol=0.02, atol=0.02)  # Adam makes steps of rounding


@counted
@pytest.mark.parametrize(("arch", "preset"), RECIPES)
def test_a_step_sends_no_images_and_waits_for_nothing(arch: str, preset: str) -> None:
    from emulated import counts

    (subject,) = (each for each in subjects.subjects(arch) if each.config.preset == preset)
    subject = replace(subject, config=replace(subject.config, batch_size=8))
    with subjects.as_trained():
        step = subjects.Step(subject.training(GPU))
        step()
        counts()
        step()
    found = counts()
    assert found["kernels"] > 20
    batch = 4 * 8 * 28 * 28  # bytes of a step's images
    assert 0 < found["to_device"] < (5 if arch == "wgan-gp" else 1) * batch
    assert (found["to_host"], found["waits"]) == (0, 0)


@counted
def test_a_longer_training_reads_back_no_more(tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """Losses are read when a line of the log is due, and pictures and scores when they are: never for a step."""
    from emulated import counts

    for name in ("LOG_LINES", "SHEETS", "EVALS"):
        monkeypatch.setattr(loop, name, 1)
    found = []
    for batch_size in (16, 8):
        counts()
        outcome = train(
            "dcgan-cond", TrainOptions(epochs=1, limit=64, batch_size=batch_size, device=GPU), tmp_path, None, quiet
        )
        found.append({**counts(), "steps": outcome.log[-1]["iteration"]})
    assert found[1]["steps"] == 2 * found[0]["steps"]
    assert found[1]["kernels"] > found[0]["kernels"] + 4 * 20
    assert (found[1]["to_host"], found[1]["waits"]) == (found[0]["to_host"], found[0]["waits"])
