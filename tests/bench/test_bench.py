"""`ganzoo bench`: its options, browsers and libraries that misbehave, and the whole command for real."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ganzoo import plugins
from ganzoo.bench import run
from ganzoo.bench.options import BenchOptions, parse
from ganzoo.browsers.find import Browser, find_browser
from ganzoo.browsers.session import Local
from ganzoo.errors import UsageError
from ganzoo.export import exports
from ganzoo.plugins import PEERS
from tests.support.bench_documents import VALIDATOR

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.runs.run import Run
    from tests.support.command import Done
    from tests.support.tab import Tab


def test_options_are_read_as_written() -> None:
    told = {"throttle": False, "peers": True, "seed": 5}
    options = parse(("webgl",), "64,1,16,1", "3-9", 0.1, 0.2, **told)
    assert (options.batches, options.least, options.most, options.seed) == ((1, 16, 64), 3, 9, 5)
    assert options.link is None and options.peers and options.backends == ("webgl",)
    assert parse((), "1", "4", 0.1, 1, **told).most == 4
    assert (
        parse((), "1", "4", 0.1, 1, **{**told, "seed": None}).seed
        != parse((), "1", "4", 0.1, 1, **{**told, "seed": None}).seed
    )
    for batch, rounds in (("0", "6"), ("a", "6"), ("", "6"), ("1,,2", "6"), ("1", "6-3"), ("1", "0"), ("1", "x")):
        with pytest.raises(UsageError):
            parse((), batch, rounds, 0.1, 1, **told)


@pytest.mark.parametrize(
    ("asked", "reasons", "expected"),
    [
        ((), {"webgl": "", "webgpu": "no"}, []),
        (("webgl",), {"webgl": ""}, []),
        (("webgl", "webgpu"), {"webgl": "", "webgpu": "no"}, ["n could not be timed on webgpu."]),
        ((), {"webgl": "no", "webgpu": "no"}, ["n could not be timed in any browser."]),
    ],
)
def test_what_was_asked_for_must_have_run(
    asked: tuple[str, ...], reasons: Mapping[str, str], expected: list[str]
) -> None:
    rows = [{"network": "n", "library": "ganzoo", "backend": name, "reason": why} for name, why in reasons.items()]
    rows.append({"network": "n", "library": "peer", "backend": "webgpu", "reason": ""})
    report = {"networks": [{"name": "n"}], "rows": rows}
    assert run.failures(report, BenchOptions(backends=asked)) == expected


# For real

QUICK = BenchOptions(backends=("webassembly",), batches=(1, 16), least=1, most=1, seconds=0.05, link=None, silence=8)


@pytest.fixture(scope="module")
def exported(runs: Mapping[str, Run], tmp_path_factory: pytest.TempPathFactory) -> exports.Export:
    out = tmp_path_factory.mktemp("bench") / "export"
    backends = [plugins.BACKENDS.get(name) for name in ("webassembly", "webgl")]
    return exports.write(runs["cnn"], backends, out).export


GARBAGE = f"""#!{sys.executable}
import sys, urllib.request
base = sys.argv[-1].rpartition("/")[0]
for body in (b'{{"kind": "hello"}}', b"garbage"):
    urllib.request.urlopen(urllib.request.Request(base + "/message", body, method="POST"))
