"""Networks of a user's own, as people write them: Python files and the snapshots that Chainer's serializers write."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

# The layout of the blog's generator, small: names of layers, and a label beside the noise
GENERATOR = """
import sys

import chainer
import chainer.functions as F
import chainer.links as L


class Generator(chainer.Chain):
    def __init__(self, n_hidden=10, width=4):
        super(Generator, self).__init__()
        with self.init_scope():
            self.l1 = L.Linear(n_hidden, width * 3 * 3)
            self.dc1 = L.Deconvolution2D(width, width, ksize=3, stride=2)
            self.dc1_bn = L.BatchNormalization(width)
            self.dc3 = L.Deconvolution2D(width, 1, ksize=2, stride=2)
        self.width = width

    def __call__(self, z):
        h = F.reshape(F.relu(self.l1(z)), (len(z), self.width, 3, 3))
        return F.sigmoid(self.dc3(F.relu(self.dc1_bn(self.dc1(h)))))


class Reader(chainer.Chain):
    def __init__(self):
        super(Reader, self).__init__()
        with self.init_scope():
            self.conv1 = L.Convolution2D(1, 2, ksize=3)
            self.l3 = L.Linear(None, 3)

    def __call__(self, x):
        return self.l3(F.relu(self.conv1(x)))


def make(n_hidden):
    return Generator(n_hidden)


reader = Reader()


def softmax(x):
    return F.softmax(reader(x))


if __name__ == "__main__":
    sys.exit("it would train now")
"""


def write_script(folder: Path, text: str = GENERATOR, name: str = "net.py") -> Path:
    """`text` as a file in `folder`."""
    script = folder / name
    script.write_text(text, encoding="utf-8")
    return script


def load_script(script: Path) -> Any:
    """The objects of a script, as an attribute each."""
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location(script.stem, script)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules.pop(script.stem, None)
    spec.loader.exec_module(module)
    return module


def randomized(link: Any, seed: int = 0) -> Any:
    """`link` with other weights and running statistics than those it begins with."""
    random = np.random.RandomState(seed)
    for _, parameter in sorted(link.namedparams()):
        parameter.array[...] = random.uniform(-1, 1, parameter.shape)
    for _, child in sorted(link.namedlinks()):
        if hasattr(child, "avg_mean"):
            child.avg_mean[...] = random.uniform(-1, 1, child.avg_mean.shape)
            child.avg_var[...] = random.uniform(0.5, 2, child.avg_var.shape)
    return link
