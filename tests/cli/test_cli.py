"""The command line as its users meet it: what it prints where, how it ends, what it costs to ask for help."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from ganzoo import plugins
from tests.support.registries import ARCHS, BACKENDS, DATASETS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.runs.run import Run
    from tests.support.command import Done

HEAVY = ("numpy", "chainer", "webdnn", "matplotlib", "PIL", "sklearn", "scipy", "cupy", "starlette", "uvicorn")


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"], ["--version"], ["list", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    script = f"""
import sys
from ganzoo.cli import main
try:
    main({arguments})
except SystemExit as end:
    assert not end.code, end.code
print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == "[]"


def test_list_json_shows_the_built_ins(ganzoo: Callable[..., Done], in_tmp: Path) -> None:
    done = ganzoo("list", "--json")
    assert done.code == 0
    listed = json.loads(done.out)
    names = {kind: [entry["name"] for entry in entries] for kind, entries in listed.items()}
    assert names["archs"] == list(ARCHS)
    assert names["backends"] == list(BACKENDS) and {"webassembly", "webgl", "webgpu"} <= set(BACKENDS)
    assert names["datasets"] == list(DATASETS)
    assert names["runs"] == []
    webgpu = next(entry for entry in listed["backends"] if entry["name"] == "webgpu")
    assert webgpu["runs"] is False and "no browser" in webgpu["note"]
    assert "Metal source" in ganzoo("list", "backends").out


def test_list_fits_80_columns(ganzoo: Callable[..., Done], in_tmp: Path) -> None:
    for command in (["list"], ["doctor"], ["info", "wgan-gp"], ["data", "list"]):
        assert max(map(len, ganzoo(*command).out.splitlines())) <= 80, command


@pytest.mark.slow
@pytest.mark.training
def test_runs_are_listed_and_found(ganzoo: Callable[..., Done], in_tmp: Path) -> None:
    assert ganzoo("train", "cnn", "--epochs", 1, "--limit", 64).out == "runs/cnn-digits-1\n"
    assert ganzoo("train", "cnn", "--epochs", 1, "--limit", 64).out == "runs/cnn-digits-2\n"
    (in_tmp / "runs" / "notes").mkdir()
    (in_tmp / "runs" / "notes" / "config.json").write_text("{}")
    runs = json.loads(ganzoo("list", "runs", "--json").out)["runs"]
    assert [run["name"] for run in runs] == ["cnn-digits-1", "cnn-digits-2", "notes"]
    assert all(run["finished"] for run in runs[:2]) and "damaged" in runs[2]["error"]
    done = ganzoo("export", "cnn-digit-1", "--backend", "webgl")
    assert done.code == 2 and "Did you mean 'cnn-digits-1'?" in done.err
    done = ganzoo("export", "--backend", "webgl", "--no-verify")  # the latest
    assert done.code == 0 and "cnn-digits-2/export/classifier" in done.out
    done = ganzoo("verify", "cnn-digits-1")
    assert done.code == 2 and "is not an export" in done.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["train", "dcgan-con"], 2, "Did you mean 'dcgan-cond'?"),
        (["trian"], 2, "train"),
        (["train"], 2, "Missing argument"),
        (["train", "cnn", "--epoks", "3"], 2, "--epochs"),
        (["train", "cnn", "--preset", "exercize"], 2, "Did you mean 'exercise'?"),
        (["train", "cnn", "--device", "cuda:9"], 3, "--device cpu"),
        (["train", "cnn", "--dataset", "folder"], 2, "--data-dir"),
        (["train", "cnn", "--dataset", "mnist", "--data-dir", "."], 3, "train-images-idx3-ubyte"),
        (["train", "cnn", "--resume"], 2, "There is no run of cnn"),
        (["sample"], 2, "ganzoo train"),
        (["export", "--all-backends"], 2, "ganzoo train"),
        (["export"], 2, "--all-backends"),
        (["export", "--backend", "webgl", "--all-backends"], 2, "--all-backends"),
        (["bench"], 2, "ganzoo export"),
        (["verify", "nowhere"], 2, "There is no run 'nowhere'"),
        (["info", "webgk"], 2, "webg"),
        (["data", "fetch", "digits"], 2, "needs no download"),
        (["list", "everything"], 2, "archs"),
    ],
)
def test_wrong_use(arguments: list[str], code: int, words: str, ganzoo: Callable[..., Done], in_tmp: Path) -> None:
    done = ganzoo(*arguments)
    assert done.code == code, done.err
    assert words in " ".join(done.err.split()), done.err
    assert "Traceback" not in done.err and done.out == ""
    assert list(in_tmp.iterdir()) == []


