"""Train an evaluator. `python -m ganzoo.metrics` (`make evaluator`) trains the frozen one again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import chainer
import chainer.functions as F
import numpy as np
from threadpoolctl import threadpool_limits

from ganzoo import layers
from ganzoo.datasets.subset import some
from ganzoo.metrics.evaluator import Evaluator
from ganzoo.metrics.residual import LARGEST, Residual
from ganzoo.specs import floats

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from ganzoo.specs import Data, FloatArray, ImageArray, LabelArray


@dataclass(frozen=True)
class Recipe:
    """How to train an evaluator. `pictures` is the number of training images shown in total.

    The other values limit the random change of an image: `shift` in pixels in each direction, `degrees` of rotation,
    and `zoom` as a share of the size. Beyond its edge there is black ("constant"), or the colour of its "edge".
    """

    pictures: int
    batch_size: int = 64
    alpha: float = 1e-2
    shift: float = 1.0
    degrees: float = 10.0
    zoom: float = 0.1
    beyond: Literal["constant", "edge"] = "constant"
    seed: int = 0


FROZEN = Recipe(pictures=600_000)  # MNIST's: twelve times each
HELD_OUT = 10_000
LEAST = 5_000  # pictures shown
PIXELS = 60_000_000  # of all pictures shown to a residual evaluator: under a minute on two cores
SMALL = 32  # pixels a side: larger pictures, and those in colour, get a residual evaluator
VERSION = 4  # to be raised with every change of what an evaluator becomes


def held_out(n_images: int) -> npt.NDArray[np.int64]:
    """Return the indices of training images that the evaluator does not learn from: 10,000, at most a sixth.

    They are as new to the evaluator as drawn pictures are, and stand in for those. Recipes may be chosen by them.
    """
    return some(min(HELD_OUT, n_images // 6), n_images)


def for_images(n_images: int) -> Recipe:
    """Return the recipe for `n_images` training images.

    Each is shown fourteen times, but in total not less than 5,000 and not more than 180,000. The batches have up to 64
    images, and an epoch has at least sixteen steps.
    """
    return Recipe(pictures=min(max(14 * n_images, LEAST), 180_000), batch_size=min(64, max(16, n_images // 16)))


def small(shape: Sequence[int]) -> bool:
    """Return whether images of `shape` (C, H, W) are grey and hardly larger than a digit."""
    channels, *size = shape
    return channels == 1 and max(size) <= SMALL


def network(shape: Sequence[int], n_classes: int, seed: int = 0) -> Evaluator | Residual:
    """Return an untrained evaluator for images of `shape` (C, H, W); of one class, it tells how they are turned."""
    n_labels = n_classes if n_classes > 1 else len(quarters(shape))
    return Evaluator(shape[0], n_labels, seed) if small(shape) else Residual(tuple(shape), n_labels, seed)


def recipe(data: Data) -> Recipe:
    """Return the recipe for the training images of `data`."""
    n, *shape = data.train_x.shape
    plain = for_images(n)
    if small(shape):
        return plain
    side = min(shape[1:]) // max(1, min(shape[1:]) // LARGEST)
    most = max(LEAST, PIXELS // side**2)
    return replace(plain, pictures=min(plain.pictures, most), shift=side / 16, beyond="edge")


def quarters(shape: Sequence[int]) -> tuple[int, ...]:
    """Return by how many quarters images of `shape` (C, H, W) can be turned and still have that shape."""
    return (0, 1, 2, 3) if shape[1] == shape[2] else (0, 2)


def turned(x: FloatArray, by: npt.NDArray[np.int64]) -> FloatArray:
    """Return `x` (N, C, H, W) with each image turned by its number of quarters in `by` (N,)."""
    y = np.empty_like(x)
    for k in np.unique(by):
        y[by == k] = np.rot90(x[by == k], k, axes=(2, 3))
    return y


def train(data: Data, recipe: Recipe, progress: Callable[[float], None] = lambda share: None) -> Evaluator | Residual:
    """Train an evaluator on the training images of `data`, without those that are held out, and return it.

    `progress` is called after each step with the share of the work that is done.
    """
    kept = np.setdiff1d(np.arange(len(data.train_x)), held_out(len(data.train_x)))
    return fit(data.train_x, data.train_t, kept, len(data.classes), recipe, progress)


def fit(
    x: ImageArray,
    t: LabelArray,
    kept: npt.NDArray[np.int64],
    n_classes: int,
    recipe: Recipe,
    progress: Callable[[float], None] = lambda share: None,
) -> Evaluator | Residual:
    """Train an evaluator on the images `kept`, indices, of `x` (N, C, H, W) with labels `t`, and return it.

    Where there is one class, there is nothing to tell apart. The evaluator then learns by how many quarters an image
    is turned, for which it has to know what the images show (Gidaris et al. 2018, arXiv:1803.07728).
    """
    rng = np.random.RandomState(recipe.seed)
    turns = quarters(x.shape[1:]) if n_classes == 1 else ()
    model = network(x.shape[1:], n_classes, recipe.seed)
    optimizer = layers.Adam(alpha=recipe.alpha)
    optimizer.setup(model)
    batch_size = min(recipe.batch_size, len(kept))
    steps = max(1, recipe.pictures // batch_size)
    order = np.concatenate([rng.permutation(len(kept)) for _ in range(steps * batch_size // len(kept) + 1)])
    with threadpool_limits(1), chainer.using_config("train", True), chainer.using_config("type_check", False):
        for step in range(steps):
            optimizer.alpha = recipe.alpha * min(1.0, (step + 1) / (0.1 * steps)) * (1 - step / steps)
            chosen = kept[order[step * batch_size : (step + 1) * batch_size]]
            images = moved(floats(x[chosen]), recipe, rng)
            labels = t[chosen]
            if turns:
                labels = rng.randint(len(turns), size=len(images)).astype(np.int32)
                images = turned(images, np.take(turns, labels))
            loss = F.softmax_cross_entropy(model(chainer.Variable(images)), labels)
            model.cleargrads()
            loss.backward()
            optimizer.update()
            progress((step + 1) / steps)
    return model


def moved(x: FloatArray, recipe: Recipe, rng: np.random.RandomState) -> FloatArray:
    """Return `x` (N, C, H, W) with each image randomly rotated, scaled and shifted, bilinearly."""
    n, channels, height, width = x.shape
    angle = np.deg2rad(recipe.degrees) * rng.uniform(-1, 1, n)
    zoom = 1 + recipe.zoom * rng.uniform(-1, 1, (2, n))
    shift = recipe.shift * rng.uniform(-1, 1, (2, n))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / zoom[:, None]
    middle = np.array([(height - 1) / 2, (width - 1) / 2])[:, None]
    rows, columns = np.arange(height) - middle[0], np.arange(width) - middle[1]
    # images have a frame of what is beyond, to which all places outside are clipped
    places = [
        (into[0, :, None, None] * rows[:, None] + into[1, :, None, None] * columns + start[:, None, None])
        .astype(np.float32)
        .clip(0, size)
        for into, start, size in zip(turn, middle + shift + 1, (height + 1, width + 1), strict=True)
    ]
    (top, left), (down, right) = zip(*((place.astype(np.int32), place % 1) for place in places), strict=True)
    framed = np.pad(x, ((0, 0), (0, 0), (1, 2), (1, 2)), mode=recipe.beyond)
    stride = width + 3
    at = np.arange(n)[:, None, None] * (height + 3) * stride + top * stride + left
    pixels = framed.transpose(1, 0, 2, 3).reshape(channels, -1)
    above, above_right, below, below_right = (pixels[:, at + step] for step in (0, 1, stride, stride + 1))
    upper, lower = above + right * (above_right - above), below + right * (below_right - below)
    return np.ascontiguousarray((upper + down * (lower - upper)).transpose(1, 0, 2, 3))
