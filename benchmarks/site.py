"""The generator's page from a cold cache: time to its first picture, bytes of its code, and the latent walk's frames.

    make site-bench

The reference network with `f32`, `f16` and `int8` weights, each in a page of its own, on loopback and on the slow link;
every visit is a fresh browser with a fresh profile, rounds are interleaved. The first picture is the page's own mark
`ganzoo:first`, set once the frame that shows it has been made, from the navigation on. Results go to
`benchmarks/results/`, dated.
"""

from __future__ import annotations

import json
import random
import re
import tempfile
import time
from bisect import bisect
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmarks import reference
from ganzoo import plugins, provenance
from ganzoo.bench import statistics
from ganzoo.browsers import families
from ganzoo.browsers.find import find_browser
from ganzoo.cli import console
from ganzoo.export import exports
from ganzoo.export.layouts import ExportOptions
from ganzoo.files import write_json
from ganzoo.runs.run import Run
from ganzoo.serving.link import THROTTLED, Link, throttled
from ganzoo.serving.running import listening, running
from ganzoo.site import build, serve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from playwright.sync_api import CDPSession, Playwright

    from ganzoo.export.weights import Encoding

RESULTS = Path(__file__).parent / "results"
ENCODINGS: tuple[Encoding, ...] = ("f32", "f16", "int8")
LINKS: Mapping[str, Link | None] = {"loopback": None, "9 Mbit/s, 60 ms": THROTTLED}
# ms, by link and encoding: what the issue asks for
BARS: Mapping[tuple[str, str], float] = {
    **{("loopback", encoding): 250.0 for encoding in ENCODINGS},
    ("9 Mbit/s, 60 ms", "f32"): 1300.0,
    ("9 Mbit/s, 60 ms", "f16"): 700.0,
    ("9 Mbit/s, 60 ms", "int8"): 450.0,
}
CODE_BAR = 30_000  # bytes
# the network's description and weights, and the sample that it is tested by
DATA = re.compile(r"/(manifest\.json|(weights-[^/]*|golden)\.bin)$")
TASKS = "disabled-by-default-devtools.timeline"  # the trace's category that has every task
FRAME_MS = 1000 / 60
SETTLE_S = 1.0  # a browser that has just started is still busy with itself
WALK_S = 6.0
WARM_S = 1.5  # of a walk, before it is measured: code is compiled anew as it gets hot


@dataclass(frozen=True)
class Visit:
    """Until the first picture: ms from the navigation, and the bytes on the wire of each file asked for by then."""

    first: float
    sent: Mapping[str, int]


@dataclass(frozen=True)
class Walk:
    """The latent walk: ms between frames, and the main thread's ms of work in each of them, from Chromium's trace.

    `share` is the main thread's time at work by the whole time, as Chromium's `Performance.getMetrics` counts tasks;
    it and `intervals` are taken without tracing, which itself costs time.
    """

    intervals: Sequence[float]
    busy: Sequence[float]
    share: float


def site(folder: Path, encoding: Encoding) -> Path:
    """A site of the reference generator with `encoding` weights."""
    arch, preset = reference.PRESETS["generator"]
    run = reference.save(Run(folder / "run", reference.config(plugins.ARCHS.get(arch), preset), {}))
    backends = [plugins.BACKENDS.get(name) for name in plugins.BACKENDS.names()]
    made = exports.write(run, backends, run.path / "export", options=ExportOptions(weights=encoding)).export
    return build.build([(made, run)], folder / "site").path


@contextmanager
def hosted(folder: Path, link: Link | None) -> Iterator[str]:
    """The URL of the site in `folder`, behind `link`."""
    app = serve.app(folder)
    listener = listening("127.0.0.1")
    with running(throttled(app, link) if link else app, listener):
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


def flags() -> list[str]:
    """How ganzoo starts Chromium; the profile is Playwright's to give, and nobody reads the console."""
    family = families.CHROMIUM
    given = (*family.flags, *family.root_flags)
    return [flag for flag in given if not flag.startswith(("--user-data-dir", "--enable-logging"))]


