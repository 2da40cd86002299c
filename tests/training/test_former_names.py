"""Snapshots whose links still have the names of earlier versions: read bit for bit, and gone on with."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ganzoo import plugins
from ganzoo.runs.run import load
from ganzoo.runs.snapshot import flat, load_model
from ganzoo.training.options import TrainOptions
from ganzoo.training.train import resume
from tests.support.trainings import interrupted, same

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ganzoo.runs.run import Run
    from ganzoo.training.progress import Listener

# What today's links of each network were called by versions up to 0.2.0
CNN = {"l3": "fc3", "l4": "fc4"}
GENERATOR = {"l1": "l0", "dc1_bn": "bn1", "dc2_bn": "bn2"}
DISCRIMINATOR = {"c1": "c0", "c2": "c1", "c3": "c2", "l1": "l3"}


def former(arch: str, name: str) -> str:
    """The name that version 0.2.0 gave to the array `name`."""
    links = CNN if arch == "cnn" else DISCRIMINATOR if ":dis/" in name else GENERATOR
    return "/".join(links.get(part, part) for part in name.split("/"))


def as_before(arch: str, file: Path) -> None:
    """Write `file` as version 0.2.0 would have written it."""
    with np.load(file, allow_pickle=False) as stored:
        arrays = {former(arch, name): stored[name] for name in stored.files}
    header = json.loads(str(arrays["ganzoo"]))
    header["absent"] = [former(arch, name) for name in header["absent"]]
    assert any("l0" in name.split("/") or "fc3" in name.split("/") for name in arrays)
    np.savez(file, **{**arrays, "ganzoo": np.asarray(json.dumps(header))})


@pytest.mark.training
@pytest.mark.parametrize("arch", ["cnn", "dcgan-cond", "wgan-gp"])
def test_former_weights_are_read_bit_for_bit(runs: Mapping[str, Run], arch: str, tmp_path: Path) -> None:
    run = runs[arch]
    old = shutil.copyfile(run.model_path, tmp_path / "model.npz")
    as_before(arch, old)
    model = plugins.built(run.arch, run.config)
    load_model(old, run.config, model)
    expected = flat(run.model())
    assert expected.keys() == flat(model).keys()
    assert all(array.tobytes() == expected[name].tobytes() for name, array in flat(model).items())


@pytest.mark.training
@pytest.mark.parametrize("arch", ["cnn", "dcgan-cond"])
def test_a_former_training_goes_on_as_if_nothing_had_changed(
    arch: str, tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = interrupted(arch, tmp_path, quiet, monkeypatch, after=3)
    old = load(shutil.copytree(stopped.path, tmp_path / "old"))
    for file in old.kept():
        as_before(arch, file)
    config = json.loads((old.path / "config.json").read_text())
    del config["config"]["hparams"]["augment"]  # a hyper-parameter that there was not yet
    (old.path / "config.json").write_text(json.dumps(config))
    old = load(old.path)
    for run in (stopped, old):
        resume(arch, TrainOptions(), tmp_path, run.path, quiet)
    assert same(stopped.path / "last.npz", old.path / "last.npz")
