"""Making pictures: classes, seeds, variety, walks, sheets, backends."""

from __future__ import annotations

import json
import re
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ganzoo import noise
from ganzoo.export.tracing import reference
from tests.support.site_pages import GENERATOR, becomes, goes_on_showing, has_hash, panel, press, sample, shows, use
from tests.support.visitor import Visitor, decoded, first, pixels, until

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from playwright.sync_api import Page

    from ganzoo.runs.run import Run
    from ganzoo.specs import FloatArray

pytestmark = pytest.mark.browser


def test_a_class_is_chosen_by_click_and_by_key(generator: Page, runs: Mapping[str, Run]) -> None:
    run = runs["dcgan-cond"]
    shows(generator, sample(run, "7", 42))
    generator.locator(".classes label").nth(3).click()
    shows(generator, sample(run, "3", 42))
    has_hash(generator, "label=3&seed=42")
    assert generator.get_by_role("radio", name="3").is_checked()
    press(generator, "ArrowRight")  # a radio button's own keys
    shows(generator, sample(run, "4", 42))
    press(generator, "9")
    shows(generator, sample(run, "9", 42))
    has_hash(generator, "label=9&seed=42")
    generator.locator("h1").click()  # keys outside of the element are not its own (WCAG 2.1.4)
    press(generator, "2")
    goes_on_showing(generator, sample(run, "9", 42))
    assert "picture of 9, seed 42" in (generator.get_by_role("img", name="A picture").get_attribute("aria-label") or "")
    assert generator.locator("ganzoo-generator [role=status]").inner_text() == "A picture of 9, seed 42"


def test_the_strip_has_every_class_for_the_same_noise(generator: Page, runs: Mapping[str, Run]) -> None:
    cells = generator.locator(".classes label canvas")
    until(generator, "document.querySelector('ganzoo-generator').shadowRoot.querySelector('.classes canvas').width > 1")
    assert cells.count() == 10
    for label in (0, 5, 9):
        becomes(cells.nth(label), sample(runs["dcgan-cond"], str(label), 42))


def test_a_seed_is_edited_and_in_the_address(
    generator: Page, visit: Callable[..., AbstractContextManager[Visitor]], runs: Mapping[str, Run]
) -> None:
    run = runs["dcgan-cond"]
    field = generator.get_by_label("Seed", exact=True)
    field.fill("123")
    has_hash(generator, "label=7&seed=123")
    generator.get_by_role("button", name="Next seed").click()
    shows(generator, sample(run, "7", 124))
    has_hash(generator, "label=7&seed=124")
    generator.reload()
    first(generator)
    assert field.input_value() == "124"
    shows(generator, sample(run, "7", 124))
    with visit() as other:  # the link, in somebody else's browser
        page = other.open(GENERATOR, fragment="label=7&seed=124")
        first(page)
        shows(page, sample(run, "7", 124))
    place = (
        "return [...document.querySelector('ganzoo-generator').shadowRoot.querySelectorAll('button, summary, input')]"
    )
    places = f"(() => {{ {place}.map((each) => JSON.stringify(each.getBoundingClientRect())).join() }})()"
    before = generator.evaluate(places)
    field.fill("4294967296")
    assert "whole number" in generator.locator("#seed-hint").inner_text()
    assert generator.evaluate(places) == before  # nothing moves from under the pointer
    assert field.get_attribute("aria-invalid") == "true"
    goes_on_showing(generator, sample(run, "7", 124))
    generator.get_by_role("button", name="Another").click()
    until(generator, "!/seed=124$/.test(location.hash)")


def test_a_hostile_address_is_dropped(
    visit: Callable[..., AbstractContextManager[Visitor]], runs: Mapping[str, Run]
) -> None:
    with visit() as found:
        page = found.open(GENERATOR, fragment="label=<b>&seed=-1&truncation=1e9&d=x&at=7&__proto__=1")
        first(page)
        shows(page, sample(runs["dcgan-cond"], "0", 0))
        page.evaluate("location.hash = 'label=2&seed=5'")  # as by the back button
        shows(page, sample(runs["dcgan-cond"], "2", 5))


