"""Pictures of the pages in each of their states: docs/pages/.

    make pictures                                            # trains both networks first: minutes
    .venv/bin/python -m benchmarks.pictures GENERATOR CLASSIFIER   # runs that there are

Windows, seeds and drawings are always the same, so that a picture that changes is a page that did.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmarks.site import flags, hosted
from ganzoo import plugins
from ganzoo.browsers.find import find_browser
from ganzoo.cli import console
from ganzoo.export import exports
from ganzoo.files import replacing
from ganzoo.runs import run as runs
from ganzoo.site import build

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

    from ganzoo.runs.run import Run

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pages"
MNIST = ROOT.parent / "shared" / "data" / "mnist"  # where it lies beside the repository; else the embedded digits
MOST = 60_000  # bytes of a picture
COLOURS = (256, 64, 32, 16)  # of its palette: the most with which it is small enough
FIRST = """() => new Promise((resolve) => new PerformanceObserver((list) => {
  if (list.getEntriesByName("ganzoo:first").length) requestAnimationFrame(() => setTimeout(resolve, 200));
}).observe({type: "mark", buffered: true}))"""
# a 5, as a pen passes it in a pad of 0 to 1
FIVE = [[[0.66, 0.2], [0.4, 0.2], [0.37, 0.46], [0.52, 0.42], [0.66, 0.52], [0.66, 0.68], [0.52, 0.8], [0.34, 0.74]]]


def opened(title: str) -> Callable[[Page], None]:
    """Open the panel of this title, and bring it into view."""

    def act(page: Page) -> None:
        summary = page.locator("summary").get_by_text(title, exact=True)
        summary.click()
        page.wait_for_timeout(500)
        summary.evaluate("(node) => node.scrollIntoView()")

    return act


def walking(page: Page) -> None:
    opened("Walk")(page)
    page.get_by_label("Place").fill("0.5")


def reading(page: Page) -> None:
    opened("Reader")(page)
    page.get_by_role("button", name="Load the reader").click()
    page.get_by_text("It agrees with").wait_for()
    page.evaluate("scrollTo(0, 0)")


def measured(page: Page) -> None:
    opened("How it runs")(page)
    page.get_by_role("button", name="Measure all").click()
    page.get_by_role("button", name="Measure all", disabled=False).wait_for()


def drawn(page: Page) -> None:
    page.evaluate("(strokes) => document.querySelector('ganzoo-classifier').strokes = strokes", FIVE)
    page.wait_for_timeout(300)


@dataclass(frozen=True)
class Shot:
    """A page's state: where, in which window and language and colours, and what is done before the picture is taken."""

    name: str
    path: str = "dcgan-cond.html#label=7&seed=42"
    size: tuple[int, int] = (1000, 800)
    language: str = "en-US"
    colours: Any = "light"
    act: Callable[[Page], None] = lambda page: None
    fails: bool = False


CLASSIFIER = "cnn.html"
SHOTS = (
    Shot("gallery", ""),
    Shot("generator"),
    Shot("generator-dark", colours="dark"),
    Shot("generator-japanese", language="ja"),
    Shot("generator-320px", size=(320, 800)),
    Shot("generator-wall", size=(2560, 1440)),
    Shot("variety", act=opened("Variety")),
    Shot("walk", act=walking),
    Shot("many", act=opened("Many")),
    Shot("save", act=opened("Save")),
    Shot("training", act=opened("Training")),
    Shot("reader", size=(1000, 1000), act=reading),
    Shot("how-it-runs", act=measured),
    Shot("failure", fails=True),
    Shot("classifier", CLASSIFIER, act=drawn),
    Shot("classifier-empty", CLASSIFIER),
    Shot("classifier-dark-japanese", CLASSIFIER, language="ja", colours="dark", act=drawn),
    Shot("classifier-320px", CLASSIFIER, size=(320, 1000), act=drawn),
)


def take(browser: Browser, url: str, shot: Shot) -> bytes:
    """A PNG of the window."""
    width, height = shot.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale=shot.language,
        color_scheme=shot.colours,
        service_workers="block",
    )
    try:
        page = context.new_page()
        if shot.fails:
            page.route("**/weights-*", lambda route: route.abort())
        page.goto(url + shot.path)
        if shot.fails:
            page.get_by_role("button", name="Try again").wait_for()
        else:
            page.evaluate(FIRST)
        shot.act(page)
        return page.screenshot(animations="disabled", caret="hide")
    finally:
        context.close()


def small(png: bytes) -> bytes:
    """The same with a palette."""
    from PIL import Image

    image = Image.open(BytesIO(png)).convert("RGB")
    for colours in COLOURS:
        packed = BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
        if packed.tell() <= MOST:
            break
    return packed.getvalue()


def trained(arch: str, folder: Path) -> Run:
    """A run of the default recipe."""
    from ganzoo.training.dashboard import shown
    from ganzoo.training.options import TrainOptions
    from ganzoo.training.train import train

    data: dict[str, Any] = {"dataset": "mnist", "data_dir": MNIST} if MNIST.is_dir() else {}
    with shown(console.err()) as listener:
        return train(arch, TrainOptions(**data), folder, None, listener).run


def main(
    generator: Annotated[Path | None, typer.Argument(help="A run of dcgan-cond; trained anew.")] = None,
    classifier: Annotated[Path | None, typer.Argument(help="A run of cnn; trained anew.")] = None,
) -> None:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory(prefix="ganzoo-pictures-") as name:
        folder = Path(name)
        backends = [plugins.BACKENDS.get(each) for each in plugins.BACKENDS.names()]
        sources = []
        for arch, path in (("dcgan-cond", generator), ("cnn", classifier)):
            run = runs.load(path) if path else trained(arch, folder)
            sources.append((exports.write(run, backends, folder / f"export-{arch}").export, run))
        site = build.build(sources, folder / "site").path
        PICTURES.mkdir(parents=True, exist_ok=True)
        with hosted(site, None) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser().path, args=flags())
            for shot in SHOTS:
                console.step(shot.name)
                png = small(take(browser, url, shot))
                with replacing(PICTURES / f"{shot.name}.png") as new:
                    new.write_bytes(png)
            browser.close()


if __name__ == "__main__":
    typer.run(main)
