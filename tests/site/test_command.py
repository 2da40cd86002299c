"""`ganzoo site` as its users meet it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.sites import listed, made_by_hand, run_with_samples

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.command import Done


@pytest.mark.slow
def test_the_command(ganzoo: Callable[..., Done], in_tmp: Path) -> None:
    run = run_with_samples(in_tmp / "runs" / "mine")
    made_by_hand(run.path / "export")
    made_by_hand(in_tmp / "reader", "classifier")
    done = ganzoo("site", "mine", "reader", "--title", "My site")
    assert done.code == 0 and done.out.splitlines()[-1] == "site" and "ganzoo serve site" in done.err
    assert max(map(len, done.out.splitlines())) <= 80
    assert (in_tmp / "site" / "samples" / "tiny" / "0000800.png").exists()  # the run was found
    done = ganzoo("site", "--json", "--out", "other", "--max-file-size", "github-pages")  # the latest
    told = json.loads(done.out)
    assert told["path"] == "other" and [page["slug"] for page in told["pages"]] == ["tiny"]
    page, where = told["pages"][0], in_tmp / "other"
    names = ["index.html", "generator.js", "generator.css", "elements.js", "shell.js", "page.css"]
    sizes = [(where / f"{name}.br").stat().st_size for name in names]
    assert page["code_brotli"] == sum(sizes) + len("webgl.js") + len("webgl.json") and page["weights"] == 16


@pytest.mark.slow
@pytest.mark.parametrize("where", [".", "reader", "reader/classifier"])
def test_a_network_s_folder_means_its_export(
    where: str, ganzoo: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`ganzoo export` prints it last."""
    export = made_by_hand(tmp_path / "reader", "classifier")
    monkeypatch.chdir(export.path / "classifier" if where == "." else tmp_path)
    done = ganzoo("site", where, "--out", tmp_path / "site")
    assert done.code == 0, done.err
    assert [page["slug"] for page in listed(tmp_path / "site")["pages"]] == ["tiny"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "There is no run 'nowhere'"),
        (["reader", "--base-path", "demo"], "'demo' is not a valid --base-path"),
        (["reader", "--max-file-size", "huge"], "'huge' is neither a size nor a known host"),
        (["reader", "--max-file-size", ""], "--max-file-size is empty"),
        (["reader", "--out", "reader"], "exists and is not a ganzoo site"),
        (["reader", "--title", ""], "--title is empty"),
    ],
)
def test_wrong_use(arguments: list[str], words: str, ganzoo: Callable[..., Done], in_tmp: Path) -> None:
    made_by_hand(in_tmp / "reader", "classifier")
    done = ganzoo("site", *arguments)
    assert done.code == 2 and words in " ".join(done.err.split()) and "Traceback" not in done.err
    assert [path.name for path in in_tmp.iterdir()] == ["reader"]
