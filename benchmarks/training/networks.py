"""The zoo's networks in PyTorch, layer for layer under Chainer's names, with the settings and weights of the chains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer
import chainer.links as L
import torch
from torch import nn
from torch.nn import functional as F

from ganzoo.archs import _dcgan, _sizes, resnet, sngan
from ganzoo.archs.cnn import Cnn as ChainerCnn
from ganzoo.archs.wgan_gp import ClassCritic as ChainerClassCritic
from ganzoo.layers import ConditionalBatchNormalization

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


class ByClass(Twin):
    def forward(self, x: torch.Tensor, onehot: torch.Tensor) -> torch.Tensor:
        return self.norm(x) * self.gamma(onehot)[:, :, None, None] + self.beta(onehot)[:, :, None, None]


class Norm(Twin):
    def forward(self, x: torch.Tensor, onehot: torch.Tensor) -> torch.Tensor:
        return self.by_class(x, onehot)


class Up(Twin):
    def forward(self, x: torch.Tensor, onehot: torch.Tensor) -> torch.Tensor:
        h = self.c1(_doubled(F.relu(self.n1(x, onehot))))
        return self.c2(F.relu(self.n2(h, onehot))) + _doubled(self.shortcut(x))


class ResidualGenerator(Twin):
    def __init__(self, chain: Any) -> None:
        super().__init__(chain)
        self.latent_dim, self.first, self.size = chain.latent_dim, chain.first, chain.size

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        z, onehot = x[:, : self.latent_dim], x[:, self.latent_dim :]
        h = self.l1(z).reshape(-1, *self.first)
        for block in self.blocks:
            h = block(h, onehot)
        return _sizes.middle(torch.sigmoid(self.last(F.relu(self.last_bn(h)))), self.size)


class Down(Twin):
    def __init__(self, chain: Any) -> None:
        super().__init__(chain)
        self.halves, self.first = chain.halves, chain.first

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.c2(F.relu(self.c1(x if self.first else F.relu(x))))
        return F.avg_pool2d(h, 2) + self.shortcut(F.avg_pool2d(x, 2)) if self.halves else h + x


class ProjectionDiscriminator(Twin):
    def forward(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        h = x * 2 - 1
        for block in self.blocks:
            h = block(h)
        features = F.relu(h).sum(dim=(2, 3))
        return self.l1(features)[:, 0] + of_class(self.classes(features), t)


class ResidualBlock(Twin):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.c2_bn(self.c2(F.relu(self.c1_bn(self.c1(x)))))
        return F.relu(h + self.shortcut_bn(self.shortcut(x)))


class Resnet(Twin):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = F.relu(self.c0_bn(self.c0(x)))
        for block in self.blocks:
            h = block(h)
        return self.l1(h.mean(dim=(2, 3)))


class BoundedConv2d(nn.Conv2d):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self._conv_forward(x, _bounded(self), self.bias)


class BoundedLinear(nn.Linear):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.linear(x, _bounded(self), self.bias)


def _bounded(layer: Any) -> torch.Tensor:
    """The layer's weights over their largest singular value, by one power iteration, as Chainer's hook does it."""
    matrix, eps = layer.weight.flatten(1), layer.eps
    with torch.no_grad():
        v = matrix.T @ layer.u
        v /= v.norm() + eps
        u = matrix @ v
        u /= u.norm() + eps
        if layer.training:
            layer.u.copy_(u)
    return layer.weight / (u @ matrix @ v)


def _doubled(x: torch.Tensor) -> torch.Tensor:
    return F.interpolate(x, scale_factor=2, mode="nearest")


def of_class(logits: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """Of each row of `logits` (N, n_classes) the one at its label `t`, (N,)."""
    return logits.gather(1, t[:, None])[:, 0]


TWINS: Mapping[type[Any], type[Twin]] = {
    _dcgan.Generator: Generator,
    _dcgan.PlanesDiscriminator: PlanesDiscriminator,
    _dcgan.ClassDiscriminator: ClassDiscriminator,
    ChainerClassCritic: ClassCritic,
    ChainerCnn: Cnn,
    ConditionalBatchNormalization: ByClass,
    sngan.Norm: Norm,
    sngan.Up: Up,
    sngan.Generator: ResidualGenerator,
    sngan.Down: Down,
    sngan.Discriminator: ProjectionDiscriminator,
    resnet.Block: ResidualBlock,
    resnet.Resnet: Resnet,
}


def twin(chain: Any, device: str) -> Twin:
    """`chain` in PyTorch on `device`, in the memory format that its convolutions are fastest in."""
    return TWINS[type(chain)](chain).to(device, memory_format=torch.channels_last)


def state(module: Twin) -> dict[str, torch.Tensor]:
    """What `module` learns or keeps by Chainer's names: parameters and running statistics."""
    return {
        f"/{name.replace('.', '/')}/{theirs}": getattr(layer, ours)
        for name, layer in module.named_modules()
        for ours, theirs in _names(layer).items()
        if getattr(layer, ours, None) is not None
    }


def _layer(link: Any) -> nn.Module:
    if type(link) in TWINS:
        return TWINS[type(link)](link)
    if isinstance(link, chainer.ChainList):
        return nn.ModuleList([_layer(each) for each in link])
    layer = _empty(link)
    with torch.no_grad():
        for ours, theirs in _names(layer).items():
            value = getattr(link, theirs)
            if value is not None:
                getattr(layer, ours).copy_(torch.from_numpy(getattr(value, "array", value)))
    return layer


def _empty(link: Any) -> nn.Module:
    if isinstance(link, L.BatchNormalization):
        dtype, affine = torch.from_numpy(link.avg_mean).dtype, link.gamma is not None
        # both keep the unbiased variance; what Chainer's decay keeps, PyTorch's momentum lets go
        return nn.BatchNorm2d(link.avg_mean.size, link.eps, 1 - link.decay, affine, dtype=dtype)
    dtype, bias = torch.from_numpy(link.W.array).dtype, link.b is not None
    (hook,) = link.local_link_hooks.values() or (None,)
    layer: nn.Module
    if isinstance(link, L.Linear):
        outputs, inputs = link.W.shape
        layer = (BoundedLinear if hook else nn.Linear)(inputs, outputs, bias, dtype=dtype)
    elif isinstance(link, L.Convolution2D):
        outputs, inputs, *ksize = link.W.shape
        kind = BoundedConv2d if hook else nn.Conv2d
        layer = kind(inputs, outputs, ksize, link.stride, link.pad, bias=bias, dtype=dtype)
    else:
        inputs, outputs, *ksize = link.W.shape
        layer = nn.ConvTranspose2d(inputs, outputs, ksize, link.stride, link.pad, bias=bias, dtype=dtype)
    if hook:
        layer.eps = hook.eps
        layer.register_buffer("u", torch.from_numpy(link.W_u.copy()))
    return layer


def _names(layer: nn.Module) -> Mapping[str, str]:
    if isinstance(layer, nn.BatchNorm2d):
        return NORM
    return PARAMETERS if hasattr(layer, "weight") else {}
