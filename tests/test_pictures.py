"""Any picture as an image input: means, Pillow, JavaScript's twin by shared vectors, what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ganzoo import inputs, noise
from ganzoo.errors import PluginError
from ganzoo.pictures import as_input, read
from ganzoo.specs import Network, Part, Preprocess, TensorSpec
from tests.support.places import DATA

if TYPE_CHECKING:
    from pathlib import Path

VECTORS = json.loads((DATA / "pictures.json").read_text())


def spec(shape: tuple[int, int, int], interval: tuple[float, float] | None = None, **preprocess: Any) -> TensorSpec:
    return TensorSpec("x", shape, "image", interval, preprocess=Preprocess(**preprocess))


def told(document: dict[str, Any]) -> TensorSpec:
    """A spec as a manifest tells it."""
    own = {**document["preprocess"], **{key: tuple(document["preprocess"][key]) for key in ("mean", "std")}}
    interval = document["range"] and tuple(document["range"])
    return TensorSpec(document["name"], tuple(document["shape"]), "image", interval, preprocess=Preprocess(**own))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_committed_vectors(vector: dict[str, Any]) -> None:
    """tests/js/site/pictures.test.mjs holds the pages to the same."""
    picture = np.reshape(vector["data"], (vector["height"], vector["width"], 4)) / 255
    image = as_input(picture, told(vector["spec"]))
    np.testing.assert_allclose(image.ravel(), vector["input"], rtol=1e-6, atol=1e-6)


def test_pixels_are_the_means_of_their_areas_where_a_picture_shrinks() -> None:
    picture = np.random.default_rng(1).uniform(0, 1, (60, 100, 3))
    means = picture.reshape(20, 3, 20, 5, 3).mean(axis=(1, 3)).transpose(2, 0, 1)
    np.testing.assert_allclose(as_input(picture, spec((3, 20, 20), resize="stretch")), means, rtol=1e-6)


@pytest.mark.parametrize("size", [(9, 13), (24, 17), (31, 40)])
def test_what_grows_is_pillow_s_bilinear(size: tuple[int, int]) -> None:
    picture = np.random.default_rng(2).uniform(0, 1, (7, 11)).astype(np.float32)
    grown = Image.fromarray(picture).resize(size[::-1], Image.Resampling.BILINEAR)
    image = as_input(picture[..., None], spec((1, *size), resize="stretch"))[0]
    np.testing.assert_allclose(image, np.asarray(grown), atol=1e-5)


def test_a_crop_is_the_middle_and_no_pixel_of_the_right_size_is_blurred() -> None:
    picture = np.random.default_rng(4).uniform(0, 1, (10, 17, 3))
    image = as_input(picture, spec((3, 10, 10)))
    np.testing.assert_allclose(image, picture[:, 3:13].transpose(2, 0, 1), rtol=1e-6)


def test_what_is_fitted_is_whole_and_its_edge_goes_on() -> None:
    picture = np.random.default_rng(5).uniform(0, 1, (4, 8, 3))
    image = as_input(picture, spec((3, 8, 8), resize="fit"))
    whole = picture.transpose(2, 0, 1)
    np.testing.assert_allclose(image[:, 2:6], whole, rtol=1e-6)
    for row in (0, 1):
        np.testing.assert_array_equal(image[:, row], image[:, 2])
    for row in (6, 7):
        np.testing.assert_array_equal(image[:, row], image[:, 5])


@settings(deadline=None, max_examples=60)
@given(
    st.tuples(st.integers(1, 30), st.integers(1, 30)),
    st.tuples(st.sampled_from([1, 3]), st.integers(1, 30), st.integers(1, 30)),
    st.sampled_from(["crop", "fit", "stretch"]),
)
def test_a_plain_picture_stays_plain(size: tuple[int, int], shape: tuple[int, int, int], resize: Any) -> None:
    image = as_input(np.full((*size, 3), 0.3), spec(shape, resize=resize))
    assert image.shape == shape and image.dtype == np.float32
    np.testing.assert_allclose(image, 0.3, rtol=1e-6)


def test_values_are_ranged_ordered_and_normalized_in_this_order() -> None:
    picture = np.array([[[1.0, 0.5, 0.0]]])
    caffe = spec((3, 1, 1), (0.0, 255.0), mean=(104.0, 117.0, 123.0), order="bgr")
    np.testing.assert_allclose(as_input(picture, caffe).ravel(), [-104, 10.5, 132], rtol=1e-6)
    torch = spec((3, 1, 1), mean=(0.5, 0.4, 0.3), std=(0.5, 0.2, 0.1))
    np.testing.assert_allclose(as_input(picture, torch).ravel(), [1, 0.5, -3], rtol=1e-6)
    tanh = TensorSpec("x", (3, 1, 1), "image", (-1.0, 1.0))
    np.testing.assert_allclose(as_input(picture, tanh).ravel(), [1, 0, -1], atol=1e-7)


def test_a_manifest_tells_what_gives_the_same_without_a_range() -> None:
    caffe = spec((3, 2, 2), (0.0, 255.0), mean=(104.0, 117.0, 123.0), order="bgr")
    described = caffe.described()
    assert described["range"] is None
    picture = np.random.default_rng(6).uniform(0, 1, (2, 2, 3))
    np.testing.assert_allclose(as_input(picture, told(described)), as_input(picture, caffe), rtol=1e-5)
    # what leaves no range keeps it, and what has no preprocessing tells none
    assert spec((3, 2, 2), (-1.0, 1.0), resize="fit").described()["range"] == (-1.0, 1.0)
    assert "preprocess" not in TensorSpec("x", (3, 2, 2), "image").described()


def test_what_is_not_opaque_is_on_white() -> None:
    grey = as_input(np.array([[[0.2, 0.5]]]), spec((1, 1, 1)))
    assert grey.ravel() == pytest.approx(0.6)
    colours = as_input(np.array([[[1.0, 0.0, 0.5, 0.0]]]), spec((3, 1, 1)))
    np.testing.assert_array_equal(colours.ravel(), [1, 1, 1])


def test_a_file_is_read_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (5, 3), (255, 0, 51)).save(tmp_path / "a.png", exif=exif)
    picture = read(tmp_path / "a.png")
    assert picture.shape == (5, 3, 4) and picture.dtype == np.float32
    np.testing.assert_allclose(picture[0, 0], [1, 0, 0.2, 1])
    (tmp_path / "b.png").write_bytes(b"no picture")
    with pytest.raises(OSError, match="identify"):
        read(tmp_path / "b.png")


@pytest.mark.parametrize("picture", [[[0.5]], 0.5, np.zeros((0, 2, 3)), np.zeros((2, 2, 5)), np.zeros((1, 2, 2, 3))])
def test_what_is_no_picture_is_refused(picture: Any) -> None:
    with pytest.raises(ValueError, match="a picture is"):
        as_input(picture, spec((3, 2, 2)))


def test_an_input_of_other_channels_is_refused() -> None:
    with pytest.raises(ValueError, match="one or three"):
        as_input(np.zeros((2, 2, 3)), TensorSpec("x", (2, 2, 2), "image"))


# Verified


def test_golden_inputs_are_pictures_that_went_through_it() -> None:
    normal = spec((3, 4, 4), mean=(0.5, 0.4, 0.3), std=(0.25, 0.2, 0.1), order="bgr")
    label = TensorSpec("label", (3,), "onehot")
    _, seen = inputs.seeded([label, normal], 2, 9)
    pictures = noise.uniform(9, 2 * 48, 0.0, 1.0, 1).reshape(2, 3, 4, 4)
    np.testing.assert_allclose(seen, normal.from_pictures(pictures))
    assert seen.dtype == np.float32 and seen[:, 2].min() > -3.01 and seen[:, 2].max() > 5


# What a plugin gets wrong


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("resize", {"resize": "tile"}),
        ("order", {"order": "rgba"}),
        ("mean", {"mean": [0.5]}),
        ("mean", {"mean": (float("nan"),)}),
        ("mean", {"mean": ("0.5",)}),
        ("std", {"std": (0.0,)}),
        ("std", {"std": (True,)}),
        ("std", {"std": 2.0}),
    ],
)
def test_a_field_of_another_kind_is_refused(field: str, change: dict[str, Any]) -> None:
    with pytest.raises(PluginError, match=rf"Preprocess\.{field}"):
        Preprocess(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"preprocess": "crop"},
        {"meaning": "latent"},
        {"shape": (12,)},
        {"range": (1.0, 1.0)},
        {"preprocess": Preprocess(mean=(0.5, 0.5))},
        {"preprocess": Preprocess(order="bgr"), "shape": (1, 2, 2)},
        {"parts": (Part("a", 12, "image"),)},
    ],
)
def test_a_spec_that_cannot_be_preprocessed_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(PluginError, match=r"TensorSpec\.preprocess"):
        TensorSpec(**{"name": "x", "shape": (3, 2, 2), "meaning": "image", "preprocess": Preprocess(), **change})


def test_an_output_has_no_preprocessing() -> None:
    given = spec((3, 2, 2))
    with pytest.raises(PluginError, match=r"Network\.outputs"):
        Network("n", None, lambda x: x, (given,), (given,))
