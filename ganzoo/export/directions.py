"""Where in latent space a generator's pictures change most: what a page's sliders move along.

For a picture y = G(z) with Jacobian J the change along a unit vector d is |J d|, so on average over z the largest is
along the first eigenvector of E[J^T J], and so on, each orthogonal to those before. GANSpace (Härkönen et al. 2020,
arXiv:2004.02546) takes principal components of a layer's activations and SeFa (Shen and Zhou 2021, arXiv:2007.06600)
the eigenvectors of A^T A for the first layer's weights A. This is SeFa's question, asked of the whole network: for a
linear one both are the same. The expectation is estimated as Hutchinson estimated traces (1990): for random signs v,
E[(J^T v)(J^T v)^T] = E[J^T J], and J^T v is one back-propagation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganzoo import inputs, noise
from ganzoo.roles import per_pass

if TYPE_CHECKING:
    from ganzoo.specs import FloatArray, Network

COUNT = 6
SAMPLES = 128  # each of another z and label
LEAST = 16  # where pictures are large: above VALUES values in all, time and memory are the network's, not ours
VALUES = 1 << 17
SEED = 20200406
STREAM = 1 << 31  # of the signs; those of inputs and parts are counted from 0


@dataclass(frozen=True)
class Directions:
    """Orthonormal `vectors`, float32 (count, size), of the input or part `name`: along the first, pictures change most.

    The largest component of each is positive.
    """

    name: str
    vectors: FloatArray


def directions(network: Network) -> Directions | None:
    """Those of the first latent input or part, at most `COUNT`; the same at every call on one machine.

    None where there is no latent or the first output is no image, and where Chainer cannot differentiate `forward`.
    """
    import chainer
    import numpy as np
    from threadpoolctl import threadpool_limits

    from ganzoo.export.tracing.tape import forward

    latent = _latent(network)
    if latent is None or network.outputs[0].meaning != "image":
        return None
    index, name, begin, end = latent
    n = max(LEAST, min(SAMPLES, VALUES // math.prod(network.outputs[0].shape)))
    drawn = inputs.seeded(network.inputs, n, SEED)
    # a compiler runs beside: several threads would wait for each other, ten times as long
    with threadpool_limits(1, "blas"):
        try:
            shape = network.outputs[0].shape
            signs = 1 - 2 * (noise.bits(SEED, n * math.prod(shape), STREAM) & 1).astype(np.float32).reshape(n, *shape)
            gradients = []
            for start in range(0, n, per_pass(network)):  # of some pictures at a time: each has its graph
                some = slice(start, start + per_pass(network))
                variables, outputs = forward(network, [array[some] for array in drawn])
                (gradient,) = chainer.grad([outputs[0]], [variables[index]], [chainer.Variable(signs[some])])
                gradients.append(gradient.array.reshape(len(signs[some]), -1)[:, begin:end].astype(np.float64))
            found = np.concatenate(gradients)
        except Exception:  # a plugin's forward may raise whatever it likes
            return None
        if not np.isfinite(found).all() or not found.any():
            return None
        _, _, right = np.linalg.svd(found, full_matrices=False)
    vectors = right[:COUNT]
    largest = np.take_along_axis(vectors, np.abs(vectors).argmax(axis=1, keepdims=True), axis=1)
    return Directions(name, (vectors * np.sign(largest)).astype(np.float32))


def _latent(network: Network) -> tuple[int, str, int, int] | None:
    """The first latent: its input's index, its name, where in the flat input it begins and ends."""
    for index, spec in enumerate(network.inputs):
        begin = 0
        for part in spec.parts:
            if part.meaning == "latent":
                return index, part.name, begin, begin + part.size
            begin += part.size
        if spec.meaning == "latent" and not spec.parts:
            return index, spec.name, 0, math.prod(spec.shape)
    return None
