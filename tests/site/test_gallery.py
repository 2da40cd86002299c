"""The front of a site with several networks: what it shows of each."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from ganzoo.site import build, gallery
from ganzoo.site.bundles import Model
from tests.support.sites import LATENT, PICTURE, change, made_by_hand, tags, worker

if TYPE_CHECKING:
    from pathlib import Path


def drawn(values: Any, shape: tuple[int, int, int], limits: list[float] | None) -> np.ndarray[Any, Any]:
    """The pixels of the picture of a network whose golden sample has these."""
    spec = {**PICTURE, "shape": list(shape), "range": limits}
    manifest = {"inputs": [LATENT], "outputs": [spec], "golden": {"file": "g"}}
    golden = np.concatenate([np.full(4, 9), np.ravel(values)]).astype("<f4").tobytes()
    return np.asarray(Image.open(io.BytesIO(gallery.picture(Model(manifest, {"g": golden})))))


def test_the_picture_is_the_golden_sample_s() -> None:
    np.testing.assert_array_equal(drawn([-1, 0, 1, -1], (1, 2, 2), [-1, 1]), [[0, 128], [255, 0]])
    colours = drawn([0, 1, 0.2, 0.4, 1, 0], (3, 1, 2), None)
    np.testing.assert_array_equal(colours, [[[0, 51, 255], [255, 102, 0]]])
    # anybody may have written it
    np.testing.assert_array_equal(drawn([np.nan, np.inf, -np.inf, 3e38], (1, 2, 2), [0, 1]), [[0, 255], [0, 255]])
    assert drawn([1] * 4, (1, 2, 2), [1, 1]).shape == (2, 2)
    assert drawn(np.zeros((3, 256, 64)), (3, 256, 64), None).shape == (128, 32, 3)


def test_a_card_has_name_size_and_classes(tmp_path: Path) -> None:
    told = {"arch": "style", "dataset": "emoji", "title": "Faces", "classes": ["<i>", *"bcdef"]}
    faces = change(made_by_hand(tmp_path / "faces"), provenance=told)
    reader = made_by_hand(tmp_path / "reader", "classifier", "cnn")
    site = build.build([(faces, None), (reader, None)], tmp_path / "site").path
    page = tags(site, "index.html")
    assert [each["href"] for each in page.all("a")] == ["./", "style.html", "cnn.html"]
    assert [each["src"].partition("?")[0] for each in page.all("img")] == ["pictures/style.png", "classifier.svg"]
    words = " ".join(page.text.split())
    assert "Choose a network Faces Make pictures <i>, b, c, d, e, … 0 kB cnn Read drawings 0 kB" in words
    assert worker(site)["models"]["index.html"][0].startswith("pictures/style.png?")
    assert page.inline == "" and not [tag for tag, _ in page.tags if tag == "nav"]


@pytest.mark.slow
def test_one_network_is_the_front_itself(tmp_path: Path) -> None:
    site = build.build([(made_by_hand(tmp_path / "one"), None)], tmp_path / "site").path
    assert list(tags(site, "index.html").all("ganzoo-generator"))
    assert not [path for path in site.rglob("*") if path.name in ("gallery.css", "pictures", "tiny.html")]
