"""Data sets: what they yield, and what they refuse."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ganzoo import datasets, plugins
from ganzoo.datasets import digits, subset
from ganzoo.datasets.split import is_test
from ganzoo.errors import DataError, PluginError, UnknownNameError, UsageError
from ganzoo.specs import Data, Dataset, floats
from ganzoo.training import options

# All of them


def test_every_built_in_is_listed_without_importing_numpy():
    code = (
        "import sys, json; from ganzoo.plugins import DATASETS; "
        "print(json.dumps([x.name for x in DATASETS.working(exit)])); assert 'numpy' not in sys.modules"
    )
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    listed = json.loads(shown)
    assert {"digits", "mnist", "fashion-mnist", "kmnist", "folder"} <= {*listed}
    for spec in plugins.DATASETS.working(pytest.fail):
        assert (spec.fetch is not None) == (spec.name in {"mnist", "fashion-mnist", "kmnist"})


def good() -> Data:
    x = np.zeros((4, 1, 2, 3), np.float32)
    t = np.array([0, 1, 2, 0], np.int32)
    return Data(x, t, x, t, ("a", "b", "c"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"classes": None}, "not a tuple of names"),
        ({"classes": (0, 1, 2)}, "not a tuple of names"),
        ({"train_x": None}, "NoneType"),
        ({"test_t": [0, 1, 2, 0]}, "labels list, not NumPy arrays"),
        ({"classes": ()}, "one or more"),
        ({"classes": ("a", "b", "b")}, "different names"),
        ({"classes": ("a", "b", "c", "d")}, "4 classes, not 3"),
        ({"train_x": np.zeros((4, 1, 2, 3))}, "float64"),
        ({"test_t": np.zeros(4, np.int64)}, "int64"),
        ({"train_x": np.zeros((4, 2, 3), np.float32)}, "have shape"),
        ({"train_t": np.zeros(3, np.int32)}, "one label per image"),
        ({"test_x": np.zeros((0, 1, 2, 3), np.float32), "test_t": np.zeros(0, np.int32)}, "0 images"),
        ({"test_x": np.full((4, 1, 2, 3), 1.01, np.float32)}, "outside"),
        ({"test_x": np.full((4, 1, 2, 3), np.nan, np.float32)}, "outside"),
        ({"train_t": np.array([0, 1, 2, 3], np.int32)}, "from 0 to 3"),
        ({"train_t": np.array([0, 1, 2, -1], np.int32)}, "from -1 to 2"),
    ],
)
def test_what_a_plugin_promises_is_checked(change, told):
    def dataset(data):
        return Dataset("odd", "", "", "", (1, 2, 3), 3, lambda data_dir: data)

    assert datasets.load(dataset(good())).classes == ("a", "b", "c")
    with pytest.raises(DataError, match=told):
        datasets.load(dataset(replace(good(), **change)))


@pytest.mark.parametrize("yielded", [None, (1, 2), "data"])
def test_a_plugin_that_yields_no_data_is_named(yielded):
    dataset = Dataset("odd", "", "", "", (1, 2, 3), 3, lambda data_dir: yielded)
    with pytest.raises(PluginError, match=f"'odd' returned {type(yielded).__name__}, not Data"):
        datasets.load(dataset)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60))
def test_each_class_is_divided_alike(labels):
    t = np.array(labels, np.int32)
    chosen = is_test(t)
    for label in set(labels):
        n = labels.count(label)
        assert chosen[t == label].sum() == -(-n // 6)
        assert n == 1 or not chosen[t == label].all()


# digits


def test_digits_have_the_geometry_of_mnist_and_crisp_strokes():
    data = datasets.load(digits.DATASET)
    assert data.train_x.shape == (1493, 1, 28, 28)
    assert data.test_x.shape == (304, 1, 28, 28)
    for x, t in ((data.train_x, data.train_t), (data.test_x, data.test_t)):
        assert np.bincount(t, minlength=10).min() >= len(t) // 11  # balanced
        frame = x.copy()
        frame[:, :, 4:24, 4:24] = 0
        assert not frame.any()
        assert x.max(axis=(1, 2, 3)).min() == 1  # full ink in every digit
    again = digits.load(None)
    np.testing.assert_array_equal(again.train_x, data.train_x)
    np.testing.assert_array_equal(again.test_t, data.test_t)
    # the nearest class mean names most test digits: labels and images belong together
    means = np.stack([data.train_x[data.train_t == k].mean(axis=0).ravel() for k in range(10)])
    nearest = ((data.test_x.reshape(-1, 1, 784) - means) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == data.test_t).mean() > 0.85
    # strokes have an edge: few values lie between ink and paper
    box = data.train_x[:, 0, 4:24, 4:24]
    assert ((box > 0.1) & (box < 0.9)).mean() < 0.3


def test_digits_are_enlarged_each_on_its_own():
    images = np.random.RandomState(0).uniform(0, 1, (5, 8, 8)).astype(np.float32)
    together = digits._enlarged(images)
    for image, enlarged in zip(images, together, strict=True):
        box = np.asarray(Image.fromarray(image).resize((20, 20), Image.Resampling.BICUBIC))
        crisp = np.clip(1.6 * (box - 0.5) + 0.5, 0, 1, dtype=np.float32)
        np.testing.assert_array_equal(enlarged, np.pad(crisp, 4))


def test_digits_reads_no_folder(tmp_path):
    with pytest.raises(UsageError, match="scikit-learn") as caught:
        digits.DATASET.load(tmp_path)
    assert "--data-dir" in caught.value.remedy


# Subsets


def test_some_indices_follow_no_order_of_the_data() -> None:
    found = subset.some(1000, 6000)
    assert len(set(found.tolist())) == 1000 and (found == subset.some(1000, 6000)).all()
    for period in (2, 3, 6):  # none of a data set's groups that take turns is preferred
        shares = np.bincount(found % period) / 1000
        assert np.abs(shares - 1 / period).max() < 0.05
    assert subset.some(9, 3).tolist() == [0, 1, 2]


@pytest.mark.parametrize("ordered", [True, False])
def test_a_limit_takes_as_many_of_each_class_while_there_are(ordered: bool) -> None:
    t = np.repeat(np.arange(3, dtype=np.int32), [40, 40, 5])
    if not ordered:
        t = np.random.RandomState(1).permutation(t)
    assert np.bincount(t[subset.of_each_class(15, t)]).tolist() == [5, 5, 5]
    assert np.bincount(t[subset.of_each_class(45, t)]).tolist() == [20, 20, 5]
    assert (np.diff(subset.of_each_class(45, t)) > 0).all()
    assert subset.of_each_class(1000, t).tolist() == list(range(85))


def test_a_limit_prefers_no_part_of_a_class() -> None:
    t = np.tile(np.arange(10, dtype=np.int32), 600)
    found = subset.of_each_class(1000, t)
    for period in (2, 3, 6):  # of each class's own images
        shares = np.bincount(found // 10 % period) / 1000
        assert np.abs(shares - 1 / period).max() < 0.05


def test_limit_of_a_training_is_taken_from_its_images_and_labels() -> None:
    whole = options.configure(plugins.ARCHS.get("cnn"), options.TrainOptions())[1]
    config, data = options.configure(plugins.ARCHS.get("cnn"), options.TrainOptions(limit=70, batch_size=7))
    assert config.limit == 70 and np.bincount(data.train_t).tolist() == [7] * 10
    chosen = subset.of_each_class(70, whole.train_t)
    np.testing.assert_array_equal(data.train_x, whole.train_x[chosen])
    np.testing.assert_array_equal(data.train_t, whole.train_t[chosen])
    assert len(data.test_x) == len(whole.test_x)


def test_bytes_are_the_floats_that_they_stand_for():
    """A checksum does not depend on how images are kept, nor on the parts in which they are read."""
    x = np.arange(24, dtype=np.uint8).reshape(4, 1, 2, 3) * 11
    t = np.array([0, 1, 2, 0], np.int32)
    small = Data(x, t, x, t, ("a", "b", "c"))
    wide = replace(small, train_x=np.divide(x, np.float32(255), dtype=np.float32))
    np.testing.assert_array_equal(floats(x), wide.train_x)
    assert floats(wide.train_x) is wide.train_x
    assert datasets.checksum(small) == datasets.checksum(wide)
    assert [len(part) for part in datasets.chunks(x, 13)] == [2, 2]
    np.testing.assert_array_equal(np.concatenate(list(datasets.chunks(x, 1))), x)


def test_options_are_declared_with_defaults_and_checked():
    seen = []

    def load(data_dir, **options):
        seen.append(options)
        return good()

    dataset = Dataset(
        "odd", "", "", "", None, None, load, options={"size": 8, "round": True, "ink": "red"}, former={"size": 4}
    )
    datasets.load(dataset)
    datasets.load(dataset, options={"size": "16", "round": "false"})
    assert seen == [{"size": 8, "round": True, "ink": "red"}, {"size": 16, "round": False, "ink": "red"}]
    assert datasets.completed(dataset, {"ink": "blue"}) == {"size": 4, "round": True, "ink": "blue"}
    with pytest.raises(UsageError, match="--size x: 'x' is not a valid int"):
        datasets.load(dataset, options={"size": "x"})
    with pytest.raises(UnknownNameError, match="siz"):
        datasets.load(dataset, options={"siz": 1})
    for wrong in ({"options": {"Size": 8}}, {"options": {"size": None}}, {"former": {"other": 1}}, {"n_classes": 0}):
        with pytest.raises(PluginError):
            replace(dataset, **wrong)
