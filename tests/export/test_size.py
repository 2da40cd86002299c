"""What an export weighs, and the budget that it may be given."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganzoo.errors import BudgetError, UsageError
from ganzoo.export import size
from tests.support.exporting import backends, webdnn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ganzoo.runs.run import Run


@pytest.mark.slow
def test_report_is_what_lies_there(runs: Mapping[str, Run], tmp_path: Path) -> None:
    done = webdnn(runs["dcgan-cond"], backends(), tmp_path / "export")
    made, parts = done.export, done.parts
    report = json.loads((made.path / "report.json").read_text())
    assert report == json.loads(json.dumps(size.report(parts, made.notes, ())))
    files = {entry["path"]: entry for entry in report["files"]}
    assert set(files) == set(made.description["files"])
    for path, entry in files.items():
        raw = (made.path / path).read_bytes()
        assert entry["raw"] == len(raw)
        assert len(gzip.decompress(gzip.compress(raw, 9))) == len(raw) and entry["gzip"] == len(
            gzip.compress(raw, 9, mtime=0)
        )
        assert entry["brotli"] == len(brotli.compress(raw, quality=9 if path.endswith(".bin") else 11))
        assert entry["holds"] == ("weights" if path.endswith(".bin") else "code")
    webgl = report["backends"]["webgl"]
    contents = {(made.path / path).read_bytes() for path in files if "webgl" in path}
    assert webgl["distinct"] == sum(map(len, contents)) < webgl["raw"]
    assert webgl["weights"] + webgl["code"] == webgl["raw"]
    assert report["total"]["raw"] == sum(each["raw"] for each in report["backends"].values())
    everything = {(made.path / path).read_bytes() for path in files}
    assert sum(entry["distinct"] for entry in report["files"]) == sum(map(len, everything)) < report["total"]["raw"]
    assert "no browser" in report["notes"]["webgpu"]


@pytest.mark.slow
def test_budget_names_the_largest_parts(runs: Mapping[str, Run], tmp_path: Path) -> None:
    with pytest.raises(BudgetError, match=r"Largest: generator/weight_webgl\S+ \(841,988\)"):
        webdnn(runs["dcgan-cond"], backends("webgl"), tmp_path / "export", budget=size.parse_bytes("1MB"))
    parts = webdnn(runs["dcgan-cond"], backends("webgl"), tmp_path / "export", budget=size.parse_bytes("4.2MB")).parts
    assert size.total(parts).raw <= 4_200_000


@given(st.integers(0, 10**12), st.sampled_from([*size.UNITS]), st.sampled_from(["", " "]))
def test_sizes_are_read_as_written(n: int, unit: str, gap: str) -> None:
    assert size.parse_bytes(f"{n}{gap}{unit}") == n * size.UNITS[unit]


@pytest.mark.parametrize("text", ["", "MB", "-1MB", "1.5.2MB", "1 mib", "five", "1MB extra", "1e6"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(UsageError):
        size.parse_bytes(text)
