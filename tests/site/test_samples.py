"""A run's samples on its page: sheets become a timeline, damaged ones are refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from ganzoo.errors import RunError
from ganzoo.site import build
from ganzoo.site.samples import timeline
from tests.support.sites import made_by_hand, run_with_samples, tags

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
def test_sheets_become_a_timeline(tmp_path: Path) -> None:
    run = run_with_samples(tmp_path / "mine")
    export = made_by_hand(run.path / "export")
    site = build.build([(export, run)], tmp_path / "site").path
    entries = json.loads((site / "samples" / "tiny" / "timeline.json").read_text())
    assert [(entry["iteration"], entry["epoch"]) for entry in entries] == [(20, None), (800, 3.2)]
    for entry in entries:
        name = entry["file"].partition("?")[0]
        with Image.open(site / "samples" / "tiny" / name) as mine, Image.open(run.path / "samples" / name) as own:
            assert mine.convert("RGB").tobytes() == own.tobytes()
        assert (site / "samples" / "tiny" / name).stat().st_size < (run.path / "samples" / name).stat().st_size
    (element,) = tags(site, "index.html").all("ganzoo-generator")
    assert element["timeline"].startswith("samples/tiny/timeline.json?")


LOGS = {
    "log": "{}",
    "endless": '{"iteration": 1e999, "epoch_detail": 1, "elapsed_time": 1}',
    "endless epoch": '{"iteration": 1, "epoch_detail": 1e999, "elapsed_time": 1}',
    "no number": '{"iteration": 1, "epoch_detail": NaN, "elapsed_time": 1}',
    "too large": f'{{"iteration": 1, "epoch_detail": 1{"0" * 400}, "elapsed_time": 1}}',
    "deep": "[" * 100_000,
}


@pytest.mark.posix
@pytest.mark.parametrize("damage", ["no picture", "link", *LOGS])
def test_damaged_samples_are_refused(damage: str, tmp_path: Path) -> None:
    run = run_with_samples(tmp_path / "mine")
    sheet = run.path / "samples" / "0000020.png"
    if damage in LOGS:
        (run.path / "log.jsonl").write_text(LOGS[damage] + "\n")
    else:
        sheet.unlink()
        sheet.symlink_to(run.path / "samples" / "0000800.png") if damage == "link" else sheet.write_text("GIF89a")
    with pytest.raises(RunError, match=r"log\.jsonl is damaged" if damage in LOGS else "not a valid sheet"):
        timeline(run, lambda name, content: name)
