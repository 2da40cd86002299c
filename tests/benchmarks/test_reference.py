"""The benchmarks of this repository: the reference networks, wider ones, and what is plotted of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks import readme, reference, scaling
from ganzoo import plugins
from ganzoo.bench import visitors
from ganzoo.bench.contestants import subjects
from ganzoo.errors import BrowserMissingError
from ganzoo.export.exports import Export
from ganzoo.runs.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARITHMETIC = {"generator": 1_216_768, "classifier": 1_007_456}  # multiply-adds of a picture


@pytest.mark.parametrize("name", reference.PRESETS)
def test_the_reference_networks_are_what_the_issue_names(name: str, tmp_path: Path) -> None:
    arch, preset = reference.PRESETS[name]
    run = reference.save(Run(tmp_path / name, reference.config(plugins.ARCHS.get(arch), preset), {}))
    entry: Any = {"networks": {name: {}}, "run": name}
    (subject,) = subjects([(Export(tmp_path, entry), run)])
    assert (subject.name, subject.multiply_adds) == (name, ARITHMETIC[name])
    for _, link in run.model().namedlinks(skipself=True):
        moved = (link.beta.array, link.avg_mean) if hasattr(link, "avg_mean") else (link.b.array,)
        assert all((array != 0).all() for array in moved)


def test_a_wider_generator_has_its_channels_and_its_name(tmp_path: Path) -> None:
    config = reference.config(plugins.ARCHS.get("dcgan-cond"), "blog")
    made = {
        width: reference.save(scaling.WideRun(tmp_path / str(width), config, {}, width=width)) for width in (1, 0.25)
    }
    names = [network.name for run in made.values() for network in run.arch.export(run.config, run.model())]
    assert names == ["x1", "x0.25"]
    exports: list[Any] = [
        (Export(tmp_path, {"networks": {name: {}}, "run": name}), run)
        for name, run in zip(names, made.values(), strict=True)
    ]
    whole, quarter = (subject.multiply_adds or 0 for subject in subjects(exports))
    assert whole == ARITHMETIC["generator"]
    # both channels of the middle layers shrink, the noise and the picture do not
    assert quarter == 110 * 9 * 32 + 9 * 9 * 32 * 16 + 49 * 4 * 16 * 8 + 196 * 4 * 8


def document(**changes: Any) -> dict[str, Any]:
    def row(network: str, library: str, ms: float, reason: str = "") -> dict[str, Any]:
        batches = [{"batch": n, "median_ms": {"median": ms * n}} for n in scaling.BATCHES]
        return {"network": network, "library": library, "reason": reason, "batches": batches}

    return {
        "browsers": [{"name": "B", "version": "1", "peak_gflops": {"relaxed": {"median": 40.0}, "simd128": None}}],
        "networks": [{"name": "x1", "multiply_adds": 1000}, {"name": "x2", "multiply_adds": 4000}],
        "rows": [row("x1", "ganzoo", 1), row("x2", "ganzoo", 3), row("x1", "webdnn", 0, "no")],
        **changes,
    }


def test_points_are_of_rows_with_figures() -> None:
    found = list(scaling.points(document()))
    assert [(library, adds, n, ms["median"]) for library, adds, n, ms in found] == [
        ("ganzoo", 1000, 1, 1),
        ("ganzoo", 1000, 64, 64),
        ("ganzoo", 4000, 1, 3),
        ("ganzoo", 4000, 64, 192),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("changes", [{}, {"rows": []}])
def test_the_plot_names_libraries_and_the_peak(changes: dict[str, Any], tmp_path: Path) -> None:
    scaling.plot(document(**changes), tmp_path / "plot.svg")
    text = (tmp_path / "plot.svg").read_text()
    assert ("peak, 40 GFLOP/s" in text, "webdnn" in text, "ganzoo" in text) == (not changes, False, not changes)


@pytest.mark.browser
def test_the_sweep_runs_and_writes_report_and_plot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaling, "WIDTHS", (0.25,))
    monkeypatch.setattr(scaling, "RESULTS", tmp_path)
    scaling.main(rounds=1)
    (report,), (plot,) = tmp_path.glob("*-scaling.json"), tmp_path.glob("*-scaling.svg")
    rows = json.loads(report.read_text())["rows"]
    names = {"ganzoo", *plugins.PEERS.names()}
    assert {row["library"] for row in rows} == names and not any(row["reason"] for row in rows)
    assert "peak" in plot.read_text() and all(name in plot.read_text() for name in names)


def test_only_the_marked_block_of_the_readme_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "before\n<!-- performance: none -->\nold\n<!-- /performance -->\nafter\n"
    (tmp_path / "README.md").write_text(text)
    monkeypatch.setattr(readme, "README", tmp_path / "README.md")
    monkeypatch.setattr(readme, "table", lambda report: "new")
    readme.main(tmp_path / "x-bench.json")
    assert (tmp_path / "README.md").read_text() == "before\nnew\nafter\n"


# Who opens the pages


def nobody(chosen: object) -> Any:
    raise BrowserMissingError("No browser was found.")


def test_a_phone_is_enough_and_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import contextmanager

    @contextmanager
    def phone(announce: Any) -> Iterator[str]:
        announce("address", "code")
        yield "phone"

    told: list[Any] = []
    monkeypatch.setattr("ganzoo.browsers.phones.phone", phone)
    monkeypatch.setattr("ganzoo.browsers.find.find_browsers", nobody)
    with visitors.visitors((), True, lambda *given: told.append(given)) as found:
        assert found == ["phone"]
    assert told == [("address", "code")]
    with pytest.raises(BrowserMissingError), visitors.visitors((), False, print):
        pass
    with pytest.raises(BrowserMissingError), visitors.visitors(("mine",), True, print):
        pass
    monkeypatch.setattr("ganzoo.browsers.find.find_browsers", lambda chosen: [1, 2])
    with visitors.visitors((), True, lambda *given: None) as found:
        assert found[0] == "phone" and len(found) == 3