def drawn(run: Run, label: int, z: FloatArray) -> FloatArray:
    """The picture for this noise, (28, 28, 3)."""
    (network,) = run.arch.export(run.config, run.model())
    row = np.concatenate([z, np.eye(10, dtype=np.float32)[label]])[np.newaxis]
    return np.repeat(reference(network, [row.astype(np.float32)])[0].reshape(28, 28, 1).clip(0, 1), 3, axis=2)


def test_truncation_and_directions(generator: Page, runs: Mapping[str, Run]) -> None:
    run = runs["dcgan-cond"]
    z = noise.normal(42, 100)
    sliders = panel(generator, "Variety").get_by_role("slider")
    sliders.nth(0).fill("0.5")
    shows(generator, drawn(run, 7, 0.5 * z))
    has_hash(generator, "label=7&seed=42&truncation=0.5")
    count = sliders.count() - 1
    assert count >= 3
    sliders.nth(1).fill("2")
    until(generator, "location.hash.endsWith('&d=2')")
    moved = changed(generator, drawn(run, 7, 0.5 * z))
    address = generator.url
    generator.reload()
    first(generator)
    assert generator.url == address
    shows(generator, moved)
    panel(generator, "Variety").get_by_role("button", name="Reset").click()
    has_hash(generator, "label=7&seed=42")
    shows(generator, sample(run, "7", 42))


def changed(page: Page, former: FloatArray, seconds: float = 8) -> FloatArray:
    """The large picture, as soon as it is another one than `former`."""
    end = time.monotonic() + seconds
    while True:
        shown = pixels(page.locator(".stage canvas"))
        if np.abs(shown - former).max() > 2 / 255:
            return shown
        assert time.monotonic() < end, "the picture stays as it was"


FRAMES = """(ms) => new Promise((resolve) => {
  const canvas = document.querySelector("ganzoo-generator").shadowRoot.querySelector(".stage canvas");
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
  const start = performance.now();
  const frames = [];
  const look = () => {
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    frames.push(data.reduce((sum, value, i) => (sum * 31 + value) % 1000003, 7));
    if (performance.now() - start < ms) requestAnimationFrame(look);
    else resolve(frames);
  };
  look();
})"""


def changes(page: Page, ms: int) -> int:
    """How often the large picture changes in so many ms."""
    frames = page.evaluate(FRAMES, ms)
    return sum(a != b for a, b in pairwise(frames))


@pytest.mark.alone
def test_a_walk_runs_from_one_to_the_other_and_stops(generator: Page, runs: Mapping[str, Run]) -> None:
    run = runs["dcgan-cond"]
    walk = panel(generator, "Walk")
    walk.get_by_label("To seed").fill("43")
    walk.get_by_label("Place").fill("1")
    shows(generator, sample(run, "7", 43))
    walk.get_by_label("To class").select_option("2")
    walk.get_by_label("Place").fill("1")
    shows(generator, sample(run, "2", 43))
    walk.get_by_label("Place").fill("0")
    shows(generator, sample(run, "7", 42))
    walk.get_by_role("button", name="Play").click()
    assert changes(generator, 1000) > 20
    walk.get_by_role("button", name="Pause").click()
    assert changes(generator, 300) <= 1
    until(generator, "/at=0\\.\\d/.test(location.hash)")
    still = pixels(generator.locator(".stage canvas"))
    generator.reload()
    first(generator)
    shows(generator, still)


@pytest.mark.alone
def test_less_motion_is_two_pictures_a_second(visit: Callable[..., AbstractContextManager[Visitor]]) -> None:
    with visit(reduced_motion="reduce") as found:
        page = found.open(GENERATOR, fragment="label=7&seed=42")
        first(page)
        walk = panel(page, "Walk")
        assert "less motion" in walk.inner_text()
        walk.get_by_role("button", name="Play").click()
        assert 1 <= changes(page, 1600) <= 4


def saved(page: Page, name: str) -> tuple[str, FloatArray]:
    with page.expect_download() as download:
        panel(page, "Save").get_by_role("button", name=name).click()
    return download.value.suggested_filename, decoded(download.value.path().read_bytes())


