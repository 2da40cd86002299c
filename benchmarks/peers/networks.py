"""The two reference models, seeded, and what a peer is handed of them: layers with batch norm folded.

`ganzoo` exports the Chainer network itself, so does WebDNN; onnxruntime-web and TensorFlow.js get `layers`. Folding is
in the peers' favour: their converters do it for convolutions, and onnxruntime leaves a deconvolution's alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ganzoo import plugins
from ganzoo.specs import TrainConfig

if TYPE_CHECKING:
    from ganzoo.specs import Arch, FloatArray, Network

SEED = 20171104
PRESETS = {"dcgan-cond": "blog", "cnn": "exercise"}
MULTIPLY_ADDS = {"generator": 1_216_768, "classifier": 1_007_456}  # a picture
Activation = Literal["relu", "sigmoid", "softmax"]


@dataclass(frozen=True)
class Layer:
    """One layer in Chainer's layout: `w` is (out, in), (out, in, KH, KW), or (in, out, KH, KW) for a deconvolution.

    Without padding. A dense layer sees its input flat, C, H, W; `unflatten` is the (C, H, W) that its output takes.
    """

    kind: Literal["dense", "conv", "deconv"]
    w: FloatArray
    b: FloatArray
    activation: Activation
    stride: int = 1
    unflatten: tuple[int, int, int] | None = None


def config(arch: Arch) -> TrainConfig:
    preset = arch.presets[PRESETS[arch.name]]
    return TrainConfig(
        arch=arch.name,
        preset=PRESETS[arch.name],
        dataset="digits",
        shape=(1, 28, 28),
        n_classes=10,
        epochs=1,
        batch_size=preset.batch_size,
        seed=SEED,
        device="cpu",
        hparams=preset.hparams,
    )


def build(arch: Arch) -> Any:
    """The Chainer network of `arch`, every bias and batch-norm statistic away from its initial 0 or 1."""
    import chainer.links as L
    import numpy as np

    np.random.seed(SEED)  # Chainer's initialisers draw from the global state
    model = arch.build(config(arch))
    for _, link in sorted(model.namedlinks(skipself=True)):
        size = link.beta.size if isinstance(link, L.BatchNormalization) else link.b.size
        if isinstance(link, L.BatchNormalization):
            link.gamma.array[...] = np.random.uniform(0.5, 1.5, size)
            link.beta.array[...] = np.random.normal(0, 0.2, size)
            link.avg_mean[...] = np.random.normal(0, 0.2, size)
            link.avg_var[...] = np.random.uniform(0.5, 1.5, size)
        else:
            link.b.array[...] = np.random.normal(0, 0.1, size)
    return model


def networks() -> dict[str, tuple[Arch, Any, Network]]:
    """(architecture, Chainer link, network as exported) by the network's name."""
    found = {}
    for name in PRESETS:
        arch = plugins.ARCHS.get(name)
        model = build(arch)
        (network,) = arch.export(config(arch), model)
        found[network.name] = arch, model, network
    return found


def layers(name: str, link: Any) -> tuple[Layer, ...]:
    """The layers of the generator or the classifier, whose Chainer link is `link`."""
    if name == "generator":
        return (
            Layer("dense", link.l0.W.array, link.l0.b.array, "relu", unflatten=(128, 3, 3)),
            Layer("deconv", *_fold(link.dc1, link.bn1), "relu", stride=2),
            Layer("deconv", *_fold(link.dc2, link.bn2), "relu", stride=2),
            Layer("deconv", link.dc3.W.array, link.dc3.b.array, "sigmoid", stride=2),
        )
    return (
        Layer("conv", link.conv1.W.array, link.conv1.b.array, "relu"),
        Layer("conv", link.conv2.W.array, link.conv2.b.array, "relu"),
        Layer("dense", link.fc3.W.array, link.fc3.b.array, "relu"),
        Layer("dense", link.fc4.W.array, link.fc4.b.array, "softmax"),
    )


def _fold(deconv: Any, norm: Any) -> tuple[FloatArray, FloatArray]:
    """Weights and bias of `deconv` followed by `norm` in test mode."""
    import numpy as np

    scale = norm.gamma.array / np.sqrt(norm.avg_var + norm.eps)
    w = deconv.W.array * scale[:, None, None]
    b = (deconv.b.array - norm.avg_mean) * scale + norm.beta.array
    return w.astype(np.float32), b.astype(np.float32)
