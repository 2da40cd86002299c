"""`ganzoo bench`: what a page posts, the report made of it, and browsers that misbehave; at the end, for real."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from ganzoo import plugins
from ganzoo.bench import document, peak, run, visit
from ganzoo.bench.contestants import Contestant
from ganzoo.bench.document import Browsed, Visits
from ganzoo.bench.options import BenchOptions, parse
from ganzoo.bench.reports import html, markdown, terminal
from ganzoo.bench.visit import Timing, Visit, WrongOutputError
from ganzoo.browsers.find import Browser, find_browser
from ganzoo.browsers.session import Local
from ganzoo.errors import UsageError, VerificationError
from ganzoo.export import exports
from ganzoo.plugins import PEERS
from ganzoo.serving.arrays import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.runs.run import Run
    from tests.support.command import Done
    from tests.support.tab import Tab

SCHEMA = Draft202012Validator(json.loads((Path(document.__file__).parent / "reports" / "schema.json").read_text()))
EXPECTED = [np.arange(6, dtype=np.float32).reshape(3, 2)]


def result(**changes: Any) -> dict[str, Any]:
    """What the page posts for three samples, batches 1 and 4: the second wraps round."""
    output = encode(EXPECTED)
    return {
        "output": output[0],
        "cold": {"pageMs": 10, "scriptMs": 20, "loadMs": 30, "firstMs": 40},
        "coldBlocked": {"totalMs": 15, "longestMs": 9},
        "clockMs": 0.005,
        "isolated": True,
        "secure": True,
        "renderer": "CPU",
        "userAgent": "agent",
        "settled": True,
        "batches": [
            {"batch": 1, "block": 2, "runs": [0.5, 1.5, 2.0, 2.0, 3.0, 3.0], "outputs": output},
            {"batch": 4, "block": 1, "runs": [4.0, 5.0, 6.0], "outputs": [*output, output[0]]},
        ],
        "blockedMs": 0.5,
        "memoryBytes": 1000,
        **changes,
    }


read = partial(visit.read, sent={"lib/a.js": 5, "model/w.bin": 7, "visit.js": 9}, expected=EXPECTED, tolerance=1e-4)


def test_a_result_becomes_a_visit() -> None:
    found = read(result(), batches=(1, 4))
    assert found.cold_start == 100 and found.cold["load"] == 30
    assert [each.batch for each in found.timings] == [1, 4] and found.timings[0].times == [1.0, 2.0, 3.0]
    assert found.sent == {"lib/a.js": 5, "model/w.bin": 7}  # the harness's own files do not count
    assert (found.blocked, found.memory, found.error, found.renderer) == (0.5, 1000, 0, "CPU")


def off(batch: dict[str, Any], i: int) -> dict[str, Any]:
    """`batch` with one value of output `i` wrong."""
    outputs = [list(each) for each in batch["outputs"]]
    outputs[i] = encode([EXPECTED[0][:1] + 0.01])[0]
    return {**batch, "outputs": outputs}


@pytest.mark.parametrize("where", ["first", "alone", "together"])
def test_a_wrong_answer_is_no_time(where: str) -> None:
    alone, together = result()["batches"]
    changes: Mapping[str, Any] = {
        "first": {"output": encode([EXPECTED[0][:1] + 0.01])[0]},
        "alone": {"batches": [off(alone, 2), together]},
        "together": {"batches": [alone, off(together, 3)]},
    }[where]
    with pytest.raises(WrongOutputError, match="differs from Chainer's"):
        read(result(**changes), batches=(1, 4))


@pytest.mark.parametrize(
    "changes",
    [
        {"cold": None},
        {"cold": {"pageMs": 1, "scriptMs": 1, "loadMs": 1}},
        {"clockMs": -1},
        {"clockMs": True},
        {"memoryBytes": "much"},
        {"blockedMs": 10**400},
        {"coldBlocked": {"totalMs": []}},
        {"batches": None},
        {"batches": [{"batch": 1}]},
        {"batches": "12"},
        {"batches": [None, None]},
    ],
)
def test_a_result_that_is_garbage_is_refused(changes: Mapping[str, Any]) -> None:
    with pytest.raises(VerificationError):
        read(result(**changes), batches=(1, 4))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("runs", [1, 2]),
        ("runs", [1, 2, 3, 4, 5]),
        ("runs", [1, 2, 3, 4, 5, "6"]),
        ("runs", [0] * 6),
        ("runs", [1e-320] * 6),
        ("block", 0),
        ("block", 1.5),
        ("block", True),
        ("batch", 1.0),
        ("batch", True),
    ],
)
def test_times_that_are_garbage_are_refused(key: str, value: Any) -> None:
    alone, together = result()["batches"]
    with pytest.raises(VerificationError):
        read(result(batches=[{**alone, key: value}, together]), batches=(1, 4))


def test_what_a_page_says_of_itself_cannot_draw_on_a_terminal() -> None:
    found = read(result(renderer="a\x1b[31m\n" + "b" * 5000, userAgent=["x"]), batches=(1, 4))
    assert "\x1b" not in found.renderer and "\n" not in found.renderer and len(found.renderer) <= 300


@pytest.mark.parametrize(
    ("renderer", "kind"),
    [
        ("ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device), SwiftShader driver)", "software"),
        ("Mesa/X.org, llvmpipe (LLVM 15.0.6, 256 bits)", "software"),
        ("ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11)", "software"),
        ("Mozilla (fallback adapter)", "software"),
        ("unknown", "unknown"),
        ("ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11)", "hardware"),
    ],
)
def test_software_is_told_from_hardware(renderer: str, kind: str) -> None:
    assert visit.adapter("webgl", renderer) == kind
    assert visit.adapter("webassembly", renderer) == "cpu"  # it has no adapter


def test_webkit_s_apple_gpu_is_one_on_apple_s_systems_only() -> None:
    assert visit.adapter("webgl", "Apple GPU", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605") == "unknown"
    assert visit.adapter("webgl", "Apple GPU", "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)") == "hardware"


def test_a_peak_that_is_garbage_is_refused() -> None:
    assert peak.read({"gflops": {"simd128": {"weights": 30.5}, "relaxed": None}}) == {"simd128": 30.5, "relaxed": None}
    assert peak.read({}) == {"simd128": None, "relaxed": None}
    for value in (0, -1, "30", True, 10**400, 1e-320):
        with pytest.raises(VerificationError):
            peak.read({"gflops": {"simd128": {"weights": value}}})


# The report


def visits(ms: float, **changes: Any) -> Visits:
    """A round in which a run takes `ms` and a batch of 4 twice that."""
    timings = (Timing(1, 3, (0, ms, 2 * ms) * 2 + (9 * ms,) * 3), Timing(4, 1, (2 * ms, 2 * ms, 2 * ms)))
    cold = {"page": 10.0, "script": 20.0, "load": 30 * ms, "first": 40.0}
    full = Visit(cold=cold, timings=timings, renderer="CPU", clock=0.005, sent={"lib/a.js": 30, "model/w.bin": 70})
    return Visits(replace(full, **changes), replace(full, timings=(), cold={"page": 100 * ms}))


def broken(reason: str, wrong: bool = False) -> Visits:
    return Visits(Visit(reason=reason, wrong=wrong))


def contestant(library: str, reason: str = "") -> Contestant:
    return Contestant("net", library, "webassembly", library, reason=reason)


def reported(rounds: Mapping[Contestant, list[Visits]], peaks: list[Mapping[str, float | None]]) -> dict[str, Any]:
    class Named:
        name, multiply_adds, weights_bytes, encoding = "net", 1_000_000, 70, "f32"
        export = exports.Export(Path(), {"run": "run", "config": {"arch": "cnn"}})

    browsed = [Browsed("Browser", "1.0", rounds=rounds, peaks=peaks), Browsed("Other", "2.0", reason="It is gone.")]
    report = document.document([Named()], browsed, BenchOptions(seed=7), {"ganzoo": "1"}, [0.5], None)  # type: ignore[list-item]
    SCHEMA.validate(json.loads(json.dumps(report, allow_nan=False)))
    assert html.page(report) and markdown.full(report) and terminal.report(report)
    return report


@pytest.mark.slow
def test_figures_are_medians_of_rounds_and_ratios_are_taken_within_one() -> None:
    own = [visits(ms) for ms in (1, 2, 4, 1, 2, 4)]
    theirs = [visits(3 * ms) for ms in (1, 2, 4, 1, 2, 4)]
    peaks: list[Mapping[str, float | None]] = [{"simd128": 10.0, "relaxed": 20.0 / ms} for ms in (1, 2, 4, 1, 2, 4)]
    report = reported({contestant("ganzoo"): own, contestant("peer"): theirs}, peaks)
    row, peer = report["rows"]
    assert (row["library_version"], peer["library_version"]) == ("1", "")
    assert row["batches"][0]["median_ms"]["median"] == 2 and row["batches"][0]["runs"] == 54
    assert row["batches"][0]["runs_together"] == 3
    assert row["batches"][1]["pictures_per_second"]["median"] == 1000  # four in 4 ms
    assert row["cold_ms"]["median"] == 70 + 30 * 2 and row["cold_throttled_ms"]["median"] == 200
    assert row["bytes"] == {"code": 30, "weights": 70, "total": 100, "files": 2}
    # 2 MFLOP in 1, 2, 4 ms are 2, 1, 0.5 GFLOP/s; the larger peaks of those rounds are 20, 10, 10
    assert row["batches"][0]["share_of_peak"]["median"] == pytest.approx(0.1)
    (ratio,) = report["ratios"]
    assert ratio["library"] == "peer" and ratio["bytes"] == 1
    assert ratio["batches"]["1"] == {"median": 3, "low": 3, "high": 3, "n": 6}  # though times vary by four
    assert ratio["load"]["median"] == 3 and ratio["cold_throttled"]["median"] == 3


def test_a_round_that_failed_counts_in_no_figure_and_no_ratio() -> None:
    own = [visits(1), broken("It hung."), visits(2), visits(2)]
    theirs = [visits(2), visits(100), visits(4), visits(6)]
    report = reported({contestant("ganzoo"): own, contestant("peer"): theirs}, [{"relaxed": 1.0}] * 4)
    row = report["rows"][0]
    assert (row["reason"], row["rounds"], row["failed_rounds"], row["failed_reason"]) == ("", 3, 1, "It hung.")
    assert row["batches"][0]["median_ms"] == {"median": 2, "low": None, "high": None, "n": 3}
    assert report["ratios"][0]["batches"]["1"] == {"median": 2, "low": None, "high": None, "n": 3}


def test_what_failed_has_a_reason_and_no_figures() -> None:
    rounds = {
        contestant("ganzoo"): [visits(1)] * 2,
        contestant("wrong"): [visits(1), broken("differs", wrong=True)],  # once is enough
        contestant("wrong at last"): [Visits(visits(1).full, Visit(reason="it, too", wrong=True)), visits(1)],
        contestant("hangs"): [broken("one"), broken("two")],
        contestant("refuses", "It cannot say that."): [],
        contestant("unreached"): [],
    }
    report = reported(rounds, [])
    reasons = {row["library"]: row["reason"] for row in report["rows"]}
    assert reasons == {
        "ganzoo": "",
        "wrong": "differs",
        "wrong at last": "it, too",
        "hangs": "two",
        "refuses": "It cannot say that.",
        "unreached": "The benchmark stopped before it.",
    }
    assert not report["ratios"] and all(
        set(row) <= {*["network", "library", "library_version", "backend", "browser", "reason"]}
        for row in report["rows"]
        if row["reason"]
    )
    assert report["browsers"][1]["reason"] == "It is gone."


# BenchOptions


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
    SCHEMA.validate(report)
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
    assert "differs from Chainer's" in row["reason"] and "cold_ms" not in row
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
    SCHEMA.validate(report)
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
    SCHEMA.validate(report)
    rows = {row["backend"]: row for row in report["rows"]}
    assert {row["library"] for row in rows.values()} == {"webdnn"}
    assert [each["batch"] for each in rows["webassembly"]["batches"]] == [1]
    assert "weight_webgl_4096.bin: status 404" in rows["webgl"]["reason"]


@pytest.mark.browser
def test_ctrl_c_keeps_what_there_is(exported: exports.Export, tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    visits, whole = 0, run._visits

    def second_is_stopped(*given: Any) -> Visits:
        nonlocal visits
        visits += 1
        if visits == 2:
            raise KeyboardInterrupt
        return whole(*given)

    monkeypatch.setattr(run, "_visits", second_is_stopped)
    report = run.bench([(exported, None)], [tab, tab], replace(QUICK, least=3, most=3), lambda line: None)
    SCHEMA.validate(report)
    assert [row["rounds"] for row in report["rows"]] == [1] and len(report["browsers"]) == 1 and run.stopped(report)