def test_pictures_are_saved(generator: Page, runs: Mapping[str, Run]) -> None:
    run = runs["dcgan-cond"]
    right = sample(run, "7", 42)
    name, small = saved(generator, "Picture, 28 × 28")
    assert name == "7-seed42.png"
    np.testing.assert_allclose(small, right, atol=1.01 / 255)
    _, large = saved(generator, "Picture, 280 × 280")
    np.testing.assert_allclose(large, right.repeat(10, axis=0).repeat(10, axis=1), atol=1.01 / 255)
    name, sprite = saved(generator, "The whole sheet")
    assert name == "sprite-seed42-10x8-of-28x28.png" and sprite.shape == (8 * 28, 280, 3)
    np.testing.assert_allclose(sprite[2 * 28 : 3 * 28, 3 * 28 : 4 * 28], sample(run, "3", 44), atol=1.01 / 255)


def test_many_are_drawn_and_one_is_chosen_by_keys(generator: Page, runs: Mapping[str, Run]) -> None:
    many = panel(generator, "Many")
    cell = many.get_by_role("gridcell", name="A picture of 3, seed 44")
    cell.wait_for()
    becomes(cell.locator("canvas"), sample(runs["dcgan-cond"], "3", 44))
    assert many.get_by_role("gridcell").count() == 80
    many.get_by_role("gridcell").first.focus()
    press(generator, "ArrowDown", "ArrowRight", "Enter")
    shows(generator, sample(runs["dcgan-cond"], "1", 43))


def test_the_training_is_a_timeline(generator: Page, site: Path) -> None:
    told = json.loads((site / "samples" / "dcgan-cond" / "timeline.json").read_text())
    training = panel(generator, "Training")
    picture = training.get_by_role("img", name="Pictures after")
    picture.wait_for()
    training.get_by_role("slider").fill("0")
    name = f"{told[0]['iteration']} iterations"
    training.get_by_role("img", name=name).wait_for()
    size = picture.evaluate("(image) => image.decode().then(() => [image.naturalWidth, image.naturalHeight])")
    file = site / "samples" / "dcgan-cond" / told[0]["file"].partition("?")[0]
    assert tuple(size) == decoded(file.read_bytes()).shape[1::-1]


def test_the_reader_s_agreement_is_shown(generator: Page, runs: Mapping[str, Run], reader: Run) -> None:
    asked = panel(generator, "Reader")
    asked.get_by_role("button", name="Load the reader").click()
    tally = generator.get_by_text(re.compile(r"It agrees on \d+ of 10 classes here"))
    tally.wait_for()
    (drawer,), (judge,) = (run.arch.export(run.config, run.model()) for run in (runs["dcgan-cond"], reader))
    z = np.tile(noise.normal(42, 100), (10, 1))
    pictures = reference(drawer, [np.concatenate([z, np.eye(10, dtype=np.float32)], axis=1)])[0]
    guesses = reference(judge, [pictures.astype(np.float32)])[0].argmax(axis=1)
    agreed = int((guesses == np.arange(10)).sum())
    assert f"agrees on {agreed} of 10" in tally.inner_text()
    assert f"The reader sees {guesses[7]} (" in generator.locator(".reading").inner_text()


def test_backends_are_switched_and_tell_their_times(generator: Page, runs: Mapping[str, Run]) -> None:
    run = runs["dcgan-cond"]
    for i, backend in enumerate(("WebGL", "WebGPU", "WebAssembly")):
        use(generator, backend)
        generator.get_by_label("Seed", exact=True).fill(str(i))
        shows(generator, sample(run, "7", i))
    generator.get_by_role("button", name="Measure all").click()
    for backend in ("WebGL", "WebGPU", "WebAssembly"):
        row = panel(generator, "How it runs").locator("li").filter(has_text=backend)
        row.filter(has_text=re.compile(r"loaded in .* ms, first run .* ms, then .* ms each")).wait_for()


def test_switches_follow_each_other_and_end_with_the_element(generator: Page) -> None:
    told = generator.evaluate("""async () => {
        const element = document.querySelector("ganzoo-generator");
        const { network } = element;
        const { model } = network;
        const state = async (of) => of.run({ ...of.noise(0), label: 0 }).then(() => "alive", ({ code }) => code);
        await Promise.all([network.use("webgl"), network.use("webassembly")]);
        const after = [network.backend, await state(model), await state(network.model)];
        const last = network.compare();
        element.remove();
        await last;
        await network.use("webgl");
        return [...after, await state(network.model)];
    }""")
    assert told == ["webassembly", "destroyed", "alive", "destroyed"]


