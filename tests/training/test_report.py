"""A run told: on a terminal, as a page, beside another, as an animation."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from ganzoo.errors import RunError
from ganzoo.runs import run as runs_module
from ganzoo.runs.run import Best
from ganzoo.text import visible
from ganzoo.training import preview
from ganzoo.training.dashboard import Dashboard, usable
from ganzoo.training.dashboard import shown as shown_on
from ganzoo.training.progress import Progress
from ganzoo.training.report import facts, grids, html
from ganzoo.training.report.compare import compare, sections

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.runs.run import Run
    from tests.support.command import Done

HOSTILE = "<script>alert('$&\"')</script>{{ 7 * 7 }}{% no %}"
METRICS = {
    "format": 1,
    "run": "a",
    "weights": "last",
    "model_sha256": None,
    "data": "digits",
    "evaluator": {"sha256": "0" * 64, "accuracy": 0.99},
    "note": "",
    "scores": {
        HOSTILE: {"value": 4.25, "floor": 1.5, "better": "min"},
        "gan_train": {"value": 0.9, "floor": None, "better": "max"},
    },
    "per_class": {"classes": [HOSTILE, "b"], "accuracy": [0.875, None]},
}


@pytest.fixture
def copy(runs: Mapping[str, Run], tmp_path: Path) -> Run:
    """A finished run of `dcgan-cond` that may be changed."""
    shutil.copytree(runs["dcgan-cond"].path, tmp_path / "copy")
    return runs_module.load(tmp_path / "copy")


def judged(run: Run, **values: Any) -> None:
    """As if `ganzoo eval --last` had been run, with other `values`."""
    sha256 = hashlib.sha256((run.path / "last.npz").read_bytes()).hexdigest()
    (run.path / "metrics.json").write_text(json.dumps({**METRICS, "model_sha256": sha256, **values}))


class Page(HTMLParser):
    """What a browser would find: elements, addresses, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.words = ""
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for key, value in attrs if key in ("src", "href", "srcset", "action", "poster")]
        if tag not in ("meta", "img", "source", "use", "path", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("use", "path"):
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def test_a_training_leaves_its_page_and_its_animation(runs: Mapping[str, Run]) -> None:
    run = runs["dcgan-cond"]
    page = Page((run.path / "run.html").read_text("utf-8"))
    assert not page.open and "script" not in page.tags and page.tags.count("svg") >= 2
    assert all(address.startswith(("data:image/", "#")) for address in page.addresses)
    for word in ("gen/loss", "gen_alpha", run.config.arch, "ganzoo train dcgan-cond", "seed", "numpy", run.name):
        assert word in page.words, word
    with Image.open(run.path / "training.webp") as animation:
        assert animation.n_frames == len(list((run.path / "samples").glob("*.png"))) > 2  # type: ignore[attr-defined]
    assert not (runs["cnn"].path / "training.webp").exists() and (runs["cnn"].path / "run.html").exists()


def test_grids_are_the_samples_pixel_for_pixel(runs: Mapping[str, Run]) -> None:
    from ganzoo.archs import _gan

    run = runs["dcgan-cond"]
    found = grids.grids(run)
    assert (found[0].iteration, found[0].epoch) == (0, 0.0) and found[-1].epoch == 2.0
    drawn = (_gan.sampler(run.config, replace(run, weights="last").model())() * 255).round()
    shown = np.asarray(found[-1].picture, np.float32)
    for row, column in ((0, 0), (9, 9), (3, 7)):
        top, left = row * 30, 2 + column * 30  # 28 pixels and a gap of 2
        np.testing.assert_allclose(shown[top : top + 28, left : left + 28], drawn[row, column, 0], atol=1)


def test_the_page_has_what_eval_found_and_trusts_no_name(copy: Run) -> None:
    judged(copy, note=HOSTILE)
    hostile = replace(copy, provenance={**copy.provenance, "classes": [HOSTILE] * 10, "machine": HOSTILE})
    text = html.write(hostile).read_text("utf-8")
    page = Page(text)
    assert "script" not in page.tags and page.words.count(HOSTILE) >= 5
    assert all(word in page.words for word in ("4.25", "1.5", "87.50%", "lower"))


def test_no_text_of_a_run_steers_a_terminal_or_breaks_its_page(
    copy: Run, ganzoo: Callable[..., Done], in_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control characters and halves of surrogate pairs in each of a run's files."""
    monkeypatch.setenv("COLUMNS", "200")
    steers = "\x1b[2J\x9b\x00\ud800"
    config = json.loads((copy.path / "config.json").read_text())
    config["config"] |= {"dataset": steers, "device": steers}
    config |= {"classes": [steers, *config["classes"][1:]], "machine": steers, "git": steers, "created": steers}
    (copy.path / "config.json").write_text(json.dumps(config))
    lines = [{**json.loads(line), f"eval/{steers}": 1.0, steers: 1} for line in (copy.path / "log.jsonl").open()]
    (copy.path / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    best = json.loads((copy.path / "best.json").read_text())
    (copy.path / "best.json").write_text(json.dumps({**best, "key": steers}))
    judged(copy, note=steers, scores={steers: {"value": 1, "floor": 1, "better": "min"}})
    page = html.write(runs_module.load(copy.path)).read_text(encoding="utf-8")
    assert visible(page) == page and "?[2J" in page
    shutil.copytree(copy.path, in_tmp / "runs" / "a")
    shutil.copytree(copy.path, in_tmp / "runs" / "b")
    (in_tmp / "runs" / "b" / "log.jsonl").write_text("")
    for command in (("list", "runs"), ("runs", "compare", "a", "b"), ("sample", "a", "--label", "x"), ("export", "a")):
        done = ganzoo(*command)
        assert visible(done.out + done.err) == done.out + done.err
        assert "?[2J" in done.out + done.err or command[0] == "export"


def test_scores_of_an_earlier_model_are_told_as_such(copy: Run) -> None:
    judged(copy)
    assert "ganzoo eval, last.npz" in Page(html.write(copy).read_text("utf-8")).words
    assert "ganzoo eval: gan_train" in sections(copy)["scores"]
    with (copy.path / "last.npz").open("ab") as file:  # as a training that goes on would change it
        file.write(b"\0")
    assert (
        "ganzoo eval, of an earlier last.npz; run 'ganzoo eval' again"
        in Page(html.write(copy).read_text("utf-8")).words
    )
    assert "ganzoo eval: gan_train" not in sections(copy)["scores"]


@pytest.mark.parametrize(
    "damage",
    [
        "not json",
        "[]",
        '{"format": 2}',
        '{"format": 1, "scores": {"a": 1}, "note": ""}',
        json.dumps({**METRICS, "weights": "../copy/model"}),
    ],
)
def test_damaged_metrics_are_told(damage: str, copy: Run, ganzoo: Callable[..., Done]) -> None:
    (copy.path / "metrics.json").write_text(damage)
    done = ganzoo("runs", "report", copy.path)
    assert done.code == 2 and "metrics.json is damaged" in done.err and "ganzoo eval" in done.err


def test_report_of_a_run_without_anything_yet(copy: Run, ganzoo: Callable[..., Done]) -> None:
    for name in ("log.jsonl", "model.npz", "best.json", "run.html", "training.webp"):
        (copy.path / name).unlink()
    shutil.rmtree(copy.path / "samples")
    done = ganzoo("runs", "report", copy.path)
    assert (done.code, done.out) == (0, f"{copy.path}/run.html\n"), done.err
    assert "not finished" in Page((copy.path / "run.html").read_text("utf-8")).words


def test_a_sheet_that_is_none_is_refused(copy: Run) -> None:
    (copy.path / "samples" / "0000099.png").write_text("GIF89a")
    with pytest.raises(RunError, match=r"0000099.png is not a valid sheet"):
        grids.grids(copy)


@pytest.mark.training
def test_the_command_repeats_the_run(copy: Run, ganzoo: Callable[..., Done], in_tmp: Path) -> None:
    command = facts.command(copy)
    assert command.startswith("ganzoo train dcgan-cond --preset default --dataset digits --limit 96 --epochs 2")
    changed = replace(copy.config, hparams={**copy.config.hparams, "gen_alpha": 0.5})
    assert facts.command(replace(copy, config=changed)).endswith("--set gen_alpha=0.5")
    done = ganzoo(*command.split()[1:], "--out", "again")
    assert done.code == 0, done.err
    found = compare(copy, runs_module.load(Path("again")))
    assert not found["recipe"] and not found["data"] and not found["scores"]


def test_compare_shows_what_differs(runs: Mapping[str, Run], copy: Run, ganzoo: Callable[..., Done]) -> None:
    config = copy.path / "config.json"
    stored = json.loads(config.read_text())
    stored["config"]["hparams"]["gen_alpha"] = 0.5
    config.write_text(json.dumps(stored))
    judged(copy)
    done = ganzoo("runs", "compare", runs["dcgan-cond"].path, copy.path, "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found["recipe"] == {"gen_alpha": [runs["dcgan-cond"].config.hparams["gen_alpha"], 0.5]}
    assert found["data"] == {} and found["time"] == {}
    assert found["scores"]["ganzoo eval: gan_train"] == [None, 0.9]
    done = ganzoo("runs", "compare", runs["dcgan-cond"].path, runs["wgan-gp"].path)
    assert done.code == 0 and "wasserstein" in done.out and "dcgan-cond" in done.out
    done = ganzoo("runs", "compare", copy.path, copy.path)
    assert done.out == "The two runs have the same hyper-parameters, data, scores and time.\n"
    assert ganzoo("runs", "compare", copy.path, "nowhere").code == 2


# The terminal


def test_sparkline() -> None:
    assert preview.sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8) == "▁▂▃▄▅▆▇█"
    assert preview.sparkline([0, 0, 7, 7], 2) == "▁█" and preview.sparkline([3, 3], 5) == "▁▁"
    assert preview.sparkline([], 5) == ""


@pytest.mark.parametrize(
    ("n", "lines", "columns", "fits"),
    [
        (10, 15, 80, (2, 5, 2)),
        (10, 40, 300, (1, 10, 1)),
        (10, 8, 80, (2, 5, 1)),
        (10, 2, 80, (1, 0, 0)),
        (3, 7, 80, (2, 3, 1)),
    ],
)
def test_pictures_fit_what_is_left(n: int, lines: int, columns: int, fits: tuple[int, int, int]) -> None:
    factor, across, down = preview.fit(n, 28, 28, lines, columns)
    assert (factor, across, down) == fits
    if across:
        images = np.zeros((n, 1, 28, 28), np.float32)
        drawn = preview.pictures(images, factor, across, down, colour=True)
        assert len(drawn) <= lines and max(len(line.plain) for line in drawn) <= columns


def test_two_pixels_a_letter() -> None:
    image = np.zeros((1, 1, 2, 2), np.float32)
    image[0, 0, 0, 1] = image[0, 0, 1, 0] = 1
    (line,) = preview.pictures(image, 1, 1, 1, colour=True)
    assert line.plain == "▀▀"
    assert [str(span.style) for span in line.spans] == ["#000000 on #ffffff", "#ffffff on #000000"]
    (plain,) = preview.pictures(image, 1, 1, 1, colour=False)
    assert plain.plain == "++" or len(set(plain.plain)) == 1
    colours = np.zeros((1, 3, 2, 1), np.float32)
    colours[0, 0] = 1
    (red,) = preview.pictures(colours, 1, 1, 1, colour=True)
    assert str(red.spans[0].style) == "#ff0000 on #ff0000"


def shown(run: Run, **options: Any) -> str:
    """What the dashboard draws on a terminal of 80 columns and 24 lines in a training like that of `run`."""
    told = StringIO()
    console = Console(file=told, width=80, height=24, force_terminal=True, **options)
    drawn = np.random.RandomState(0).uniform(size=(10, 10, 1, 28, 28)).astype(np.float32)
    scores = {f"eval/{name}": 0.5 for name in ("frechet", "coverage", "accuracy")}
    log = [{"gen/loss": 1.0 + i, "dis/loss": 0.5, **scores} for i in range(9)]
    progress = Progress(
        replace(run.config, epochs=4),
        "",
        path=run.path,
        epoch=1.0,
        images_per_second=100,
        seconds_left=3000,
        log=log,
        monitors=["gen/loss", "dis/loss"],
        images=drawn,
        best=Best(3, 1.0, "eval/frechet", "min", 12.25),
    )
    with shown_on(console) as listener:
        listener(progress)
    assert "epoch 1.0/4" in told.getvalue()
    told.seek(0)
    told.truncate()
    console.print(Dashboard(console, progress).view())
    return told.getvalue()


def test_the_dashboard_fits_a_small_terminal(runs: Mapping[str, Run]) -> None:
    text = shown(runs["dcgan-cond"], color_system="truecolor")
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).splitlines()
    assert len(lines) <= 23 and max(map(len, lines)) <= 80
    words = "\n".join(lines)
    for word in ("epoch 1.0/4", "100 images/s", "50:0", "gen/loss", "9.000", "▁", "best 12.25, epoch 1.0", "▀▀"):
        assert word in words, word
    assert "\x1b[38;2;" in text


def test_without_colour_pictures_are_letters(runs: Mapping[str, Run]) -> None:
    for options in ({"no_color": True}, {"color_system": None}):
        text = shown(runs["dcgan-cond"], **options)
        assert "▀" not in text and "\x1b[38" not in text and re.search(r"[=+*#]{5}", text)


def test_a_dumb_terminal_gets_lines() -> None:
    assert usable(Console(force_terminal=True, _environ={"TERM": "xterm"}))
    assert not usable(Console(force_terminal=True, _environ={"TERM": "dumb"}))
    assert not usable(Console(file=StringIO(), _environ=dict(os.environ)))


def test_a_page_explains_two_values_of_one_score(copy: Run) -> None:
    best = copy.best()
    assert best
    name = best.key.removeprefix("eval/")
    judged(copy, scores={name: {"value": 2 * best.score, "floor": None, "better": "min"}})
    assert "This page has two values of Frechet distance" in html.page(copy, [], b"")
    judged(copy, scores={name: {"value": best.score, "floor": None, "better": "min"}})
    assert "two values" not in html.page(copy, [], b"")


def test_a_page_names_the_columns_that_sheets_have(copy: Run) -> None:
    assert html._columns(["a", "b"]) == "a column for each class: a, b"
    told = html._columns([f"c{i}" for i in range(1000)])
    assert told.startswith("a column for each of the first 20 of 1,000 classes: c0,") and told.endswith("c19")
    many = {"classes": [f"c{i}" for i in range(1000)], "accuracy": [i / 1000 for i in range(1000)]}
    judged(copy, per_class=many)
    page = html.page(copy, [], b"")
    assert "The 40 of 1,000 classes with the least accuracy" in page and "c39<" in page and "c40<" not in page
