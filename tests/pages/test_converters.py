"""Converters of other kinds: of grey to colour, and of a size that no picture goes through piece by piece."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from ganzoo.export.tracing import reference
from ganzoo.pictures import as_input
from ganzoo.site import serve
from ganzoo.specs import Network, Preprocess, TensorSpec, TrainConfig
from tests.support.hosted import hosted
from tests.support.site_pages import make_site
from tests.support.toy import ToyRun
from tests.support.visitor import decoded, first, until, visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from ganzoo.specs import FloatArray

pytestmark = pytest.mark.browser


def others(path: Path) -> ToyRun:
    import chainer
    import chainer.functions as F
    import chainer.links as L

    class Layer(chainer.Chain):
        def __init__(self, channels: int, **options: Any) -> None:
            super().__init__()
            with self.init_scope():
                self.conv = L.Convolution2D(channels, 3, **options)

        def forward(self, x: Any) -> Any:
            return F.tanh(self.conv(x))

    painter, shrinker = Layer(1, ksize=3, pad=1), Layer(3, ksize=5, stride=2)
    random = np.random.RandomState(7)
    for parameter in (*painter.params(), *shrinker.params()):
        parameter.array = random.normal(0, 0.3, parameter.shape).astype(np.float32)
    grey = TensorSpec("grey", (1, 20, 28), "image", (-1.0, 1.0), preprocess=Preprocess("fit"))
    blue = TensorSpec("blue", (3, 17, 17), "image", (0.0, 255.0), preprocess=Preprocess(mean=(120.0,) * 3, order="bgr"))
    networks = (
        Network("painter", painter, painter.forward, (grey,), (TensorSpec("y", (3, 20, 28), "image", (-1.0, 1.0)),)),
        Network(
            "shrinker",
            shrinker,
            lambda x: shrinker(x / 120),
            (blue,),
            (TensorSpec("y", (3, 7, 7), "image", (-1.0, 1.0)),),
        ),
    )
    config = TrainConfig("other", "default", "none", (3, 20, 28), 3, 1, 1, 0, "cpu", {})
    return ToyRun(path, config, {}, own=networks)


def saved(page: Page) -> FloatArray:
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("^Save as PNG")).click()
    return decoded(Path(download.value.path()).read_bytes())


def test_other_converters_have_the_page_too(browser: Browser, tmp_path: Path) -> None:
    run = others(tmp_path / "run")
    colours = np.random.RandomState(8).randint(0, 256, (6, 9, 3), dtype=np.uint8)
    packed = BytesIO()
    Image.fromarray(colours).resize((90, 61), Image.Resampling.BICUBIC).save(packed, "png")
    picture = decoded(packed.getvalue())
    count = "() => { window.done = 0; document.addEventListener('ganzoo-convert', () => done++); }"
    site = make_site(tmp_path, run)
    with hosted(serve.app(site)) as host, visitor(browser, host.url, accept_downloads=True) as found:
        for path, network, choices in (("other.html", run.own[0], 2), ("other-2.html", run.own[1], 0)):
            page = found.open(path)
            first(page)
            page.evaluate(count)
            page.locator("input[type=file]").set_input_files(
                [{"name": "mine.png", "mimeType": "image/png", "buffer": packed.getvalue()}]
            )
            until(page, "window.done > 0")
            (output,) = network.outputs
            made = reference(network, [as_input(picture, network.inputs[0])[None]])[0]
            expected = np.clip(output.to_pictures(made)[0].transpose(1, 2, 0), 0, 1)
            np.testing.assert_allclose(saved(page), expected, atol=1.01 / 255)
            radios = page.get_by_role("radio", name=re.compile("→"))
            assert radios.count() == choices
            if choices:
                assert page.get_by_role("radio", name=re.compile("The model's own: 28 × 20 → 28 × 20")).is_checked()
                page.get_by_role("radio", name=re.compile("piece by piece: 90 × 61 → 90 × 61")).check()
                until(page, "window.done > 1")
                assert saved(page).shape == (61, 90, 3)
