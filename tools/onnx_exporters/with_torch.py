"""Write the small ONNX files that PyTorch's two exporters make: tests/data/onnx/torch-*.onnx and torchscript-*.onnx.

    python with_torch.py FOLDER

It runs in an environment of its own (`make onnx-files`), because neither ganzoo nor its tests need PyTorch.
"""

from __future__ import annotations

import sys
from pathlib import Path

import onnx
import torch
from torch import nn


class Residual(nn.Module):
    """Two convolutions with batch norm around a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x + self.body(x))


def classifier() -> nn.Module:
    """A residual network for 3x16x16."""
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU6(),
        nn.MaxPool2d(3, stride=2, padding=1),
        Residual(8),
        nn.Dropout(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 5),
    )


def generator() -> nn.Module:
    """A DCGAN for 3x16x16 (Radford et al. 2015, arXiv:1511.06434)."""
    return nn.Sequential(
        nn.Unflatten(1, (12, 1, 1)),
        nn.ConvTranspose2d(12, 12, 4, bias=False),
        nn.BatchNorm2d(12),
        nn.ReLU(),
        nn.ConvTranspose2d(12, 6, 4, stride=2, padding=1, bias=False),
        nn.InstanceNorm2d(6, affine=True),
        nn.LeakyReLU(0.2),
        nn.Upsample(scale_factor=2, mode="bilinear"),
        nn.ReflectionPad2d(1),
        nn.Conv2d(6, 3, 3),
        nn.Tanh(),
    )


class Transformer(nn.Module):
    """A vision transformer for 3x16x16 (Dosovitskiy et al. 2020, arXiv:2010.11929)."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 16, 8, stride=8)
        self.token = nn.Parameter(torch.randn(1, 1, 16) / 4)
        self.places = nn.Parameter(torch.randn(1, 5, 16) / 4)
        self.norm = nn.LayerNorm(16)
        self.attention = nn.MultiheadAttention(16, 2, batch_first=True)
        self.mixer = nn.Sequential(nn.LayerNorm(16), nn.Linear(16, 24), nn.GELU(), nn.Linear(24, 16))
        self.head = nn.Linear(16, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows = self.patches(x).flatten(2).transpose(1, 2)
        rows = torch.cat([self.token.expand(len(x), -1, -1), rows], 1) + self.places
        norm = self.norm(rows)
        rows = rows + self.attention(norm, norm, norm, need_weights=False)[0]
        rows = rows + self.mixer(rows)
        return self.head(rows[:, 0]).softmax(1)


class Enlarger(nn.Module):
    """Super-resolution by sub-pixels, 3x8x8 to 3x16x16 (Shi et al. 2016, arXiv:1609.05158)."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Conv2d(3, 8, 5, padding=2), nn.Conv2d(8, 12, 3, padding=1)
        self.activation = nn.PReLU(8)
        self.groups = nn.GroupNorm(2, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(nn.functional.pixel_shuffle(self.last(self.groups(self.activation(self.first(x)))), 2))


MODELS = {
    "classifier": (classifier, (3, 16, 16)),
    "generator": (generator, (12,)),
    "transformer": (Transformer, (3, 16, 16)),
    "enlarger": (Enlarger, (3, 8, 8)),
}


def trained(model: nn.Module) -> nn.Module:
    """`model` with statistics away from 0 and 1, for inference."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.3)
            module.running_var.uniform_(0.5, 2)
    return model.eval()


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, (make, shape) in MODELS.items():
        torch.manual_seed(20171104)
        model = trained(make())
        given = (torch.randn(1, *shape),)
        torch.onnx.export(
            model,
            given,
            str(folder / f"torchscript-{name}.onnx"),
            dynamo=False,
            input_names=["x"],
            output_names=["y"],
            dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}},
        )
        torch.onnx.export(model, given, str(folder / f"torch-{name}.onnx"), dynamo=True, external_data=False)
        bare(folder / f"torch-{name}.onnx")


def bare(path: Path) -> None:
    """Remove what the exporter tells of this machine: the stack of each call, with the folders of the sources."""
    model = onnx.load(str(path))
    for each in (
        model,
        model.graph,
        *model.graph.node,
        *model.graph.input,
        *model.graph.output,
        *model.graph.value_info,
    ):
        del each.metadata_props[:]
    path.write_bytes(model.SerializeToString())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