import time
time.sleep(100)
"""
FAKES = {
    "never answers": "#!/bin/sh\nexec sleep 100\n",
    "exits": "#!/bin/sh\nexit 3\n",
    "posts garbage": GARBAGE,
}


@pytest.mark.browser
def test_a_browser_that_misbehaves_costs_its_rows_and_not_the_run(
    exported: exports.Export, runs: Mapping[str, Run], tmp_path: Path
) -> None:
    fakes = []
    for name, text in FAKES.items():
        path = tmp_path / name.replace(" ", "-")
        path.write_text(text)
        path.chmod(0o755)
        fakes.append(Local(Browser(name, path, "1")))
    visitors = [*fakes, Local(find_browser())]
    options = replace(QUICK, silence=3)
    report = run.bench([(exported, runs["cnn"])], visitors, options, lambda line: None)
    VALIDATOR.validate(report)
    reasons = {row["browser"]: row["reason"] for row in report["rows"]}
    assert "sent nothing for 3 s" in reasons["never answers"]
    assert "exited with code 3" in reasons["exits"]
    assert "text that is not JSON" in reasons["posts garbage"]
    assert reasons[visitors[-1].name] == "" and len(report["rows"]) == len(visitors)
    assert not run.failures(report, options)


@pytest.mark.browser
def test_a_library_that_computes_something_else_has_no_times(
    exported: exports.Export, tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    golden = exports.Export.golden

    def shifted(self: exports.Export, network: str) -> Any:
        inputs, outputs = golden(self, network)
        return inputs, [array + np.float32(0.01) for array in outputs]

    monkeypatch.setattr(exports.Export, "golden", shifted)
    report = run.bench([(exported, None)], [tab], QUICK, lambda line: None)
    (row,) = report["rows"]
    assert "differs from the original" in row["reason"] and "cold_ms" not in row
    assert run.failures(report, QUICK)


@pytest.mark.browser
def test_the_command_times_an_export_beside_its_peers_and_writes_every_report(
    ganzoo: Callable[..., Done], exported: exports.Export, runs: Mapping[str, Run], in_tmp: Path
) -> None:
    backends = [plugins.BACKENDS.get(name) for name in ("webassembly", "webgl")]
    exports.write(runs["cnn"], backends, runs["cnn"].path / "export")
    short = ("--rounds", "1", "--seconds", "0.05", "--batch", "1,16", "--browser", str(find_browser().path))
    files = ("--json", "b.json", "--html", "b.html", "--markdown", "b.md")
    done = ganzoo("bench", runs["cnn"].path, "--peers", "--backend", "webassembly", *short, *files)
    assert done.code == 0, done.err
    assert max(map(len, done.out.splitlines())) <= 80 and "onnxruntime-web" in done.out
    report = json.loads(Path("b.json").read_text())
    VALIDATOR.validate(report)
    rows = {row["library"]: row for row in report["rows"]}
    peers = [PEERS.get(name) for name in PEERS.names()]
    runnable = {peer.name: peer for peer in peers if "webassembly" in peer.code}
    assert set(rows) == {"ganzoo", *runnable}
    for name, row in rows.items():
        assert row["reason"] == "" and row["cold_throttled_ms"]["median"] > row["bytes"]["total"] / (9e6 / 8) * 1000
        assert row["library_version"] and row["batches"][0]["share_of_peak"]["median"] > 0
        assert [each["batch"] for each in row["batches"]] == (
            [1, 16] if name == "ganzoo" or runnable[name].batches else [1]
        )
    assert {row["library"] for row in report["ratios"]} == set(rows) - {"ganzoo"}
    assert "<svg" in Path("b.html").read_text() and "onnxruntime-web" in Path("b.md").read_text()

    for timed in rows["ganzoo"]["batches"]:
        timed["share_of_peak"]["median"] *= 100
    Path("b.json").write_text(json.dumps(report))
    again = ganzoo("bench", runs["cnn"].path, *short, "--no-throttle", "--json", "-", "--compare", "b.json")
    assert again.code == 1 and "slower" in again.err
    found = json.loads(again.out)  # alone
    assert {row["backend"] for row in found["rows"]} == {"webassembly", "webgl"}


@pytest.mark.browser
def test_webdnn_s_layout_is_timed_by_webdnn_s_loader(runs: Mapping[str, Run], tab: Tab, tmp_path: Path) -> None:
    backends = [plugins.BACKENDS.get(name) for name in ("webassembly", "webgl")]
    made = exports.write(runs["cnn"], backends, tmp_path / "export", layout="webdnn").export
    (made.path / "classifier" / "weight_webgl_4096.bin").unlink()
    options = replace(QUICK, backends=())
    report = run.bench([(made, None)], [tab], options, lambda line: None)
    VALIDATOR.validate(report)
    rows = {row["backend"]: row for row in report["rows"]}
    assert {row["library"] for row in rows.values()} == {"webdnn"}
    assert [each["batch"] for each in rows["webassembly"]["batches"]] == [1]
    assert "weight_webgl_4096.bin: status 404" in rows["webgl"]["reason"]


class Interrupted:
    """A tab in which `pages` pages are opened before the user presses Ctrl-C."""

    def __init__(self, tab: Tab, pages: int) -> None:
        self._tab, self._left = tab, pages

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tab, name)

    def open(self, url: str) -> Any:
        if not self._left:
            raise KeyboardInterrupt
        self._left -= 1
        return self._tab.open(url)


@pytest.mark.browser
@pytest.mark.parametrize("pages", [2, 3])  # a round is the page of the peak, and the visit
def test_ctrl_c_keeps_what_there_is(exported: exports.Export, tab: Tab, pages: int) -> None:
    visitors = [Interrupted(tab, pages), tab]
    report = run.bench([(exported, None)], visitors, replace(QUICK, least=3, most=3), lambda line: None)
    VALIDATOR.validate(report)
    assert [row["rounds"] for row in report["rows"]] == [1] and len(report["browsers"]) == 1 and run.stopped(report)
