"""A site of three ONNX files of different kinds, clicked through in every family of browsers that is installed."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
import pytest
from PIL import Image

from ganzoo.browsers.families import CHROMIUM
from ganzoo.browsers.find import find_browser, find_browsers
from ganzoo.browsers.session import run_page
from ganzoo.pages import PAGES
from ganzoo.pictures import as_input
from ganzoo.specs import TensorSpec
from tests.support.families import HERE
from tests.support.places import DATA, TEST_PAGES
from tests.support.visitor import decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ganzoo.browsers.families import Family
    from ganzoo.specs import FloatArray
    from tests.support.command import Done
    from tests.support.shared import Shared

pytestmark = pytest.mark.browser
PAGE = TEST_PAGES / "site" / "three.html"
KINDS = ("generator", "classifier", "enlarger")
EIGHT_BITS = 1.01 / 255


@pytest.fixture
def site(shared: Shared, ganzoo: Callable[..., Done]) -> Path:
    """Made by the commands that a user gives. Read only."""

    def make(folder: Path) -> None:
        for kind in KINDS:
            model = DATA / "onnx" / f"torch-{kind}.onnx"
            done = ganzoo("export", model, "--all-backends", "--no-verify", "--out", folder / kind)
            assert done.code == 0, done.err
        done = ganzoo("site", *(folder / kind for kind in KINDS), "--out", folder / "site")
        assert done.code == 0, done.err

    return shared.made("site of ONNX files", make) / "site"


def computed(kind: str, run: Mapping[str, Any]) -> FloatArray:
    """What ONNX Runtime makes of what a page gave to its network."""
    session = onnxruntime.InferenceSession(
        str(DATA / "onnx" / f"torch-{kind}.onnx"), providers=["CPUExecutionProvider"]
    )
    (wanted,), (text,) = session.get_inputs(), run["inputs"].values()
    values = np.frombuffer(b64decode(text), "<f4").reshape(1, *wanted.shape[1:])
    made: FloatArray = session.run(None, {wanted.name: values})[0][0]
    return made


def agreed(site: Path, kind: str, run: Mapping[str, Any]) -> FloatArray:
    """As `computed`, which the page's network computed too, within the tolerance of its manifest."""
    expected = computed(kind, run)
    manifest = json.loads((site / "models" / f"torch-{kind}" / "manifest.json").read_text())
    (text,) = run["outputs"].values()
    made = np.frombuffer(b64decode(text), "<f4").reshape(expected.shape)
    np.testing.assert_allclose(made, expected, rtol=0, atol=manifest["golden"]["tolerance"][run["backend"]])
    return expected


def picture(text: str, size: int = 16) -> FloatArray:
    """What a canvas showed, (H, W, 3) in [0, 1]."""
    return np.frombuffer(b64decode(text), "<f4").reshape(size, size, 4)[..., :3]


def colourful() -> bytes:
    packed = BytesIO()
    coarse = np.random.RandomState(4).randint(0, 256, (4, 5, 3), dtype=np.uint8)
    Image.fromarray(coarse).resize((50, 37), Image.Resampling.BICUBIC).save(packed, "png")
    return packed.getvalue()


@pytest.mark.parametrize("family", HERE, ids=str)
def test_three_files_are_a_site_whose_pages_compute_what_onnxruntime_does(family: Family, site: Path) -> None:
    pages = {each["slug"]: each["file"] for each in json.loads((site / "site.json").read_text())["pages"]}
    urls = {kind: f"site/{pages[f'torch-{kind}']}" for kind in KINDS}
    mine = colourful()
    job = {"urls": urls, "picture": b64encode(mine).decode()}
    found = find_browser() if family is CHROMIUM else find_browsers([family.name])[0]
    told = run_page(PAGE, job, {"ganzoo": PAGES, "site": site}, browser=found)
    assert not told["errors"]

    generator = told["generator"]
    images = [picture(text) for text in generator["pictures"]]
    assert len(images) == 3 and len({image.tobytes() for image in images}) == 3
    for run, image in zip(generator["runs"], images[1:], strict=True):
        drawn = (agreed(site, "generator", run).transpose(1, 2, 0) + 1) / 2
        np.testing.assert_allclose(image, drawn, atol=EIGHT_BITS)

    classifier = told["classifier"]
    *_, run = classifier["runs"]
    given = as_input(decoded(mine), TensorSpec("x", (3, 16, 16), "image"))
    np.testing.assert_allclose(np.frombuffer(b64decode(*run["inputs"].values()), "<f4"), given.ravel(), atol=1e-4)
    powers = np.exp(agreed(site, "classifier", run))
    chances = powers / powers.sum()
    np.testing.assert_allclose(classifier["probabilities"], chances, atol=1e-4)
    order = np.argsort(-chances)
    assert classifier["label"] == str(order[0])
    assert classifier["bars"] == [[str(i), "", f"{round(100 * float(chances[i]))}%"] for i in order]

    enlarger = told["enlarger"]
    *_, run = enlarger["runs"]
    large = agreed(site, "enlarger", run).transpose(1, 2, 0)
    assert enlarger["size"] == {"width": 16, "height": 16} and enlarger["name"] == "picture-16x16.png"
    before, after = (picture(text) for text in enlarger["sides"])
    small = as_input(decoded(mine), TensorSpec("x", (3, 8, 8), "image")).transpose(1, 2, 0)
    np.testing.assert_allclose(before, small.repeat(2, axis=0).repeat(2, axis=1), atol=EIGHT_BITS)
    np.testing.assert_allclose(after, large, atol=EIGHT_BITS)
    png = np.frombuffer(b64decode(enlarger["png"]), "<f4").astype(np.uint8).tobytes()
    np.testing.assert_allclose(decoded(png), large, atol=EIGHT_BITS)
