"""What a run's networks are good for, by what their inputs and outputs mean; and what they make of inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.specs import FloatArray, Network

BATCH = 250  # pictures a pass: their activations stay in the processor's caches


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


def conditional(network: Network) -> bool:
    """Whether a generator is told what to draw."""
    return any("onehot" in (spec.meaning, *(part.meaning for part in spec.parts)) for spec in network.inputs)


def run(network: Network, arrays: Sequence[FloatArray]) -> FloatArray:
    """The first output of `network` in test mode for one array (N, *spec.shape) an input, float32 (N, *spec.shape).

    It runs where the network's parameters are; arrays come from the CPU and go back there.
    """
    import chainer
    import numpy as np

    device, cpu = network.link.device, chainer.get_device("@numpy")
    outputs = []
    with chainer.using_config("train", False), chainer.no_backprop_mode(), chainer.using_device(device):
        for start in range(0, len(arrays[0]), BATCH):
            variables = [chainer.Variable(device.send(array[start : start + BATCH])) for array in arrays]
            made: Any = network.forward(*variables)
            first = made[0] if isinstance(made, tuple | list) else made
            outputs.append(cpu.send(first.array))
    return np.concatenate(outputs)
