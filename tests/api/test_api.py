"""The Python API at work: what a notebook would type."""

from __future__ import annotations

import json
import shutil
import signal
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

import ganzoo as package
from ganzoo import errors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ganzoo.runs.run import Run as InternalRun
    from tests.support.command import Done


@pytest.fixture
def run(runs: Mapping[str, InternalRun]) -> package.Run:
    return package.load_run(runs["dcgan-cond"].path)


def test_a_run_tells_what_it_is(run: package.Run) -> None:
    assert repr(run) == f"<ganzoo.Run {run.path}: dcgan-cond (default) on digits, finished>"
    assert run.name == "dcgan-cond-digits-1" and run.finished and not run.interrupted
    assert run.classes == tuple("0123456789") and run.config.epochs == 2 and run.config.seed == 1
    assert run.log[-1]["epoch_detail"] == 2.0 and {"gen/loss", "eval/frechet"} <= set(run.log[-1])
    assert run.best is not None and run.best.key == "eval/frechet"


def test_pictures_as_an_array_and_as_an_image(run: package.Run, tmp_path: Path, ganzoo: Callable[..., Done]) -> None:
    drawn = run.draw(["3", 7], count=2, seed=5)
    assert drawn.shape == (2, 2, 1, 28, 28) and drawn.dtype == np.float32
    assert drawn.min() >= 0 and drawn.max() <= 1 and drawn.std() > 0
    np.testing.assert_array_equal(run.draw(["3", "7"], count=2, seed=5), drawn)
    assert run.draw("3", count=1).shape == (1, 1, 1, 28, 28) and run.draw(count=1).shape == (1, 10, 1, 28, 28)
    sheet = run.sheet(["3", "7"], count=2, seed=5)
    assert isinstance(sheet, Image.Image) and sheet._repr_png_()  # which a notebook shows
    done = ganzoo("sample", run.path, "-l", 3, "-l", 7, "--count", 2, "--seed", 5, "--out", tmp_path / "sheet.png")
    assert done.code == 0
    assert Image.open(tmp_path / "sheet.png").tobytes() == sheet.tobytes()


def test_wrong_requests(run: package.Run, runs: Mapping[str, InternalRun], in_tmp: Path) -> None:
    with pytest.raises(errors.UnknownNameError, match=r"no class in dcgan-cond-digits-1 'ten'\. .*Known: 0, 1"):
        run.draw("ten")
    for wrong in (-1, 2**32):
        with pytest.raises(errors.UsageError, match=r"less than 2\*\*32"):
            run.draw("3", seed=wrong)
    with pytest.raises(errors.UsageError, match="is not a generator of pictures"):
        package.load_run(runs["cnn"].path).sheet()
    with pytest.raises(errors.RunError, match="Train one with: ganzoo train"):  # the remedy is in what a notebook shows
        package.load_run()
    with pytest.raises(errors.UnknownNameError, match="no run 'mine'"):
        package.load_run("mine")
    for options, words in (
        ({"weights": "f8"}, "encoding of weights 'f8'"),
        ({"layout": "mine"}, "layout 'mine'"),
        ({"toolchain": "gcc"}, "toolchain of these backends 'gcc'"),
        ({"backends": ["cuda"]}, "backend 'cuda'"),
        ({"backends": []}, "needs at least one backend"),
    ):
        wanted: dict[str, Any] = {"verify": False, **options}
        with pytest.raises(errors.UsageError, match=words):
            run.export(in_tmp / "export", **wanted)
    assert not (in_tmp / "export").exists()