FIRST = """() => new Promise((resolve) => new PerformanceObserver((list) => {
  const mark = list.getEntriesByName("ganzoo:first")[0];
  if (!mark) return;
  const files = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  const asked = files.filter((file) => file.startTime < mark.startTime);
  resolve([mark.startTime, asked.map((file) => [file.name, file.encodedBodySize])]);
}).observe({type: "mark", buffered: true}))"""


def visit(playwright: Playwright, url: str) -> Visit:
    """`url` in a browser that has just been started, with a profile of its own, and has come to rest."""
    with tempfile.TemporaryDirectory(prefix="ganzoo-site-") as profile:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=find_browser().path, args=flags(), viewport={"width": 1280, "height": 800}
        )
        try:
            page = context.pages[0]
            time.sleep(SETTLE_S)
            page.goto(url, wait_until="commit")
            first, files = page.evaluate(FIRST)
        finally:
            context.close()
    return Visit(first, {name.removeprefix(url).partition("?")[0] or "index.html": size for name, size in files})


FRAMES = """(ms) => new Promise((resolve) => {
  const times = [];
  const frame = (now) => {
    times.push(now);
    if (now - times[0] < ms) requestAnimationFrame(frame);
    else resolve(times);
  };
  requestAnimationFrame(frame);
})"""


def walk(playwright: Playwright, url: str) -> Walk:
    """The walk on WebAssembly, twice `WALK_S`: the whole share of the main thread first, then traced each frame's."""
    browser = playwright.chromium.launch(executable_path=find_browser().path, args=flags())
    try:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(url)
        page.evaluate(FIRST)
        page.get_by_text("Walk", exact=True).click()
        page.get_by_role("button", name="Play").click()
        time.sleep(WARM_S)
        cdp = page.context.new_cdp_session(page)
        cdp.send("Performance.enable")
        before = _metrics(cdp)
        times = page.evaluate(FRAMES, WALK_S * 1000)
        after = _metrics(cdp)
        cdp.send("Performance.disable")
        share = (after["TaskDuration"] - before["TaskDuration"]) / (after["Timestamp"] - before["Timestamp"])
        browser.start_tracing(page=page, categories=["toplevel", "devtools.timeline", TASKS])
        time.sleep(WALK_S)
        busy = busy_by_frame(json.loads(browser.stop_tracing())["traceEvents"])
        return Walk([b - a for a, b in pairwise(times)], busy, share)
    finally:
        browser.close()


def _metrics(cdp: CDPSession) -> dict[str, float]:
    return {each["name"]: each["value"] for each in cdp.send("Performance.getMetrics")["metrics"]}


def busy_by_frame(events: Sequence[Mapping[str, Any]]) -> list[float]:
    """The ms of tasks from each animation frame to the next, of that renderer's main thread which has most of them."""
    threads: dict[tuple[int, int], list[Mapping[str, Any]]] = defaultdict(list)
    mains = {(each["pid"], each["tid"]) for each in events if each.get("args", {}).get("name") == "CrRendererMain"}
    for event in events:
        if event["ph"] == "X" and (event["pid"], event["tid"]) in mains:
            threads[event["pid"], event["tid"]].append(event)
    page = max(threads.values(), key=lambda of: sum(each["name"] == "FireAnimationFrame" for each in of))
    frames = sorted(each["ts"] for each in page if each["name"] == "FireAnimationFrame")
    tasks = sorted((each["ts"], each["ts"] + each.get("dur", 0)) for each in page if each["name"] == "RunTask")
    busy = [0.0] * (len(frames) - 1)
    for start, end in tasks:
        for i in range(max(0, bisect(frames, start) - 1), len(busy)):
            if frames[i] >= end:
                break
            busy[i] += max(0.0, min(end, frames[i + 1]) - max(start, frames[i])) / 1000
    return busy