@pytest.mark.training
def test_debug_shows_the_traceback(in_tmp: Path) -> None:
    command = [sys.executable, "-m", "ganzoo", "--debug", "train", "xyzzy"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert "Traceback" in done.stderr and "UnknownNameError" in done.stderr
    done = subprocess.run([*command[:3], *command[4:]], capture_output=True, text=True)
    assert "Traceback" not in done.stderr and done.returncode == 2


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_full_disk_is_told(
    code: int, ganzoo: Callable[..., Done], in_tmp: Path, runs: Mapping[str, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed write does not tell its file."""

    def fail(*arguments: object, **options: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Image.Image, "save", fail)
    command = ("sample", runs["dcgan-cond"].path, "--out", "a.png")
    done = ganzoo(*command)
    assert done.code == 3 and f"{os.strerror(code)}." in done.err and "Free some space" in done.err
    assert list(in_tmp.iterdir()) == []
    with pytest.raises(OSError, match=re.escape(os.strerror(code))):
        ganzoo("--debug", *command)
    code = errno.ECONNREFUSED  # no disk's
    with pytest.raises(OSError, match="refused"):
        ganzoo(*command)


@pytest.mark.slow
def test_no_colour_off_a_terminal_and_under_no_color(in_tmp: Path) -> None:
    for extra in ({"NO_COLOR": "1"}, {}):
        environment = {**os.environ, **extra}
        done = subprocess.run([sys.executable, "-m", "ganzoo", "list"], capture_output=True, text=True, env=environment)
        assert "\x1b" not in done.stdout


def test_info_shows_every_preset(ganzoo: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = ganzoo("info", "dcgan-cond").out
    assert re.search(r"^ default +900,000 images +64 ", shown, re.MULTILINE)
    assert re.search(r"^ blog +200 epochs +128 ", shown, re.MULTILINE)
    assert re.search(r"^ tiny .*\n.*\n +Other values: width=tiny *\n", shown, re.MULTILINE)
    presets = json.loads(ganzoo("info", "dcgan-cond", "--json").out)["presets"]
    assert presets["blog"]["epochs"] == 200 and presets["blog"]["hparams"]["clip"] == 0.1
    assert json.loads(ganzoo("info", "webassembly", "--json").out)["toolchains"] == ["zig", "emscripten"]
    assert json.loads(ganzoo("info", "mnist", "--json").out)["n_classes"] == 10


def test_info_explains_every_hyper_parameter(ganzoo: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = ganzoo("info", "cnn").out
    assert re.search(r"^ shift +2 +Largest random shift of a training image, in *\n", shown, re.MULTILINE)
    assert max(map(len, shown.splitlines())) <= 80
    assert json.loads(ganzoo("info", "cnn", "--json").out)["descriptions"]["shift"].startswith("Largest random shift")


def test_peers_are_listed(ganzoo: Callable[..., Done]) -> None:
    listed = {entry["name"]: entry for entry in json.loads(ganzoo("list", "--json").out)["peers"]}
    assert set(listed) == set(plugins.PEERS.names())
    assert listed["tensorflow.js"]["summary"] == "npm package @tensorflow/tfjs-core, for webassembly, webgl, webgpu"
    assert json.loads(ganzoo("info", "webdnn", "--json").out)["backends"] == ["webgl", "webassembly"]


def test_doctor(ganzoo: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done = ganzoo("doctor", "--json")
    found = {finding["what"]: finding for finding in json.loads(done.out)}
    assert done.code == 0 and all(found[name]["ok"] for name in ("Python", "chainer", "webdnn", "numpy", "ziglang"))
    assert found["fast layers"]["ok"]
    monkeypatch.setenv("GANZOO_BROWSER", str(tmp_path / "none"))
    browser = next(f for f in json.loads(ganzoo("doctor", "--json").out) if f["what"] == "browser")
    assert not browser["ok"] and "GANZOO_BROWSER" in browser["remedy"]
    from ganzoo import doctor

    monkeypatch.setattr(doctor, "version", lambda name: "0.0")
    done = ganzoo("doctor", "--json")
    chainer = next(finding for finding in json.loads(done.out) if finding["what"] == "chainer")
    assert done.code == 3 and "--find-links wheels chainer==7.8.1" in chainer["remedy"]  # its source does not build


def test_sample_draws_what_it_is_asked_for(
    ganzoo: Callable[..., Done], runs: Mapping[str, Run], tmp_path: Path
) -> None:
    run = runs["dcgan-cond"].path

    def sample(*arguments: object) -> bytes:
        out = tmp_path / "picture.png"
        done = ganzoo("sample", run, "--out", out, *arguments)
        assert (done.code, done.out) == (0, f"{out}\n"), done.err
        return out.read_bytes()

    assert sample("--seed", 3) == sample("--seed", 3)
    assert sample("--seed", 3) != sample("--seed", 4)
    sample("--label", 7, "--count", 2)
    narrow = Image.open(tmp_path / "picture.png").size
    sample("--label", 7, "--label", 2, "--count", 2)
    wide = Image.open(tmp_path / "picture.png").size
    assert wide[0] > narrow[0] and wide[1] == narrow[1]
    done = ganzoo("sample", run, "--label", "seven")
    assert done.code == 2 and "'seven'" in done.err
    done = ganzoo("sample", runs["cnn"].path)
    assert done.code == 2 and "is not a generator of pictures" in done.err


def test_sample_columns_are_of_their_label(runs: Mapping[str, Run], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each column of the sheet is drawn with the one-hot label of its heading."""
    import numpy as np

    from ganzoo import image_grid, sample

    seen: list[tuple[np.ndarray, list[str]]] = []
    monkeypatch.setattr(image_grid, "sheet", lambda images, headings: seen.append((images, headings)))
    run = runs["dcgan-cond"]
    sample.sheet(run, ["7", "2"], 3, seed=0)
    images, headings = seen[0]
    assert headings == ["7", "2"] and images.shape == (3, 2, 1, 28, 28)
    from ganzoo import inputs
    from ganzoo.export.tracing import reference

    (network,) = run.arch.export(run.config, run.model())
    x = inputs.seeded(network.inputs, 6, 0, [7, 2])[0]
    assert (x[0::2, 107] == 1).all() and (x[1::2, 102] == 1).all()
    np.testing.assert_array_equal(images, reference(network, [x])[0].reshape(3, 2, 1, 28, 28))


def test_completion_offers_names(in_tmp: Path) -> None:
    environment = {
        **os.environ,
        "_GANZOO_COMPLETE": "complete_bash",
        "COMP_WORDS": "ganzoo train d",
        "COMP_CWORD": "2",
    }
    program = Path(sys.executable).with_name("ganzoo")
    done = subprocess.run([program], capture_output=True, text=True, env=environment)
    assert done.stdout.split() == ["dcgan-cond"]
