"""The contracts of plugins: architectures, frontends, backends and data sets.

A plugin is an instance of `Arch`, `Frontend`, `Backend` or `Dataset`; the rest of ganzoo uses plugins only through
these classes. Arrays are NumPy arrays; images are float32 NCHW in [0, 1] with foreground 1; labels are int32. A `Data`
may hold its images as uint8 as well.

What these classes can check of their fields they check when they are made: a `PluginError` names the field.

A hook refuses what it cannot work with, such as images of another size or a hyper-parameter out of its range, by
raising `ganzoo.errors.UsageError(message, remedy)`: a user then reads the two sentences, and a sweep goes on with other
values. Any other exception is taken for a fault of the plugin and ends the command with a traceback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.specs.checks import FOLDER, NAME, OPTION
from ganzoo.specs.kinds import Arch, Backend, Dataset, Frontend, Network, Program, Source, WebdnnTarget
from ganzoo.specs.tensors import Distribution, Meaning, Order, Part, Preprocess, Resizing, TensorSpec
from ganzoo.specs.training import Data, Preset, Scalar, TrainConfig, Training, floats

if TYPE_CHECKING:
    from ganzoo.specs.tensors import FloatArray as FloatArray
    from ganzoo.specs.training import ImageArray as ImageArray
    from ganzoo.specs.training import LabelArray as LabelArray

__all__ = [
    "FOLDER",
    "NAME",
    "OPTION",
    "Arch",
    "Backend",
    "Data",
    "Dataset",
    "Distribution",
    "Frontend",
    "Meaning",
    "Network",
    "Order",
    "Part",
    "Preprocess",
    "Preset",
    "Program",
    "Resizing",
    "Scalar",
    "Source",
    "TensorSpec",
    "TrainConfig",
    "Training",
    "WebdnnTarget",
    "floats",
]