def first_pictures(visits: Mapping[tuple[str, str], Sequence[Visit]]) -> list[dict[str, Any]]:
    """A row for each link and encoding."""
    return [
        {
            "link": link,
            "encoding": encoding,
            "first_ms": asdict(statistics.estimate([each.first for each in found])),
            "bar_ms": BARS[link, encoding],
            "values_ms": [each.first for each in found],
            "sent": found[0].sent,
            "data_bytes": sum(size for name, size in found[0].sent.items() if DATA.search(name)),
            "code_bytes": sum(size for name, size in found[0].sent.items() if not DATA.search(name)),
        }
        for (link, encoding), found in visits.items()
    ]


def walked(walks: Sequence[Walk]) -> dict[str, Any]:
    intervals = [ms for each in walks for ms in each.intervals]
    busy = [ms for each in walks for ms in each.busy]
    return {
        "frames_per_second": asdict(statistics.estimate([1000 * len(w.intervals) / sum(w.intervals) for w in walks])),
        "interval_p95_ms": statistics.percentiles(intervals, [95])[0],
        "busy_share": asdict(statistics.estimate([each.share for each in walks])),
        "busy_ms_p50_p95": statistics.percentiles(busy, [50, 95]),
        "frames_half_free": sum(ms <= FRAME_MS / 2 for ms in busy) / len(busy),
    }


def main(rounds: Annotated[int, typer.Option(min=1, help="Rounds, each a fresh browser.")] = 7) -> None:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory(prefix="ganzoo-site-bench-") as name, ExitStack() as stack:
        urls = {}
        for encoding in ENCODINGS:
            console.step(f"a site of the reference generator with {encoding} weights")
            folder = site(Path(name) / encoding, encoding)
            for title, link in LINKS.items():
                urls[title, encoding] = stack.enter_context(hosted(folder, link))
        playwright = stack.enter_context(sync_playwright())
        visits: dict[tuple[str, str], list[Visit]] = {key: [] for key in urls}
        walks = []
        order = random.Random(0)
        for i in range(rounds):
            console.step(f"round {i + 1} of {rounds}")
            for key in order.sample(list(urls), len(urls)):
                visits[key].append(visit(playwright, urls[key]))
            walks.append(walk(playwright, urls["loopback", "f32"]))
    report = {
        "date": provenance.now(),
        "machine": provenance.machine(),
        "git": provenance.git(Path(__file__)),
        "versions": provenance.versions(),
        "browser": f"{find_browser().name} {find_browser().version}",
        "confidence": statistics.CONFIDENCE,
        "first_picture": first_pictures(visits),
        "code_bar_bytes": CODE_BAR,
        "walk": walked(walks),
    }
    path = RESULTS / f"{date.today().isoformat()}-site.json"
    write_json(path, report)
    tell(report)
    print(path)


def tell(report: Mapping[str, Any]) -> None:
    """The report as a table, with what the issue asks for beside it."""
    from rich.console import Console
    from rich.table import Table

    table = Table("link", "weights", "first picture, ms", "asked", "code, kB", "asked", "data, kB")
    for row in report["first_picture"]:
        of = row["first_ms"]
        spread = f" ({of['low']:.0f} to {of['high']:.0f})" if of["low"] is not None else ""
        table.add_row(
            row["link"],
            row["encoding"],
            f"{of['median']:.0f}{spread}",
            f"{row['bar_ms']:.0f}",
            f"{row['code_bytes'] / 1e3:.1f}",
            f"{report['code_bar_bytes'] / 1e3:.0f}",
            f"{row['data_bytes'] / 1e3:.0f}",
        )
    console = Console()
    console.print(table)
    walk = report["walk"]
    console.print(
        f"Walk on WebAssembly: {walk['frames_per_second']['median']:.1f} frames a second (asked: 60), "
        f"95% within {walk['interval_p95_ms']:.1f} ms; the main thread works {walk['busy_share']['median']:.0%} of the "
        f"time, {walk['busy_ms_p50_p95'][0]:.1f} ms of a frame, 95% within {walk['busy_ms_p50_p95'][1]:.1f} ms; "
        f"{walk['frames_half_free']:.1%} of frames leave it free for half of 16.7 ms or more."
    )


if __name__ == "__main__":
    typer.run(main)
