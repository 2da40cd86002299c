"""ganzoo: train small GANs and classifiers in Chainer, and ship them as static web pages.

    import ganzoo

    run = ganzoo.train("dcgan-cond", progress=print)
    run.sheet(["3", "7"], seed=1)               # a PIL image
    export = run.export()                       # files for the browser, verified there
    ganzoo.build_site([export], "site")

The names in `__all__` are the Python API (docs/python.md), promised by semantic versioning. `import ganzoo` only
installs the import hook, which must happen before `import chainer`, and loads these names on demand.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ganzoo import compat

if TYPE_CHECKING:
    from ganzoo import errors
    from ganzoo.api.exports import Export, load_export
    from ganzoo.api.networks import export
    from ganzoo.api.runs import Run, load_run, train
    from ganzoo.api.sites import build_site
    from ganzoo.site.build import Site
    from ganzoo.specs import Part, Preprocess, TensorSpec, TrainConfig
    from ganzoo.training.progress import Progress

__version__ = "0.2.0"

__all__ = [
    "Export",
    "Part",
    "Preprocess",
    "Progress",
    "Run",
    "Site",
    "TensorSpec",
    "TrainConfig",
    "__version__",
    "build_site",
    "errors",
    "export",
    "load_export",
    "load_run",
    "train",
]

# Where each name is found when it is first used (PEP 562)
_MODULES = {
    "Export": "ganzoo.api.exports",
    "Part": "ganzoo.specs",
    "Preprocess": "ganzoo.specs",
    "Progress": "ganzoo.training.progress",
    "Run": "ganzoo.api.runs",
    "Site": "ganzoo.site.build",
    "TensorSpec": "ganzoo.specs",
    "TrainConfig": "ganzoo.specs",
    "build_site": "ganzoo.api.sites",
    "load_export": "ganzoo.api.exports",
    "load_run": "ganzoo.api.runs",
    "train": "ganzoo.api.runs",
}


def __getattr__(name: str) -> Any:
    if name in ("errors", "export"):  # the package `export` can be called
        return import_module(f"ganzoo.{name}")
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module 'ganzoo' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


compat.install()