def test_a_change_of_language_does_not_lose_the_reader_on_its_way(generator: Page) -> None:
    panel(generator, "Reader").get_by_role("button", name="Load the reader").click()
    generator.locator("#language").select_option("ja")
    generator.get_by_text("この中では10種類のうち").wait_for()
    assert not generator.get_by_role("button", name="読み取りモデルを読み込む").count()


def test_a_sheet_is_drawn_however_fast_its_rows_change(generator: Page) -> None:
    use(generator, "WebGL")
    rows = panel(generator, "Many").get_by_label("Rows")
    for n in ("32", "16", "32"):
        rows.select_option(n)
    cells = "[...document.querySelector('ganzoo-generator').shadowRoot.querySelectorAll('.many canvas')]"
    until(generator, f"{cells}.length === 320 && {cells}.every(({{ width }}) => width > 1)", 20)


def test_a_failure_in_a_walk_is_told_once(generator: Page) -> None:
    panel(generator, "Walk").get_by_role("button", name="Play").click()
    changes = generator.evaluate("""async () => {
        const element = document.querySelector("ganzoo-generator");
        let changes = 0;
        const alert = element.shadowRoot.querySelector("[role=alert]");
        new MutationObserver(() => changes++).observe(alert, { childList: true });
        element.network.run = async () => { throw new Error("no more"); };
        await new Promise((resolve) => setTimeout(resolve, 500));
        return changes;
    }""")
    assert changes == 1
    assert generator.get_by_role("button", name="Play").is_visible()  # it has stopped
    generator.get_by_role("button", name="Try again").click()
    generator.get_by_role("button", name="Another").click()
    until(generator, "!document.querySelector('ganzoo-generator').shadowRoot.querySelector('[role=alert] p')")


def test_why_a_backend_does_not_run_is_told(visit: Callable[..., AbstractContextManager[Visitor]]) -> None:
    with visit() as found:
        found.context.add_init_script("delete Navigator.prototype.gpu")
        page = found.open(GENERATOR)
        first(page)
        how = panel(page, "How it runs")
        how.get_by_role("button", name="Measure all").click()
        row = how.locator("li").filter(has_text="WebGPU").filter(has_text="cannot run here: ")
        row.wait_for()
        assert len(row.inner_text().partition("cannot run here: ")[2]) > 5


def test_language_and_colours_are_chosen_and_kept(generator: Page) -> None:
    generator.locator("#language").select_option("ja")
    assert generator.locator("html").get_attribute("lang") == "ja"
    assert generator.get_by_role("button", name="ほかの画像").is_visible()
    assert generator.get_by_role("heading", level=1).inner_text() == "画像をつくる"
    colour = "getComputedStyle(document.body).backgroundColor"
    seen = []
    for theme in ("light", "dark"):
        generator.locator("#theme").select_option(theme)
        seen.append(generator.evaluate(f"{colour} + getComputedStyle(document.documentElement).colorScheme"))
    assert seen[0] != seen[1] and seen[0].endswith("light") and seen[1].endswith("dark")
    generator.reload()
    first(generator)
    assert generator.get_by_role("button", name="ほかの画像").is_visible()
    assert generator.evaluate(f"{colour} + getComputedStyle(document.documentElement).colorScheme") == seen[1]


def test_on_a_phone_the_picture_stays_in_view_with_what_changes_it(
    visit: Callable[..., AbstractContextManager[Visitor]],
) -> None:
    with visit(viewport={"width": 320, "height": 640}) as found:
        page = found.open(GENERATOR)
        first(page)
        picture = page.locator("ganzoo-generator .stage canvas")
        sliders = panel(page, "Variety").get_by_role("slider")
        for control in (
            page.locator(".classes label").last,
            page.get_by_role("button", name="Another"),
            sliders.nth(3),
        ):
            control.evaluate("(each) => each.scrollIntoView({ block: 'end' })")
            box, own = picture.bounding_box(), control.bounding_box()
            assert box and own
            assert box["y"] >= 0 and box["y"] + box["height"] <= own["y"], (box, own)
            assert own["y"] + own["height"] < 641
        # what is reached by the keyboard does not end up below the picture
        page.get_by_role("button", name="Another").focus()
        box, own = picture.bounding_box(), page.get_by_role("button", name="Another").bounding_box()
        assert box and own and own["y"] >= box["y"] + box["height"]
