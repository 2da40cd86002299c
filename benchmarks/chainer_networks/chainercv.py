"""The networks of ChainerCV 0.13.1, where `tools/chainercv.sh` has put it: what they compute of a picture.

What it computes of their outputs, such as lists of boxes, is done in NumPy and is no part of a network.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from benchmarks.chainer_networks import Published

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SOURCE = "Niitani et al. 2017, arXiv:1708.08169; chainercv.links"
FOLDER = Path(__file__).parents[2] / ".chainercv"
ON_GPU = "chainercv.utils.bbox._nms_gpu_post"  # is compiled, and used on a GPU only


def own(name: str, *arguments: Any, module: str = "chainercv.links", **options: Any) -> Callable[[], Any]:
    """A network of `module`, made with random weights."""

    def make() -> Any:
        if ON_GPU not in sys.modules:
            stub = ModuleType(ON_GPU)
            stub._nms_gpu_post = None  # type: ignore[attr-defined]
            sys.modules[ON_GPU] = stub
            sys.path.append(str(FOLDER))
            pkg_resources = importlib.import_module("pkg_resources")  # which it asks for its own version
            pkg_resources.working_set.add_entry(str(FOLDER))
        return getattr(importlib.import_module(module), name)(*arguments, **options)

    return make


IMAGENET = {"x": (3, 224, 224)}
CLASSES: Mapping[str, Any] = {"n_class": 1000}
NETWORKS = (
    Published("cv-resnet-50-fb", SOURCE, own("ResNet50", arch="fb", **CLASSES), IMAGENET),
    Published("cv-se-resnet-50", SOURCE, own("SEResNet50", **CLASSES), IMAGENET),
    Published("cv-se-resnet-101", SOURCE, own("SEResNet101", **CLASSES), IMAGENET),
    Published("cv-se-resnext-50", SOURCE, own("SEResNeXt50", **CLASSES), IMAGENET),
    Published("cv-se-resnext-101", SOURCE, own("SEResNeXt101", **CLASSES), IMAGENET),
    Published("cv-segnet-basic", SOURCE, own("SegNetBasic", 11), {"x": (3, 90, 120)}),
    Published("cv-ssd-300", SOURCE, own("SSD300", n_fg_class=20), {"x": (3, 300, 300)}),
    Published("cv-yolo-v2", SOURCE, own("YOLOv2", n_fg_class=20), {"x": (3, 416, 416)}),
    Published(
        "cv-yolo-v2-tiny",
        SOURCE,
        own("YOLOv2Tiny", n_fg_class=20, module="chainercv.experimental.links"),
        {"x": (3, 416, 416)},
    ),
    Published("cv-yolo-v3", SOURCE, own("YOLOv3", n_fg_class=20), {"x": (3, 416, 416)}),
    Published(
        "cv-deeplab-v3+",
        SOURCE,
        own("DeepLabV3plusXception65", n_class=21, min_input_size=(129, 129)),
        {"x": (3, 129, 129)},
    ),
    Published(
        "cv-pspnet-resnet-50",
        SOURCE,
        own("PSPNetResNet50", n_class=19, input_size=(233, 233), module="chainercv.experimental.links"),
        {"x": (3, 233, 233)},
    ),
) * FOLDER.is_dir()