def test_an_export_and_a_site(run: package.Run, tmp_path: Path) -> None:
    lines: list[str] = []
    made = run.export(tmp_path / "export", backends=["webassembly"], verify=False, progress=lines.append)
    assert lines == ["tracing the networks", "compiling for webassembly"]
    assert repr(made) == f"<ganzoo.Export {tmp_path / 'export'}: generator for webassembly>"
    assert made.networks == {"generator": tmp_path / "export" / "generator"} and made.backends == ["webassembly"]
    assert made.checks == () and made.unverified == ""
    again = package.load_export(made.path)
    assert again.sizes == made.sizes == json.loads((made.path / "report.json").read_text())
    fetched = [file for file in made.networks["generator"].iterdir() if file.name != ".gitattributes"]
    on_disk = sum(file.stat().st_size for file in fetched)
    assert made.sizes["total"]["raw"] == on_disk == sum(entry["raw"] for entry in made.sizes["files"])
    site = package.build_site([again], tmp_path / "site", title="Digits", progress=lines.append)
    assert site.path == tmp_path / "site" and (site.path / "index.html").exists() and "compressing" in lines
    assert [page.title for page in site.pages] == ["Make pictures"] and not site.passed_over


@pytest.mark.parametrize(
    ("key", "value"), [("files", 7), ("files", [{}]), ("total", {}), ("backends", {"webgl": {"raw": "1"}})]
)
def test_a_damaged_report_is_refused(run: package.Run, tmp_path: Path, key: str, value: object) -> None:
    made = run.export(tmp_path / "export", backends=["webassembly"], verify=False)
    file = made.path / "report.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), key: value}))
    with pytest.raises(errors.DocumentError, match=rf"report\.json is damaged: its field {key}"):
        _ = made.sizes


@pytest.mark.browser
def test_verifying_raises_what_differs_unless_it_is_only_to_be_told(run: package.Run, tmp_path: Path) -> None:
    made = run.export(tmp_path / "export", backends=["webassembly"], verify=False)
    golden = made.path / "golden.npz"
    with np.load(golden) as stored:
        arrays = dict(stored.items())
    np.savez(golden, **{**arrays, "generator/outputs/y": arrays["generator/outputs/y"] + 1})
    checks = made.verify(strict=False)
    assert [(network, check.ok) for network, check in checks if check.asked] == [("generator", False)]
    with pytest.raises(errors.VerificationError, match="generator on webassembly, f32"):
        made.verify(["webassembly"])


@pytest.mark.training
def test_progress_interrupt_and_resume(tmp_path: Path) -> None:
    """As a notebook does it: a callback, "interrupt", and on from there; from another thread as well."""
    told: list[package.Progress] = []
    former = signal.getsignal(signal.SIGINT)
    options: dict[str, Any] = {"epochs": 2, "limit": 96, "batch_size": 32, "hparams": {"alpha": 5e-4}}

    def interrupt(progress: package.Progress) -> None:
        told.append(progress)
        if progress.epoch >= 1:
            signal.raise_signal(signal.SIGINT)

    run = package.train("cnn", out=tmp_path / "run", progress=interrupt, **options)
    assert run.interrupted and not run.finished and run.config.hparams["alpha"] == 5e-4
    last = told[-1]
    assert last.path == run.path and last.config == run.config and last.epochs == 2 and 1 <= last.epoch < 2
    assert str(last).startswith("epoch 1.") and last.monitors and last.log and last.notable
    assert signal.getsignal(signal.SIGINT) is former

    class EnoughError(Exception):
        pass

    def stop(progress: package.Progress) -> None:
        raise EnoughError

    with pytest.raises(EnoughError):
        run.resume(progress=stop)
    done: list[package.Run] = []
    thread = threading.Thread(target=lambda: done.append(package.load_run(run.path).resume()))
    thread.start()
    thread.join()
    assert done[0].finished and not done[0].interrupted and done[0].log[-1]["epoch_detail"] == 2.0
    whole = package.train("cnn", out=tmp_path / "whole", **options)
    assert (whole.path / "last.npz").read_bytes() == (run.path / "last.npz").read_bytes()


@pytest.mark.training
@pytest.mark.slow
def test_evaluate(tmp_path: Path, runs: Mapping[str, InternalRun]) -> None:
    lines: list[str] = []
    run = package.load_run(shutil.copytree(runs["cnn"].path, tmp_path / "run"))
    document = run.evaluate(quick=True, progress=lines.append)
    assert document == json.loads((run.path / "metrics.json").read_text())
    assert 0 <= document["scores"]["accuracy"]["value"] <= 1 and lines
