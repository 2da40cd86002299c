"""The zoo's networks in PyTorch, layer for layer under Chainer's names, with the settings and weights of the chains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer.links as L
import torch
from torch import nn
from torch.nn import functional as F

from ganzoo.archs import _dcgan
from ganzoo.archs.cnn import Cnn as ChainerCnn
from ganzoo.archs.wgan_gp import ClassCritic as ChainerClassCritic

if TYPE_CHECKING:
    from collections.abc import Mapping

# PyTorch's name of a parameter or a running statistic, and Chainer's
PARAMETERS = {"weight": "W", "bias": "b"}
NORM = {"weight": "gamma", "bias": "beta", "running_mean": "avg_mean", "running_var": "avg_var"}


class Twin(nn.Module):
    """A Chainer chain's layers, with its weights, in its dtype."""

    def __init__(self, chain: Any) -> None:
        super().__init__()
        for link in chain.children():
            self.add_module(link.name, _layer(link))


class Generator(Twin):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = F.relu(self.l1(x)).reshape(-1, self.dc1.in_channels, 3, 3)
        h = F.relu(self.dc1_bn(self.dc1(h)))
        h = F.relu(self.dc2_bn(self.dc2(h)))
        return torch.sigmoid(self.dc3(h))


class PlanesDiscriminator(Twin):
    def forward(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        n_classes = self.c1.in_channels - x.shape[1]
        planes = F.one_hot(t, n_classes).to(x.dtype)[:, :, None, None].expand(-1, -1, *x.shape[2:])
        h = torch.cat([x, planes], dim=1)
        for layer in (self.c1, self.c2, self.c3):
            h = F.leaky_relu(layer(h), 0.2)
        return self.l1(h.flatten(1))[:, 0]


class ClassDiscriminator(Twin):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = x
        for layer in (self.c1, self.c2, self.c3):
            h = F.leaky_relu(layer(h), 0.2)
        return self.l1(h.flatten(1))


class ClassCritic(Twin):
    def forward(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return of_class(ClassDiscriminator.forward(self, x), t)


class Cnn(Twin):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = F.relu(self.conv2(F.relu(self.conv1(x))))
        return self.l4(F.relu(self.l3(h.flatten(1))))


def of_class(logits: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """Of each row of `logits` (N, n_classes) the one at its label `t`, (N,)."""
    return logits.gather(1, t[:, None])[:, 0]


TWINS: Mapping[type[Any], type[Twin]] = {
    _dcgan.Generator: Generator,
    _dcgan.PlanesDiscriminator: PlanesDiscriminator,
    _dcgan.ClassDiscriminator: ClassDiscriminator,
    ChainerClassCritic: ClassCritic,
    ChainerCnn: Cnn,
}


def twin(chain: Any, device: str) -> Twin:
    """`chain` in PyTorch on `device`, in the memory format that its convolutions are fastest in."""
    return TWINS[type(chain)](chain).to(device, memory_format=torch.channels_last)


def state(module: Twin) -> dict[str, torch.Tensor]:
    """What `module` learns or keeps by Chainer's names: parameters and running statistics."""
    return {
        f"/{name}/{theirs}": getattr(layer, ours)
        for name, layer in module.named_children()
        for ours, theirs in _names(layer).items()
    }


def _layer(link: Any) -> nn.Module:
    layer = _empty(link)
    with torch.no_grad():
        for ours, theirs in _names(layer).items():
            value = getattr(link, theirs)
            getattr(layer, ours).copy_(torch.from_numpy(getattr(value, "array", value)))
    return layer


def _empty(link: Any) -> nn.Module:
    dtype = torch.from_numpy((link.gamma if isinstance(link, L.BatchNormalization) else link.W).array).dtype
    if isinstance(link, L.Linear):
        outputs, inputs = link.W.shape
        return nn.Linear(inputs, outputs, dtype=dtype)
    if isinstance(link, L.Convolution2D):
        outputs, inputs, *ksize = link.W.shape
        return nn.Conv2d(inputs, outputs, ksize, link.stride, link.pad, dtype=dtype)
    if isinstance(link, L.Deconvolution2D):
        inputs, outputs, *ksize = link.W.shape
        return nn.ConvTranspose2d(inputs, outputs, ksize, link.stride, link.pad, dtype=dtype)
    # both keep the unbiased variance; what Chainer's decay keeps, PyTorch's momentum lets go
    return nn.BatchNorm2d(link.gamma.size, link.eps, 1 - link.decay, dtype=dtype)


def _names(layer: nn.Module) -> Mapping[str, str]:
    return NORM if isinstance(layer, nn.BatchNorm2d) else PARAMETERS
