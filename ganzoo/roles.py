"""What a run's networks are good for, by what their inputs and outputs mean; and what they make of inputs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ganzoo.specs import floats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.specs import FloatArray, ImageArray, Network

BATCH = 250  # pictures a pass: their activations stay in the processor's caches
VALUES = (
    BATCH * 28 * 28
)  # of these pictures: larger ones go through in fewer, so that memory does not follow their size


def generator(networks: Sequence[Network]) -> Network | None:
    """The network that makes images of noise; None where there is none."""
    for network in networks:
        if network.outputs[0].meaning == "image" and any(spec.meaning == "latent" for spec in network.inputs):
            return network
    return None


def classifier(networks: Sequence[Network]) -> Network | None:
    """The network that tells the classes of images; None where there is none."""
    for network in networks:
        reads = [spec.meaning for spec in network.inputs] == ["image"]
        if reads and network.outputs[0].meaning in ("probabilities", "logits"):
            return network
    return None


def converter(networks: Sequence[Network]) -> Network | None:
    """The network that makes images of images, such as one for super-resolution; None where there is none."""
    for network in networks:
        if [spec.meaning for spec in network.inputs] == ["image"] and network.outputs[0].meaning == "image":
            return network
    return None


def conditional(network: Network) -> bool:
    """Whether a generator is told what to draw."""
    return any("onehot" in (spec.meaning, *(part.meaning for part in spec.parts)) for spec in network.inputs)


def per_pass(network: Network) -> int:
    """How many pictures go through `network` at once: `BATCH`, or fewer where they are larger than 28x28 or `alone`."""
    return 1 if network.alone else at_once(max(math.prod(spec.shape) for spec in (*network.inputs, *network.outputs)))


def at_once(values: int) -> int:
    """How many pictures of so many values go through a network at once."""
    return max(1, min(BATCH, VALUES // values))


def draw(network: Network, arrays: Sequence[FloatArray]) -> FloatArray:
    """The pictures that a generator makes of one array (N, *spec.shape) an input, float32 (N, C, H, W).

    Its output's range is brought to [0, 1], where data sets have theirs; values may be beyond it.
    """
    return network.outputs[0].to_pictures(run(network, arrays))


def read(network: Network, pictures: ImageArray) -> FloatArray:
    """What a classifier says of `pictures` (N, C, H, W), those of a `Data`: float32 (N, n_classes)."""
    import numpy as np

    n = per_pass(network)
    spec = network.inputs[0]
    parts = (pictures[start : start + n] for start in range(0, len(pictures), n))
    return np.concatenate([run(network, [spec.from_pictures(floats(part))]) for part in parts])


def run(network: Network, arrays: Sequence[FloatArray]) -> FloatArray:
    """The first output of `network` in test mode for one array (N, *spec.shape) an input, float32 (N, *spec.shape).

    It runs where the network's parameters are; arrays come from the CPU and go back there.
    """
    import chainer
    import numpy as np

    device, cpu = network.link.device, chainer.get_device("@numpy")
    outputs, batch = [], per_pass(network)
    with chainer.using_config("train", False), chainer.no_backprop_mode(), chainer.using_device(device):
        for start in range(0, len(arrays[0]), batch):
            variables = [chainer.Variable(device.send(array[start : start + batch])) for array in arrays]
            made: Any = network.forward(*variables)
            first = made[0] if isinstance(made, tuple | list) else made
            outputs.append(cpu.send(first.array))
    return np.concatenate(outputs)
